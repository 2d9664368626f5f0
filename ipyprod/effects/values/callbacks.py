"""What is called when an object goes: the callbacks of weak references to it, and finalizers."""

import gc
import weakref
from collections.abc import Iterator
from types import FunctionType
from typing import Any

from ipyprod.effects.values.kinds import is_a, module_of

_OWN = frozenset({"weakref", "_weakrefset"})  # what keeps a `WeakSet` in order
_CALLBACK = vars(weakref.ReferenceType)["__callback__"]


def callbacks_of(obj: Any) -> Iterator[Any]:
    """Yield what waits for the end of `obj`."""
    if not weakref.getweakrefcount(obj):
        return
    for reference in weakref.getweakrefs(obj):
        callback = _callback_of(reference)
        if is_a(callback, weakref.finalize) or _home_of(callback) not in _OWN:
            yield callback


def _callback_of(reference: Any) -> Any:
    if is_a(reference, weakref.ReferenceType):
        return _CALLBACK.__get__(reference)
    # Asking a proxy asks the object; all that the proxy itself refers to is its callback.
    return next(iter(gc.get_referents(reference)), None)


def _home_of(callback: Any) -> str:
    """Return the module of a function, or of the class of what else is called."""
    if callback is None:
        return "weakref"
    if type(callback) is FunctionType:
        return callback.__module__ or ""
    return module_of(type(callback))


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
