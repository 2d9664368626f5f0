"""Which steps of a session are worth a line in the log, and what the line says."""

from collections.abc import Mapping

from ipyprod.promotion.module_plan import LogLine
from ipyprod.session.cell import Session, TypeNote
from ipyprod.source.statements import Finish, Statement
from ipyprod.source.word_sets import word_set

_SLOW_SECONDS = 0.5
_FRAME_DIMENSIONS = 2
# How a session sets up a log of its own, which no line of another may get into.
_LOG_SET_UP = word_set("""
    basicConfig dictConfig fileConfig addHandler handlers root lastResort captureWarnings
    setLogRecordFactory setLoggerClass FileHandler StreamHandler
    """)


def plan_log_lines(
    session: Session, statements: tuple[Statement, ...]
) -> Mapping[tuple[int, int], LogLine]:
    """Return a log line for each statement that read or wrote a file or took half a second.

    Keys are the (event, index) of the statement that the line follows. What is said of a value is
    what was seen of it when its cell ended: its name, its kind and its size at run time. There are
    none where the session sets up a log of its own.
    """
    if any(_sets_up_log(statement) for statement in statements):
        return {}
    cells = {cell.event: cell for cell in session.cells}
    last = {statement.event: statement for statement in statements}
    lines: dict[tuple[int, int], LogLine] = {}
    for statement in statements:
        cell = cells.get(statement.event)
        if cell is None or statement.finish is not Finish.DONE:
            continue
        is_slow = (cell.seconds or 0.0) >= _SLOW_SECONDS and last[statement.event] is statement
        types = {note.name: note.type for note in cell.observation.variables}
        line = _line(statement, types, is_slow=is_slow)
        if line is not None:
            lines[statement.event, statement.index] = line
    return lines


def _sets_up_log(statement: Statement) -> bool:
    names = statement.names
    used = names.attributes | names.calls
    return not _LOG_SET_UP.isdisjoint(used) and "logg" in f"{statement.text} {names.reads}"


def _line(statement: Statement, types: Mapping[str, TypeNote], *, is_slow: bool) -> LogLine | None:
    files_read = _files(statement.names.ambient_reads)
    files_written = _files(statement.names.ambient_writes)
    if files_written:
        return LogLine(text="wrote %s", arguments=(repr(files_written[0]),))
    if not files_read and not is_slow:
        return None
    for name in sorted(statement.names.binds):
        if name in types and not _is_drawn(types[name]) and types[name].module != "_io":
            return _sized(name, types[name])
    return None


def _is_drawn(note: TypeNote) -> bool:
    """Whether a value is a part of a figure, or holds some: drawing is no step of the work."""
    return note.module.partition(".")[0] == "matplotlib" or any(map(_is_drawn, note.arguments))


def _files(ambient: frozenset[str]) -> list[str]:
    return sorted(name.removeprefix("file:") for name in ambient if name.startswith("file:"))


def _sized(name: str, note: TypeNote) -> LogLine:
    if note.shape is not None and len(note.shape) == _FRAME_DIMENSIONS and note.columns:
        return LogLine(text=f"made {name}: %d rows, %d columns", arguments=(f"*{name}.shape",))
    if note.shape is not None:
        return LogLine(text=f"made {name}: shape %s", arguments=(f"{name}.shape",))
    if note.length is not None and note.module == "builtins":
        return LogLine(text=f"made {name}: %d items", arguments=(f"len({name})",))
    return LogLine(text=f"made {name}")
