"""What a plan takes for granted, for the user to know."""

from collections.abc import Iterable

from ipyprod.lineage.graph import LineageGraph
from ipyprod.lineage.resolution import GENERATORS
from ipyprod.lineage.walk import generators_set
from ipyprod.promotion.companions import Origin, Surroundings, origin_of
from ipyprod.promotion.copies import CopyPlan
from ipyprod.promotion.plan import Assumption, AssumptionKind, CopyKind, Parameter
from ipyprod.session.cell import Outcome
from ipyprod.source.ambient_text import ENTROPY
from ipyprod.source.secrets import find_personal_paths
from ipyprod.source.statements import Finish, Statement


def place_of(statement: Statement) -> str:
    """Return where a statement was typed: "In [7], line 2"."""
    return f"In [{statement.cell_number}], line {statement.line}"


def may_stop(graph: LineageGraph, statement: Statement) -> bool:
    """Whether a statement stopped in the middle, or may have, in a cell that failed."""
    if statement.finish is not Finish.UNKNOWN:
        return statement.finish is Finish.RAISED
    failed = (Outcome.FAILED, Outcome.INTERRUPTED)
    return any(c.event == statement.event and c.outcome in failed for c in graph.session.cells)


def plan_assumptions(
    graph: LineageGraph,
    around: Surroundings,
    body: tuple[Statement, ...],
    parameters: tuple[Parameter, ...],
    copies: CopyPlan,
) -> tuple[Assumption, ...]:
    """Gather what the plan takes for granted."""
    found = [
        Assumption(kind=AssumptionKind.CHANGED_IN_PLACE, subject=p.name)
        for p in parameters
        if p.copy is CopyKind.UNSAFE
    ]
    found += [
        Assumption(kind=AssumptionKind.SHARED_INPUTS, subject=", ".join(names))
        for names in (*copies.joint, *copies.shared_memory)
    ]
    for name, place in around.inputs.items():
        origin, statement = origin_of(graph, name, place)
        if origin is Origin.DATA and statement is None:
            found.append(Assumption(kind=AssumptionKind.SOURCE_GONE, subject=name))
    for statement in body:
        if may_stop(graph, statement):
            found.append(_about(AssumptionKind.FAILED_STATEMENT, statement))
        if statement.names.is_opaque:
            found.append(_about(AssumptionKind.RUNS_TEXT, statement))
        if find_personal_paths(statement.text):
            found.append(_about(AssumptionKind.PERSONAL_PATH, statement))
    return (*found, *_unseeded(graph, body))


def _about(kind: AssumptionKind, statement: Statement) -> Assumption:
    subject = statement.text.partition("\n")[0]
    return Assumption(kind=kind, subject=subject, place=place_of(statement))


def _unseeded(graph: LineageGraph, body: tuple[Statement, ...]) -> Iterable[Assumption]:
    seeded: frozenset[str] = frozenset()
    for statement in body:
        effects = graph.effects(statement)
        drawn = GENERATORS & effects.ambient_reads & effects.ambient_writes
        seeded |= generators_set(graph, statement)
        if drawn - seeded or ENTROPY in effects.ambient_reads:
            yield _about(AssumptionKind.UNSEEDED_RANDOM, statement)
