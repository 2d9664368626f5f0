"""Two looks around a cell, compared: what it bound, deleted and changed in place."""

import gc
import re
import sys
import time
from collections import OrderedDict, defaultdict, deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from ipyprod.effects.values.ambient import (
    LIBRARY_OF,
    ambient_tokens,
    changed_modules,
    module_tokens,
)
from ipyprod.effects.values.fingerprints import IMMUTABLE, fingerprint
from ipyprod.effects.values.kinds import is_a
from ipyprod.effects.values.marks import Certainty, Fingerprint
from ipyprod.effects.values.reducers import is_session_type
from ipyprod.effects.values.sharing import SharingIndex, reach_of
from ipyprod.effects.values.types import describe_type
from ipyprod.session.cell import Observation, VariableNote

# Budgets are in processor time of this thread: a busy machine makes no value unknown.
_LEAST_SECONDS = 0.005
_SHARE_OF_CELL = 0.05
_CONSOLE_NAME = re.compile(
    r"_+|_i+|_i?\d+|_ih|_oh|_dh|In|Out|exit|quit|get_ipython|open|_exit_code|__\w+__|_sh"
)
_OWN_CONTAINERS = frozenset({list, dict, set, tuple, deque, defaultdict, OrderedDict})
_MOST_IDS_AGAIN = 1_000
_BINDING_UNSEEN = frozenset({"globals", "exec", "eval"})
_OUT_NAME = re.compile(r"out_\d+")
_UNSEEN = Fingerprint(certainty=Certainty.NONE)


@dataclass(slots=True)
class _Token:
    """What was so before a cell."""

    touched: frozenset[str] = frozenset()
    ids: dict[str, int] = field(default_factory=dict)
    groups: tuple[frozenset[str], ...] = ()
    modules: dict[str, object] = field(default_factory=dict)
    libraries: frozenset[str] = frozenset()
    size: int = 0
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

    def is_settled(self, name: str) -> bool:
        """Whether `name` was looked at already."""
        known = (self.bound, self.changed, self.weak, self.unchanged, self.unknown)
        return any(name in names for names in known)


class ValueWatcher:
    """Knows each variable by identity and fingerprint; holds no reference to any value."""

    def __init__(self) -> None:
        self._prints: dict[str, Fingerprint] = {}
        self._ids: dict[str, int] = {}
        self._index = SharingIndex()
        self._ambient: dict[str, object] | None = None

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
        deadline = time.thread_time() + _LEAST_SECONDS
        if self._ambient is None:
            self._ambient = ambient_tokens()
        touched = self._touched(names, namespace)
        for name in touched:
            if self._ids.get(name) != id(namespace[name]):
                self._look(name, namespace[name], deadline)
                self._find_reach(name, namespace[name], deadline)
        touched = self._touched(names, namespace)
        self._index.used_together(touched)
        return _Token(
            touched=touched,
            ids={name: id(namespace[name]) for name in touched},
            groups=tuple({self._index.group_of(name) for name in touched}),
            modules=module_tokens(names, namespace),
            libraries=frozenset(lib for lib in LIBRARY_OF.values() if lib in sys.modules),
            size=len(namespace),
        )

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
                    if self._ids.get(n) == k
                )
        return frozenset(found)

    def _can_touch_anything(self, touched: Iterable[str]) -> bool:
        """Whether a session function behind one of these can bind names that it does not show."""
        reaches = (self._index.reach(name) for name in touched)
        return any(reach is not None and reach.names & _BINDING_UNSEEN for reach in reaches)

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
        deadline = time.thread_time() + max(_LEAST_SECONDS, seconds * _SHARE_OF_CELL)
        found = _Findings()
        self._find_bindings(token, names, namespace, found, scan_all=scan_all)
        touched = token.touched | self._touched(names, namespace)
        if not scan_all and self._can_touch_anything(touched):
            scan_all = True
            self._find_bindings(token, names, namespace, found, scan_all=True)
        if scan_all:
            touched |= frozenset(n for n in self._ids if _is_variable(n, namespace))
        for name in sorted(found.bound, key=self._cost):
            self._look(name, namespace[name], deadline)
            self._find_reach(name, namespace[name], deadline)
        for name in sorted(touched - found.bound, key=self._cost):
            self._compare(name, namespace, found, deadline)
        self._compare_groups(token, touched, namespace, found, deadline)
        ambient, weak = self._compare_ambient(token, names, namespace)
        if "pyplot" in ambient:
            self._compare_artists(namespace, found, deadline)
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
            groups=self._groups(token, touched | found.bound),
            ambient=frozenset(ambient),
            ambient_weak=frozenset(weak),
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
        everything = scan_all or len(namespace) != token.size
        candidates: Iterable[str] = {*names, *token.touched}
        if everything:
            candidates = {*candidates, *namespace, *self._ids}
        for name in candidates:
            if _CONSOLE_NAME.fullmatch(name):
                continue
            known = token.ids.get(name, self._ids.get(name))
            if name not in namespace:
                if known is not None and not _OUT_NAME.fullmatch(name):
                    found.deleted.add(name)
            elif known != id(namespace[name]):
                found.bound.add(name)

    def _compare(
        self, name: str, namespace: Mapping[str, Any], found: _Findings, deadline: float
    ) -> None:
        if found.is_settled(name) or name not in namespace:
            return
        old = self._prints.get(name, _UNSEEN)
        value = namespace[name]
        new = self._look(name, value, deadline)
        if Certainty.NONE in (old.certainty, new.certainty):
            found.unknown.add(name)
        elif old.digest != new.digest:
            is_cache = old.public_digest == new.public_digest
            (found.weak if is_cache else found.changed).add(name)
        elif new.certainty is Certainty.ONE_WAY:
            found.unknown.add(name)
        elif self._holds_other_objects(name, value, deadline):
            found.changed.add(name)
        else:
            found.unchanged.add(name)
            return
        self._find_reach(name, value, deadline)

    def _holds_other_objects(self, name: str, value: Any, deadline: float) -> bool:
        """Whether a container holds other objects of equal content: `a[0] = [1]`."""
        old = self._index.reach(name)
        if type(value) not in _OWN_CONTAINERS and not is_session_type(type(value)):
            return False
        if old is None or not old.is_whole or len(old.ids) > _MOST_IDS_AGAIN:
            return False
        new = reach_of(value, seconds=max(deadline - time.thread_time(), 0.0005))
        return new.is_whole and new.ids != old.ids

    def _compare_groups(
        self,
        token: _Token,
        touched: frozenset[str],
        namespace: Mapping[str, Any],
        found: _Findings,
        deadline: float,
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
            done.add(name)
            group = set(self._index.group_of(name))
            group.update(*(g for g in token.groups if name in g))
            for other in sorted(group - touched - found.bound, key=self._cost):
                if _is_variable(other, namespace):
                    self._compare(other, namespace, found, deadline)

    def _compare_artists(
        self, namespace: Mapping[str, Any], found: _Findings, deadline: float
    ) -> None:
        for name in self._index.with_artists():
            if _is_variable(name, namespace):
                self._compare(name, namespace, found, deadline)

    def _compare_ambient(
        self, token: _Token, names: Collection[str], namespace: Mapping[str, Any]
    ) -> tuple[set[str], set[str]]:
        old, new = self._ambient or {}, ambient_tokens()
        self._ambient = new
        changed: set[str] = set()
        weak: set[str] = set()
        for name, state in new.items():
            if state == old.get(name):
                continue
            library = LIBRARY_OF.get(name)
            is_new = library is not None and library not in token.libraries
            is_set_up = old.get(name) is None or is_new
            has_figures = name == "pyplot" and bool(state)
            (weak if is_set_up and not has_figures else changed).add(name)
        modules = module_tokens(names, namespace)
        changed |= {f"module:{name}" for name in changed_modules(token.modules, modules)}
        if len(sys.modules) and token.libraries != {
            lib for lib in LIBRARY_OF.values() if lib in sys.modules
        }:
            fills = {name for name in changed if name in ("warnings", "os.environ", "locale")}
            changed, weak = changed - fills, weak | fills
        return changed, weak

    def _groups(self, token: _Token, names: frozenset[str]) -> tuple[frozenset[str], ...]:
        groups = {self._index.group_of(name) for name in names}
        groups.update(token.groups)
        found = [group for group in groups if len(group) > 1]
        return tuple(sorted(found, key=sorted))

    # --- one variable

    def _cost(self, name: str) -> float:
        return self._prints.get(name, _UNSEEN).seconds

    def _look(self, name: str, value: Any, deadline: float) -> Fingerprint:
        """Look at a value and keep its fingerprint; not begun where there is no hope to end it."""
        left = deadline - time.thread_time()
        last = self._prints.get(name)
        is_same = self._ids.get(name) == id(value)
        self._ids[name] = id(value)
        if is_a(value, ModuleType) or type(value) in IMMUTABLE:
            made = Fingerprint(certainty=Certainty.EXACT, digest=b"same", public_digest=b"same")
        elif left <= 0 or (is_same and last is not None and _is_hopeless(last, left)):
            made = Fingerprint(certainty=Certainty.NONE, seconds=last.seconds if last else 0.0)
        else:
            made = fingerprint(value, seconds=left)
        self._prints[name] = made
        return made

    def _find_reach(self, name: str, value: Any, deadline: float) -> None:
        left = max(deadline - time.thread_time(), 0.0005)
        if is_a(value, ModuleType):
            self._index.drop(name)
            return
        self._index.put(name, reach_of(value, seconds=left))

    def _forget(self, name: str) -> None:
        self._prints.pop(name, None)
        self._ids.pop(name, None)
        self._index.drop(name)


def _is_hopeless(last: Fingerprint, left: float) -> bool:
    """Whether the last look at this value shows that another one would not end in time."""
    return last.seconds > left


def _is_variable(name: str, namespace: Mapping[str, Any]) -> bool:
    return (
        name in namespace
        and not _CONSOLE_NAME.fullmatch(name)
        and not is_a(namespace[name], ModuleType)
    )


def _notes(names: Iterable[str], namespace: Mapping[str, Any]) -> tuple[VariableNote, ...]:
    notes = []
    for name in sorted(names):
        value = namespace.get(name)
        if name not in namespace or is_a(value, ModuleType):
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
