"""How an object keeps its state: in Python's own places, or in memory of its C type."""

import datetime as dt
import decimal
import types
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from itertools import takewhile
from typing import Any

from ipyprod.effects.values.kinds import (
    identities,
    identity,
    is_a,
    is_among,
    is_session_type,
    members_of,
    module_of,
    mro_of,
    name_of,
    remembered_by_type,
)

_BASE = type.__dict__["__base__"]
_SIZE = type.__dict__["__basicsize__"]
_DICT_PLACE = type.__dict__["__dictoffset__"]
_WEAK_PLACE = type.__dict__["__weakrefoffset__"]
_FLAGS = type.__dict__["__flags__"]
_POINTER = 8
_IS_HEAP_TYPE = 1 << 9


_PLAIN_KEYS = identities(str, int)


def _is_no_dict(kind: type) -> bool:
    return kind is not dict


def _copy_of(obj: Any) -> Any:
    """Return the content of a kind of dict without `__eq__`, `keys` or `__getitem__` of the user's.

    `dict.copy` asks a subclass for its keys and items where that defines `__iter__`.
    """
    own = mro_of(type(obj))
    is_quiet = not any("__iter__" in members_of(cls) for cls in takewhile(_is_no_dict, own))
    if is_quiet and _PLAIN_KEYS.issuperset(map(identity, map(type, dict.keys(obj)))):
        return dict.copy(obj)
    return list(dict.items(obj))


# Content of a builtin that a class inherits from; the first base that fits counts.
_PAYLOADS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (OrderedDict, lambda obj: list(OrderedDict.items(obj))),
    (defaultdict, lambda obj: [obj.default_factory, _copy_of(obj)]),
    (dict, _copy_of),
    (list, list.copy),
    (tuple, lambda obj: list(tuple.__iter__(obj))),
    (set, lambda obj: list(set.__iter__(obj))),
    (frozenset, lambda obj: list(frozenset.__iter__(obj))),
    (deque, lambda obj: [deque.maxlen.__get__(obj), list(deque.__iter__(obj))]),
    (bool, int.__index__),
    (int, int.__index__),
    (float, float.hex),
    (complex, complex.__complex__),
    (str, str.__str__),
    (bytes, bytes.__bytes__),
    (bytearray, lambda obj: bytes(bytearray.__getitem__(obj, slice(None)))),
    (dt.datetime, lambda obj: dt.datetime.__reduce_ex__(obj, 4)[1]),
    (dt.date, lambda obj: dt.date.__reduce_ex__(obj, 4)[1]),
    (dt.time, lambda obj: dt.time.__reduce_ex__(obj, 4)[1]),
    (dt.timedelta, lambda obj: dt.timedelta.__reduce__(obj)[1]),
    (decimal.Decimal, decimal.Decimal.as_tuple),
    (BaseException, vars(BaseException)["args"].__get__),
)
_CACHE_DESCRIPTORS = frozenset(
    {
        "cached_property",
        "cache_readonly",
        "CachedProperty",
        "lazyproperty",
        "CachedAttribute",
        "CachedAccessor",
    }
)
# Of statsmodels and pandas; they keep results in `_cache`.
_READ_ONLY_CACHES = frozenset({"cache_readonly", "CachedProperty"})
# Names of lazy caches that no one sets: networkx; flags of enum; sympy.
_NOTHING: frozenset[str] = frozenset()
_NEVER_STATE = frozenset({"__networkx_cache__", "_inverted_", "_mhash", "_assumptions"})
_OF_LOGGERS = frozenset({"_cache"})  # of the levels that are shown, filled by every message


class Layout(Enum):
    """Where the state of an object is."""

    PYTHON = "attributes, slots and at most the content of a builtin"
    OWN_ACCOUNT = "in C, and the type tells it through its own reduce"
    OPAQUE = "in C, and the type does not tell it"


@dataclass(frozen=True, slots=True)
class Plan:
    """How to read the objects of one class without running anything of theirs."""

    layout: Layout
    read_dict: Any  # descriptor of `__dict__`, None without one
    slots: tuple[tuple[str, Any], ...]
    read_payload: Callable[[Any], Any] | None
    lazy: frozenset[str]  # what a cached property fills
    hidden: frozenset[str]
    is_library: bool

    @property
    def is_all_dict(self) -> bool:
        """Whether the attributes are all there is, and none of them is left out."""
        has_more = self.slots or self.lazy or self.hidden or self.read_payload is not None
        return self.read_dict is not None and not has_more


@remembered_by_type
def plan_for(kind: type) -> Plan:
    """Return how objects of `kind` are read. No code of the user's runs."""
    is_library = not any(is_session_type(cls) for cls in mro_of(kind))
    lazy = cached_names(kind)
    is_of_session = all(is_session_type(c) for c in mro_of(kind) if module_of(c) != "builtins")
    return Plan(
        layout=_layout_of(kind, is_library=is_library),
        read_dict=_dict_descriptor(kind),
        slots=_slot_descriptors(kind),
        read_payload=_payload_reader(kind),
        lazy=frozenset() if is_library else lazy,
        hidden=_NOTHING if is_of_session else _hidden(kind, lazy if is_library else _NOTHING),
        is_library=is_library,
    )


def _hidden(kind: type, lazy: frozenset[str]) -> frozenset[str]:
    is_logger = any(module_of(cls) == "logging" for cls in mro_of(kind))
    return _NEVER_STATE | lazy | (_OF_LOGGERS if is_logger else _NOTHING)


def _layout_of(kind: type, *, is_library: bool) -> Layout:
    for cls in mro_of(kind):
        if cls is object or any(base is cls for base, _ in _PAYLOADS):
            return Layout.PYTHON
        if not _is_explained(cls):
            return _account_of(kind, is_library=is_library)
    return Layout.OPAQUE


def _is_explained(cls: type) -> bool:
    """Whether `cls` adds no memory but a dict, weak references and slots to its base."""
    base = _BASE.__get__(cls)
    if base is None:
        return True
    extra = _SIZE.__get__(cls) - _SIZE.__get__(base) - _POINTER * len(_slots_of(cls))
    has_dict = bool(_DICT_PLACE.__get__(cls)) and not _DICT_PLACE.__get__(base)
    has_weak = bool(_WEAK_PLACE.__get__(cls)) and not _WEAK_PLACE.__get__(base)
    allowed = _POINTER * (has_dict + has_weak)
    is_made_in_python = bool(_FLAGS.__get__(cls) & _IS_HEAP_TYPE) and "__module__" in members_of(
        cls
    )
    return is_made_in_python and 0 <= extra <= allowed


def _account_of(kind: type, *, is_library: bool) -> Layout:
    """A type's own reduce is used only where no class of the session has a word in it."""
    if not is_library:
        return Layout.OPAQUE
    for name in ("__reduce__", "__reduce_ex__", "__getstate__", "__getnewargs__"):
        if any(name in members_of(cls) for cls in mro_of(kind) if cls is not object):
            return Layout.OWN_ACCOUNT
    return Layout.OPAQUE


def _slots_of(cls: type) -> tuple[str, ...]:
    slots = members_of(cls).get("__slots__", ())
    names = (slots,) if type(slots) is str else tuple(slots)
    return tuple(name for name in names if name not in ("__dict__", "__weakref__"))


def _payload_reader(kind: type) -> Callable[[Any], Any] | None:
    return next((read for base, read in _PAYLOADS if is_among(base, mro_of(kind))), None)


def _dict_descriptor(kind: type) -> Any:
    """Return what reads the attributes, past any property that calls itself `__dict__`."""
    for cls in mro_of(kind):
        member = members_of(cls).get("__dict__")
        if is_a(member, types.GetSetDescriptorType | types.MemberDescriptorType):
            return member
    return None


@remembered_by_type
def cached_names(kind: type) -> frozenset[str]:
    """Return the attributes that a cached property of `kind` fills."""
    return _NOTHING.union(*map(_own_cached_names, mro_of(kind)))


@remembered_by_type
def _own_cached_names(cls: type) -> frozenset[str]:
    members = members_of(cls).items()
    return frozenset(n for n, member in members if name_of(type(member)) in _CACHE_DESCRIPTORS)


@remembered_by_type
def read_only_cached_names(kind: type) -> frozenset[str]:
    """Return the keys under which properties of `kind` alone keep results: nobody can set them."""
    members = (item for cls in mro_of(kind) for item in members_of(cls).items())
    return frozenset(n for n, member in members if type(member).__name__ in _READ_ONLY_CACHES)


def _slot_descriptors(kind: type) -> tuple[tuple[str, Any], ...]:
    """Return the slots of `kind` with the descriptors that read them without any user code."""
    found = []
    for cls in mro_of(kind):
        for name in _slots_of(cls):
            mangled = name
            if name.startswith("__") and not name.endswith("__"):
                mangled = f"_{name_of(cls).lstrip('_')}{name}"
            member = members_of(cls).get(mangled)
            if type(member) is types.MemberDescriptorType:
                found.append((mangled, member))
    return tuple(found)
