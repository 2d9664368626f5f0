"""Calls: what they may change, and whose objects their result may hold."""

import ast
from collections.abc import Iterable

from ipyprod.source import purity
from ipyprod.source.ambient_text import Ambient, ambient_of_call
from ipyprod.source.chains import root_name
from ipyprod.source.expressions import ExpressionReader, is_chain, union
from ipyprod.source.scopes import NOTHING, Origins, ScopeKind
from ipyprod.source.text_names import (
    looks_like_formula,
    names_in_expression,
    names_in_formula,
    names_in_query,
    names_in_sql,
)


class CallReader(ExpressionReader):
    """Reads calls by what is known of the function or method of that name."""

    def _read_Call(self, node: ast.Call) -> Origins:
        may_reset = node is self.reset_candidate
        receiver = self._read_callee(node)
        builtin = self._builtin(node.func)
        full_name = self.found.full_name(node.func)
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        self._note_calls(node, builtin, method)
        arguments = self._read_arguments(node, receiver if method and not full_name else NOTHING)
        self._read_texts(node, builtin, full_name, method)
        state = ambient_of_call(node, full_name, builtin=builtin, method=method)
        self.found.note_ambient(state, may_reset=may_reset)
        if builtin:
            return self._builtin_call(node, builtin, arguments)
        if full_name:
            return self._module_call(node, full_name, arguments)
        return self._other_call(node, method, receiver, arguments)

    def _read_callee(self, node: ast.Call) -> Origins:
        func = node.func
        if isinstance(func, ast.Attribute):
            return self.read(func)
        if isinstance(func, ast.Name):
            # whether calling `f` changes f itself is for the stages that know what f is
            self.read(func)
            return NOTHING
        # `(lambda x: x + k)(1)`: a function made here runs at once
        given = union([self.peek(value) for value in node.args])
        self.callback_origins = given if isinstance(func, ast.Lambda) else None
        self.found.is_eager += 1
        origins = self.read(func)
        self.found.is_eager -= 1
        return NOTHING if isinstance(func, ast.Lambda) else origins

    def _builtin(self, func: ast.expr) -> str:
        known = purity.PURE_BUILTINS | purity.CONSUMING_BUILTINS | {"next", "anext", "aiter"}
        if isinstance(func, ast.Name) and func.id in known and self.found.is_builtin(func.id):
            return func.id
        return ""

    def _note_calls(self, node: ast.Call, builtin: str, method: str) -> None:
        root = root_name(node.func)
        if root and self.found.scope.owner(root) is None:
            self.found.note_call(root)
        elif root in self.found.own_functions:
            self.found.runs_own_function = True
        for callback in self._callbacks(node, builtin, method):
            if self.found.scope.owner(callback) is None:
                self.found.note_call(callback)

    def _callbacks(self, node: ast.Call, builtin: str, method: str) -> list[str]:
        """Names given where a function is expected: `f` in `map(f, xs)` and `sorted(xs, key=f)`."""
        takes = method in purity.CALLBACK_METHODS or builtin in {"map", "filter", "iter"}
        given = [*node.args] if takes else []
        given += [k.value for k in node.keywords if takes or k.arg in purity.CALLBACK_KEYWORDS]
        return [value.id for value in given if isinstance(value, ast.Name)]

    def _read_arguments(self, node: ast.Call, receiver: Origins) -> Origins:
        values = [*node.args, *(keyword.value for keyword in node.keywords)]
        plain = [value for value in values if not isinstance(value, ast.Lambda)]
        has_lambda = len(plain) < len(values)
        origins: Origins = NOTHING
        outer = self.callback_origins
        self.callback_origins = None
        if not has_lambda:
            origins = union([self.read(value) for value in values])
        else:
            origins = self._read_with_callbacks(values, receiver)
        for keyword in node.keywords:
            if keyword.arg is None:
                self.found.change(NOTHING)
        self.callback_origins = outer
        return origins

    def _read_with_callbacks(self, values: list[ast.expr], receiver: Origins) -> Origins:
        given: dict[int, Origins] = {}
        known = receiver | union(
            [self.peek(value) for value in values if not isinstance(value, ast.Lambda)]
        )
        for place, value in enumerate(values):
            self.callback_origins = known if isinstance(value, ast.Lambda) else None
            given[place] = self.read(value)
        return union(given.values())

    def _builtin_call(self, node: ast.Call, builtin: str, arguments: Origins) -> Origins:
        if builtin in {"next", "anext"}:
            self.found.change(arguments)
        elif builtin in {"globals", "locals"} or (builtin in {"vars", "dir"} and not node.args):
            self.found.note_opaque()
        elif builtin in {"eval", "exec"}:
            arguments |= self._read_code(node, builtin)
        elif builtin in {"setattr", "delattr"} and node.args:
            self._note_setattr(node)
        elif builtin == "print":
            self.found.change(union(self.peek(k.value) for k in node.keywords if k.arg == "file"))
        elif builtin in purity.CONSUMING_BUILTINS:
            first = 1 if builtin in {"map", "filter"} else 0
            self.found.consume(union([self.consumed(argument) for argument in node.args[first:]]))
            self._note_methods_given([*node.args[:first], *map(_value_of, node.keywords)])
            # a function given by name is not known to leave alone what it is called with
            given = self._callbacks(node, builtin, "")
            if any(name not in purity.PURE_BUILTINS for name in given):
                self.found.change(arguments - set(given))
        return NOTHING if builtin in purity.ATOMIC_BUILTINS else arguments

    def _note_methods_given(self, values: Iterable[ast.expr]) -> None:
        """`list(map(rows.append, xs))`: what owns a method that is given to be called may change."""
        for value in values:
            if isinstance(value, ast.Attribute) and value.attr not in purity.PURE_METHODS:
                self.found.change(self.peek(value))

    def _note_setattr(self, node: ast.Call) -> None:
        target = node.args[0]
        module = self.found.full_name(target)
        if module:
            self.found.note_ambient(Ambient(writes={f"module:{module}"}))
            if not (len(node.args) > 1 and isinstance(node.args[1], ast.Constant)):
                self.found.note_opaque()
        origins = self.peek(target)
        self.found.store(origins, is_certain=is_chain(target))
        if len(node.args) > 2:  # noqa: PLR2004 - setattr(object, name, value)
            self.found.share(origins, self.peek(node.args[2]))

    def _read_code(self, node: ast.Call, builtin: str) -> Origins:
        """`eval("x + 1")` and `exec("y = 1")`: text that is written out is read as code."""
        text = node.args[0] if len(node.args) == 1 and not node.keywords else None
        if not isinstance(text, ast.Constant) or not isinstance(text.value, str):
            self.found.note_opaque()
            return NOTHING
        try:
            tree = ast.parse(text.value.strip() if builtin == "eval" else text.value)
        except (SyntaxError, ValueError):
            return NOTHING
        if self.found.scope.kind is not ScopeKind.MODULE:
            self.found.note_opaque()
            for part in ast.walk(tree):
                if isinstance(part, ast.Name):  # a local that has no value yet hides no global
                    self.found.late_reads.setdefault(part.id)
        if builtin == "eval" and len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr):
            return self.read(tree.body[0].value)
        self.read_body(tree.body)
        return NOTHING

    def _module_call(self, node: ast.Call, full_name: str, arguments: Origins) -> Origins:
        named = {keyword.arg: keyword.value for keyword in node.keywords}
        for keyword in ("out", "ax", "cax", "axes", "fig", "where_out"):
            if keyword in named:
                self.found.change(self.peek(named[keyword]))
        if full_name in purity.CONSUMING_FUNCTIONS:
            self.found.consume(union([self.consumed(argument) for argument in node.args]))
        elif not purity.is_pure_function(full_name):
            self.found.change(arguments)
        given = node.args[purity.OUT_PLACES.get(full_name, len(node.args)) :]
        self.found.change(union([self.peek(argument) for argument in given]))
        if _is_false(named.get("copy")):
            self.found.change(arguments)
        return NOTHING if purity.is_atomic_function(full_name) else arguments

    def _other_call(
        self, node: ast.Call, method: str, receiver: Origins, arguments: Origins
    ) -> Origins:
        named = {keyword.arg: keyword.value for keyword in node.keywords}
        is_pure = method in purity.PURE_METHODS and "inplace" not in named
        if "inplace" in named and method in purity.PURE_METHODS:
            is_pure = _is_false(named["inplace"])
        callbacks = self._callbacks(node, "", method)
        is_pure &= all(name in purity.PURE_BUILTINS for name in callbacks)
        if not is_pure:
            self.found.change(receiver | arguments)
            self._share_arguments(node, receiver)
        for keyword in ("out", "ax", "buf", "path_or_buf"):
            if keyword in named:
                self.found.change(self.peek(named[keyword]))
        if is_pure and method.startswith("to_"):
            # `df.to_csv(handle)`: what is written to changes
            self.found.change(union([self.peek(a) for a in node.args if isinstance(a, ast.Name)]))
        return NOTHING if method in purity.ATOMIC_METHODS else receiver | arguments

    def _share_arguments(self, node: ast.Call, receiver: Origins) -> None:
        """`xs.append(a)`, `register(xs, a)`: one may hold the other from now on."""
        values = [*node.args, *(keyword.value for keyword in node.keywords)]
        each = [receiver, *(self.peek(value) for value in values if _may_be_held(value))]
        first = next((origins for origins in each if origins), NOTHING)
        for origins in each:
            self.found.share(first, origins)

    def _read_texts(self, node: ast.Call, builtin: str, full_name: str, method: str) -> None:
        named = {keyword.arg: keyword.value for keyword in node.keywords}
        values = [*node.args, *named.values()]
        if full_name == "pandas.eval" and values:
            self._read_names(names_in_expression(node.args[0] if node.args else values[0]))
        elif method in {"query", "eval"} and not full_name and values:
            expression = node.args[0] if node.args else named.get("expr", values[0])
            self._read_names(names_in_query(expression))
        elif values and (full_name in purity.SQL_FUNCTIONS or (method == "sql" and not full_name)):
            self._read_names(names_in_sql(node.args[0] if node.args else values[0]))
        if builtin in {"print", "eval", "exec"}:
            return
        for value in values:
            text = value.value if isinstance(value, ast.Constant) else None
            if isinstance(text, str) and looks_like_formula(text):
                self._read_names(names_in_formula(text))

    def _read_names(self, names: Iterable[str]) -> None:
        for name in names:
            self.found.read(name)


def _value_of(keyword: ast.keyword) -> ast.expr:
    return keyword.value


def _is_false(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


def _may_be_held(node: ast.expr) -> bool:
    return not isinstance(node, ast.Constant | ast.JoinedStr | ast.Compare)
