"""What a look at one value leaves behind for the next one."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from watched import WatchedCells

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


def test_a_look_that_ended_while_types_were_new_says_nothing_of_its_length(new_type):
    first = fingerprint(new_type(), Budget(-1))
    second = fingerprint(new_type(), Budget(-1))
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
