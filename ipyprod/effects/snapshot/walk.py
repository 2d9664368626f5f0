"""Walk from values to a flat table of nodes, without running code of the user's classes.

A *child* is an atom as it is (None, bool, int, float, complex, str, bytes, ...) or a 1-tuple with
the index of a node. A *node* is `(kind, type, payload, attributes)`; `type` is "module:qualname",
with the module left out for a class of the session; `attributes` are (name, child) pairs. Kinds:

    seq       children in order                  bag      children in no order
    map       (key child, value child) pairs     object   None: the attributes say it all
    array     (dtype, shape, bytes)              digest   (dtype, shape, sha1, sample, stride)
    text      an exact str                       frame    (index, columns, column children)
    name      (word, module, name, code digest)  opaque   why the content cannot be seen

Nodes are shared and may form cycles; nothing here recurses, so depth is no limit.
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping
from types import EllipsisType, NoneType
from typing import Any, NamedTuple, TypeAlias

Child: TypeAlias = Any
Attributes: TypeAlias = tuple[tuple[str, Child], ...]

ATOMS: frozenset[type] = frozenset(
    {NoneType, bool, int, float, complex, str, bytes, EllipsisType},
)
MAX_NODES = 3_000_000
MAX_ARRAY_BYTES = 1 << 26
MAX_TOTAL_BYTES = 1 << 29
SAMPLE_ITEMS = 1 << 16
TOO_LARGE = "too large to be looked at in full"

# Lists and strings that `!command` gave are plain ones in code that runs without IPython.
_TYPES_BY_ANOTHER_NAME = {
    "IPython.utils.text:SList": "builtins:list",
    "IPython.utils.text:LSString": "builtins:str",
}


class Snapshots(NamedTuple):
    """A table of nodes and, for each name, the child that stands for its value."""

    nodes: list[Any]
    roots: dict[str, Child]


class Described(NamedTuple):
    """What a describer says about one value; the walker adds type and attributes."""

    kind: str
    payload: Any = None
    attributes: Attributes | None = None  # None: those of the instance's `__dict__`


Describer: TypeAlias = Callable[[Any, "Walker"], Described]


class Walker:
    """Fills one table of nodes, within limits of time, nodes and bytes."""

    def __init__(self, session_modules: frozenset[str], seconds: float) -> None:
        self.session_modules = session_modules
        self.nodes: list[Any] = []
        self._deadline = time.monotonic() + seconds
        self._index_by_id: dict[int, int] = {}
        self._alive: list[Any] = []  # an id is only worth something while its object lives
        self._pending: list[int] = []
        self._parts = 0
        self._bytes = 0
        self._describer_by_type: dict[type, Describer] = {}

    def child(self, value: Any) -> Child:
        """Give the child for a value; a value that is no atom is described later, once."""
        if type(value) in ATOMS:
            return value
        index = self._index_by_id.get(id(value))
        if index is None:
            index = len(self.nodes)
            self._index_by_id[id(value)] = index
            self._alive.append(value)
            self.nodes.append(None)
            self._pending.append(index)
        return (index,)

    def children(self, values: Iterable[Any]) -> tuple[Child, ...]:
        """Give the children for several values, quickly where all are atoms."""
        items = tuple(values)
        self._parts += len(items)
        if set(map(type, items)) <= ATOMS:
            self._parts -= len(items) * 15 // 16
            return items
        return tuple(self.child(item) for item in items)

    def pairs(self, items: Iterable[tuple[str, Any]]) -> Attributes:
        """Give named children."""
        return tuple((name, self.child(value)) for name, value in items)

    def is_session_type(self, kind: type) -> bool:
        """Whether a class was made in the session or in the module that stands for it."""
        return getattr(kind, "__module__", None) in self.session_modules

    def type_name(self, kind: type) -> str:
        """Name a class as "module:qualname", or ":name" where the session made it."""
        qualname = str(kind.__qualname__)
        if self.is_session_type(kind):
            return ":" + qualname.rpartition("<locals>.")[2]
        name = f"{getattr(kind, '__module__', '')}:{qualname}"
        return _TYPES_BY_ANOTHER_NAME.get(name, name)

    def raw(self, dtype: str, shape: tuple[int, ...], data: Any, item_size: int) -> Described:
        """Describe the bytes of an array: as they are, or by digest and sample where they are many.

        `data` is C-contiguous and offers the buffer interface.
        """
        view = memoryview(data).cast("B") if len(data) else b""
        size = len(view)
        if size <= MAX_ARRAY_BYTES and self._bytes + size <= MAX_TOTAL_BYTES:
            self._bytes += size
            return Described("array", (dtype, shape, bytes(view)), ())
        stride = max(1, size // item_size // SAMPLE_ITEMS)
        step = stride * item_size
        sample = b"".join(bytes(view[at : at + item_size]) for at in range(0, size, step))
        digest = hashlib.sha1(view, usedforsecurity=False).hexdigest()
        return Described("digest", (dtype, shape, digest, sample, stride), ())

    def walk(self) -> None:
        """Describe everything pending; past the limits the rest is opaque."""
        while self._pending:
            index = self._pending.pop()
            value = self._alive[index]
            if self._is_spent(index):
                self.nodes[index] = ("opaque", self.type_name(type(value)), TOO_LARGE, ())
                continue
            self.nodes[index] = self._node(value)

    def _is_spent(self, index: int) -> bool:
        if index & 127 == 0 and time.monotonic() > self._deadline:
            self._parts = MAX_NODES
        return self._parts + len(self.nodes) > MAX_NODES

    def _node(self, value: Any) -> tuple[str, str, Any, Attributes]:
        kind = type(value)
        name = self.type_name(kind)
        try:
            described = self._describer(kind)(value, self)
            attributes = described.attributes
            if attributes is None:
                attributes = self.instance_attributes(value)
        except Exception as error:
            return ("opaque", name, f"looking at it raised {type(error).__name__}", ())
        if name in _TYPES_BY_ANOTHER_NAME.values():
            attributes = ()
        return (described.kind, name, described.payload, attributes)

    def _describer(self, kind: type) -> Describer:
        found = self._describer_by_type.get(kind)
        if found is None:
            from .describers import find_describer  # noqa: PLC0415 - the describers need Walker

            found = find_describer(kind)
            self._describer_by_type[kind] = found
        return found

    def instance_attributes(self, value: Any) -> Attributes:
        """Give what `__dict__` and slots hold, lazily filled results of properties apart."""
        kind = type(value)
        found: dict[str, Any] = {}
        for owner in reversed(kind.__mro__):
            slots = owner.__dict__.get("__slots__", ())
            for slot in (slots,) if isinstance(slots, str) else tuple(slots):
                found.update(_read_slot(owner, slot, value))
        found.update(_own_dict(value))
        kept = [
            (n, v)
            for n, v in found.items()
            if not _is_lazy(kind, n) and not _is_kept_hash(kind, n, v)
        ]
        return self.pairs(sorted(kept, key=lambda item: item[0]))


def _read_slot(owner: type, slot: str, value: Any) -> dict[str, Any]:
    private = slot.startswith("__") and not slot.endswith("__")
    mangled = f"_{owner.__name__.lstrip('_')}{slot}" if private else slot
    member = owner.__dict__.get(mangled)
    if slot in {"__dict__", "__weakref__"} or type(member) is not _MEMBER_TYPE:
        return {}
    try:
        return {mangled: _MEMBER_TYPE.__get__(member, value)}
    except AttributeError:
        return {}


class _Slotted:
    __slots__ = ("slot",)


_MEMBER_TYPE = type(_Slotted.__dict__["slot"])


def _own_dict(value: Any) -> dict[str, Any]:
    try:
        found = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}
    if type(found) is not dict:
        return {}
    return {name: item for name, item in found.items() if type(name) is str}


def _is_lazy(kind: type, name: str) -> bool:
    """Whether the attribute is what a cached property left behind, or a library's own mark."""
    if name.startswith("__") and name.endswith("__"):
        return True
    for owner in kind.__mro__:
        if name in owner.__dict__:
            shadowed = owner.__dict__[name]
            return (
                type(shadowed) is not _MEMBER_TYPE
                and hasattr(type(shadowed), "__get__")
                and (
                    "cache" in type(shadowed).__name__.lower()
                    or "lazy" in type(shadowed).__name__.lower()
                )
            )
    return False


def _is_kept_hash(kind: type, name: str, value: Any) -> bool:
    """Whether an attribute is the object's own hash, which differs from process to process."""
    is_named_so = name.startswith("_") and name.strip("_").endswith(("hash", "hashcode"))
    has_own_hash = any("__hash__" in owner.__dict__ for owner in kind.__mro__[:-1])
    return is_named_so and type(value) is int and has_own_hash


def take_snapshots(
    values: Mapping[str, Any],
    *,
    session_modules: frozenset[str] = frozenset({"__main__"}),
    seconds: float = 20.0,
) -> Snapshots:
    """Describe the content of each value. Nothing is changed and no error leaves.

    `session_modules` are the modules whose classes count as the session's own. Past `seconds`, or
    past the limits of size, what is left is opaque.
    """
    walker = Walker(session_modules, seconds)
    roots: dict[str, Child] = {}
    for name, value in values.items():
        roots[name] = walker.child(value)
        walker.walk()
    return Snapshots(walker.nodes, roots)
