"""Attributes of modules and of the classes in them: what a name is bound to, by identity."""

import sys
from collections.abc import Collection, Mapping
from types import ModuleType
from typing import Any

from ipyprod.effects.values.kinds import identity, is_a, is_session_type, members_of, namespace_of

_MOST_MODULES = 50


def module_tokens(
    names: Collection[str], namespace: Mapping[str, Any]
) -> dict[str, dict[str, int]]:
    """Return a token for the attributes of each module and library class that `names` mention."""
    tokens: dict[str, dict[str, int]] = {}
    waiting = [namespace[name] for name in names if name in namespace]
    while waiting and len(tokens) < _MOST_MODULES:
        value = waiting.pop()
        if not is_a(value, ModuleType):
            continue
        members = namespace_of(value)
        key = members.get("__name__")
        if type(key) is not str or key in tokens:
            continue
        token = {name: identity(item) for name, item in list(members.items())}
        tokens[key] = token
        for name in names:
            item: Any = members.get(name)
            if is_a(item, ModuleType):
                waiting.append(item)
            elif is_a(item, type) and not is_session_type(item):
                token |= {f"{name}.{n}": identity(m) for n, m in members_of(item).items()}
    return tokens


def changed_modules(
    before: Mapping[str, Mapping[str, int]],
    after: Mapping[str, Mapping[str, int]],
    words: Collection[str],
) -> set[str]:
    """Return the modules with an attribute that was set or replaced, submodules apart.

    An attribute that begins with `_` and is not among the words of the cell is the module's own
    affair.
    """
    changed = set()
    for name, old in before.items():
        new = after.get(name)
        if new is None or new == old:
            continue
        owner = namespace_of(sys.modules[name]) if is_a(sys.modules.get(name), ModuleType) else {}
        differing = {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
        if any(not _is_own_fill(key, owner.get(key), words) for key in differing):
            changed.add(name)
    return changed


def _is_own_fill(key: str, value: Any, words: Collection[str]) -> bool:
    """Whether a module set an attribute by itself: a submodule, or a name that only it knows."""
    last = key.rpartition(".")[2]
    if is_a(value, ModuleType) or last == "_abc_impl":
        return True
    return last.startswith("_") and last not in words
