"""Variables that code reaches as items of the namespace, by their names.

globals()["limit"] = 3      at the prompt, or in a function: the variable `limit`
vars()["limit"]             the same, at the prompt only
"""

import ast
import keyword
from collections.abc import Iterator

from ipyprod.source.code_text import CodeText, replace_nodes

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES = (
    *_FUNCTIONS, ast.Lambda, ast.ClassDef, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp,
)  # fmt: skip
_NAMED = (*_FUNCTIONS, ast.ClassDef, ast.ExceptHandler, ast.MatchAs, ast.MatchStar)
Found = dict[ast.Subscript, ast.FunctionDef | ast.AsyncFunctionDef | None]


def with_plain_names(text: str) -> str:
    """Write variables that stand as items of the namespace by their names, where that is the same.

    A function that binds one gets a `global` statement. What has another meaning in the code, as a
    local variable, stays as it is.
    """
    if not any(call in text for call in ("globals()[", "vars()[", "locals()[")):
        return text
    tree = ast.parse(text)
    inner = set(_bound_inside(tree))
    items = {i: f for i, f in _items(tree, None).items() if _name(i) not in inner}
    if not items:
        return text
    written: dict[ast.AST, str] = {item: _name(item) for item in items}
    plain = replace_nodes(text, written, tree)
    return _with_declarations(plain, text, items)


def _with_declarations(plain: str, text: str, items: Found) -> str:
    wanted: dict[tuple[int, str], set[str]] = {}
    for item, function in items.items():
        if function is not None and not isinstance(item.ctx, ast.Load):
            wanted.setdefault((function.lineno, function.name), set()).add(_name(item))
    if not wanted:
        return plain
    lines_before = text.count("\n")
    if plain.count("\n") != lines_before:
        return text  # an item over several lines: the places are not the same
    places = sorted(
        ((_first_statement(node), names) for node in ast.walk(ast.parse(plain))
         if isinstance(node, _FUNCTIONS) and (names := wanted.get((node.lineno, node.name)))),
        key=lambda found: -found[0].lineno,
    )  # fmt: skip
    for first, names in places:
        start = CodeText(plain).span(first)[0]
        margin = plain[plain.rfind("\n", 0, start) + 1 : start]
        between = f"\n{margin}" if not margin.strip() else "; "
        plain = f"{plain[:start]}global {', '.join(sorted(names))}{between}{plain[start:]}"
    return plain


def _first_statement(node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.stmt:
    has_docstring = ast.get_docstring(node) is not None and len(node.body) > 1
    return node.body[1 if has_docstring else 0]


def _items(
    node: ast.AST,
    function: ast.FunctionDef | ast.AsyncFunctionDef | None,
    *,
    is_prompt: bool = True,
    is_class: bool = False,
) -> Found:
    """Find the items with a constant name, each with the function that it stands in."""
    found: Found = {}
    if isinstance(node, ast.Subscript) and not is_class and _is_item(node, is_prompt=is_prompt):
        found[node] = function
    is_prompt = is_prompt and not isinstance(node, _SCOPES)
    is_class = isinstance(node, ast.ClassDef) or (is_class and not isinstance(node, _FUNCTIONS))
    inner = node if isinstance(node, _FUNCTIONS) else function
    for child in ast.iter_child_nodes(node):
        found |= _items(child, inner, is_prompt=is_prompt, is_class=is_class)
    return found


def _is_item(node: ast.Subscript, *, is_prompt: bool) -> bool:
    names = {"globals", "vars", "locals"} if is_prompt else {"globals"}
    match node:
        case ast.Subscript(
            value=ast.Call(func=ast.Name(id=space), args=[], keywords=[]),
            slice=ast.Constant(value=str(name)),
        ):
            is_plain = name.isidentifier() and not keyword.iskeyword(name)
            return space in names and is_plain and not name.startswith("__")
    return False


def _name(item: ast.Subscript) -> str:
    return str(item.slice.value) if isinstance(item.slice, ast.Constant) else ""


def _bound_inside(tree: ast.AST) -> Iterator[str]:
    """Give the names that functions, classes, lambdas and comprehensions in the code bind."""
    for scope in ast.walk(tree):
        if not isinstance(scope, _SCOPES):
            continue
        for node in ast.walk(scope):
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                yield node.id
            elif isinstance(node, ast.arg):
                yield node.arg
            elif isinstance(node, ast.alias):
                yield (node.asname or node.name).partition(".")[0]
            elif node is not scope and isinstance(node, _NAMED):
                yield node.name or ""
            elif isinstance(node, ast.Global | ast.Nonlocal):
                yield from node.names
