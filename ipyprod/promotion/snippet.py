"""Which statements of the chosen cells make the function, and what it gives back."""

import ast
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ipyprod.errors import SelectionError
from ipyprod.lineage.graph import LineageGraph
from ipyprod.lineage.slices import DropKind, DroppedLine, KeepKind, KeptLine, Slice, slice_backward
from ipyprod.lineage.snippets import live_out
from ipyprod.promotion.companions import bound_names, position_of
from ipyprod.session.cell import SideEffectKind
from ipyprod.source.statements import Finish, Statement, StatementKind

if TYPE_CHECKING:
    from ipyprod.lineage.effects import Position

_PEEKS = frozenset(
    {"head", "tail", "info", "describe", "sample", "shape", "dtypes", "columns", "index", "dtype",
     "ndim", "size", "memory_usage", "nunique", "unique", "keys"}
)  # fmt: skip
_PEEK_CALLS = frozenset({"print", "display", "type", "len", "help", "dir", "id", "repr", "pprint"})
_OUTSIDE = (SideEffectKind.NETWORK, SideEffectKind.SUBPROCESS, SideEffectKind.FILE_WRITTEN)


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
    graph: LineageGraph, targets: tuple[str, ...], given: frozenset[str], *, conservative: bool
) -> Snippet:
    """Return whatever `targets` depend on, back to the beginning or to the `given` names.

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
    found = slice_backward(graph, targets, given=given, conservative=conservative)
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
    if all(_is_definition(s) for s in ran):
        if all(s.kind is StatementKind.IMPORT for s in ran):
            raise SelectionError(
                "these cells only import", hint="choose others; nothing was written"
            )
        names = ", ".join(sorted(bound_names(ran)))
        raise SelectionError(
            f"these cells only define {names}", hint="promote that by its name; nothing was written"
        )
    _check_returns(chosen, returns)
    wanted = returns or tuple(_returned_names(graph, ran))
    result = None if wanted else _result_expression(graph, ran)
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


def is_peek(node: ast.stmt) -> bool:
    """Whether `node` only shows what is there: a name, an attribute, `df.head()`, `print(x)`."""
    if not isinstance(node, ast.Expr):
        return False
    value = node.value
    if isinstance(value, ast.Name | ast.Constant | ast.Attribute):
        return True
    if isinstance(value, ast.Call):
        function = value.func
        if isinstance(function, ast.Attribute):
            return function.attr in _PEEKS
        return isinstance(function, ast.Name) and function.id in _PEEK_CALLS
    return False


def _check_returns(chosen: list[Statement], returns: tuple[str, ...]) -> None:
    known = bound_names(chosen) | {n for s in chosen for n in s.names.reads}
    for name in returns:
        if name not in known:
            raise SelectionError(
                f"--returns names {name!r}, which does not occur in these cells",
                hint="nothing was written",
            )


def _returned_names(graph: LineageGraph, ran: list[Statement]) -> list[str]:
    """Return what later cells read and the result, in the order of the last binding."""
    positions = [position_of(s) for s in ran]
    defined = {n for s in ran if _is_definition(s) for n in s.names.binds}
    bound = bound_names(s for s in ran if not _is_definition(s))
    names = [
        n
        for n in live_out(graph, positions)
        if n in bound or (n not in defined and not _is_code(graph, n, positions[0]))
    ]
    names += [n for n in _results(graph, ran) if n not in names]
    last = {name: place for place, s in enumerate(ran) for name in graph.effects(s).changes}
    last |= {name: place for place, s in enumerate(ran) for name in graph.effects(s).binds}
    return sorted(names, key=lambda name: last.get(name, -1))


def _is_code(graph: LineageGraph, name: str, at: "Position") -> bool:
    """Whether a name is a module, function or class: its state belongs to where it is defined."""
    found = graph.definition(name, at)
    return found is not None and (_is_definition(found) or found.kind is StatementKind.IMPORT)


def _results(graph: LineageGraph, ran: list[Statement]) -> list[str]:
    """Return what the snippet binds or changes last, where nothing in it reads that again."""
    read: set[str] = set()
    deleted: set[str] = set()
    for statement in reversed(ran):
        if is_peek(statement.node) or _is_definition(statement):
            continue
        effects = graph.effects(statement)
        if isinstance(statement.node, ast.Expr) and not effects.changes and not effects.binds:
            read |= set(statement.names.reads)
            continue
        made = [n for n in _made_by(statement) if n not in read | deleted]
        place = position_of(statement)
        changed = {
            n
            for n in effects.certain_changes - read - deleted - set(made)
            if not _is_code(graph, n, place)
        }
        named = changed & set(statement.names.reads)
        made += sorted(named or changed & bound_names(ran))
        if made:
            return made
        read |= set(statement.names.reads) - statement.names.binds
        deleted |= statement.names.deletes
    return []


def _made_by(statement: Statement) -> list[str]:
    """Return the names that a statement binds for their own sake: no loop variables, no files."""
    node = statement.node
    scratch: set[str] = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.For | ast.AsyncFor):
            scratch |= _names_in(inner.target)
        elif isinstance(inner, ast.withitem) and inner.optional_vars is not None:
            scratch |= _names_in(inner.optional_vars)
        elif isinstance(inner, ast.ExceptHandler) and inner.name:
            scratch.add(inner.name)
        elif isinstance(inner, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            walruses = (n.target for n in ast.walk(inner) if isinstance(n, ast.NamedExpr))
            scratch |= {target.id for target in walruses}
    bound = statement.names.binds | statement.names.may_bind
    order = [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and n.id in bound - scratch]
    return [n for n in dict.fromkeys(order) if n != "_"]


def _names_in(node: ast.expr) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def _result_expression(graph: LineageGraph, ran: list[Statement]) -> Statement | None:
    last = ran[-1]
    is_shown = isinstance(last.node, ast.Expr) and last.finish is not Finish.RAISED
    if "pyplot" in (*graph.effects(last).outputs, *graph.effects(last).ambient_writes):
        return None
    return last if is_shown and not is_peek(last.node) else None


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
    is_quiet = not effects.binds and not effects.certain_changes
    return is_quiet and (set(effects.outputs) == {"print"} or is_peek(statement.node))


def _acts_outside(graph: LineageGraph, statement: Statement) -> bool:
    if not isinstance(statement.node, ast.Expr):
        return False
    cell = next((c for c in graph.session.cells if c.event == statement.event), None)
    return cell is not None and any(e.kind in _OUTSIDE for e in cell.observation.side_effects)


def _is_definition(statement: Statement) -> bool:
    return statement.kind in (StatementKind.IMPORT, StatementKind.FUNCTION, StatementKind.CLASS)


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
