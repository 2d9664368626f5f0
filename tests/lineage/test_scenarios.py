"""Sessions whose slice is known line by line."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from sessions import code_of, lineage, play, rerun

from ipyprod.lineage.slices import DropKind, slice_backward

ACC = "class Acc:\n    def __init__(self):\n        self.items = []\n    def add(self, x):\n        self.items.append(x)\n        return self"
SCENARIOS = {
    "alias": (["a = [1, 2]", "b = a", "c = [9]", "b.append(3)", "c.append(1)", "out = sum(a)"], [2, 4]),
    "rerun": (["d = [1]", "out = d * k", "k = 2", "out = dat * k", "k = 3", "out = d * k"], [1, 2, 3]),
    "helper": (["def f(x):\n    return 1", "r = f(0)", "def f(x):\n    return 2", "out = f(0)", "def f(x):\n    return 3"], [0, 1, 4]),
    "loop": (["w = ['a']", "n = 0", "for v in w:\n    n += 1", "s = []", "for v in w:\n    s.append(v)", "out = n"], [3, 4]),
    "class": ([ACC, "a = Acc()", "a.add(1)", "o = Acc()", "a.add(2).add(3)", "o.add(5)", "a.k = 2", "out = a.items * a.k"], [3, 5]),
    "swap": (["a, b = [1], [2]", "c = 0", "a, b = b, a", "a.append(3)", "out = a + b"], [1]),
    "deleted": (["a = [1]", "b = a", "del a", "b.append(2)", "z = 3", "out = b"], [2, 4]),
    "passing": (["a = [1]", "a.append(2); n = len(a); a.pop()", "z = 1", "out = n + len(a)"], [4]),
}  # fmt: skip


@pytest.mark.parametrize("name", SCENARIOS)
def test_slice_is_right_and_minimal(name):
    cells, dropped = SCENARIOS[name]
    session, space = play(cells)
    made = slice_backward(lineage(session), ["out"])
    assert repr(rerun(made)["out"]) == repr(space["out"]), code_of(made)
    order = [s for s in lineage(session).statements if s not in made.statements]
    assert [lineage(session).statements.index(s) for s in order] == dropped


def test_look_is_dropped_as_a_look():
    session, _ = play(["a = [1]", "a", "out = a"])
    made = slice_backward(lineage(session), ["out"])
    assert [(line.statement.text, line.kind) for line in made.dropped] == [("a", DropKind.LOOK)]


def test_unbound_name_becomes_an_input():
    session, _ = play(["a = [1]", "out = a + [2]"])
    made = slice_backward(lineage(session), ["out"], given=frozenset({"a"}))
    assert made.inputs == ("a",)
