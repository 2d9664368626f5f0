"""The looks after a cell, compared with those before it: what is bound, gone and changed in place."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from ipyprod.effects.values.bindings import Bindings, is_console_name
from ipyprod.effects.values.budget import Budget
from ipyprod.effects.values.fingerprints import difference
from ipyprod.effects.values.flat import IMMUTABLE
from ipyprod.effects.values.kinds import (
    home_of,
    identity,
    is_session_type,
)
from ipyprod.effects.values.marks import UNSEEN, Difference, Fingerprint
from ipyprod.effects.values.reach import TRANSPARENT, reach_of
from ipyprod.effects.values.small import small_reach
from ipyprod.effects.values.variables import Variables, is_variable

_MOST_IDS_AGAIN = 1_000


@dataclass(slots=True, kw_only=True)
class Comparison:
    """What the looks after one cell found, while they are made.

    `bindings`, `prints` and `groups` are from before the cell.
    """

    variables: Variables
    namespace: Mapping[str, Any]
    budget: Budget
    bindings: Bindings
    prints: Mapping[str, Fingerprint]
    groups: tuple[frozenset[str], ...]
    bound: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    weak: set[str] = field(default_factory=set)
    unchanged: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)

    def find_bindings(self, candidates: Collection[str], *, scan_all: bool) -> None:
        """Find names that are new, bound to another object, or gone."""
        earlier, bindings = self.bindings, self.variables.bindings
        more = bindings.changed_since(earlier, self.namespace, scan_all=scan_all)
        for name in {*candidates, *more}:
            known = earlier.ids.get(name)
            if name in self.namespace:
                if known != identity(self.namespace[name]) and not is_console_name(name):
                    self.bound.add(name)
            elif known is not None and not name.startswith("out_") and not is_console_name(name):
                self.deleted.add(name)

    def compare_each(self, names: Collection[str]) -> None:
        """Look at values that the cell could touch, those first that cost the least."""
        rest = self._apart_from_same(names)
        for name in sorted(rest, key=lambda one: (self.variables.cost(one), one)):
            self._compare(name)

    def _apart_from_same(self, names: Collection[str]) -> list[str]:
        """Return what is left to look at once the small values are found to be the same."""
        settled = self.bound | self.changed | self.weak | self.unchanged | self.unknown
        open_ones = [name for name in names if name not in settled and name in self.namespace]
        same = self.variables.plainly_same(open_ones, self.namespace, self.prints, self.budget)
        self.unchanged |= same
        return [name for name in open_ones if name not in same]

    def compare_groups(self, touched: frozenset[str]) -> None:
        """Look at what shares an object with something that changed, or may have."""
        suspects = (self.changed | self.weak | self.unknown) & touched
        # What a name held may have been changed before the cell rebound or deleted the name.
        suspects |= {n for n in self.bound | self.deleted if any(n in g for g in self.groups)}
        cut_off = self.variables.index.cut_off & touched
        group = self._around(suspects | cut_off) - touched - self.bound
        self.compare_each([other for other in group if is_variable(other, self.namespace)])

    def compare_artists(self) -> None:
        """Look at all that draws: `plt.title('x')` names none of it."""
        artists = self.variables.index.with_artists()
        self.compare_each([name for name in artists if is_variable(name, self.namespace)])

    def groups_around(self, names: frozenset[str]) -> tuple[frozenset[str], ...]:
        """Return the groups of two and more names, before the cell and after it."""
        groups = self.variables.index.groups_of(names) | set(self.groups)
        found = [group for group in groups if len(group) > 1]
        return tuple(sorted(found, key=sorted))

    def _is_settled(self, name: str) -> bool:
        """Whether `name` was looked at already."""
        return (
            name in self.unchanged
            or name in self.unknown
            or name in self.bound
            or name in self.changed
            or name in self.weak
        )

    def _note(self, name: str, found: Difference) -> None:
        """File `name` under what two looks at its value say."""
        if found is Difference.SAME:
            self.unchanged.add(name)
        elif found is Difference.UNKNOWN:
            self.unknown.add(name)
        elif found is Difference.CONTENT:
            self.changed.add(name)
        else:
            self.weak.add(name)

    def _compare(self, name: str) -> None:
        if self._is_settled(name) or name not in self.namespace:
            return
        old = self.prints.get(name, UNSEEN)
        value = self.namespace[name]
        new = self.variables.look(name, value, self.budget)
        seen = difference(old, new, value, self.budget)
        if seen is Difference.CONTENT and identity(type(value)) in IMMUTABLE:
            self.bound.add(name)  # another object at the address of the old one
            return
        if seen is Difference.SAME and new is not old and self._holds_other_objects(name, value):
            seen = Difference.CONTENT
        self._note(name, seen)
        if seen is not Difference.SAME:
            self.variables.find_reach_in_time(name, value, self.budget)

    def _holds_other_objects(self, name: str, value: Any) -> bool:
        """Whether a container holds other objects of equal content: `a[0] = [1]`."""
        kind = type(value)
        if home_of(kind) not in ("builtins", "collections") and not is_session_type(kind):
            return False
        old = self.variables.index.reach(name)
        if old is None or not old.is_whole or old.has_library:
            return False
        own = 0 if identity(kind) in TRANSPARENT else 1
        if not own < len(old.ids) <= _MOST_IDS_AGAIN:
            return False
        new = small_reach(value) or reach_of(value, self.budget)
        return new.is_whole and new.ids != old.ids

    def _around(self, names: set[str]) -> set[str]:
        """Return the names that share an object with one of `names`, by way of others too.

        c.clear(); b = [h]; c = [c, h]
        ^ was a part of `d` before the cell, and is one of `b`'s friends after it
        """
        group: set[str] = set()
        waiting = names
        others = list(self.groups)
        while waiting:
            near = self.variables.index.around(waiting)
            group |= near
            met = [g for g in others if not near.isdisjoint(g)]
            others = [g for g in others if near.isdisjoint(g)]
            waiting = {name for g in met for name in g} - group
        return group
