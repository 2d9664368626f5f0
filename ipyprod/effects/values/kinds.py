"""Asking for the type of a value without asking the value, and a type without its metaclass."""

import functools
import sys
from collections.abc import Callable
from types import ModuleType, UnionType
from typing import Any, TypeVar, cast

_SESSION_MODULES = frozenset({"__main__", "__mp_main__"})
_MODULES_OF_PYTHON = _SESSION_MODULES | {"builtins", "sys"}
_Result = TypeVar("_Result")
_MRO = type.__dict__["__mro__"]
_MEMBERS = type.__dict__["__dict__"]
_QUALNAME = type.__dict__["__qualname__"]
# Tells one object from all others that are alive, as `id` does (CPython hashes the address), but
# each call of `id` calls the audit hooks of the process, which takes ten times as long.
identity: Callable[[object], int] = object.__hash__


def is_a(value: Any, kinds: type | UnionType | tuple[Any, ...]) -> bool:
    """Return whether the type of `value` is one of `kinds`.

    `isinstance` reads `value.__class__`, which may run the user's `__getattribute__`.
    """
    return issubclass(type(value), kinds)


def mro_of(kind: type) -> tuple[type, ...]:
    """Return the classes that `kind` inherits from, itself first."""
    return cast("tuple[type, ...]", _MRO.__get__(kind))


def members_of(kind: type) -> Any:
    """Return what the body of `kind` made, as a read-only mapping."""
    return _MEMBERS.__get__(kind)


def qualname_of(kind: type) -> str:
    """Return the qualified name of `kind`."""
    return cast("str", _QUALNAME.__get__(kind))


def module_of(kind: type) -> str:
    """Return the module that `kind` says it comes from."""
    module = members_of(kind).get("__module__", "builtins")
    return module if type(module) is str else ""


def is_session_type(kind: type) -> bool:
    """Whether `kind` is a class made in the session itself."""
    return module_of(kind) in _SESSION_MODULES


def is_session_module(value: Any) -> bool:
    """Whether `value` is a module that the session made by hand, whose content is a variable's.

    settings = types.ModuleType("settings")
    """
    if type(value) is not ModuleType:
        return False
    members = vars(value)
    has_origin = members.get("__spec__") is not None or "__file__" in members
    return not has_origin and members.get("__name__") not in _MODULES_OF_PYTHON


def is_library_module(value: Any) -> bool:
    """Whether `value` is a module, one that is no variable of the session."""
    return is_a(value, ModuleType) and not is_session_module(value)


def is_importable(kind: type) -> bool:
    """Whether a loaded module holds `kind` under its own name: it lives as long as the process."""
    if is_session_type(kind):
        return False
    owner: Any = sys.modules.get(module_of(kind))
    for name in qualname_of(kind).split("."):
        if is_a(owner, type):
            owner = members_of(owner).get(name)
        elif is_a(owner, ModuleType):
            owner = vars(owner).get(name)
        else:
            return False
    return owner is kind


def remembered_by_type(work: Callable[[type], _Result]) -> Callable[[type], _Result]:
    """Compute `work` once a type; classes that may go are not held, and so not remembered."""
    known: dict[int, tuple[type, _Result]] = {}

    @functools.wraps(work)
    def look_up(kind: type) -> _Result:
        found = known.get(identity(kind))
        if found is not None:
            return found[1]
        result = work(kind)
        if is_importable(kind):
            known[identity(kind)] = (kind, result)
        return result

    return look_up
