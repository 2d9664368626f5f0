"""Expressions: what they read, and whose objects their value may hold."""

import ast
from collections.abc import Iterable, Mapping

from ipyprod.source import purity
from ipyprod.source.ambient_text import SHOWING_SETTINGS, Ambient, states_of_name
from ipyprod.source.findings import LATE_ANNOTATIONS, Findings
from ipyprod.source.scopes import (
    NOTHING,
    ComprehensionNode,
    FunctionNode,
    Origins,
    Scope,
    ScopeKind,
    function_scope,
    parameters,
)


def union(parts: Iterable[Origins]) -> Origins:
    """Join the origins of several values."""
    return frozenset().union(*parts)


def is_chain(node: ast.expr) -> bool:
    """Tell whether an expression is a name with attributes and subscripts, no call in between."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return isinstance(node, ast.Name)


def free_names(node: ast.AST) -> frozenset[str]:
    """Give the names in an expression that are not bound by a scope of its own."""
    own: set[str] = set()
    if isinstance(node, ast.Lambda):
        own = {argument.arg for argument in parameters(node.args)}
    elif isinstance(node, ComprehensionNode):
        targets = [part for g in node.generators for part in ast.walk(g.target)]
        own = {part.id for part in targets if isinstance(part, ast.Name)}
    here = {node.id} if isinstance(node, ast.Name) else set()
    return frozenset(here.union(*map(free_names, ast.iter_child_nodes(node))) - own)


def _is_number(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp):
        return _is_number(node.operand)
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float | complex)


class ExpressionReader:
    """Reads expressions in the order of evaluation; each reading gives the value's origins."""

    def __init__(self, modules: Mapping[str, str] | None) -> None:
        self.found = Findings(modules)
        self.callback_origins: Origins | None = None  # what a lambda at this place is called with
        self.reset_candidate: ast.expr | None = None  # the call that a plain statement consists of

    def read(self, node: ast.expr | None) -> Origins:
        """Read an expression and give the global names whose objects its value may hold."""
        if node is None:
            return NOTHING
        reader = getattr(self, f"_read_{type(node).__name__}", self._read_parts)
        return frozenset(reader(node))

    def read_annotation(self, node: ast.expr | None) -> None:
        """Read an annotation: at once, or when something asks for it where it is kept as text."""
        if node is None:
            return
        if LATE_ANNOTATIONS not in self.found.modules:
            self.read(node)
            return
        self.found.note_ambient(Ambient(reads={LATE_ANNOTATIONS}))
        with self.found.inside(Scope(ScopeKind.COMPREHENSION, self.found.scope, is_deferred=True)):
            self.read(node)

    def _read_parts(self, node: ast.expr) -> Origins:
        return union(self.read(c) for c in ast.iter_child_nodes(node) if isinstance(c, ast.expr))

    def _read_atomic(self, node: ast.expr) -> Origins:
        self._read_parts(node)
        return NOTHING

    _read_JoinedStr = _read_atomic
    _read_Constant = _read_atomic

    def _read_FormattedValue(self, node: ast.FormattedValue) -> Origins:
        self.read(node.value)
        self.read(node.format_spec)
        if node.format_spec is None:
            # neither a frame nor an array takes a format
            self.found.note_ambient(Ambient(reads={*SHOWING_SETTINGS}))
        return NOTHING

    def _read_Name(self, node: ast.Name) -> Origins:
        self._note_states(node)
        return self.found.read(node.id)

    def _read_Attribute(self, node: ast.Attribute) -> Origins:
        self.found.attributes.add(node.attr)
        self._note_states(node)
        return self.read(node.value)

    def _note_states(self, node: ast.Name | ast.Attribute) -> None:
        name = self.found.full_name(node)
        if not name:
            return
        states = set(states_of_name(name))
        if isinstance(node, ast.Attribute):
            states.add(f"module:{self.found.full_name(node.value)}")
        self.found.note_ambient(Ambient(reads=states))

    def _read_Subscript(self, node: ast.Subscript) -> Origins:
        origins = self.read(node.value)
        self.read(node.slice)
        return origins

    def _read_BinOp(self, node: ast.BinOp) -> Origins:
        origins = self.read(node.left) | self.read(node.right)
        self.found.note_ambient(Ambient(reads={"decimal", "numpy.errstate"}))
        with_number = _is_number(node.left) or _is_number(node.right)
        is_text = isinstance(node.left, ast.Constant | ast.JoinedStr)
        if is_text and not with_number and isinstance(node.op, ast.Mod):
            self.found.note_ambient(Ambient(reads={*SHOWING_SETTINGS}))
        if (with_number and not isinstance(node.op, ast.Mult)) or is_text:
            return NOTHING if not isinstance(node.op, ast.Mult) else origins
        return origins

    def _read_UnaryOp(self, node: ast.UnaryOp) -> Origins:
        origins = self.read(node.operand)
        return NOTHING if isinstance(node.op, ast.Not) else origins

    def _read_Compare(self, node: ast.Compare) -> Origins:
        self.read(node.left)
        for operator, comparator in zip(node.ops, node.comparators, strict=True):
            self.read(comparator)
            if isinstance(operator, ast.In | ast.NotIn):
                self.found.consume(self.consumed(comparator))
        return NOTHING

    def _read_BoolOp(self, node: ast.BoolOp) -> Origins:
        origins = self.read(node.values[0])
        before = self.found.flow
        with self.found.branch():
            origins |= union([self.read(value) for value in node.values[1:]])
        self.found.flow = before.joined(self.found.flow)
        return origins

    def _read_IfExp(self, node: ast.IfExp) -> Origins:
        self.read(node.test)
        before = self.found.flow
        with self.found.branch():
            origins = self.read(node.body)
            after_body, self.found.flow = self.found.flow, before
            origins |= self.read(node.orelse)
        self.found.flow = after_body.joined(self.found.flow)
        return origins

    def _read_Starred(self, node: ast.Starred) -> Origins:
        origins = self.read(node.value)
        self.found.consume(self.consumed(node.value))
        return origins

    def _read_Dict(self, node: ast.Dict) -> Origins:
        origins: Origins = NOTHING
        for key, value in zip(node.keys, node.values, strict=True):
            origins |= self.read(key) | self.read(value)
        return origins

    def _read_NamedExpr(self, node: ast.NamedExpr) -> Origins:
        origins = self.read(node.value)
        self.found.bind(node.target.id, origins)
        return origins | {node.target.id}

    def _read_Await(self, node: ast.Await) -> Origins:
        origins = self.read(node.value)
        self.found.change(origins)
        if not self.found.scope.is_deferred:
            self.found.has_await = True
        return origins

    def _read_Yield(self, node: ast.Yield) -> Origins:
        return self.read(node.value)

    def _read_YieldFrom(self, node: ast.YieldFrom) -> Origins:
        origins = self.read(node.value)
        self.found.consume(self.consumed(node.value))
        return origins

    # Functions made on the spot

    def _read_Lambda(self, node: ast.Lambda) -> Origins:
        origins = self.read_defaults(node)
        scope = function_scope(node, self.found.scope)
        called_with, self.callback_origins = self.callback_origins, None
        for argument in parameters(node.args):
            scope.origins[argument.arg] = called_with or NOTHING
        is_eager = called_with is not None
        self.found.is_eager += is_eager
        flow = self.found.flow
        with self.found.inside(scope), self.found.branch():
            self.read(node.body)
        self.found.flow = flow
        self.found.is_eager -= is_eager
        return origins

    def read_defaults(self, node: FunctionNode) -> Origins:
        """Read the defaults of parameters, which are evaluated where the function is made."""
        defaults = [*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)]
        return union([self.read(default) for default in defaults])

    def _read_comprehension(self, node: ComprehensionNode) -> Origins:
        is_lazy = isinstance(node, ast.GeneratorExp)
        scope = Scope(
            ScopeKind.COMPREHENSION,
            self.found.scope,
            own={n.id for g in node.generators for n in ast.walk(g.target)
                 if isinstance(n, ast.Name)},
            is_deferred=self.found.scope.is_deferred,
        )  # fmt: skip
        before = self.found.flow
        for place, generator in enumerate(node.generators):
            where = self.found.scope if place == 0 else scope
            with self.found.inside(where):
                origins = self.read(generator.iter)
                self.found.consume(self.consumed(generator.iter))
            if generator.is_async and not scope.is_deferred:
                self.found.has_await = True
            self._name_elements(scope, generator.target, origins)
            with self.found.inside(scope), self.found.branch():
                for condition in generator.ifs:
                    self.read(condition)
        with self.found.inside(scope), self.found.branch():
            elements = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
            held = union([self.read(element) for element in elements])
        self.found.flow = before.joined(self.found.flow)
        if is_lazy:
            held |= union([self.consumed(g.iter) for g in node.generators[:1]])
        return held

    _read_ListComp = _read_comprehension
    _read_SetComp = _read_comprehension
    _read_DictComp = _read_comprehension
    _read_GeneratorExp = _read_comprehension

    def _name_elements(self, scope: Scope, target: ast.expr, origins: Origins) -> None:
        for part in ast.walk(target):
            if isinstance(part, ast.Name):
                scope.origins[part.id] = scope.origins.get(part.id, NOTHING) | origins
            elif isinstance(part, ast.Attribute | ast.Subscript):
                self.found.change(self.read(part.value))

    def consumed(self, node: ast.expr) -> Origins:
        """Give the names whose object is used up, should it be an iterator, by a loop over `node`.

        In `for x in zip(a, b.items())` that is `a`.
        """
        if isinstance(node, ast.Name):
            owner = self.found.scope.owner(node.id)
            return frozenset({node.id}) if owner is None else owner.origins.get(node.id, NOTHING)
        if isinstance(node, ast.Attribute | ast.Subscript | ast.Starred | ast.Await):
            return self.consumed(node.value)
        if isinstance(node, ast.NamedExpr):
            return self.consumed(node.value) | {node.target.id}
        if isinstance(node, ast.BoolOp):
            return union([self.consumed(value) for value in node.values])
        if isinstance(node, ast.IfExp):
            return self.consumed(node.body) | self.consumed(node.orelse)
        if isinstance(node, ast.GeneratorExp):
            return self.consumed(node.generators[0].iter)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            name = node.func.id
            is_lazy = name in purity.LAZY_BUILTINS and self.found.is_builtin(name)
            first = 1 if name in {"map", "filter"} else 0
            return union([self.consumed(a) for a in node.args[first:]]) if is_lazy else NOTHING
        return NOTHING

    def peek(self, node: ast.expr) -> Origins:
        """Give the global names in an expression without noting a read."""
        owners = [(name, self.found.scope.owner(name)) for name in free_names(node)]
        return union(
            frozenset({name}) if owner is None else owner.origins.get(name, NOTHING)
            for name, owner in owners
        )

    def read_body(self, body: list[ast.stmt]) -> None:
        """Read statements one after another."""
        raise NotImplementedError
