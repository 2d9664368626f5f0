"""Questions about the session: its state, and why a value is what it is."""

import re
from dataclasses import dataclass

from ipyprod.errors import SelectionError
from ipyprod.lineage.graph import LineageGraph
from ipyprod.lineage.hidden_state import HiddenState, find_hidden_state
from ipyprod.lineage.slices import Slice, slice_backward
from ipyprod.session.cell import Cell, PromotedName
from ipyprod.source.statements import StatementKind
from ipyprod.workflows.stub import EmptyStub, empty_stubs
from ipyprod.workflows.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class CellState:
    """One cell in the overview: what it made and changed, and where it was promoted to."""

    cell: Cell
    made: tuple[str, ...]
    changed: tuple[str, ...]
    promoted_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionState:
    """The session at a glance. `incomplete_from` is the prompt number where the record breaks.

    `stubs` are designs that no promotion has filled in yet.
    """

    cells: tuple[CellState, ...]
    hidden: tuple[HiddenState, ...]
    incomplete_from: int | None = None
    stubs: tuple[EmptyStub, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why `name` has its value: the lines behind it and the lines that do not matter to it."""

    name: str
    slice: Slice


def status(workbench: Workbench) -> SessionState:
    """Return each cell with its outcome and effects, and the hidden state of the session."""
    graph = workbench.read_session()
    session = workbench.session
    broken = [cell.number for cell in session.cells if cell.event == session.incomplete_from]
    return SessionState(
        cells=tuple(_cell_state(graph, cell, session.promotions) for cell in session.cells),
        hidden=find_hidden_state(graph),
        incomplete_from=broken[0] if broken else None,
        stubs=empty_stubs(workbench),
    )


def why(workbench: Workbench, name: str) -> Explanation:
    """Return the lines that the value of `name` depends on, and why the others do not matter.

    Raises:
        SelectionError: `name` is no variable of the session.
    """
    wanted = name.strip()
    graph = workbench.read_session()
    is_known = wanted in workbench.session.live or graph.definition(wanted) is not None
    if not re.fullmatch(r"\w+", wanted) or not is_known:
        problem = f"no variable {wanted!r} in this session"
        raise SelectionError(problem, hint="`%ipyprod` lists the variables")
    return Explanation(name=wanted, slice=slice_backward(graph, (wanted,)))


def _cell_state(graph: LineageGraph, cell: Cell, promotions: tuple[PromotedName, ...]) -> CellState:
    statements = [s for s in graph.statements if s.event == cell.event]
    live = graph.session.live
    made: list[str] = []
    changed: list[str] = []
    for statement in statements:
        if statement.kind is StatementKind.IMPORT:
            continue
        effects = graph.effects(statement)
        made += sorted(effects.binds - statement.made_names)
        changed += sorted((effects.changes - effects.binds) & live)
    places = {(s.event, s.index) for s in statements}
    promoted = [p.name for p in promotions if places & set(p.replaced)]
    made = list(dict.fromkeys(made))
    return CellState(
        cell=cell,
        made=tuple(made),
        changed=tuple(name for name in dict.fromkeys(changed) if name not in made),
        promoted_to=tuple(dict.fromkeys(promoted)),
    )
