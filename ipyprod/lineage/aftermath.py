"""What is known of the names once a statement has run."""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ipyprod.lineage.filling import makes_filling
from ipyprod.lineage.library_settings import GIVEN
from ipyprod.lineage.name_facts import NameFacts
from ipyprod.lineage.open_files import makes_descriptor
from ipyprod.lineage.replaced_names import Replacement, attributes_set, joined
from ipyprod.lineage.session_code import (
    NO_TOKENS,
    Called,
    Code,
    Tokens,
    immediate_nodes,
    is_plain_definition,
)
from ipyprod.lineage.text_findings import SIMPLE, TextEffects, names_given, shares_of
from ipyprod.lineage.value_types import is_plain
from ipyprod.session.cell import Observation
from ipyprod.source.statements import Finish, Statement

_METHOD = "builtin_function_or_method"  # `rows.append`
_Shares = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A statement that ran, with what it could do and the session code that it called.

    `made` is the code that it made itself, `handed` the names of objects that its calls may return.
    """

    index: int
    found: TextEffects
    called: Called
    made: Code | None
    handed: frozenset[str]

    @property
    def statement(self) -> Statement:
        """The statement itself."""
        return self.found.statement


class Aftermath:
    """Keeps the facts up to date, statement by statement, by what each of them could do."""

    def __init__(self, facts: NameFacts) -> None:
        self._facts = facts

    def go_on(self, ran: Ran, observation: Observation) -> None:
        """Go on to the moment after a statement of a cell that was observed as a whole."""
        facts, found, names = self._facts, ran.found, ran.statement.names
        bound = _bound_by(found, observation)
        certain = found.certain_binds if ran.statement.finish is Finish.DONE else frozenset[str]()
        shares = self._shares(ran, bound)
        carried = {name: self._carried(name, shares, ran) for name in bound}
        stood_for = facts.stand_for(ran.statement, found.ambient_writes, shares, bound)
        opened = facts.opened_by(ran.statement, shares, bound)
        filling = self._filling(ran, shares, bound)
        facts.fixed -= bound - certain
        self._rebind(certain, shares, ran.statement)
        for name in certain:
            for group in observation.groups:
                if name in group:
                    facts.sharing.join(group)
            facts.forget(name)
            facts.note_kind(name, ran.statement)
        facts.note_classes(v for v in observation.variables if v.name in certain)
        facts.filling |= filling
        facts.unwritten |= opened
        facts.descriptors |= bound if makes_descriptor(ran.statement, facts.imported) else set()
        for kept, gained_by in zip((facts.states, facts.handles), stood_for, strict=True):
            kept.update({n: kept.get(n, frozenset()) | gained for n, gained in gained_by.items()})
        for name in bound:
            facts.bound.add(name)
            if name not in certain:
                facts.sharing.join([name, *filter(facts.can_change, shares.get(name, ()))])
                facts.imported.pop(name, None)
                facts.defined.discard(name)
            old = NO_TOKENS if name in certain else facts.codes.get(name, NO_TOKENS)
            facts.set_codes(ran.index, name, old | carried[name])
            if is_plain_definition(ran.statement) and ran.index in facts.known:
                facts.owner[name] = ran.index
        facts.forget_types(found.changes, found.touches)
        changed = found.changes.union(*found.patches.values())
        gained = NO_TOKENS.union(*(self._carried(name, shares, ran) for name in changed))
        self._keep_given(changed - bound, gained, ran)
        facts.note_stores(ran.statement)
        self._give_to_libraries(ran)
        self._note_replaced(ran)
        facts.follow_printing(ran.index, ran.statement)
        for name in names.deletes:
            facts.leave([name])
            facts.bound.discard(name)
            facts.set_codes(ran.index, name, NO_TOKENS)

    def _shares(self, ran: Ran, bound: frozenset[str]) -> _Shares:
        """Return what each name may hold now: also what calls return, or bind it to unseen."""
        found = ran.found
        shares = shares_of(found)
        handed = ran.handed | frozenset(found.reads if found.is_opaque else ())
        if _copies_deep(ran.statement):
            handed |= self._functions_near(ran.statement.names.reads)
        if handed and not is_plain_definition(ran.statement):
            shares |= {n: shares.get(n, frozenset()) | handed for n in bound}
        reads = ran.statement.names.reads
        given = frozenset(n for n in reads if self._facts.holds_object(n))
        return shares | {n: shares.get(n, frozenset()) | given for n in ran.called.binds & bound}

    def _functions_near(self, names: Iterable[str]) -> frozenset[str]:
        """Return the functions that share with `names`: a deep copy holds the very same ones.

        add = rows.append; copied = copy.deepcopy(add)
                           ^ appends to `rows`
        """
        facts = self._facts
        near = {partner for name in names for partner in facts.sharing.partners(name)}
        methods = {name for name in near if facts.kinds.get(name, _METHOD) == _METHOD}
        return frozenset(facts.functions(near) | methods)

    def _filling(self, ran: Ran, shares: _Shares, bound: frozenset[str]) -> set[str]:
        """Return the names that hold from now on what a look at a missing key fills."""
        facts = self._facts
        filling = {n for n in bound if facts.filled(shares.get(n, ()))}
        called = (facts.known[token] for token in ran.called.tokens)
        if makes_filling(ran.statement, facts.imported, called):
            filling |= bound | ran.found.changes
        return filling

    def _give_to_libraries(self, ran: Ran) -> None:
        """Note the code that a library may call from now on: `signal.set_handler(stop)`."""
        reads, found = ran.statement.names.reads, ran.found
        for name in found.settings.given:
            given = self._codes_of(reads) | frozenset({ran.index} if ran.made is not None else ())
            self._facts.set_codes(ran.index, name, given)
            if given:
                found.ambient_writes.add(GIVEN + name)

    def _note_replaced(self, ran: Ran) -> None:
        """Note what names of libraries mean from now on: `time.sleep = n.append`."""
        statement = ran.statement
        own = frozenset({ran.index} if ran.made is not None else ())
        is_certain = isinstance(statement.node, SIMPLE) and statement.finish is Finish.DONE
        now = attributes_set(immediate_nodes(statement.node))
        self._replace(now, statement.names.reads, own, ran, is_certain=is_certain)
        for token in ran.called.tokens:
            code = self._facts.known[token]
            reads = code.names.deferred_reads
            self._replace(code.sets, reads, frozenset({token}), ran, is_certain=False)

    def _replace(
        self,
        attributes: Iterable[tuple[str, str]],
        reads: Iterable[str],
        own: Tokens,
        ran: Ran,
        *,
        is_certain: bool,
    ) -> None:
        """Note that these attributes, where they are of a library, hold what is read."""
        facts = self._facts
        set_now = {attribute for root, attribute in attributes if root in facts.imported}
        if not set_now:
            return
        value = getattr(ran.statement.node, "value", None)
        note = facts.notes.get(value.id) if isinstance(value, ast.Name) else None
        if note is not None and is_plain(note):
            return  # `config.rows = rows`: nobody can call it
        given = [name for name in reads if name not in facts.imported]
        made = Replacement(
            names=frozenset(name for name in given if facts.holds_object(name)),
            tokens=self._codes_of(given) | own,
            states=frozenset(s for s in ran.found.ambient_writes if s.startswith("module:")),
        )
        for name in set_now:
            old = facts.replaced.get(name, Replacement())
            facts.replaced[name] = made if is_certain else joined((old, made))

    def _keep_given(self, changed: Iterable[str], gained: Tokens, ran: Ran) -> None:
        """Note what changed objects hold now: a function that keeps what it is given may keep it all.

        def note(x, seen=[]): seen.append(x)
        def keep(x): rows.append(x)
        def link(x): x.append(rows)
        """
        facts, called, reads = self._facts, ran.called, ran.statement.names.reads
        passed = names_given(ran.statement) if called.tokens else set[str]()
        objects = [n for n in reads if facts.holds_object(n)]
        functions = facts.functions(called.handed_on)
        for name in changed:
            if functions:
                facts.sharing.join([name, *functions])
            own = facts.codes.get(name, NO_TOKENS)
            if called.tokens and facts.keeps_state(name):
                facts.sharing.join([name, *objects])
            elif called.tokens:
                facts.sharing.join([name, *passed.intersection(objects), *ran.handed])
            kept = self._codes_of(reads if own and called.tokens else passed)
            facts.set_codes(ran.index, name, own | gained | kept)

    def _rebind(self, certain: frozenset[str], shares: _Shares, statement: Statement) -> None:
        """Let names leave their groups and join those of the objects that they hold now.

        a, b = b, a
        ^ shares with the friends of the old b, not with the new one; in a loop, with either
        """
        held_by: dict[frozenset[str], set[str]] = {}
        fresh: list[set[str]] = []
        is_compound = not isinstance(statement.node, SIMPLE)
        reads = frozenset(() if is_compound else statement.names.reads)
        facts = self._facts
        fixed = facts.fixed - (certain - reads)
        for name in certain:
            held_now = (n for n in shares.get(name, ()) if n in certain or facts.can_change(n))
            for held in set(held_now) - fixed:
                is_bound = held in certain
                if is_bound and (held not in statement.names.reads or is_compound):
                    fresh.append({name, held})
                if not is_bound or held in statement.names.reads:
                    held_by.setdefault(facts.sharing.partners(held), set()).add(name)
        facts.leave(certain)
        for group, holders in held_by.items():
            facts.sharing.join(holders | (group - certain))
        for pair in fresh:
            facts.sharing.join(pair)

    def _carried(self, name: str, shares: _Shares, ran: Ran) -> Tokens:
        """Return the session code that a name may lead to by what the statement gives it."""
        names, called = ran.statement.names, ran.called
        # a deep copy shares nothing but the functions and classes in it
        copied = names.reads if _copies_deep(ran.statement) else ()
        given = names.reads if name in called.binds else ()  # `keep(f)` may bind it to `f`
        tokens = self._codes_of((*shares.get(name, ()), *copied, *given, *called.handed_on))
        tokens |= {t for t in called.tokens if self._facts.known[t].makes_code}
        if ran.made is None:
            return tokens
        own = self._codes_of(names.reads if is_plain_definition(ran.statement) else ())
        return tokens | own | {ran.index}

    def _codes_of(self, names: Iterable[str]) -> Tokens:
        return NO_TOKENS.union(*(self._facts.codes.get(name, NO_TOKENS) for name in names))


def _copies_deep(statement: Statement) -> bool:
    return "deepcopy" in statement.names.attributes | statement.names.calls


def _bound_by(found: TextEffects, observation: Observation) -> frozenset[str]:
    """Return the names that a statement may have bound, none where it failed and was seen not to."""
    was_seen = observation.is_complete and not found.touches & observation.bound
    if found.statement.finish is Finish.RAISED and was_seen:
        return frozenset()
    return found.certain_binds | found.may_bind
