"""Names that were used in one cell with a name whose reach was cut off: they may share anything."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Circle:
    """Names that may share; `centers` are those of them whose reach was cut off."""

    centers: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)


class Circles:
    """The circles of all names. Two that have a center in common are one."""

    def __init__(self) -> None:
        self._of: dict[str, dict[Circle, None]] = {}

    def of(self, name: str) -> Iterable[Circle]:
        """Return the circles that `name` is in."""
        return self._of.get(name, ())

    def add(self, centers: Collection[str], names: Collection[str]) -> bool:
        """Note that one cell uses `names`, of which `centers` are cut off; tell if that is new."""
        known = {c: None for name in centers for c in self.of(name) if name in c.centers}
        if len(known) == 1:
            only = next(iter(known))
            if only.centers.issuperset(centers) and only.names.issuperset(names):
                return False
        circle, *others = known or (Circle(),)
        for other in others:
            self._merge(other, circle)
        circle.centers.update(centers)
        self._put(circle, names)
        return True

    def forget(self, name: str) -> None:
        """Take a name that is gone out of its circles; one without a center is none."""
        for circle in self._of.pop(name, ()):
            circle.names.discard(name)
            circle.centers.discard(name)
            if not circle.centers:
                self._take_out(circle)

    def _merge(self, other: Circle, circle: Circle) -> None:
        self._take_out(other)
        circle.centers |= other.centers
        self._put(circle, other.names)

    def _put(self, circle: Circle, names: Iterable[str]) -> None:
        for name in names:
            if name not in circle.names:
                circle.names.add(name)
                self._of.setdefault(name, {})[circle] = None

    def _take_out(self, circle: Circle) -> None:
        for name in circle.names:
            own = self._of.get(name, {})
            own.pop(circle, None)
            if not own:
                self._of.pop(name, None)
