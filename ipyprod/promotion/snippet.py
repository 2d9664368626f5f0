"""Which statements of the chosen cells make the function, and what it gives back."""

import ast
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ipyprod.errors import SelectionError
from ipyprod.lineage.graph import LineageGraph
from ipyprod.lineage.slices import DropKind, DroppedLine, KeepKind, KeptLine, Slice, slice_backward
from ipyprod.promotion.companions import bound_names, position_of
from ipyprod.promotion.guards import find_guards
from ipyprod.promotion.results import is_peek, result_expression, returned_names, side_effects
from ipyprod.session.cell import OUTSIDE_EFFECTS
from ipyprod.source.statements import Finish, Statement, StatementKind

if TYPE_CHECKING:
    from ipyprod.lineage.effects import Position

_DEFINING = (StatementKind.IMPORT, StatementKind.FUNCTION, StatementKind.CLASS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """The statements of a function to be, in the order of execution.

    `returns` are the names given back; `result` is the last statement where its value is. `slice`
    has the reasons.
    """

    slice: Slice
    returns: tuple[str, ...]
    result: Statement | None = None

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The kept statements."""
        return self.slice.statements


def follow_back(
    graph: LineageGraph,
    targets: tuple[str, ...],
    given: frozenset[str],
    *,
    conservative: bool,
    hopeful: bool = False,
) -> Snippet:
    """Return whatever `targets` depend on, back to the beginning or to the `given` names.

    `conservative` and `hopeful` are those of `slice_backward`.

    Raises:
        SelectionError: a target was never bound, or a given name never used.
    """
    for name in targets:
        if graph.definition(name) is None:
            raise SelectionError(
                f"no cell binds {name!r}, so there is nothing to follow back",
                hint="name a variable of the session; nothing was written",
            )
    for name in sorted(given):
        if not any(name in s.names.reads for s in graph.statements):
            raise SelectionError(
                f"--given names {name!r}, which no cell reads",
                hint="name variables that the session uses; nothing was written",
            )
    found = slice_backward(graph, targets, given=given, conservative=conservative, hopeful=hopeful)
    return Snippet(slice=found, returns=targets)


def choose_statements(
    graph: LineageGraph,
    events: Collection[int],
    *,
    returns: tuple[str, ...] = (),
    conservative: bool = False,
) -> Snippet:
    """Choose among the statements of the cells with these events; `returns` overrules the results.

    Raises:
        SelectionError: nothing ran in these cells, or they do not make what is to be returned.
    """
    chosen = [s for s in graph.statements if s.event in events]
    ran = [s for s in chosen if s.finish is not Finish.RAISED or _had_effect(graph, s)]
    if not ran:
        raise SelectionError(
            f"these cells have nothing that worked{_first_failure(graph, events)}",
            hint="choose others; nothing was written",
        )
    if all(s.kind in _DEFINING for s in ran):
        if all(s.kind is StatementKind.IMPORT for s in ran):
            raise SelectionError(
                "these cells only import", hint="choose others; nothing was written"
            )
        names = ", ".join(sorted(bound_names(ran)))
        raise SelectionError(
            f"these cells only define {names}", hint="promote that by its name; nothing was written"
        )
    _check_returns(chosen, returns)
    wanted = returns or tuple(returned_names(graph, ran))
    result = None if wanted else result_expression(graph, ran)
    looks = [s for s in ran if _only_prints(graph, s) and s is not result]
    within = frozenset(position_of(s) for s in ran) - {position_of(s) for s in looks}
    until = max(s.event for s in ran)
    targets = dict.fromkeys([*wanted, *_changed_before(graph, ran)])
    forced = [s for s in ran if s is result or (s not in looks and _acts_outside(graph, s))]
    slices = [
        slice_backward(
            graph, tuple(targets), within=within, until=until, keep_outputs=True,
            conservative=conservative,
        )
    ]  # fmt: skip
    for statement in forced:
        reads = [n for n in statement.names.reads if graph.definition(n, position_of(statement))]
        slices.append(
            slice_backward(
                graph, reads, within=within, until=statement.event, conservative=conservative
            )
        )
    merged = _merge(slices, forced, looks, wanted)
    merged = _merge([merged], find_guards(graph, ran, merged.statements), [], wanted)
    if not merged.kept:
        kept = tuple(KeptLine(statement=s, kind=KeepKind.ASKED, subject="") for s in ran)
        merged = replace(merged, kept=kept, dropped=())
    return Snippet(slice=merged, returns=wanted, result=result)


def _first_failure(graph: LineageGraph, events: Collection[int]) -> str:
    """Say which of the cells failed first, and how."""
    failed = (cell for cell in graph.session.cells if cell.event in events and cell.error_type)
    first = next(failed, None)
    if first is None:
        return ""
    kind = first.error_type.rpartition(".")[2]
    return f" (In [{first.number}]: {kind}: {first.error_message})"


def _had_effect(graph: LineageGraph, statement: Statement) -> bool:
    effects = graph.effects(statement)
    return bool(effects.binds or effects.certain_changes)


def _check_returns(chosen: list[Statement], returns: tuple[str, ...]) -> None:
    known = bound_names(chosen) | {n for s in chosen for n in s.names.reads}
    for name in returns:
        if name not in known:
            raise SelectionError(
                f"--returns names {name!r}, which does not occur in these cells",
                hint="nothing was written",
            )


def _changed_before(graph: LineageGraph, ran: list[Statement]) -> list[str]:
    """Return the names that were bound before the snippet and whose object it changes."""
    first = position_of(ran[0])
    rebound: set[str] = set()
    found: list[str] = []
    for statement in ran:
        effects = graph.effects(statement)
        changed = sorted(effects.changes - effects.weak_changes - rebound)
        found.extend(n for n in changed if graph.definition(n, first) is not None)
        rebound |= effects.kills
    return found


def _only_prints(graph: LineageGraph, statement: Statement) -> bool:
    if not isinstance(statement.node, ast.Expr):
        return False
    effects = graph.effects(statement)
    did_more = effects.binds | (effects.changes - effects.weak_changes) | effects.ambient_writes
    return not did_more and (set(effects.outputs) == {"print"} or is_peek(statement.node))


def _acts_outside(graph: LineageGraph, statement: Statement) -> bool:
    if not isinstance(statement.node, ast.Expr):
        return False
    return not side_effects(graph, statement).isdisjoint(OUTSIDE_EFFECTS)


def _merge(
    slices: list[Slice], forced: list[Statement], looks: list[Statement], targets: tuple[str, ...]
) -> Slice:
    kept: dict[Position, KeptLine] = {}
    for statement in forced:
        kept[position_of(statement)] = KeptLine(
            statement=statement, kind=KeepKind.ASKED, subject=""
        )
    for one in slices:
        for line in one.kept:
            kept.setdefault(position_of(line.statement), line)
    dropped = [d for d in slices[0].dropped if position_of(d.statement) not in kept]
    dropped += [DroppedLine(statement=s, kind=DropKind.LOOK) for s in looks]
    return replace(
        slices[0],
        targets=targets,
        kept=tuple(kept[place] for place in sorted(kept)),
        dropped=tuple(sorted(dropped, key=lambda d: position_of(d.statement))),
    )
