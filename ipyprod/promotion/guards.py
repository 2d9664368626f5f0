"""Checks that a person typed between the lines: `if not rows: raise ValueError(...)`."""

import ast
from collections.abc import Iterable

from ipyprod.lineage.graph import LineageGraph
from ipyprod.promotion.companions import bound_names, position_of
from ipyprod.promotion.results import is_definition
from ipyprod.source.builtin_names import BUILTIN_NAMES
from ipyprod.source.statements import Finish, Statement


def find_guards(
    graph: LineageGraph, ran: Iterable[Statement], kept: tuple[Statement, ...]
) -> list[Statement]:
    """Return the statements among `ran` that only check what the `kept` ones work on."""
    places = {position_of(s) for s in kept}
    known = bound_names(kept) | {n for s in kept for n in s.names.reads} | BUILTIN_NAMES
    return [
        s
        for s in ran
        if position_of(s) not in places
        and s.finish is Finish.DONE
        and _only_raises(s.node)
        and all(n in known or _is_code(graph, n, s) for n in s.names.reads)
        and not s.names.binds | s.names.may_bind
    ]


def _is_code(graph: LineageGraph, name: str, statement: Statement) -> bool:
    found = graph.definition(name, position_of(statement))
    return found is not None and is_definition(found)


def _only_raises(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assert):
        return True
    if not isinstance(node, ast.If):
        return False
    return all(
        isinstance(part, ast.Raise) or _only_raises(part) for part in (*node.body, *node.orelse)
    )
