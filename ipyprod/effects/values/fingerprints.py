"""Fingerprints of live values: a pickle's stream, hashed and never kept.

The stream is made by the C pickler with a rule of our own for everything that is no plain
builtin, so that no code of the user's runs: no `__reduce__`, no `__getstate__`, no property.
"""

import pickle
from time import thread_time
from typing import Any

from ipyprod.effects.values.budget import Budget
from ipyprod.effects.values.flat import HashStream, shorten
from ipyprod.effects.values.kinds import name_of
from ipyprod.effects.values.look import Look
from ipyprod.effects.values.marks import Certainty, Difference, Fingerprint
from ipyprod.effects.values.reducers import reduce_object, top_level

_LONGEST_TEXT = 1_000_000  # hashing it takes half a millisecond
_LARGEST_NUMBER = 64  # bits
_CHECK_EVERY = 16
_WRITTEN_LIKE_AN_OBJECT = 64  # bytes, by a pickler with a memo


def immutable_digest(value: Any) -> bytes | None:
    """Tell a value of an `IMMUTABLE` type from another one that took its place in memory.

    None where it is too long to be told.

    x -= step
    ^ the new number may get the address of the old one: the identity alone shows no change
    """
    kind = type(value)
    if kind is str or kind is bytes:
        if len(value) > _LONGEST_TEXT:
            return None
        content = f"{len(value)} {hash(value)}"
    elif kind is int and value.bit_length() > _LARGEST_NUMBER:
        content = f"{value.bit_length()} {hash(value)}"
    else:
        content = repr(value)
    return f"{name_of(kind)} {content}".encode()


def fingerprint(value: Any, budget: Budget) -> Fingerprint:
    """Look at `value` for as long as the budget allows. Any fault gives `Certainty.NONE`."""
    start, work_left = thread_time(), budget.work_left
    look = Look(budget)
    try:
        digest, cache_digest = _digest(value, look)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:
        # The look would have taken longer than it did: it is begun again with half as much more.
        objects = (work_left - budget.work_left) * 3 // 2
        # Where types were met for the first time, nobody knows how long the next one takes.
        seconds = 0.0 if look.learning_seconds else (thread_time() - start) * 1.5
        return Fingerprint(certainty=Certainty.NONE, seconds=seconds, objects=objects)
    return Fingerprint(
        certainty=Certainty.ONE_WAY if look.is_one_way else Certainty.EXACT,
        digest=digest,
        cache_digest=cache_digest,
        private=look.private,
        seconds=thread_time() - start - look.learning_seconds,
        objects=work_left - budget.work_left,
    )


def difference(old: Fingerprint, new: Fingerprint, value: Any, budget: Budget) -> Difference:
    """Return what the look `new` at `value` says after the earlier look `old`."""
    if old is new and new.certainty is Certainty.EXACT:
        return Difference.SAME
    if Certainty.NONE in (old.certainty, new.certainty):
        return Difference.UNKNOWN
    if old.digest != new.digest:
        if not old.private:
            return Difference.CONTENT
        within = _digests_within(value, old, budget)
        if within is None:
            return Difference.UNKNOWN
        return Difference.CACHE if within[0] == old.digest else Difference.CONTENT
    if new.certainty is Certainty.ONE_WAY:
        return Difference.UNKNOWN
    if old.cache_digest == new.cache_digest:
        return Difference.SAME
    within = _digests_within(value, old, budget)
    is_same = within is not None and within[1] == old.cache_digest
    return Difference.SAME if is_same else Difference.CACHE


def _digests_within(value: Any, old: Fingerprint, budget: Budget) -> tuple[bytes, bytes] | None:
    """Return the digests without the private parts gained since `old`; None where they fail."""
    try:
        return _digest(value, Look(budget, only=old.private))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:
        return None


def _digest(value: Any, look: Look) -> tuple[bytes, bytes]:
    stream = HashStream(look, _WRITTEN_LIKE_AN_OBJECT)
    pickler = _LookPickler(stream, look)
    pickler.dump(shorten(top_level(value), look))
    pickler.count_rest()
    digest = stream.digest()
    if not look.caches:
        return digest, b""
    # What the caches hold may have caches in turn: these are left out.
    pickler.dump(list(look.caches))
    return digest, stream.digest()


class _LookPickler(pickle.Pickler):
    """A C pickler that asks a rule about everything but plain builtins."""

    def __init__(self, stream: HashStream, look: Look) -> None:
        super().__init__(stream, protocol=5)
        self._look = look
        self._count = 0

    def count_rest(self) -> None:
        """Count the value itself, and the objects since the last check."""
        self._look.budget.count(self._count % _CHECK_EVERY + 1)

    def reducer_override(self, obj: Any) -> Any:
        """Say what stands for `obj` in the stream."""
        self._count += 1
        if not self._count % _CHECK_EVERY:
            self._look.budget.check(_CHECK_EVERY)
        return reduce_object(obj, self._look)
