"""Which variables share a mutable object or memory."""

from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet

from ipyprod.effects.values.circles import Circle, Circles
from ipyprod.effects.values.reach import Reach


class SharingIndex:
    """The reach of every variable, and which variables have an object in common."""

    def __init__(self) -> None:
        self._reach: dict[str, Reach] = {}
        self._names_by_id: dict[int, set[str]] = {}
        self._shared_ids: set[int] = set()  # those with two names and more
        self._circles = Circles()
        self._cut_off: set[str] = set()
        self._late: dict[str, None] = {}
        self._with_memory: dict[str, Reach] = {}
        self._with_artists: dict[str, None] = {}
        self._clusters: dict[str, frozenset[str]] | None = None
        self._groups: dict[str, frozenset[str]] = {}  # those asked for since the last change

    @property
    def late(self) -> Collection[str]:
        """Names that were not followed in time, the oldest first: they may share with any other."""
        return self._late.keys()

    def put(self, name: str, reach: Reach) -> None:
        """Set what `name` reaches now."""
        self._late.pop(name, None)
        old = self._reach.get(name)
        if old is not None and _is_alike(old, reach):
            self._reach[name] = reach
            return
        self.drop(name)
        self._reach[name] = reach
        self._groups.clear()
        if not reach.is_whole:
            self._cut_off.add(name)
        for key in reach.ids:
            holders = self._names_by_id.setdefault(key, set())
            holders.add(name)
            if len(holders) > 1:
                self._shared_ids.add(key)
        if reach.memory:
            self._with_memory[name] = reach
            self._clusters = None
        if reach.has_artist:
            self._with_artists[name] = None

    @property
    def cut_off(self) -> AbstractSet[str]:
        """Names with more behind them than was followed."""
        return self._cut_off

    def postpone(self, name: str) -> None:
        """Note that what `name` reaches now is not known."""
        self._late[name] = None

    def drop(self, name: str) -> None:
        """Forget `name`."""
        self._late.pop(name, None)
        self._cut_off.discard(name)
        old = self._reach.pop(name, None)
        if old is None:
            return
        self._groups.clear()
        for key in old.ids:
            holders = self._names_by_id.get(key)
            if holders is not None:
                holders.discard(name)
                if len(holders) == 1:
                    self._shared_ids.discard(key)
                if not holders:
                    del self._names_by_id[key]
        self._with_artists.pop(name, None)
        if self._with_memory.pop(name, None) is not None:
            self._clusters = None

    def forget(self, name: str) -> None:
        """Forget `name`, and with what it was used together."""
        self.drop(name)
        self._circles.forget(name)
        self._groups.clear()

    def reach(self, name: str) -> Reach | None:
        """Return what `name` reaches, None where it was never followed."""
        return self._reach.get(name)

    def is_followed(self, name: str) -> bool:
        """Whether it is known what `name` reaches now."""
        return name in self._reach and name not in self._late

    def used_together(self, names: Collection[str]) -> None:
        """Note that one cell names all of these: where the reach is cut off, they may share."""
        partial = self._cut_off.intersection(names)
        if partial and self._circles.add(partial, names):
            self._groups.clear()

    def group_of(self, name: str) -> frozenset[str]:
        """Return the names that share an object with `name`, itself included, transitively."""
        if self._late:
            return self._reached([name])
        group = self._groups.get(name)
        if group is None:
            group = self._reached([name])
            self._groups.update(dict.fromkeys(group, group))
        return group

    def groups_of(self, names: Iterable[str]) -> set[frozenset[str]]:
        """Return the group of each of `names`; whoever is in a group has that group."""
        if self._late:
            found = self.around(names)
            return {found} if found else set()
        groups: set[frozenset[str]] = set()
        done: set[str] = set()
        for name in names:
            if name not in done:
                group = self.group_of(name)
                groups.add(group)
                if len(group) > 1:
                    done |= group
        return groups

    def around(self, names: Iterable[str]) -> frozenset[str]:
        """Return `names` and all that share an object with one of them, transitively."""
        return self._reached(names) if self._late else self._joined(names)

    def _joined(self, names: Iterable[str]) -> frozenset[str]:
        found: set[str] = set()
        for name in names:
            if name not in found:
                found |= self.group_of(name)
        return frozenset(found)

    def _reached(self, names: Iterable[str]) -> frozenset[str]:
        found = {*names, *self._late}
        waiting = list(found)
        seen: set[Circle] = set()
        while waiting:
            near = self._neighbours(waiting.pop(), seen) - found
            found |= near
            waiting += near
        return frozenset(found)

    def holders(self, key: int) -> frozenset[str]:
        """Return the names that reach the object of this identity."""
        return frozenset(self._names_by_id.get(key, ()))

    def with_artists(self) -> frozenset[str]:
        """Return the names that reach something drawn."""
        return frozenset(self._with_artists)

    def _neighbours(self, name: str, seen: set[Circle]) -> set[str]:
        near: set[str] = set()
        reach = self._reach.get(name)
        if reach is None:
            return near
        for key in reach.ids & self._shared_ids:
            near |= self._names_by_id[key]
        if reach.memory:
            near |= self._memory_cluster(name)
        for circle in self._circles.of(name):
            if circle not in seen:
                seen.add(circle)
                near.update(n for n in circle.names if n in self._reach)
        return near

    def _memory_cluster(self, name: str) -> frozenset[str]:
        if self._clusters is None:
            self._clusters = _clusters(self._with_memory)
        return self._clusters.get(name, frozenset())


def _is_alike(one: Reach, other: Reach) -> bool:
    """Whether the index has the same to keep of both."""
    return (one.ids, one.memory, one.is_whole) == (other.ids, other.memory, other.is_whole)


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
