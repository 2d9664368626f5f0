"""Describers for the values of data libraries; each library is used only where it is loaded."""

import sys
from typing import Any

from .walk import Attributes, Described, Describer, Walker


def _array(value: Any, walker: Walker) -> Described:
    numpy = sys.modules["numpy"]
    plain = value.view(numpy.ndarray)
    extra = walker.instance_attributes(value)
    if plain.dtype.names is not None:
        fields = [(repr(name), numpy.asarray(plain[name])) for name in plain.dtype.names]
        return Described("object", None, (*walker.pairs(fields), *extra))
    if plain.dtype.hasobject:
        items = walker.children(plain.ravel().tolist())
        return Described("seq", (walker.child(plain.shape), *items), extra)
    packed = numpy.ascontiguousarray(plain).reshape(-1)
    described = walker.raw(
        plain.dtype.str, plain.shape, packed.view(numpy.uint8), max(1, plain.itemsize)
    )
    return described._replace(attributes=extra)


def _masked_array(value: Any, walker: Walker) -> Described:
    numpy = sys.modules["numpy"]
    mask = numpy.ma.getmaskarray(value)
    data = numpy.array(numpy.ma.getdata(value))
    if data.dtype.names is None:
        data[mask] = numpy.zeros((), data.dtype)[()]
    return Described("object", None, walker.pairs([("data", data), ("mask", mask)]))


def _numpy_scalar(value: Any, walker: Walker) -> Described:
    numpy = sys.modules["numpy"]
    if value.dtype.names is not None:
        return Described("object", None, walker.pairs([("item", numpy.asarray(value))]))
    return Described("array", (value.dtype.str, (), value.tobytes()), ())


def _text(value: Any, _walker: Walker) -> Described:
    return Described("text", str(value), ())


def _repr(value: Any, _walker: Walker) -> Described:
    return Described("text", repr(value), ())


def _ufunc(value: Any, _walker: Walker) -> Described:
    return Described("name", ("function", "numpy", value.__name__, ""), ())


def _random_state(value: Any, walker: Walker) -> Described:
    return Described("object", None, walker.pairs([("state", value.get_state(legacy=False))]))


def _generator(value: Any, walker: Walker) -> Described:
    return Described("object", None, walker.pairs([("state", value.bit_generator.state)]))


def _bit_generator(value: Any, walker: Walker) -> Described:
    return Described("object", None, walker.pairs([("state", value.state)]))


def _pandas_values(values: Any) -> Any:
    """Give an array of pandas as something that the walker knows: arrays, lists, dicts of them."""
    kind = type(values.dtype).__name__
    numpy = sys.modules["numpy"]
    if isinstance(values.dtype, numpy.dtype) or kind in {"NumpyEADtype", "PandasDtype"}:
        return numpy.asarray(values)
    if kind == "CategoricalDtype":
        return {
            "categories": values.categories,
            "codes": numpy.asarray(values.codes),
            "ordered": bool(values.ordered),
        }
    if kind in {"DatetimeTZDtype", "PeriodDtype"}:
        return {"dtype": str(values.dtype), "moments": values.asi8}
    if kind == "IntervalDtype":
        return {"left": values.left, "right": values.right, "closed": values.closed}
    if hasattr(values.dtype, "numpy_dtype") and hasattr(values, "_mask"):
        zero = values.dtype.numpy_dtype.type(0)
        filled = values.to_numpy(dtype=values.dtype.numpy_dtype, na_value=zero)
        return {"dtype": str(values.dtype), "values": filled, "missing": values.isna()}
    if kind == "SparseDtype":
        return {"dtype": str(values.dtype), "values": values.to_dense()}
    return {"dtype": str(values.dtype), "values": list(values)}


def _pandas_attributes(value: Any, walker: Walker) -> Attributes:
    return walker.pairs([("attrs", dict(value.attrs))] if value.attrs else [])


def _data_frame(value: Any, walker: Walker) -> Described:
    columns = tuple(
        walker.child(_pandas_values(value.iloc[:, place].array)) for place in range(value.shape[1])
    )
    payload = (walker.child(value.index), walker.child(value.columns), columns)
    labels = tuple(repr(label) for label in value.columns)
    return Described("frame", (*payload, labels), _pandas_attributes(value, walker))


def _series(value: Any, walker: Walker) -> Described:
    columns = (walker.child(_pandas_values(value.array)),)
    payload = (walker.child(value.index), walker.child(value.name), columns, ("",))
    return Described("frame", payload, _pandas_attributes(value, walker))


def _index(value: Any, walker: Walker) -> Described:
    parts = [("names", list(value.names)), ("values", _pandas_values(value.array))]
    return Described("object", None, walker.pairs(parts))


def _multi_index(value: Any, walker: Walker) -> Described:
    levels = [
        (f"level {place}", _pandas_values(value.get_level_values(place).array))
        for place in range(value.nlevels)
    ]
    return Described("object", None, walker.pairs([("names", list(value.names)), *levels]))


def _pandas_array(value: Any, walker: Walker) -> Described:
    return Described("object", None, walker.pairs([("values", _pandas_values(value))]))


def _group_by(value: Any, walker: Walker) -> Described:
    grouper = getattr(value, "_grouper", None)
    keys = [] if grouper is None else [str(name) for name in grouper.names]
    return Described("object", None, walker.pairs([("obj", value.obj), ("keys", keys)]))


def _polars_frame(value: Any, walker: Walker) -> Described:
    columns = tuple(walker.child(column) for column in value.get_columns())
    labels = tuple(repr(name) for name in value.columns)
    return Described("frame", (None, walker.child(list(value.columns)), columns, labels), ())


def _polars_series(value: Any, walker: Walker) -> Described:
    parts = [("name", value.name), ("dtype", str(value.dtype)), ("values", value.to_list())]
    return Described("object", None, walker.pairs(parts))


def _arrow_table(value: Any, walker: Walker) -> Described:
    columns = tuple(walker.child(column.to_pylist()) for column in value.columns)
    names = list(value.schema.names)
    described = [str(field) for field in value.schema]
    labels = tuple(repr(name) for name in names)
    return Described("frame", (None, walker.child(described), columns, labels), ())


def _arrow_array(value: Any, walker: Walker) -> Described:
    parts = [("type", str(value.type)), ("values", value.to_pylist())]
    return Described("object", None, walker.pairs(parts))


def _arrow_scalar(value: Any, walker: Walker) -> Described:
    return Described("object", None, walker.pairs([("value", value.as_py())]))


def _sparse(value: Any, walker: Walker) -> Described:
    entries = value.tocoo(copy=True)
    entries.sum_duplicates()
    parts = [
        ("format", str(value.format)),
        ("shape", tuple(int(size) for size in value.shape)),
        (
            "places",
            tuple(entries.coords) if hasattr(entries, "coords") else (entries.row, entries.col),
        ),
        ("data", entries.data),
    ]
    return Described("object", None, walker.pairs(parts))


def _spatial_tree(value: Any, walker: Walker) -> Described:
    parts = [("data", value.data), ("leafsize", value.leafsize), ("boxsize", value.boxsize)]
    return Described("object", None, walker.pairs(parts))


def _frozen_distribution(value: Any, walker: Walker) -> Described:
    parts = [("name", value.dist.name), ("args", value.args), ("kwds", value.kwds)]
    return Described("object", None, walker.pairs(parts))


def _symbolic(value: Any, _walker: Walker) -> Described:
    return Described("text", sys.modules["sympy"].srepr(value), ())


def _tensor(value: Any, walker: Walker) -> Described:
    plain = value.detach().cpu()
    if str(plain.dtype) == "torch.bfloat16":
        plain = plain.float()
    parts = [("dtype", str(value.dtype)), ("values", plain.resolve_conj().numpy())]
    return Described("object", None, walker.pairs(parts))


def _torch_generator(value: Any, walker: Walker) -> Described:
    return Described("object", None, walker.pairs([("state", value.get_state())]))


def _image(value: Any, walker: Walker) -> Described:
    parts = [("mode", value.mode), ("size", tuple(value.size)), ("pixels", value.tobytes())]
    return Described("object", None, walker.pairs(parts))


_PANDAS_SCALARS = ("Timestamp", "Timedelta", "Period", "Interval", "NaTType", "NAType")
DESCRIBERS: dict[str, Describer] = {
    "numpy.ndarray": _array,
    "numpy.MaskedArray": _masked_array,
    "numpy.generic": _numpy_scalar,
    "numpy.dtype": _text,
    "numpy.ufunc": _ufunc,
    "numpy.RandomState": _random_state,
    "numpy.Generator": _generator,
    "numpy.BitGenerator": _bit_generator,
    "pandas.DataFrame": _data_frame,
    "pandas.Series": _series,
    "pandas.Index": _index,
    "pandas.MultiIndex": _multi_index,
    "pandas.ExtensionArray": _pandas_array,
    "pandas.ExtensionDtype": _text,
    "pandas.BaseOffset": _repr,
    "pandas.BaseGroupBy": _group_by,
    **{f"pandas.{name}": _repr for name in _PANDAS_SCALARS},
    "polars.DataFrame": _polars_frame,
    "polars.Series": _polars_series,
    "polars.Expr": _text,
    "polars.DataType": _text,
    "pyarrow.Table": _arrow_table,
    "pyarrow.RecordBatch": _arrow_table,
    "pyarrow.Array": _arrow_array,
    "pyarrow.ChunkedArray": _arrow_array,
    "pyarrow.Scalar": _arrow_scalar,
    "pyarrow.Schema": _text,
    "pyarrow.DataType": _text,
    "scipy._spbase": _sparse,
    "scipy.spmatrix": _sparse,
    "scipy.cKDTree": _spatial_tree,
    "scipy.rv_frozen": _frozen_distribution,
    "sympy.Basic": _symbolic,
    "sympy.MatrixBase": _symbolic,
    "torch.Tensor": _tensor,
    "torch.Generator": _torch_generator,
    "PIL.Image": _image,
}
