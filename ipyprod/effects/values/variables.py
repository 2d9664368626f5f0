"""What is known of each variable between the looks: identity, fingerprint and reach."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ipyprod.effects.values.bindings import BindingWatcher, is_console_name
from ipyprod.effects.values.budget import Budget
from ipyprod.effects.values.fingerprints import fingerprint, immutable_digest
from ipyprod.effects.values.flat import IMMUTABLE
from ipyprod.effects.values.kinds import identity, is_library_module
from ipyprod.effects.values.marks import UNSEEN, Certainty, Fingerprint
from ipyprod.effects.values.reach import Reach, reach_of
from ipyprod.effects.values.sharing import SharingIndex
from ipyprod.effects.values.small import small_digest, small_reach

# A session function is always followed to the names that it calls.
_LEAST_REACH_SECONDS = 0.0003
# Where more is behind a value, what it was used together with counts as sharing.
_MOST_REACH_SECONDS = 0.0015
_LEAST_FOLLOWED = 200  # objects, however slow the machine is
_SAME = Fingerprint(certainty=Certainty.EXACT, digest=b"same")
_NOTHING = Reach()


class Variables:
    """Knows each variable by identity and fingerprint; holds no reference to any value."""

    def __init__(self) -> None:
        self.prints: dict[str, Fingerprint] = {}
        self.bindings = BindingWatcher()
        self.index = SharingIndex()

    def cost(self, name: str) -> float:
        """Return how long the last look at `name` took, in seconds."""
        return self.prints.get(name, UNSEEN).seconds

    def look(self, name: str, value: Any, budget: Budget) -> Fingerprint:
        """Look at a value and keep its fingerprint; not begun where there is no hope to end it."""
        is_same = self.bindings.id_of(name) == identity(value)
        last = self.prints.get(name, UNSEEN) if is_same else UNSEEN
        self.bindings.note(name, value)
        if identity(type(value)) in IMMUTABLE:
            made = _short(immutable_digest(value), last) or UNSEEN
        elif is_library_module(value):
            made = _SAME
        elif (short := self._look_at_small(value, last, budget)) is not None:
            made = short
        elif budget.is_spent() or budget.is_too_small_for(last):
            made = Fingerprint(certainty=Certainty.NONE, seconds=last.seconds, objects=last.objects)
        else:
            made = fingerprint(value, budget)
        self.prints[name] = made
        return made

    def plainly_same(
        self,
        names: Iterable[str],
        namespace: Mapping[str, Any],
        earlier: Mapping[str, Fingerprint],
        budget: Budget,
    ) -> set[str]:
        """Return which small and immutable values are what they were `earlier`, by a quick look."""
        same: set[str] = set()
        id_of, prints, is_spent = self.bindings.id_of, self.prints, budget.is_spent
        for name in names:
            last = earlier.get(name)
            if last is None or last.certainty is not Certainty.EXACT:
                continue
            value = namespace[name]
            if id_of(name) != identity(value) or is_spent():
                continue
            look = immutable_digest if identity(type(value)) in IMMUTABLE else small_digest
            if last.digest == look(value):
                prints[name] = last
                same.add(name)
        return same

    @staticmethod
    def _look_at_small(value: Any, last: Fingerprint, budget: Budget) -> Fingerprint | None:
        if budget.is_spent():
            return None
        budget.count(1)
        return _short(small_digest(value), last)

    def find_reach(self, name: str, value: Any, budget: Budget) -> None:
        """Follow a value to what it shares with others, and to the names that it calls."""
        if is_library_module(value):
            self.index.drop(name)
        elif identity(type(value)) in IMMUTABLE:
            self.index.put(name, _NOTHING)
        else:
            self.index.put(name, small_reach(value) or _followed(value, budget))

    def find_reach_in_time(self, name: str, value: Any, budget: Budget) -> None:
        """Follow a value now, or before a later cell where the time is up.

        Few values are followed in any case: where that is all, nothing has to wait.
        """
        if not budget.is_spent():
            self.find_reach(name, value, budget)
        elif (reach := small_reach(value)) is not None:
            self.index.put(name, reach)
        elif budget.grace > 0:
            budget.grace -= 1
            self.find_reach(name, value, budget)
        else:
            self.index.postpone(name)

    def follow_late(self, namespace: Mapping[str, Any], budget: Budget) -> None:
        """Follow what waits for it, as far as there is time."""
        for name in tuple(self.index.late):
            if name not in namespace:
                self.index.drop(name)
            elif budget.is_spent():
                return
            else:
                self.find_reach(name, namespace[name], budget)

    def catch_up(self, namespace: Mapping[str, Any]) -> None:
        """Forget what names were bound to that were bound anew since the last cell."""
        for name in self.bindings.catch_up(namespace):
            self.prints.pop(name, None)
            self.index.drop(name)

    def forget(self, name: str) -> None:
        """Forget a name that is gone."""
        self.prints.pop(name, None)
        self.bindings.forget(name)
        self.index.forget(name)

    def look_at_new(
        self, names: Collection[str], namespace: Mapping[str, Any], budget: Budget
    ) -> frozenset[str]:
        """Look at what is touched and was never looked at; what that leads to is touched too."""
        looked: set[str] = set()
        while True:
            touched = self.touched(names, namespace)
            new = touched - looked
            looked |= new
            for name in sorted(new - self.prints.keys()):
                self.look(name, namespace[name], budget)
            unfollowed = sorted(name for name in new if not self.index.is_followed(name))
            if not unfollowed:
                return touched
            for name in unfollowed:
                self.find_reach(name, namespace[name], budget)

    def touched(self, names: Iterable[str], namespace: Mapping[str, Any]) -> frozenset[str]:
        """Return the live variables among `names` and those that session functions mention."""
        found: set[str] = set()
        waiting = list(names)
        classes: set[int] = set()
        for name in waiting:  # which grows on the way
            if name in found or not is_variable(name, namespace):
                continue
            found.add(name)
            reach = self.index.reach(name)
            if reach is None:
                continue
            if reach.names:
                waiting += reach.names
            # `acc.add(1)` may set an attribute of the class: `type(self).count += 1`.
            for k in reach.classes:
                waiting += (n for n in self.index.holders(k) if self.bindings.id_of(n) == k)
            classes |= reach.classes
        if not classes or "__subclasses__" not in waiting:
            return frozenset(found)
        # `for sub in Base.__subclasses__(): sub.tag = 1` names none of them
        below = frozenset[str]().union(*map(self.index.holders, classes)) - found
        below = frozenset(name for name in below if is_variable(name, namespace))
        return self.touched([*waiting, *below], namespace) if below else frozenset(found)

    def words(self, names: Collection[str], touched: frozenset[str]) -> set[str]:
        """Return `names` and the names in the code of the session functions among `touched`."""
        reaches = [reach for name in touched if (reach := self.index.reach(name)) is not None]
        return set(names).union(*(reach.names for reach in reaches if reach.names))


def is_variable(name: str, namespace: Mapping[str, Any]) -> bool:
    """Whether `name` is bound, by the user, to something that is no module."""
    value = namespace.get(name)
    if value is None:
        return name in namespace and not is_console_name(name)
    return not (is_console_name(name) or is_library_module(value))


def _short(digest: bytes | None, last: Fingerprint) -> Fingerprint | None:
    """Return the fingerprint of a value that is told without looking further, the last one if equal."""
    if digest is None:
        return None
    if digest == last.digest and last.certainty is Certainty.EXACT:
        return last
    return Fingerprint(certainty=Certainty.EXACT, digest=digest)


def _followed(value: Any, budget: Budget) -> Reach:
    seconds = min(max(budget.left(), _LEAST_REACH_SECONDS), _MOST_REACH_SECONDS)
    return reach_of(value, Budget(seconds, _LEAST_FOLLOWED))
