"""Objects of libraries that need a rule of their own."""

import enum
import pathlib
import random
import re
import sqlite3
import sys
from typing import Any

from ipyprod.effects.values.kinds import is_a
from ipyprod.effects.values.marks import OpaqueValueError
from ipyprod.effects.values.parts import Part

_ATOMS = (int, float, str, bool, bytes, type(None))
_MOST_ARTISTS = 4000
_OPAQUE_MODULES = frozenset({"_thread", "_csv", "_socket", "_ssl", "_io", "select", "mmap"})


def reduce_library(obj: Any, reducer: Any) -> Part | None:
    """Return what stands for an object with a rule of its own, None for all others."""
    kind = type(obj)
    if is_a(obj, enum.Enum | pathlib.PurePath | re.Pattern | re.Match):
        return Part(id(obj), None)
    if is_a(obj, random.Random):
        if obj is random._inst:  # noqa: SLF001 - ambient state
            return Part("the global generator", None)
        return Part("Random", (random.Random.getstate(obj),))
    if is_a(obj, sqlite3.Connection):
        reducer.is_one_way = True
        return Part("connection", (obj.total_changes, obj.in_transaction))
    if kind.__module__ in _OPAQUE_MODULES:
        raise OpaqueValueError(kind.__qualname__)
    return _sympy(obj) or _artist(obj, reducer)


def _sympy(obj: Any) -> Part | None:
    sympy = sys.modules.get("sympy")
    basic = getattr(sympy, "Basic", None)
    if basic is None or not is_a(obj, basic):
        return None
    if getattr(obj, "is_Matrix", False) is True and not getattr(obj, "is_Immutable", True):
        return Part("matrix", (tuple(obj.shape), list(obj)))
    return Part(id(obj), None)


def _artist(obj: Any, reducer: Any) -> Part | None:
    matplotlib = sys.modules.get("matplotlib.artist")
    if matplotlib is None:
        return None
    container = sys.modules.get("matplotlib.container")
    if container is not None and is_a(obj, container.Container):
        reducer.is_one_way = True
        return Part("container", (list(tuple.__iter__(obj)),))
    if type(obj).__module__.startswith(("matplotlib.axis", "matplotlib.transforms")):
        reducer.is_one_way = True
        return Part((type(obj).__qualname__, id(obj)), None)
    if not is_a(obj, matplotlib.Artist):
        return None
    reducer.is_one_way = True
    return Part(("artist", id(obj)), (drawn(obj),))


def drawn(artist: Any) -> list[Any]:
    """Return what an artist and its children draw, as far as plain attributes tell."""
    found: list[Any] = []
    waiting = [artist]
    while waiting and len(found) < _MOST_ARTISTS:
        one = waiting.pop()
        own = object.__getattribute__(one, "__dict__")
        found.append((id(one), type(one).__qualname__))
        found += [
            (name, _atom(value))
            for name, value in own.items()
            if name not in ("stale", "_stale", "figure", "axes") and not name.startswith("_cached")
        ]
        waiting.extend(one.get_children())
    return found


def _atom(value: Any) -> Any:
    """A plain value as it is; an array by its bytes; of anything else only that it is there."""
    if is_a(value, _ATOMS):
        return value
    if type(value) in (tuple, list) and len(value) < 50:  # noqa: PLR2004 - long ones are data twice
        return [_atom(item) for item in value]
    numpy = sys.modules.get("numpy")
    if numpy is not None and type(value) is numpy.ndarray and not value.dtype.hasobject:
        return value.tobytes()
    return type(value).__qualname__
