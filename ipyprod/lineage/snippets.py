"""What a snippet takes from the session around it, and what it leaves to it."""

from collections.abc import Collection

from ipyprod.lineage.effects import Position
from ipyprod.lineage.graph import LineageGraph
from ipyprod.lineage.walk import GIVEN_NAMES
from ipyprod.source.statements import Statement


def live_in(graph: LineageGraph, snippet: Collection[Position]) -> tuple[str, ...]:
    """Return the names that the snippet reads before it binds them, in order of first use.

    Builtins that nobody shadowed are left out. Imports, functions, classes and constants of the
    session are in: `reaching_definitions` says what they are.
    """
    bound: set[str] = set()
    found: dict[str, None] = {}
    ever = {name for effects in graph.resolved for name in effects.binds}
    ever |= graph.session.live | graph.session.unrecorded
    for index in _numbers(graph, snippet):
        effects, statement = graph.resolved[index], graph.statements[index]
        for name in effects.reads:
            if name in bound or graph.is_bound_later(name, (statement.event, statement.index)):
                continue
            is_used = name in effects.certain_reads or name in ever
            if is_used and (name in ever or name not in GIVEN_NAMES):
                found[name] = None
        bound |= effects.kills
    return tuple(found)


def live_out(graph: LineageGraph, snippet: Collection[Position]) -> tuple[str, ...]:
    """Return the names that the snippet binds or changes and that later statements read.

    In the order in which the snippet binds or changes them last.
    """
    numbers = _numbers(graph, snippet)
    if not numbers:
        return ()
    touched: dict[str, None] = {}
    for index in numbers:
        effects = graph.resolved[index]
        for name in sorted(effects.binds | effects.changes):
            touched.pop(name, None)
            touched[name] = None
        for name in graph.statements[index].names.deletes:
            touched.pop(name, None)
    wanted, killed = set[str](), set[str]()
    for index in range(numbers[-1] + 1, len(graph.statements)):
        effects = graph.resolved[index]
        wanted |= set(effects.reads) - killed
        killed |= effects.kills
    return tuple(name for name in touched if name in wanted)


def reaching_definitions(
    graph: LineageGraph, name: str, position: Position
) -> tuple[Statement, ...]:
    """Return the statements that may have bound `name` as it is just before `position`.

    Latest first; the last one is the one that bound it for certain, where there is one.
    """
    found: list[Statement] = []
    for index in reversed(range(graph.end_of(position))):
        if name not in graph.resolved[index].binds:
            continue
        found.append(graph.statements[index])
        if name in graph.resolved[index].kills:
            break
    return tuple(found)


def changes_between(
    graph: LineageGraph, name: str, after: Position | None, before: Position
) -> tuple[Statement, ...]:
    """Return the statements strictly between two places that changed the object of `name`."""
    start = 0 if after is None else graph.end_of(after) + 1
    return tuple(
        graph.statements[index]
        for index in range(start, graph.end_of(before))
        if name in graph.resolved[index].changes
    )


def _numbers(graph: LineageGraph, snippet: Collection[Position]) -> list[int]:
    return sorted(graph.order[position] for position in snippet if position in graph.order)
