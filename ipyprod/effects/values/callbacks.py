"""What is called when an object goes: the callbacks of weak references to it, and finalizers."""

import weakref
from collections.abc import Iterator
from types import FunctionType
from typing import Any

from ipyprod.effects.values.kinds import is_a

_CALLBACK: Any = vars(weakref.ReferenceType)["__callback__"]  # a subclass may see to attributes
_OWN = frozenset({"weakref", "_weakrefset"})  # what keeps a `WeakSet` in order


def callbacks_of(obj: Any) -> Iterator[Any]:
    """Yield what waits for the end of `obj`."""
    if not weakref.getweakrefcount(obj):
        return
    for reference in weakref.getweakrefs(obj):
        callback = _CALLBACK.__get__(reference)
        is_own = type(callback) is FunctionType and callback.__module__ in _OWN
        if callback is not None and not is_own:
            yield callback


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
