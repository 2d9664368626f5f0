"""Where each outside name of a snippet comes from, and what has to come along."""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from ipyprod.lineage.effects import Position
from ipyprod.lineage.graph import LineageGraph
from ipyprod.lineage.snippets import reaching_definitions
from ipyprod.lineage.state_order import waiting_for_state
from ipyprod.lineage.submodules import package_imports
from ipyprod.promotion.literals import constant_binding, literal_binding, path_roots
from ipyprod.session.cell import TypeNote
from ipyprod.source.builtin_names import BUILTIN_NAMES
from ipyprod.source.findings import LATE_ANNOTATIONS
from ipyprod.source.statements import Finish, Statement, StatementKind


class Origin(Enum):
    """What a name of a snippet stands for."""

    IMPORT = "import"
    DEFINITION = "definition"  # a function, a class, or a name for one
    LITERAL = "literal"
    DATA = "data"
    BUILTIN = "builtin"
    NOWHERE = "nowhere"
    SNIPPET = "snippet"  # a line of the snippet, ahead of any use


def position_of(statement: Statement) -> Position:
    """Return the (event, index) of `statement`."""
    return (statement.event, statement.index)


def origin_of(graph: LineageGraph, name: str, before: Position) -> tuple[Origin, Statement | None]:
    """Return what `name` stands for just ahead of `before`, and the statement that made it so."""
    found = graph.definition(name, before)
    star = star_import_of(graph, name, before)
    if star is not None and (found is None or found.event < star.event):
        return Origin.IMPORT, star
    if found is None:
        if name in BUILTIN_NAMES and name not in graph.session.unrecorded:
            return Origin.BUILTIN, None
        if any(s.names.has_star_import and position_of(s) < before for s in graph.statements):
            return Origin.NOWHERE, None  # the star import brought it
        return (Origin.DATA if graph.was_there(name, before) else Origin.NOWHERE), None
    if found.kind is StatementKind.IMPORT:
        return Origin.IMPORT, found
    if is_code(found) or is_import_choice(found.node):
        return Origin.DEFINITION, found
    is_literal = constant_binding(found, name) is not None and found.finish is not Finish.RAISED
    is_set_elsewhere = any(name in s.names.deferred_binds for s in graph.statements)
    if is_literal and not is_set_elsewhere and len(reaching_definitions(graph, name, before)) == 1:
        return Origin.LITERAL, found
    return Origin.DATA, found


def star_import_of(graph: LineageGraph, name: str, before: Position) -> Statement | None:
    """Return the last star import ahead of `before` that was seen to bind `name`."""
    found: Statement | None = None
    for statement in graph.statements:
        if statement.names.has_star_import and position_of(statement) < before:
            cells = (c for c in graph.session.cells if c.event == statement.event)
            if any(name in c.observation.bound and _is_only_star(graph, c.event) for c in cells):
                found = statement
    return found


def _is_only_star(graph: LineageGraph, event: int) -> bool:
    """Whether an event has one star import, so that what was bound without a name came of it."""
    return sum(s.names.has_star_import for s in graph.statements if s.event == event) == 1


def is_code(statement: Statement) -> bool:
    """Whether a statement defines a function or a class; a lambda with a name is one."""
    kinds = (StatementKind.FUNCTION, StatementKind.CLASS)
    return statement.kind in kinds or is_named_function(statement.node)


def is_named_function(node: ast.stmt) -> bool:
    """Whether `node` gives a name to a lambda: `double = lambda x: 2 * x`."""
    match node:
        case ast.Assign(targets=[ast.Name()], value=ast.Lambda()):
            return True
        case ast.AnnAssign(target=ast.Name(), value=ast.Lambda()):
            return True
    return False


def is_import_choice(node: ast.stmt) -> bool:
    """Whether `node` only picks an import: `try: import x` / `except ImportError: x = None`."""
    if not isinstance(node, ast.Try) or node.finalbody:
        return False
    blocks = [node.body, node.orelse, *(handler.body for handler in node.handlers)]
    statements = [statement for block in blocks for statement in block]
    plain = (ast.Import, ast.ImportFrom, ast.Pass)
    return any(isinstance(s, plain[:2]) for s in node.body) and all(
        isinstance(s, plain) or (isinstance(s, ast.Assign) and isinstance(s.value, ast.Constant))
        for s in statements
    )


@dataclass(slots=True, kw_only=True)
class Surroundings:
    """What a snippet needs from outside, gathered name by name.

    `definitions` go to module level and `nested` into the function, both by position. `inputs` are
    names of data in order of first use, each with the place of that use. `acting` are definitions
    that do something where they stand, or have to stand there, `waiting` those that read state
    which the snippet sets ahead of them, `changed` the names of what the snippet itself sets, and
    `begun` those that it binds before anything reads them, through whatever function. `late` are
    names with the last place where code that the snippet leads to looks for them: the end of the
    session for code that is given back. With `is_whole` all that the snippet defines is needed,
    whether or not something names it.
    """

    graph: LineageGraph
    local: frozenset[str]  # names that the body binds, its own definitions and imports apart
    own: frozenset[Position] = frozenset()  # where the statements of the snippet are
    imports: dict[Position, tuple[Statement, set[str]]] = field(default_factory=dict)
    definitions: dict[Position, Statement] = field(default_factory=dict)
    constants: dict[Position, Statement] = field(default_factory=dict)
    nested: dict[Position, Statement] = field(default_factory=dict)
    inputs: dict[str, Position] = field(default_factory=dict)
    literals: dict[str, Statement] = field(default_factory=dict)
    rebound_builtins: set[str] = field(default_factory=set)
    acting: set[Position] = field(default_factory=set)
    waiting: frozenset[Position] = frozenset()
    changed: frozenset[str] = frozenset()
    begun: frozenset[str] = frozenset()
    is_whole: bool = False
    late: Mapping[str, Position] = field(default_factory=dict)
    versions: dict[str, set[Position]] = field(default_factory=dict)
    free: dict[Position, list[tuple[str, Position]]] = field(default_factory=dict)

    def add_use(self, name: str, at: Position) -> None:
        """Take note that the snippet uses the outside `name` at `at`."""
        origin, found = self._origin(name, at)
        if origin is Origin.BUILTIN:
            if name in self.local:
                self.rebound_builtins.add(name)
        elif origin in (Origin.NOWHERE, Origin.SNIPPET):
            self._add_star_imports(at)
        elif found is None or origin is Origin.DATA:
            self.inputs.setdefault(name, at)
        elif origin is Origin.LITERAL:
            self.inputs.setdefault(name, at)
            if literal_binding(found, name) is not None:
                self.literals.setdefault(name, found)
        elif origin is Origin.IMPORT:
            self.add_import(found, name, at)
        else:
            self.add_definition(found, name, at)

    def _origin(self, name: str, at: Position) -> tuple[Origin, Statement | None]:
        """Return what code that the snippet leads to at `at` finds under `name`.

        What the snippet binds ahead of any use is not what the name stood for before it. What is
        bound by other lines, for the first time, is found by code that is called after that.

            def scaled(x): return x * rate      `rate` may have been another one till then
            steps = [scaled]
            rate = 10
            steps[0](2)
        """
        origin, found = origin_of(self.graph, name, at)
        if name in self.begun and (found is None or position_of(found) not in self.own):
            return Origin.SNIPPET, None
        if origin is Origin.NOWHERE and name in self.late:
            return origin_of(self.graph, name, self.late[name])
        return origin, found

    def add_import(self, found: Statement, name: str, at: Position) -> None:
        """Take an import along; `import a.b` brings the other imports of `a` with it."""
        _, names = self.imports.setdefault(position_of(found), (found, set()))
        names.add(name)
        if not _is_dotted(found.node, name):
            return
        for other in self.graph.statements:
            if position_of(other) < at and _is_dotted(other.node, name):
                self.imports.setdefault(position_of(other), (other, set()))[1].add(name)

    def unused_submodules(self, snippet: Iterable[Statement]) -> frozenset[Position]:
        """Return the imports that came along for their package, of submodules that nothing uses."""
        code = (*snippet, *self.definitions.values(), *self.nested.values())
        used = frozenset[str]().union(*(s.names.attributes for s in code))
        found = {
            place: statement
            for place, (statement, _) in self.imports.items()
            if place not in self.own
            and (modules := package_imports(statement.node))
            and all(used.isdisjoint(module.split(".")[1:]) for module in modules)
        }
        others = bound_names(s for place, (s, _) in self.imports.items() if place not in found)
        return frozenset(place for place, s in found.items() if bound_names([s]) <= others)

    def add_definition(self, found: Statement, name: str, at: Position) -> None:
        """Take a definition along with all that it needs at module level."""
        place = position_of(found)
        self.versions.setdefault(name, set()).add(place)
        if place in self.definitions:
            return
        self.definitions[place] = found
        self.free[place] = []
        uses = [(read, place) for read in found.names.reads]
        uses += [(read, max(at, place)) for read in found.names.deferred_reads if read != name]
        self._add_late_annotations(found)
        self.add_later_versions(found.names.deferred_reads, max(at, place))
        for read, when in dict.fromkeys(uses):
            self._add_need(place, read, when)

    def _add_late_annotations(self, found: Statement) -> None:
        """Take `from __future__ import annotations` along for a definition with annotations."""
        names = found.names
        if LATE_ANNOTATIONS in names.ambient_reads | names.deferred_ambient_reads:
            for other in self.graph.statements:
                if LATE_ANNOTATIONS in other.names.ambient_writes:
                    self.imports.setdefault(position_of(other), (other, set()))
                    return

    def add_later_versions(self, names: Iterable[str], after: Position) -> None:
        """Take along what the snippet defines anew: code that is called later calls that.

        steps = [run]               `run` calls `clean`
        def clean(x): ...
        steps[0](x)
                ^ calls the new `clean`
        """
        for place in sorted(p for p in self.own if p > after and p in self.graph.order):
            statement = self.graph.statements[self.graph.order[place]]
            is_definition = is_code(statement) or is_import_choice(statement.node)
            if is_definition and statement.finish is not Finish.RAISED:
                for name in statement.names.binds.intersection(names):
                    self.add_definition(statement, name, place)

    def _add_need(self, place: Position, name: str, at: Position) -> None:
        if name in self.local:
            self.free[place].append((name, at))
            return
        origin, found = self._origin(name, at)
        if origin is Origin.IMPORT and found is not None:
            self.add_import(found, name, at)
        elif origin is Origin.DEFINITION and found is not None:
            self.add_definition(found, name, at)
            self.free[place].append((name, at))
        elif origin is Origin.LITERAL and found is not None:
            self.constants[position_of(found)] = found
            for root in path_roots(_value_of(found.node)):
                self.add_use(root, position_of(found))
        elif origin is Origin.DATA:
            self.free[place].append((name, at))
        else:
            self.free[place].append((name, at))  # a definition of the snippet may follow
            self._add_star_imports(at)

    def add_classes(self, notes: Iterable[TypeNote | None], end: Position) -> None:
        """Take classes of the session along that type hints mention, where that takes no data."""
        for name in dict.fromkeys(n for note in notes if note for n in session_classes(note)):
            found = self.graph.definition(name, end)
            if found is None or found.kind is not StatementKind.CLASS or name in self.versions:
                continue
            trial = Surroundings(graph=self.graph, local=self.local)
            trial.add_definition(found, name, end)
            trial.settle()
            is_known = all(self.versions.get(n, p) == p for n, p in trial.versions.items())
            behind = waiting_for_state(
                self.graph, self.graph.statements, trial.definitions.values()
            )
            if not trial.nested and not trial.inputs and is_known and not behind:
                self.add_definition(found, name, end)

    def settle(self) -> None:
        """Decide which definitions must stand inside the function, and take their data as inputs."""
        inner = {place for place, s in self.definitions.items() if s.names.deferred_binds}
        inner |= self.definitions.keys() & self.waiting
        inner |= {p for places in self.versions.values() if len(places) > 1 for p in places}
        for place, statement in self.definitions.items():
            # what the snippet sets up, such as an attribute of a class, starts anew with each call
            if place in self.acting or _bound_by(statement) & (self.local | self.changed):
                inner.add(place)
        while True:
            inside = [self.definitions[p] for p in inner]
            names = {name for s in inside for name in _bound_by(s) | s.names.deferred_binds}
            more = {p for p in self.definitions if p not in inner and self._reaches_in(p, names)}
            if not more:
                break
            inner |= more
        for place in sorted(inner):
            self.nested[place] = self.definitions.pop(place)
            bound_later = self.nested[place].names.deferred_binds - self.begun
            written = [(n, place) for n in bound_later if self._was_there(n)]
            for name, at in [*self.free[place], *written]:
                is_outside = self._is_data(name, at)
                if name in self.local:
                    is_outside = self._is_given(name, at)
                if is_outside:
                    self.inputs.setdefault(name, at)

    def _was_there(self, name: str) -> bool:
        """Whether a name was bound before the snippet began."""
        if not self.own or name in self.graph.session.unrecorded:
            return True
        return self.graph.definition(name, min(self.own)) is not None

    def _reaches_in(self, place: Position, nested_names: set[str]) -> bool:
        return any(
            name in nested_names or name in self.local or self._is_data(name, at)
            for name, at in self.free[place]
        )

    def _is_given(self, name: str, at: Position) -> bool:
        """Whether a definition is made with data from before the snippet, which binds it anew.

        make = lambda size=size: [0] * size
                           ^ this is not the `size` that the next line binds
        """
        origin, found = self._origin(name, at)
        is_from_before = found is None or position_of(found) not in self.own
        return is_from_before and origin in (Origin.DATA, Origin.LITERAL)

    def _is_data(self, name: str, at: Position) -> bool:
        return self._origin(name, at)[0] is Origin.DATA

    def _add_star_imports(self, at: Position) -> None:
        for statement in self.graph.statements:
            if statement.names.has_star_import and position_of(statement) < at:
                self.imports.setdefault(position_of(statement), (statement, set()))


def session_classes(note: TypeNote) -> Iterable[str]:
    """Return the names of the session's classes that a type mentions."""
    if note.is_session_type and note.qualname.isidentifier():
        yield note.qualname
    for inner in (*note.arguments, *note.union):
        yield from session_classes(inner)


def bound_names(statements: Iterable[Statement]) -> frozenset[str]:
    """Return every name that one of `statements` may bind."""
    return frozenset(name for s in statements for name in s.names.binds | s.names.may_bind)


def _bound_by(statement: Statement) -> frozenset[str]:
    return statement.names.binds | statement.names.may_bind


def _value_of(node: ast.stmt) -> ast.expr:
    if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        return node.value
    return ast.Constant(value=None)


def _is_dotted(node: ast.stmt, name: str) -> bool:
    return isinstance(node, ast.Import) and any(
        alias.asname is None and alias.name.startswith(f"{name}.") for alias in node.names
    )
