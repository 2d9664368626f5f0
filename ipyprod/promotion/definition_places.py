"""Which definitions have to stand where they were, because of what happens as they are made."""

from collections.abc import Collection, Iterable

from ipyprod.lineage.effects import Position
from ipyprod.lineage.graph import LineageGraph
from ipyprod.lineage.state_order import waiting_for_state
from ipyprod.promotion.companions import is_code, is_import_choice, position_of
from ipyprod.source.statements import Finish, Statement, StatementKind


def defines(statement: Statement) -> bool:
    """Whether a statement only makes code or picks an import, and did so."""
    if statement.finish is Finish.RAISED:
        return False
    return is_code(statement) or is_import_choice(statement.node)


def acts(graph: LineageGraph, statement: Statement) -> bool:
    """Whether a definition does more than to bind its name: `@register`, `__init_subclass__`."""
    effects = graph.effects(statement)
    return bool(effects.changes - effects.binds or effects.ambient_writes)


def changed_by(graph: LineageGraph, snippet: Iterable[Statement]) -> frozenset[str]:
    """Return the names whose objects the text of the snippet changes itself: `Point.size = 2`."""
    snippet = tuple(snippet)
    acting = [s for s in snippet if defines(s) and acts(graph, s)]
    changed = (graph.effects(s).changes - s.names.binds for s in acting)
    return frozenset[str]().union(*changed, *(s.names.stores for s in snippet))


def definitions_behind_state(
    graph: LineageGraph, statements: Iterable[Statement], imports: Collection[Position]
) -> tuple[Statement, ...]:
    """Return the definitions that would read other state ahead of the rest of `statements`.

    Of the imports, those at the positions `imports` stay behind as well.
    """
    statements = tuple(statements)
    staying = (
        s for s in statements if s.kind is not StatementKind.IMPORT or position_of(s) in imports
    )
    return waiting_for_state(graph, staying, filter(defines, statements))


def definitions_that_stay(
    graph: LineageGraph, statements: Iterable[Statement], imports: Iterable[Statement]
) -> tuple[Statement, ...]:
    """Return the definitions of a session that read or set state where they stand.

    random.seed(0)
    class Start: x = draw()
        ^ draws the first number behind that line alone
    """
    statements = tuple(statements)
    behind = definitions_behind_state(graph, statements, {position_of(s) for s in imports})
    setting = (s for s in statements if defines(s) and _sets_state(graph, s))
    return (*behind, *setting)


def _sets_state(graph: LineageGraph, statement: Statement) -> bool:
    effects = graph.effects(statement)
    return bool(effects.ambient_writes - effects.weak_writes)
