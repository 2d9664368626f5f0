"""When a snippet, and the code that it makes, reads the names that it uses."""

from ipyprod.lineage.effects import Position
from ipyprod.lineage.graph import LineageGraph
from ipyprod.lineage.session_code import code_of
from ipyprod.promotion.companions import position_of
from ipyprod.source.statements import Statement


def begun_by(graph: LineageGraph, snippet: tuple[Statement, ...]) -> frozenset[str]:
    """Return the names that the snippet certainly binds before anything in it reads them."""
    begun: set[str] = set()
    read: set[str] = set()
    for statement in snippet:
        effects = graph.effects(statement)
        read.update(name for name in effects.reads if name not in begun)
        begun |= effects.kills - read
    return frozenset(begun)


def read_later(
    graph: LineageGraph,
    snippet: tuple[Statement, ...],
    returns: tuple[str, ...],
    result: Statement | None,
) -> dict[str, Position]:
    """Return where names that the snippet leaves to others are read last.

    Whoever gets the results may call the code behind them at any time.
    """
    found = {name: position_of(s) for s in snippet for name in graph.effects(s).reads}
    read = {*graph.called_through(returns, graph.end_of(position_of(snippet[-1])) + 1).reads}
    if result is not None and code_of(result) is not None:
        read.update(result.names.reads, result.names.deferred_reads)
    end = (graph.statements[-1].event + 1, 0)
    found.update(dict.fromkeys(read, end))
    own = frozenset[str]().union(*(graph.effects(s).binds for s in snippet))
    return {name: place for name, place in found.items() if name not in own}
