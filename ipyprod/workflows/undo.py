"""Takes the last writes back."""

import difflib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from ipyprod.effects.journal import (
    EntryState,
    JournalEntry,
    entry_state,
    find_journals,
)
from ipyprod.effects.put_back import Return, put_back, read_content
from ipyprod.errors import IpyprodError, ModuleFileError
from ipyprod.module_file.edit import WHOLE_MODULE
from ipyprod.workflows.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoneWrite:
    """One file put back. `names` are the definitions that the write had made."""

    path: str
    is_removed: bool
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoResult:
    """What was put back, newest write first. Empty where there was nothing to undo.

    `bindings` say, a line each, what names of the session are bound to since.
    """

    writes: tuple[UndoneWrite, ...] = ()
    bindings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedWrite:
    """A write in the log. `time_ns` is its time in nanoseconds since 1970."""

    path: str
    time_ns: int
    names: tuple[str, ...]
    state: EntryState


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteLog:
    """The writes that the journals of a project know of, newest first."""

    writes: tuple[LoggedWrite, ...]


def undo(
    workbench: Workbench, count: int = 1, *, file: str = "", force: bool = False
) -> UndoResult:
    """Take the last `count` operations back, byte for byte; all of them or none.

    `file` restricts it to one file. `force` puts the old content back over later changes, which
    the journal keeps.

    Raises:
        ModuleFileError: a file was changed since; nothing was written.
        IpyprodError: `count` is not a positive number.
    """
    if count < 1:
        raise IpyprodError(f"{count} is no number of writes to undo", hint="use %ipyprod undo 1")
    writes = [entry for entry in _entries(workbench, file) if not entry.is_undone]
    writes = [e for e in writes if not (_is_last(e, writes) and _never_happened(e))]
    operations = [list(group) for _, group in groupby(writes, key=lambda e: e.operation)]
    chosen = [entry for group in operations[:count] for entry in group]
    if not force:
        _refuse_changed(chosen)
    by_path: dict[str, list[JournalEntry]] = {}
    for entry in chosen:
        by_path.setdefault(entry.path, []).append(entry)
    put_back(
        tuple(
            Return(path=path, now=read_content(path), then=mine[-1].before, entries=tuple(mine))
            for path, mine in by_path.items()
        )
    )
    return UndoResult(writes=tuple(_undone_write(entry) for entry in chosen))


def log(workbench: Workbench, *, file: str = "") -> WriteLog:
    """List every write in the journals of the project, newest first; `file` restricts it."""
    entries = _entries(workbench, file)
    return WriteLog(
        writes=tuple(
            LoggedWrite(
                path=entry.path,
                time_ns=entry.number,
                names=_names(entry),
                state=_state(entry, entries),
            )
            for entry in entries
        )
    )


def _names(entry: JournalEntry) -> tuple[str, ...]:
    return tuple(name for name, _ in entry.wrote if name != WHOLE_MODULE)


def _undone_write(entry: JournalEntry) -> UndoneWrite:
    return UndoneWrite(path=entry.path, is_removed=entry.before is None, names=_names(entry))


def _entries(workbench: Workbench, file: str) -> list[JournalEntry]:
    folders = [workbench.folder]
    known = [workbench.settings.module, *(p.module_path for p in workbench.session.promotions)]
    known += [file] if file else []
    paths = [_real(workbench, path) for path in known if path]
    folders += [os.path.dirname(path) for path in paths]
    found = [e for j in find_journals(tuple(dict.fromkeys(folders))) for e in j.entries()]
    if file:
        found = [entry for entry in found if entry.path == _real(workbench, file)]
    return sorted(found, key=lambda entry: entry.number, reverse=True)


def _real(workbench: Workbench, path: str) -> str:
    return os.path.realpath(os.path.join(workbench.folder, os.path.expanduser(path)))


def _is_last(entry: JournalEntry, entries: list[JournalEntry]) -> bool:
    return next(other for other in entries if other.path == entry.path) is entry


def _never_happened(entry: JournalEntry) -> bool:
    return entry_state(entry) is EntryState.NOT_WRITTEN


def _state(entry: JournalEntry, entries: list[JournalEntry]) -> EntryState:
    """A write that another one followed is judged by that one."""
    later = [e for e in _newer(entry, entries) if not e.is_undone]
    if later and not entry.is_undone:
        return EntryState.WRITTEN
    return entry_state(entry)


def _newer(entry: JournalEntry, entries: list[JournalEntry]) -> Iterator[JournalEntry]:
    return (e for e in entries if e.path == entry.path and e.number > entry.number)


def _refuse_changed(chosen: list[JournalEntry]) -> None:
    """Refuse unless each file still is what the newest of its writes made, and each older one fits."""
    expected: dict[str, str] = {}
    for entry in chosen:
        hint = "mend it by hand, or add --force to put the old content back"
        where = f"{entry.path} was changed since ipyprod wrote it; nothing was written"
        if entry.is_slim:
            problem = f"the journal no longer holds {entry.path} as it was before"
            raise ModuleFileError(f"{problem}; nothing was written", hint="undo fewer writes")
        if entry.path not in expected and entry_state(entry) is not EntryState.WRITTEN:
            raise ModuleFileError(where, hint=hint, detail=_difference(entry))
        if expected.get(entry.path, entry.after_sha256) != entry.after_sha256:
            raise ModuleFileError(where, hint="undo fewer writes, or add --force")
        expected[entry.path] = entry.before_sha256


def _difference(entry: JournalEntry) -> str:
    before, now = _text(entry.after), _text(read_content(entry.path))
    old, new = f"{entry.path} (as written)", f"{entry.path} (now)"
    return "\n".join(difflib.unified_diff(before, now, old, new, lineterm=""))


def _text(content: bytes | None) -> list[str]:
    return (content or b"").decode("utf-8", "replace").split("\n")
