import pytest

from ipyprod.errors import SelectionError
from ipyprod.session.cell import Cell, Outcome
from ipyprod.session.selection import CellRange, parse_ranges, select_cells, select_last


def a_cell(event, number, text="x = 1", outcome=Outcome.OK, python=None):
    return Cell(
        event=event,
        number=number,
        text=text,
        python=text if python is None else python,
        outcome=outcome,
    )


CELLS = tuple(a_cell(event, event + 1) for event in range(12))


def numbers(text, **options):
    return [cell.number for cell in select_cells(text, CELLS, **options)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3", [3]),
        ("3-5", [3, 4, 5]),
        ("3:5", [3, 4]),
        ("3-5 8", [3, 4, 5, 8]),
        ("3-5,8", [3, 4, 5, 8]),
        ("10-", [10, 11, 12]),
        ("8 3", [8, 3]),
        ("3-5 4", [3, 4, 5]),
        ("11-99", [11, 12]),
        ("0/2-3", [2, 3]),
    ],
)
def test_range_picks_cells_in_the_order_named(text, expected):
    assert numbers(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("~1/3", [(-1, 3, 3)]),
        ("243/", [(243, 1, None)]),
        ("~4/4-", [(-4, 4, None)]),
        ("~2/1:4", [(-2, 1, 3)]),
        ("~8/1-~6/5", [(-8, 1, None), (-7, 1, None), (-6, 1, 5)]),
    ],
)
def test_earlier_sessions_are_read_as_ipython_reads_them(text, expected):
    parts = [(part.session, part.first, part.last) for part in parse_ranges(text)]

    assert parts == expected


def test_grammar_agrees_with_ipython():
    history = pytest.importorskip("IPython.core.history")
    # "10-" is left out: IPython reads it from 9.0 on alone.
    for text in ("3", "3-5", "3:5", "~1/3", "243/", "~8/1-~6/5", "~8/5-~7/4 2"):
        theirs = list(history.extract_hist_ranges(text))
        ours = [
            (part.session, part.first, None if part.last is None else part.last + 1)
            for part in parse_ranges(text)
        ]
        assert ours == theirs, text


@pytest.mark.parametrize("token", ["x", "-3", "3-5x", "1/2/3", "~", "/3", "-"])
def test_token_that_is_no_range_is_named(token):
    with pytest.raises(SelectionError, match="is no range of cells") as caught:
        select_cells(f"3 {token}", CELLS)
    assert repr(token) in caught.value.problem


@pytest.mark.parametrize("token", ["5-3", "~1/1-~2/5", "~1/5-~1/3"])
def test_range_that_runs_backwards_is_refused(token):
    with pytest.raises(SelectionError, match="runs backwards"):
        parse_ranges(token)


def test_range_that_picks_nothing_says_what_exists():
    with pytest.raises(SelectionError) as caught:
        select_cells("20-30", CELLS)
    assert str(caught.value) == "'20-30' picks no cell; there are In [1]-In [12]"


def test_empty_record_says_so():
    with pytest.raises(SelectionError, match="nothing has been recorded yet"):
        select_cells("3", ())


def test_blank_selection_is_refused():
    with pytest.raises(SelectionError, match="No cells were named"):
        select_cells("  ", CELLS)


def test_last_cell_with_a_repeated_number_is_meant():
    cells = (a_cell(0, 1, "x = 1"), a_cell(1, 2, "y = 1"), a_cell(2, 1, "x = 2"))

    assert [cell.text for cell in select_cells("1", cells)] == ["x = 2"]


def test_earlier_session_is_looked_up_by_its_range():
    asked = []

    def earlier(part):
        asked.append(part)
        return [a_cell(0, 3, "old = 1")]

    assert [cell.text for cell in select_cells("~1/3", CELLS, earlier=earlier)] == ["old = 1"]
    assert asked == [CellRange(token="~1/3", session=-1, first=3, last=3)]


def test_earlier_session_without_a_look_up_is_refused():
    with pytest.raises(SelectionError, match="another session"):
        select_cells("~1/3", CELLS)


def test_last_skips_failures_looks_and_broken_cells():
    cells = (
        a_cell(0, 1, "x = 1"),
        a_cell(1, 2, "x"),
        a_cell(2, 3, "y = 1/0", Outcome.FAILED),
        a_cell(3, 4, "x = =", python=""),
    )

    assert select_last(cells, is_look=lambda cell: cell.text == "x").number == 1


def test_last_without_a_cell_that_worked_is_refused():
    with pytest.raises(SelectionError, match="No cell has worked yet"):
        select_last((a_cell(0, 1, outcome=Outcome.FAILED),), is_look=lambda _cell: False)
