"""Statements of the console as the statements of a function's body."""

import ast
import re
from collections.abc import Collection, Sequence

from ipyprod.promotion.class_scopes import with_outer_names
from ipyprod.promotion.indentation import indent_source
from ipyprod.promotion.shared_namespace import with_global_namespace
from ipyprod.source.builtin_names import PYTHON_NAMES
from ipyprod.source.code_text import name_of, replace_nodes
from ipyprod.source.statements import Statement

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
# With how many arguments a call makes an empty container.
_EMPTY_CALLS = {"list": 0, "dict": 0, "set": 0, "Counter": 0, "OrderedDict": 0, "deque": 0}
_EMPTY_CALLS |= {"defaultdict": 1}


def body_source(
    statement: Statement,
    local: Collection[str],
    *,
    error: str = "",
    is_result: bool = False,
    is_global: bool = False,
) -> str:
    """Return the source of `statement` as it stands in a function with the `local` names.

    `error` is the type of the error that it raised in the session and that is to be ignored;
    `is_result` makes `return ...` of an expression; with `is_global` the names are those of the
    module.
    """
    text = as_local(statement.text, () if is_global else local)
    if isinstance(statement.node, ast.Delete):
        text = _delete(statement, local)
    if not text:
        return ""
    text = with_global_namespace(text) if is_global else text
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
        needed += [n for n in reads if n in local and n not in bound and n in PYTHON_NAMES]
        bound |= names.binds
    return tuple(dict.fromkeys(needed))


def starts_paragraph(statement: Statement, before: Statement | None) -> bool:
    """Whether an empty line stood between a statement and one above it in the same cell."""
    if before is None or before.event != statement.event:
        return False
    return before.paragraph != statement.paragraph


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
    return tuple(n for n in names if n in PYTHON_NAMES and n in read)


def with_builtins(text: str, names: Collection[str]) -> str:
    """Return a `del` followed by what binds the builtins again that it uncovers."""
    return "\n".join([text, *(f"{name} = builtins.{name}" for name in names)])


def as_local(text: str, local: Collection[str]) -> str:
    """Return a statement whose `local` names are variables of a function now, "" for none."""
    return with_outer_names(without_globals(text, local), local)


def without_globals(text: str, local: Collection[str]) -> str:
    """Return a statement without `global x` at its own level, "" where nothing is left.

    In the functions and classes inside, `global x` becomes `nonlocal x` for the `local` names.
    """
    tree = ast.parse(text)
    if all(isinstance(node, ast.Global) for node in tree.body):
        return ""
    inner = {
        node
        for scope in ast.walk(tree)
        if isinstance(scope, _SCOPES)
        for node in ast.walk(scope)
        if isinstance(node, ast.Global)
    }
    written: dict[ast.AST, str] = {
        node: _outer_names(node, local) if node in inner else "pass"
        for node in ast.walk(tree)
        if isinstance(node, ast.Global)
    }
    return replace_nodes(text, written, tree)


def _outer_names(node: ast.Global, local: Collection[str]) -> str:
    rest = [name for name in node.names if name not in local]
    outer = [name for name in node.names if name in local]
    parts = [f"global {', '.join(rest)}"] if rest else []
    return "; ".join(parts + ([f"nonlocal {', '.join(outer)}"] if outer else []))


def annotated(source: str, name: str, hint: str) -> str:
    """Return `name = []` with its annotation: type checkers cannot see what goes into it."""
    return re.sub(rf"(?m)^{re.escape(name)} = ", lambda _: f"{name}: {hint} = ", source, count=1)


def is_empty_container(node: ast.stmt) -> str:
    """Return the name that `node` binds to a new empty container, "" where it does not."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)]) if empty_kind(node):
            return name
    return ""


def empty_kind(node: ast.stmt) -> str:
    """Return the type of the empty container that `node` binds: "list", "dict", "Counter"."""
    match getattr(node, "value", None):
        case ast.List(elts=[]):
            return "list"
        case ast.Dict(keys=[]):
            return "dict"
        case ast.Call(func=function, args=arguments, keywords=[]):
            kind = function.attr if isinstance(function, ast.Attribute) else name_of(function)
            return kind if len(arguments) == _EMPTY_CALLS.get(kind, -1) else ""
    return ""


def _delete(statement: Statement, local: Collection[str]) -> str:
    targets = statement.node.targets if isinstance(statement.node, ast.Delete) else []
    kept = [t for t in targets if not isinstance(t, ast.Name) or t.id in local]
    if len(kept) == len(targets):
        return statement.text
    return f"del {', '.join(ast.unparse(t) for t in kept)}" if kept else ""
