"""The walk back from the values that are wanted to the statements that made them."""

import ast
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from ipyprod.lineage.effects import Position, StatementEffects
from ipyprod.lineage.file_states import can_make, is_file_state, places_of
from ipyprod.lineage.graph import LineageGraph
from ipyprod.lineage.library_settings import LIBRARY, can_depend_on_settings
from ipyprod.lineage.resolution import GENERATORS
from ipyprod.lineage.submodules import wanted_states
from ipyprod.source.ambient_text import SET_AGAIN
from ipyprod.source.builtin_names import BUILTIN_NAMES
from ipyprod.source.statements import Finish, Statement, StatementKind

GIVEN_NAMES = BUILTIN_NAMES | {"__name__", "__file__", "__doc__"}
_DRAWING = frozenset({"matplotlib", "mpl", "plt", "seaborn", "sns"})
# Settings that any later work may depend on, and what that work looks like.
_USED_BY_CALLS = frozenset({"os.environ", "locale", "warnings"})
_LIBRARIES = "libraries"  # any state of a library that has no name of its own
_DRAWN_WITH = "drawing libraries"  # the same of those that draw


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a slice is asked for; see `slice_backward`.

    `printed_again` are events whose prints are not kept for their own sake, each with the event
    that printed the same.
    """

    targets: tuple[str, ...]
    given: frozenset[str]
    within: frozenset[Position] | None
    until: int | None
    keep_outputs: bool
    conservative: bool
    unharmed: frozenset[str]
    printed_again: Mapping[int, int] = field(default_factory=dict)
    hopeful: bool = False


class Hit:
    """Why a statement is kept."""

    __slots__ = ("kind", "subject")

    def __init__(self, kind: str, subject: str) -> None:
        self.kind = kind  # a name of KeepKind
        self.subject = subject


@dataclass(frozen=True, slots=True)
class Overwritten:
    """An item that a later line stores anew; `names` hold the object in which it is."""

    key: str | int
    names: frozenset[str]


@dataclass(slots=True)
class Walk:
    """One walk. `settled` are (event, name) whose passing changes turned out to matter."""

    graph: LineageGraph
    wanted: Wanted
    settled: set[tuple[int, str]] = field(default_factory=set)
    need: dict[str, int] = field(default_factory=dict)  # name -> event of the latest reader
    ambient: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    hits: dict[int, Hit] = field(default_factory=dict)
    doubted: set[str] = field(
        default_factory=set
    )  # `unharmed` names with changes that were left out
    overwritten: dict[str, Overwritten] = field(default_factory=dict)  # by variable
    must_restart: bool = False
    passing: dict[int, set[str]] | None = None  # by event

    def run(self) -> dict[int, Hit]:
        """Walk until nothing new comes up; return what is kept, and why, by statement number."""
        while True:
            self._once()
            if not self.must_restart:
                return self.hits

    def _once(self) -> None:
        graph, wanted = self.graph, self.wanted
        self.need, self.ambient, self.attributes, self.hits = {}, set(), set(), {}
        self.doubted, self.overwritten = set(), {}
        self.must_restart = False
        numbers = self.considered()
        end = numbers[-1] + 1 if numbers else 0
        for name in wanted.targets:
            self.need[name] = -1
        called = graph.called_through(wanted.targets, end)
        bound = {name for effects in graph.resolved[:end] for name in effects.binds}
        if any(effects.is_opaque for effects in graph.resolved[:end]):
            bound |= called.reads.keys() - GIVEN_NAMES  # `exec` may have bound it
        for name in called.reads:
            if name in bound and name not in wanted.given:
                self.need.setdefault(name, -1)
        self._want_ambient(called.ambient_reads, end)
        self.ambient |= wanted_states(graph.submodules, called.attributes)
        for index in reversed(numbers):
            self._visit(index)
            if self.must_restart:
                return

    def considered(self) -> list[int]:
        """Return the numbers of the statements that can be kept."""
        within, until = self.wanted.within, self.wanted.until
        return [
            index
            for index, s in enumerate(self.graph.statements)
            if (until is None or s.event <= until)
            and (within is None or (s.event, s.index) in within)
        ]

    def _visit(self, index: int) -> None:
        statement, effects = self.graph.statements[index], self.graph.resolved[index]
        hit = self._hit(statement, effects)
        if hit is None:
            return
        self.hits[index] = hit
        self._settle(statement, effects)
        self._note_overwritten(effects)
        for name in effects.kills:
            self.need.pop(name, None)
        for name in effects.reads:
            if name not in self.wanted.given:
                self.need[name] = statement.event
        self.ambient -= effects.ambient_resets
        self._want_ambient(effects.ambient_reads, index)
        if _calls(statement) and not self.wanted.hopeful:
            self.ambient |= _USED_BY_CALLS
        if can_depend_on_settings(statement.node) and not self.wanted.hopeful:
            self.ambient.add(_LIBRARIES)
            if not _DRAWING.isdisjoint(statement.names.reads):
                self.ambient.add(_DRAWN_WITH)
        if any(map(is_file_state, effects.ambient_reads | effects.ambient_writes)):
            self.ambient.add("cwd")
        self.ambient |= places_of(effects.ambient_writes)
        self.attributes |= statement.names.attributes

    def _want_ambient(self, states: Collection[str], index: int) -> None:
        for state in states:
            if state not in GENERATORS or is_seeded(self.graph, state, index):
                self.ambient.add(state)

    def _settle(self, statement: Statement, effects: StatementEffects) -> None:
        """Keep all changes of a cell that cancel each other out where one of them is kept."""
        passing = self._passing_in(statement.event)
        for name in effects.passing_changes | (effects.changes & passing):
            key = (statement.event, name)
            if name in self.need and key not in self.settled:
                self.settled.add(key)
                self.must_restart = True

    def _passing_in(self, event: int) -> set[str]:
        """Return the names that statements of a cell change and others of it change back."""
        if self.passing is None:
            self.passing = {}
            for s, effects in zip(self.graph.statements, self.graph.resolved, strict=True):
                if effects.passing_changes:
                    self.passing.setdefault(s.event, set()).update(effects.passing_changes)
        return self.passing.get(event, set())

    def _hit(self, statement: Statement, effects: StatementEffects) -> Hit | None:
        need = self.need
        bound = effects.binds | effects.kills
        if self.wanted.within is None:
            bound -= effects.bound_again  # an earlier import serves as well
        name = next((n for n in sorted(bound) if n in need), None)
        if name is not None:
            return Hit("BINDS", name)
        if statement.names.has_star_import and self._may_come_from_star(statement):
            return Hit("BINDS", "*")
        changes = effects.text_changes if self.wanted.conservative else effects.changes
        changes -= self._stored_in_vain(effects)
        if self.wanted.unharmed and not self.wanted.conservative:
            doubted = (effects.weak_changes | effects.doubtful_changes) & self.wanted.unharmed
            self.doubted |= changes & doubted & need.keys()
            changes = changes - doubted
        if effects.remembered_files & need.keys() and not self._is_written_later(statement):
            changes = changes - effects.remembered_files
        if self.wanted.hopeful:
            changes = changes - effects.untold_changes
        name = next((n for n in sorted(changes) if n in need), None)
        if name is not None:
            return Hit("CHANGES" if name in effects.certain_changes else "MAY_CHANGE", name)
        name = self._passing(statement, effects)
        if name is not None:
            return Hit("MAY_CHANGE", name)
        state = self._state(statement, effects)
        if state is not None:
            return Hit("AMBIENT", state)
        if effects.is_opaque and self.need:
            return Hit("MAY_CHANGE", next(iter(self.need)))
        outputs = self._outputs(statement, effects)
        return Hit("WRITES", outputs[0]) if outputs else None

    def _stored_in_vain(self, effects: StatementEffects) -> frozenset[str]:
        """Return the names whose object a statement changes in one item that is stored anew later."""
        store = effects.item_store
        later = self.overwritten.get(store.name) if store is not None else None
        if store is None or later is None or later.key != store.key or self.wanted.conservative:
            return frozenset()
        is_whole = effects.changes & self.need.keys() <= later.names
        return later.names if is_whole else frozenset()

    def _note_overwritten(self, effects: StatementEffects) -> None:
        """Note the item that a line which is kept stores, and forget those that it may look at."""
        touched = {*effects.reads, *effects.text_changes, *effects.binds, *effects.kills}
        self.overwritten = {
            name: one
            for name, one in self.overwritten.items()
            if not effects.is_opaque and one.names.isdisjoint(touched)
        }
        store = effects.item_store
        if store is not None and store.is_apart and effects.certain_reads.issuperset(effects.reads):
            names = effects.text_changes | {store.name}
            self.overwritten[store.name] = Overwritten(store.key, names)

    def _fills_otherwise(self, statement: Statement, effects: StatementEffects) -> bool:
        """Whether a cache of what files hold differs later if a statement is left out.

        linecache.clearcache()
        ^ reads no file, and what is read after it is new
        """
        is_reading = any(map(is_file_state, effects.ambient_reads))
        return not is_reading or self._is_written_later(statement)

    def _is_written_later(self, statement: Statement) -> bool:
        """Whether a file that a statement read is another one since.

        load("a.txt"); open("a.txt", "w").write("new"); load("a.txt")
        ^ gives the last line what it read
        """
        index = self.graph.order[statement.event, statement.index]
        read = [s for s in self.graph.resolved[index].ambient_reads if is_file_state(s)]
        later = self.graph.resolved[index + 1 :]
        written = {s for e in later for s in e.ambient_writes if is_file_state(s)}
        return any(can_make(state, wanted) for state in written for wanted in read)

    def _outputs(self, statement: Statement, effects: StatementEffects) -> list[str]:
        """Return the outputs for which a statement is kept whatever else it does."""
        if not self.wanted.keep_outputs or statement.finish is Finish.RAISED:
            return []
        is_again = statement.event in self.wanted.printed_again
        return [o for o in effects.outputs if not (is_again and o == "print")]

    def _may_come_from_star(self, statement: Statement) -> bool:
        if self.graph.effects(statement).binds or statement.finish is Finish.RAISED:
            return False
        made = {n for e in self.graph.resolved for n in e.binds}
        return any(name not in made for name in self.need)

    def _passing(self, statement: Statement, effects: StatementEffects) -> str | None:
        for name in sorted(effects.passing_changes):
            key = (statement.event, name)
            if name not in self.need:
                continue
            if key in self.settled:
                return name
            if self.need[name] == statement.event:
                self.settled.add(key)
                self.must_restart = True
                return name
        return None

    def _state(self, statement: Statement, effects: StatementEffects) -> str | None:
        written = effects.ambient_writes | effects.ambient_resets
        if self.wanted.conservative:
            written |= effects.weak_writes
        for state in sorted(written):
            if state in GENERATORS or state in {"pyplot", "rcParams", "cwd", "sys.path"}:
                is_wanted = state in self.ambient
            elif is_file_state(state):
                is_wanted = any(can_make(state, wanted) for wanted in self.ambient)
            elif state.startswith(LIBRARY):
                is_wanted = self._wants_library(state)
            elif state == "linecache":
                is_wanted = state in self.ambient and self._fills_otherwise(statement, effects)
            elif state.startswith("module:"):
                is_wanted = self._wants_module(state, statement)
            elif state == "warnings":
                is_wanted = bool(self.hits) and "error" in statement.text
            else:
                is_wanted = state in self.ambient
            if is_wanted:
                return state
        return None

    def _wants_library(self, state: str) -> bool:
        """Whether what is kept may depend on the state of a library; drawing alone on matplotlib."""
        if state.removeprefix(LIBRARY).partition(".")[0] in _DRAWING:
            return bool(self.ambient & {"pyplot", "rcParams", _DRAWN_WITH})
        return _LIBRARIES in self.ambient

    def _wants_module(self, state: str, statement: Statement) -> bool:
        for wanted in self.ambient:
            if wanted == state or wanted.startswith(f"{state}.") or state.startswith(f"{wanted}."):
                return True
        stored = _stored_attributes(statement)
        if state == "module:builtins" and not stored.isdisjoint(self.need):
            return True
        return bool(stored & self.attributes) or any(s.startswith("__") for s in stored)


def _stored_attributes(statement: Statement) -> frozenset[str]:
    return frozenset(
        part.attr
        for part in ast.walk(statement.node)
        if isinstance(part, ast.Attribute) and not isinstance(part.ctx, ast.Load)
    )


def _calls(statement: Statement) -> bool:
    return bool(statement.names.calls) or statement.kind is StatementKind.IMPORT


def is_seeded(graph: LineageGraph, state: str, end: int) -> bool:
    """Whether one of the first `end` statements may have set the generator `state`."""
    statements = graph.statements[:end]
    return any(
        state in generators_set(graph, s) | _generators_set_by_function(s) for s in statements
    )


def generators_set(graph: LineageGraph, statement: Statement) -> frozenset[str]:
    """Return the random generators that a statement may set: it seeds them, or gives a state."""
    effects = graph.effects(statement)
    written = GENERATORS & (effects.ambient_writes | effects.ambient_resets)
    if not written:
        return written
    # train_test_split(X, random_state=0) seeds a generator of its own
    text = statement.text.lower().replace("random_state=", "")
    is_setting = "seed" in text or "state" in text
    named = frozenset(g for g in GENERATORS if SET_AGAIN + g in effects.ambient_writes)
    found = (named or GENERATORS) if is_setting else frozenset()
    return written & found | (written - effects.ambient_reads)


def _generators_set_by_function(statement: Statement) -> frozenset[str]:
    """Return the generators that a function of the session seeds, wherever it is called."""
    written = GENERATORS & statement.names.deferred_ambient_writes
    return written if written and "seed" in statement.text.lower() else frozenset()
