"""Work that goes on beside the session, and the lines that wait until it is done.

worker = Thread(target=fill)
worker.start()
worker.join()
^ changes nothing that `start` has not changed by then, this time
"""

from ipyprod.session.cell import TypeNote
from ipyprod.source.statements import Statement

_BESIDE = frozenset(
    {"_asyncio", "asyncio", "concurrent", "multiprocessing", "subprocess", "threading"}
)
_WAITING = frozenset(
    {"as_completed", "communicate", "gather", "join", "result", "shutdown", "wait", "wait_for"}
)


def works_beside(note: TypeNote) -> bool:
    """Whether a value stands for a thread, a task or a program, or holds such values."""
    if note.module.partition(".")[0] in _BESIDE and not note.is_callable:
        return True
    return any(map(works_beside, (*note.arguments, *note.union)))


def waits(statement: Statement) -> bool:
    """Whether a statement may wait for what goes on beside it."""
    names = statement.names
    return names.has_await or not _WAITING.isdisjoint(names.attributes | names.calls)
