"""Targets that nothing reads are left out where only the call matters."""

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from ipyprod.promotion.unused_names import unused_names, without_targets
from ipyprod.session.cell import Cell, Outcome, Session, TypeNote
from ipyprod.source.parsing import parse_session

NUMBER = TypeNote(module="builtins", qualname="float")
FOLDER = TypeNote(module="tempfile", qualname="TemporaryDirectory")


def unused(text, kept=()):
    transform = TransformerManager().transform_cell
    cell = Cell(event=0, number=1, text=text, python=transform(text), outcome=Outcome.OK)
    return unused_names(parse_session(Session(cells=(cell,)), transform=transform).statements, kept)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a = f()", {"a"}),
        ("a = f()\nb = a", {"b"}),
        ("with open(p) as g:\n    g.read()", set()),
        ("with lock() as g:\n    run()", {"g"}),
        ("n = 0\nfor x in xs:\n    n += x", set()),
        ("a = f()\ndef g():\n    return a", {"g"}),
        ("a = f()\ndf = load('x')\nr = df.query('v > @a')", {"r"}),
        ("a = f()\ndel a", set()),
        ("a = f()\neval('a')", set()),
        ("_ = f()", set()),
    ],
)
def test_names_that_nothing_reads_are_found(text, names):
    assert unused(text) == names


def test_names_that_are_kept_are_used():
    assert unused("a = f()\nb = g()", kept=["b"]) == {"a"}


@pytest.mark.parametrize(
    ("text", "note", "written"),
    [
        ("a = f(1)", NUMBER, "f(1)"),
        ("a: float = f(1)", NUMBER, "f(1)"),
        ("a = await f(1)", NUMBER, "await f(1)"),
        ("a = (\n    f(1)  # once\n)", NUMBER, "(\n    f(1)  # once\n)"),
        ("a = \\\n    f(1)", NUMBER, "a = \\\n    f(1)"),
        ("a = é = f(1)", NUMBER, "a = é = f(1)"),
        ("a = b[1]", NUMBER, "a = b[1]"),
        ("a = f(1)", FOLDER, "a = f(1)"),
        ("a = f(1)", None, "a = f(1)"),
        ("a, b = f(1)", NUMBER, "a, b = f(1)"),
        ("with f('é') as a:\n    g()", None, "with f('é'):\n    g()"),
        ("with (f() as a, h() as b):\n    g(b)", None, "with (f(), h() as b):\n    g(b)"),
        ("with (f()) as a:\n    g()", None, "with (f()):\n    g()"),
        ("with f() as (a):\n    g()", None, "with f() as (a):\n    g()"),
    ],
)
def test_only_the_target_of_a_call_is_left_out(text, note, written):
    assert without_targets(text, {"a"}, {"a": note}) == written
