"""What is to be promoted: the options as names, and the statements that they pick."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ipyprod.errors import SelectionError, SourceError
from ipyprod.lineage.graph import LineageGraph
from ipyprod.lineage.missing import needed_omissions
from ipyprod.promotion.companions import is_code, position_of
from ipyprod.promotion.definition_text import as_definition
from ipyprod.promotion.planning import PlanOptions
from ipyprod.promotion.results import is_peek
from ipyprod.promotion.snippet import Snippet, choose_statements, follow_back
from ipyprod.session.cell import Cell, Session
from ipyprod.session.selection import select_cells, select_last
from ipyprod.source.statements import Omission, OmissionKind, Statement, StatementKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The options as names, and what is to be promoted; `hopeful` as in `slice_backward`."""

    name: str
    cells: str
    targets: tuple[str, ...]
    given: tuple[str, ...]
    returns: tuple[str, ...]
    options: PlanOptions
    hopeful: bool = False


def check_options(request: Request) -> None:
    """Refuse options that exclude each other.

    Raises:
        SelectionError: two of them do.
    """
    if request.cells and request.targets:
        raise SelectionError(
            "cells and --from exclude each other",
            hint="name the cells, or the variables to follow back; nothing was written",
        )
    if request.given and not request.targets:
        raise SelectionError("--given needs --from", hint="nothing was written")


def chosen_definition(graph: LineageGraph, request: Request) -> Statement | None:
    """Return the session function or class that is meant, None where cells are."""
    if request.targets:
        return None
    if not request.cells:
        found = graph.definition(request.name)
        if found is not None and found.kind is StatementKind.IMPORT:
            found = _promoted_definition(graph, request.name, found.event)
        return as_definition(found) if found is not None and is_code(found) else None
    events = _events(graph.session, request.cells)
    chosen = [s for s in graph.statements if s.event in events]
    named = [s for s in chosen if is_code(s) and request.name in s.names.binds]
    only = all(is_code(s) or s.kind is StatementKind.IMPORT for s in chosen)
    return as_definition(named[-1]) if named and only else None


def _promoted_definition(graph: LineageGraph, name: str, event: int) -> Statement | None:
    """Return the definition that the session's name stood for until a module took its place."""
    before = [s for s in graph.statements if s.event < event and name in s.names.binds]
    mine = [p for p in graph.session.promotions if (p.name, p.event) == (name, event)]
    if not before or not mine:
        return None
    last = before[-1]
    if last.kind is StatementKind.IMPORT:
        return _promoted_definition(graph, name, last.event)
    is_whole = not mine[-1].replaced or position_of(last) in mine[-1].replaced
    return last if is_whole and is_code(last) else None


def chosen_snippet(graph: LineageGraph, request: Request, *, conservative: bool) -> Snippet:
    """Return the statements that are meant, and what they give back.

    Raises:
        SelectionError: there is nothing like that in the session.
        SourceError: a line among them has no Python.
    """
    if request.targets:
        found = follow_back(
            graph,
            request.targets,
            frozenset(request.given),
            conservative=conservative,
            hopeful=request.hopeful,
        )
        refuse_omissions(needed_omissions(graph, found.slice, found.returns))
        return replace(found, returns=request.returns or found.returns)
    events = (
        _events(graph.session, request.cells)
        if request.cells
        else frozenset({_last_cell(graph).event})
    )
    refuse_omissions(o for o in graph.omissions if o.event in events)
    return choose_statements(graph, events, returns=request.returns, conservative=conservative)


def _events(session: Session, cells: str) -> frozenset[int]:
    return frozenset(cell.event for cell in select_cells(cells, session.cells))


def _last_cell(graph: LineageGraph) -> Cell:
    def is_look(cell: Cell) -> bool:
        mine = [s for s in graph.statements if s.event == cell.event]
        return all(is_peek(s.node) or s.kind is StatementKind.IMPORT for s in mine)

    return select_last(graph.session.cells, is_look=is_look)


def refuse_omissions(omissions: Iterable[Omission]) -> None:
    """Refuse what was needed and has no Python, by its line.

    Raises:
        SourceError: there is such a line.
    """
    for omission in omissions:
        place = f"In [{omission.cell_number}], line {omission.line}"
        if omission.kind is OmissionKind.OUTSIDE_FUNCTION:
            raise SourceError(
                f"{place} {omission.kind.value}: {omission.text.strip().partition(chr(10))[0]}",
                hint="leave that cell out; nothing was written",
            )
        if omission.kind is OmissionKind.REFUSED:
            raise SourceError(
                f"{place} cannot become Python: {omission.text.strip().partition(chr(10))[0]}",
                hint=f"{omission.hint or 'leave that cell out'}; nothing was written",
            )
