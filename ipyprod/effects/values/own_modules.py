"""Modules that the session wrote, or found in its working directory: what their names hold.

A library keeps its state where nobody can see it. A module of one's own is code like that of the
session, and a call of its functions changes what stands in it.
"""

import os
import sys
import time
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any

from ipyprod.effects.values.budget import Budget
from ipyprod.effects.values.fingerprints import difference, fingerprint, immutable_digest
from ipyprod.effects.values.flat import IMMUTABLE
from ipyprod.effects.values.kinds import (
    home_of,
    identity,
    is_a,
    is_session_type,
    members_of,
    namespace_of,
)
from ipyprod.effects.values.marks import Certainty, Difference, Fingerprint
from ipyprod.effects.values.reach import cell_content

_MOST_MODULES = 8
_MOST_PARTS = 200  # of one module
_CLOCK_SECONDS = 1.0  # by which the clock of a file system may be behind
_PACKAGE = __name__.partition(".")[0]
_BUILTIN = frozenset({"builtins", "collections", "array"})


class OwnModules:
    """Knows the modules of one's own that are loaded, and what they held after the last cell."""

    def __init__(self) -> None:
        self._since = time.time() - _CLOCK_SECONDS
        self._known = {name: identity(module) for name, module in dict(sys.modules).items()}
        self._last = next(reversed(self._known), "")
        self._own: list[str] = []
        self._prints: dict[str, dict[str, Fingerprint]] = {}

    def look(self, budget: Budget) -> set[str]:
        """Look at all of them again, and return the names of those that hold something else."""
        self._find_new()
        return {name for name in self._own if self._is_changed(name, budget)}

    def _is_changed(self, name: str, budget: Budget) -> bool:
        """Look at one module; what there is no time for is taken for the same."""
        old = self._prints.get(name)
        new: dict[str, Fingerprint] = {}
        is_changed = False
        for part, value in _parts(sys.modules.get(name), name):
            if budget.is_spent():
                self._prints[name] = (old or {}) | new
                return is_changed
            new[part] = _print(value, budget)
            is_changed |= old is not None and _differs(old.get(part), new[part], value, budget)
        self._prints[name] = new
        return is_changed or (old is not None and not old.keys() <= new.keys())

    def _find_new(self) -> None:
        last = next(reversed(sys.modules), "")
        if last == self._last and len(sys.modules) == len(self._known):
            return
        loaded = dict(sys.modules)
        known, self._last = self._known, last
        self._known = {name: identity(module) for name, module in loaded.items()}
        for name, module in loaded.items():
            if known.get(name) != self._known[name]:
                self._prints.pop(name, None)
                is_room = name not in self._own and len(self._own) < _MOST_MODULES
                if is_room and self._is_own(module, name):
                    self._own.append(name)

    def _is_own(self, module: Any, name: str) -> bool:
        if not is_a(module, ModuleType) or name.partition(".")[0] == _PACKAGE:
            return False
        file = namespace_of(module).get("__file__")
        if type(file) is not str or not file.endswith(".py"):
            return False
        path = os.path.realpath(file)
        if any(path.startswith(os.path.join(p, "")) for p in (sys.prefix, sys.base_prefix)):
            return False
        if "site-packages" in path:
            return False
        try:
            is_new = os.stat(path).st_mtime >= self._since
        except OSError:
            return False
        return is_new or path.startswith(os.path.join(os.path.realpath(os.getcwd()), ""))


def _parts(module: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Yield what a module holds that its code can change: values, defaults, attributes of classes."""
    members = namespace_of(module) if is_a(module, ModuleType) else {}
    for key, value in list(members.items())[:_MOST_PARTS]:
        if key.startswith("__"):
            continue
        kind = type(value)
        if kind is FunctionType:
            yield from _function_parts(key, value)
        elif is_a(value, type):
            if home_of(value) == name:
                inner = list(members_of(value).items())
                yield from (
                    (f"{key}.{k}", v)
                    for k, v in inner
                    if not k.startswith("__") and _is_value(type(v), name)
                )
        elif _is_value(kind, name):
            yield key, value


def _function_parts(key: str, function: FunctionType) -> Iterator[tuple[str, Any]]:
    held = (function.__defaults__, function.__kwdefaults__, function.__dict__)
    cells = [cell_content(cell) for cell in function.__closure__ or ()]
    contents = [one for one in cells if not is_a(one, FunctionType)]
    yield key, [identity(function.__code__), *held, *contents]


def _is_value(kind: type, module: str) -> bool:
    """Whether what such objects hold says something: a logger of `logging` has a life of its own."""
    home = home_of(kind)
    if identity(kind) in IMMUTABLE or home == module or is_session_type(kind):
        return True
    is_builtin = home in _BUILTIN and not issubclass(kind, (FunctionType, ModuleType))
    return is_builtin or home.startswith(("numpy", "pandas"))


def _print(value: Any, budget: Budget) -> Fingerprint:
    digest = immutable_digest(value) if identity(type(value)) in IMMUTABLE else None
    if digest is not None:
        return Fingerprint(certainty=Certainty.EXACT, digest=digest)
    return fingerprint(value, budget)


def _differs(old: Fingerprint | None, new: Fingerprint, value: Any, budget: Budget) -> bool:
    return old is None or difference(old, new, value, budget) is Difference.CONTENT
