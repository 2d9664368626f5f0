"""How an object keeps its state: in Python's own places, or in memory of its C type."""

from enum import Enum
from typing import Any

from ipyprod.effects.values.kinds import remembered_by_type

_POINTER = 8
_PAYLOADS: tuple[tuple[type, Any], ...] = (
    (dict, lambda obj: list(dict.items(obj))),
    (list, lambda obj: list(list.__iter__(obj))),
    (tuple, lambda obj: list(tuple.__iter__(obj))),
    (set, lambda obj: frozenset(set.__iter__(obj))),
    (frozenset, lambda obj: frozenset(frozenset.__iter__(obj))),
    (bool, int.__index__),
    (int, int.__index__),
    (float, float.hex),
    (complex, complex.__complex__),
    (str, str.__str__),
    (bytes, bytes.__bytes__),
    (bytearray, lambda obj: bytes(bytearray.__getitem__(obj, slice(None)))),
    (BaseException, lambda obj: BaseException.__reduce__(obj)[1:2]),
)
_CACHE_DESCRIPTORS = frozenset(
    {"cached_property", "cache_readonly", "CachedProperty", "lazyproperty", "CachedAttribute"}
)
_CACHE_NAMES = frozenset({"__networkx_cache__"})


class Layout(Enum):
    """Where the state of an object is."""

    PYTHON = "attributes, slots and at most the content of a builtin"
    OWN_ACCOUNT = "in C, and the type tells it through its own reduce"
    OPAQUE = "in C, and the type does not tell it"


@remembered_by_type
def layout_of(kind: type) -> Layout:
    """Return where objects of `kind` keep their state. No code of the user's runs."""
    for cls in kind.__mro__:
        if cls is object or _payload_base(cls) is cls:
            return Layout.PYTHON
        if not _is_explained(cls):
            return _account_of(cls, kind)
    return Layout.OPAQUE


def _is_explained(cls: type) -> bool:
    """Whether `cls` adds no memory but a dict, weak references and slots to its base."""
    base = cls.__base__
    if base is None:
        return True
    extra = cls.__basicsize__ - base.__basicsize__ - _POINTER * len(_slots_of(cls))
    has_dict = bool(cls.__dictoffset__) and not base.__dictoffset__
    has_weak = bool(cls.__weakrefoffset__) and not base.__weakrefoffset__
    allowed = _POINTER * (has_dict + has_weak)
    is_made_in_python = bool(cls.__flags__ & (1 << 9)) and "__module__" in cls.__dict__
    return is_made_in_python and 0 <= extra <= allowed


def _account_of(cls: type, kind: type) -> Layout:
    """A C type's own reduce is used only where no class made in Python stands before it."""
    if kind is not cls:
        return Layout.OPAQUE
    if getattr(cls, "__flags__", 0) & (1 << 9) and cls.__dict__.get("__module__") == "__main__":
        return Layout.OPAQUE
    for name in ("__reduce__", "__reduce_ex__", "__getstate__", "__getnewargs__"):
        for owner in cls.__mro__:
            if name in owner.__dict__ and owner is not object:
                return Layout.OWN_ACCOUNT
    return Layout.OPAQUE


def _slots_of(cls: type) -> tuple[str, ...]:
    slots = cls.__dict__.get("__slots__", ())
    names = (slots,) if isinstance(slots, str) else tuple(slots)
    return tuple(name for name in names if name not in ("__dict__", "__weakref__"))


def _payload_base(kind: type) -> type | None:
    for base, _ in _PAYLOADS:
        if base in kind.__mro__:
            return base
    return None


def instance_attributes(
    obj: Any, kind: type, *, hide_private: bool
) -> tuple[list[tuple[str, Any]], Any]:
    """Return the attributes of an object made in Python, caches apart, and its builtin content."""
    hidden = cached_names(kind)
    attributes: list[tuple[str, Any]] = []
    try:
        own = object.__getattribute__(obj, "__dict__")
    except AttributeError:
        own = None
    if isinstance(own, dict):
        attributes += [(k, v) for k, v in dict.items(own) if k not in hidden]
    for name, descriptor in _slot_descriptors(kind):
        try:
            attributes.append((name, descriptor.__get__(obj, kind)))
        except AttributeError:
            continue
    if hide_private:
        attributes = [(k, v) for k, v in attributes if not str(k).startswith("_")]
    attributes.sort(key=lambda item: str(item[0]))
    base = _payload_base(kind)
    payload = next((read(obj) for owner, read in _PAYLOADS if owner is base), None)
    return attributes, payload


@remembered_by_type
def cached_names(kind: type) -> frozenset[str]:
    """Return the attributes that a cached property of `kind` fills."""
    names = {
        name
        for cls in kind.__mro__
        for name, member in cls.__dict__.items()
        if type(member).__name__ in _CACHE_DESCRIPTORS
    }
    return frozenset(names) | _CACHE_NAMES


@remembered_by_type
def _slot_descriptors(kind: type) -> tuple[tuple[str, Any], ...]:
    """Return the slots of `kind` with the descriptors that read them without any user code."""
    found = []
    for cls in kind.__mro__:
        for name in _slots_of(cls):
            mangled = name
            if name.startswith("__") and not name.endswith("__"):
                mangled = f"_{cls.__name__.lstrip('_')}{name}"
            member = cls.__dict__.get(mangled)
            if type(member).__name__ == "member_descriptor":
                found.append((f"{cls.__qualname__}.{mangled}", member))
    return tuple(found)
