"""Functions that were promoted already, called where their statements stood."""

import ast
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import PurePath

from ipyprod.lineage.graph import LineageGraph
from ipyprod.promotion.companions import is_code, position_of
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
    statements read is among what it returns, and nothing in between depends on its inside. The
    session's functions and classes that went into its module are imported from there: two classes
    of one text are two classes. One that holds state stays where it is, with all that uses it.
    """
    kept = statements = tuple(statements)
    inner: set[str] = set()
    for promoted in reversed(graph.session.promotions):
        if _is_definition(graph, promoted):
            kept = _with_import(graph, kept, promoted)
            continue
        found = _with_call(graph, kept, promoted)
        if found is not None:
            kept, hidden = found
            inner |= hidden
    used = {n for s in kept for n in (*s.names.reads, *s.names.deferred_reads)}
    given = {id(s) for s in statements}
    kept = tuple(s for s in kept if id(s) in given or not _is_unused_import(s, used))
    return CalledStatements(statements=kept, inner_names=frozenset(inner))


def _is_unused_import(statement: Statement, used: Collection[str]) -> bool:
    """Whether a function was imported whose calls went into another one."""
    return statement.kind is StatementKind.IMPORT and statement.names.binds.isdisjoint(used)


def _is_definition(graph: LineageGraph, promoted: PromotedName) -> bool:
    numbers = [graph.order[place] for place in promoted.replaced if place in graph.order]
    found = [graph.statements[number] for number in numbers]
    return len(found) == 1 and is_code(found[0]) and promoted.name in found[0].names.binds


def _with_import(
    graph: LineageGraph, kept: tuple[Statement, ...], promoted: PromotedName
) -> tuple[Statement, ...]:
    """Import a promoted definition where it stood, if it is the only one of its name."""
    source = _import_of(graph, promoted)
    others = [s for s in kept if source is None or position_of(s) != position_of(source)]
    bound = [s for s in others if promoted.name in s.names.binds | s.names.may_bind]
    is_alone = [position_of(s) for s in bound] == list(promoted.replaced)
    if source is None or not is_alone or _holds_state(graph, promoted.name):
        return kept
    here = _in_place_of(bound[0], source.text)
    return tuple(here if s is bound[0] else s for s in others)


def _with_call(
    graph: LineageGraph, kept: tuple[Statement, ...], promoted: PromotedName
) -> tuple[tuple[Statement, ...], frozenset[str]] | None:
    replaced = [s for s in kept if position_of(s) in promoted.replaced]
    source = _import_of(graph, promoted)
    if not replaced or source is None or any(s.finish is not Finish.DONE for s in replaced):
        return None
    found = _with_companions(graph, [s for s in kept if s not in replaced], promoted)
    if found is None:
        return None
    others = list(found.statements)
    made = frozenset(n for s in replaced for n in graph.effects(s).binds)
    inner = (made - frozenset(promoted.returns)) | found.inner_names
    if not _is_closed(graph, replaced, others, made, frozenset(promoted.returns)):
        return None
    first, last = replaced[0], replaced[-1]
    ready = {n for s in others if position_of(s) < position_of(first) for n in _bound(graph, s)}
    if any(name not in ready for name, is_knob in promoted.arguments if not is_knob):
        return None
    if any(promoted.name in s.names.binds and s.kind is not StatementKind.IMPORT for s in others):
        return None
    call = _call(promoted, last, ready)
    placed = sorted([*others, call], key=position_of)
    extra = () if any(s.text == source.text for s in placed) else (source,)
    return (*extra, *placed), inner


def _with_companions(
    graph: LineageGraph, others: list[Statement], promoted: PromotedName
) -> CalledStatements | None:
    """Return `others` with the promoted function's companions imported; None where that differs."""
    module = PurePath(promoted.module_path).stem
    placed = others
    inner: set[str] = set()
    for name in promoted.companions:
        bound = [s for s in placed if name in s.names.binds | s.names.may_bind]
        if not any(map(is_code, bound)):
            continue
        if len(bound) > 1 or _holds_state(graph, name):
            return None
        is_used = any(
            name in (*s.names.reads, *s.names.deferred_reads) for s in placed if s is not bound[0]
        )
        here = [_in_place_of(bound[0], f"from {module} import {name}")] if is_used else []
        place = placed.index(bound[0])
        placed = [*placed[:place], *here, *placed[place + 1 :]]
        if not is_used:
            inner.add(name)
    return CalledStatements(statements=tuple(placed), inner_names=frozenset(inner))


def _holds_state(graph: LineageGraph, name: str) -> bool:
    """Whether something changed a function or class: a counter of the class, a default argument."""
    return any(name in effects.certain_changes for effects in graph.resolved)


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
        if position_of(other) < position_of(replaced[0]):
            continue
        if position_of(other) < position_of(replaced[-1]):
            if reads & (made | changed) or writes & (needed | made):
                return False
        elif reads & (made - returned):
            return False
    return True


def _is_known(graph: LineageGraph, statement: Statement) -> bool:
    number = graph.order.get(position_of(statement))
    return number is not None and graph.statements[number].text == statement.text


def _bound(graph: LineageGraph, statement: Statement) -> frozenset[str]:
    effects = graph.effects(statement) if _is_known(graph, statement) else None
    return effects.binds if effects else statement.names.binds


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
    return _in_place_of(last, text)


def _in_place_of(statement: Statement, text: str) -> Statement:
    """Return a statement of its own that stands where another one stood."""
    node = ast.parse(text).body[0]
    kind = StatementKind.OTHER
    if isinstance(node, ast.Expr):
        kind = StatementKind.EXPRESSION
    elif isinstance(node, ast.ImportFrom):
        kind = StatementKind.IMPORT
    return Statement(
        event=statement.event,
        index=statement.index,
        cell_number=statement.cell_number,
        line=statement.line,
        end_line=statement.end_line,
        text=text,
        node=node,
        kind=kind,
        names=analyze_statement(node),
    )
