"""Modules of one's own: a change of what they hold is seen, a look is none, libraries are left alone."""

import itertools
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from watched import WatchedCells

CODE = """
import logging
log = logging.getLogger("own")
rows, count = [], 0
def add(v, seen=[]):
    seen.append(v)
def fill(v):
    rows.append(v)
    return len(rows)
def up():
    global count
    count += 1
def note(v): log.debug(v)
class Row:
    made = 0
    def __init__(self): Row.made += 1
"""
NUMBERS = itertools.count()

# cell | whether the module holds something else after it
CELLS = """
own.fill(1) | yes
own.up() | yes
own.add(1) | yes
own.Row() | yes
own.rows | no
len(own.rows) | no
own.note('x') | no
other = own; other.count = 7 | yes
own.more = 1 | yes
del own.rows | yes
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    name = f"own_module_{next(NUMBERS)}"
    monkeypatch.syspath_prepend(tmp_path)
    watched = WatchedCells()
    (tmp_path / f"{name}.py").write_text(CODE)
    watched.run(f"import {name} as own")
    yield watched
    sys.modules.pop(name, None)


@pytest.mark.parametrize("line", CELLS.strip().splitlines())
def test_what_a_module_of_the_session_holds_is_looked_at(own, line):
    cell, _, expected = line.rpartition(" | ")
    states = {state for state in own.run(cell).ambient if state.startswith("library:own_module_")}
    assert bool(states) is (expected == "yes")


def test_what_the_session_took_from_the_module_is_looked_at_with_it(own):
    own.run("rows = own.rows")
    seen = own.run("own.fill(1)")
    assert "rows" in seen.changed


def test_nothing_is_said_of_a_module_that_was_loaded_before_the_watching_began(own):
    later = WatchedCells()
    later.namespace["own"] = own.namespace["own"]
    later.run("own.rows")
    assert not later.run("own.fill(1)").ambient


def test_modules_of_libraries_are_no_modules_of_the_session():
    watched = WatchedCells()
    watched.run("import colorsys")
    assert not watched.run("colorsys.extra = []").ambient - {"module:colorsys"}
