"""Asking for the type of a value without asking the value, and a type without its metaclass.

A metaclass may define `__hash__`, `__eq__`, `__getattribute__` and properties of any name: types are
told apart by identity, and read through the descriptors of `type` itself.
"""

import functools
import sys
from collections.abc import Callable, Iterable
from types import ModuleType, UnionType
from typing import Any, TypeVar, cast

_SESSION_MODULES = frozenset({"__main__", "__mp_main__"})
_MODULES_OF_PYTHON = _SESSION_MODULES | {"builtins", "sys"}
_Result = TypeVar("_Result")
_MRO = type.__dict__["__mro__"]
_NAME = type.__dict__["__name__"]
_MODULE = type.__dict__["__module__"]
_FLAGS = type.__dict__["__flags__"]
_IS_HEAP_TYPE = 1 << 9
_NAMESPACE = vars(ModuleType)["__dict__"]
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


def identities(*kinds: type) -> frozenset[int]:
    """Return a set of types to look one up in by its `identity`."""
    return frozenset(map(identity, kinds))


def is_among(kind: type, kinds: Iterable[type]) -> bool:
    """Whether `kind` itself is one of `kinds`."""
    return any(one is kind for one in kinds)


def mro_of(kind: type) -> tuple[type, ...]:
    """Return the classes that `kind` inherits from, itself first."""
    return cast("tuple[type, ...]", _MRO.__get__(kind))


def members_of(kind: type) -> Any:
    """Return what the body of `kind` made, as a read-only mapping."""
    return _MEMBERS.__get__(kind)


def namespace_of(module: Any) -> dict[str, Any]:
    """Return what a module holds, whatever its class makes of `__dict__`."""
    return cast("dict[str, Any]", _NAMESPACE.__get__(module))


def name_of(kind: type) -> str:
    """Return the name of `kind`."""
    return cast("str", _NAME.__get__(kind))


def home_of(kind: type) -> str:
    """Return the module that `kind` says it is defined in; a class written in C says it too."""
    try:
        module = _MODULE.__get__(kind)
    except AttributeError:
        return ""
    return module if type(module) is str else ""


def qualname_of(kind: type) -> str:
    """Return the qualified name of `kind`."""
    return cast("str", _QUALNAME.__get__(kind))


def module_of(kind: type) -> str:
    """Return the module that `kind` was made in; one that is written in C says none."""
    module = members_of(kind).get("__module__", "builtins")
    return module if type(module) is str else ""


def is_session_type(kind: type) -> bool:
    """Whether `kind` is a class made in the session itself, `make_dataclass("Row", ["x"])` too.

    Before Python 3.12 a class of `types.new_class` says that it is one of the module `types`.
    """
    module = module_of(kind)
    return module in _SESSION_MODULES or (module == "types" and not is_under_own_name(kind))


def is_session_module(value: Any) -> bool:
    """Whether `value` is a module that the session made by hand, whose content is a variable's.

    settings = types.ModuleType("settings")
    """
    if type(value) is not ModuleType:
        return False
    members = namespace_of(value)
    has_origin = members.get("__spec__") is not None or "__file__" in members
    return not has_origin and members.get("__name__") not in _MODULES_OF_PYTHON


def is_library_module(value: Any) -> bool:
    """Whether `value` is a module, one that is no variable of the session."""
    return issubclass(type(value), ModuleType) and not is_session_module(value)


def is_unnamed(kind: type) -> bool:
    """Whether `kind` is a class of the session that no variable of its own name holds."""
    return is_session_type(kind) and not is_under_own_name(kind)


def is_lasting(kind: type) -> bool:
    """Whether `kind` lives as long as the process: a module holds it, or C code made it for good."""
    if is_session_type(kind):
        return False
    return not _FLAGS.__get__(kind) & _IS_HEAP_TYPE or is_under_own_name(kind)


def is_under_own_name(kind: type) -> bool:
    """Whether the module of `kind` holds it under its name; one of the session is a variable then."""
    owner: Any = sys.modules.get(home_of(kind))
    for name in qualname_of(kind).split("."):
        if is_a(owner, type):
            owner = members_of(owner).get(name)
        elif is_a(owner, ModuleType):
            owner = namespace_of(owner).get(name)
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
        if is_lasting(kind):
            known[identity(kind)] = (kind, result)
        return result

    return look_up
