"""The session as a graph: every statement that ran, with what it read, bound and changed."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from ipyprod.lineage.effects import Position, StatementEffects
from ipyprod.lineage.failures import Failure
from ipyprod.lineage.resolution import CellResolver
from ipyprod.lineage.session_code import Called, Code, Tokens, follow
from ipyprod.lineage.submodules import Submodules
from ipyprod.lineage.text_effects import TextReader
from ipyprod.lineage.written_modules import WrittenModules
from ipyprod.session.cell import Observation, Session
from ipyprod.source.statements import Omission, OmissionKind, ParsedSession, Statement

if TYPE_CHECKING:
    from ipyprod.lineage.text_findings import TextEffects

_NOTHING_SEEN = Observation()
_RAN = frozenset({OmissionKind.DISPLAY, OmissionKind.REFUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class LineageGraph:
    """The statements in the order of execution, each with its effects.

    `resolved[i]` are the effects of `statements[i]`; `order` gives i for a statement's (event,
    index). `code_log` says from which statement on a name led to which session code (`codes`).
    """

    session: Session
    statements: tuple[Statement, ...]
    omissions: tuple[Omission, ...] = ()
    resolved: tuple[StatementEffects, ...] = field(repr=False)
    order: Mapping[Position, int] = field(repr=False)
    codes: Mapping[int, Code] = field(repr=False)
    code_log: tuple[tuple[int, str, Tokens], ...] = field(repr=False)
    sharing_log: tuple[tuple[frozenset[str], ...], ...] = field(repr=False)
    submodules: frozenset[str] = frozenset()  # states of those that were loaded

    def effects(self, statement: Statement) -> StatementEffects:
        """Return what `statement` did."""
        return self.resolved[self.order[statement.event, statement.index]]

    def end_of(self, position: Position | None) -> int:
        """Return how many statements come ahead of `position`; all of them for None."""
        if position is None:
            return len(self.statements)
        exact = self.order.get(position)
        if exact is not None:
            return exact
        return sum((s.event, s.index) < position for s in self.statements)

    def definition(self, name: str, before: Position | None = None) -> Statement | None:
        """Return the last statement that bound `name` ahead of `before`, None where none did.

        A statement that bound it only perhaps counts too; `before=None` means the end.
        """
        for index in reversed(range(self.end_of(before))):
            if name in self.resolved[index].binds:
                return self.statements[index]
        return None

    def was_there(self, name: str, before: Position) -> bool:
        """Whether `name` may have stood for something just ahead of `before`.

        What no statement bound by then was there where nothing that is known bound it later either.

            steps = [lambda x: x * rate]
                                   ^ not there yet, though it is in the end
            rate = 3
        """
        if name in self.session.unrecorded or self.definition(name, before) is not None:
            return True
        if name not in self.session.live:
            return False
        if self.definition(name) is None:
            return True
        earlier = self.resolved[: self.end_of(before)]
        if any(effects.is_opaque for effects in earlier) or any(
            name in o.names.binds | o.names.may_bind for o in self.omissions if o.event < before[0]
        ):
            return True
        cells = (cell for cell in self.session.cells if cell.event < before[0])
        return any(name in cell.observation.bound for cell in cells)

    def is_bound_later(self, name: str, before: Position) -> bool:
        """Whether `name` stood for nothing ahead of `before`, and does so only from later on."""
        return self.definition(name) is not None and not self.was_there(name, before)

    def groups_at(self, position: Position) -> tuple[frozenset[str], ...]:
        """Return the sets of names that share an object just after the statement at `position`."""
        return self.sharing_log[self.order[position]]

    def called_through(self, names: tuple[str, ...], end: int) -> Called:
        """Return what the session code behind `names` does when called after `end` statements."""
        codes = {name: tokens for index, name, tokens in self.code_log if index < end}
        wanted = {token for name in names for token in codes.get(name, ())}
        return follow(wanted, lambda n: codes.get(n, frozenset()), self.codes.__getitem__)


def build_lineage(session: Session, parsed: ParsedSession) -> LineageGraph:
    """Link the statements of `parsed` by what they did, as the text says and `session` saw."""
    return LineageBuilder().build(session, parsed)


class LineageBuilder:
    """Links a session's statements, and goes on from there when the session has grown.

    What was linked is kept while the session begins with the same statements and observations;
    where it does not, everything is linked anew.
    """

    def __init__(self) -> None:
        self._begin()

    def build(self, session: Session, parsed: ParsedSession) -> LineageGraph:
        """Return the graph of a session, the same as one that is built from nothing."""
        observations = {cell.event: cell.observation for cell in session.cells}
        if not self._is_continued(parsed, observations):
            self._begin()
        self._failures |= {
            cell.event: Failure(
                type=cell.error_type, message=cell.error_message, is_own=cell.failed_itself
            )
            for cell in session.cells
            if cell.error_type
        }
        rest = parsed.statements[len(self._statements) :]
        left_out: dict[int, frozenset[str]] = defaultdict(frozenset)
        for omission in parsed.omissions:
            if omission.kind in _RAN:
                left_out[omission.event] |= omission.names.binds | omission.names.may_bind
        try:
            for event, statements in groupby(rest, key=lambda s: s.event):
                seen = observations.get(event, _NOTHING_SEEN)
                self._add(tuple(statements), seen, left_out[event])
        except BaseException:
            self._begin()  # an event that was linked by half cannot be gone on from
            raise
        return LineageGraph(
            session=session,
            statements=parsed.statements,
            omissions=parsed.omissions,
            resolved=tuple(self._resolved),
            order={(s.event, s.index): i for i, s in enumerate(parsed.statements)},
            codes=dict(self._reader.facts.known),
            code_log=tuple(self._reader.facts.code_log),
            sharing_log=tuple(self._sharing_log),
            submodules=self._submodules.states,
        )

    def _begin(self) -> None:
        self._failures: dict[int, Failure] = {}
        self._reader = TextReader(self._failures)
        self._modules = WrittenModules()
        self._submodules = Submodules()
        self._statements: list[Statement] = []
        self._seen: dict[int, Observation] = {}
        self._resolved: list[StatementEffects] = []
        self._sharing_log: list[tuple[frozenset[str], ...]] = []

    def _is_continued(self, parsed: ParsedSession, observations: Mapping[int, Observation]) -> bool:
        count = len(self._statements)
        if len(parsed.statements) < count:
            return False
        if any(
            observations.get(event, _NOTHING_SEEN) is not seen for event, seen in self._seen.items()
        ):
            return False
        following = parsed.statements[count : count + 1]
        if any(s.event in self._seen for s in following):
            return False
        pairs = zip(self._statements, parsed.statements, strict=False)
        return all(old is new or old == new for old, new in pairs)

    def _add(
        self, statements: tuple[Statement, ...], seen: Observation, left_out: frozenset[str]
    ) -> None:
        """Link the statements of one event; what is left out of its cell bound `left_out`."""
        reader = self._reader
        alive, exact = frozenset(reader.facts.bound), frozenset(reader.facts.exact)
        overdue = frozenset(reader.facts.overdue)
        reader.begin(seen, statements)
        texts: list[TextEffects] = []
        for statement in statements:
            texts.append(reader.read(len(self._statements) + len(texts), statement, seen))
            self._sharing_log.append(reader.facts.sharing.groups())
        resolver = CellResolver(
            texts=texts,
            seen=seen,
            alive_before=alive,
            exact=exact,
            overdue=overdue,
            linked=tuple(reader.facts.linked),
            left_out=left_out,
            library_classes=frozenset(reader.facts.library_classes),
            classes={n: reader.facts.changed_with(n) for n in seen.changed | seen.weak},
        )
        for text, effects in zip(texts, resolver.resolve(), strict=True):
            linked = self._modules.link(text.statement, effects, seen, text.imports)
            linked = self._submodules.link(text.statement, linked, seen, text.attributes)
            self._resolved.append(linked)
        reader.end(seen, len(self._resolved) - 1)
        reader.facts.bound |= seen.bound
        self._sharing_log[-1] = reader.facts.sharing.groups()
        self._statements += statements
        self._seen[statements[0].event] = seen
