"""The memory behind an Arrow C stream, hashed where it lies.

The structures are those of the Arrow C data interface and the Arrow C stream interface; the
layouts those of the Arrow columnar format, version 1.5.
"""

import ctypes
from typing import Any

import xxhash

from ipyprod.effects.values.flat import hash_into
from ipyprod.effects.values.look import Look
from ipyprod.effects.values.marks import OpaqueValueError

_WIDTHS = {
    "c": 1, "C": 1, "s": 2, "S": 2, "e": 2, "i": 4, "I": 4, "f": 4, "l": 8, "L": 8, "g": 8,
    "tdD": 4, "tdm": 8, "tts": 4, "ttm": 4, "ttu": 8, "ttn": 8,
    "tiM": 4, "tiD": 8, "tin": 16,
}  # fmt: skip
_NESTED = frozenset({"+s", "+r"})
_VIEW_BYTES = 16


class _Schema(ctypes.Structure):
    pass


_Schema._fields_ = [
    ("format", ctypes.c_char_p),
    ("name", ctypes.c_char_p),
    ("metadata", ctypes.c_char_p),
    ("flags", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("children", ctypes.POINTER(ctypes.POINTER(_Schema))),
    ("dictionary", ctypes.POINTER(_Schema)),
    ("release", ctypes.CFUNCTYPE(None, ctypes.c_void_p)),
    ("private_data", ctypes.c_void_p),
]


class _Array(ctypes.Structure):
    pass


_Array._fields_ = [
    ("length", ctypes.c_int64),
    ("null_count", ctypes.c_int64),
    ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(ctypes.POINTER(_Array))),
    ("dictionary", ctypes.POINTER(_Array)),
    ("release", ctypes.CFUNCTYPE(None, ctypes.c_void_p)),
    ("private_data", ctypes.c_void_p),
]


class _Stream(ctypes.Structure):
    _fields_ = (
        ("get_schema", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)),
        ("get_next", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)),
        ("get_last_error", ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.c_void_p)),
        ("release", ctypes.CFUNCTYPE(None, ctypes.c_void_p)),
        ("private_data", ctypes.c_void_p),
    )


def stream_content(capsule: Any, look: Look) -> list[Any]:
    """Return names, types and hashes of all that a stream holds.

    Raises:
        OpaqueValueError: the stream fails, or holds a layout that is not known here.
    """
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype = ctypes.c_void_p
    pointer.argtypes = (ctypes.py_object, ctypes.c_char_p)
    stream = _Stream.from_address(pointer(capsule, b"arrow_array_stream"))
    schema = _Schema()
    if stream.get_schema(ctypes.byref(stream), ctypes.byref(schema)):
        raise OpaqueValueError("stream")
    try:
        return [_shape(schema), *_chunks(stream, schema, look)]
    finally:
        schema.release(ctypes.byref(schema))


def _shape(schema: Any) -> Any:
    children = [_shape(schema.children[i].contents) for i in range(schema.n_children)]
    values = _shape(schema.dictionary.contents) if schema.dictionary else None
    return (schema.format, schema.name, schema.metadata is not None, children, values)


def _chunks(stream: Any, schema: Any, look: Look) -> list[bytes]:
    found: list[bytes] = []
    while True:
        look.budget.check()
        array = _Array()
        if stream.get_next(ctypes.byref(stream), ctypes.byref(array)):
            raise OpaqueValueError("stream")
        if not array.release:
            return found
        digest = xxhash.xxh3_128()
        try:
            _hash_array(array, schema, digest, look)
        finally:
            array.release(ctypes.byref(array))
        found.append(digest.digest())


def _hash_array(array: Any, schema: Any, digest: Any, look: Look) -> None:
    kind = schema.format.decode()
    first, count = array.offset, array.length
    digest.update(b"%d %d" % (count, array.n_buffers))
    if array.n_buffers and kind != "+r" and not kind.startswith("+u"):
        _hash_bits(array.buffers[0], first, count, digest, look)
    _hash_values(array, kind, digest, look)
    if schema.dictionary:
        _hash_array(array.dictionary.contents, schema.dictionary.contents, digest, look)
    for i in range(array.n_children):
        _hash_array(array.children[i].contents, schema.children[i].contents, digest, look)


def _hash_values(array: Any, kind: str, digest: Any, look: Look) -> None:
    first, count = array.offset, array.length
    width = _width(kind)
    if kind == "n" or kind in _NESTED or kind.startswith("+w:"):
        return
    if kind == "b":
        _hash_bits(array.buffers[1], first, count, digest, look)
    elif width:
        _hash_memory(array.buffers[1], first * width, count * width, digest, look)
    elif kind in ("u", "z", "U", "Z"):
        _hash_text(array, 4 if kind in ("u", "z") else 8, digest, look)
    elif kind in ("vu", "vz"):
        _hash_views(array, digest, look)
    elif kind in ("+l", "+L", "+m"):
        size = 8 if kind == "+L" else 4
        _hash_memory(array.buffers[1], first * size, (count + 1) * size, digest, look)
    else:
        raise OpaqueValueError(kind)


def _width(kind: str) -> int:
    if kind.startswith("w:"):
        return int(kind[2:])
    if kind.startswith("d:"):
        _precision, _scale, *bits = kind[2:].split(",")
        return int(bits[0]) // 8 if bits else 16
    if kind.startswith(("ts", "tD")):
        return 8
    return _WIDTHS.get(kind, 0)


def _hash_text(array: Any, size: int, digest: Any, look: Look) -> None:
    first, count = array.offset, array.length
    _hash_memory(array.buffers[1], first * size, (count + 1) * size, digest, look)
    if not array.buffers[1]:
        return
    whole = ctypes.c_int64 if size == 8 else ctypes.c_int32  # noqa: PLR2004 - bytes of an offset
    ends = (whole * (first + count + 1)).from_address(array.buffers[1])
    _hash_memory(array.buffers[2], ends[first], ends[first + count] - ends[first], digest, look)


def _hash_views(array: Any, digest: Any, look: Look) -> None:
    first, count = array.offset, array.length
    size = _VIEW_BYTES
    _hash_memory(array.buffers[1], first * size, count * size, digest, look)
    more = array.n_buffers - 3
    if more <= 0:
        return
    lengths = (ctypes.c_int64 * more).from_address(array.buffers[array.n_buffers - 1])
    for i in range(more):
        _hash_memory(array.buffers[2 + i], 0, lengths[i], digest, look)


def _hash_bits(address: int | None, first: int, count: int, digest: Any, look: Look) -> None:
    if address is None:
        digest.update(b"-")
        return
    _hash_memory(address, first // 8, (first + count + 7) // 8 - first // 8, digest, look)


def _hash_memory(address: int | None, first: int, size: int, digest: Any, look: Look) -> None:
    if address is None or size <= 0:
        return
    hash_into(digest, (ctypes.c_char * size).from_address(address + first), look)
