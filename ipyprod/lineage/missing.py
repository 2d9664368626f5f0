"""What has no Python, and is missing where kept statements need what it did."""

from collections.abc import Collection, Iterator

from ipyprod.lineage.effects import Position
from ipyprod.lineage.graph import LineageGraph
from ipyprod.lineage.slices import Slice
from ipyprod.source.statements import Omission

_PLACES = frozenset({"cwd"})  # ambient state that text cannot be kept without


def needed_omissions(
    graph: LineageGraph, piece: Slice, returned: Collection[str]
) -> Iterator[Omission]:
    """Return the omissions that may have made or changed what the kept statements work on.

    %run prepare.py 3
    out = n
          ^ what bound `n` is missing
    """
    uses: dict[str, list[Position | None]] = {name: [None] for name in returned}
    for statement in piece.statements:
        place = (statement.event, statement.index)
        for name in (*statement.names.reads, *statement.names.deferred_reads):
            uses.setdefault(name, []).append(place)
    movable = [s for s in piece.statements if _PLACES & graph.effects(s).ambient_reads]
    for omission in piece.omitted:
        names = omission.names
        touched = names.binds | names.may_bind | names.stores | names.may_change
        is_used = any(_is_between(graph, n, omission, p) for n in touched for p in uses.get(n, ()))
        is_elsewhere = any(s.event >= omission.event for s in movable) and _moved(graph, omission)
        if is_used or is_elsewhere:
            yield omission


def _is_between(graph: LineageGraph, name: str, omission: Omission, use: Position | None) -> bool:
    """Whether an omission lies between what bound a name last and a use of it."""
    is_before = use is None or omission.event <= use[0]
    bound = graph.definition(name, use)
    return is_before and (bound is None or bound.event <= omission.event)


def _moved(graph: LineageGraph, omission: Omission) -> bool:
    """Whether an omission is all that can have led its cell to another working directory."""
    seen = next((c.observation for c in graph.session.cells if c.event == omission.event), None)
    if seen is None or not seen.ambient & _PLACES:
        return False
    others = (s for s in graph.statements if s.event == omission.event)
    return not any(_PLACES & graph.effects(s).ambient_writes for s in others)
