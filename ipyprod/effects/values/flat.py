"""Large containers of plain content, hashed faster than a pickler with a memo can."""

import io
import pickle
from itertools import chain, islice
from typing import Any

import xxhash

from ipyprod.effects.values.kinds import identities, identity, name_of
from ipyprod.effects.values.look import Look
from ipyprod.effects.values.marks import LookEndedError, OpaqueValueError

# By identity, as all sets of types are.
IMMUTABLE = identities(int, float, complex, bool, str, bytes, type(None), range, type(...))
_ATOMS = identities(int, float, complex, bool, str, bytes, type(None))
_FLAT = identities(list, tuple, dict, set, frozenset)
_MANY = 1_000
_SAMPLE = 20
_MOST_FIELDS = 100
# One string or bytes object is written in a single step that nothing can stop.
_LONGEST = 8 << 20
_CHUNK = 4 << 20
# What a pickler without a memo writes, and what is only hashed, in the time of one object: bytes.
_WRITTEN_LIKE_AN_OBJECT = 512
_HASHED_LIKE_AN_OBJECT = 16 << 10


class HashStream(io.RawIOBase):
    """Takes what a pickler writes and keeps its hash alone."""

    def __init__(self, look: Look, bytes_like_an_object: int) -> None:
        self._hash = xxhash.xxh3_128()
        self._bytes_like_an_object = bytes_like_an_object
        self._look = look

    def write(self, data: Any) -> int:
        """Hash one piece of the stream."""
        self._look.budget.check(len(data) // self._bytes_like_an_object)
        if len(data) <= _CHUNK:
            self._hash.update(data)
            return len(data)
        return hash_into(self._hash, data, self._look)

    def digest(self) -> bytes:
        """Return the hash of everything written."""
        return self._hash.digest()


def hash_into(digest: Any, buffer: Any, look: Look) -> int:
    """Add a contiguous buffer to a hash, in place and in chunks."""
    view = memoryview(buffer).cast("B")
    if len(view) <= _CHUNK:
        look.budget.count(len(view) // _HASHED_LIKE_AN_OBJECT)
        digest.update(view)
        return len(view)
    for start in range(0, len(view), _CHUNK):
        if start:
            look.budget.check(_CHUNK // _HASHED_LIKE_AN_OBJECT)
        digest.update(view[start : start + _CHUNK])
    return len(view)


def shorten(value: Any, look: Look) -> Any:
    """Return the hash of a large flat container in its place; any other value as it is."""
    kind = type(value)
    if kind is str or kind is bytes:
        if len(value) > _LONGEST:
            raise OpaqueValueError("one very long string")
        return value
    if identity(kind) not in _FLAT or not value:
        return value
    if len(value) < _MANY:
        _refuse_long(value)
        return value
    if not _seems_flat(value):
        return value
    try:
        return ("flat", name_of(kind), _plain_digest(value, look))
    except _NotPlainError:
        return value


def _refuse_long(value: Any) -> None:
    content = chain(value, value.values()) if type(value) is dict else value
    for item in content:
        kind = type(item)
        if (kind is str or kind is bytes) and len(item) > _LONGEST:
            raise OpaqueValueError("one very long string")


def _seems_flat(value: Any) -> bool:
    """Whether the first items are plain, or records of plain fields: no memo is needed then.

    A memo makes shared parts cheap and cycles possible; a look that meets either after all
    ends in time, as unknown.
    """
    return all(_is_plain(item, 2) for item in _sample(value))


def _is_plain(item: Any, depth: int) -> bool:
    kind = type(item)
    if identity(kind) in _ATOMS:
        return True
    if identity(kind) not in _FLAT or depth == 0 or len(item) > _MOST_FIELDS:
        return False
    return all(_is_plain(inner, depth - 1) for inner in _sample(item))


def _sample(value: Any) -> list[Any]:
    first = list(islice(value, _SAMPLE))
    return [*first, *islice(value.values(), _SAMPLE)] if type(value) is dict else first


def _plain_digest(value: Any, look: Look) -> bytes:
    stream = HashStream(look, _WRITTEN_LIKE_AN_OBJECT)
    pickler = _PlainPickler(stream, protocol=5)
    pickler.fast = True
    try:
        pickler.dump(value)
    except pickle.PicklingError as error:  # a cycle
        raise _NotPlainError from error
    except ValueError as error:  # a cycle, as older interpreters say it
        raise _NotPlainError from error
    return stream.digest()


class _NotPlainError(Exception):
    """The container holds more than builtin content."""


class _PlainPickler(pickle.Pickler):
    """A pickler without memo, for builtin content alone."""

    def reducer_override(self, _obj: Any) -> Any:
        """End at the first object that is no plain builtin."""
        raise _NotPlainError


__all__ = ["IMMUTABLE", "HashStream", "LookEndedError", "hash_into", "shorten"]
