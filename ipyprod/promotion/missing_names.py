"""Names that code looked for before the session bound them, where it went on all the same."""

import ast
from collections.abc import Iterable

from ipyprod.lineage.effects import Position
from ipyprod.lineage.graph import LineageGraph
from ipyprod.promotion.companions import position_of
from ipyprod.source.builtin_names import BUILTIN_NAMES
from ipyprod.source.chains import last_name
from ipyprod.source.statements import Finish, Statement

_MISSING = frozenset({"NameError", "UnboundLocalError"})
_CAUGHT_AS = _MISSING | {"Exception", "BaseException"}


def bound_after_a_miss(graph: LineageGraph, statements: Iterable[Statement]) -> frozenset[Position]:
    """Return which of `statements` bind what one above them looked for in vain, and went on.

    It caught the error, or found a builtin.

    def tax():
        try: return rate()
        except NameError: return 0
    before = tax()
    def rate(): ...
    ^ cannot stand any higher
    """
    kept = tuple(statements)
    is_caught = any(_catches(statement.node) for statement in kept)
    errors = {cell.event: cell.error_type for cell in graph.session.cells}
    bound = {name for statement in kept for name in graph.effects(statement).binds}
    missed: set[str] = set()
    found: set[Position] = set()
    for statement in kept:
        place, effects = position_of(statement), graph.effects(statement)
        if missed & effects.binds:
            found.add(place)
        error = errors.get(statement.event, "").rpartition(".")[2]
        is_stopped = statement.finish is Finish.RAISED and error in _MISSING
        can_go_on = is_caught or is_stopped
        looked_for = {n for n in effects.reads if n in bound and (can_go_on or n in BUILTIN_NAMES)}
        missed |= {name for name in looked_for if not graph.was_there(name, place)}
    return frozenset(found)


def _catches(node: ast.stmt) -> bool:
    """Whether a statement, or a function in it, goes on where a name is missing."""
    for part in ast.walk(node):
        caught: list[ast.expr] = []
        if isinstance(part, ast.ExceptHandler):
            if part.type is None:
                return True
            caught = part.type.elts if isinstance(part.type, ast.Tuple) else [part.type]
        elif isinstance(part, ast.Call) and last_name(part.func) == "suppress":
            caught = part.args
        if any(last_name(error) in _CAUGHT_AS for error in caught):
            return True
    return False
