"""Values of the session that its text does not explain."""

import ast
import builtins
from dataclasses import dataclass
from enum import Enum

from ipyprod.lineage.graph import LineageGraph
from ipyprod.lineage.resolution import GENERATORS
from ipyprod.lineage.walk import is_seeded
from ipyprod.source.ambient_text import ENTROPY
from ipyprod.source.statements import Finish, StatementKind

_NOT_DATA = frozenset({StatementKind.IMPORT, StatementKind.FUNCTION, StatementKind.CLASS})


class HiddenKind(Enum):
    """How a live value departs from the text of the session."""

    SOURCE_GONE = "its source is not in the record"
    STALE = "older than what it was made from"
    FROM_FAILED = "made or changed by a cell that failed"
    REDEFINED = "made by a function that was redefined since"
    UNSEEDED_RANDOM = "made with random numbers that were not seeded"
    SHADOWED_BUILTIN = "hides a builtin"
    UNRECORDED = "comes after a gap in the record"


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenState:
    """One departure. `places` are the numbers of the cells concerned; `what_to_do` is a sentence."""

    kind: HiddenKind
    name: str
    places: tuple[int, ...] = ()
    cause: str = ""  # the name that was rebound, changed or redefined
    what_to_do: str = ""


def find_hidden_state(graph: LineageGraph) -> tuple[HiddenState, ...]:
    """Return every departure of a live name, in the order of the names' last binding."""
    found: list[HiddenState] = []
    last_binding: dict[str, int] = {}
    for index, effects in enumerate(graph.resolved):
        for name in effects.binds:
            last_binding[name] = index
    live = sorted(graph.session.live, key=lambda n: (last_binding.get(n, -1), n))
    for name in live:
        if name.startswith("_"):
            continue
        made_at = last_binding.get(name)
        found += _about_source(graph, name, made_at)
        if made_at is not None:
            found += _about_age(graph, name, made_at)
    return tuple(found)


def _about_source(graph: LineageGraph, name: str, made_at: int | None) -> list[HiddenState]:
    found: list[HiddenState] = []
    session = graph.session
    if made_at is None or name in session.unrecorded:
        after_gap = session.incomplete_from is not None
        kind = HiddenKind.UNRECORDED if after_gap else HiddenKind.SOURCE_GONE
        advice = f"run the code that makes {name} again in a cell"
        return [HiddenState(kind=kind, name=name, what_to_do=advice)]
    statement = graph.statements[made_at]
    place = (statement.cell_number,)
    failed = _from_failed_cell(graph, name, made_at)
    if failed is not None:
        advice = f"run cell {failed} again without the error"
        found.append(
            HiddenState(kind=HiddenKind.FROM_FAILED, name=name, places=(failed,), what_to_do=advice)
        )
    if name in dir(builtins):
        advice = f"rename it, or `del {name}` to have the builtin back"
        found.append(
            HiddenState(
                kind=HiddenKind.SHADOWED_BUILTIN, name=name, places=place, what_to_do=advice
            )
        )
    chances = (_about_chance(graph, name, index) for index in _makers(graph, name, made_at))
    return found + next(filter(None, chances), [])


def _makers(graph: LineageGraph, name: str, made_at: int) -> list[int]:
    """Return what made a value and what changed it since."""
    later = range(made_at + 1, len(graph.resolved))
    return [made_at, *(index for index in later if name in graph.resolved[index].certain_changes)]


def _from_failed_cell(graph: LineageGraph, name: str, made_at: int) -> int | None:
    """Return the number of the failed cell that made or last changed a value, None for none."""
    failed = {one.event for one in graph.statements if one.finish is Finish.RAISED}
    for index in reversed(_makers(graph, name, made_at)):
        statement = graph.statements[index]
        if statement.event in failed and statement.kind not in _NOT_DATA:
            return statement.cell_number
    return None


def _about_chance(graph: LineageGraph, name: str, made_at: int) -> list[HiddenState]:
    effects, statement = graph.resolved[made_at], graph.statements[made_at]
    if statement.kind in _NOT_DATA:
        return []
    number = statement.cell_number
    drawn = sorted(GENERATORS & effects.ambient_reads & effects.ambient_writes)
    advice = [
        (state, f"seed {state} before cell {number}")
        for state in drawn
        if not is_seeded(graph, state, made_at)
    ]
    if ENTROPY in effects.ambient_reads:
        advice.insert(0, ("", f"give a seed in cell {number}"))
    return [
        HiddenState(
            kind=HiddenKind.UNSEEDED_RANDOM,
            name=name,
            places=(number,),
            cause=cause,
            what_to_do=what_to_do,
        )
        for cause, what_to_do in advice[:1]
    ]


def _about_age(graph: LineageGraph, name: str, made_at: int) -> list[HiddenState]:
    """Say what became of that which a value was made from: rebound, changed or redefined."""
    effects, statement = graph.resolved[made_at], graph.statements[made_at]
    if statement.kind in _NOT_DATA or name in _loop_names(statement.node):
        return []
    for later in range(made_at + 1, len(graph.statements)):
        after = graph.resolved[later]
        if name in after.changes:
            return []
        for source in effects.reads:
            if source in effects.changes or _is_the_same_again(graph, source, made_at, later):
                continue  # `a = next(it)`: that `it` goes on makes `a` no older
            is_anew = source in after.binds and source != name
            if not is_anew and source not in after.certain_changes - effects.binds:
                continue
            if source in after.binds & set(after.reads) or _is_another_item(
                source, statement.node, graph.statements[later].node
            ):
                continue  # `df = df[df.a > 1]`: the session went on, and nothing was corrected
            is_code = graph.statements[later].kind in {StatementKind.FUNCTION, StatementKind.CLASS}
            places = (statement.cell_number, graph.statements[later].cell_number)
            return [
                HiddenState(
                    kind=HiddenKind.REDEFINED if is_code else HiddenKind.STALE,
                    name=name,
                    places=places,
                    cause=source,
                    what_to_do=f"run cell {places[0]} again: {source} is newer",
                )
            ]
    return []


def _loop_names(node: ast.stmt) -> set[str]:
    """Return the loop variables of a statement: nobody looks for them after the loop."""
    if not isinstance(node, ast.For | ast.AsyncFor):
        return set()
    return {one.id for one in ast.walk(node.target) if isinstance(one, ast.Name)}


def _is_another_item(source: str, made: ast.stmt, later: ast.stmt) -> bool:
    """Whether a later statement only sets items that the value was not made from.

    total = df["price"].sum()
    df["tax"] = df["price"] * 0.2
       ^^^^^ is new, and the price is what it was
    """
    read = _items_of(source, made)
    targets = later.targets if isinstance(later, ast.Assign) else []
    stored = [_item_of(source, target) for target in targets]
    return bool(read and stored) and None not in (*read, *stored) and read.isdisjoint(stored)


def _items_of(source: str, node: ast.AST) -> set[str | None]:
    """Return the items that code asks `source` for, None among them where it asks for more."""
    uses = sum(isinstance(one, ast.Name) and one.id == source for one in ast.walk(node))
    found = [item for one in ast.walk(node) if (item := _item_of(source, one)) is not None]
    return {*found, *([None] if len(found) < uses else [])}


def _item_of(source: str, node: ast.AST) -> str | None:
    match node:
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str(item))):
            return item if name == source else None
    return None


def _is_the_same_again(graph: LineageGraph, name: str, made_at: int, later: int) -> bool:
    """Whether a later statement binds a name to what it was: a cell that was run again."""
    again = graph.statements[later]
    if name not in graph.resolved[later].binds:
        return False
    before = graph.statements[made_at]
    first = graph.definition(name, (before.event, before.index))
    if first is None or first.text != again.text:
        return False
    value = getattr(again.node, "value", None)
    return again.kind in _NOT_DATA or isinstance(value, ast.Constant)
