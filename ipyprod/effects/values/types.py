"""The type of a live value in words that outlive it."""

import sys
import types
from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from typing import Any

from ipyprod.effects.values.kinds import (
    home_of,
    identities,
    identity,
    is_a,
    is_among,
    is_session_type,
    members_of,
    mro_of,
    name_of,
    qualname_of,
    remembered_by_type,
)
from ipyprod.effects.values.public_names import public_module
from ipyprod.session.cell import TypeNote

_MOST_DEEP = 4
_MOST_ITEMS = 100
_MOST_INNER_ITEMS = 20
_MOST_COLUMNS = 30
_MOST_PLACES = 6
_MOST_TEXT = 72
_MOST_LITERAL_ITEMS = 12
_MOST_NESTED = 2
_ATOMS = identities(int, float, complex, bool, str, bytes, types.NoneType)
_SEQUENCES = (list, set, frozenset, deque)
_VIEWS: tuple[type, ...] = (type({}.keys()), type({}.values()), type({}.items()))
_SIZED = (*_SEQUENCES, tuple, *_VIEWS)
_MAPPING_HOMES = ("builtins", "collections")
_FUNCTIONS = types.FunctionType | types.MethodType | types.BuiltinFunctionType
_FRAMES = frozenset({"DataFrame"})
_FRAME_HOMES = ("pandas.", "polars.")
_ANY = TypeNote(module="typing", qualname="Any")


def describe_type(value: Any) -> TypeNote:
    """Return the type of `value`, of its elements, and its shape. No code of the user's runs."""
    note, literal = _describe(value, ()), literal_text(value)
    return replace(note, literal=literal) if literal else note


def _describe(value: Any, holders: tuple[int, ...], *, is_item: bool = False) -> TypeNote:
    """Describe a value that the containers with the ids `holders` hold, one in the other.

    Of an item without its length, which differs from item to item.
    """
    kind = type(value)
    base = _base_note(kind)
    if identity(kind) in _ATOMS:
        return _more(base, length=len(value)) if kind is str or kind is bytes else base
    if is_a(value, type):
        return _more(base, is_callable=True, arguments=(_base_note(value),))
    if is_a(value, _FUNCTIONS):
        return _function_note(base, value)
    if identity(value) in holders:
        return _ANY
    if is_among(kind, _SIZED) or (is_a(value, dict) and home_of(kind) in _MAPPING_HOMES):
        length = None if is_item else len(value)
        if len(holders) >= _MOST_DEEP:
            return _more(base, length=length)
        return _container_note(base, value, (*holders, identity(value)), length)
    try:
        return _array_note(base, value, kind)
    except Exception:
        return base


def _container_note(
    base: TypeNote, value: Any, within: tuple[int, ...], length: int | None
) -> TypeNote:
    if is_a(value, dict):
        arguments = (*_union(dict.keys(value), within), *_union(dict.values(value), within))
        return _more(base, arguments=arguments, length=length)
    if type(value) is tuple and 0 < len(value) <= _MOST_PLACES:
        places = tuple(_item_note(item, within) for item in value)
        return _more(base, arguments=places, is_fixed_tuple=True, length=length)
    return _more(base, arguments=_union(value, within), length=length)


def _more(base: TypeNote, **more: Any) -> TypeNote:
    """Return the note of a bare type with more to say; `replace` takes three times as long."""
    return TypeNote(
        module=base.module,
        qualname=base.qualname,
        public_module=base.public_module,
        is_session_type=base.is_session_type,
        is_iterator=base.is_iterator,
        **more,
    )


@remembered_by_type
def _base_note(kind: type) -> TypeNote:
    module = home_of(kind)
    return TypeNote(
        module=module,
        qualname=qualname_of(kind),
        public_module=public_module(kind),
        is_session_type=is_session_type(kind),
        is_iterator=_is_iterator(kind),
    )


@remembered_by_type
def _is_iterator(kind: type) -> bool:
    return any("__next__" in members_of(base) for base in mro_of(kind))


def _function_note(base: TypeNote, value: Any) -> TypeNote:
    """Return the note of a function: its parameters' types, then that of what it returns."""
    note = _more(base, is_callable=True)
    is_method = is_a(value, types.MethodType)
    function = value.__func__ if is_method else value
    if type(function) is not types.FunctionType:
        return note
    code = function.__code__
    is_plain = not code.co_flags & 0x0C and not code.co_kwonlyargcount
    if not is_plain or function.__defaults__ or function.__dict__.get("__wrapped__") is not None:
        return note
    names = code.co_varnames[is_method : code.co_argcount]
    hints = function.__annotations__ if sys.version_info < (3, 14) else {}
    places = tuple(_annotation(hints.get(name, _ANY)) for name in (*names, "return"))
    return replace(note, arguments=places, is_fixed_tuple=True)


def _annotation(hint: Any) -> TypeNote:
    if hint is None:
        return _base_note(types.NoneType)
    return _base_note(hint) if type(hint) is type else _ANY


def _union(items: Iterable[Any], within: tuple[int, ...]) -> tuple[TypeNote, ...]:
    """Return the type of the items as one note, or none where there are no items."""
    notes: dict[tuple[Any, ...], TypeNote] = {}
    seen: set[int] = set()
    others = 0
    for item in islice(iter(items), _MOST_ITEMS):
        kind = type(item)
        if identity(kind) in seen:
            continue
        if identity(kind) in _ATOMS:
            seen.add(identity(kind))  # one of them stands for all
        elif (others := others + 1) > _MOST_INNER_ITEMS:
            break
        note = _item_note(item, within)
        notes.setdefault(_key(note), note)
    if not notes:
        return ()
    found = tuple(notes.values())
    if len(found) == 1:
        return found
    return (TypeNote(module="typing", qualname="Union", union=found),)


def _item_note(item: Any, within: tuple[int, ...]) -> TypeNote:
    """Describe an item without what differs from item to item."""
    kind = type(item)
    if identity(kind) in _ATOMS:
        return _base_note(kind)
    if name_of(kind) in _FRAMES and home_of(kind).startswith(_FRAME_HOMES):
        return _base_note(kind)  # asking for the columns of each takes its time
    note = _describe(item, within, is_item=True)
    if note.length is None and note.shape is None and note.column_count is None:
        return note
    return replace(note, length=None, shape=None, columns=(), column_count=None)


def _key(note: TypeNote) -> tuple[Any, ...]:
    return (
        note.module,
        note.qualname,
        note.dtype,
        tuple(_key(a) for a in note.arguments),
        tuple(_key(a) for a in note.union),
    )


def _array_note(base: TypeNote, value: Any, kind: type) -> TypeNote:
    top = home_of(kind).partition(".")[0]
    if top == "numpy":
        numpy = sys.modules["numpy"]
        if is_a(value, numpy.ndarray):
            return _more(base, shape=tuple(map(int, value.shape)), dtype=str(value.dtype))
        if is_a(value, numpy.generic):
            return _more(base, dtype=str(value.dtype))
        return base
    pandas = sys.modules.get("pandas")
    if pandas is not None and is_a(value, pandas.DataFrame):
        columns = tuple(
            (str(name), str(dtype)) for name, dtype in islice(value.dtypes.items(), _MOST_COLUMNS)
        )
        shape = tuple(map(int, value.shape))
        return _more(base, shape=shape, columns=columns, column_count=shape[1])
    if pandas is not None and is_a(value, pandas.Series | pandas.Index):
        return _more(base, shape=tuple(map(int, value.shape)), dtype=str(value.dtype))
    if top == "polars" and name_of(kind) == "DataFrame":
        columns = tuple((name, str(d)) for name, d in islice(value.schema.items(), _MOST_COLUMNS))
        shape = tuple(map(int, value.shape))
        return _more(base, shape=shape, columns=columns, column_count=shape[1])
    if top in ("polars", "torch", "scipy", "pyarrow") and is_a(
        getattr(value, "shape", None), tuple
    ):
        dtype = str(getattr(value, "dtype", ""))
        return _more(base, shape=tuple(map(int, value.shape)), dtype=dtype)
    return base


def literal_text(value: Any) -> str:
    """Return a small value of builtin types as it would be typed, "" for any other."""
    text = _literal(value, 0)
    return text if text is not None and len(text) <= _MOST_TEXT else ""


def _literal(value: Any, depth: int) -> str | None:
    kind = type(value)
    if kind is bool or kind is types.NoneType:
        return repr(value)
    if kind is int:
        return repr(value) if value.bit_length() < 4 * _MOST_TEXT else None
    if kind is float:
        return repr(value) if value - value == 0 else None  # neither infinite nor nan
    if kind is str or kind is bytes:
        return repr(value) if len(value) <= _MOST_TEXT else None
    if (
        not is_among(kind, (list, tuple, dict))
        or len(value) > _MOST_LITERAL_ITEMS
        or depth > _MOST_NESTED
    ):
        return None
    if kind is dict:
        parts = [(_literal(k, depth + 1), _literal(v, depth + 1)) for k, v in value.items()]
        if any(k is None or v is None for k, v in parts):
            return None
        return "{" + ", ".join(f"{k}: {v}" for k, v in parts) + "}"
    items = [text for item in value if (text := _literal(item, depth + 1)) is not None]
    if len(items) < len(value):
        return None
    if kind is list:
        return f"[{', '.join(items)}]"
    return f"({', '.join(items)}{',' * (len(items) == 1)})"
