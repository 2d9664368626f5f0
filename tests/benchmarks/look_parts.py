"""Where two looks at one value differ, part by part: for reading flags, not for watching."""

import hashlib
import itertools
from collections.abc import Iterator
from typing import Any

from ipyprod.effects.values.budget import Budget
from ipyprod.effects.values.look import Look
from ipyprod.effects.values.reducers import reduce_object, top_level

_MOST_PARTS = 60_000
_DEEPEST = 60
_ATOMS = (int, float, complex, bool, str, bytes, type(None), range)
_LONGEST = 60


def parts_of(value: Any) -> dict[str, str]:
    """Return each part of `value` by the way to it, as a look sees it."""
    walk = _Walk()
    for path, text in itertools.islice(walk.all_parts(value), _MOST_PARTS):
        walk.found[path] = text
    return walk.found


def parts_that_differ(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Return the parts that two looks do not share, each as `way: before -> after`."""
    return [
        f"{path}: {before.get(path, 'none')} -> {after.get(path, 'none')}"
        for path in sorted({*before, *after})
        if before.get(path) != after.get(path)
    ]


class _Walk:
    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._look = Look(Budget(60))
        self._seen: dict[int, Any] = {}  # held, so that no address is used twice

    def all_parts(self, value: Any) -> Iterator[tuple[str, str]]:
        yield from self.parts(top_level(value), "", 0)
        yield from self.parts([*self._look.caches], "caches", 0)

    def parts(self, value: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:
        if type(value) in _ATOMS:
            yield path, _brief(value)
            return
        if id(value) in self._seen or depth > _DEEPEST:
            yield path, "seen above"
            return
        self._seen[id(value)] = value
        kind = type(value)
        if kind in (list, tuple):
            yield path, f"{kind.__name__} of {len(value)}"
            yield from self._items(value, path, depth)
        elif kind is dict:
            yield path, f"dict of {len(value)}"
            for key, one in value.items():
                yield from self.parts(one, f"{path}[{_brief(key)}]", depth + 1)
        elif kind in (set, frozenset):
            yield path, f"set {sorted(map(_brief, value))}"
        else:
            yield from self._reduced(value, path, depth)

    def _items(self, value: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:
        names = value[::2]
        if len(value) % 2 == 0 and names and all(type(name) is str for name in names):
            for name, one in zip(names, value[1::2], strict=True):
                yield from self.parts(one, f"{path}.{name}", depth + 1)
            return
        for number, one in enumerate(value):
            yield from self.parts(one, f"{path}[{number}]", depth + 1)

    def _reduced(self, value: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:
        try:
            made = reduce_object(value, self._look)
        except Exception as error:
            yield path, f"{type(value).__qualname__}: {type(error).__name__} {error}"
            return
        self._seen[id(made)] = made
        yield path, type(value).__qualname__
        if type(made) is tuple:
            yield from self.parts(made[1], f"{path}<tag>", depth + 1)
            yield from self.parts(list(made[2:]), path, depth + 1)


def _brief(value: Any) -> str:
    if type(value) in _ATOMS:
        text = repr(value)
        if len(text) <= _LONGEST:
            return text
        return f"{type(value).__name__} {hashlib.sha256(text.encode()).hexdigest()[:12]}"
    return type(value).__qualname__
