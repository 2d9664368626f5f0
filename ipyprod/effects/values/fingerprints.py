"""Fingerprints of live values: a pickle's stream, hashed and never kept.

The stream is made by the C pickler with a reducer of our own for everything that is no plain
builtin, so that no code of the user's runs: no `__reduce__`, no `__getstate__`, no property.
"""

import io
import pickle
import time
from typing import Any

import xxhash

from ipyprod.effects.values.marks import Certainty, Fingerprint, LookEndedError
from ipyprod.effects.values.reducers import Reducer

IMMUTABLE = frozenset({int, float, complex, bool, str, bytes, type(None), range, type(...)})
_CHECK_EVERY = 16
_LONGEST_TEXT = 1_000_000  # hashing it takes half a millisecond


def fingerprint_immutable(value: Any) -> Fingerprint:
    """Tell a value of an `IMMUTABLE` type from another one that took its place in memory.

    x -= step
    ^ the new number may get the address of the old one: the identity alone shows no change
    """
    kind = type(value)
    if kind in (str, bytes):
        if len(value) > _LONGEST_TEXT:
            return Fingerprint(certainty=Certainty.NONE)
        digest = f"{kind.__name__} {len(value)} {hash(value)}"
    elif kind in (float, complex):
        digest = repr(value)  # apart from its hash it tells -0.0 from 0.0
    else:
        digest = f"{kind.__name__} {hash(value)}"
    return Fingerprint(
        certainty=Certainty.EXACT, digest=digest.encode(), public_digest=digest.encode()
    )


def fingerprint(value: Any, *, seconds: float) -> Fingerprint:
    """Look at `value` for at most `seconds`. Any fault of a look gives `Certainty.NONE`."""
    kind = type(value)
    start = time.thread_time()
    if kind in IMMUTABLE:
        return fingerprint_immutable(value)
    deadline = start + seconds
    try:
        certainty, digest, has_library = _digest(value, deadline, public_only=False)
        public = digest
        if has_library:
            _, public, _ = _digest(value, deadline, public_only=True)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:
        return Fingerprint(certainty=Certainty.NONE, seconds=time.thread_time() - start)
    return Fingerprint(
        certainty=certainty,
        digest=digest,
        public_digest=public,
        seconds=time.thread_time() - start,
    )


def _digest(value: Any, deadline: float, *, public_only: bool) -> tuple[Certainty, bytes, bool]:
    stream = _HashStream(deadline)
    pickler = _LookPickler(stream, deadline, public_only=public_only)
    pickler.look(value)
    certainty = Certainty.ONE_WAY if pickler.reducer.is_one_way else Certainty.EXACT
    return certainty, stream.digest(), pickler.reducer.has_library_object


class _HashStream(io.RawIOBase):
    """Takes what a pickler writes and keeps its hash alone."""

    def __init__(self, deadline: float) -> None:
        self._hash = xxhash.xxh3_128()
        self._deadline = deadline

    def write(self, data: Any) -> int:
        """Hash one piece of the stream."""
        if time.thread_time() > self._deadline:
            raise LookEndedError
        self._hash.update(data)
        return len(data)

    def digest(self) -> bytes:
        """Return the hash of everything written."""
        return self._hash.digest()


class _LookPickler(pickle.Pickler):
    """A C pickler that asks the reducer about everything but plain builtins."""

    def __init__(self, stream: _HashStream, deadline: float, *, public_only: bool) -> None:
        super().__init__(stream, protocol=5)
        self._deadline = deadline
        self._count = 0
        self.reducer = Reducer(deadline=deadline, public_only=public_only)

    def look(self, value: Any) -> None:
        """Write the content of `value` to the stream; a class of the session by its members."""
        self.dump(self.reducer.top_level(value))

    def reducer_override(self, obj: Any) -> Any:
        """Say what stands for `obj` in the stream."""
        self._count += 1
        if self._count % _CHECK_EVERY == 0 and time.thread_time() > self._deadline:
            raise LookEndedError
        return self.reducer.reduce(obj)
