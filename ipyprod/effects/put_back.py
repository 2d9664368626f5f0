"""Puts files back as the journal has them, all of them or none."""

import os
from contextlib import ExitStack, suppress
from dataclasses import dataclass

from ipyprod.effects.files import SourceFile, compare, remove_created, swap
from ipyprod.effects.journal import Journal, JournalEntry
from ipyprod.errors import IpyprodError, ModuleFileError


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """One file and the bytes that it goes back to; None stands for no file.

    `entries` are the writes of it that are taken back, newest first.
    """

    path: str
    now: bytes | None
    then: bytes | None
    entries: tuple[JournalEntry, ...]


def put_back(returns: tuple[Return, ...]) -> None:
    """Put files back, all of them or none.

    Raises:
        ModuleFileError: one of them cannot be written, or was changed meanwhile; all are as before.
    """
    marked: list[JournalEntry] = []
    try:
        with ExitStack() as locks:
            for folder in sorted({os.path.dirname(one.path) for one in returns}):
                locks.enter_context(Journal(folder=folder).locked())
            for one in returns:
                _keep_changes(one)
                _replace(one.path, one.now, one.then)
            for entry in (entry for one in returns for entry in one.entries):
                marked.append(entry)
                _journal(entry.path).mark_undone(entry)
    except BaseException as error:
        _take_undo_back(returns, marked)
        if not isinstance(error, OSError):
            raise
        reason = error.strerror or str(error)
        problem = f"{error.filename or 'a file'} cannot be put back: {reason}"
        raise ModuleFileError(f"{problem}; nothing was written", hint="try again") from error
    for one in returns:
        for entry in one.entries:
            if entry.before is None:
                remove_created(entry.created)


def _take_undo_back(returns: tuple[Return, ...], marked: list[JournalEntry]) -> None:
    for one in returns:
        # The file itself tells: a Ctrl-C may come just after it was replaced.
        if read_content(one.path) == one.then != one.now:
            with suppress(OSError, IpyprodError):
                _replace(one.path, one.then, one.now)
    for entry in marked:
        with suppress(OSError):
            _journal(entry.path).unmark_undone(entry)


def _keep_changes(one: Return) -> None:
    """Put into the journal what nobody but the person has: it is about to be replaced."""
    if one.now is None or one.now == one.entries[0].after:
        return
    journal = _journal(one.path)
    kept = journal.record(
        path=one.path, before=one.now, after=one.then, wrote={}, operation="", created=()
    )
    journal.mark_undone(kept)


def _replace(path: str, now: bytes | None, then: bytes | None) -> None:
    """Put other bytes in the place of those that a file has now; None stands for no file."""
    source = SourceFile(path=path, base=os.path.dirname(path), text=None, content=now)
    if then is not None:
        swap(source, then)
    elif now is not None:
        compare(source)
        os.unlink(path)


def _journal(path: str) -> Journal:
    return Journal(folder=os.path.dirname(path))


def read_content(path: str) -> bytes | None:
    """Give a file's bytes, None where there is no file that can be read."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None
