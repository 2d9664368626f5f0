"""Ambient states that names stand for: figures, files that they hold open, a context of numbers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ipyprod.lineage.file_states import is_file_state
from ipyprod.lineage.open_files import (
    DESCRIPTORS,
    DescriptorUse,
    SeenFiles,
    closed_by,
    leaves_open,
    makes_descriptor,
    may_hold_file,
    reads_on,
    uses_descriptor,
)
from ipyprod.lineage.sharing import Sharing
from ipyprod.session.cell import TypeNote
from ipyprod.source.statements import Statement

STATE = "~"  # marks ambient state among the names of a group: "~pyplot", "~file:out.txt"
PYPLOT = STATE + "pyplot"
DECIMAL = STATE + "decimal"
_CONTEXTS = frozenset({"getcontext", "localcontext"})


def has_holders(state: str) -> bool:
    """Whether names can stand for a state: a figure for pyplot's, a handle for a file, a context."""
    return state == "decimal" or is_output(state)


def is_output(state: str) -> bool:
    """Whether a state is what a session leaves behind: figures and files."""
    return state == "pyplot" or is_file_state(state)


@dataclass(slots=True)
class HeldStates:
    """Which states each name stands for now, and what of the names decides that."""

    sharing: Sharing = field(default_factory=Sharing)
    kinds: dict[str, str] = field(default_factory=dict)  # name -> name of the type
    imported: dict[str, str] = field(default_factory=dict)  # name -> what it is called in full
    defined: set[str] = field(default_factory=set)  # functions, classes and imported things
    states: dict[str, frozenset[str]] = field(default_factory=dict)  # ambient state it stands for
    handles: dict[str, frozenset[str]] = field(default_factory=dict)  # files it may read on from
    unwritten: set[str] = field(default_factory=set)  # open files that may hold text back
    descriptors: set[str] = field(default_factory=set)  # numbers of open files
    linked: list[frozenset[str]] = field(default_factory=list)  # names of one file on disk

    def let_go(self, names: Iterable[str]) -> set[str]:
        """Return the files that are closed, so written to the end, where `names` get other values.

        log = open("log.txt", "w"); log.write("a"); log = None
                                                    ^ only now the text is in the file
        """
        return {
            state[len(STATE) :]
            for name in self.unwritten.intersection(names)
            for state in self.states.get(name, ())
            if state != PYPLOT
        }

    def held_open(self, names: Iterable[str]) -> set[str]:
        """Return what keeps files open that `names` let go of: they are not yet written to the end."""
        held: set[str] = set()
        for name in self.unwritten.intersection(names):
            held |= self.sharing.partners(name) - set(names)
        return {name for name in held if not name.startswith(STATE)}

    def opened_by(
        self, statement: Statement, shares: Mapping[str, frozenset[str]], bound: Iterable[str]
    ) -> set[str]:
        """Return which of the names bound now are open files; forget those that were closed."""
        closed = closed_by(statement)
        self.unwritten -= {other for name in closed for other in self.sharing.partners(name)}
        if leaves_open(statement):
            return set(bound)
        bound = set(bound) - closed
        return {n for n in bound if not self.unwritten.isdisjoint(shares.get(n, ()))}

    def uses_by_number(self, statement: Statement) -> tuple[set[str], set[str]]:
        """Return the states read and written by the number of an open file: `os.write(fd, b"x")`."""
        names = statement.names
        numbers = {n for n in names.reads if n in self.descriptors}
        numbers = {n for n in numbers if self.kinds.get(n, "int") == "int"}
        if "fileno" in names.attributes:
            numbers.update(names.reads)
        use = uses_descriptor(statement)
        if not numbers or use is DescriptorUse.NONE:
            return set(), set()
        held = {s[len(STATE) :] for n in numbers for s in self.states.get(n, ())}
        files = {s for s in held if is_file_state(s)} if use is DescriptorUse.WRITES else set()
        return {DESCRIPTORS}, files | {DESCRIPTORS}

    def hold_files(self, name: str, note: TypeNote, seen: SeenFiles) -> None:
        """Note which files a name may hold open, of those that its cell was seen to use.

        log = open(path, "w")
        ^ whatever `path` is
        """
        if name in self.defined or not (may_hold_file(note) or name in self.descriptors):
            return
        own = self.states.get(name, frozenset())
        held = {STATE + file for file in seen.held_by(s[len(STATE) :] for s in own)}
        if held:
            self.states[name] = own | held
        if seen.written and name not in seen.closed:
            self.unwritten.add(name)
        if seen.read and (reads_on(note) or name in self.descriptors):
            self.handles[name] = self.handles.get(name, frozenset()) | seen.read

    def _contexts(self, statement: Statement) -> set[str]:
        """Return the state of `decimal` where a statement asks for the one object that it is."""
        names = statement.names
        called = {self.imported.get(name, name).rpartition(".")[2] for name in names.calls}
        asked = _CONTEXTS & (called | names.attributes)
        return {DECIMAL} if asked and "decimal" in names.ambient_reads else set()

    def stand_for(
        self,
        statement: Statement,
        written: Iterable[str],
        shares: Mapping[str, frozenset[str]],
        bound: Iterable[str],
    ) -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
        """Return the ambient states that each bound name is to stand for, and its files to read on.

        log = open("log.txt")
        ^ reads what is written to the file from now on
        """
        names = statement.names
        written = {STATE + s for s in written if is_output(s)} | self._contexts(statement)
        opens = "open" in names.calls | names.attributes
        opened = {s for s in names.ambient_reads if opens and is_file_state(s)}
        near = names.reads if makes_descriptor(statement, self.imported) else ()
        states, handles = {}, {}
        for name in bound:
            held = shares.get(name, frozenset()).union(near)
            states[name] = frozenset(written.union(*(self.states.get(n, ()) for n in held)))
            handles[name] = frozenset(opened.union(*(self.handles.get(n, ()) for n in held)))
        return (
            {name: some for name, some in states.items() if some},
            {name: some for name, some in handles.items() if some},
        )
