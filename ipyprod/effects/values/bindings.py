"""Which names of a namespace are bound to another object than before, at a flat cost."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from ipyprod.effects.values.kinds import identity

_CONSOLE_NAME = re.compile(
    r"_+|_i+|_i?\d+|_ih|_oh|_dh|In|Out|exit|quit|get_ipython|open|_exit_code|__\w+__|_sh"
)


@lru_cache(maxsize=10_000)
def is_console_name(name: str) -> bool:
    """Whether the console, not the user, owns a name."""
    return _CONSOLE_NAME.fullmatch(name) is not None


@dataclass(frozen=True, slots=True)
class Bindings:
    """To which objects the names were bound at one moment, how many there were, which came last."""

    ids: Mapping[str, int]
    size: int
    last: str | None


class BindingWatcher:
    """Knows to which object each name of the user's is bound, by identity alone."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._end: Bindings | None = None

    def note(self, name: str, value: Any) -> None:
        """Note what `name` is bound to."""
        self._ids[name] = identity(value)

    def forget(self, name: str) -> None:
        """Forget `name`."""
        self._ids.pop(name, None)

    def id_of(self, name: str) -> int | None:
        """Return the identity of what `name` was bound to when it was last noted."""
        return self._ids.get(name)

    def catch_up(self, namespace: Mapping[str, Any]) -> set[str]:
        """Note what was bound since the last cell, and return the names bound to other objects."""
        found = _changed(self._ids, self._end, namespace)
        for name in found:
            if name in namespace and not is_console_name(name):
                self.note(name, namespace[name])
            else:
                self.forget(name)
        return found

    def now(self, namespace: Mapping[str, Any]) -> Bindings:
        """Return how the names are bound now, as far as they were noted."""
        last = next(_newest_first(namespace), None)
        return Bindings(ids=dict(self._ids), size=len(namespace), last=last)

    def changed_since(
        self, earlier: Bindings, namespace: Mapping[str, Any], *, scan_all: bool
    ) -> set[str]:
        """Return the names that are bound anew, to another object, or no more."""
        found = _changed(earlier.ids, None if scan_all else earlier, namespace)
        self._end = self.now(namespace)
        return found


def _changed(
    ids: Mapping[str, int], end: Bindings | None, namespace: Mapping[str, Any]
) -> set[str]:
    now = map(identity, map(namespace.get, ids))
    found = {name for (name, old), new in zip(ids.items(), now, strict=True) if old != new}
    new_names = [] if end is None else _newer(end, namespace)
    if end is None or len(namespace) != end.size + len(new_names):
        # A name that was bound to None and is gone shows no other identity.
        return found | (namespace.keys() ^ ids.keys())
    return found.union(new_names)


def _newer(end: Bindings, namespace: Mapping[str, Any]) -> list[str]:
    """Return what was bound for the first time since: a dict keeps the order in which it was."""
    new = []
    for name in _newest_first(namespace):
        if name == end.last:
            break
        new.append(name)
    return new


def _newest_first(namespace: Mapping[str, Any]) -> Iterator[str]:
    return reversed(cast("dict[str, Any]", namespace))
