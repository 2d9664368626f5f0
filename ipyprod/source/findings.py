"""Where the reading of one statement collects what it finds."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from ipyprod.source.ambient_text import Ambient
from ipyprod.source.purity import CUSTOMARY_MODULES
from ipyprod.source.scopes import NOTHING, Flow, Origins, Scope, ScopeKind
from ipyprod.source.statements import StatementNames

# Marks among modules that annotations are kept as text, as `from __future__ import annotations`
# tells Python from then on; that it does is the ambient state of the same name.
LATE_ANNOTATIONS = "from __future__"


class Findings:
    """What was found so far, and where in the statement's scopes and branches the reading is."""

    def __init__(self, modules: Mapping[str, str] | None) -> None:
        self.modules = CUSTOMARY_MODULES if modules is None else modules
        self.module_scope = Scope(ScopeKind.MODULE)
        self.scope = self.module_scope
        self.flow = Flow()
        self.depth = 0  # of branches, loops and conditions around this point
        self.is_eager = 0  # inside a function that the statement itself runs
        self.reads: dict[str, None] = {}
        self.late_reads: dict[str, None] = {}
        self.touched: set[str] = set()  # bound or deleted anywhere in the statement
        self.needed: set[str] = set()  # deleted without being bound before in the statement
        self.late_binds: set[str] = set()
        self.stores: set[str] = set()
        self.may_change: set[str] = set()
        self.late_changes: set[str] = set()
        self.gone_through: set[str] = set()
        self.handed_over: set[str] = set()  # may be changed in another way than by going through
        self.shares: dict[str, set[str]] = {}
        self.calls: set[str] = set()
        self.attributes: set[str] = set()
        self.ambient = Ambient()
        self.late_ambient = Ambient()
        self.own_functions: set[str] = set()
        self.runs_own_function = False
        self.has_star_import = False
        self.has_await = False
        self.is_opaque = False
        self.is_opaque_later = False

    def read(self, name: str) -> Origins:
        """Note a read and give the global names whose object it may be."""
        owner = self.scope.owner(name)
        if owner is not None:
            return frozenset(owner.origins.get(name, NOTHING))
        perhaps = self.scope.origins.get(name, NOTHING) if name in self.scope.perhaps else NOTHING
        if self.scope.is_deferred:
            self.late_reads.setdefault(name)
            if self.is_eager and name not in self.flow.bound:
                self.reads.setdefault(name)
        elif name not in self.flow.bound:
            self.reads.setdefault(name)
        return perhaps | {name}

    def bind(self, name: str, origins: Origins = NOTHING) -> None:
        """Note that `name` is bound here to something that may hold objects of `origins`."""
        scope = self.scope.binding_scope()
        is_global = scope.kind is ScopeKind.MODULE or name in scope.declared_global
        if not is_global:
            is_perhaps = scope.kind is ScopeKind.CLASS and self.depth > scope.depth
            (scope.perhaps if is_perhaps else scope.own).add(name)
            scope.origins[name] = scope.origins.get(name, NOTHING) | origins
            return
        if origins:
            self.shares.setdefault(name, set()).update(origins)
        if scope.is_deferred:
            self.late_binds.add(name)
            if self.is_eager:
                self.touched.add(name)
            return
        self.touched.add(name)
        self.flow = Flow(self.flow.bound | {name}, self.flow.gone - {name}, self.flow.is_dead)

    def delete(self, name: str) -> None:
        """Note `del name`."""
        scope = self.scope.binding_scope()
        if scope.kind is not ScopeKind.MODULE and name not in scope.declared_global:
            if scope.kind is ScopeKind.CLASS:
                scope.own.discard(name)
            return
        if scope.is_deferred:
            self.late_binds.add(name)
            self.late_reads.setdefault(name)
            return
        if name not in self.flow.bound and self.depth:
            self.reads.setdefault(name)  # without it, the statement would stop here
        if name not in self.flow.bound:
            self.needed.add(name)
        self.touched.add(name)
        self.flow = Flow(self.flow.bound - {name}, self.flow.gone | {name}, self.flow.is_dead)

    def change(self, origins: Iterable[str]) -> None:
        """Note that a call may change the objects of `origins`."""
        origins = frozenset(origins)
        self.handed_over |= origins
        self._note_change(origins)

    def consume(self, origins: Origins) -> None:
        """Note that the objects of `origins` are gone through: it uses up those that are iterators."""
        self.gone_through |= origins
        self._note_change(origins)

    def _note_change(self, origins: Origins) -> None:
        if not self.scope.is_deferred or self.is_eager:
            self.may_change.update(origins)
        if self.scope.is_deferred:
            self.late_changes.update(origins)

    def store(self, origins: Origins, *, is_certain: bool) -> None:
        """Note that the objects of `origins` are changed, for certain where that is said."""
        if is_certain and self.depth == 0 and not self.scope.is_deferred:
            self.stores.update(origins)
        else:
            self.change(origins)

    def share(self, holder: Origins, held: Origins) -> None:
        """Note that the objects of `holder` may hold those of `held` from now on."""
        for name in holder:
            others = held - {name}
            if others:
                self.shares.setdefault(name, set()).update(others)

    def note_ambient(self, found: Ambient, *, may_reset: bool = False) -> None:
        """Take over ambient state, as a reset only from a plain top-level statement."""
        if not may_reset or self.depth or self.scope.is_deferred:
            found.reads |= found.resets & found.writes if self.scope.is_deferred else set()
            found.resets = set()
        (self.late_ambient if self.scope.is_deferred else self.ambient).merge(found)
        if self.is_eager and self.scope.is_deferred:
            self.ambient.merge(found)

    def note_opaque(self) -> None:
        """Note code that can touch any variable."""
        if not self.scope.is_deferred or self.is_eager:
            self.is_opaque = True
        else:
            self.is_opaque_later = True

    def note_call(self, name: str) -> None:
        """Note that a global name is called."""
        if not self.scope.is_deferred or self.is_eager:
            self.calls.add(name)
            if name in self.own_functions:
                self.runs_own_function = True

    def full_name(self, node: ast.expr) -> str:
        """Give the real dotted name of what is reached through a module, else ""."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if isinstance(node, ast.Call) and not node.args and not node.keywords:
            # decimal.getcontext().prec: a function that gives the one object of its module
            called = self.full_name(node.func)
            return ".".join([called, *reversed(parts)]) if called.endswith("getcontext") else ""
        if not isinstance(node, ast.Name) or self.scope.owner(node.id) is not None:
            return ""
        if node.id in self.touched or not self.modules.get(node.id):
            return ""
        return ".".join([self.modules[node.id], *reversed(parts)])

    def is_builtin(self, name: str) -> bool:
        """Tell whether `name` means a builtin here, as far as the text knows."""
        return (
            self.scope.owner(name) is None and name not in self.touched and name not in self.modules
        )

    @contextmanager
    def branch(self) -> Iterator[None]:
        """Read something that may not run, or not to its end."""
        self.depth += 1
        yield
        self.depth -= 1

    @contextmanager
    def inside(self, scope: Scope) -> Iterator[None]:
        """Read code of another scope."""
        before, self.scope = self.scope, scope
        yield
        self.scope = before

    def finished(self) -> StatementNames:
        """Close the books."""
        if self.runs_own_function:
            self._run_late_parts()
        spread = self._spread_changes()
        uncertain = self.touched - self.flow.bound - self.flow.gone
        self.reads.update(dict.fromkeys(sorted(self.needed - self.flow.gone)))
        return StatementNames(
            reads=tuple(self.reads),
            binds=self.flow.bound,
            may_bind=frozenset(uncertain),
            deletes=self.flow.gone,
            stores=frozenset(self.stores),
            may_change=frozenset(self.may_change),
            consumes=frozenset((self.gone_through & self.may_change) - self.handed_over - spread),
            shares=tuple((name, frozenset(held)) for name, held in self.shares.items() if held),
            calls=frozenset(self.calls),
            attributes=frozenset(self.attributes),
            deferred_reads=tuple(self.late_reads),
            deferred_changes=frozenset(self.late_changes),
            deferred_binds=frozenset(self.late_binds),
            ambient_reads=frozenset(self.ambient.reads),
            ambient_writes=frozenset(self.ambient.writes),
            ambient_resets=frozenset(self.ambient.resets),
            deferred_ambient_reads=frozenset(self.late_ambient.reads),
            deferred_ambient_writes=frozenset(self.late_ambient.writes),
            has_star_import=self.has_star_import,
            has_await=self.has_await,
            is_opaque=self.is_opaque,
            is_deferred_opaque=self.is_opaque_later,
        )

    def _run_late_parts(self) -> None:
        for name in self.late_reads:
            if name not in self.flow.bound:
                self.reads.setdefault(name)
        self.may_change |= self.late_changes
        self.touched |= self.late_binds
        self.ambient.merge(self.late_ambient)
        self.is_opaque |= self.is_opaque_later

    def _spread_changes(self) -> set[str]:
        """A change of what the statement bound is a change of what that may be a part of."""
        spread: set[str] = set()
        pending = [name for name in self.stores | self.may_change if name in self.touched]
        while pending:
            for name in self.shares.get(pending.pop(), ()):
                spread.add(name)
                if name not in self.may_change and name not in self.stores:
                    self.may_change.add(name)
                    pending.append(name)
        return spread
