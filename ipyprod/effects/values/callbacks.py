"""What is called when an object goes: the callbacks of weak references to it, and finalizers."""

import types
import weakref
from collections.abc import Iterator
from gc import get_referents
from typing import Any

from ipyprod.effects.values.kinds import home_of, is_a, is_among

_CALLBACK = vars(weakref.ReferenceType)["__callback__"]
_OWN = frozenset({"weakref", "_weakrefset"})  # what keeps a `WeakSet` in order


def callbacks_of(obj: Any) -> Iterator[Any]:
    """Yield what waits for the end of `obj`."""
    if not weakref.getweakrefcount(obj):
        return
    for reference in weakref.getweakrefs(obj):
        if not is_a(reference, weakref.ReferenceType):
            yield from get_referents(reference)  # a proxy: asking it asks `obj`
            continue
        callback = _CALLBACK.__get__(reference)
        is_finalizer = is_a(callback, weakref.finalize)
        if is_finalizer or _home_of(callback) not in _OWN:
            yield callback


def _home_of(callback: Any) -> Any:
    """Return the module of a function; any other object is asked for nothing but its type."""
    while type(callback) is types.MethodType:
        callback = callback.__func__
    if is_a(callback, types.NoneType):
        return "weakref"
    if is_among(type(callback), (types.FunctionType, types.BuiltinFunctionType)):
        return callback.__module__
    return home_of(type(callback))


def called_at_the_end(obj: Any) -> Iterator[Any]:
    """Yield what is called at the end of `obj`, with what it is called with.

    weakref.finalize(task, log.append, "done")
    ^ `del task` changes `log`
    """
    for callback in callbacks_of(obj):
        if is_a(callback, weakref.finalize):
            known = weakref.finalize._registry.get(callback)  # type: ignore[attr-defined]  # noqa: SLF001 - `peek` finds it in a costlier way
            if known is not None:
                yield (known.func, known.args, known.kwargs)
        else:
            yield callback
