"""Which names share an object at one moment of the session."""

from collections.abc import Collection, Iterable


class Sharing:
    """Groups of names that share a mutable object or memory, kept up to date step by step.

    A group is never split by anything but a name's leaving: what two names held together may
    still be held by both when the third name that joined them is gone.
    """

    def __init__(self) -> None:
        self._group: dict[str, set[str]] = {}
        self._groups: dict[int, set[str]] = {}  # by id, those that ever had two names or more
        self._shown: dict[int, frozenset[str]] = {}  # what of these was asked for since a change

    def join(self, names: Iterable[str]) -> None:
        """Note that all of `names` share an object."""
        names = tuple(names)
        groups = [self._group.get(name) or {name} for name in names]
        if not groups:
            return
        largest = max(groups, key=len)
        for group in groups:
            if group is not largest and not largest >= group:
                largest |= group
                for name in group:
                    self._group[name] = largest
                self._groups.pop(id(group), None)
                self._shown.pop(id(group), None)
                self._shown.pop(id(largest), None)
        for name in names:
            self._group[name] = largest
        if len(largest) > 1:
            self._groups[id(largest)] = largest

    def holds(self, names: Iterable[str], groups: Collection[frozenset[str]]) -> bool:
        """Whether `names` share objects in just these groups, so that nothing is to be noted."""
        grouped: set[str] = set()
        for group in groups:
            own = self._group.get(next(iter(group)), set())
            if own != group:
                return False
            grouped |= group
        others = (self._group.get(n, ()) for n in names if n not in grouped)
        return not any(len(group) > 1 for group in others)

    def leave(self, name: str) -> None:
        """Note that `name` holds another object, or none."""
        group = self._group.pop(name, None)
        if group is not None:
            group.discard(name)
            self._shown.pop(id(group), None)
            if not group:
                self._groups.pop(id(group), None)

    def partners(self, name: str) -> frozenset[str]:
        """Return the names that share an object with `name`, itself included."""
        return frozenset(self._group.get(name, ())) | {name}

    def expand(self, names: Iterable[str]) -> set[str]:
        """Return `names` and all that share an object with one of them."""
        found: set[str] = set()
        for name in names:
            if name not in found:
                found |= self._group.get(name, set())
                found.add(name)
        return found

    def groups(self) -> tuple[frozenset[str], ...]:
        """Return every group of two or more names."""
        for key, group in self._groups.items():
            if key not in self._shown and len(group) > 1:
                self._shown[key] = frozenset(group)
        return tuple(self._shown[key] for key, group in self._groups.items() if len(group) > 1)
