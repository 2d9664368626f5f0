"""What was typed at one prompt, and what it was seen to do."""

from dataclasses import dataclass, field
from enum import Enum


class Outcome(Enum):
    """How a cell ended."""

    OK = "ok"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    UNKNOWN = "unknown"  # run before ipyprod was loaded, where IPython cannot tell


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeNote:
    """The type of a value in words that outlive the value.

    `module` and `qualname` are where the type says it was defined; `public_module` is the shortest
    module that offers it under the same name ("pandas" for `pandas.core.frame.DataFrame`), or ""
    where there is none. `arguments` are the element types of a container: (item,) for list, set,
    tuple[item, ...] and iterators, (key, value) for a mapping, one per place for a short mixed
    tuple (`is_fixed_tuple`), the class itself for a class. A function with a plain signature is
    `is_fixed_tuple` too: its parameters, then what it returns. Several types in one place are one
    note with `union` filled.
    """

    module: str
    qualname: str
    public_module: str = ""
    arguments: tuple["TypeNote", ...] = ()
    union: tuple["TypeNote", ...] = ()
    is_fixed_tuple: bool = False
    is_session_type: bool = False  # class made in the session itself
    is_callable: bool = False  # a function, class or bound method
    is_iterator: bool = False
    length: int | None = None  # len(value) of a builtin container
    shape: tuple[int, ...] | None = None
    dtype: str = ""
    columns: tuple[tuple[str, str], ...] = ()  # (column name, dtype) of a frame, at most 30
    column_count: int | None = None
    literal: str = ""  # a small value of builtin types as it would be typed: "[1, 2]"


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableNote:
    """A variable that a cell bound or changed, as it was when the cell ended."""

    name: str
    type: TypeNote


class SideEffectKind(Enum):
    """What a cell did outside the interpreter's memory."""

    FILE_READ = "read a file"
    FILE_WRITTEN = "wrote a file"
    NETWORK = "used the network"
    SUBPROCESS = "started a program"


# What a second run would do to the world again.
OUTSIDE_EFFECTS = frozenset(SideEffectKind) - {SideEffectKind.FILE_READ}


@dataclass(frozen=True, slots=True, kw_only=True)
class SideEffect:
    """One outside effect. `target` is a real path, a host or a command, as far as it was seen."""

    kind: SideEffectKind
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedModule:
    """A module that was loaded while a cell ran. `file` is "" for built-in modules."""

    name: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What two looks, one before and one after a cell, say about it.

    A name stands in at most one of `changed`, `weak`, `unchanged` and `unknown`, all of which speak
    of names that were bound to the same object before and after the cell; a name in none of them
    was not looked at because the cell could not touch it. `bound` holds names that were new or
    bound to another object afterwards. With `is_complete` false, absence says nothing: every name
    not listed counts as unknown.
    """

    is_complete: bool = False
    bound: frozenset[str] = frozenset()
    deleted: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()
    weak: frozenset[str] = frozenset()  # a library object filled a cache of its own, perhaps more
    unchanged: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    # Sets of names that share a mutable object or memory: union of before and after the cell.
    # Only sets that contain a name that the cell touched are listed.
    groups: tuple[frozenset[str], ...] = ()
    # Ambient state that changed: "random", "numpy.random", "torch.random", "pyplot", "os.environ",
    # "cwd", "sys.path", "locale", "warnings", "decimal", "numpy.errstate", "rcParams",
    # "pandas.options", "module:NAME" (an attribute of module NAME was set or replaced),
    # "library:NAME" (something in NAME is another, a module of the user's own).
    ambient: frozenset[str] = frozenset()
    # Ambient changes seen in a cell that first imported the library: probably its own set-up.
    ambient_weak: frozenset[str] = frozenset()
    has_result: bool = False  # Out[number] was filled, and `_` with it
    result: TypeNote | None = None  # what was seen of that value
    has_output: bool = False  # something was printed or displayed, Out apart
    side_effects: tuple[SideEffect, ...] = ()
    modules: tuple[ImportedModule, ...] = ()
    variables: tuple[VariableNote, ...] = ()  # of `bound`, `changed` and `weak` names


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One thing that was run.

    `event` counts everything that was run, from 0, and is unique; `number` is what the prompt
    showed. `text` is as typed; `python` is what IPython made of it (its own transformation, with
    `get_ipython().run_line_magic(...)` in it), "" where that failed. `failed_line` is 1-based in
    `text`: the line of the top-level statement that raised, None where that is not known.
    `failed_place` tells which of the statements that begin on that line it was, from 0.
    `failed_itself` says that the cell's own code raised, not a function that it called.
    `replayed` is the code that `%rerun`, a macro or `%run` really ran, as typed, where the text of
    the cell does not hold it; it stands for the line that caused it. `folder` was the working
    directory when it began, "" where that is not known.
    """

    event: int
    number: int
    text: str
    python: str
    outcome: Outcome
    failed_line: int | None = None
    failed_place: int | None = None
    failed_itself: bool = False
    error_type: str = ""  # "NameError", qualified where it is no builtin: "json.JSONDecodeError"
    error_message: str = ""  # first line only
    seconds: float | None = None
    observation: Observation = field(default_factory=Observation)
    replayed: str = ""
    folder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotedName:
    """A function that the session got from a module by promotion.

    From `event` (that of the cell that promoted it) on, `name` is bound to the function of that
    name in `module_path`. `replaced` are the (event, index) of the statements that it stands for.
    `arguments` are (parameter, is keyword-only), `returns` the names that it gives back in order;
    both are empty for a definition of the session. `companions` are the session's functions and
    classes that came along. `module` is the dotted name under which the file is imported from the
    folder `root`; "" stands for the file's own name.
    """

    name: str
    module_path: str
    event: int
    module: str = ""
    root: str = ""
    replaced: tuple[tuple[int, int], ...] = ()
    arguments: tuple[tuple[str, bool], ...] = ()
    returns: tuple[str, ...] = ()
    companions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Everything recorded so far, oldest first.

    `live` holds the user's names that are bound now. `unrecorded` holds those of them whose source
    was never seen (bound by a hidden cell, an extension or before the record began).
    `incomplete_from` is the event from which the record has a gap, because ipyprod itself failed.
    `shows_rich` says that the console shows more of a value than its plain text, as notebooks do.
    """

    cells: tuple[Cell, ...]
    live: frozenset[str] = frozenset()
    unrecorded: frozenset[str] = frozenset()
    promotions: tuple[PromotedName, ...] = ()
    incomplete_from: int | None = None
    shows_rich: bool = False
