"""Which describer speaks for which type: builtins, the standard library, plain instances."""

import hashlib
import types
from typing import Any

from . import libraries, pictures
from .walk import Described, Describer, Walker

_C_MADE = (
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.GetSetDescriptorType,
)
_HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE: made by a class statement, or by C code that says so


def find_describer(kind: type) -> Describer:
    """Choose by the nearest class in the method resolution order that has a describer."""
    for owner in kind.__mro__:
        root = str(getattr(owner, "__module__", "")).partition(".")[0]
        found = _BY_NAME.get(f"{root}.{owner.__qualname__}")
        if found is not None:
            return found
    if kind.__module__.partition(".")[0] in {"matplotlib", "mpl_toolkits"}:
        return _opaque("part of a figure")
    if _is_python_made(kind):
        return _plain_instance
    if "__next__" in dir(kind):
        return _iterator
    return _reduced


def _is_python_made(kind: type) -> bool:
    return all(_is_plain_class(owner) for owner in kind.__mro__ if owner is not object)


def _is_plain_class(owner: type) -> bool:
    if f"{owner.__module__}.{owner.__qualname__}" == "typing.Generic":
        return True
    if not owner.__flags__ & _HEAP_TYPE:
        return False
    members = (v for n, v in owner.__dict__.items() if n not in {"__dict__", "__weakref__"})
    return not any(type(member) in _C_MADE for member in members)


def _plain_instance(_value: Any, _walker: Walker) -> Described:
    return Described("object")


def _iterator(_value: Any, _walker: Walker) -> Described:
    return Described("opaque", "an iterator: looking would use it up", ())


def _reduced(value: Any, walker: Walker) -> Described:
    """Describe an object made in C by what it says for copying: `__reduce_ex__`."""
    if type(value).__module__ in walker.session_modules and "__reduce_ex__" in dir(type(value)):
        reduced = _library_reduce(value)
    else:
        reduced = value.__reduce_ex__(4)
    if type(reduced) is str:
        return Described("text", reduced, ())
    maker, arguments, *more = reduced
    state = more[0] if more else None
    items = list(more[1]) if len(more) > 1 and more[1] is not None else []
    pairs = list(more[2]) if len(more) > 2 and more[2] is not None else []  # noqa: PLR2004
    content = [("maker", maker), ("arguments", arguments), ("state", state)]
    filled = [("items", items)] * bool(items) + [("pairs", pairs)] * bool(pairs)
    if state is None and not filled and _says_nothing(arguments):
        return Described("opaque", "made outside Python: its content cannot be seen", ())
    return Described("object", None, walker.pairs(content + filled))


def _library_reduce(value: Any) -> Any:
    """Reduce by the nearest class of a library: a session class's own methods do not run."""
    for owner in type(value).__mro__:
        if owner.__flags__ & _HEAP_TYPE and not hasattr(owner, "__cython_symbols__"):
            continue
        if "__reduce__" in owner.__dict__ and owner is not object:
            return owner.__dict__["__reduce__"].__get__(value)()
    return object.__reduce_ex__(value, 4)


def _says_nothing(arguments: Any) -> bool:
    return type(arguments) is tuple and all(isinstance(part, type) for part in arguments)


def _list(value: Any, walker: Walker) -> Described:
    return Described("seq", walker.children(list.__getitem__(value, slice(None))))


def _tuple(value: Any, walker: Walker) -> Described:
    return Described("seq", walker.children(tuple.__getitem__(value, slice(None))))


def _set(value: Any, walker: Walker) -> Described:
    return Described("bag", walker.children(set.__iter__(value)))


def _frozenset(value: Any, walker: Walker) -> Described:
    return Described("bag", walker.children(frozenset.__iter__(value)))


def _dict(value: Any, walker: Walker) -> Described:
    items = tuple(dict.items(value))
    keys = walker.children(key for key, _ in items)
    return Described("map", tuple(zip(keys, walker.children(v for _, v in items), strict=True)))


def _mapping_proxy(value: Any, walker: Walker) -> Described:
    return Described("seq", (walker.child(dict(value)),), ())


def _view(value: Any, walker: Walker) -> Described:
    return Described("seq", walker.children(list(value)), ())


def _str(value: Any, _walker: Walker) -> Described:
    return Described("text", str.__str__(value))


def _bytes(value: Any, _walker: Walker) -> Described:
    return Described("seq", (bytes.__getitem__(value, slice(None)),))


def _int(value: Any, _walker: Walker) -> Described:
    return Described("seq", (int.__int__(value),))


def _float(value: Any, _walker: Walker) -> Described:
    return Described("seq", (float.__float__(value),))


def _complex(value: Any, _walker: Walker) -> Described:
    return Described("seq", (complex.__add__(value, 0),))


def _bytearray(value: Any, walker: Walker) -> Described:
    return walker.raw("|u1", (len(value),), bytes(value), 1)


def _memoryview(value: Any, _walker: Walker) -> Described:
    return Described("seq", (value.format, value.shape and len(value), value.tobytes()), ())


def _slice(value: Any, walker: Walker) -> Described:
    return Described("seq", walker.children((value.start, value.stop, value.step)), ())


def _datetime(value: Any, walker: Walker) -> Described:
    import datetime as dt  # noqa: PLC0415 - loaded already where a value of it exists

    moment = dt.datetime
    fields = ("year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo", "fold")
    return Described("seq", walker.children(getattr(moment, f).__get__(value) for f in fields), ())


def _path(value: Any, _walker: Walker) -> Described:
    return Described("text", str(value), ())


def _enum(value: Any, _walker: Walker) -> Described:
    return Described("text", str(object.__getattribute__(value, "_name_")), ())


def _own_repr(value: Any, _walker: Walker) -> Described:
    return Described("text", repr(value), ())


def _match(value: Any, walker: Walker) -> Described:
    parts = (value.re.pattern, value.span(), value.group(), value.groups())
    return Described("seq", walker.children(parts), ())


def _memory_file(value: Any, walker: Walker) -> Described:
    if value.closed:
        return Described("text", "closed", ())
    owner = next(c for c in type(value).__mro__ if c.__module__ == "_io")
    parts = (owner.__dict__["getvalue"](value), owner.__dict__["tell"](value))
    return Described("seq", walker.children(parts))


def _logger(value: Any, _walker: Walker) -> Described:
    return Described("text", str(value.name), ())


def _function(value: Any, walker: Walker) -> Described:
    digest = code_digest(value.__code__) if walker.is_session_type(value) else ""
    module = "" if walker.is_session_type(value) else str(value.__module__)
    return Described("name", ("function", module, value.__name__, digest), ())


def _builtin_function(value: Any, walker: Walker) -> Described:
    owner = getattr(value, "__self__", None)
    if owner is None or isinstance(owner, types.ModuleType):
        module = str(getattr(value, "__module__", ""))
        return Described("name", ("function", module, value.__qualname__, ""), ())
    return Described("seq", (str(value.__name__), walker.child(owner)), ())


def _descriptor(value: Any, _walker: Walker) -> Described:
    return Described("name", ("function", "", str(value.__qualname__), ""), ())


def _remembering_function(value: Any, walker: Walker) -> Described:
    """What `functools.lru_cache` makes: what it remembers is no content."""
    return Described("seq", (walker.child(vars(value).get("__wrapped__")),), ())


def _method(value: Any, walker: Walker) -> Described:
    return Described("seq", walker.children((value.__func__, value.__self__)), ())


def _class(value: Any, walker: Walker) -> Described:
    module, _, name = walker.type_name(value).partition(":")
    digest = _class_digest(value) if walker.is_session_type(value) else ""
    return Described("name", ("class", module, name, digest), ())


def _module(value: Any, _walker: Walker) -> Described:
    name = str(types.ModuleType.__getattribute__(value, "__name__"))
    return Described("name", ("module", "", name, ""), ())


def _class_digest(value: type) -> str:
    members = type.__dict__["__dict__"].__get__(value)
    functions = [(n, v) for n, v in members.items() if type(v) is types.FunctionType]
    text = ";".join(f"{name}={code_digest(item.__code__)}" for name, item in sorted(functions))
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def code_digest(code: types.CodeType) -> str:
    """Digest what the code does: its instructions, names and constants, not where it stands."""
    constants = [
        code_digest(part) if isinstance(part, types.CodeType) else _constant_text(part)
        for part in code.co_consts
    ]
    parts = (code.co_code, code.co_names, code.co_varnames, code.co_freevars, constants)
    return hashlib.sha1(repr(parts).encode(), usedforsecurity=False).hexdigest()


def _constant_text(part: Any) -> str:
    if isinstance(part, frozenset):
        return repr(sorted(map(repr, part)))
    return repr(part)


def _opaque(reason: str) -> Describer:
    def describe(_value: Any, _walker: Walker) -> Described:
        return Described("opaque", reason, ())

    return describe


_OPAQUE_TYPES = {
    "a generator: looking would use it up": ("builtins.generator", "builtins.async_generator"),
    "a coroutine": ("builtins.coroutine",),
    "an open file": ("_io._IOBase",),
    "a lock or thread": ("_thread.lock", "_thread.RLock", "threading.Thread"),
    "a connection": (
        "_socket.socket",
        "sqlite3.Connection",
        "sqlite3.Cursor",
        "sqlalchemy.Engine",
        "sqlalchemy.Connection",
        "requests.Session",
    ),
    "a running program": ("subprocess.Popen",),
    "a weak reference": (
        "weakref.ReferenceType",
        "builtins.weakref",
        "builtins.weakproxy",
        "builtins.weakcallableproxy",
    ),
    "part of a running program": ("builtins.frame", "builtins.traceback"),
    "a lazy query: computing it is not for a check": ("polars.LazyFrame", "dask.DataFrame"),
}
_BY_REPR = (
    "datetime.date",
    "datetime.time",
    "datetime.timedelta",
    "datetime.timezone",
    "zoneinfo.ZoneInfo",
    "decimal.Decimal",
    "uuid.UUID",
    "builtins.range",
    "re.Pattern",
    "ipaddress._IPAddressBase",
    "builtins.NotImplementedType",
    "types.GenericAlias",
    "types.UnionType",
    "typing._GenericAlias",
    "typing._SpecialForm",
    "typing.TypeVar",
)
_BY_NAME: dict[str, Describer] = {
    "builtins.list": _list,
    "builtins.tuple": _tuple,
    "builtins.set": _set,
    "builtins.frozenset": _frozenset,
    "builtins.dict": _dict,
    "builtins.mappingproxy": _mapping_proxy,
    "builtins.dict_keys": _view,
    "builtins.dict_values": _view,
    "builtins.dict_items": _view,
    "builtins.str": _str,
    "builtins.bytes": _bytes,
    "builtins.int": _int,
    "builtins.float": _float,
    "builtins.complex": _complex,
    "builtins.bytearray": _bytearray,
    "builtins.memoryview": _memoryview,
    "builtins.slice": _slice,
    "datetime.datetime": _datetime,
    "pathlib.PurePath": _path,
    "enum.Enum": _enum,
    "re.Match": _match,
    "_io.StringIO": _memory_file,
    "_io.BytesIO": _memory_file,
    "logging.Logger": _logger,
    "builtins.function": _function,
    "builtins.builtin_function_or_method": _builtin_function,
    "builtins.method_descriptor": _descriptor,
    "functools._lru_cache_wrapper": _remembering_function,
    "builtins.wrapper_descriptor": _descriptor,
    "builtins.classmethod_descriptor": _descriptor,
    "builtins.method-wrapper": _builtin_function,
    "builtins.method": _method,
    "builtins.type": _class,
    "builtins.module": _module,
    **dict.fromkeys(_BY_REPR, _own_repr),
    **{name: _opaque(why) for why, names in _OPAQUE_TYPES.items() for name in names},
    **libraries.DESCRIBERS,
    **pictures.DESCRIBERS,
}
