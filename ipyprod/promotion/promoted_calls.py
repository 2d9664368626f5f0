"""Functions that were promoted already, called where their statements stood."""

import ast
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ipyprod.lineage.graph import LineageGraph
from ipyprod.session.cell import PromotedName
from ipyprod.source.names import analyze_statement
from ipyprod.source.statements import Finish, Statement, StatementKind


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledStatements:
    """Statements with calls in place of what was promoted.

    `inner_names` are variables that only the called functions hold now.
    """

    statements: tuple[Statement, ...]
    inner_names: frozenset[str] = frozenset()


def call_promoted(graph: LineageGraph, statements: Iterable[Statement]) -> CalledStatements:
    """Replace the statements of each promoted function by a call where nothing can tell.

    A function is called only where what it takes is there before its first statement, what later
    statements read is among what it returns, and nothing in between depends on its inside.
    """
    kept = tuple(statements)
    inner: set[str] = set()
    for promoted in reversed(graph.session.promotions):
        found = _with_call(graph, kept, promoted)
        if found is not None:
            kept, hidden = found
            inner |= hidden
    return CalledStatements(statements=kept, inner_names=frozenset(inner))


def _with_call(
    graph: LineageGraph, kept: tuple[Statement, ...], promoted: PromotedName
) -> tuple[tuple[Statement, ...], frozenset[str]] | None:
    replaced = [s for s in kept if (s.event, s.index) in promoted.replaced]
    source = _import_of(graph, promoted)
    if not replaced or source is None or any(s.finish is not Finish.DONE for s in replaced):
        return None
    others = [s for s in kept if s not in replaced]
    made = frozenset(n for s in replaced for n in graph.effects(s).binds)
    inner = made - frozenset(promoted.returns)
    if not _is_closed(graph, replaced, others, made, frozenset(promoted.returns)):
        return None
    first, last = replaced[0], replaced[-1]
    ready = {n for s in others if _place(s) < _place(first) for n in graph.effects(s).binds}
    if any(name not in ready for name, is_knob in promoted.arguments if not is_knob):
        return None
    if any(promoted.name in s.names.binds and s.kind is not StatementKind.IMPORT for s in others):
        return None
    call = _call(promoted, last, ready)
    placed = sorted([*others, call], key=_place)
    extra = () if any(s.text == source.text for s in placed) else (source,)
    return (*extra, *placed), inner


def _is_closed(
    graph: LineageGraph,
    replaced: list[Statement],
    others: list[Statement],
    made: frozenset[str],
    returned: frozenset[str],
) -> bool:
    """Whether nothing outside sees what happens between the first and the last statement."""
    changed = frozenset(n for s in replaced for n in graph.effects(s).changes)
    if not changed - made <= returned or not returned <= made | changed:
        return False
    needed = frozenset(n for s in replaced for n in graph.effects(s).reads)
    for other in others:
        effects = graph.effects(other) if _is_known(graph, other) else None
        reads = frozenset(effects.reads if effects else other.names.reads)
        writes = (effects.binds | effects.changes) if effects else other.names.binds
        if _place(other) < _place(replaced[0]):
            continue
        if _place(other) < _place(replaced[-1]):
            if reads & (made | changed) or writes & (needed | made):
                return False
        elif reads & (made - returned):
            return False
    return True


def _is_known(graph: LineageGraph, statement: Statement) -> bool:
    return _place(statement) in graph.order


def _place(statement: Statement) -> tuple[int, int]:
    return statement.event, statement.index


def _import_of(graph: LineageGraph, promoted: PromotedName) -> Statement | None:
    """Return the statement by which the session got the promoted function."""
    for statement in graph.statements:
        is_import = statement.kind is StatementKind.IMPORT and statement.event == promoted.event
        if is_import and promoted.name in statement.names.binds:
            return statement
    return None


def _call(promoted: PromotedName, last: Statement, ready: Collection[str]) -> Statement:
    given = [
        f"{name}={name}" if is_knob else name
        for name, is_knob in promoted.arguments
        if not is_knob or name in ready
    ]
    value = f"{promoted.name}({', '.join(given)})"
    text = f"{', '.join(promoted.returns)} = {value}" if promoted.returns else value
    node = ast.parse(text).body[0]
    return Statement(
        event=last.event,
        index=last.index,
        cell_number=last.cell_number,
        line=last.line,
        end_line=last.end_line,
        text=text,
        node=node,
        kind=StatementKind.OTHER if promoted.returns else StatementKind.EXPRESSION,
        names=analyze_statement(node),
    )
