"""Which variables share a mutable object or memory."""

import gc
import io
import sys
import time
import types
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from ipyprod.effects.values.kinds import is_a

_MOST_OBJECTS = 5_000
_CHECK_EVERY = 256
# Types whose objects hold nothing that can change.
_ATOMIC = frozenset(
    {
        int, float, complex, bool, str, bytes, type(None), range, slice, type(...), type(NotImplemented),
        types.CodeType, types.ModuleType, types.WrapperDescriptorType,
        types.MethodDescriptorType, types.GetSetDescriptorType, types.MemberDescriptorType, property,
    }
)  # fmt: skip
# Transparent: they connect what they hold, and are no state themselves.
_TRANSPARENT = frozenset({tuple, frozenset})
_CONTAINERS = frozenset({list, dict, set, tuple, frozenset})
_MANY = 200
_SESSION = frozenset({"__main__", "__mp_main__"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The mutable objects behind a variable, by identity, and the session names that they call.

    `memory` are the address ranges of its arrays. With `is_whole` false there is more than was
    looked at.
    """

    ids: frozenset[int] = frozenset()
    memory: tuple[tuple[int, int], ...] = ()
    names: frozenset[str] = frozenset()
    classes: frozenset[int] = (
        frozenset()
    )  # session classes on the way, whose state instances change
    is_whole: bool = True
    has_artist: bool = False


@dataclass(slots=True)
class _Walk:
    deadline: float
    ids: set[int] = field(default_factory=set)
    memory: list[tuple[int, int]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    classes: set[int] = field(default_factory=set)
    is_whole: bool = True
    has_artist: bool = False
    seen: set[int] = field(default_factory=set)
    count: int = 0


def reach_of(value: Any, *, seconds: float) -> Reach:
    """Return what can be reached from `value`. No code of the user's runs."""
    walk = _Walk(time.thread_time() + seconds)
    try:
        _walk(value, walk)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:
        walk.is_whole = False
    return Reach(
        ids=frozenset(walk.ids),
        memory=tuple(walk.memory),
        names=frozenset(walk.names),
        classes=frozenset(walk.classes),
        is_whole=walk.is_whole,
        has_artist=walk.has_artist,
    )


def _walk(value: Any, walk: _Walk) -> None:
    level: list[Any] = [value]
    while level:
        following: list[Any] = []
        for obj in level:
            kind = type(obj)
            if kind in _ATOMIC or id(obj) in walk.seen:
                continue
            walk.seen.add(id(obj))
            walk.count += 1
            if walk.count > _MOST_OBJECTS or (
                walk.count % _CHECK_EVERY == 0 and time.thread_time() > walk.deadline
            ):
                walk.is_whole = False
                return
            following += _referents(obj, kind, walk)
        level = following


def _referents(obj: Any, kind: type, walk: _Walk) -> Iterable[Any]:
    """Note `obj` and return what to look at next."""
    if is_a(obj, type):
        return _class_members(obj, walk)
    if kind is types.FunctionType:
        return _function_parts(obj, walk)
    if kind is types.MethodType:
        return (obj.__self__, obj.__func__)
    if kind is types.BuiltinFunctionType:
        return (obj.__self__,)
    if _is_stream(obj):
        return ()
    if _is_artist(obj):
        walk.has_artist = True
        walk.ids.add(id(obj))
        figure = getattr(obj, "__dict__", {}).get("figure") or getattr(obj, "__dict__", {}).get(
            "_parent_figure"
        )
        if figure is not None:
            walk.ids.add(id(figure))
        return ()
    numpy = sys.modules.get("numpy")
    if numpy is not None and is_a(obj, numpy.ndarray):
        return _array_parts(obj, kind, numpy, walk)
    if kind not in _TRANSPARENT:
        walk.ids.add(id(obj))
    if kind in _CONTAINERS and len(obj) > _MANY and _holds_atoms_only(obj, kind):
        return ()
    cls = type(obj)
    if cls.__dict__.get("__module__") in _SESSION:
        return (*gc.get_referents(obj), cls)
    if is_a(obj, dict) and "__builtins__" in obj and "__name__" in obj:
        walk.ids.discard(id(obj))  # a module's namespace is no object of its own
        return ()
    return [r for r in gc.get_referents(obj) if not is_a(r, type)]


def _holds_atoms_only(obj: Any, kind: type) -> bool:
    """Whether a large container holds nothing that can change: told at the speed of C."""
    kinds = set(map(type, obj))
    if kind is dict:
        kinds |= set(map(type, obj.values()))
    return kinds <= _ATOMIC


def _class_members(cls: type, walk: _Walk) -> Iterable[Any]:
    if cls.__dict__.get("__module__") not in _SESSION:
        return ()
    walk.ids.add(id(cls))
    walk.classes.add(id(cls))
    members = list(cls.__dict__.values()) + [b for b in cls.__mro__[1:] if b is not object]
    return [
        getattr(m, "__func__", m) if is_a(m, staticmethod | classmethod) else _getter(m)
        for m in members
    ]


def _getter(member: Any) -> Any:
    return member.fget if is_a(member, property) else member


def _function_parts(function: types.FunctionType, walk: _Walk) -> Iterable[Any]:
    wrapped = function.__dict__.get("__wrapped__")
    cells = [_cell(cell) for cell in function.__closure__ or ()]
    if function.__module__ not in _SESSION:
        return [part for part in (wrapped, *cells) if part is not None]
    walk.ids.add(id(function))
    waiting = [function.__code__]
    while waiting:
        code = waiting.pop()
        walk.names.update(code.co_names)
        waiting += [c for c in code.co_consts if is_a(c, types.CodeType)]
    defaults = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
    return (*defaults, *cells, *function.__dict__.values())


def _cell(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return None


def _array_parts(obj: Any, kind: type, numpy: Any, walk: _Walk) -> Iterable[Any]:
    walk.ids.add(id(obj))
    base = obj
    while is_a(base, numpy.ndarray):
        walk.ids.add(id(base))
        plain = base
        base = numpy.ndarray.base.__get__(base)
    parts: list[Any] = []
    if base is not None:
        walk.ids.add(id(base))
        if is_a(base, memoryview):
            walk.ids.add(id(base.obj))
    low, high = _bounds(plain, numpy)
    if high > low:
        walk.memory.append((low, high))
    if obj.dtype.hasobject and obj.size:
        parts += obj.ravel().tolist()
    if kind is not numpy.ndarray:
        parts.append(getattr(obj, "__dict__", None))
    return parts


def _bounds(array: Any, numpy: Any) -> tuple[int, int]:
    bounds = getattr(getattr(numpy, "lib", None), "array_utils", None)
    if bounds is not None and hasattr(bounds, "byte_bounds"):
        low, high = bounds.byte_bounds(array)
    else:
        low, high = numpy.byte_bounds(array)
    return int(low), int(high)


def _is_stream(obj: Any) -> bool:
    return is_a(obj, io.IOBase) and obj in (sys.stdout, sys.stderr, sys.stdin)


def _is_artist(obj: Any) -> bool:
    module = sys.modules.get("matplotlib.artist")
    return module is not None and is_a(obj, module.Artist)


class SharingIndex:
    """The reach of every variable, and which variables have an object in common."""

    def __init__(self) -> None:
        self._reach: dict[str, Reach] = {}
        self._names_by_id: dict[int, set[str]] = {}
        self._together: dict[str, set[str]] = {}

    def put(self, name: str, reach: Reach) -> None:
        """Set what `name` reaches now."""
        self.drop(name)
        self._reach[name] = reach
        for key in reach.ids:
            self._names_by_id.setdefault(key, set()).add(name)

    def drop(self, name: str) -> None:
        """Forget `name`."""
        old = self._reach.pop(name, None)
        for key in old.ids if old is not None else ():
            holders = self._names_by_id.get(key)
            if holders is not None:
                holders.discard(name)
                if not holders:
                    del self._names_by_id[key]

    def reach(self, name: str) -> Reach | None:
        """Return what `name` reaches, None where it was never looked at."""
        return self._reach.get(name)

    def used_together(self, names: Collection[str]) -> None:
        """Note that one cell names all of these: where the reach is cut off, they may share."""
        partial = [n for n in names if n in self._reach and not self._reach[n].is_whole]
        for name in partial:
            others = self._together.setdefault(name, set())
            others.update(names)
            for other in names:
                self._together.setdefault(other, set()).add(name)

    def group_of(self, name: str) -> frozenset[str]:
        """Return the names that share an object with `name`, itself included, transitively."""
        found = {name}
        waiting = [name]
        while waiting:
            one = waiting.pop()
            for other in self._neighbours(one):
                if other not in found:
                    found.add(other)
                    waiting.append(other)
        return frozenset(found)

    def _neighbours(self, name: str) -> set[str]:
        reach = self._reach.get(name)
        if reach is None:
            return set()
        near: set[str] = set()
        for key in reach.ids:
            near |= self._names_by_id.get(key, set())
        if reach.memory:
            near |= {n for n, other in self._reach.items() if _overlap(reach, other)}
        if not reach.is_whole or name in self._together:
            near |= {n for n in self._together.get(name, ()) if n in self._reach}
        return near

    def holders(self, key: int) -> frozenset[str]:
        """Return the names that reach the object of this identity."""
        return frozenset(self._names_by_id.get(key, ()))

    def names(self) -> frozenset[str]:
        """Return every name that is known."""
        return frozenset(self._reach)

    def with_artists(self) -> frozenset[str]:
        """Return the names that reach something drawn."""
        return frozenset(n for n, reach in self._reach.items() if reach.has_artist)


def _overlap(one: Reach, other: Reach) -> bool:
    return any(
        low < other_high and other_low < high
        for low, high in one.memory
        for other_low, other_high in other.memory
    )
