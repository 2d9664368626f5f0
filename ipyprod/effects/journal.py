"""Every write, before and after, in a folder beside the file."""

import base64
import hashlib
import json
import os
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from ipyprod.module_file.edit import WHOLE_MODULE

try:
    import fcntl
except ImportError:  # Windows: the second read of the file is what is left against other writers
    fcntl = None  # type: ignore[assignment]

_FOLDER = ".ipyprod"
_KEPT_ENTRIES = 100  # with their bytes; older ones keep names and hashes
_KEPT_BYTES = 50_000_000
_SKIPPED = frozenset({"node_modules", "site-packages", "__pycache__"})
_SEARCH_DEPTH = 5
_SEARCH_FOLDERS = 3000


class EntryState(Enum):
    """How the file stands to a write in the journal."""

    WRITTEN = "written"
    NOT_WRITTEN = "not written"  # the session ended before the file was replaced
    CHANGED = "changed since"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One write. `before` is None where the file was new, `after` None where it was removed.

    `number` counts in nanoseconds since 1970 and orders all journals of a machine. `wrote` holds
    the definitions that ipyprod answers for, (name, source). `created` are folders and files made
    for it. An entry that was trimmed (`is_slim`) has hashes and definitions only.
    """

    number: int
    path: str
    before: bytes | None = field(repr=False)
    after: bytes | None = field(repr=False)
    before_sha256: str
    after_sha256: str
    wrote: tuple[tuple[str, str], ...] = ()
    operation: str = ""
    created: tuple[str, ...] = ()
    is_undone: bool = False
    is_slim: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """The journal of the files in one folder."""

    folder: str

    @property
    def place(self) -> str:
        """Where it is kept."""
        return os.path.join(self.folder, _FOLDER)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Make the journal's folder where it is missing, and keep other sessions out."""
        os.makedirs(self.place, mode=0o700, exist_ok=True)
        ignore = os.path.join(self.place, ".gitignore")
        if not os.path.exists(ignore):
            _write_private(ignore, b"*\n")
        lock = os.open(os.path.join(self.place, "lock"), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            if fcntl is not None:
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def record(
        self,
        *,
        path: str,
        before: bytes | None,
        after: bytes | None,
        wrote: Mapping[str, str],
        operation: str,
        created: tuple[str, ...],
    ) -> JournalEntry:
        """Note a write that is about to happen."""
        entries = self.entries()
        number = max(time.time_ns(), entries[-1].number + 1 if entries else 0)
        entry = JournalEntry(
            number=number,
            path=path,
            before=before,
            after=after,
            before_sha256=_sha256(before),
            after_sha256=_sha256(after),
            wrote=tuple(wrote.items()),
            operation=operation or f"{number}",
            created=created,
        )
        self._save(entry)
        return entry

    def entries(self) -> tuple[JournalEntry, ...]:
        """Every entry that can be read, oldest first."""
        try:
            names = sorted(os.listdir(self.place))
        except OSError:
            return ()
        found = (self._load(name) for name in names if name.endswith(".json"))
        return tuple(sorted((e for e in found if e), key=lambda e: e.number))

    def mark_undone(self, entry: JournalEntry) -> None:
        """Note that a write was taken back."""
        self._save(replace(entry, is_undone=True))

    def unmark_undone(self, entry: JournalEntry) -> None:
        """Note that a write stands after all: taking it back failed."""
        self._save(replace(entry, is_undone=False))

    def forget(self, entry: JournalEntry) -> None:
        """Drop the note of a write that did not take place."""
        try:
            os.unlink(self._file(entry))
        except OSError:  # the state of the entry says the same: not written
            return

    def remove_if_empty(self) -> None:
        """Remove the journal where it has no entry; made for a write that failed."""
        if self.entries():
            return
        try:
            for name in os.listdir(self.place):
                os.unlink(os.path.join(self.place, name))
            os.rmdir(self.place)
        except OSError:
            return

    def trim(self) -> None:
        """Keep the newest entries whole; of older ones, hashes and definitions."""
        kept = 0
        for count, entry in enumerate(reversed(self.entries())):
            kept += len(entry.before or b"") + len(entry.after or b"")
            is_over = count >= _KEPT_ENTRIES or (kept > _KEPT_BYTES and count > 0)
            if is_over and not entry.is_slim:
                self._save(replace(entry, before=None, after=None, is_slim=True))

    def _file(self, entry: JournalEntry) -> str:
        return os.path.join(self.place, f"{entry.number:020d}.json")

    def _save(self, entry: JournalEntry) -> None:
        values = {
            "number": entry.number,
            "path": os.path.basename(entry.path),
            "before": _encoded(entry.before),
            "after": _encoded(entry.after),
            "before_sha256": entry.before_sha256,
            "after_sha256": entry.after_sha256,
            "wrote": entry.wrote,
            "operation": entry.operation,
            "created": [os.path.relpath(path, self.folder) for path in entry.created],
            "is_undone": entry.is_undone,
            "is_slim": entry.is_slim,
        }
        _write_private(self._file(entry), json.dumps(values).encode())

    def _load(self, name: str) -> JournalEntry | None:
        try:
            with open(os.path.join(self.place, name), "rb") as file:
                values: dict[str, Any] = json.load(file)
            return JournalEntry(
                number=int(values["number"]),
                path=os.path.join(self.folder, os.path.basename(values["path"])),
                before=_decoded(values["before"]),
                after=_decoded(values["after"]),
                before_sha256=str(values["before_sha256"]),
                after_sha256=str(values["after_sha256"]),
                wrote=tuple((str(name), str(code)) for name, code in values["wrote"]),
                operation=str(values["operation"]),
                created=tuple(
                    os.path.normpath(os.path.join(self.folder, path)) for path in values["created"]
                ),
                is_undone=bool(values["is_undone"]),
                is_slim=bool(values["is_slim"]),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None  # cut short by a crash, or not ours


def entry_state(entry: JournalEntry) -> EntryState:
    """Compare a file with what the journal says of it."""
    if entry.is_undone:
        return EntryState.UNDONE
    now = _sha256(_content(entry.path))
    if now == entry.after_sha256:
        return EntryState.WRITTEN
    return EntryState.NOT_WRITTEN if now == entry.before_sha256 else EntryState.CHANGED


def written_definitions(path: str) -> str | None:
    """Give the definitions that ipyprod wrote last into a file, as one text; None for none."""
    latest = definitions_in_force(path)
    return "\n\n\n".join(latest.values()) if latest else None


def definitions_in_force(path: str) -> dict[str, str]:
    """Give the definitions that ipyprod wrote last into a file, by name."""
    latest: dict[str, str] = {}
    for entry in _in_force(path):
        latest.update(entry.wrote)
    return latest


def written_module(path: str) -> str | None:
    """Give the whole file as ipyprod wrote it last; None where it never did.

    Only meant for files that are generated whole: in others it holds a person's code as well.
    """
    whole = [entry for entry in _in_force(path) if entry.after is not None]
    if not whole or WHOLE_MODULE not in dict(whole[-1].wrote):
        return None
    return (whole[-1].after or b"").decode("utf-8-sig", "replace")


def find_journals(folders: tuple[str, ...]) -> tuple[Journal, ...]:
    """Find the journals in folders and below them, as deep as projects usually are."""
    found: dict[str, Journal] = {}
    seen = 0
    for start in folders:
        for place, names, _ in os.walk(start):
            seen += 1
            if _FOLDER in names:
                real = os.path.realpath(place)
                found[real] = Journal(folder=real)
            depth = os.path.relpath(place, start).count(os.sep)
            is_deep = depth >= _SEARCH_DEPTH or seen > _SEARCH_FOLDERS
            names[:] = [] if is_deep else [n for n in names if _is_searched(place, n)]
    return tuple(found.values())


def new_operation() -> str:
    """Make a mark for writes that belong together."""
    return f"{time.time_ns()}-{secrets.token_hex(4)}"


def _in_force(path: str) -> tuple[JournalEntry, ...]:
    real = os.path.realpath(os.path.expanduser(path))
    entries = [e for e in Journal(folder=os.path.dirname(real)).entries() if e.path == real]
    done = [entry for entry in entries if not entry.is_undone]
    if done and entry_state(done[-1]) is EntryState.NOT_WRITTEN:
        done.pop()
    return tuple(done)


def _is_searched(place: str, name: str) -> bool:
    if name.startswith(".") or name in _SKIPPED:
        return False
    return not os.path.exists(os.path.join(place, name, "pyvenv.cfg"))


def _content(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def _sha256(content: bytes | None) -> str:
    return "" if content is None else hashlib.sha256(content).hexdigest()


def _encoded(content: bytes | None) -> str | None:
    return None if content is None else base64.b64encode(content).decode("ascii")


def _decoded(content: str | None) -> bytes | None:
    return None if content is None else base64.b64decode(content)


def _write_private(path: str, data: bytes) -> None:
    """Write a file of the journal in one step, readable by its owner alone."""
    temporary = f"{path}.{secrets.token_hex(4)}.tmp"
    try:
        descriptor = os.open(
            temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o600
        )
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise
