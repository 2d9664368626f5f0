"""What each statement of a cell could do by its text, session code that it calls included."""

import ast
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from ipyprod.lineage.aftermath import Aftermath, Ran
from ipyprod.lineage.failures import Failure, did_nothing
from ipyprod.lineage.file_states import files_of
from ipyprod.lineage.filling import looked_up
from ipyprod.lineage.held_states import PYPLOT, STATE, has_holders
from ipyprod.lineage.item_stores import item_store, replaces_items
from ipyprod.lineage.library_settings import (
    find_settings,
    settings_later,
)
from ipyprod.lineage.name_facts import NameFacts
from ipyprod.lineage.open_files import closed_in, makes_link, seen_files
from ipyprod.lineage.questions import Questions, is_figure, known_types
from ipyprod.lineage.replaced_names import attributes_set
from ipyprod.lineage.session_code import (
    NO_TOKENS,
    Called,
    Code,
    Tokens,
    code_of,
    follow,
    has_call,
    immediate_nodes,
    is_plain_definition,
    runs_code,
    stays_quiet,
)
from ipyprod.lineage.text_findings import (
    SIMPLE,
    TextEffects,
    bound_before_use,
    goes_on_after_failure,
    links_of,
    looked_at,
    outputs_of,
    shares_of,
    uses_result,
)
from ipyprod.lineage.unwatched import find_unwatched
from ipyprod.lineage.value_types import (
    has_exact_changes,
    is_fixed,
    is_plain,
    is_shown_alike,
    runs_no_code,
)
from ipyprod.lineage.waiting import works_beside
from ipyprod.session.cell import Observation, TypeNote
from ipyprod.source.ambient_text import ASKED_FOR
from ipyprod.source.namespaces import may_name
from ipyprod.source.purity import PURE_BUILTINS
from ipyprod.source.statements import Finish, Statement

_SHOWING = "pandas.options"
_CURRENT_FIGURE = frozenset({"gca", "gcf"})
_NUMBERS = frozenset({"bool", "float", "int"})
_WORD = re.compile(r"[^\W\d]\w*")


class TextReader:
    """Reads statements in order, and keeps what is known of each name up to date."""

    def __init__(self, failures: Mapping[int, Failure] | None = None) -> None:
        self.failures = {} if failures is None else failures  # by event
        self.facts = NameFacts()
        self._aftermath = Aftermath(self.facts)
        # Of the cell at hand: names that its text binds, and code that what it binds unseen may lead to.
        self._explained: set[str] = set()
        self._named: set[str] = set()  # ambient state
        self._has_link, self._closed = False, set[str]()
        self._handed_on: Tokens = NO_TOKENS
        self._types: dict[str, TypeNote] = {}  # at its end, of what its text binds once
        self._bound_so_far: set[str] = set()

    def begin(self, observation: Observation, statements: Sequence[Statement] = ()) -> None:
        """Go on to a cell; its groups are taken for true where all were seen."""
        bound = Counter(n for s in statements for n in s.names.binds | s.names.may_bind)
        notes = ((v.name, v.type) for v in observation.variables if bound[v.name] == 1)
        self._types, self._bound_so_far = known_types(notes), set()
        late = [(v.name, v.type) for v in observation.variables if v.name in self.facts.overdue]
        self.facts.notes |= known_types((n, t) for n, t in late if not bound[n])
        self._explained, self._named, self._handed_on = set(), set(), NO_TOKENS
        self._has_link, self._closed = False, closed_in(statements)
        self._take_groups(observation)

    def _take_groups(self, observation: Observation) -> None:
        if not observation.is_complete:
            return
        seen = looked_at(observation)
        if self.facts.sharing.holds(seen, observation.groups):
            return
        for name in seen:
            self.facts.sharing.leave(name)
        for group in observation.groups:
            self.facts.sharing.join(group)

    def end(self, observation: Observation, index: int) -> None:
        """Take over what was seen of the values at the end of a cell."""
        self._take_groups(observation)
        self.facts.overdue -= looked_at(observation)
        for name in observation.bound - self._explained:
            self.facts.forget(name)
            self.facts.bound.add(name)
            self.facts.set_codes(index, name, self._handed_on)
        self.facts.fixed -= observation.bound
        self.facts.note_classes(observation.variables)
        seen = seen_files(observation, self._named, self._closed, has_link=self._has_link)
        self.facts.linked += [seen.linked] if seen.linked else []
        for variable in observation.variables:
            self.facts.hold_files(variable.name, variable.type, seen)
            self.facts.kinds[variable.name] = variable.type.qualname
            self.facts.notes |= known_types([(variable.name, variable.type)])
            self.facts.item_notes.pop(variable.name, None)
            if replaces_items(variable.type):
                self.facts.item_notes[variable.name] = variable.type
            if is_fixed(variable.type):
                self.facts.fixed.add(variable.name)
            if has_exact_changes(variable.type):
                self.facts.exact.add(variable.name)
            if works_beside(variable.type):
                held = self.facts.beside.setdefault(variable.name, set())
                held |= self.facts.sharing.partners(variable.name)
            if is_shown_alike(variable.type):
                self.facts.shown_alike.add(variable.name)
            if runs_no_code(variable.type) and variable.name not in self.facts.with_attrs:
                self.facts.set_codes(index, variable.name, NO_TOKENS)

    def read(self, index: int, statement: Statement, observation: Observation) -> TextEffects:
        """Say what the statement could do, and go on to the moment after it."""
        names = statement.names
        found = TextEffects(statement=statement, reads=dict.fromkeys(names.reads))
        if self._did_nothing(statement, observation):
            return found
        made = code_of(statement)
        if made is not None:
            sets = attributes_set(ast.walk(statement.node))
            made = replace(made, settings=settings_later(statement), sets=sets)
            self.facts.known[index] = made
        called = self._called(index, statement, made)
        found.reads.update(called.reads)
        found.is_opaque = names.is_opaque or called.is_opaque
        found.can_do_anything = has_call(statement)
        found.attributes = names.attributes | called.attributes
        found.imports = frozenset(called.imports).union(made.imports if made is not None else ())
        if found.is_opaque:
            self._read_opaque(index, found, called, observation)
        found.certain_binds = names.binds
        found.may_bind = names.may_bind | called.binds
        found.reads.update(dict.fromkeys(sorted(names.deletes)))
        found.reads.update(dict.fromkeys(sorted(self.facts.held_open(found.touches))))
        self._find_ambient(found, called)
        self._find_asked(found, observation)
        found.repeatable = self._repeatable(found)
        found.item_store = item_store(statement, self.facts.item_notes)
        found.ending = self.facts.ending(found.touches)
        found.links = links_of(statement, self.facts)
        self._find_changes(found, called)
        found.outputs = outputs_of(found, called, self.facts.known)
        find_unwatched(self.facts, found, called)
        self._explained |= found.touches
        handed = self._handed_out(found, called)
        ran = Ran(index=index, found=found, called=called, made=made, handed=handed)
        self._aftermath.go_on(ran, observation)
        self._bound_so_far |= found.touches
        return found

    def _did_nothing(self, statement: Statement, observation: Observation) -> bool:
        failure = self.failures.get(statement.event)
        if failure is None or statement.finish is not Finish.RAISED:
            return False
        facts = self.facts
        kinds = {**facts.kinds, **_kinds(observation), **facts.imported}
        return did_nothing(statement, failure, bound=facts.bound, kinds=kinds)

    def _find_ambient(self, found: TextEffects, called: Called) -> None:
        """Find the state that nobody names which the statement may read and set."""
        facts, names = self.facts, found.statement.names
        reads = set(names.ambient_reads | called.ambient_reads)
        reads.update(*(facts.handles.get(name, ()) for name in found.reads))
        if not facts.may_show_frames(found.statement, found.reads):
            reads.discard(_SHOWING)
        found.ambient_reads = reads
        found.only_read = called.only_read | (names.ambient_reads - names.ambient_writes)
        found.only_read |= {s.removeprefix(ASKED_FOR) for s in reads if s.startswith(ASKED_FOR)}
        found.settings = find_settings(found.statement, called.settings, facts.imported)
        found.ambient_writes = {
            *names.ambient_writes, *names.ambient_resets, *called.ambient_writes,
            *facts.let_go(found.touches), *found.settings.certain,
        }  # fmt: skip
        read, written = facts.uses_by_number(found.statement)
        found.ambient_reads |= read
        found.ambient_writes |= written
        self._named |= found.ambient_reads | found.ambient_writes
        if makes_link([names, *(facts.known[token].names for token in called.tokens)]):
            facts.linked.append(files_of(found.ambient_reads | found.ambient_writes))
            self._has_link = True
        facts.follow_current_figure(found.statement)

    def _called(self, index: int, statement: Statement, made: Code | None) -> Called:
        tokens: set[int] = set()
        if runs_code(statement):
            for name in statement.names.reads:
                note = self._type_of(name)
                if note is None or not runs_no_code(note):
                    tokens |= self.facts.codes.get(name, NO_TOKENS)
            tokens = {t for t in tokens if not stays_quiet(self.facts.known[t], statement)}
        if made is not None and not is_plain_definition(statement):
            tokens.add(index)
        return follow(
            tokens, lambda name: self.facts.codes.get(name, NO_TOKENS), self.facts.known.__getitem__
        )

    def _read_opaque(
        self, index: int, found: TextEffects, called: Called, observation: Observation
    ) -> None:
        """Note what `exec(code)` may read, and lead to: it may bind any name to what it reads."""
        words = set(_WORD.findall(found.statement.text))
        kinds = {**self.facts.kinds, **_kinds(observation)}
        reached = may_name(found.statement.node, is_number=lambda name: kinds.get(name) in _NUMBERS)
        words |= {
            name for name in self.facts.bound | observation.bound
            if called.is_opaque or reached(name)
        }  # fmt: skip
        found.reads.update(dict.fromkeys(sorted(words)))
        self.facts.fixed.clear()
        tokens = [self.facts.codes.get(name, NO_TOKENS) for name in found.reads]
        self._handed_on = self._handed_on.union(called.tokens, *tokens)
        if observation.is_complete:
            return
        self.facts.sharing.join(words)
        for word in words:
            self.facts.set_codes(index, word, self._handed_on)

    def _find_changes(self, found: TextEffects, called: Called) -> None:
        names = found.statement.names
        start = set(names.stores | (names.may_change - found.asked)) | called.changes
        if found.is_opaque:
            start |= set(found.reads)
        for name in found.reads if called.tokens else ():
            if self.facts.can_change_itself(name, found.statement):
                start.add(name)
        start |= self._called_objects(found.statement)
        start |= self.facts.filled(looked_up(found.statement))
        handed = self._handed_out(found, called)
        if handed and uses_result(found.statement):
            start |= handed
        start = {n for n in start if self.facts.can_change(n) or n in names.stores}
        own_figure = (
            {PYPLOT} if self.facts.draws_on_its_own(found.statement, called) else set[str]()
        )
        anew = start & bound_before_use(found, called)
        held = self._held_by(anew, found)
        start = (start - anew) | {
            STATE + state for state in found.ambient_writes if has_holders(state)
        } - own_figure
        for name, others in shares_of(found).items():
            if name not in anew:
                self.facts.sharing.join([name, *filter(self.facts.can_change, others)])
        found.repeatable -= self.facts.sharing.expand(start - found.repeatable | held)
        start |= held
        full = self.facts.sharing.expand(start)
        states = {s for name in full for s in self.facts.states.get(name, ())} | {
            name for name in full if name.startswith(STATE)
        }
        full |= anew
        if states:
            spread = states - own_figure
            holders = {
                n
                for n, held in self.facts.states.items()
                if (held - {PYPLOT} if n in self.facts.retired else held) & spread
            }
            full |= self.facts.sharing.expand(holders)
            found.ambient_writes |= {state[len(STATE) :] for state in states}
        found.changes = {n for n in full if not n.startswith(STATE)} - self.facts.fixed | (
            full & names.stores
        )
        if goes_on_after_failure(found.statement):
            found.reads.update(dict.fromkeys(sorted(self.facts.views_of(found.changes))))
        called_alone = self._called_alone(found)
        found.remembered = {n for n in called_alone if self.facts.only_remembers(n)}
        found.remembered_files = {n for n in called_alone if self.facts.remembers_files(n)}
        shared = {
            t
            for n in start | anew
            for t in self.facts.codes.get(n, ())
            if self.facts.known[t].is_shared_by_instances
        }
        classes = {n for n, t in self.facts.owner.items() if t in shared}
        for name in found.changes | classes:
            if with_it := self.facts.changed_with(name):
                found.patches[name] = with_it

    def _held_by(self, names: AbstractSet[str], found: TextEffects) -> frozenset[str]:
        """Return what else changes with objects that the statement itself binds to `names`.

        for row in rows: row.append(1)
        ^ `rows`, and nothing of what `row` was before
        """
        held = frozenset[str]().union(*(shares_of(found).get(name, ()) for name in names))
        return frozenset(filter(self.facts.can_change, held)) - names

    def _called_alone(self, found: TextEffects) -> set[str]:
        """Return the functions that the statement calls, and whose results it leaves alone.

        f(1).append(2)
        ^ the result that is kept is another one from now on
        """
        statement = found.statement
        if not isinstance(statement.node, SIMPLE) or uses_result(statement, apart=PURE_BUILTINS):
            return set()
        return found.changes & statement.names.calls

    def _type_of(self, name: str) -> TypeNote | None:
        """Return the type of what a name holds now, where it tells what its methods do."""
        return (self._types if name in self._bound_so_far else self.facts.notes).get(name)

    def _repeatable(self, found: TextEffects) -> frozenset[str]:
        """Return the names of what is gone through here, and can be time and again: no iterators."""
        names = found.statement.names.consumes - found.touches
        notes = {name: note for name in names if (note := self._type_of(name)) is not None}
        return frozenset(name for name, note in notes.items() if is_plain(note))

    def _find_asked(self, found: TextEffects, observation: Observation) -> None:
        """Note what the statement leaves alone, as the types of what it names tell."""
        statement, names = found.statement, found.statement.names
        # `exec("d.append(1)")` names `d` in a text alone
        named = {part.id for part in ast.walk(statement.node) if isinstance(part, ast.Name)}
        types = {n: t for n in named & {*names.reads} if (t := self._type_of(n)) is not None}
        asks_current = bool(names.attributes & _CURRENT_FIGURE)
        if found.is_opaque or not observation.is_complete or not (types or asks_current):
            return
        questions = Questions(
            types=types,
            imported=self.facts.imported,
            bound=self.facts.bound,
            has_current="pyplot" not in observation.ambient,
        )
        touched = questions.touched(statement.node)
        found.asked = frozenset(types) - touched - names.stores
        found.draws = any(is_figure(types[n]) for n in touched & types.keys())
        asks_figure = asks_current or any(is_figure(types[n]) for n in found.asked)
        found.only_asks = not touched and asks_figure
        if found.only_asks:
            found.ambient_writes.discard("pyplot")

    def _handed_out(self, found: TextEffects, called: Called) -> frozenset[str]:
        """Return the names whose objects a call may give back: what session code reads or keeps.

        def g(x=d): return x
                ^ kept by `g`, which shares it with `d`
        """
        if not called.tokens:
            return frozenset()
        objects = {n for n in called.reads if self.facts.holds_object(n)}
        functions = {
            n for n in (*found.statement.names.calls, *called.reads) if self.facts.codes.get(n)
        }
        return frozenset(objects | {n for n in functions if self.facts.keeps_objects(n)})

    def _called_objects(self, statement: Statement) -> set[str]:
        """Return the names called that hold a bound method or another object with a state."""
        called = {
            part.func.id
            for part in immediate_nodes(statement.node)
            if isinstance(part, ast.Call) and isinstance(part.func, ast.Name)
        }
        return {n for n in called if n in self.facts.bound and n not in self.facts.defined}


def _kinds(observation: Observation) -> dict[str, str]:
    """Return the types that variables had when their cell ended, or failed."""
    return {variable.name: variable.type.qualname for variable in observation.variables}
