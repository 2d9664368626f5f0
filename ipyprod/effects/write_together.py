"""Several files written in one operation: all of them or none."""

from collections.abc import Callable, Iterable

from ipyprod.effects.files import Written
from ipyprod.effects.journal import JournalEntry
from ipyprod.effects.put_back import Return, put_back, read_content
from ipyprod.errors import IpyprodError


def write_together(writes: Iterable[Callable[[], Written]]) -> tuple[Written, ...]:
    """Make each write in turn; where one fails, those before it are taken back.

    Raises:
        ModuleFileError: as the write that failed; every file is as it was.
    """
    done: list[Written] = []
    try:
        done.extend(write() for write in writes)
    except BaseException:
        _take_back([one.entry for one in done if one.entry is not None])
        raise
    return tuple(done)


def _take_back(entries: list[JournalEntry]) -> None:
    try:
        put_back(
            tuple(
                Return(path=e.path, now=read_content(e.path), then=e.before, entries=(e,))
                for e in reversed(entries)
            )
        )
    except IpyprodError as error:
        problem = "a write failed, and those before it could not be taken back"
        raise IpyprodError(f"{problem}: {error.problem}", hint="%ipyprod undo") from error
