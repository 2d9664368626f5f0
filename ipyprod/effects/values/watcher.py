"""Two looks around a cell, compared: what it bound, deleted and changed in place."""

import gc
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ipyprod.effects.values.ambient import AmbientState, AmbientWatcher
from ipyprod.effects.values.bindings import Bindings, BindingWatcher, is_console_name
from ipyprod.effects.values.budget import Budget
from ipyprod.effects.values.fingerprints import difference, fingerprint, fingerprint_immutable
from ipyprod.effects.values.flat import IMMUTABLE
from ipyprod.effects.values.kinds import identity, is_library_module, is_session_type
from ipyprod.effects.values.marks import Certainty, Difference, Fingerprint
from ipyprod.effects.values.reach import REACHES_NAMESPACE, Reach, reach_of
from ipyprod.effects.values.sharing import SharingIndex
from ipyprod.effects.values.types import describe_type
from ipyprod.session.cell import Observation, VariableNote

# One cell's looks may take this long, before and after it together.
_LEAST_SECONDS = 0.0044
_SHARE_OF_CELL = 0.05
_BEFORE_SECONDS = 0.0015
# What the rest of a watched cell takes, apart from the looks at values.
_RESERVED_SECONDS = 0.0008
# A session function is always followed to the names that it calls.
_LEAST_REACH_SECONDS = 0.0003
# Where more is behind a value, what it was used together with counts as sharing.
_MOST_REACH_SECONDS = 0.0015
_SHORTEST_LOOK_TO_REMEMBER = 0.0005
_MOST_IDS_AGAIN = 1_000
_UNSEEN = Fingerprint(certainty=Certainty.NONE)
_SAME = Fingerprint(certainty=Certainty.EXACT, digest=b"same")


@dataclass(slots=True)
class _Token:
    """What was so before a cell."""

    touched: frozenset[str] = frozenset()
    bindings: Bindings = field(default_factory=lambda: Bindings({}, 0, None))
    prints: Mapping[str, Fingerprint] = field(default_factory=dict)
    groups: tuple[frozenset[str], ...] = ()
    ambient: AmbientState | None = None
    seconds: float = 0.0
    is_broken: bool = False


@dataclass(slots=True)
class _Findings:
    """What the looks after a cell found, while they are made."""

    bound: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    weak: set[str] = field(default_factory=set)
    unchanged: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    prints: Mapping[str, Fingerprint] = field(default_factory=dict)  # from before the cell

    def is_settled(self, name: str) -> bool:
        """Whether `name` was looked at already."""
        known = (self.bound, self.changed, self.weak, self.unchanged, self.unknown)
        return any(name in names for names in known)

    def note(self, name: str, found: Difference) -> None:
        """File `name` under what two looks at its value say."""
        drawer = {
            Difference.SAME: self.unchanged,
            Difference.CACHE: self.weak,
            Difference.CONTENT: self.changed,
            Difference.UNKNOWN: self.unknown,
        }
        drawer[found].add(name)


class ValueWatcher:
    """Knows each variable by identity and fingerprint; holds no reference to any value."""

    def __init__(self) -> None:
        self._prints: dict[str, Fingerprint] = {}
        self._bindings = BindingWatcher()
        self._index = SharingIndex()
        self._ambient = AmbientWatcher()

    def before(self, names: Collection[str], namespace: Mapping[str, Any]) -> _Token:
        """Note what the named values are now; those never looked at are looked at."""
        collecting = _pause_collection()
        try:
            return self._before(names, namespace)
        except Exception:
            return _Token(is_broken=True)
        finally:
            if collecting:
                gc.enable()

    def after(
        self,
        token: _Token,
        names: Collection[str],
        namespace: Mapping[str, Any],
        *,
        seconds: float,
        text_unknown: bool,
    ) -> Observation:
        """Look again at what the cell could touch, and say what is different."""
        collecting = _pause_collection()
        try:
            if token.is_broken:
                return Observation(is_complete=False)
            return self._after(token, names, namespace, seconds=seconds, scan_all=text_unknown)
        except Exception:
            return Observation(is_complete=False)
        finally:
            if collecting:
                gc.enable()

    # --- before a cell

    def _before(self, names: Collection[str], namespace: Mapping[str, Any]) -> _Token:
        budget = Budget(_BEFORE_SECONDS)
        for name in self._bindings.catch_up(namespace):
            self._prints.pop(name, None)
            self._index.drop(name)
        touched = self._look_at_new(names, namespace, budget)
        self._index.used_together(touched)
        return _Token(
            touched=touched,
            bindings=self._bindings.now(namespace),
            # A cell may run others: these keep fingerprints of their own.
            prints=dict(self._prints),
            groups=tuple(self._index.groups_of(touched)),
            ambient=self._ambient.before(self._words(names, touched), namespace, budget),
            seconds=_BEFORE_SECONDS - budget.left(),
        )

    def _look_at_new(
        self, names: Collection[str], namespace: Mapping[str, Any], budget: Budget
    ) -> frozenset[str]:
        """Look at what is touched and was never looked at; what that leads to is touched too."""
        looked: set[str] = set()
        while True:
            touched = self._touched(names, namespace)
            new = touched - looked
            if not new:
                return touched
            looked |= new
            for name in new:
                if name not in self._prints:
                    self._look(name, namespace[name], budget)
                if self._index.reach(name) is None:
                    self._find_reach(name, namespace[name], budget)

    def _touched(self, names: Iterable[str], namespace: Mapping[str, Any]) -> frozenset[str]:
        """Return the live variables among `names` and those that session functions mention."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name in found or not _is_variable(name, namespace):
                continue
            found.add(name)
            reach = self._index.reach(name)
            if reach is not None:
                waiting += reach.names
                # `acc.add(1)` may set an attribute of the class: `type(self).count += 1`.
                waiting += (
                    n
                    for k in reach.classes
                    for n in self._index.holders(k)
                    if self._bindings.id_of(n) == k
                )
        return frozenset(found)

    def _words(self, names: Collection[str], touched: frozenset[str]) -> set[str]:
        """Return `names` and the names in the code of the session functions among `touched`."""
        words = set(names)
        for name in touched:
            reach = self._index.reach(name)
            if reach is not None:
                words |= reach.names
        return words

    # --- after a cell

    def _after(
        self,
        token: _Token,
        names: Collection[str],
        namespace: Mapping[str, Any],
        *,
        seconds: float,
        scan_all: bool,
    ) -> Observation:
        most = max(_LEAST_SECONDS, seconds * _SHARE_OF_CELL)
        budget = Budget(most - token.seconds - _RESERVED_SECONDS)
        found = _Findings(prints=token.prints)
        words = self._words(names, token.touched)
        scan_all = scan_all or not words.isdisjoint(REACHES_NAMESPACE)
        self._find_bindings(token, names, namespace, found, scan_all=scan_all)
        touched = token.touched | self._touched(names, namespace)
        if scan_all:
            touched |= frozenset(n for n in namespace if _is_variable(n, namespace))
        for name in found.bound:
            self._prints.pop(name, None)
            self._find_reach(name, namespace[name], budget)
        for name in sorted(touched - found.bound, key=self._cost):
            self._compare(name, namespace, found, budget)
        self._compare_groups(token, touched, namespace, found, budget)
        ambient = self._ambient.after(token.ambient, words, namespace, budget)
        if "pyplot" in ambient.changed or ambient.has_unseen_picture:
            self._compare_artists(namespace, found, budget)
        # Last, because what is not looked at now is looked at before a cell that touches it.
        for name in found.bound:
            self._bindings.note(name, namespace[name])
            if not budget.is_spent():
                self._look(name, namespace[name], budget)
        groups = self._groups(token, touched | found.bound)
        for name in found.deleted:
            self._forget(name)
        self._index.used_together(self._touched(names, namespace))
        return Observation(
            is_complete=True,
            bound=frozenset(found.bound),
            deleted=frozenset(found.deleted),
            changed=frozenset(found.changed),
            weak=frozenset(found.weak),
            unchanged=frozenset(found.unchanged),
            unknown=frozenset(found.unknown),
            groups=groups,
            ambient=ambient.changed,
            ambient_weak=ambient.weak,
            variables=_notes(found.bound | found.changed | found.weak, namespace),
        )

    def _find_bindings(
        self,
        token: _Token,
        names: Collection[str],
        namespace: Mapping[str, Any],
        found: _Findings,
        *,
        scan_all: bool,
    ) -> None:
        """Find names that are new, bound to another object, or gone."""
        candidates = {*names, *token.touched}
        earlier = token.bindings
        candidates |= self._bindings.changed_since(earlier, namespace, scan_all=scan_all)
        for name in candidates:
            if is_console_name(name):
                continue
            known = earlier.ids.get(name)
            if name not in namespace:
                if known is not None and not name.startswith("out_"):
                    found.deleted.add(name)
            elif known != identity(namespace[name]):
                found.bound.add(name)

    def _compare(
        self, name: str, namespace: Mapping[str, Any], found: _Findings, budget: Budget
    ) -> None:
        if found.is_settled(name) or name not in namespace:
            return
        old = found.prints.get(name, _UNSEEN)
        value = namespace[name]
        seen = difference(old, self._look(name, value, budget), value, budget)
        if seen is Difference.CONTENT and type(value) in IMMUTABLE:
            found.bound.add(name)  # another object at the address of the old one
            return
        if seen is Difference.SAME and self._holds_other_objects(name, value, budget):
            seen = Difference.CONTENT
        found.note(name, seen)
        if seen is not Difference.SAME:
            self._find_reach(name, value, budget)

    def _holds_other_objects(self, name: str, value: Any, budget: Budget) -> bool:
        """Whether a container holds other objects of equal content: `a[0] = [1]`."""
        kind = type(value)
        if kind.__module__ not in ("builtins", "collections") and not is_session_type(kind):
            return False
        old = self._index.reach(name)
        if old is None or not old.is_whole or old.has_library:
            return False
        if not 1 < len(old.ids) <= _MOST_IDS_AGAIN:
            return False
        new = reach_of(value, budget)
        return new.is_whole and new.ids != old.ids

    def _compare_groups(
        self,
        token: _Token,
        touched: frozenset[str],
        namespace: Mapping[str, Any],
        found: _Findings,
        budget: Budget,
    ) -> None:
        """Look at what shares an object with something that changed, or may have."""
        suspects = (found.changed | found.weak | found.unknown) & touched
        # What a name held may have been changed before the cell rebound or deleted the name.
        suspects |= {n for n in found.bound | found.deleted if any(n in g for g in token.groups)}
        partial = {n for n in touched if (r := self._index.reach(n)) is not None and not r.is_whole}
        done: set[str] = set()
        waiting = list(suspects | partial)
        while waiting:
            name = waiting.pop()
            if name in done:
                continue
            group = self._group_around(name, token)
            done |= group
            for other in sorted(group - touched - found.bound, key=self._cost):
                if _is_variable(other, namespace):
                    self._compare(other, namespace, found, budget)

    def _group_around(self, name: str, token: _Token) -> set[str]:
        """Return the names that share an object with `name`, by way of others too.

        c.clear(); b = [h]; c = [c, h]
        ^ was a part of `d` before the cell, and is one of `b`'s friends after it
        """
        group: set[str] = set()
        waiting = {name}
        while waiting:
            group |= waiting
            waiting = {n for g in token.groups if not waiting.isdisjoint(g) for n in g}.union(
                *map(self._index.group_of, waiting)
            ) - group
        return group

    def _compare_artists(
        self, namespace: Mapping[str, Any], found: _Findings, budget: Budget
    ) -> None:
        for name in sorted(self._index.with_artists(), key=self._cost):
            if _is_variable(name, namespace):
                self._compare(name, namespace, found, budget)

    def _groups(self, token: _Token, names: frozenset[str]) -> tuple[frozenset[str], ...]:
        groups = self._index.groups_of(names) | set(token.groups)
        found = [group for group in groups if len(group) > 1]
        return tuple(sorted(found, key=sorted))

    # --- one variable

    def _cost(self, name: str) -> float:
        return self._prints.get(name, _UNSEEN).seconds

    def _look(self, name: str, value: Any, budget: Budget) -> Fingerprint:
        """Look at a value and keep its fingerprint; not begun where there is no hope to end it."""
        is_same = self._bindings.id_of(name) == identity(value)
        last = self._prints.get(name, _UNSEEN) if is_same else _UNSEEN
        self._bindings.note(name, value)
        if type(value) in IMMUTABLE:
            made = fingerprint_immutable(value)
        elif is_library_module(value):
            made = _SAME
        elif budget.is_spent() or _is_hopeless(last, budget):
            made = Fingerprint(certainty=Certainty.NONE, seconds=last.seconds)
        else:
            made = fingerprint(value, budget)
        self._prints[name] = made
        return made

    def _find_reach(self, name: str, value: Any, budget: Budget) -> None:
        if is_library_module(value):
            self._index.drop(name)
        elif type(value) in IMMUTABLE:
            self._index.put(name, _NOTHING)
        else:
            seconds = min(max(budget.left(), _LEAST_REACH_SECONDS), _MOST_REACH_SECONDS)
            self._index.put(name, reach_of(value, Budget(seconds)))

    def _forget(self, name: str) -> None:
        self._prints.pop(name, None)
        self._bindings.forget(name)
        self._index.forget(name)


_NOTHING = Reach()


def _is_hopeless(last: Fingerprint, budget: Budget) -> bool:
    """Whether the last look at this value shows that another one would not end in time."""
    return last.seconds > _SHORTEST_LOOK_TO_REMEMBER and last.seconds > budget.left()


def _is_variable(name: str, namespace: Mapping[str, Any]) -> bool:
    return (
        name in namespace and not is_console_name(name) and not is_library_module(namespace[name])
    )


def _notes(names: Iterable[str], namespace: Mapping[str, Any]) -> tuple[VariableNote, ...]:
    notes = []
    for name in sorted(names):
        value = namespace.get(name)
        if name not in namespace or is_library_module(value):
            continue
        try:
            notes.append(VariableNote(name=name, type=describe_type(value)))
        except Exception:  # noqa: S112 - what cannot be described is not described
            continue
    return tuple(notes)


def _pause_collection() -> bool:
    """Switch the garbage collector off, and say whether it was on."""
    if not gc.isenabled():
        return False
    gc.disable()
    return True
