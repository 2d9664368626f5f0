"""Arrays and their kin by dtype, shape and raw content."""

import array
import sys
from collections import deque
from typing import Any

import xxhash

from ipyprod.effects.values.kinds import is_a
from ipyprod.effects.values.marks import LookEndedError, OpaqueValueError
from ipyprod.effects.values.parts import Part

_CHUNK = 4 << 20


def reduce_array(obj: Any, reducer: Any) -> Part | None:
    """Return what stands for an array, a scalar of numpy, a generator; None for other types."""
    kind = type(obj)
    if kind is array.array:
        return Part(("array", obj.typecode), (obj.tobytes(),))
    if kind is deque:
        return Part(("deque", obj.maxlen), (list(obj),))
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return _torch(obj)
    if is_a(obj, numpy.ndarray):
        return _ndarray(obj, kind, numpy, reducer)
    if is_a(obj, numpy.generic):
        content = obj.item() if obj.dtype.hasobject else obj.tobytes()
        return Part(("scalar", str(obj.dtype)), (content,))
    if is_a(obj, numpy.dtype | numpy.ufunc):
        return Part(("numpy", str(obj)), None)
    return _random(obj, numpy) or _torch(obj)


def hash_buffer(obj: Any, reducer: Any) -> bytes:
    """Return the hash of a contiguous buffer, looked at in place and in chunks."""
    import time  # noqa: PLC0415 - the name would shadow nothing else here

    view = memoryview(obj).cast("B")
    digest = xxhash.xxh3_128()
    for start in range(0, len(view), _CHUNK):
        if start and time.thread_time() > reducer.deadline:
            raise LookEndedError
        digest.update(view[start : start + _CHUNK])
    return digest.digest()


def _ndarray(obj: Any, kind: type, numpy: Any, reducer: Any) -> Part:
    plain = numpy.ndarray.view(obj, numpy.ndarray) if kind is not numpy.ndarray else obj
    extra = getattr(obj, "__dict__", None) if kind is not numpy.ndarray else None
    if kind is numpy.ma.MaskedArray:
        extra = {"mask": extra.get("_mask") if extra else None}
    elif extra is not None:
        extra = {k: v for k, v in extra.items() if not k.startswith("_cache")}
    tag = (kind.__qualname__, str(plain.dtype), plain.shape, plain.flags.writeable)
    return Part(tag, (array_content(plain, numpy, reducer), extra))


def array_content(plain: Any, numpy: Any, reducer: Any) -> Any:
    """Return the content of a plain array: a hash, or its objects as a list."""
    if plain.dtype.hasobject:
        return plain.ravel().tolist() if plain.dtype.names is None else plain.tolist()
    if plain.size == 0:
        return b""
    contiguous = plain if plain.flags.c_contiguous else None
    if contiguous is None and plain.flags.f_contiguous:
        contiguous = plain.T
    if contiguous is None:
        contiguous = numpy.ascontiguousarray(plain)
    return hash_buffer(
        contiguous.view(numpy.uint8).reshape(-1) if contiguous.ndim else contiguous.tobytes(),
        reducer,
    )


def _random(obj: Any, numpy: Any) -> Part | None:
    random = getattr(numpy, "random", None)
    if random is None:
        return None
    if is_a(obj, random.RandomState):
        if obj is random.mtrand._rand:  # noqa: SLF001 - the one global generator is ambient state
            return Part("the global generator", None)
        return Part("RandomState", (obj.get_state(legacy=False),))
    if is_a(obj, random.Generator):
        return Part("Generator", (obj.bit_generator.state,))
    if is_a(obj, random.BitGenerator):
        return Part("BitGenerator", (obj.state,))
    if is_a(obj, random.SeedSequence):
        return Part("SeedSequence", (obj.entropy, obj.spawn_key, obj.n_children_spawned))
    return None


def _torch(obj: Any) -> Part | None:
    torch = sys.modules.get("torch")
    if torch is None or not is_a(obj, getattr(torch, "Tensor", ())):
        return None
    if not hasattr(obj, "_version"):
        raise OpaqueValueError("tensor")
    state = (
        obj.data_ptr(),
        obj._version,  # noqa: SLF001 - the public property is the same counter
        tuple(obj.shape),
        str(obj.dtype),
        obj.requires_grad,
    )
    return Part("tensor", (state, obj.grad))
