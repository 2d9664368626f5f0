"""Where a class can be imported from, as people import it."""

import sys

from ipyprod.effects.values.kinds import remembered_by_type

_SESSION = frozenset({"__main__", "__mp_main__"})
_INTERNAL = frozenset({"core", "internals", "impl", "tests", "testing"})
_MODULE = type.__dict__["__module__"]  # the descriptor: no metaclass answers


def module_of(kind: type) -> str:
    """Return the module that `kind` says it is defined in; a class written in C says it too."""
    try:
        module = _MODULE.__get__(kind)
    except AttributeError:
        return ""
    return module if type(module) is str else ""


@remembered_by_type
def public_module(kind: type) -> str:
    """Return the shortest loaded public module that offers `kind` under its name, "" for none.

    The packages around its own module come first (`pandas` for `pandas.core.frame.DataFrame`), then
    any public module of the same library (`pandas.api.typing`).
    """
    module = module_of(kind)
    if module in ("", *_SESSION) or "." in kind.__qualname__:
        return ""
    parts = module.split(".")
    if parts[0].startswith("_"):
        parts[0] = parts[0].lstrip("_")  # `io` offers the classes of `_io`
    around = [".".join(parts[:count]) for count in range(1, len(parts) + 1)]
    for name in around:
        if _is_public(name) and _offers(name, kind):
            return name
    prefix = f"{parts[0]}."
    loaded = [name for name in list(sys.modules) if name.startswith(prefix) and _is_public(name)]
    for name in sorted(loaded, key=lambda name: (name.count("."), name)):
        if _offers(name, kind):
            return name
    return next((name for name in around if not _is_private(name) and _offers(name, kind)), "")


def _is_private(name: str) -> bool:
    return any(part.startswith("_") for part in name.split("."))


def _is_public(name: str) -> bool:
    return not _is_private(name) and _INTERNAL.isdisjoint(name.split("."))


def _offers(name: str, kind: type) -> bool:
    owner = sys.modules.get(name)
    return owner is not None and vars(owner).get(kind.__name__) is kind
