"""What stands for an object in a fingerprint: the rules for the interpreter's own types."""

import contextvars
import functools
import io
import itertools
import re
import sys
import types
import weakref
from gc import get_referents
from time import thread_time
from typing import Any, cast

from ipyprod.effects.values.arrays import array_rule
from ipyprod.effects.values.artists import artist_rule
from ipyprod.effects.values.callbacks import callbacks_of
from ipyprod.effects.values.classes import (
    class_content,
    class_rule,
    members_given,
    registered_with,
)
from ipyprod.effects.values.flat import IMMUTABLE, hash_into
from ipyprod.effects.values.frames import frame_rule
from ipyprod.effects.values.instances import admitted, instance_rule
from ipyprod.effects.values.kinds import (
    home_of,
    identity,
    is_a,
    is_among,
    is_lasting,
    is_session_module,
    is_session_type,
    name_of,
)
from ipyprod.effects.values.libraries import library_rule
from ipyprod.effects.values.look import Look, Rule, mark, part
from ipyprod.effects.values.marks import OpaqueValueError
from ipyprod.effects.values.tensors import tensor_rule

_SESSION_MODULES = frozenset({"__main__", "__mp_main__"})
_BY_IDENTITY = (
    types.CodeType,
    types.WrapperDescriptorType,
    types.MethodDescriptorType,
    types.ClassMethodDescriptorType,
    types.GetSetDescriptorType,
    types.MemberDescriptorType,
    types.GenericAlias,
    types.UnionType,
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
    range(1 << 70),
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
    type(reversed({}.values())),
    type(reversed({}.items())),
}
_GENERATORS = (types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType)
_HIDDEN_COUNTERS = frozenset({"cycle", "_tee", "_grouper", "batched"})
_SHOWN = (int, float, str, type(None))
_SHOWN_COUNTERS = (itertools.count, itertools.repeat)
_LONGEST_TEXT = 8 << 20
_FILLED_BY_PYTHON = frozenset({"__builtins__", "__warningregistry__"})
_UNSET = "not set in this context"
_ANNOTATIONS_RUN_CODE = (3, 14)  # PEP 649: asking for them computes them


def top_level(value: Any) -> Any:
    """Return what is looked at for a variable: a class by what its body made."""
    if is_a(value, type):
        joined = registered_with(value)
        if is_session_type(value):
            return ("class", identity(value), class_content(value), joined)
        own = sorted((n, identity(m)) for n, m in members_given(value).items())
        return ("class", identity(value), own, joined)
    if type(value) is weakref.ReferenceType:
        return ("weak reference", identity(value), value())
    if is_session_type(type(value)) and (waiting := list(callbacks_of(value))):
        return (value, [identity(one) for one in waiting])
    if type(value) is types.FunctionType and value.__dict__:
        return (value, {name: identity(one) for name, one in value.__dict__.items()})
    return value


def reduce_object(obj: Any, look: Look) -> Any:
    """Return what stands for `obj`."""
    kind = type(obj)
    found = _KNOWN.get(identity(kind)) or look.rules.get(identity(kind))
    if found is None:
        start = thread_time()
        found = (kind, _rule_for(kind))
        if is_lasting(kind):
            _KNOWN[identity(kind)] = found
            seconds = thread_time() - start
            look.learning_seconds += seconds
            look.budget.extend(seconds)
        else:
            look.rules[identity(kind)] = found
    return found[1](obj, look)


_KNOWN: dict[int, tuple[type, Rule]] = {}


def _rule_for(kind: type) -> Rule:
    if issubclass(kind, weakref.ReferenceType):
        return _weak_reference
    if issubclass(kind, type):
        return class_rule
    if any(kind is one for one in _BY_IDENTITY):
        return _by_identity
    for kinds, rule in _TABLE:
        if any(one is kind for one in kinds):
            return rule
    if home_of(kind) == "itertools":
        return _tool
    for look_up in (array_rule, frame_rule, tensor_rule, library_rule, artist_rule):
        found = look_up(kind)
        if found is not None:
            return found
    return instance_rule(kind)


def _module(obj: types.ModuleType, _look: Look) -> Any:
    if not is_session_module(obj):
        return part(identity(obj))
    return part(identity(obj), {n: m for n, m in vars(obj).items() if n not in _FILLED_BY_PYTHON})


def _by_identity(obj: Any, _look: Look) -> Any:
    return part(identity(obj))


def _weak_reference(obj: Any, _look: Look) -> Any:
    """A weak reference; what the session made is looked at through it, as through a strong one."""
    held = weakref.ReferenceType.__call__(obj)
    if held is None or not is_session_type(type(held)):
        return part((identity(obj), held is None))
    return part(identity(obj), (held,))


def _function(obj: types.FunctionType, _look: Look) -> Any:
    if obj is mark:
        return NotImplemented  # pickled by its name
    if obj.__module__ not in _SESSION_MODULES and (
        "<locals>" not in obj.__qualname__ or not obj.__closure__
    ):
        held = (obj.__code__, obj.__defaults__, obj.__kwdefaults__)
        return part((identity(obj), *map(identity, held)))
    cells = [_cell_content(cell) for cell in obj.__closure__ or ()]
    attributes = {k: v for k, v in obj.__dict__.items() if k != "__wrapped__"}
    if obj.__globals__.get("__name__") not in _SESSION_MODULES:
        # A library's wrapper counts in its closure, and caches: only what it wraps matters.
        named = zip(obj.__code__.co_freevars, cells, strict=True)
        cells = [one for name, one in named if not is_a(one, int) and "cache" not in name]
        attributes = {name: one for name, one in attributes.items() if "cache" not in name}
    wrapped = obj.__dict__.get("__wrapped__")
    # a default or what a closure holds may be replaced by an object of equal content
    own_parts = (*(obj.__defaults__ or ()), *(obj.__kwdefaults__ or {}).values(), *cells)
    state = (
        identity(obj.__code__),
        [identity(one) for one in own_parts if identity(type(one)) not in IMMUTABLE],
        obj.__defaults__,
        obj.__kwdefaults__,
        cells,
        attributes,
        wrapped,
    )
    own = head_of(obj) if obj.__module__ in _SESSION_MODULES else ()
    return part(identity(obj), (*state, *own))


def head_of(obj: types.FunctionType) -> tuple[Any, ...]:
    """Return what a function of the session says of itself."""
    hints: dict[str, Any] = {}
    if sys.version_info < _ANNOTATIONS_RUN_CODE:
        hints = obj.__annotations__
    kept = [(name, identity(hint)) for name, hint in hints.items()]
    return (obj.__name__, obj.__qualname__, obj.__doc__, kept)


def _cell_content(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return ("empty cell",)


def _method(obj: types.MethodType, _look: Look) -> Any:
    return part("method", (identity(obj.__func__), obj.__self__))


def _builtin_function(obj: Any, _look: Look) -> Any:
    owner = obj.__self__
    if owner is None or is_a(owner, types.ModuleType | type):
        return part(identity(obj))
    return part(obj.__name__, (owner,))


def _remembering_function(obj: Any, look: Look) -> Any:
    """What `lru_cache` makes: a new result fills a cache; one that changes or goes is a change."""
    own = vars(obj)
    wrapped = own.get("__wrapped__")
    held: list[Any] = []
    for one in get_referents(obj):
        if one is own or one is wrapped or is_a(one, type):
            continue
        is_store = type(one) is dict and _holds_results(one, obj)
        held += [*one, *_results_in(one)] if is_store else [one]
    kept = [one for one in held if name_of(type(one)) != "_lru_list_elem"]
    results = {
        f"_{identity(one)}": identity(one) if _cannot_change(one) else one
        for one in sorted(kept, key=identity)
    }
    return part(identity(obj), (wrapped, admitted(obj, results, look)))


def _holds_results(store: dict[Any, Any], function: Any) -> bool:
    """Whether this dict is the store of `function` itself, not one of the results kept there."""
    information = type(function).cache_info(function)
    return len(store) == information.currsize and (
        information.maxsize is None
        or all(name_of(type(link)) == "_lru_list_elem" for link in store.values())
    )


def _results_in(store: dict[Any, Any]) -> list[Any]:
    return [one for one in store.values() if name_of(type(one)) != "_lru_list_elem"]


def _cannot_change(value: Any) -> bool:
    if type(value) is tuple:
        return all(_cannot_change(item) for item in value)
    return identity(type(value)) in IMMUTABLE or type(value) is object


def _descriptor(obj: Any, _look: Look) -> Any:
    if is_a(obj, property):
        return part("property", (obj.fget, obj.fset, obj.fdel))
    return part("wrapped", (obj.__func__,))


def _viewed(obj: Any, _look: Look) -> Any:
    """A view of a dict, or a proxy, by what it shows; asking it may call `__hash__`."""
    return part(name_of(type(obj)), (get_referents(obj),))


def _cell(obj: types.CellType, _look: Look) -> Any:
    return part("cell", (_cell_content(obj),))


def _iterator(obj: Any, _look: Look) -> Any:
    return part(name_of(type(obj)), tuple(obj.__reduce__()[1:]))


def _generator(obj: Any, _look: Look) -> Any:
    frame = getattr(obj, "gi_frame", None) or getattr(obj, "cr_frame", None)
    frame = frame or getattr(obj, "ag_frame", None)
    if frame is None:
        return part(("finished", identity(obj)))
    if getattr(obj, "gi_running", False) or getattr(obj, "cr_running", False):
        raise OpaqueValueError("running")
    held = [
        referent
        for referent in get_referents(obj)
        if not is_a(referent, types.FrameType | types.CodeType | types.ModuleType)
        and not _is_namespace(referent)
        and not (is_a(referent, types.FunctionType) and referent.__code__ is frame.f_code)
    ]
    last = frame.f_lasti
    del frame
    return part(("generator", last), (held,))


def _is_namespace(referent: Any) -> bool:
    return is_a(referent, dict) and "__builtins__" in dict.keys(referent)


def _tool(obj: Any, _look: Look) -> Any:
    """An iterator of itertools by what it holds, never by walking its inner tuples."""
    if name_of(type(obj)) in _HIDDEN_COUNTERS:
        raise OpaqueValueError(name_of(type(obj)))
    if is_a(obj, _SHOWN_COUNTERS):
        return _counter(obj)
    held: list[Any] = []
    for referent in get_referents(obj):
        if is_a(referent, type):
            continue
        held += get_referents(referent) if type(referent) is tuple else [referent]
    return part(name_of(type(obj)), (held,))


def _counter(obj: Any) -> Any:
    held = get_referents(obj)
    if not all(is_among(type(one), _SHOWN) or one is type(obj) for one in held):
        raise OpaqueValueError(name_of(type(obj)))  # its repr would be the user's
    return part((name_of(type(obj)), repr(obj)))


def _file(obj: Any, look: Look) -> Any:
    if any(obj is stream for stream in (sys.__stdout__, sys.__stderr__, sys.__stdin__)):
        return part(identity(obj))
    if is_among(type(obj), (io.StringIO, io.BytesIO)):
        return _memory_file(obj)
    look.is_one_way = True
    if obj.closed:
        return part("closed")
    try:
        return part(("file", obj.tell() if obj.readable() else -1))
    except OSError:
        return part(("file", -1))


def _memory_file(obj: Any) -> Any:
    if obj.closed:
        return part("closed")
    position = obj.tell()
    if type(obj) is io.BytesIO:
        with obj.getbuffer() as content:
            if len(content) > _LONGEST_TEXT:
                raise OpaqueValueError("long file in memory")
            return part(("memory file", position), (bytes(content),))
    return part(("memory file", position), (obj.getvalue(),))


def _memory_view(obj: memoryview, look: Look) -> Any:
    import xxhash  # noqa: PLC0415 - the name is used here alone

    if not obj.c_contiguous:
        return part("memoryview", (obj.format, obj.shape, obj.tobytes()))
    digest = xxhash.xxh3_128()
    hash_into(digest, obj, look)
    return part("memoryview", (obj.format, obj.shape, digest.digest()))


def _partial(obj: Any, _look: Look) -> Any:
    # `obj.__dict__` would make one, and a partial of `obj` would no more be one of its function
    state: Any = functools.partial.__reduce__(obj)[2]
    function, arguments, keywords, members = state
    return part("partial", (function, arguments, keywords, dict(members or {})))


def _context_variable(obj: contextvars.ContextVar[Any], _look: Look) -> Any:
    return part("context variable", (identity(obj), obj.get(_UNSET)))


def _pattern(obj: re.Pattern[Any], _look: Look) -> Any:
    return part("pattern", (obj.pattern, obj.flags))


def _match(obj: re.Match[Any], _look: Look) -> Any:
    return part("match", (obj.re, obj.string, obj.regs, obj.pos, obj.endpos))


_TABLE: tuple[tuple[tuple[Any, ...], Rule], ...] = (
    ((types.FunctionType,), _function),
    ((types.ModuleType,), _module),
    ((types.MethodType,), _method),
    ((types.BuiltinFunctionType, types.MethodWrapperType), _builtin_function),
    ((functools._lru_cache_wrapper,), _remembering_function),  # noqa: SLF001 - what lru_cache makes
    ((property, staticmethod, classmethod), _descriptor),
    ((types.MappingProxyType,), _viewed),
    ((type({}.keys()), type({}.values()), type({}.items())), _viewed),
    ((types.CellType,), _cell),
    (cast("tuple[type, ...]", tuple(_ITERATORS)), _iterator),
    (_GENERATORS, _generator),
    ((io.TextIOWrapper, io.BufferedReader, io.BufferedWriter, io.FileIO), _file),
    ((io.StringIO, io.BytesIO, io.BufferedRandom), _file),
    ((memoryview,), _memory_view),
    ((functools.partial,), _partial),
    ((contextvars.ContextVar,), _context_variable),
    ((re.Pattern,), _pattern),
    ((re.Match,), _match),
)
