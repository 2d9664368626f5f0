"""Small plain values and simple functions, looked at and followed in a tenth of the usual time.

What is not small or not plain is left to the rules for all values: nothing here decides more than
that. No code of the user's runs.
"""

import sys
import types
from typing import Any

import xxhash

from ipyprod.effects.values.kinds import identities, identity, name_of
from ipyprod.effects.values.reach import Reach, names_in

_ANNOTATIONS_RUN_CODE = (3, 14)  # PEP 649: asking for them computes them
_MOST_ITEMS = 50
_LONGEST_TEXT = 200
_LARGEST_NUMBER = 64  # bits
_LONGEST_DIGEST = 64
_NUMBERS = identities(float, complex, bool, type(None))
_TEXTS = identities(str, bytes)
_CONTAINERS = identities(list, tuple, dict)
_CHANGEABLE = identities(list, dict)
_SETS = identities(set, frozenset)
_INT = identity(int)
_DICT = identity(dict)
_NAMES = {identity(kind): name_of(kind) for kind in (list, tuple, dict, set, frozenset)}


def small_digest(value: Any) -> bytes | None:
    """Return what tells the content of a small value from any other content, None for no answer.

    What it holds is told from equal objects: `a[0] = [1]` shows where `a[0]` was another `[1]`.
    """
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
    key = identity(type(value))
    if key in _CONTAINERS:
        held = _held(value)
        if held is None:
            return None
        content = f"{_NAMES[key]} {held} {value!r}" if held else f"{_NAMES[key]} {value!r}"
    elif key in _SETS:
        if _held(value) != []:
            return None
        content = f"{_NAMES[key]} {sorted(map(repr, value))}"
    elif type(value) is types.FunctionType:
        return _function_digest(value) if _is_simple(value) else None
    else:
        return None
    digest = content.encode()
    return digest if len(digest) <= _LONGEST_DIGEST else xxhash.xxh3_128_digest(digest)


def _reach(value: Any) -> Reach | None:
    if type(value) is types.FunctionType:
        if not _is_simple(value) or value.__module__ != "__main__":
            return None
        return Reach(ids=frozenset((identity(value),)), names=frozenset(names_in(value.__code__)))
    if identity(type(value)) not in _CONTAINERS:
        return None
    held = _held(value)
    if held is None:
        return None
    if identity(type(value)) in _CHANGEABLE:
        held.append(identity(value))
    return Reach(ids=frozenset(held))


def _is_simple(function: types.FunctionType) -> bool:
    """Whether a function is its code alone."""
    doc = function.__doc__
    return not (
        function.__closure__
        or function.__defaults__
        or function.__kwdefaults__
        or function.__dict__
        or _has_hints(function)
        or not (doc is None or type(doc) is str)
    )


def _has_hints(function: types.FunctionType) -> bool:
    if sys.version_info >= _ANNOTATIONS_RUN_CODE:
        return True
    return bool(function.__annotations__)


def _function_digest(function: types.FunctionType) -> bytes:
    own, code = identity(function), identity(function.__code__)
    return f"def {own} {code} {function.__name__} {function.__qualname__} {hash(function.__doc__)}".encode()


def _held(value: Any, *, is_inner: bool = False) -> list[int] | None:
    """Return which containers `value` holds that can change, by identity.

    None where it holds many items, or one that is long, not plain, or a container of containers.
    """
    if len(value) > _MOST_ITEMS:
        return None
    found: list[int] = []
    for item in (*value, *value.values()) if identity(type(value)) == _DICT else value:
        key = identity(type(item))
        if key == _INT:
            if item.bit_length() > _LARGEST_NUMBER:
                return None
        elif key in _TEXTS:
            if len(item) > _LONGEST_TEXT:
                return None
        elif key in _CONTAINERS:
            if is_inner or _held(item, is_inner=True) is None:
                return None
            if key in _CHANGEABLE:
                found.append(identity(item))
        elif key not in _NUMBERS:
            return None
    return found
