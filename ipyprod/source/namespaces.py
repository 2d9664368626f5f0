"""Code that reaches variables through text or the namespace, by names that it makes as it runs.

exec(f"{name}_total = 0")
globals()["run_" + kind]()
"""

import ast
import re
from collections.abc import Callable, Iterator

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_RUNNERS = frozenset({"exec", "eval"})
_SPACES = frozenset({"globals", "locals", "vars"})
_BY_NAME = frozenset({"get", "pop", "setdefault", "__getitem__", "__contains__"})
_GAP, _NUMBER = "\0", "\1"  # values in an f-string


def reaches_namespace(node: ast.AST) -> bool:
    """Whether code works with the variables of the module that it stands in, not by their names.

    `exec` with a namespace of its own does not.
    """
    return any(_runs_here(call) or _space(call, own) for call, own in _calls(node))


def _calls(node: ast.AST, *, in_function: bool = False) -> Iterator[tuple[ast.Call, bool]]:
    """Yield the calls in a node, each with whether local variables are those of a function."""
    if isinstance(node, ast.Call):
        yield node, in_function
    in_function = in_function or isinstance(node, _FUNCTIONS)
    for child in ast.iter_child_nodes(node):
        yield from _calls(child, in_function=in_function)


def _runs_here(call: ast.Call) -> bool:
    is_runner = isinstance(call.func, ast.Name) and call.func.id in _RUNNERS
    return is_runner and len(call.args) == 1 and not call.keywords


def _space(call: ast.Call, in_function: bool) -> bool:  # noqa: FBT001 - see `_calls`
    if call.args or call.keywords or not isinstance(call.func, ast.Name):
        return False
    return call.func.id == "globals" or (call.func.id in _SPACES | {"dir"} and not in_function)


def may_name(node: ast.AST, *, is_number: Callable[[str], bool]) -> Callable[[str], bool]:
    """Return which names the code in `node` may reach beside those that stand in it.

    `is_number` says of a variable that its value, written out, names nothing.

        exec(f"{name}_total = 0")
             ^ any name that ends so
    """
    patterns: list[str] = []
    told = dict(_keys(node))
    for call, _ in _calls(node):
        if isinstance(call.func, ast.Name) and call.func.id in _RUNNERS and call.args:
            patterns += _patterns(call.args[0], is_number)
        elif _space(call, in_function=False):
            key = told.get(call)
            patterns.append(r"\w+" if call not in told else _key_pattern(key))
    expression = re.compile("|".join(patterns) or r"(?!)")
    return lambda name: expression.fullmatch(name) is not None


def _key_pattern(key: ast.expr | None) -> str:
    """Return what a key of the namespace may be, nothing where it stands in the text.

    globals()["run_" + kind]
              ^ any name that begins so
    """
    match key:
        case None | ast.Constant():
            return r"(?!)"
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return "".join(_piece(part) for part in (left, right))
        case ast.JoinedStr(values=parts):
            return "".join(map(_piece, parts))
    return r"\w+"


def _piece(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return re.escape(str(part.value))
    is_sum = isinstance(part, ast.BinOp) and isinstance(part.op, ast.Add)
    return _key_pattern(part) if is_sum or isinstance(part, ast.JoinedStr) else r"\w*"


def _patterns(text: ast.expr, is_number: Callable[[str], bool]) -> list[str]:
    if isinstance(text, ast.Constant):
        return []
    if not isinstance(text, ast.JoinedStr):
        return [r"\w+"]
    parts: list[str] = []
    for part in text.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))
            continue
        value = part.value if isinstance(part, ast.FormattedValue) else part
        is_plain = isinstance(value, ast.Name) and is_number(value.id)
        parts.append(_NUMBER if is_plain else _GAP)
    words = re.findall(rf"[\w{_GAP}{_NUMBER}]+", "".join(parts))
    return [
        re.escape(word).replace(re.escape(_GAP), r"\w*").replace(re.escape(_NUMBER), r"\w+")
        for word in words
        if word != _NUMBER
    ]


def _keys(node: ast.AST) -> Iterator[tuple[ast.AST, ast.expr | None]]:
    """Yield the calls of `globals` and the like of which only one item is read, with its key.

    None stands for one that nothing is read of, or only what the text names.
    """
    for part in ast.walk(node):
        match part:
            case ast.Subscript(value=space, slice=key):
                yield space, key if isinstance(part.ctx, ast.Load) else None
            case ast.Compare(left=key, comparators=[space]):
                yield space, key
            case ast.Call(func=ast.Attribute(value=space, attr=method), args=[key, *_]):
                if method in _BY_NAME:
                    yield space, key
                elif method == "update":
                    yield space, None
            case ast.Call(func=ast.Attribute(value=space, attr="update")):
                yield space, None
            case ast.Call(func=ast.Attribute(value=ast.Constant(), attr="format"), keywords=given):
                yield from ((keyword.value, None) for keyword in given if keyword.arg is None)
