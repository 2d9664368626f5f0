"""Writes that were made and taken back, as text."""

from datetime import datetime
from pathlib import Path

from ipyprod.workflows.undo import UndoResult, WriteLog

_MOST = 30


def undo_text(result: UndoResult) -> str:
    """Return what was taken back."""
    if not result.writes:
        return "nothing to take back"
    lines = []
    for write in result.writes:
        names = f" ({', '.join(write.names)})" if write.names else ""
        state = "removed: it was new" if write.is_removed else "put back as it was"
        lines.append(f"{Path(write.path).name}{names}: {state}")
    return "\n".join([*lines, *result.bindings])


def log_text(log: WriteLog) -> str:
    """Return one line a write, newest first."""
    if not log.writes:
        return "nothing was written yet"
    rows = [
        (_time(write.time_ns), Path(write.path).name, write.state.value, ", ".join(write.names))
        for write in log.writes[:_MOST]
    ]
    file_width, state_width = (max(len(row[place]) for row in rows) for place in (1, 2))
    lines = [
        f"{when}  {file:<{file_width}}  {state:<{state_width}}  {names}".rstrip()
        for when, file, state, names in rows
    ]
    more = len(log.writes) - _MOST
    return "\n".join([*lines, f"... and {more} more"] if more > 0 else lines)


def _time(time_ns: int) -> str:
    return datetime.fromtimestamp(time_ns / 1e9).astimezone().strftime("%Y-%m-%d %H:%M:%S")
