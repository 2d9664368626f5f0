"""Functions, classes and types: what runs when they are made, and what only when they are used."""

import ast

from ipyprod.source.calls import CallReader
from ipyprod.source.scopes import (
    NOTHING,
    Origins,
    Scope,
    ScopeKind,
    declared_globals,
    function_scope,
    parameters,
)


class DefinitionReader(CallReader):
    """Reads definitions."""

    def _do_TypeAlias(self, node: ast.stmt) -> None:
        """`type X[T] = list[T]` (3.12): the value is evaluated when it is asked for."""
        scope = self._type_scope(node)
        name, value = getattr(node, "name", None), getattr(node, "value", None)
        scope.is_deferred = True
        with self.found.inside(scope):
            self.read(value)
        if isinstance(name, ast.Name):
            self.found.bind(name.id)

    def _type_scope(self, node: ast.AST) -> Scope:
        """Make the scope of type parameters, `T` in `def f[T](x: T)` (3.12)."""
        declared = getattr(node, "type_params", [])
        scope = Scope(
            ScopeKind.COMPREHENSION,
            self.found.scope,
            own={parameter.name for parameter in declared},
            is_deferred=self.found.scope.is_deferred,
        )
        late = Scope(ScopeKind.COMPREHENSION, scope, is_deferred=True)
        with self.found.inside(late):
            for parameter in declared:
                self.read(getattr(parameter, "bound", None))
                self.read(getattr(parameter, "default_value", None))
        return scope

    def _do_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        decorators = [self._read_decorator(decorator) for decorator in node.decorator_list]
        origins = self.read_defaults(node).union(*decorators)
        scope = self._type_scope(node) if getattr(node, "type_params", None) else self.found.scope
        with self.found.inside(scope):
            for argument in parameters(node.args):
                self.read_annotation(argument.annotation)
            self.read_annotation(node.returns)
            self._read_function_body(node)
        self.found.own_functions.add(node.name)
        self.found.bind(node.name, origins)

    _do_AsyncFunctionDef = _do_FunctionDef

    def _read_decorator(self, decorator: ast.expr) -> Origins:
        if isinstance(decorator, ast.Lambda):
            self.callback_origins = NOTHING  # it is called at once
        origins = self.read(decorator)
        root = decorator
        while isinstance(root, ast.Attribute):
            root = root.value
        if isinstance(root, ast.Name) and self.found.scope.owner(root.id) is None:
            self.found.note_call(root.id)
            if isinstance(decorator, ast.Attribute) and not self.found.full_name(decorator):
                self.found.change(origins)  # @app.route: a registry takes the function in
                return origins
        return NOTHING

    def _read_function_body(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        scope = function_scope(node, self.found.scope)
        places = [*node.args.posonlyargs, *node.args.args]
        pairs = list(zip(reversed(places), reversed(node.args.defaults), strict=False))
        pairs += [(a, d) for a, d in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
                  if d is not None]  # fmt: skip
        for argument, default in pairs:
            scope.origins[argument.arg] = self.peek(default)
        flow, depth = self.found.flow, self.found.depth
        with self.found.inside(scope):
            # twice: in a loop a later line tells what a name of an earlier one may hold
            self.read_body(node.body)
            self.read_body(node.body)
        self.found.flow, self.found.depth = flow, depth

    def _do_ClassDef(self, node: ast.ClassDef) -> None:
        for decorator in node.decorator_list:
            self._read_decorator(decorator)
        outer = self._type_scope(node) if getattr(node, "type_params", None) else self.found.scope
        with self.found.inside(outer):
            origins = NOTHING.union(*[self.read(base) for base in node.bases])
            origins = origins.union(*[self.read(keyword.value) for keyword in node.keywords])
            scope = Scope(
                ScopeKind.CLASS,
                outer,
                own={"__module__", "__qualname__"},
                declared_global=declared_globals(node.body),
                is_deferred=outer.is_deferred,
                depth=self.found.depth,
            )
            with self.found.inside(scope):
                self.read_body(node.body)
        held = origins.union(*scope.origins.values()) if scope.origins else origins
        self.found.own_functions.add(node.name)
        self.found.bind(node.name, held)
