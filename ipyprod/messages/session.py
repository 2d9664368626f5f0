"""The state of a session, and the reasons behind a value, as text."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ipyprod.lineage.hidden_state import HiddenState
from ipyprod.messages.lines import first_line, slice_lines
from ipyprod.session.cell import Outcome
from ipyprod.workflows.explain import CellState, Explanation, SessionState

_MOST_NAMES = 5
_CODE_WIDTH = 40


def session_text(state: SessionState) -> str:
    """Return one line a cell, then the hidden state with what to do about it."""
    width = len(str(max((c.cell.number for c in state.cells), default=0)))
    lines = [_cell_line(cell, width) for cell in state.cells] or ["No cells recorded yet."]
    if state.incomplete_from is not None:
        lines += ["", f"The record has a gap from In [{state.incomplete_from}] on."]
    if state.hidden:
        lines += ["", "Hidden state:"]
        lines += [f"  {line}" for line in _hidden_lines(state.hidden)]
    if state.stubs:
        lines += ["", "Designed, still empty:"]
        lines += [f"  {one.name} ({Path(one.path).name}, line {one.line})" for one in state.stubs]
    return "\n".join(lines)


def _hidden_lines(hidden: Iterable[HiddenState]) -> list[str]:
    """Return a line for each departure, one for all names that depart in the same way."""
    alike: dict[HiddenState, list[str]] = {}
    for one in hidden:
        is_own = one.name in one.what_to_do
        alike.setdefault(one if is_own else replace(one, name=""), []).append(one.name)
    return [hidden_line(replace(one, name=", ".join(names))) for one, names in alike.items()]


def hidden_line(hidden: HiddenState) -> str:
    """Return one departure of a live value from the text, as a line."""
    places = ", ".join(f"In [{number}]" for number in hidden.places)
    cause = f" ({hidden.cause})" if hidden.cause else ""
    where = f" [{places}]" if places else ""
    advice = f"; {hidden.what_to_do}" if hidden.what_to_do else ""
    what = hidden.kind.value
    if ", " in hidden.name:
        what = what.replace("it was", "they were")
    return f"{hidden.name}: {what}{cause}{where}{advice}"


def explanation_text(explanation: Explanation) -> str:
    """Return every line of the session with the reason why `name` depends on it or not."""
    piece = explanation.slice
    total = len(piece.kept) + len(piece.dropped) + len(piece.omitted)
    head = f"{explanation.name} depends on {len(piece.kept)} of {total} lines:"
    missing = [f"source gone: {name}" for name in piece.inputs]
    return "\n".join([head, *slice_lines(piece), *missing])


def _cell_line(state: CellState, width: int) -> str:
    cell = state.cell
    mark = {Outcome.OK: "ok", Outcome.FAILED: "failed", Outcome.INTERRUPTED: "interrupted"}
    outcome = mark.get(cell.outcome, "?")
    if cell.outcome is Outcome.FAILED and cell.error_type:
        outcome = f"failed: {cell.error_type}"
    parts = [f"made {_names(state.made)}" if state.made else ""]
    parts.append(f"changed {_names(state.changed)}" if state.changed else "")
    parts.append(f"promoted to {_names(state.promoted_to)}" if state.promoted_to else "")
    facts = ", ".join(part for part in (outcome, *parts) if part)
    code = first_line(cell.text, _CODE_WIDTH)
    return f"In [{cell.number:>{width}}]  {code:<{_CODE_WIDTH + 4}}  {facts}"


def _names(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:_MOST_NAMES])
    return shown if len(names) <= _MOST_NAMES else f"{shown}, ... ({len(names)})"
