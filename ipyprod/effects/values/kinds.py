"""Asking for the type of a value without asking the value."""

import functools
from collections.abc import Callable
from types import UnionType
from typing import Any, TypeVar

_SESSION_MODULES = frozenset({"__main__", "__mp_main__"})
_Result = TypeVar("_Result")


def is_a(value: Any, kinds: type | UnionType | tuple[Any, ...]) -> bool:
    """Return whether the type of `value` is one of `kinds`.

    `isinstance` reads `value.__class__`, which may run the user's `__getattribute__`.
    """
    return issubclass(type(value), kinds)


def remembered_by_type(work: Callable[[type], _Result]) -> Callable[[type], _Result]:
    """Compute `work` once a type; classes of the session are not held, and so not remembered."""
    known: dict[type, _Result] = {}

    @functools.wraps(work)
    def look_up(kind: type) -> _Result:
        if kind in known:
            return known[kind]
        result = work(kind)
        if all(cls.__dict__.get("__module__") not in _SESSION_MODULES for cls in kind.__mro__):
            known[kind] = result
        return result

    return look_up
