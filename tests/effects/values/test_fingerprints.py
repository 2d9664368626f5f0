"""What a look at one value leaves behind for the next one."""

import itertools
import sys
from pathlib import Path
from types import ModuleType

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from watched import WatchedCells

from ipyprod.effects.values import budget as budget_module
from ipyprod.effects.values import watcher
from ipyprod.effects.values.budget import Budget
from ipyprod.effects.values.fingerprints import fingerprint
from ipyprod.effects.values.marks import Certainty


@pytest.fixture
def new_type(monkeypatch):
    module = ModuleType("probe_of_new_types")
    exec("class Held: pass", vars(module))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return module.Held


LIBRARY = """
class cache_readonly:
    def __init__(self, make): self.make = make
    def __get__(self, owner, kind):
        name = self.make.__name__
        if not hasattr(owner, "_cache"): owner._cache = {}
        if name not in owner._cache: owner._cache[name] = self.make(owner)
        return owner._cache[name]
    def __set__(self, owner, value): raise AttributeError

class Fitted:
    def __init__(self): self._cache = {}
    @cache_readonly
    def errors(self): return [1, 2]
    @cache_readonly
    def fitted(self): return [*self.errors, 3]
    def keep(self): self._cache["kept"] = 1
"""


@pytest.mark.parametrize(
    ("setup", "use", "drawer"),
    [
        ("", "f.errors; f.fitted", "unchanged"),
        ("f.errors", "f.fitted", "unchanged"),
        ("del f._cache", "f.fitted", "unchanged"),
        ("f.part = Fitted()", "f.part.errors; f.fitted", "unchanged"),
        ("f.errors", "f.errors.append(3)", "weak"),
        ("", "f.keep()", "weak"),
        ("f.keep()", "f.errors", "unchanged"),
        ("f.keep()", "f.errors; f._cache.clear()", "weak"),
    ],
)
def test_what_a_read_only_property_keeps_is_no_change(monkeypatch, setup, use, drawer):
    library = ModuleType("probe_of_caches")
    exec(LIBRARY.replace("class ", f"__name__ = {library.__name__!r}\nclass ", 1), vars(library))
    monkeypatch.setitem(sys.modules, library.__name__, library)
    cells = WatchedCells()
    cells.run(f"from {library.__name__} import Fitted\nf = Fitted()\n{setup}")
    assert getattr(cells.run(use), drawer) == {"f"}


def test_a_look_that_ended_while_types_were_new_says_nothing_of_its_length(new_type):
    many = [new_type() for _ in range(100)]
    first = fingerprint(many, Budget(-1, least_objects=0))
    second = fingerprint(many, Budget(-1, least_objects=0))
    assert first.certainty is second.certainty is Certainty.NONE
    assert first.seconds == 0
    assert second.seconds > 0


def test_what_is_seen_at_once_is_seen_where_no_time_is_left(monkeypatch):
    monkeypatch.setattr(watcher, "_LEAST_SECONDS", 0.0)
    cells = WatchedCells()
    cells.run("a, b, c = [1], [2], {}")
    cells.run("a.append(3); b.copy(); c['k'] = 1", seconds=0.0)
    seen = cells.run("a.append(4); b.copy(); d = [a]", seconds=0.0)
    assert seen.changed == {"a"}
    assert seen.unchanged == {"b"}


SMALL_VALUES = (
    ("import pandas as pd\nv = pd.DataFrame({'a': [1, 2], 'b': ['x', 'y']})", "v['c'] = 1", "v.describe()"),
    ("import numpy as np\nv = np.arange(6).reshape(2, 3)", "v[0] = 1", "v.sum()"),
    ("from sklearn.linear_model import LinearRegression\nv = LinearRegression()",
     "v.fit([[1], [2]], [1, 2])", "v.get_params()"),
    ("import networkx as nx\nv = nx.karate_club_graph()", "v.add_edge(0, 99)", "list(v.edges)"),
    ("class Box: pass\nv = Box(); v.items = [Box()]", "v.items[0].n = 1", "len(v.items)"),
)  # fmt: skip


@pytest.mark.parametrize(("setup", "change", "use"), SMALL_VALUES)
def test_small_values_are_seen_where_there_is_no_time_at_all(monkeypatch, setup, change, use):
    monkeypatch.setattr(budget_module, "thread_time", itertools.count().__next__)
    monkeypatch.setattr(budget_module, "perf_counter", itertools.count().__next__)
    cells = WatchedCells()
    cells.run(setup)
    assert cells.run(change).changed == {"v"}
    assert "v" in cells.run(use).unchanged
