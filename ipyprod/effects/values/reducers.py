"""What stands for an object in a fingerprint: one rule a type, content in the state.

A rule returns (mark, (tag,), state), the content in the state, so that cycles work.
"""

import functools
import gc
import io
import itertools
import sys
import types
import weakref
from collections.abc import Callable
from typing import Any, cast

from ipyprod.effects.values import arrays, frames, libraries
from ipyprod.effects.values.kinds import is_a, remembered_by_type
from ipyprod.effects.values.layout import Layout, instance_attributes, layout_of
from ipyprod.effects.values.marks import OpaqueValueError

_SESSION_MODULES = frozenset({"__main__", "__mp_main__"})
_BUILTIN_FUNCTIONS = (
    types.BuiltinFunctionType,
    types.MethodWrapperType,
)
_BY_IDENTITY = (
    types.ModuleType,
    types.CodeType,
    types.WrapperDescriptorType,
    types.MethodDescriptorType,
    types.ClassMethodDescriptorType,
    types.GetSetDescriptorType,
    types.MemberDescriptorType,
    types.GenericAlias,
    types.UnionType,
    weakref.ReferenceType,
    type(NotImplemented),
    type(...),
)
_ITERABLES: tuple[Any, ...] = (
    [],
    (),
    {},
    set(),
    "",
    b"",
    bytearray(),
    range(0),
    {}.values(),
    {}.items(),
)
_ITERATORS = frozenset(type(iter(sample)) for sample in _ITERABLES) | {
    zip,
    map,
    filter,
    enumerate,
    reversed,
    type(reversed([])),
    type(reversed({})),
}
_GENERATORS = (types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType)
_HIDDEN_COUNTERS = (itertools.cycle,)
_SHOWN_COUNTERS = (itertools.count, itertools.repeat)


def mark(tag: Any) -> None:
    """Stand for an object in the stream; never called, since no stream is ever loaded."""


class Reducer:
    """The rules, with what they found on the way."""

    def __init__(self, *, deadline: float, public_only: bool) -> None:
        self.deadline = deadline
        self.public_only = public_only
        self.is_one_way = False
        self.has_library_object = False

    def top_level(self, value: Any) -> Any:
        """Return what is looked at for a variable: a session class by what its body made."""
        if is_a(value, type) and is_session_type(value):
            members = dict(type.__getattribute__(value, "__dict__"))
            for name in ("__dict__", "__weakref__", "__doc__"):
                members.pop(name, None)
            return ("class", id(value), members)
        if is_a(value, types.ModuleType):
            return ("module", id(value))
        return value

    def reduce(self, obj: Any) -> Any:
        """Return what stands for `obj`."""
        if obj is mark:
            return NotImplemented  # pickled by its name
        kind = type(obj)
        if issubclass(kind, type) or is_a(obj, _BY_IDENTITY):
            return mark, (id(obj),)
        rule = _rule_for(kind)
        if rule is not None:
            return rule(self, obj)
        for look in (arrays.reduce_array, frames.reduce_frame, libraries.reduce_library):
            found = look(obj, self)
            if found is not None:
                return mark, (found.tag,), found.state
        return self._reduce_instance(obj, kind)

    def _reduce_instance(self, obj: Any, kind: type) -> Any:
        """An object made in Python by its attributes; one made in C by its own account."""
        layout = layout_of(kind)
        if layout is Layout.PYTHON:
            is_library = not is_session_type(kind)
            self.has_library_object = self.has_library_object or is_library
            hide = self.public_only and is_library
            attributes, payload = instance_attributes(obj, kind, hide_private=hide)
            return mark, ((kind.__qualname__, id(kind)),), (attributes, payload)
        if layout is Layout.OWN_ACCOUNT:
            made = cast("Any", kind).__reduce_ex__(obj, 4)
            if is_a(made, str):
                return mark, (id(obj),)
            return (
                mark,
                ((kind.__qualname__, id(kind)),),
                tuple(made[1:3])
                + tuple(list(part) if part is not None else None for part in made[3:5]),
            )
        raise OpaqueValueError(kind.__qualname__)


def is_session_type(kind: type) -> bool:
    """Whether `kind` is a class made in the session itself."""
    return kind.__dict__.get("__module__") in _SESSION_MODULES


def _function(reducer: Reducer, obj: types.FunctionType) -> Any:
    if obj.__module__ not in _SESSION_MODULES and "<locals>" not in obj.__qualname__:
        return mark, (id(obj),)
    if obj.__module__ not in _SESSION_MODULES and not obj.__closure__:
        return mark, (id(obj),)
    cells = [_cell_content(cell) for cell in obj.__closure__ or ()]
    attributes = {k: v for k, v in obj.__dict__.items() if k != "__wrapped__"}
    if obj.__module__ not in _SESSION_MODULES:
        # A library's wrapper counts and caches in its closure: only what it wraps matters.
        cells = [cell for cell in cells if not is_a(cell, int)]
        reducer.has_library_object = True
    wrapped = obj.__dict__.get("__wrapped__")
    state = (id(obj.__code__), obj.__defaults__, obj.__kwdefaults__, cells, attributes, wrapped)
    return mark, (id(obj),), state


def _cell_content(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return ("empty cell",)


def _method(_reducer: Reducer, obj: types.MethodType) -> Any:
    return mark, ("method",), (id(obj.__func__), obj.__self__)


def _builtin_function(_reducer: Reducer, obj: Any) -> Any:
    owner = obj.__self__
    if owner is None or is_a(owner, types.ModuleType | type):
        return mark, (id(obj),)
    return mark, (obj.__name__,), (owner,)


def _descriptor(_reducer: Reducer, obj: Any) -> Any:
    if is_a(obj, property):
        return mark, ("property",), (id(obj.fget), id(obj.fset), id(obj.fdel))
    return mark, ("wrapped",), (id(obj.__func__),)


def _mapping_proxy(_reducer: Reducer, obj: Any) -> Any:
    return mark, ("mappingproxy",), (dict(obj),)


def _cell(_reducer: Reducer, obj: types.CellType) -> Any:
    return mark, ("cell",), (_cell_content(obj),)


def _iterator(_reducer: Reducer, obj: Any) -> Any:
    made = obj.__reduce__()
    return mark, (type(obj).__name__,), tuple(made[1:])


def _dict_view(_reducer: Reducer, obj: Any) -> Any:
    return mark, (type(obj).__name__,), (dict(obj.mapping),)


def _generator(_reducer: Reducer, obj: Any) -> Any:
    frame = getattr(obj, "gi_frame", None) or getattr(obj, "cr_frame", None)
    frame = frame or getattr(obj, "ag_frame", None)
    if frame is None:
        return mark, ("finished", id(obj))
    if getattr(obj, "gi_running", False) or getattr(obj, "cr_running", False):
        raise OpaqueValueError("running")
    held = [
        referent
        for referent in gc.get_referents(obj)
        if not is_a(referent, types.FrameType | types.CodeType | types.ModuleType)
        and not _is_namespace(referent)
        and not (is_a(referent, types.FunctionType) and referent.__code__ is frame.f_code)
    ]
    last = frame.f_lasti
    del frame
    return mark, ("generator", last), (held,)


def _is_namespace(referent: Any) -> bool:
    return is_a(referent, dict) and "__builtins__" in referent


def _tool(_reducer: Reducer, obj: Any) -> Any:
    """An iterator of itertools by what it holds, never by walking its inner tuples."""
    if is_a(obj, _HIDDEN_COUNTERS) or type(obj).__name__ in ("_tee", "_grouper"):
        raise OpaqueValueError(type(obj).__name__)
    if is_a(obj, _SHOWN_COUNTERS):
        return mark, (type(obj).__name__, repr(obj))
    held: list[Any] = []
    for referent in gc.get_referents(obj):
        if is_a(referent, type):
            continue
        held += gc.get_referents(referent) if type(referent) is tuple else [referent]
    return mark, (type(obj).__name__,), (held,)


def _file(reducer: Reducer, obj: Any) -> Any:
    if obj in (sys.__stdout__, sys.__stderr__, sys.__stdin__):
        return mark, (id(obj),)
    if is_a(obj, io.StringIO | io.BytesIO):
        if obj.closed:
            return mark, ("closed",)
        position = obj.tell()
        return mark, ("memory file", position), (obj.getvalue(),)
    reducer.is_one_way = True
    if obj.closed:
        return mark, ("closed",)
    try:
        return mark, ("file", obj.tell() if obj.readable() else -1)
    except OSError:
        return mark, ("file", -1)


def _memory_view(_reducer: Reducer, obj: memoryview) -> Any:
    return mark, ("memoryview",), (obj.tobytes(),)


def _partial(_reducer: Reducer, obj: Any) -> Any:
    return mark, ("partial",), (obj.func, obj.args, obj.keywords, dict(obj.__dict__))


def _is_tool(kind: type) -> bool:
    return kind.__module__ == "itertools"


@remembered_by_type
def _rule_for(kind: type) -> Callable[[Reducer, Any], Any] | None:
    """Return the rule for a type of the interpreter itself, None for all others."""
    table: tuple[tuple[tuple[type, ...], Callable[[Reducer, Any], Any]], ...] = (
        ((types.FunctionType,), _function),
        ((types.MethodType,), _method),
        (_BUILTIN_FUNCTIONS, _builtin_function),
        ((property, staticmethod, classmethod), _descriptor),
        ((types.MappingProxyType,), _mapping_proxy),
        ((types.CellType,), _cell),
        (cast("tuple[type, ...]", tuple(_ITERATORS)), _iterator),
        ((type({}.keys()), type({}.values()), type({}.items())), _dict_view),
        (_GENERATORS, _generator),
        ((io.TextIOWrapper, io.BufferedReader, io.BufferedWriter, io.FileIO), _file),
        ((io.StringIO, io.BytesIO, io.BufferedRandom), _file),
        ((memoryview,), _memory_view),
        ((functools.partial,), _partial),
    )
    for kinds, rule in table:
        if kind in kinds:
            return rule
    return _tool if _is_tool(kind) else None
