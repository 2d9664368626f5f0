"""A result that got its name a cell later: one line, where nobody can tell the difference."""

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from ipyprod.promotion.kept_results import name_results_at_once
from ipyprod.session.cell import Cell, Outcome, Session
from ipyprod.source.parsing import parse_session

SINGLE = [
    (["a = [3, 1]", "sorted(a)", "b = Out[2]"], ["a = [3, 1]", "b = sorted(a)"]),
    (
        ["a = [3, 1]", "sorted(a)", "a.append(2)", "b = Out[2]"],
        ["a = [3, 1]", "b = sorted(a)", "a.append(2)"],
    ),
    (
        ["# why\n[\n  3,\n]", "# so\nb = Out[1]\nprint(b)"],
        ["# why\n# so\nb = [\n  3,\n]", "print(b)"],
    ),
]
LEFT_ALONE = [
    ["[3]", "b = Out[1]", "c = Out[1]"],  # two names for one object
    ["[3]", "b = Out[1] + [4]"],
    ["b = 1", "[3]", "c = b + 1", "b = Out[2]"],  # another `b` is read in between
    ["def f(): return b", "[3]", "try: f()\nexcept NameError: pass", "b = Out[2]"],
    ["code = 'b = 1'", "[3]", "exec(code)", "b = Out[2]"],
    ["out_1 = [3]", "b = out_1"],  # the user's own name
]


def texts(cells):
    transform = TransformerManager().transform_cell
    session = Session(
        cells=tuple(
            Cell(event=i, number=i + 1, text=text, python=transform(text), outcome=Outcome.OK)
            for i, text in enumerate(cells)
        )
    )
    statements = parse_session(session, transform=transform).statements
    kept = name_results_at_once(statements)
    return [s.comments + s.text for s in statements], [s.comments + s.text for s in kept]


@pytest.mark.parametrize(("cells", "expected"), SINGLE)
def test_a_result_named_afterwards_is_named_at_once(cells, expected):
    assert texts(cells)[1] == expected


@pytest.mark.parametrize("cells", LEFT_ALONE)
def test_a_result_that_is_seen_under_its_first_name_keeps_it(cells):
    before, after = texts(cells)
    assert after == before
