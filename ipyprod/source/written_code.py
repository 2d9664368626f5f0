"""Code that stands in the session as text, for `exec` and `eval`, as the code that it is.

exec("limit = 3")      limit = 3
eval("limit + 1")      (limit + 1)

In a function of a module, `exec` binds no variable and `eval` sees none of the function around.
"""

import ast
from collections.abc import Iterator

from ipyprod.source.code_text import CodeText, replace_nodes

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SIMPLE = (ast.Name, ast.Call, ast.Attribute, ast.Subscript, ast.Constant)
_NOT_ALONE = (ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.Await)


def written_statements(node: ast.stmt) -> tuple[str, ...]:
    """Return the statements that `exec` is given word for word, none where it is another call."""
    match node:
        case ast.Expr(
            value=ast.Call(
                func=ast.Name(id="exec"), args=[ast.Constant(value=str(text))], keywords=[]
            )
        ):
            try:
                tree = ast.parse(text)
            except (SyntaxError, ValueError):
                return ()
            if any(
                isinstance(part, ast.ImportFrom) and part.module == "__future__"
                for part in tree.body
            ):
                return ()
            code = CodeText(text)
            return tuple(code.segment(part) for part in tree.body)
    return ()


def with_written_expressions(text: str) -> str:
    """Write what `eval` is given word for word as the expression that it is."""
    if "eval(" not in text:
        return text
    tree = ast.parse(text)
    found = {call: written for call, inner in _evaluated(tree, frozenset()) if (written := inner)}
    return replace_nodes(text, dict(found), tree) if found else text


def _evaluated(node: ast.AST, hidden: frozenset[str]) -> Iterator[tuple[ast.AST, str]]:
    """Find calls of `eval`, each with its expression; `hidden` are names of functions around."""
    if isinstance(node, ast.Call) and (written := _expression(node, hidden)):
        yield node, written
        return
    inner = hidden
    if isinstance(node, (*_FUNCTIONS, ast.Lambda, ast.ClassDef)):
        own = {part.arg for part in ast.walk(node) if isinstance(part, ast.arg)}
        own |= {
            part.id
            for part in ast.walk(node)
            if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Load)
        }
        inner = hidden | own
    for child in ast.iter_child_nodes(node):
        yield from _evaluated(child, inner)


def _expression(call: ast.Call, hidden: frozenset[str]) -> str:
    match call:
        case ast.Call(func=ast.Name(id="eval"), args=[ast.Constant(value=str(text))], keywords=[]):
            try:
                tree = ast.parse(text.strip(), mode="eval")
            except (SyntaxError, ValueError):
                return ""
            parts = list(ast.walk(tree))
            names = {part.id for part in parts if isinstance(part, ast.Name)}
            is_alone = not any(isinstance(part, _NOT_ALONE) for part in parts)
            if not is_alone or "\n" in text.strip() or names & hidden:
                return ""
            is_simple = isinstance(tree.body, _SIMPLE)
            return text.strip() if is_simple else f"({text.strip()})"
    return ""
