"""The statements that a value depends on, with a reason for every line kept or dropped."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum

from ipyprod.lineage.effects import Position, StatementEffects
from ipyprod.lineage.graph import LineageGraph
from ipyprod.lineage.repeated_cells import walk_without_repetition
from ipyprod.lineage.walk import GIVEN_NAMES, Walk, Wanted
from ipyprod.source.statements import Finish, Omission, Statement, StatementKind


class KeepKind(Enum):
    """Why a statement is kept."""

    BINDS = "makes"
    CHANGES = "changes"
    MAY_CHANGE = "may change"
    AMBIENT = "sets"  # ambient state that a kept line reads; subject is its name
    WRITES = "writes"  # output that is kept for its own sake; subject is a path or "pyplot"
    ASKED = "was asked for"


class DropKind(Enum):
    """Why a statement is dropped."""

    LOOK = "only a look"
    SUPERSEDED = "superseded"  # subject is bound again by `place` before anything reads it
    UNUSED = "nothing kept uses it"
    FAILED = "failed without an effect"
    OMITTED = "left out"  # an Omission of the parsing stage


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLine:
    """A statement of the slice. `subject` is the name or state for which it is kept."""

    statement: Statement
    kind: KeepKind
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedLine:
    """A statement outside the slice. `by` is the statement that supersedes it, where one does."""

    statement: Statement
    kind: DropKind
    subject: str = ""
    by: Statement | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A backward slice, in the order of execution.

    `inputs` are the names that kept statements read and that no kept statement makes, in order of
    first use, builtins apart: parameters, or names whose source is gone. `doubted` are the
    `unharmed` names with changes that were left out.
    """

    targets: tuple[str, ...]
    kept: tuple[KeptLine, ...]
    dropped: tuple[DroppedLine, ...]
    omitted: tuple[Omission, ...] = ()
    inputs: tuple[str, ...] = ()
    is_conservative: bool = False
    doubted: frozenset[str] = frozenset()

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The kept statements alone."""
        return tuple(line.statement for line in self.kept)


def slice_backward(  # noqa: PLR0913 - the settings of one walk
    graph: LineageGraph,
    targets: Collection[str],
    *,
    given: frozenset[str] = frozenset(),
    within: frozenset[Position] | None = None,
    until: int | None = None,
    keep_outputs: bool = False,
    conservative: bool = False,
    unharmed: frozenset[str] = frozenset(),
    hopeful: bool = False,
) -> Slice:
    """Return the statements that make `targets` what they are after the last one considered.

    `given` names are not followed further. `within` are the (event, index) to choose from, None
    for all of them; `until` is the last event considered. `keep_outputs` keeps files written,
    figures and prints for their own sake. `conservative` trusts the text alone: what was seen
    unchanged may have changed. Of `unharmed` names the changes are left
    out that are none, most likely: those that only filled a cache, and those that nothing but the
    text of a look speaks for. `hopeful` leaves out, for every name and of any call, what only the
    text speaks for, with the settings of libraries and the environment: a check has to tell whether
    that is right. It keeps what filled a cache, which a check does not compare.
    """
    wanted = Wanted(
        targets=tuple(dict.fromkeys(targets)), given=given, within=within, until=until,
        keep_outputs=keep_outputs, conservative=conservative, unharmed=unharmed, hopeful=hopeful,
    )  # fmt: skip
    walk = walk_without_repetition(graph, wanted)
    hits = walk.hits
    numbers = walk.considered()
    kept = [
        KeptLine(
            statement=graph.statements[i], kind=KeepKind[hits[i].kind], subject=hits[i].subject
        )
        for i in numbers
        if i in hits
    ]
    last = until if until is not None else max((s.event for s in graph.statements), default=0)
    return Slice(
        targets=wanted.targets,
        kept=tuple(kept),
        dropped=_dropped(walk, numbers),
        omitted=tuple(o for o in graph.omissions if o.event <= last),
        inputs=_inputs(graph, wanted, sorted(hits)),
        is_conservative=conservative,
        doubted=frozenset(walk.doubted),
    )


def _inputs(graph: LineageGraph, wanted: Wanted, kept: list[int]) -> tuple[str, ...]:
    made: set[str] = set()
    inputs: dict[str, None] = {}
    ever = {name for effects in graph.resolved for name in effects.binds}
    ever |= graph.session.live | graph.session.unrecorded
    for i in kept:
        effects, statement = graph.resolved[i], graph.statements[i]
        place = (statement.event, statement.index)
        for name in effects.reads:
            is_certain = name in effects.certain_reads or name in ever
            is_missing = name not in made and is_certain
            if name in wanted.given or (is_missing and not graph.is_bound_later(name, place)):
                inputs[name] = None
        made |= effects.binds
    for name in wanted.targets:
        if name not in made:
            inputs[name] = None
    hidden = ever | wanted.given
    return tuple(n for n in inputs if n not in GIVEN_NAMES or n in hidden)


def _dropped(walk: Walk, numbers: list[int]) -> tuple[DroppedLine, ...]:
    graph, hits = walk.graph, walk.hits
    lines: list[DroppedLine] = []
    next_kill: dict[str, int] = {}
    next_store: dict[tuple[str, str | int], Statement] = {}
    read_since: set[str] = set()
    for i in reversed(numbers):
        statement, effects = graph.statements[i], graph.resolved[i]
        if i not in hits:
            again = _printed_again(walk, statement, effects)
            again = again or _stored_again(statement, effects, next_store)
            lines.append(again or _drop(graph, statement, effects, next_kill, read_since))
        elif effects.item_store is not None:
            next_store[effects.item_store.name, effects.item_store.key] = statement
        for name in effects.kills:
            next_kill[name] = i
            read_since.discard(name)
        if i in hits:
            read_since.update(effects.reads)
    return tuple(reversed(lines))


def _printed_again(
    walk: Walk, statement: Statement, effects: StatementEffects
) -> DroppedLine | None:
    """Return why a print is dropped that the next run of its cell made again."""
    then = walk.wanted.printed_again.get(statement.event)
    if then is None or "print" not in effects.outputs:
        return None
    by = walk.graph.statements[walk.graph.order[then, statement.index]]
    return DroppedLine(statement=statement, kind=DropKind.SUPERSEDED, by=by)


def _stored_again(
    statement: Statement,
    effects: StatementEffects,
    next_store: Mapping[tuple[str, str | int], Statement],
) -> DroppedLine | None:
    """Return why the store of an item is dropped that a line which is kept stores anew."""
    store = effects.item_store
    by = next_store.get((store.name, store.key)) if store is not None else None
    if store is None or by is None:
        return None
    return DroppedLine(
        statement=statement, kind=DropKind.SUPERSEDED, subject=f"{store.name}[{store.key!r}]", by=by
    )


def _drop(
    graph: LineageGraph,
    statement: Statement,
    effects: StatementEffects,
    next_kill: Mapping[str, int],
    read_since: set[str],
) -> DroppedLine:
    if statement.finish is Finish.RAISED and not effects.binds and not effects.changes:
        return DroppedLine(statement=statement, kind=DropKind.FAILED)
    is_look = statement.kind is StatementKind.EXPRESSION and not effects.changes
    if is_look and not effects.binds and not effects.ambient_writes:
        return DroppedLine(statement=statement, kind=DropKind.LOOK)
    for name in sorted(effects.binds):
        if name in next_kill and name not in read_since:
            by = graph.statements[next_kill[name]]
            return DroppedLine(statement=statement, kind=DropKind.SUPERSEDED, subject=name, by=by)
    subject = min(effects.binds | effects.changes, default="")
    return DroppedLine(statement=statement, kind=DropKind.UNUSED, subject=subject)
