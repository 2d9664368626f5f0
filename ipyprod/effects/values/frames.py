"""Frames, series and indexes: by column, through what holds the columns, never building one."""

import sys
from typing import Any

import xxhash

from ipyprod.effects.values.arrays import array_content, dtype_name, hash_buffer
from ipyprod.effects.values.flat import hash_into
from ipyprod.effects.values.kinds import identity, is_session_type, module_of, qualname_of
from ipyprod.effects.values.layout import plan_for
from ipyprod.effects.values.look import Look, Rule, part

_OWN = frozenset(
    {"_mgr", "_item_cache", "_cacher", "_attrs", "_flags", "_is_copy", "_cache", "_references"}
)
_TILE_ROWS = 16_384
_SCATTERED_BYTES = 1 << 20


def frame_rule(kind: type) -> Rule | None:
    """Return the rule for values of pandas, polars or pyarrow; None for other types."""
    return _pandas_rule(kind) or _arrow_rule(kind) or _polars_rule(kind)


def _pandas_rule(kind: type) -> Rule | None:
    pandas: Any = sys.modules.get("pandas")
    if pandas is None or not hasattr(pandas, "arrays"):
        return None
    if issubclass(kind, pandas.DataFrame):
        return _frame
    if issubclass(kind, pandas.Series):
        return _series
    if issubclass(kind, pandas.MultiIndex):
        return lambda obj, _look: part("MultiIndex", tuple(map(list, _multi_index_parts(obj))))
    if issubclass(kind, pandas.RangeIndex):
        return lambda obj, _look: part("RangeIndex", (obj._range, obj._name))  # noqa: SLF001
    if issubclass(kind, pandas.Index):
        return lambda obj, _look: part(qualname_of(kind), (obj._data, obj._name))  # noqa: SLF001
    if issubclass(kind, pandas.arrays.ArrowExtensionArray):
        return lambda obj, _look: part("ArrowExtensionArray", (obj._pa_array,))  # noqa: SLF001
    if issubclass(kind, pandas.api.extensions.ExtensionArray) and "_ndarray" in dir(kind):
        return _backed_array
    return None


def _backed_array(obj: Any, _look: Look) -> Any:
    """An extension array over one of numpy; dates keep a cache of their fields besides."""
    more = {name: one for name, one in vars(obj).items() if name != "_cache"}
    return part(qualname_of(type(obj)), (obj._ndarray, obj._dtype, more))  # noqa: SLF001


def _multi_index_parts(obj: Any) -> Any:
    return (obj._levels, obj._codes, obj._names)  # noqa: SLF001 - the public ones fill caches


def _frame(obj: Any, look: Look) -> Any:
    return _managed(obj, look, _columns)


def _series(obj: Any, look: Look) -> Any:
    return _managed(obj, look, _only_column)


def _managed(obj: Any, look: Look, read_columns: Any) -> Any:
    kind = type(obj)
    plan = plan_for(kind)
    own = plan.read_dict.__get__(obj)
    manager = own["_mgr"]
    flags = own.get("_flags")
    is_strict = flags is not None and not flags._allows_duplicate_labels  # noqa: SLF001
    rest = sorted((k, v) for k, v in own.items() if k not in plan.hidden and k not in _OWN)
    state = (list(manager.axes), read_columns(manager, look), own.get("_attrs"), is_strict, rest)
    return part(qualname_of(kind), state)


def _only_column(manager: Any, look: Look) -> Any:
    return _block_values(manager.blocks[0].values, look)


def _columns(manager: Any, look: Look) -> list[Any]:
    """Return the content of each column in its place, however the blocks lie."""
    columns: list[Any] = [None] * len(manager.axes[0])
    for block in manager.blocks:
        places = block.mgr_locs.as_array.tolist()
        for place, content in zip(places, _rows(block.values, len(places), look), strict=True):
            columns[place] = content
    return columns


def _rows(values: Any, count: int, look: Look) -> list[Any]:
    numpy = sys.modules["numpy"]
    if type(values) is not numpy.ndarray or values.ndim == 1:
        return [_block_values(values, look)] * count
    kind = dtype_name(values.dtype, look)
    is_scattered = values.strides[-1] != values.itemsize and values.nbytes > _SCATTERED_BYTES
    if is_scattered and not values.dtype.hasobject:
        return [(kind, digest) for digest in _scattered_rows(values, look)]
    return [(kind, array_content(row, look)) for row in values]


def _scattered_rows(values: Any, look: Look) -> list[bytes]:
    """Hash the rows of a block that lies by columns: a tile at a time, while it is in the cache."""
    numpy = sys.modules["numpy"]
    digests = [xxhash.xxh3_128() for _ in values]
    for start in range(0, values.shape[1], _TILE_ROWS):
        look.budget.check()
        tile = numpy.ascontiguousarray(values[:, start : start + _TILE_ROWS])
        for digest, row in zip(digests, tile, strict=True):
            hash_into(digest, row.view(numpy.uint8), look)
    return [digest.digest() for digest in digests]


def _block_values(values: Any, look: Look) -> Any:
    if type(values) is sys.modules["numpy"].ndarray:
        return dtype_name(values.dtype, look), array_content(values, look)
    return values


def _arrow_rule(kind: type) -> Rule | None:
    arrow: Any = sys.modules.get("pyarrow")
    if arrow is None or not hasattr(arrow, "Table"):
        return None
    if issubclass(kind, arrow.ChunkedArray):
        return lambda obj, _look: part("ChunkedArray", ([*obj.chunks], str(obj.type)))
    if issubclass(kind, arrow.Array):
        return _arrow_array
    if issubclass(kind, (arrow.Table, arrow.RecordBatch)):
        return lambda obj, _look: part("Table", (list(obj.columns), str(obj.schema)))
    if issubclass(kind, (arrow.DataType, arrow.Schema, arrow.Field)):
        return lambda obj, _look: part(("type", str(obj)))
    return None


def _arrow_array(obj: Any, look: Look) -> Any:
    buffers = [b and hash_buffer(b, look) for b in obj.buffers()]
    words = obj.dictionary if hasattr(obj, "dictionary") else None
    return part("Array", (buffers, len(obj), obj.offset, str(obj.type), words))


def _polars_rule(kind: type) -> Rule | None:
    polars: Any = sys.modules.get("polars")
    if polars is None or module_of(kind).partition(".")[0] != "polars" or is_session_type(kind):
        return None
    if issubclass(kind, (polars.DataFrame, polars.Series)):
        return _polars_data
    if issubclass(kind, (polars.LazyFrame, polars.Expr)):
        return lambda obj, _look: part(("never changed in place", identity(obj)))
    return None


def _polars_data(obj: Any, look: Look) -> Any:
    from ipyprod.effects.values.arrow_stream import stream_content  # noqa: PLC0415

    return part(qualname_of(type(obj)), stream_content(obj.__arrow_c_stream__(), look))
