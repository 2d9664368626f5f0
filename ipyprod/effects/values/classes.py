"""What a class holds, apart from what the interpreter and metaclasses fill in."""

import abc
import weakref
from enum import EnumType
from typing import Any

from ipyprod.effects.values.kinds import (
    identity,
    is_a,
    is_unnamed,
    members_of,
    mro_of,
    name_of,
    qualname_of,
    remembered_by_type,
)
from ipyprod.effects.values.look import Look, part

_ABSTRACT_STATE = type(members_of(abc.ABC).get("_abc_impl"))


@remembered_by_type
def own_members(kind: type) -> frozenset[str]:
    """Return the members of a class that the interpreter or a metaclass fills by itself."""
    names = {"__dict__", "__weakref__", "__static_attributes__", "__firstlineno__"}
    names.add("__slotnames__")  # what `copyreg` remembers when an instance is copied
    if is_a(kind, EnumType):
        names |= {"_value2member_map_", "_unhashable_values_", "_unhashable_values_map_"}
    return frozenset(names | {"_abc_impl", "__abstractmethods__", "__annotations_cache__"})


def members_given(kind: type) -> dict[str, Any]:
    """Return the members of a class that its body made or that were set later."""
    hidden = own_members(kind)
    members = {n: m for n, m in members_of(kind).items() if n not in hidden}
    if type(hints := members.get("__annotations__")) is dict and not hints:
        del members["__annotations__"]  # made where it is asked for
    return members


def class_content(kind: type) -> list[Any]:
    """Return all that a class of the session holds and inherits: members, names, other classes."""
    return [members_given(kind), name_of(kind), qualname_of(kind), list(mro_of(kind)[1:])]


def registered_with(cls: type) -> list[int]:
    """Return the classes that count as subclasses of `cls` since `cls.register(...)`."""
    if type(members_of(cls).get("_abc_impl")) is not _ABSTRACT_STATE:
        return []
    registered, *_ = abc._get_dump(cls)  # type: ignore[attr-defined]  # noqa: SLF001 - nothing else tells
    return sorted(identity(weakref.ReferenceType.__call__(one)) for one in registered)


def class_rule(obj: type, _look: Look) -> Any:
    """A class by identity: its content is looked at with the variable of its name, else here.

    kinds = [type(name, (), {}) for name in "ab"]
    """
    return part(identity(obj), class_content(obj) if is_unnamed(obj) else None)
