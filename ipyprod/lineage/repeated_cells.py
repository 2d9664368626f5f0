"""Cells that were run again at once: what the first run printed, the second one printed again."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from itertools import pairwise

from ipyprod.lineage.graph import LineageGraph
from ipyprod.lineage.walk import Walk, Wanted
from ipyprod.session.cell import Outcome


def walk_without_repetition(graph: LineageGraph, wanted: Wanted) -> Walk:
    """Walk back from what is wanted; of a cell run again at once, one run prints.

    The first run goes if nothing else needs a line of it: then the second one began from the same
    values, and printed the same.
    """
    walk = Walk(graph=graph, wanted=wanted)
    walk.run()
    if not wanted.keep_outputs or wanted.conservative:
        return walk
    repeated = _runs_repeated(graph, walk.hits)
    while repeated:
        quiet = Walk(graph=graph, wanted=replace(wanted, printed_again=repeated))
        quiet.run()
        needed = {graph.statements[index].event for index in quiet.hits}
        if needed.isdisjoint(repeated):
            return quiet
        repeated = {first: then for first, then in repeated.items() if first not in needed}
    return walk


def _runs_repeated(graph: LineageGraph, kept: Collection[int]) -> Mapping[int, int]:
    """Return the events that printed, each with that of the same cell that came next."""
    cells = {cell.event: cell for cell in graph.session.cells}
    events = sorted({graph.statements[index].event for index in kept})
    printing = {
        graph.statements[index].event for index in kept if "print" in graph.resolved[index].outputs
    }
    return {
        first: then
        for first, then in pairwise(events)
        if first in printing
        and cells[first].text == cells[then].text
        and cells[first].outcome is cells[then].outcome is Outcome.OK
    }
