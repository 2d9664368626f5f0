"""How a function uses what it is given, in words: for parameters of which nothing else is known."""

import ast
import re
from collections.abc import Iterable

from ipyprod.source.statements import Statement

_LONGEST = 60
_TELLING = (
    ast.Call, ast.Compare, ast.BinOp, ast.Subscript, ast.Attribute, ast.JoinedStr, ast.UnaryOp,
    ast.Tuple, ast.List, ast.Dict, ast.BoolOp, ast.IfExp, ast.comprehension,
)  # fmt: skip


def first_use(name: str, body: Iterable[Statement]) -> str:
    """Return the smallest expression around the first use of `name`, "" where none is short."""
    for statement in body:
        found = _around(statement.node, name)
        if found is None and name in statement.names.reads:
            found = _around_text(statement.node, name)
        if found is not None:
            shorter = found.func if isinstance(found, ast.Call) else found
            texts = (ast.unparse(node) for node in (found, shorter))
            return next((text for text in texts if _is_plain(text, name)), "")
    return ""


def _is_plain(text: str, name: str) -> bool:
    is_short = len(text) <= _LONGEST and not {"\n", "`", "\\"} & set(text)
    return is_short and re.search(rf"\b{re.escape(name)}\b", text) is not None


def _around(node: ast.AST, name: str, outer: ast.AST | None = None) -> ast.AST | None:
    """Return the innermost telling expression that holds `name`; the text's order decides."""
    if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
        return outer
    inside = node if isinstance(node, _TELLING) else outer
    for child in sorted(ast.iter_child_nodes(node), key=_place):
        is_method = isinstance(node, ast.Call) and child is node.func
        found = _around(child.value if is_method and isinstance(child, ast.Attribute) else child,
                        name, inside)  # fmt: skip
        if found is not None:
            return found
    return None


def _around_text(node: ast.AST, name: str) -> ast.AST | None:
    """Return the innermost call with `name` in a string: `df.query("qty > @least")`."""
    calls = [n for n in ast.walk(node) if isinstance(n, ast.Call)]
    words = [c for c in calls if any(_mentions(a, name) for a in c.args)]
    return words[-1] if words else None


def _mentions(node: ast.expr, name: str) -> bool:
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return is_text and re.search(rf"\b{re.escape(name)}\b", ast.literal_eval(node)) is not None


def _place(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
