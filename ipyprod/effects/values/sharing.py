"""Which variables share a mutable object or memory."""

from collections.abc import Collection, Iterable

from ipyprod.effects.values.reach import Reach


class SharingIndex:
    """The reach of every variable, and which variables have an object in common."""

    def __init__(self) -> None:
        self._reach: dict[str, Reach] = {}
        self._names_by_id: dict[int, set[str]] = {}
        self._together: dict[str, set[str]] = {}
        self._with_memory: dict[str, Reach] = {}
        self._with_artists: dict[str, None] = {}
        self._clusters: dict[str, frozenset[str]] | None = None

    def put(self, name: str, reach: Reach) -> None:
        """Set what `name` reaches now."""
        old = self._reach.get(name)
        if old is not None and (old.ids, old.memory) == (reach.ids, reach.memory):
            self._reach[name] = reach
            return
        self.drop(name)
        self._reach[name] = reach
        for key in reach.ids:
            self._names_by_id.setdefault(key, set()).add(name)
        if reach.memory:
            self._with_memory[name] = reach
            self._clusters = None
        if reach.has_artist:
            self._with_artists[name] = None

    def drop(self, name: str) -> None:
        """Forget `name`."""
        old = self._reach.pop(name, None)
        if old is None:
            return
        for key in old.ids:
            holders = self._names_by_id.get(key)
            if holders is not None:
                holders.discard(name)
                if not holders:
                    del self._names_by_id[key]
        self._with_artists.pop(name, None)
        if self._with_memory.pop(name, None) is not None:
            self._clusters = None

    def forget(self, name: str) -> None:
        """Forget `name`, and with what it was used together."""
        self.drop(name)
        for other in self._together.pop(name, ()):
            self._together.get(other, set()).discard(name)

    def reach(self, name: str) -> Reach | None:
        """Return what `name` reaches, None where it was never looked at."""
        return self._reach.get(name)

    def used_together(self, names: Collection[str]) -> None:
        """Note that one cell names all of these: where the reach is cut off, they may share."""
        partial = [n for n in names if n in self._reach and not self._reach[n].is_whole]
        for name in partial:
            others = self._together.setdefault(name, set())
            others.update(names)
            for other in names:
                self._together.setdefault(other, set()).add(name)

    def group_of(self, name: str) -> frozenset[str]:
        """Return the names that share an object with `name`, itself included, transitively."""
        found = {name}
        waiting = [name]
        while waiting:
            one = waiting.pop()
            for other in self._neighbours(one):
                if other not in found:
                    found.add(other)
                    waiting.append(other)
        return frozenset(found)

    def groups_of(self, names: Iterable[str]) -> set[frozenset[str]]:
        """Return the group of each of `names`; whoever is in a group has that group."""
        groups: set[frozenset[str]] = set()
        done: set[str] = set()
        for name in names:
            if name not in done:
                group = self.group_of(name)
                groups.add(group)
                done |= group
        return groups

    def holders(self, key: int) -> frozenset[str]:
        """Return the names that reach the object of this identity."""
        return frozenset(self._names_by_id.get(key, ()))

    def with_artists(self) -> frozenset[str]:
        """Return the names that reach something drawn."""
        return frozenset(self._with_artists)

    def _neighbours(self, name: str) -> set[str]:
        reach = self._reach.get(name)
        if reach is None:
            return set()
        near: set[str] = set()
        for key in reach.ids:
            holders = self._names_by_id.get(key)
            if holders is not None and len(holders) > 1:
                near |= holders
        if reach.memory:
            near |= self._memory_cluster(name)
        if not reach.is_whole or name in self._together:
            near |= {n for n in self._together.get(name, ()) if n in self._reach}
        return near

    def _memory_cluster(self, name: str) -> frozenset[str]:
        if self._clusters is None:
            self._clusters = _clusters(self._with_memory)
        return self._clusters.get(name, frozenset())


def _clusters(reaches: dict[str, Reach]) -> dict[str, frozenset[str]]:
    """Return for each name those whose address ranges overlap with one of its own."""
    ranges = sorted((low, high, n) for n, reach in reaches.items() for low, high in reach.memory)
    found: dict[str, frozenset[str]] = {}
    names: set[str] = set()
    end = 0
    for low, high, name in (*ranges, (1 << 64, 1 << 64, "")):
        if low >= end and names:
            _join(names, found)
            names = set()
        names.add(name)
        end = max(end, high)
    return found


def _join(names: set[str], found: dict[str, frozenset[str]]) -> None:
    if len(names) == 1:
        return
    joined = frozenset(names)
    for name in names:
        found[name] = found.get(name, frozenset()) | joined
