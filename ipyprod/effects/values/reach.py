"""What can be reached from a value: mutable objects, memory, and the session names it calls."""

import contextvars
import sys
import types
import weakref
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from gc import get_referents
from itertools import chain, islice
from typing import Any

from ipyprod.effects.values.arrays import plain_view
from ipyprod.effects.values.budget import Budget
from ipyprod.effects.values.callbacks import called_at_the_end
from ipyprod.effects.values.kinds import (
    identities,
    identity,
    is_a,
    is_session_module,
    is_session_type,
    members_of,
    module_of,
    mro_of,
    name_of,
    remembered_by_type,
)
from ipyprod.effects.values.layout import plan_for
from ipyprod.effects.values.marks import LookEndedError

_MOST_OBJECTS = 5_000
_MOST_OF_A_PART = 500
_FIRST_OF_MANY = 100
_CHECK_EVERY = 256
_ITEMS_LIKE_AN_OBJECT = 20  # of a container, looked at for their type alone
# Types whose objects hold nothing that can change.
_ATOMIC = identities(
    int, float, complex, bool, str, bytes, type(None), range, slice, type(...), type(NotImplemented),
    types.CodeType, types.ModuleType, types.WrapperDescriptorType,
    types.MethodDescriptorType, types.GetSetDescriptorType, types.MemberDescriptorType,
)  # fmt: skip
# Transparent: they connect what they hold, and are no state themselves.
TRANSPARENT = identities(tuple, frozenset)
_CONTAINERS = identities(list, dict, set, tuple, frozenset)
_MANY = 200
_SLICE = 2_000
_SESSION = frozenset({"__main__", "__mp_main__"})
_OWN_MODULES = frozenset({"builtins", "collections", "types"})
# Names through which a function can change variables that it does not name.
REACHES_NAMESPACE = frozenset({"globals", "exec", "eval", "locals", "vars", "get_ipython"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The mutable objects behind a variable, by identity, and the session names that they call.

    `memory` are the address ranges of its arrays, `classes` the session classes on the way,
    whose state instances can change. With `is_whole` false there is more than was looked at.
    """

    ids: frozenset[int] = frozenset()
    memory: tuple[tuple[int, int], ...] = ()
    names: frozenset[str] = frozenset()
    classes: frozenset[int] = frozenset()
    is_whole: bool = True
    has_artist: bool = False
    has_library: bool = False  # objects of libraries are on the way, with caches of their own


@dataclass(slots=True)
class _Walk:
    budget: Budget
    ids: dict[int, None] = field(default_factory=dict)  # those nearest to the value first
    memory: set[tuple[int, int]] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    classes: set[int] = field(default_factory=set)
    is_whole: bool = True
    has_artist: bool = False
    has_library: bool = False
    seen: set[int] = field(default_factory=set)
    count: int = 0


def reach_of(value: Any, budget: Budget) -> Reach:
    """Return what can be reached from `value`. No code of the user's runs."""
    walk = _Walk(budget)
    try:
        _walk(value, walk)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:
        walk.is_whole = False
    ids = walk.ids if walk.is_whole else dict.fromkeys(islice(walk.ids, _MOST_OF_A_PART))
    return Reach(
        ids=frozenset(ids),
        memory=tuple(walk.memory),
        names=frozenset(walk.names),
        classes=frozenset(walk.classes),
        is_whole=walk.is_whole,
        has_artist=walk.has_artist,
        has_library=walk.has_library,
    )


def _walk(value: Any, walk: _Walk) -> None:
    level: list[Any] = [value]
    while level:
        following: list[Any] = []
        for obj in level:
            kind = type(obj)
            if identity(obj) in walk.seen or (
                identity(kind) in _ATOMIC
                and not (kind is types.ModuleType and is_session_module(obj))
            ):
                continue
            walk.seen.add(identity(obj))
            walk.count += 1
            if walk.count > _MOST_OBJECTS:
                raise LookEndedError
            if not walk.count % _CHECK_EVERY:
                walk.budget.check(_CHECK_EVERY)
            following += _referents(obj, kind, walk)
        level = following


def _referents(obj: Any, kind: type, walk: _Walk) -> Iterable[Any]:
    """Note `obj` and return what to look at next."""
    if identity(kind) in _CONTAINERS:
        return _items(obj, kind, walk)
    if issubclass(kind, type):
        return _class_members(obj, walk)
    if kind is types.FunctionType:
        return _function_parts(obj, walk)
    if kind is types.ModuleType:
        walk.ids[identity(obj)] = None
        return list(vars(obj).values())
    if kind is types.MethodType:
        return (obj.__self__, obj.__func__)
    if kind is types.BuiltinFunctionType or kind is types.MethodWrapperType:
        return (obj.__self__,)
    if kind is contextvars.ContextVar:
        walk.ids[identity(obj)] = None
        return (obj.get(None),)
    if kind is property:
        return (obj.fget, obj.fset, obj.fdel)
    if issubclass(kind, weakref.ReferenceType):
        return (weakref.ReferenceType.__call__(obj),)
    if _is_value(kind) or any(obj is one for one in (sys.stdout, sys.stderr, sys.stdin)):
        return ()
    return _held_by(obj, kind, walk)


def _held_by(obj: Any, kind: type, walk: _Walk) -> Iterable[Any]:
    """Note an object of a library or of a class of the session, and return what it holds."""
    if _is_artist(kind):
        return _artist(obj, walk)
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None and issubclass(kind, getattr(numpy, "ndarray", ())):
        return _array_parts(obj, kind, walk)
    if numpy is not None and kind is getattr(numpy, "flatiter", None):
        return (obj.base,)
    if numpy is not None and kind is getattr(numpy, "void", None):
        # a row of an array of records is a view of it, which the garbage collector cannot tell
        return (numpy.void.base.__get__(obj),)
    walk.ids[identity(obj)] = None
    if _is_index(kind):
        return ()
    if kind is memoryview:
        return _buffer_parts(obj, walk)
    if kind is types.GeneratorType or kind is types.CoroutineType:
        return _generator_parts(obj, walk)
    _note_tensor(obj, kind, walk)
    walk.has_library = walk.has_library or _is_of_library(kind)
    read_dict = plan_for(kind).read_dict if is_session_type(kind) else None
    if read_dict is not None:
        # CPython makes the dict at the first use: without one now, the next look finds one more.
        read_dict.__get__(obj)
    referents = [r for r in get_referents(obj) if not is_a(r, type)]
    return [*referents, kind, *called_at_the_end(obj)] if is_session_type(kind) else referents


@remembered_by_type
def _is_of_library(kind: type) -> bool:
    return any(module_of(c) not in _OWN_MODULES and not is_session_type(c) for c in mro_of(kind))


def _items(obj: Any, kind: type, walk: _Walk) -> Iterable[Any]:
    if kind is dict and "__builtins__" in obj and "__name__" in obj:
        return ()  # a module's namespace is no object of its own
    if identity(kind) not in TRANSPARENT:
        walk.ids[identity(obj)] = None
    return get_referents(obj) if len(obj) <= _MANY else _changeable(obj, kind, walk)


def _changeable(obj: Any, kind: type, walk: _Walk) -> Iterable[Any]:
    """Return what a large container holds that can change, or the first of it if that is too much."""
    most = _MOST_OBJECTS if len(obj) <= 2 * _MOST_OBJECTS else _SLICE - 1
    found: dict[int, Any] = {}
    for piece in _pieces(obj, kind):
        if not _ATOMIC.issuperset(map(identity, map(type, piece))):
            found.update(
                (identity(one), one) for one in piece if identity(type(one)) not in _ATOMIC
            )
        if len(found) > most:
            walk.is_whole = False
            return list(islice(found.values(), _FIRST_OF_MANY))
        walk.budget.check(len(piece) // _ITEMS_LIKE_AN_OBJECT)
    return found.values()


def _pieces(obj: Any, kind: type) -> Iterator[list[Any]]:
    if identity(kind) not in _CONTAINERS:
        for start in range(0, len(obj), _SLICE):
            yield obj[start : start + _SLICE].tolist()  # the objects of an array
        return
    items = iter(chain(obj, obj.values()) if kind is dict else obj)
    while piece := list(islice(items, _SLICE)):
        yield piece


def _class_members(cls: type, walk: _Walk) -> Iterable[Any]:
    if not is_session_type(cls):
        return ()
    walk.ids[identity(cls)] = None
    walk.classes.add(identity(cls))
    members = list(members_of(cls).values()) + [b for b in mro_of(cls)[1:] if b is not object]
    members.append(type(cls))  # a metaclass of the session can keep what its classes do
    return [
        getattr(m, "__func__", m) if is_a(m, staticmethod | classmethod) else m for m in members
    ]


def _function_parts(function: types.FunctionType, walk: _Walk) -> Iterable[Any]:
    wrapped = function.__dict__.get("__wrapped__")
    cells = [cell_content(cell) for cell in function.__closure__ or ()]
    if function.__module__ not in _SESSION:
        return [part for part in (wrapped, *cells) if part is not None]
    walk.ids[identity(function)] = None
    # `nonlocal n` binds anew in the cell, which functions made together hold together
    walk.ids.update((identity(cell), None) for cell in function.__closure__ or ())
    walk.names.update(names_in(function.__code__))
    defaults = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
    return (*defaults, *cells, *function.__dict__.values())


def names_in(code: types.CodeType) -> set[str]:
    """Return the global names and attributes that code uses, nested code too."""
    names: set[str] = set()
    waiting = [code]
    while waiting:
        one = waiting.pop()
        names.update(one.co_names)
        waiting += [c for c in one.co_consts if type(c) is types.CodeType]
    return names


def cell_content(cell: types.CellType) -> Any:
    """Return what a closure holds in a cell, None where that is nothing yet."""
    try:
        return cell.cell_contents
    except ValueError:
        return None


def _generator_parts(obj: Any, walk: _Walk) -> Iterable[Any]:
    """A generator runs code of its own: what that names counts as for a function."""
    code = obj.gi_code if type(obj) is types.GeneratorType else obj.cr_code
    walk.names.update(names_in(code))
    return [r for r in get_referents(obj) if type(r) is not types.FrameType]


def _array_parts(obj: Any, kind: type, walk: _Walk) -> Iterable[Any]:
    numpy = sys.modules["numpy"]
    walk.ids[identity(obj)] = None
    plain = plain_view(obj)
    base: Any = obj
    while is_a(base, numpy.ndarray):
        walk.ids[identity(base)] = None
        base = numpy.ndarray.base.__get__(base)
    parts: list[Any] = []
    if base is not None:
        walk.ids[identity(base)] = None
        parts.append(base.obj if type(base) is memoryview else base)
    low, high = _bounds(plain, numpy)
    if high > low:
        walk.memory.add((low, high))
    if plain.dtype.hasobject and plain.size:
        parts += _changeable(plain.flat, numpy.flatiter, walk)
    plan = plan_for(kind)
    if kind is not numpy.ndarray and plan.read_dict is not None:
        parts += dict.values(plan.read_dict.__get__(obj))
    return parts


def _bounds(array: Any, numpy: Any) -> tuple[int, int]:
    bounds = getattr(getattr(numpy, "lib", None), "array_utils", None)
    if bounds is not None and hasattr(bounds, "byte_bounds"):
        low, high = bounds.byte_bounds(array)
    else:
        low, high = numpy.byte_bounds(array)
    return int(low), int(high)


def _buffer_parts(view: memoryview, walk: _Walk) -> Iterable[Any]:
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None and view.nbytes and view.format != "O":
        walk.memory.add(_bounds(numpy.asarray(view), numpy))
    return (view.obj,)


def _note_tensor(obj: Any, kind: type, walk: _Walk) -> None:
    torch: Any = sys.modules.get("torch")
    if torch is None or not issubclass(kind, getattr(torch, "Tensor", ())):
        return
    if is_session_type(kind) or obj.layout is not torch.strided:
        walk.is_whole = False
        return
    storage = obj.untyped_storage()
    low = storage.data_ptr()
    walk.memory.add((low, low + storage.nbytes()))
    if obj.is_leaf and obj.grad is not None:
        _note_tensor(obj.grad, type(obj.grad), walk)


@remembered_by_type
def _is_value(kind: type) -> bool:
    """Whether objects of `kind` never change, whoever holds them."""
    numpy: Any = sys.modules.get("numpy")
    if numpy is None or not hasattr(numpy, "generic") or issubclass(kind, numpy.void):
        return False
    extension: Any = sys.modules.get("pandas.api.extensions")
    if issubclass(kind, getattr(extension, "ExtensionDtype", ())):
        return True
    is_place = module_of(kind) == "pandas._libs.internals" and name_of(kind) == "BlockPlacement"
    return is_place or issubclass(kind, (numpy.generic, numpy.dtype))


@remembered_by_type
def _is_index(kind: type) -> bool:
    """Whether objects of `kind` never change but for their name."""
    pandas: Any = sys.modules.get("pandas")
    return issubclass(kind, getattr(pandas, "Index", ()))


def _is_artist(kind: type) -> bool:
    module = sys.modules.get("matplotlib.artist")
    return module is not None and issubclass(kind, getattr(module, "Artist", ()))


def _artist(obj: Any, walk: _Walk) -> Iterable[Any]:
    """Note an artist and its figure: what the figure holds is looked at with the figure."""
    walk.has_artist = True
    walk.ids[identity(obj)] = None
    own = object.__getattribute__(obj, "__dict__")
    for name in ("figure", "_figure", "_parent_figure", "_root_figure"):
        figure = own.get(name)
        if figure is not None:
            walk.ids[identity(figure)] = None
    return ()
