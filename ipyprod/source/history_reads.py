"""Where a statement reads the console's history: `_`, `_3`, `Out[3]`, `In[2]`, `_i`."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeGuard

from ipyprod.source.code_text import name_of
from ipyprod.source.scopes import ComprehensionNode

HISTORY_NAME = re.compile(r"_{1,3}|_\d+|_oh|Out|_i{1,3}|_i\d+|_ih|In|_dh|_exit_code")
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class UnreadableError(Exception):
    """A read of the history that cannot become Python; the argument is the hint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRead:
    """A use of `name`; `number` is that of the cell that it means, where the text says so."""

    node: ast.expr
    name: str
    number: int | None = None
    is_input: bool = False
    is_deferred: bool = False


def history_reads(
    tree: ast.stmt, owned: set[str], binds: set[str], reads: tuple[str, ...]
) -> Iterator[HistoryRead]:
    """Find what a statement reads of the history, names of the user's own left out."""
    for node, is_deferred in _names_used(tree, frozenset(), is_deferred=False):
        name, index = _name_and_index(node)
        if name in owned or (name in binds and (name not in reads or is_deferred)):
            continue
        if name in binds and not _is_before_binding(tree, node):
            continue
        yield _one_read(node, name, index, is_deferred=is_deferred)


def _one_read(node: ast.expr, name: str, index: int | None, *, is_deferred: bool) -> HistoryRead:
    if name in ("Out", "_oh", "In", "_ih"):
        if index is None or index < 0:
            raise UnreadableError(f"use `{name}` with the number of a cell only, as in {name}[3]")
        is_input = name in ("In", "_ih")
        return HistoryRead(
            node=node, name=name, number=index, is_input=is_input, is_deferred=is_deferred
        )
    if name in ("_dh", "_exit_code"):
        raise UnreadableError(f"`{name}` is kept by the console only")
    if name.startswith("_i"):
        number = int(name[2:]) if name[2:].isdigit() else None
        return HistoryRead(
            node=node, name=name, number=number, is_input=True, is_deferred=is_deferred
        )
    number = int(name[1:]) if name[1:].isdigit() else None
    return HistoryRead(node=node, name=name, number=number, is_deferred=is_deferred)


def _name_and_index(node: ast.expr) -> tuple[str, int | None]:
    match node:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id=name)), args=[ast.Constant(value=int(at))]
        ):
            return name, at
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        index = node.slice
        is_number = isinstance(index, ast.Constant) and type(index.value) is int
        return node.value.id, index.value if is_number else None  # type: ignore[attr-defined]
    return (node.id if isinstance(node, ast.Name) else ""), None


def _names_used(
    node: ast.AST, hidden: frozenset[str], *, is_deferred: bool
) -> Iterator[tuple[ast.expr, bool]]:
    """Find uses of history names that mean the global variable, `Out[3]` as a whole."""
    if isinstance(node, _SCOPES):
        yield from _names_in_function(node, hidden)
        return
    if isinstance(node, ComprehensionNode):
        hidden |= _stores(*(generator.target for generator in node.generators))
    if _is_numbered(node) and _name_and_index(node)[0] not in hidden:
        yield node, is_deferred
        return
    if isinstance(node, ast.Name):
        is_read = isinstance(node.ctx, ast.Load) and node.id not in hidden
        if is_read and HISTORY_NAME.fullmatch(node.id):
            yield node, is_deferred
        return
    for child in ast.iter_child_nodes(node):
        yield from _names_used(child, hidden, is_deferred=is_deferred)


def _is_numbered(node: ast.AST) -> TypeGuard[ast.Subscript | ast.Call]:
    match node:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="Out" | "_oh"), attr="get" | "__getitem__"),
            args=[ast.Constant(value=int())],
            keywords=[],
        ):
            return True  # `Out.get(3)` is `Out[3]`, where there is one
    return (
        isinstance(node, ast.Subscript)
        and name_of(node.value) in ("Out", "_oh", "In", "_ih")
        and isinstance(node.ctx, ast.Load)
    )


def _names_in_function(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, hidden: frozenset[str]
) -> Iterator[tuple[ast.expr, bool]]:
    body = node.body if isinstance(node.body, list) else [node.body]
    outside: list[ast.AST] = [
        *node.args.defaults,
        *(value for value in node.args.kw_defaults if value),
    ]
    if not isinstance(node, ast.Lambda):
        outside += node.decorator_list
    for child in outside:
        yield from _names_used(child, hidden, is_deferred=False)
    parameters = {child.arg for child in ast.walk(node.args) if isinstance(child, ast.arg)}
    shared = {
        name for child in ast.walk(node) if isinstance(child, ast.Global) for name in child.names
    }
    inner = hidden | parameters | (_stores(*body) - shared)
    for child in body:
        yield from _names_used(child, inner, is_deferred=True)


def _stores(*nodes: ast.AST) -> frozenset[str]:
    return frozenset(
        child.id
        for node in nodes
        for child in ast.walk(node)
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store)
    )


def _is_before_binding(tree: ast.stmt, node: ast.expr) -> bool:
    r"""Tell whether a read comes before the statement binds the same name: `_ = _ + 1`."""
    if isinstance(tree, ast.Assign | ast.AnnAssign | ast.AugAssign) and tree.value is not None:
        early: ast.AST = tree.value
    elif isinstance(tree, ast.For | ast.AsyncFor):
        early = tree.iter
    else:
        raise UnreadableError("the line reads a name of the console's history and binds it again")
    return any(child is node for child in ast.walk(early))
