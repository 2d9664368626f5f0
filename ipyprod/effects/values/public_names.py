"""Where a class can be imported from, as people import it."""

import sys
from types import ModuleType
from typing import Any

from ipyprod.effects.values.kinds import (
    home_of,
    is_a,
    name_of,
    namespace_of,
    qualname_of,
    remembered_by_type,
)

_SESSION = frozenset({"__main__", "__mp_main__"})
_INTERNAL = frozenset({"core", "internals", "impl", "tests", "testing"})


@remembered_by_type
def public_module(kind: type) -> str:
    """Return the shortest loaded public module that offers `kind` under its name, "" for none.

    The packages around its own module come first (`pandas` for `pandas.core.frame.DataFrame`), then
    any public module of the same library (`pandas.api.typing`).
    """
    module = home_of(kind)
    if module in ("", *_SESSION) or "." in qualname_of(kind):
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
    owner: Any = sys.modules.get(name)
    return is_a(owner, ModuleType) and namespace_of(owner).get(name_of(kind)) is kind
