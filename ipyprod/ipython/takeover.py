"""Cells that ran before the record began, or in an earlier session, as far as IPython knows."""

from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

from ipyprod.ipython.live_names import is_opaque, live_names, words_of
from ipyprod.ipython.record import Record
from ipyprod.session.cell import Cell, Observation, Outcome
from ipyprod.session.selection import CellRange


def take_over(shell: Any, record: Record) -> int:
    """Add the cells that ran while nothing was recorded, and give how many there were.

    Their outcome is unknown. Live names that none of them mentions have no source.
    """
    last = max((cell.number for cell in record.cells), default=0)
    stored = _stored_lines(shell)
    current = _current_number(shell, stored)
    taken = [
        _unseen_cell(shell, record, number, text)
        for number, text in stored
        if last < number < current and text.strip()
    ]
    for cell in taken:
        record.add(cell)
    live = live_names(shell.user_ns, shell.user_ns_hidden)
    texts = [cell.text for cell in record.cells]
    if not any(is_opaque(text) and not text.lstrip().startswith("%load_ext") for text in texts):
        known = frozenset().union(*(words_of(text) for text in texts))
        bound = frozenset().union(*(cell.observation.bound for cell in record.cells))
        promoted = frozenset(promotion.name for promotion in record.promotions)
        record.unrecorded |= live - known - bound - promoted
    return len(taken)


def find_earlier_cells(shell: Any, part: CellRange) -> list[Cell]:
    """Read cells of an earlier session from IPython's history; their events are negative."""
    if shell.history_manager is None:
        return []
    stop = None if part.last is None else part.last + 1
    lines = list(shell.history_manager.get_range(part.session, part.first, stop, raw=True))
    return [
        Cell(
            event=place - len(lines),
            number=int(number),
            text=str(text),
            python=_to_python(str(text)),
            outcome=Outcome.UNKNOWN,
        )
        for place, (_, number, text) in enumerate(lines)
        if str(text).strip()
    ]


def _stored_lines(shell: Any) -> list[tuple[int, str]]:
    """Read this session's lines with their prompt numbers.

    From the cache and the database, not from `In`: since IPython 9.8 `In` is one off after a
    magic line that holds "paste".
    """
    manager = shell.history_manager
    if manager is None:
        return []
    cached = [(entry[0], entry[2]) for entry in list(manager.db_input_cache)]
    try:
        rows = manager._run_sql(  # noqa: SLF001 - get_range answers from `In` for this session
            "WHERE session==? AND line>=?", (manager.session_number, 1), raw=True
        )
        written = [(int(line), str(text)) for _, line, text in rows]
    except Exception:  # noqa: BLE001 - history switched off, or its database is in use
        written = list(enumerate(manager.input_hist_raw))[1:] if not cached else []
    return sorted(dict([*written, *cached]).items())


def _current_number(shell: Any, stored: list[tuple[int, str]]) -> int:
    """Give the prompt number of the cell that is loading ipyprod, or of the next one."""
    count = int(shell.execution_count)
    newest = stored[-1] if stored else (0, "")
    is_loading = "ipyprod" in newest[1] and newest[0] in (count, count - 1)
    return newest[0] if is_loading else count


def _unseen_cell(shell: Any, record: Record, number: int, text: str) -> Cell:
    out = shell.user_ns.get("_oh")
    return Cell(
        event=record.take_event(),
        number=number,
        text=text,
        python=_to_python(text),
        outcome=Outcome.UNKNOWN,
        observation=Observation(has_result=isinstance(out, dict) and number in out),
    )


def _to_python(text: str) -> str:
    try:
        return str(TransformerManager().transform_cell(text))
    except SyntaxError:
        return ""
