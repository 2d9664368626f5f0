"""What is known of each name at one moment of the session, from its text and from looks at values."""

import ast
import builtins
import types
from collections.abc import Iterable
from dataclasses import dataclass, field

from ipyprod.lineage.file_states import is_file_state
from ipyprod.lineage.held_states import PYPLOT, HeldStates
from ipyprod.lineage.library_settings import imported_things
from ipyprod.lineage.open_files import (
    reads_files,
)
from ipyprod.lineage.replaced_names import Replacement
from ipyprod.lineage.session_code import NO_TOKENS, Called, Code, Tokens
from ipyprod.lineage.value_types import is_class, is_plain
from ipyprod.session.cell import TypeNote, VariableNote
from ipyprod.source.chains import called_name
from ipyprod.source.purity import CONSUMING_BUILTINS, PURE_BUILTINS
from ipyprod.source.statements import Finish, Statement, StatementKind

_DEFINING = frozenset({StatementKind.IMPORT, StatementKind.FUNCTION, StatementKind.CLASS})
_CHOOSING_FIGURE = frozenset({"figure", "sca", "close", "axes", "subplot", "show"})
_NEVER_DRAWING = frozenset({"numpy", "math", "random", "itertools", "datetime", "json", "os"})
_MEMORY = frozenset({"bytearray", "BytesIO", "array", "memoryview"})
_VIEWS = frozenset({"memoryview", "ndarray"})
_MADE_BY = {
    "bytearray": "bytearray", "BytesIO": "BytesIO", "memoryview": "memoryview",
    "getbuffer": "memoryview", "frombuffer": "ndarray",
}  # fmt: skip
STREAMS = frozenset({"stdout", "stderr"})
_CONSOLE = STREAMS | {"__stdout__", "__stderr__"}
_PRINTED = "printed:"  # "printed:7": what was printed since statement 7 set where to
_STEADY = frozenset({"collections", "functools", "itertools", "math", "numpy", "operator", "re"})
_OF_NUMBERS = frozenset({"decimal", "numpy.errstate"})  # read wherever something is computed
_UNCHANGEABLE = frozenset(
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type | types.BuiltinFunctionType)
)


@dataclass(slots=True)
class NameFacts(HeldStates):
    """What is known of each name. All of it is about the object that the name holds now."""

    bound: set[str] = field(default_factory=set)
    notes: dict[str, TypeNote] = field(default_factory=dict)  # types whose methods are known
    fixed: set[str] = field(default_factory=set)  # values that cannot change
    classes: set[str] = field(default_factory=set)  # classes of the session, however made
    library_classes: set[str] = field(default_factory=set)
    exact: set[str] = field(default_factory=set)  # values whose parts are told apart in a look
    shown_alike: set[str] = field(default_factory=set)  # what no option of pandas shows otherwise
    item_notes: dict[str, TypeNote] = field(default_factory=dict)  # types that `replaces_items`
    filling: set[str] = field(default_factory=set)  # a look at a missing key makes the key
    with_attrs: set[str] = field(default_factory=set)  # frames in whose `attrs` anything may be
    codes: dict[str, Tokens] = field(default_factory=dict)  # name -> session code it may lead to
    known: dict[int, Code] = field(default_factory=dict)
    owner: dict[str, int] = field(default_factory=dict)  # name -> the code that its definition made
    code_log: list[tuple[int, str, Tokens]] = field(default_factory=list)
    beside: dict[str, set[str]] = field(default_factory=dict)  # thread -> what lines with it change
    former: dict[str, set[str]] = field(default_factory=dict)  # name -> names that shared with it
    printed_to: set[str] = field(default_factory=set)  # what `print` writes to instead
    printed: str = ""  # the state that `print` changes: "" while it writes to the console
    consoles: set[str] = field(default_factory=set)  # names that hold the stream of the console
    replaced: dict[str, Replacement] = field(default_factory=dict)  # by name: `print`, `sleep`
    overdue: set[str] = field(default_factory=set)  # changes that nobody has looked at since
    retired: set[str] = field(default_factory=set)  # figures that are not pyplot's current one

    def forget(self, name: str) -> None:
        """Drop what was known of the object that a name held."""
        self.states.pop(name, None)
        self.handles.pop(name, None)
        self.beside.pop(name, None)
        self.former.pop(name, None)
        self.owner.pop(name, None)
        self.imported.pop(name, None)
        self.kinds.pop(name, None)
        self.notes.pop(name, None)
        self.item_notes.pop(name, None)
        kinds = (
            self.fixed,
            self.classes,
            self.library_classes,
            self.exact,
            self.shown_alike,
            self.defined,
            self.filling,
            self.with_attrs,
            self.consoles,
        )
        for names in (*kinds, self.retired, self.unwritten, self.descriptors):
            names.discard(name)

    def holds_object(self, name: str) -> bool:
        """Whether a name may hold an object that can change."""
        return name in self.bound and name not in self.defined and name not in self.fixed

    def can_change(self, name: str) -> bool:
        """Whether what a name holds may change in place: no number, and nothing of Python's own.

        object.__setattr__(self, "size", 3)
        ^ changes `self`
        """
        return name not in self.fixed and (name in self.bound or name not in _UNCHANGEABLE)

    def keeps_objects(self, name: str) -> bool:
        """Whether a function shares objects: its defaults, what its closure holds."""
        return len(self.sharing.partners(name)) > 1 or self.keeps_state(name)

    def keeps_state(self, name: str) -> bool:
        """Whether a call of a function can change what the function itself holds."""
        codes = [self.known[token] for token in self.codes.get(name, NO_TOKENS)]
        return any(code.keeps_state and not code.is_class for code in codes)

    def only_remembers(self, name: str) -> bool:
        """Whether a function keeps results alone, and would compute the same ones at any time."""
        made = self.known.get(self.owner.get(name, -1))
        return made is not None and not self.remembers_files(name) and self._remembers(name, made)

    def remembers_files(self, name: str) -> bool:
        """Whether a function keeps results that it would compute anew from the same files alone."""
        made = self.known.get(self.owner.get(name, -1))
        return made is not None and reads_files(made.names) and self._remembers(name, made)

    def _remembers(self, name: str, made: Code) -> bool:
        if not made.is_remembering:
            return False
        names = made.names
        outside = names.deferred_changes | names.deferred_binds | names.deferred_ambient_writes
        reads = {n for n in names.deferred_reads if n != name and not self._is_steady(n)}
        states = {s for s in names.deferred_ambient_reads - _OF_NUMBERS if not is_file_state(s)}
        return not (outside or reads or states - {"cwd"} or names.is_deferred_opaque)

    def _is_steady(self, name: str) -> bool:
        """Whether what a name stands for gives the same at any time: `abs`, `math`."""
        if name not in self.bound:
            return name in PURE_BUILTINS | CONSUMING_BUILTINS
        return self.imported.get(name, "").partition(".")[0] in _STEADY

    def filled(self, names: Iterable[str]) -> set[str]:
        """Return those of `names` that hold something in which a look at a missing key makes it."""
        return {n for n in names if not self.filling.isdisjoint(self.sharing.partners(n))}

    def can_change_itself(self, name: str, statement: Statement) -> bool:
        """Whether a use of the name can change the object itself by its own code."""
        own = self.owner.get(name)
        for token in self.codes.get(name, NO_TOKENS):
            code = self.known[token]
            if token == own:
                if code.keeps_state:
                    return True
            elif not code.is_class:
                if code.makes_code or code.keeps_state:
                    return True
            elif code.methods & statement.names.attributes or any(
                method.startswith("__") for method in code.methods
            ):
                return True
        return False

    def note_stores(self, statement: Statement) -> None:
        """Note that functions hold objects from now on, and frames: `g.__defaults__ = (rows,)`."""
        names = statement.names
        self.defined -= self.functions(names.stores)
        if "attrs" in names.attributes:
            self.with_attrs |= names.stores

    def led_to(self, tokens: Iterable[int]) -> set[str]:
        """Return the names that may lead to any of this code."""
        wanted = frozenset(tokens)
        return {n for n, held in self.codes.items() if held & wanted}

    def note_classes(self, variables: Iterable[VariableNote]) -> None:
        """Note which of these hold a class."""
        for variable in variables:
            if is_class(variable.type):
                is_own = any(kind.is_session_type for kind in variable.type.arguments)
                (self.classes if is_own else self.library_classes).add(variable.name)

    def changed_with(self, name: str) -> set[str]:
        """Return the names whose objects change with a class, none where `name` is no class.

        Row = make_dataclass("Row", ["x"]); row = Row(1)
        Row.scale = 2
        ^ changes `row`
        """
        own = self.owner.get(name)
        is_class = own is not None and self.known[own].is_class
        makers = [own] if own is not None and is_class else []
        makers += [t for t in self.codes.get(name, NO_TOKENS) if self.known[t].makes_class]
        if makers:
            return self.led_to(makers)
        return set(self.sharing.partners(name)) if name in self.classes else set()

    def functions(self, names: Iterable[str]) -> set[str]:
        """Return those of `names` that are functions of the session."""
        return {n for n in names if n in self.owner and not self.known[self.owner[n]].is_class}

    def note_kind(self, name: str, statement: Statement) -> None:
        """Note what a name that was just bound certainly holds: a definition, a constant."""
        node = statement.node
        if statement.kind in _DEFINING and not getattr(node, "decorator_list", None):
            self.defined.add(name)
        self.imported.update((n, full) for n, full in imported_things(node) if n == name)
        if isinstance(node, ast.Assign) and (kind := _MADE_BY.get(called_name(node.value))):
            self.kinds[name] = kind
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            self.fixed.add(name)

    def set_codes(self, index: int, name: str, tokens: Tokens) -> None:
        """Note which session code a name may lead to from statement `index` on."""
        if self.codes.get(name, NO_TOKENS) != tokens:
            self.codes[name] = tokens
            self.code_log.append((index, name, tokens))

    def leave(self, names: Iterable[str]) -> None:
        """Note that `names` hold other objects from now on, or none."""
        for name in names:
            for partner in self.sharing.partners(name) - {name}:
                self.former.setdefault(partner, set()).add(name)
            self.sharing.leave(name)

    def forget_types(self, changed: Iterable[str], touched: Iterable[str]) -> None:
        """Drop the types of what is bound anew, and those of containers that hold others now."""
        for name in {
            *touched,
            *(n for n in changed if n in self.notes and is_plain(self.notes[n])),
        }:
            self.notes.pop(name, None)

    def ending(self, names: Iterable[str]) -> set[str]:
        """Return the names that decide whether what `names` hold comes to its end when they go.

        a = b; del b; a = None
                      ^ `del b` decides
        """
        held = {name for name in names if name in self.bound}
        return held.union(*(self.former.get(name, ()) for name in held))

    def draws_on_its_own(self, statement: Statement, called: Called) -> bool:
        """Whether what is drawn can only be on a new figure or on that of the object called.

        ax.plot(np.arange(3))
        ^ changes ax and its figure, whatever the current figure is
        """
        names = statement.names
        if "pyplot" in names.ambient_resets:
            return True
        if "pyplot" in called.ambient_writes:
            return False
        holders = {name for name in names.calls if PYPLOT in self.states.get(name, ())}
        others = {name for name in names.calls - holders if name in self.bound}
        return bool(holders) and all(
            self.imported.get(name, "").partition(".")[0] in _NEVER_DRAWING for name in others
        )

    def follow_current_figure(self, statement: Statement) -> None:
        """Note which figures pyplot has left for a new one, and that it may be back at them."""
        if "pyplot" in statement.names.ambient_resets and statement.finish is Finish.DONE:
            self.retired |= self.states.keys()
        elif statement.names.attributes & _CHOOSING_FIGURE:
            self.retired.clear()

    def follow_printing(self, index: int, statement: Statement) -> None:
        """Note where `print` writes to from now on: `sys.stdout = buffer`."""
        node, names = statement.node, statement.names
        if not isinstance(node, ast.Assign) or statement.finish is not Finish.DONE:
            return
        is_console = self._is_console(node.value)
        if is_console:
            self.consoles |= names.binds
        targets = [part for target in node.targets for part in ast.walk(target)]
        stored = {part.attr for part in targets if isinstance(part, ast.Attribute)}
        if stored & STREAMS and "module:sys" in names.ambient_writes:
            self.printed_to = {n for n in names.reads if self.holds_object(n)}
            self.printed = "" if is_console else f"{_PRINTED}{index}"

    def _is_console(self, value: ast.expr) -> bool:
        """Whether a value is the stream that the console prints to: `sys.stdout`, kept as `old`."""
        if isinstance(value, ast.Attribute):
            return value.attr in _CONSOLE - STREAMS or (value.attr in STREAMS and not self.printed)
        return isinstance(value, ast.Name) and value.id in self.consoles

    def viewing(self, touched: Iterable[str], statement: Statement) -> set[str]:
        """Return the views of memory that end here: what they show could not be resized before."""
        names = set(touched)
        if "release" in statement.names.attributes:
            names |= set(statement.names.reads)
        return names & self.views_of(names)

    def views_of(self, names: Iterable[str]) -> set[str]:
        """Return the views that keep the memory of `names` from being resized.

        view = memoryview(data)
        data.append(1)
        ^ fails while there is `view`
        """
        found: set[str] = set()
        for group in {self.sharing.partners(name) for name in names}:
            kinds = {name: self.kinds.get(name, "") for name in group}
            if _MEMORY.intersection(kinds.values()):
                found.update(name for name, kind in kinds.items() if kind in _VIEWS)
        return found

    def may_show_frames(self, statement: Statement, reads: Iterable[str]) -> bool:
        """Whether text that the statement makes of values can be that of a frame."""
        if statement.names.attributes & {"options", "get_option", "describe_option"}:
            return True
        return any(
            self.imported.get(name, "").partition(".")[0] == "pandas"
            or (self.holds_object(name) and name not in self.shown_alike)
            for name in reads
        )
