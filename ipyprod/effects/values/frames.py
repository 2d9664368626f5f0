"""Frames, series and indexes: by column, through what holds the columns, never building one."""

import sys
from typing import Any

from ipyprod.effects.values.arrays import array_content, hash_buffer
from ipyprod.effects.values.kinds import is_a
from ipyprod.effects.values.layout import cached_names
from ipyprod.effects.values.marks import OpaqueValueError
from ipyprod.effects.values.parts import Part

_OWN = frozenset({"_mgr", "_item_cache", "_cacher", "_attrs", "_flags", "_is_copy", "_cache"})


def reduce_frame(obj: Any, reducer: Any) -> Part | None:
    """Return what stands for a value of pandas, polars or pyarrow; None for other types."""
    pandas = sys.modules.get("pandas")
    if pandas is not None:
        if is_a(obj, pandas.DataFrame | pandas.Series):
            return _managed(obj, reducer)
        if is_a(obj, pandas.Index):
            return _index(obj, pandas)
        if is_a(obj, pandas.arrays.ArrowExtensionArray):
            return Part("ArrowExtensionArray", (obj._pa_array,))  # noqa: SLF001 - read, not changed
    arrow = sys.modules.get("pyarrow")
    if arrow is not None:
        found = _arrow(obj, arrow, reducer)
        if found is not None:
            return found
    if type(obj).__module__.partition(".")[0] == "polars":
        raise OpaqueValueError("polars")
    return None


def _managed(obj: Any, reducer: Any) -> Part:
    manager = object.__getattribute__(obj, "_mgr")
    numpy = sys.modules["numpy"]
    if obj.ndim == 1:
        columns = [_block_values(manager.blocks[0].values, numpy, reducer)]
    else:
        columns = _columns(manager, numpy, reducer)
    own = object.__getattribute__(obj, "__dict__")
    hidden = cached_names(type(obj)) | _OWN
    rest = {k: v for k, v in own.items() if k not in hidden}
    return Part(type(obj).__qualname__, (list(manager.axes), columns, own.get("_attrs"), rest))


def _columns(manager: Any, numpy: Any, reducer: Any) -> list[Any]:
    """Return the content of each column in its place, however the blocks lie."""
    columns: list[Any] = [None] * len(manager.axes[0])
    for block in manager.blocks:
        values = block.values
        places = block.mgr_locs.as_array
        is_plain = type(values) is numpy.ndarray
        if not is_plain or values.ndim == 1:
            content = _block_values(values, numpy, reducer)
            for place in places:
                columns[place] = content
            continue
        kind = str(values.dtype)
        for row, place in enumerate(places):
            columns[place] = (kind, array_content(values[row], numpy, reducer))
    return columns


def _block_values(values: Any, numpy: Any, reducer: Any) -> Any:
    if type(values) is numpy.ndarray:
        return str(values.dtype), array_content(values, numpy, reducer)
    return values


def _index(obj: Any, pandas: Any) -> Part:
    if is_a(obj, pandas.MultiIndex):
        parts = (obj._levels, obj._codes, obj._names)  # noqa: SLF001
        return Part("MultiIndex", tuple(map(list, parts)))
    if is_a(obj, pandas.RangeIndex):
        return Part("RangeIndex", (obj._range, obj._name))  # noqa: SLF001
    return Part(type(obj).__qualname__, (obj._data, obj._name))  # noqa: SLF001


def _arrow(obj: Any, arrow: Any, reducer: Any) -> Part | None:
    if is_a(obj, arrow.ChunkedArray):
        return Part("ChunkedArray", ([*obj.chunks], str(obj.type)))
    if is_a(obj, arrow.Array):
        buffers = [b and hash_buffer(b, reducer) for b in obj.buffers()]
        return Part("Array", (buffers, len(obj), obj.offset, str(obj.type)))
    if is_a(obj, arrow.Table | arrow.RecordBatch):
        return Part("Table", (list(obj.columns), str(obj.schema)))
    if is_a(obj, arrow.DataType | arrow.Schema | arrow.Field):
        return Part("type", (str(obj),))
    return None
