"""The type of a live value in words that outlive it."""

import sys
import types
from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from typing import Any

from ipyprod.effects.values.kinds import is_a, remembered_by_type
from ipyprod.session.cell import TypeNote

_MOST_DEEP = 3
_MOST_ITEMS = 100
_MOST_INNER_ITEMS = 20
_MOST_COLUMNS = 30
_MOST_PLACES = 6
_SESSION = frozenset({"__main__", "__mp_main__"})
_PLAIN = frozenset({int, float, complex, bool, str, bytes, type(None)})
_SEQUENCES = (list, set, frozenset, deque)


def describe_type(value: Any, *, depth: int = 0) -> TypeNote:
    """Return the type of `value`, of its elements, and its shape. No code of the user's runs."""
    kind = type(value)
    base = _base_note(kind)
    if is_a(value, type | types.FunctionType | types.MethodType | types.BuiltinFunctionType):
        return _with(base, is_callable=True)
    if kind in _PLAIN:
        return _with(base, length=len(value)) if kind in (str, bytes) else base
    if depth < _MOST_DEEP:
        if kind in _SEQUENCES:
            return _with(base, arguments=_union(value, depth), length=len(value))
        if kind is tuple:
            return _tuple_note(base, value, depth)
        if is_a(value, dict) and kind.__module__ in ("builtins", "collections"):
            arguments = (*_union(dict.keys(value), depth), *_union(dict.values(value), depth))
            return _with(base, arguments=arguments, length=dict.__len__(value))
    if kind in (*_SEQUENCES, tuple, dict):
        return _with(base, length=len(value))
    try:
        return _array_note(base, value, kind)
    except Exception:
        return base


@remembered_by_type
def _base_note(kind: type) -> TypeNote:
    module = str(kind.__dict__.get("__module__", "builtins"))
    return TypeNote(
        module=module,
        qualname=type.__getattribute__(kind, "__qualname__"),
        public_module=public_module(kind),
        is_session_type=module in _SESSION,
    )


@remembered_by_type
def public_module(kind: type) -> str:
    """Return the shortest loaded module that offers `kind` under its own name, "" for none."""
    module = kind.__dict__.get("__module__", "builtins")
    if not is_a(module, str) or module in _SESSION or "." in kind.__qualname__:
        return ""
    parts = module.split(".")
    for count in range(1, len(parts) + 1):
        name = ".".join(parts[:count])
        if any(part.startswith("_") for part in parts[:count]) and count < len(parts):
            continue
        owner = sys.modules.get(name)
        if owner is not None and vars(owner).get(kind.__name__) is kind:
            return name
    return ""


def _with(note: TypeNote, **changes: Any) -> TypeNote:
    return replace(note, **changes)


def _union(items: Iterable[Any], depth: int) -> tuple[TypeNote, ...]:
    """Return the type of the items as one note, or none where there are no items."""
    notes: dict[tuple[Any, ...], TypeNote] = {}
    seen: set[type] = set()
    others = 0
    for item in islice(iter(items), _MOST_ITEMS):
        kind = type(item)
        if kind in seen:
            continue
        if kind in _PLAIN:
            seen.add(kind)  # one of them stands for all
        elif (others := others + 1) > _MOST_INNER_ITEMS:
            break
        note = _plain(describe_type(item, depth=depth + 1))
        notes.setdefault(_key(note), note)
    if not notes:
        return ()
    found = tuple(notes.values())
    if len(found) == 1:
        return found
    return (TypeNote(module="typing", qualname="Union", union=found),)


def _plain(note: TypeNote) -> TypeNote:
    """Leave out what differs from item to item."""
    if note.length is None and note.shape is None and note.column_count is None:
        return note
    return _with(note, length=None, shape=None, columns=(), column_count=None)


def _key(note: TypeNote) -> tuple[Any, ...]:
    return (
        note.module,
        note.qualname,
        note.dtype,
        tuple(_key(a) for a in note.arguments),
        len(note.union),
    )


def _tuple_note(base: TypeNote, value: tuple[Any, ...], depth: int) -> TypeNote:
    if 0 < len(value) <= _MOST_PLACES:
        places = tuple(_plain(describe_type(item, depth=depth + 1)) for item in value)
        return _with(base, arguments=places, is_fixed_tuple=True, length=len(value))
    return _with(base, arguments=_union(value, depth), length=len(value))


def _array_note(base: TypeNote, value: Any, kind: type) -> TypeNote:
    top = kind.__module__.partition(".")[0]
    if top == "numpy":
        numpy = sys.modules["numpy"]
        if is_a(value, numpy.ndarray):
            return _with(base, shape=tuple(map(int, value.shape)), dtype=str(value.dtype))
        if is_a(value, numpy.generic):
            return _with(base, dtype=str(value.dtype))
        return base
    pandas = sys.modules.get("pandas")
    if pandas is not None and is_a(value, pandas.DataFrame):
        columns = tuple(
            (str(name), str(dtype)) for name, dtype in islice(value.dtypes.items(), _MOST_COLUMNS)
        )
        shape = tuple(map(int, value.shape))
        return _with(base, shape=shape, columns=columns, column_count=shape[1])
    if pandas is not None and is_a(value, pandas.Series | pandas.Index):
        return _with(base, shape=tuple(map(int, value.shape)), dtype=str(value.dtype))
    if top in ("polars", "torch", "scipy", "pyarrow") and is_a(
        getattr(value, "shape", None), tuple
    ):
        dtype = str(getattr(value, "dtype", ""))
        return _with(base, shape=tuple(map(int, value.shape)), dtype=dtype)
    return base
