"""`display(x)`: a look at top level, a print elsewhere."""

import ast
from collections.abc import Iterable

from ipyprod.source.code_text import CodeText, name_of


class DisplayNames:
    """Whether `display` is IPython's, which is in every namespace, or the session's own."""

    def __init__(self) -> None:
        self._is_ipythons = True

    def note(self, node: ast.stmt, binds: frozenset[str]) -> None:
        """Note what a statement binds `display` to."""
        if "display" not in binds:
            return
        match node:
            case ast.ImportFrom(module=str(module)):
                self._is_ipythons = module.split(".")[0] == "IPython"
            case _:
                self._is_ipythons = False

    def shows(self, node: ast.AST) -> bool:
        """Tell whether a node calls IPython's `display`."""
        return bool(self._is_ipythons and _display_calls(node, frozenset()))

    def edits(
        self, code: CodeText, node: ast.stmt, skipped: Iterable[ast.AST]
    ) -> list[tuple[int, int, str]] | None:
        """Give the spans to replace, None where a display is a value that the session keeps."""
        if not self._is_ipythons:
            return []
        inside = frozenset(child for root in skipped for child in ast.walk(root))
        calls = _display_calls(node, inside)
        if any(keyword.arg in ("display_id", None) for call in calls for keyword in call.keywords):
            return None
        nested = {inner for call in calls for argument in call.args for inner in ast.walk(argument)}
        edits = []
        for call in calls:
            if call not in nested:
                values = [code.segment(argument) for argument in call.args]
                is_look = isinstance(node, ast.Expr) and node.value is call
                text = _as_look(values) if is_look else f"print({', '.join(values)})"
                edits.append((*code.span(call), text))
        return edits


def _display_calls(node: ast.AST, skipped: frozenset[ast.AST]) -> list[ast.Call]:
    return [
        child
        for child in ast.walk(node)
        if isinstance(child, ast.Call) and name_of(child.func) == "display" and child not in skipped
    ]


def _as_look(values: list[str]) -> str:
    if not values:
        return ""
    if len(values) > 1:
        return f"({', '.join(values)})"
    return f"({values[0]})" if "\n" in values[0] else values[0].lstrip("*")
