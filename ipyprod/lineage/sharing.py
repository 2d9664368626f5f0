"""Which names share an object at one moment of the session."""

from collections.abc import Iterable


class Sharing:
    """Groups of names that share a mutable object or memory, kept up to date step by step.

    A group is never split by anything but a name's leaving: what two names held together may
    still be held by both when the third name that joined them is gone.
    """

    def __init__(self) -> None:
        self._group: dict[str, set[str]] = {}
        self._shown: dict[int, frozenset[str]] = {}  # groups of two or more, by id of the set

    def join(self, names: Iterable[str]) -> None:
        """Note that all of `names` share an object."""
        groups = [self._group.get(name) or {name} for name in names]
        if not groups:
            return
        largest = max(groups, key=len)
        for group in groups:
            if group is not largest:
                largest |= group
                self._shown.pop(id(group), None)
        for name in largest:
            self._group[name] = largest
        self._show(largest)

    def leave(self, name: str) -> None:
        """Note that `name` holds another object, or none."""
        group = self._group.pop(name, None)
        if group is not None:
            group.discard(name)
            self._show(group)

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
        return tuple(self._shown.values())

    def _show(self, group: set[str]) -> None:
        if len(group) > 1:
            self._shown[id(group)] = frozenset(group)
        else:
            self._shown.pop(id(group), None)
