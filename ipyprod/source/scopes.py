"""Python's scopes: which names are a function's own, and what is bound for certain."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
ComprehensionNode = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Origins = frozenset[str]
NOTHING: Origins = frozenset()


class ScopeKind(Enum):
    """The kinds of scope that the language reference (4.2) tells apart."""

    MODULE = "module"
    FUNCTION = "function"
    CLASS = "class"
    COMPREHENSION = "comprehension"  # also the scope of type parameters


@dataclass(slots=True)
class Scope:
    """One scope. `own` are its names; `origins` the global names whose objects these may hold.

    `is_deferred` is set where the code runs only when something is called, inside a function. A
    class body stands at a `depth` of branches; what it binds deeper down is `perhaps` its own.
    """

    kind: ScopeKind
    parent: "Scope | None" = None
    own: set[str] = field(default_factory=set)
    declared_global: frozenset[str] = frozenset()
    origins: dict[str, Origins] = field(default_factory=dict)
    is_deferred: bool = False
    depth: int = 0
    perhaps: set[str] = field(default_factory=set)

    def owner(self, name: str) -> "Scope | None":
        """Find the scope that `name` belongs to when it is used here; None for the globals."""
        scope: Scope | None = self
        while scope is not None and scope.kind is not ScopeKind.MODULE:
            is_visible = scope is self or scope.kind is not ScopeKind.CLASS
            if is_visible and name in scope.declared_global:
                return None
            if is_visible and name in scope.own:
                return scope
            scope = scope.parent
        return None

    def binding_scope(self) -> "Scope":
        """Find the scope that a walrus binds in: the nearest one that is no comprehension."""
        scope = self
        while scope.kind is ScopeKind.COMPREHENSION and scope.parent is not None:
            scope = scope.parent
        return scope


@dataclass(slots=True)
class Flow:
    """What is bound and deleted for certain at one point. `is_dead` where no run comes by."""

    bound: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    is_dead: bool = False

    def joined(self, other: "Flow") -> "Flow":
        """Give what is certain when a run may come from either point."""
        if self.is_dead:
            return other
        if other.is_dead:
            return self
        return Flow(self.bound & other.bound, self.gone & other.gone)

    def weakened_by(self, later: "Flow") -> "Flow":
        """Give what is certain when a run may leave anywhere between this point and `later`."""
        if later.is_dead:
            return Flow(self.bound, self.gone)
        return Flow(self.bound - later.gone, self.gone - later.bound)


def parameters(arguments: ast.arguments) -> Iterator[ast.arg]:
    """Give every parameter in the order of the text."""
    yield from arguments.posonlyargs
    yield from arguments.args
    if arguments.vararg:
        yield arguments.vararg
    yield from arguments.kwonlyargs
    if arguments.kwarg:
        yield arguments.kwarg


def function_scope(node: FunctionNode, parent: Scope) -> Scope:
    """Make the scope of a function's body: parameters and what the body binds."""
    finder = _found_in(node.body if isinstance(node.body, list) else [node.body])
    names = {argument.arg for argument in parameters(node.args)} | finder.bound
    return Scope(
        ScopeKind.FUNCTION,
        parent,
        own=names - finder.declared_global - finder.declared_nonlocal,
        declared_global=frozenset(finder.declared_global),
        is_deferred=True,
    )


def declared_globals(body: list[ast.stmt]) -> frozenset[str]:
    """Collect what `global` declares in a class body, nested functions apart."""
    return frozenset(_found_in(body).declared_global)


def bound_in_body(body: list[ast.stmt]) -> frozenset[str]:
    """Collect the names that belong to a class or function with this body, as it binds them."""
    finder = _found_in(body)
    return frozenset(finder.bound - finder.declared_global - finder.declared_nonlocal)


def _found_in(body: Iterable[ast.AST]) -> "_BindingFinder":
    finder = _BindingFinder()
    for part in body:
        finder.visit(part)
    return finder


class _BindingFinder(ast.NodeVisitor):
    """Collects what a body binds, without going into the scopes inside it."""

    def __init__(self) -> None:
        self.bound: set[str] = set()
        self.declared_global: set[str] = set()
        self.declared_nonlocal: set[str] = set()
        self.in_comprehension = False

    def visit_Name(self, node: ast.Name) -> None:
        if not isinstance(node.ctx, ast.Load) and not self.in_comprehension:
            self.bound.add(node.id)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.bound.add(node.target.id)
        self.visit(node.value)

    def visit_Global(self, node: ast.Global) -> None:
        self.declared_global.update(node.names)

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        self.declared_nonlocal.update(node.names)

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            self.bound.add(alias.asname or alias.name.partition(".")[0])

    visit_ImportFrom = visit_Import

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self.bound.add(node.name)
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.bound.add(node.name)
        for part in (*node.decorator_list, *node.args.defaults, *node.args.kw_defaults):
            if part is not None:
                self.visit(part)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.bound.add(node.name)
        for part in (*node.decorator_list, *node.bases, *node.keywords):
            self.visit(part)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        for part in (*node.args.defaults, *node.args.kw_defaults):
            if part is not None:
                self.visit(part)

    def _visit_comprehension(self, node: ComprehensionNode) -> None:
        before, self.in_comprehension = self.in_comprehension, True
        self.generic_visit(node)
        self.in_comprehension = before

    visit_ListComp = _visit_comprehension
    visit_SetComp = _visit_comprehension
    visit_DictComp = _visit_comprehension
    visit_GeneratorExp = _visit_comprehension

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        if node.name:
            self.bound.add(node.name)
        self.generic_visit(node)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        if node.name:
            self.bound.add(node.name)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        if node.rest:
            self.bound.add(node.rest)
        self.generic_visit(node)
