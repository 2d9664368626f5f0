"""Two looks around a cell: what was so before it, and what it bound, deleted and changed in place."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from gc import disable, enable, isenabled
from typing import Any

from ipyprod.effects.values.ambient import AmbientState, AmbientWatcher
from ipyprod.effects.values.bindings import Bindings
from ipyprod.effects.values.budget import Budget
from ipyprod.effects.values.comparison import Comparison
from ipyprod.effects.values.kinds import is_library_module
from ipyprod.effects.values.marks import Fingerprint
from ipyprod.effects.values.reach import REACHES_NAMESPACE
from ipyprod.effects.values.types import describe_type
from ipyprod.effects.values.variables import Variables, is_variable
from ipyprod.session.cell import Observation, VariableNote

# One cell's looks may take this long, before and after it together.
_LEAST_SECONDS = 0.0044
_SHARE_OF_CELL = 0.05
_BEFORE_SECONDS = 0.0015
_LEAST_AFTER_SECONDS = 0.0015  # else many names that are never looked at stay so
# What the rest of a watched cell takes, apart from the looks at values.
_RESERVED_SECONDS = 0.0008


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


class ValueWatcher:
    """Says of each cell what it did to the values; holds no reference to any of them."""

    def __init__(self) -> None:
        self._variables = Variables()
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
                enable()

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
            most = max(_LEAST_SECONDS, seconds * _SHARE_OF_CELL)
            rest = most - token.seconds - _RESERVED_SECONDS
            budget = Budget(max(rest, _LEAST_AFTER_SECONDS))
            return self._after(token, names, namespace, budget, scan_all=text_unknown)
        except Exception:
            return Observation(is_complete=False)
        finally:
            if collecting:
                enable()

    def _before(self, names: Collection[str], namespace: Mapping[str, Any]) -> _Token:
        budget = Budget(_BEFORE_SECONDS)
        variables = self._variables
        variables.catch_up(namespace)
        touched = variables.look_at_new(names, namespace, budget)
        variables.follow_late(namespace, budget)
        variables.index.used_together(touched)
        words = variables.words(names, touched)
        return _Token(
            touched=touched,
            bindings=variables.bindings.now(namespace),
            # A cell may run others: these keep fingerprints of their own.
            prints=dict(variables.prints),
            groups=tuple(variables.index.groups_of(touched)),
            ambient=self._ambient.before(words, namespace, budget),
            seconds=_BEFORE_SECONDS - budget.left(),
        )

    def _after(
        self,
        token: _Token,
        names: Collection[str],
        namespace: Mapping[str, Any],
        budget: Budget,
        *,
        scan_all: bool,
    ) -> Observation:
        variables = self._variables
        found = Comparison(
            variables=variables,
            namespace=namespace,
            budget=budget,
            bindings=token.bindings,
            prints=token.prints,
            groups=token.groups,
        )
        words = variables.words(names, token.touched)
        scan_all = scan_all or not words.isdisjoint(REACHES_NAMESPACE)
        found.find_bindings({*names, *token.touched}, scan_all=scan_all)
        touched = token.touched | {name for name in names if is_variable(name, namespace)}
        if scan_all:
            touched |= frozenset(n for n in namespace if is_variable(n, namespace))
        found.compare_each(touched - found.bound)
        for name in sorted(found.bound):
            variables.prints.pop(name, None)
            variables.find_reach_in_time(name, namespace[name], budget)
        found.compare_groups(touched)
        ambient = self._ambient.after(token.ambient, words, namespace, budget)
        if "pyplot" in ambient.changed or ambient.has_unseen_picture:
            found.compare_artists()
        if ambient.has_own_module:
            found.compare_each([name for name in namespace if is_variable(name, namespace)])
        self._look_at_bound(found)
        groups = found.groups_around(touched | found.bound)
        for name in found.deleted:
            variables.forget(name)
        if variables.index.cut_off:
            variables.index.used_together(variables.touched(names, namespace))
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
            ambient_weak=ambient.weak | ({"pyplot"} if ambient.has_unseen_picture else set()),
            variables=_notes(found.bound | found.changed | found.weak, namespace),
        )

    def _look_at_bound(self, found: Comparison) -> None:
        """Look at what is new last: what is not looked at now is before a cell that touches it."""
        for name in found.bound:
            self._variables.bindings.note(name, found.namespace[name])
            if not found.budget.is_spent():
                self._variables.look(name, found.namespace[name], found.budget)


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
    if not isenabled():
        return False
    disable()
    return True
