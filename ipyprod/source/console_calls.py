"""Where code uses the console: calls of `get_ipython()` and of names bound to it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from ipyprod.source.code_text import name_of


@dataclass(frozen=True, slots=True)
class Site:
    """A call of the console. `statement` is the statement that is nothing else, in its `block`."""

    call: ast.Call
    statement: ast.stmt | None
    block: list[ast.stmt] | None


class ConsoleNames:
    """The names under which a session reaches the console, and the calls through them."""

    def __init__(self) -> None:
        self._consoles: set[str] = set()  # names bound to get_ipython()

    def forget(self, names: frozenset[str]) -> None:
        """Note that names are bound to something else."""
        self._consoles -= names

    def may_be_in(self, text: str) -> bool:
        """Tell whether a text holds a name of the console: a cheap look before a close one."""
        return any(name in text for name in ("get_ipython", "display", *self._consoles))

    def sites(self, block: list[ast.stmt]) -> Iterator[Site]:
        """Find the calls of the console in some statements, the outermost only."""
        for statement in block:
            call = self._own_call(statement)
            if call is not None:
                yield Site(call, statement, block)
                continue
            yield from self._sites_inside(statement)

    def _sites_inside(self, node: ast.AST) -> Iterator[Site]:
        for _, value in ast.iter_fields(node):
            children = value if isinstance(value, list) else [value]
            if children and isinstance(children[0], ast.stmt):
                yield from self.sites(children)
                continue
            for child in children:
                if self._is_console_call(child):
                    yield Site(child, None, None)
                elif isinstance(child, ast.AST):
                    yield from self._sites_inside(child)

    def _own_call(self, statement: ast.stmt) -> ast.Call | None:
        if not isinstance(statement, ast.Expr | ast.Assign | ast.AnnAssign | ast.AugAssign):
            return None
        value = statement.value
        return value if isinstance(value, ast.Call) and self._is_console_call(value) else None

    def _is_console_call(self, node: object) -> bool:
        return (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and self._is_console(node.func.value)
        )

    def _is_console(self, node: ast.AST | None) -> bool:
        if isinstance(node, ast.Name):
            return node.id in self._consoles
        return isinstance(node, ast.Call) and _final_name(node.func) == "get_ipython"

    def mentions(self, node: ast.AST) -> bool:
        """Tell whether the console is named anywhere in a node."""
        names = {"get_ipython", *self._consoles}
        return any(
            name_of(child) in names or _final_name(child) == "get_ipython"
            for child in ast.walk(node)
        )

    def is_set_up(self, node: ast.stmt) -> bool:
        """Note `ip = get_ipython()`; its import and its settings are set-up as well."""
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if self._is_console(value):
                self._consoles.add(name)
                return True
            case ast.Assign(targets=[ast.Attribute(value=target)]):
                while isinstance(target, ast.Attribute):
                    target = target.value
                return self._is_console(target)
            case ast.Delete(targets=[ast.Name(id=name)]) if name in self._consoles:
                self._consoles.discard(name)
                return True
            case ast.ImportFrom(module=str(module), names=[ast.alias(name="get_ipython")]):
                return module.split(".")[0] == "IPython"
        return False


def _final_name(node: ast.AST) -> str:
    """Give `get_ipython` of `IPython.get_ipython` as well."""
    return node.attr if isinstance(node, ast.Attribute) else name_of(node)


def leaves_console(node: ast.stmt) -> bool:
    """Tell whether a statement ends the session: `exit`."""
    match node:
        case ast.Expr(value=ast.Call(func=ast.Name(id="exit" | "quit"))):
            return True
        case ast.Expr(value=ast.Name(id="exit" | "quit")):
            return True
    return False
