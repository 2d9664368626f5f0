"""IPython's range grammar ("3-5 8 ~1/3 10-") over recorded cells.

The grammar is that of `%history` (IPython.core.history.extract_hist_ranges, IPython 8.18 to 9.18),
with two differences: a token that IPython would skip in silence is an error, and so is a range
that picks nothing.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ipyprod.errors import SelectionError
from ipyprod.session.cell import Cell, Outcome

_TOKEN = re.compile(
    r"(?:(?P<session>~?\d+)/)?(?P<first>\d+)?"
    r"(?:(?P<separator>[-:])(?:(?P<last_session>~?\d+)/)?(?P<last>\d+)?)?"
)
_LAST_LINE = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CellRange:
    """Part of one session. `session` is 0 for the current one, -1 for the one before it.

    `first` and `last` are prompt numbers, both included; `last` None means to the end. `token` is
    the text that asked for it.
    """

    token: str
    session: int
    first: int
    last: int | None

    def holds(self, number: int) -> bool:
        """Whether a prompt number lies in the range."""
        return self.first <= number <= (_LAST_LINE if self.last is None else self.last)


EarlierCells = Callable[[CellRange], Sequence[Cell]]


def parse_ranges(text: str) -> tuple[CellRange, ...]:
    """Read "4-6 8 ~1/3 ~8/1-~6/5 243/ 10-"; commas count as blanks.

    Raises:
        SelectionError: a token is no range, or runs backwards.

    """
    tokens = text.replace(",", " ").split()
    return tuple(part for token in tokens for part in _parse_token(token))


def select_cells(
    text: str, cells: Sequence[Cell], *, earlier: EarlierCells | None = None
) -> tuple[Cell, ...]:
    """Give the cells that the ranges in `text` name, in the order in which they are named.

    Of cells that share a prompt number the last one is meant. A cell named twice comes once.
    `earlier` looks cells of earlier sessions up; without it they are refused.

    Raises:
        SelectionError: a token is no range or picks no cell; it names the token and what exists.

    """
    ranges = parse_ranges(text)
    if not ranges:
        raise SelectionError("No cells were named", hint=_what_exists(cells))
    latest = {cell.number: cell for cell in cells}
    found: list[Cell] = []
    for part in ranges:
        picked = _pick(part, latest, cells, earlier)
        found.extend(cell for cell in picked if cell not in found)
    return tuple(found)


def select_last(cells: Sequence[Cell], *, is_look: Callable[[Cell], bool]) -> Cell:
    """Give the last cell that worked and was not only a look.

    Raises:
        SelectionError: there is none.

    """
    for cell in reversed(cells):
        if cell.outcome in (Outcome.OK, Outcome.UNKNOWN) and cell.python and not is_look(cell):
            return cell
    raise SelectionError(
        "No cell has worked yet that was more than a look", hint=_what_exists(cells)
    )


def _parse_token(token: str) -> Iterable[CellRange]:
    match = _TOKEN.fullmatch(token)
    if match is None or not (match["session"] or match["first"]):
        raise SelectionError(
            f"{token!r} is no range of cells", hint="write ranges like 3-5 8 ~1/3 10-"
        )
    start_session = _session_number(match["session"] or "0")
    end_session = _session_number(match["last_session"] or match["session"] or "0")
    if (start_session <= 0) != (end_session <= 0) or end_session < start_session:
        raise SelectionError(f"The range {token!r} runs backwards")
    first = int(match["first"] or 1)
    last = _last_line(match["first"], match["separator"], match["last"])
    if start_session == end_session and last is not None and last < first:
        raise SelectionError(f"The range {token!r} runs backwards")
    if start_session == end_session:
        return [CellRange(token=token, session=start_session, first=first, last=last)]
    between = [
        CellRange(token=token, session=session, first=1, last=None)
        for session in range(start_session + 1, end_session)
    ]
    head = CellRange(token=token, session=start_session, first=first, last=None)
    return [head, *between, CellRange(token=token, session=end_session, first=1, last=last)]


def _session_number(text: str) -> int:
    return -int(text[1:]) if text.startswith("~") else int(text)


def _last_line(first: str | None, separator: str | None, last: str | None) -> int | None:
    if separator is None:
        return int(first) if first else None
    if not last:
        # "4-" is to the end, "4:" is one line: IPython reads them so.
        return int(first) if separator == ":" and first else None
    return int(last) if separator == "-" else int(last) - 1


def _pick(
    part: CellRange,
    latest: dict[int, Cell],
    cells: Sequence[Cell],
    earlier: EarlierCells | None,
) -> Sequence[Cell]:
    if part.session == 0:
        picked = [latest[number] for number in sorted(latest) if part.holds(number)]
    elif earlier is None:
        raise SelectionError(f"{part.token!r} names another session, which cannot be used here")
    else:
        picked = list(earlier(part))
    if not picked:
        where = _what_exists(cells) if part.session == 0 else "%history -l shows earlier lines"
        raise SelectionError(f"{part.token!r} picks no cell", hint=where)
    return picked


def _what_exists(cells: Sequence[Cell]) -> str:
    if not cells:
        return "nothing has been recorded yet"
    numbers = sorted({cell.number for cell in cells})
    if len(numbers) == 1:
        return f"there is only In [{numbers[0]}]"
    return f"there are In [{numbers[0]}]-In [{numbers[-1]}]"
