"""Which steps are worth a line in the log."""

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from ipyprod.promotion.module_log import plan_log_lines
from ipyprod.session.cell import Cell, Observation, Outcome, Session, TypeNote, VariableNote
from ipyprod.source.parsing import parse_session

AXES = TypeNote(module="matplotlib.axes._axes", qualname="Axes")
LIST = TypeNote(module="builtins", qualname="list", length=3)
FILE = TypeNote(module="_io", qualname="TextIOWrapper")
AXES_LIST = TypeNote(module="builtins", qualname="list", length=3, arguments=(AXES,))


def log_texts(text, types, seconds):
    transform = TransformerManager().transform_cell
    notes = tuple(VariableNote(name=name, type=note) for name, note in types.items())
    seen = Observation(is_complete=True, bound=frozenset(types), variables=notes)
    cell = Cell(
        event=0, number=1, text=text, python=transform(text), outcome=Outcome.OK, seconds=seconds,
        observation=seen,
    )  # fmt: skip
    session = Session(cells=(cell,))
    statements = parse_session(session, transform=transform).statements
    return [line.text for line in plan_log_lines(session, statements).values()]


@pytest.mark.parametrize(
    ("text", "types", "seconds", "expected"),
    [
        ("rows = work()", {"rows": LIST}, 1.0, ["made rows: %d items"]),
        ("rows = work()", {"rows": LIST}, 0.1, []),
        ("ax = draw()", {"ax": AXES}, 1.0, []),
        ("with open('a.txt') as f: print(f.read())", {"f": FILE}, 0.1, []),
        ("with open('a.txt') as f: rows = f.readlines()", {"f": FILE, "rows": LIST}, 0.1, ["made rows: %d items"]),
        ("axs = draw()", {"axs": AXES_LIST}, 1.0, []),
        ("ax, rows = work()", {"ax": AXES, "rows": LIST}, 1.0, ["made rows: %d items"]),
    ],
)
def test_slow_work_is_logged_and_drawing_is_not(text, types, seconds, expected):
    assert log_texts(text, types, seconds) == expected


@pytest.mark.parametrize(
    "set_up",
    [
        "logging.basicConfig(filename='run.log')",
        "log.addHandler(logging.StreamHandler())",
        "logging.root.handlers.clear()",
    ],
)
def test_session_with_a_log_of_its_own_gets_no_other_lines(set_up):
    text = f"import logging\n{set_up}\nrows = open('rows.txt').readlines()"
    assert log_texts(text, {"rows": LIST}, 1.0) == []
