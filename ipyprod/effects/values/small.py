"""Small plain values and simple functions, looked at and followed in a tenth of the usual time.

What is not small or not plain is left to the rules for all values: nothing here decides more than
that. No code of the user's runs.
"""

import sys
import types
from typing import Any

import xxhash

from ipyprod.effects.values.kinds import identities, identity, is_among, name_of
from ipyprod.effects.values.reach import Reach, names_in

_ANNOTATIONS_RUN_CODE = (3, 14)  # PEP 649: asking for them computes them
_MOST_ITEMS = 50
_LONGEST_TEXT = 200
_LARGEST_NUMBER = 64  # bits
_LONGEST_DIGEST = 64
_NUMBERS = identities(float, complex, bool, type(None))
_CONTAINERS = identities(list, tuple, dict)
_CHANGEABLE = identities(list, dict)
_SETS = identities(set, frozenset)


def small_digest(value: Any) -> bytes | None:
    """Return what tells the content of a small value from any other content, None for no answer."""
    try:
        return _digest(value)
    except (RuntimeError, MemoryError):  # a thread changes it, or the stack is deep
        return None


def small_reach(value: Any) -> Reach | None:
    """Return what is reached from a small value, None for no answer."""
    try:
        return _reach(value)
    except (RuntimeError, MemoryError):
        return None


def _digest(value: Any) -> bytes | None:
    kind = type(value)
    key = identity(kind)
    if kind is types.FunctionType:
        return _function_digest(value) if _is_simple(value) else None
    if key in _CONTAINERS and _is_small(value, 1):
        text = repr(value)
    elif key in _SETS and _is_small(value, 0):
        text = repr(sorted(map(repr, value)))
    else:
        return None
    content = f"{name_of(kind)} {text}".encode()
    return content if len(content) <= _LONGEST_DIGEST else xxhash.xxh3_128_digest(content)


def _reach(value: Any) -> Reach | None:
    kind = type(value)
    if kind is types.FunctionType:
        if not _is_simple(value) or value.__module__ != "__main__":
            return None
        return Reach(ids=frozenset((identity(value),)), names=frozenset(names_in(value.__code__)))
    if identity(kind) not in _CONTAINERS or not _is_small(value, 1):
        return None
    held = (*value, *value.values()) if kind is dict else value
    ids = {identity(one) for one in (value, *held) if identity(type(one)) in _CHANGEABLE}
    return Reach(ids=frozenset(ids))


def _is_simple(function: types.FunctionType) -> bool:
    """Whether a function is its code alone."""
    return not (
        function.__closure__
        or function.__defaults__
        or function.__kwdefaults__
        or function.__dict__
        or _has_hints(function)
        or not is_among(type(function.__doc__), (str, type(None)))
    )


def _has_hints(function: types.FunctionType) -> bool:
    if sys.version_info >= _ANNOTATIONS_RUN_CODE:
        return True
    return bool(function.__annotations__)


def _function_digest(function: types.FunctionType) -> bytes:
    own = (identity(function), identity(function.__code__), function.__name__)
    return f"function {own} {function.__qualname__} {hash(function.__doc__)}".encode()


def _is_small(value: Any, depth: int) -> bool:
    """Whether `value` holds few items, all of them short and plain, in containers `depth` deep."""
    if len(value) > _MOST_ITEMS:
        return False
    for item in (*value, *value.values()) if type(value) is dict else value:
        kind = type(item)
        key = identity(kind)
        if key in _NUMBERS:
            continue
        if kind is int:
            if item.bit_length() > _LARGEST_NUMBER:
                return False
        elif kind is str or kind is bytes:
            if len(item) > _LONGEST_TEXT:
                return False
        elif not depth or key not in _CONTAINERS or not _is_small(item, depth - 1):
            return False
    return True
