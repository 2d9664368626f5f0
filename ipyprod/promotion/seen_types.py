"""What was seen of a name at a moment of the session."""

from ipyprod.lineage.graph import LineageGraph
from ipyprod.session.cell import TypeNote
from ipyprod.source.statements import Statement


def type_before(graph: LineageGraph, name: str, event: int) -> TypeNote | None:
    """Return the type last seen in `name` ahead of an event."""
    for cell in reversed(graph.session.cells):
        if cell.event < event:
            for note in cell.observation.variables:
                if note.name == name:
                    return note.type
    return None


def type_after(graph: LineageGraph, name: str, statement: Statement) -> TypeNote | None:
    """Return the type that `name` had when the cell of `statement` ended, None where unknown.

    The cell that binds a name notes it; an older note is of another object.
    """
    for cell in reversed(graph.session.cells):
        if cell.event == statement.event:
            notes = cell.observation.variables
            return next((note.type for note in notes if note.name == name), None)
    return None


def all_types(graph: LineageGraph, name: str) -> tuple[TypeNote, ...]:
    """Return every type seen in `name` over the session, oldest first."""
    return tuple(
        note.type
        for cell in graph.session.cells
        for note in cell.observation.variables
        if note.name == name
    )


def result_type_of(graph: LineageGraph, result: Statement | None) -> TypeNote | None:
    """Return the type of what the last statement of its cell showed, None for another one."""
    if result is None:
        return None
    mine = [s for s in graph.statements if s.event == result.event]
    if mine[-1] is not result:
        return None
    cells = (c for c in graph.session.cells if c.event == result.event)
    return next((c.observation.result for c in cells), None)
