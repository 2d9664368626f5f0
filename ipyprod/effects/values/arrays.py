"""Arrays and their kin by dtype, shape and raw content."""

import array
import sys
from collections import deque
from typing import Any

import xxhash

from ipyprod.effects.values.flat import hash_into, shorten
from ipyprod.effects.values.kinds import qualname_of
from ipyprod.effects.values.layout import plan_for
from ipyprod.effects.values.look import Look, Rule, part
from ipyprod.effects.values.marks import OpaqueValueError

# Larger ones that are not contiguous are looked at in tiles: a copy of the whole would double them.
_TILE = 4 << 20
_MOST_OBJECTS = 20_000  # made a list in one step that nothing can stop
_LARGEST_MAPPED = 16 << 20  # reading a mapped file waits for the disk


def array_rule(kind: type) -> Rule | None:
    """Return the rule for arrays, scalars and generators of numbers; None for other types."""
    if kind is array.array:
        return _machine_array
    if kind is deque:
        return _deque
    numpy: Any = sys.modules.get("numpy")
    if numpy is None or not hasattr(numpy, "ndarray"):
        return None
    if issubclass(kind, numpy.ndarray):
        return _ndarray
    if issubclass(kind, numpy.generic):
        return _scalar
    if issubclass(kind, numpy.dtype) or kind is numpy.ufunc:
        return lambda obj, _look: part(("numpy", str(obj)))
    return _generator_rule(kind)


def hash_buffer(buffer: Any, look: Look) -> bytes:
    """Return the hash of a contiguous buffer, looked at in place and in chunks."""
    digest = xxhash.xxh3_128()
    hash_into(digest, buffer, look)
    return digest.digest()


def plain_view(obj: Any) -> Any:
    """Return an array as one of the base class: no override of a subclass is asked."""
    numpy = sys.modules["numpy"]
    return obj if type(obj) is numpy.ndarray else numpy.ndarray.view(obj, numpy.ndarray)


def array_content(plain: Any, look: Look) -> Any:
    """Return the content of a plain array: a hash, or its objects as a list."""
    if plain.dtype.hasobject:
        if plain.dtype.names is not None:
            return plain.tolist()
        return _objects(plain, look)
    if plain.size == 0:
        return b""
    if plain.flags.c_contiguous:
        return hash_buffer(_bytes_of(plain), look)
    if plain.flags.f_contiguous and plain.ndim > 1:
        return ("F", hash_buffer(_bytes_of(plain.T), look))
    return _tiled(plain, look)


def _objects(plain: Any, look: Look) -> list[Any]:
    """Return the objects of an array, the hash of a piece where all in it are plain."""
    pieces = []
    for start in range(0, plain.size, _MOST_OBJECTS):
        look.budget.check()
        pieces.append(shorten(plain.flat[start : start + _MOST_OBJECTS].tolist(), look))
    return pieces


def _bytes_of(contiguous: Any) -> Any:
    numpy = sys.modules["numpy"]
    if not contiguous.ndim:
        return contiguous.tobytes()
    return contiguous.reshape(-1).view(numpy.uint8)


def _tiled(plain: Any, look: Look) -> bytes:
    """Hash an array that lies scattered, some rows at a time."""
    numpy = sys.modules["numpy"]
    digest = xxhash.xxh3_128()
    rows = max(1, _TILE * len(plain) // max(plain.nbytes, 1))
    for start in range(0, len(plain), rows):
        look.budget.check()
        hash_into(digest, _bytes_of(numpy.ascontiguousarray(plain[start : start + rows])), look)
    return digest.digest()


def _ndarray(obj: Any, look: Look) -> Any:
    numpy = sys.modules["numpy"]
    plain = plain_view(obj)
    kind = type(obj)
    if issubclass(kind, numpy.memmap) and plain.nbytes > _LARGEST_MAPPED:
        raise OpaqueValueError("a large mapped file")
    tag = (qualname_of(kind), dtype_name(plain.dtype, look), plain.shape, plain.flags.writeable)
    if kind is numpy.ndarray:
        return part(tag, (array_content(plain, look),))
    return part(tag, (array_content(plain, look), _extra(obj, kind, numpy, look)))


def _extra(obj: Any, kind: type, numpy: Any, look: Look) -> Any:
    """Return the attributes of a subclass; those that only repeat the base's memory apart."""
    plan = plan_for(kind)
    own = dict(plan.read_dict.__get__(obj)) if plan.read_dict is not None else {}
    if issubclass(kind, numpy.ma.MaskedArray):
        masked = {
            "mask": own.get("_mask"),
            "hard": own.get("_hardmask"),
            "info": own.get("_optinfo"),
        }
        filled = own.get("_fill_value")
        look.note_private(obj, () if filled is None else ("_fill_value",))
        if filled is not None and look.admits(obj, "_fill_value"):
            masked["fill"] = filled
        return masked
    for name in ("_mmap", "_cache"):
        own.pop(name, None)
    return own


def dtype_name(dtype: Any, look: Look) -> str:
    """Return what tells a dtype from all others; writing out one with fields takes its time."""
    if dtype.isbuiltin == 1:
        return str(dtype.str)
    name = look.dtypes.get(dtype)
    if name is None:
        name = look.dtypes[dtype] = str(dtype)
    return name


def _scalar(obj: Any, look: Look) -> Any:
    content = obj.item() if obj.dtype.hasobject else obj.tobytes()
    return part(("scalar", dtype_name(obj.dtype, look)), (content,))


def _machine_array(obj: Any, look: Look) -> Any:
    return part(("array", obj.typecode), (hash_buffer(obj, look) if obj else b"",))


def _deque(obj: Any, look: Look) -> Any:
    return part(("deque", obj.maxlen), (shorten(list(obj), look),))


def _generator_rule(kind: type) -> Rule | None:
    # numpy loads it at the first use: a look is none
    random: Any = sys.modules.get("numpy.random")
    if random is None:
        return None
    if issubclass(kind, random.RandomState):
        return _random_state
    if issubclass(kind, random.Generator):
        return lambda obj, _look: part("Generator", _bit_generator(obj.bit_generator))
    if issubclass(kind, random.BitGenerator):
        return lambda obj, _look: part("BitGenerator", _bit_generator(obj))
    if issubclass(kind, random.SeedSequence):
        return lambda obj, _look: part("SeedSequence", _seed_sequence(obj))
    return None


def _bit_generator(obj: Any) -> tuple[Any, ...]:
    seeds = getattr(obj, "seed_seq", None)  # public since numpy 1.25; `spawn` counts in it
    made = _seed_sequence(seeds) if hasattr(seeds, "n_children_spawned") else ()
    return (obj.state, *made)


def _seed_sequence(obj: Any) -> tuple[Any, ...]:
    return (obj.entropy, obj.spawn_key, obj.n_children_spawned)


def _random_state(obj: Any, _look: Look) -> Any:
    random = sys.modules["numpy.random"]
    if obj is random.mtrand._rand:  # noqa: SLF001 - the one global generator is ambient state
        return part("the global generator")
    return part("RandomState", (obj.get_state(legacy=False),))
