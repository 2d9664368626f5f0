"""Statements of the console as the statements of a function's body."""

import ast
import builtins
import re
from collections.abc import Collection, Sequence

from ipyprod.promotion.indentation import indent_source
from ipyprod.source.statements import Statement

_EMPTY = {"[]": "list", "{}": "dict", "set()": "set", "dict()": "dict", "list()": "list"}


def body_source(
    statement: Statement, local: Collection[str], *, error: str = "", is_result: bool = False
) -> str:
    """Return the source of `statement` as it stands in a function with the `local` names.

    `error` is the type of the error that it raised in the session and that is to be ignored;
    `is_result` makes `return ...` of an expression.
    """
    text = without_globals(statement.text, statement.node, local)
    if isinstance(statement.node, ast.Delete):
        text = _delete(statement, local)
    if not text:
        return ""
    if is_result and isinstance(statement.node, ast.Expr):
        text = f"return {text}" if "\n" not in text else f"return (\n{text}\n)"
    if error:
        text = f"with contextlib.suppress({error}):\n{indent_source(text)}"
    return statement.comments + text


def builtins_read_first(body: Sequence[Statement], local: Collection[str]) -> tuple[str, ...]:
    """Return the builtins that the body reads before it binds a variable of that name."""
    bound: set[str] = set()
    needed: list[str] = []
    for statement in body:
        names = statement.names
        reads = (*names.reads, *(n for n in names.deferred_reads if n not in names.binds))
        needed += [n for n in reads if n in local and n not in bound and hasattr(builtins, n)]
        bound |= names.binds
    return tuple(dict.fromkeys(needed))


def restored_builtins(
    statement: Statement, body: Sequence[Statement], local: Collection[str]
) -> tuple[str, ...]:
    """Return the builtins that `del` uncovers for what comes later in `body`.

    At the prompt `del sum` brings the builtin back; a function's local name stays unbound.
    """
    if not isinstance(statement.node, ast.Delete):
        return ()
    names = [t.id for t in statement.node.targets if isinstance(t, ast.Name) and t.id in local]
    places = [(s.event, s.index) for s in body]
    later = body[places.index((statement.event, statement.index)) + 1 :]
    read = {name for s in later for name in (*s.names.reads, *s.names.deferred_reads)}
    return tuple(n for n in names if hasattr(builtins, n) and n in read)


def with_builtins(text: str, names: Collection[str]) -> str:
    """Return a `del` followed by what binds the builtins again that it uncovers."""
    return "\n".join([text, *(f"{name} = builtins.{name}" for name in names)])


def with_global_namespace(text: str) -> str:
    """Write `globals()` for `vars()` and `locals()`: at the prompt they are one namespace.

    vars()["rows"].append(2)
    ^ inside `main()` these would be the variables of the function
    """
    found: list[ast.Call] = []
    pending: list[ast.AST] = [ast.parse(text)]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            is_bare = not node.args and not node.keywords
            if is_bare and node.func.id in {"vars", "locals"}:
                found.append(node)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            pending += ast.iter_child_nodes(node)
    lines = text.split("\n")
    for node in sorted(found, key=lambda n: (n.lineno, n.col_offset), reverse=True):
        line = lines[node.lineno - 1].encode()
        end = node.col_offset + len(node.func.id.encode())  # type: ignore[attr-defined]  # a name
        changed = line[: node.col_offset] + b"globals" + line[end:]
        lines[node.lineno - 1] = changed.decode()
    return "\n".join(lines)


def without_globals(text: str, node: ast.stmt, local: Collection[str]) -> str:
    """Return `text` with `global x` dropped at its own level, and `nonlocal x` in functions."""
    if isinstance(node, ast.Global):
        return ""
    lines = text.split("\n")
    for inner in ast.walk(node):
        if isinstance(inner, ast.Global):
            names = [name for name in inner.names if name in local]
            outer = [name for name in inner.names if name not in local]
            parts = [f"nonlocal {', '.join(names)}"] if names else []
            parts += [f"global {', '.join(outer)}"] if outer else []
            written = "; ".join(parts)
            if not _is_in_function(node, inner):
                written = "pass"
            row = inner.lineno - 1
            line = lines[row].encode()
            end = inner.end_col_offset or len(line)
            changed = line[: inner.col_offset] + written.encode() + line[end:]
            lines[row] = changed.decode()
    return "\n".join(lines)


def annotated(source: str, name: str, hint: str) -> str:
    """Return `name = []` with its annotation: type checkers cannot see what goes into it."""
    pattern = rf"(?m)^{re.escape(name)} = (\[\]|\{{\}}|set\(\)|dict\(\)|list\(\))"
    return re.sub(pattern, rf"{name}: {hint} = \1", source, count=1)


def is_empty_container(node: ast.stmt) -> str:
    """Return the name that `node` binds to a new empty container, "" where it does not."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if ast.unparse(value) in _EMPTY:
            return name
    return ""


def empty_kind(node: ast.stmt) -> str:
    """Return the type of the empty container that `node` binds: "list", "dict", "set"."""
    return _EMPTY[ast.unparse(node.value)] if isinstance(node, ast.Assign) else ""


def _delete(statement: Statement, local: Collection[str]) -> str:
    targets = statement.node.targets if isinstance(statement.node, ast.Delete) else []
    kept = [t for t in targets if not isinstance(t, ast.Name) or t.id in local]
    if len(kept) == len(targets):
        return statement.text
    return f"del {', '.join(ast.unparse(t) for t in kept)}" if kept else ""


def _is_in_function(root: ast.stmt, wanted: ast.Global) -> bool:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return any(
        inner is wanted
        for function in ast.walk(root)
        if isinstance(function, kinds)
        for inner in ast.walk(function)
    )
