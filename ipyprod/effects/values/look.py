"""One look at one value: what it may spend, and what it found on the way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ipyprod.effects.values.budget import Budget
from ipyprod.effects.values.kinds import identity

_MOST_PRIVATE = 20_000


def mark(tag: Any) -> None:
    """Stand for an object in the stream; never called, since no stream is ever loaded."""


@dataclass(slots=True)
class Look:
    """What the rules share while one value is looked at.

    With `only` given, private attributes of library objects that are not in it are left out.
    """

    budget: Budget
    only: Mapping[int, tuple[str, ...]] | None = None
    is_one_way: bool = False
    private: dict[int, tuple[str, ...]] = field(default_factory=dict)
    caches: list[Any] = field(default_factory=list)
    dtypes: dict[Any, str] = field(default_factory=dict)
    objects: int = 0
    learning_seconds: float = 0.0  # spent on rules for types that were never met before
    rules: dict[int, tuple[type, "Rule"]] = field(default_factory=dict)

    def admits(self, obj: Any, name: str) -> bool:
        """Whether a private attribute of `obj` is to be looked at."""
        return self.only is None or name in self.only.get(identity(obj), (name,))

    def note_private(self, obj: Any, names: tuple[str, ...]) -> None:
        """Note which private attributes a library object has."""
        if len(self.private) < _MOST_PRIVATE:
            self.private[identity(obj)] = names


# Says what stands for an object: (mark, (tag,), content). The content is in the state, so that
# cycles work.
Rule = Callable[[Any, Look], Any]


def part(tag: Any, state: Any = None) -> tuple[Any, ...]:
    """Return what stands for an object: a tag and its content."""
    return (mark, (tag,), state)
