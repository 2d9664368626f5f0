"""Cells as statements: what can be kept or dropped one by one."""

import ast
from dataclasses import dataclass, field
from enum import Enum


class Finish(Enum):
    """How far one statement got."""

    DONE = "done"
    RAISED = "raised"  # it stopped in the middle: its effects up to there are real
    UNKNOWN = "unknown"


class StatementKind(Enum):
    """What a statement is, by its outer form."""

    IMPORT = "import"
    FUNCTION = "function"  # def or async def
    CLASS = "class"
    EXPRESSION = "expression"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementNames:
    """What the text of one statement says about names of the session's global scope.

    `reads` are names that may be read before the statement itself has bound them, in order of
    first use; builtins that nobody shadowed are included (the stages after this one know what is
    bound). `binds` are bound for certain when the statement ends well; `may_bind` perhaps (a
    branch, a loop, an except clause, a `global` in a function that is called). `stores` are names
    whose object is changed for certain: `x.a = 1`, `x[i] = 1`, `del x[i]`, `x += 1`, `x.a += 1`.
    `may_change` are names whose object a call may change: the receivers and the arguments of calls
    that are not known to be pure, iterators that are consumed, awaited objects; `consumes` are those of them that change for no other
    reason than that an iterator is used up. `shares` maps a
    bound name to the names whose objects it may hold afterwards. `deferred_reads`,
    `deferred_changes` and `deferred_binds` (by `global`) belong to the bodies of functions,
    lambdas and methods that the statement makes: they happen when these are called.
    """

    reads: tuple[str, ...] = ()
    binds: frozenset[str] = frozenset()
    may_bind: frozenset[str] = frozenset()
    deletes: frozenset[str] = frozenset()
    stores: frozenset[str] = frozenset()
    may_change: frozenset[str] = frozenset()
    consumes: frozenset[str] = frozenset()
    shares: tuple[tuple[str, frozenset[str]], ...] = ()
    calls: frozenset[str] = frozenset()  # global names called, as `f` in f(x) and `m` in m.f(x)
    attributes: frozenset[str] = frozenset()  # attribute names used anywhere in it
    deferred_reads: tuple[str, ...] = ()
    deferred_changes: frozenset[str] = frozenset()
    deferred_binds: frozenset[str] = frozenset()
    # Ambient state (see Observation.ambient) that the text reads or writes; a file by literal path
    # is "file:PATH", a listing of files reads "folder". A write by text is certain only in `ambient_resets` (np.random.seed(0)).
    ambient_reads: frozenset[str] = frozenset()
    ambient_writes: frozenset[str] = frozenset()
    ambient_resets: frozenset[str] = frozenset()
    # The same for the bodies of functions, lambdas and methods that the statement makes.
    deferred_ambient_reads: frozenset[str] = frozenset()
    deferred_ambient_writes: frozenset[str] = frozenset()
    has_star_import: bool = False
    has_await: bool = False  # await, async for, async with at top level
    is_opaque: bool = False  # exec, eval, globals(), locals(), setattr on a module: can touch any
    is_deferred_opaque: bool = False  # a function that it makes is opaque once it is called


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A top-level statement that was run, already plain Python.

    `event` and `cell_number` are its cell's; `index` counts from 0 within the cell. `line` and
    `end_line` are 1-based in the cell's text as typed. `text` is its source (decorators included,
    no trailing line break), `comments` the comment lines directly above it with a line break each,
    or "". `paragraph` tells which of the cell's paragraphs, parted by empty lines, it stands in.
    `node` is the parsed `text`. `made_names` are names that only the translation to Python binds
    (`out_3`, an `import subprocess`): the session never had them, so observations are silent about
    them.
    """

    event: int
    index: int
    cell_number: int
    line: int
    end_line: int
    text: str
    comments: str = ""
    paragraph: int = 0
    node: ast.stmt = field(compare=False, repr=False)
    kind: StatementKind
    names: StatementNames
    finish: Finish = Finish.DONE
    made_names: frozenset[str] = frozenset()


class OmissionKind(Enum):
    """Why a piece of a cell is not among the statements."""

    NOT_REACHED = "not reached: the cell failed above it"
    SYNTAX_ERROR = "never ran: not valid Python"
    OUTSIDE_FUNCTION = "never ran: return and yield belong inside a function"
    DISPLAY = "only display or console set-up"
    TIMING = "timed only: its results were thrown away"
    HELP = "a question to the console"
    INSTALL = "installs a package: belongs to the environment"
    REFUSED = "cannot be translated to Python"


# Kinds of code that the console could not even compile.
BROKEN = frozenset({OmissionKind.SYNTAX_ERROR, OmissionKind.OUTSIDE_FUNCTION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Omission:
    """A piece of a cell that has no statement. `hint` says what to do about a refused one.

    `names` tells what the piece read, bound and may have changed, as far as its text says so: a
    value that a REFUSED piece made cannot be made by the statements.
    """

    event: int
    cell_number: int
    line: int
    end_line: int
    text: str
    kind: OmissionKind
    hint: str = ""
    requirement: str = ""  # for INSTALL: what was asked for, as typed ("scikit-learn>=1.5")
    names: StatementNames = field(default_factory=StatementNames)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedSession:
    """Every statement that ran, in the order of execution, and what was left out."""

    statements: tuple[Statement, ...]
    omissions: tuple[Omission, ...]


def statement_kind(node: ast.stmt) -> StatementKind:
    """Tell what a statement is by its outer form."""
    match node:
        case ast.Import() | ast.ImportFrom():
            return StatementKind.IMPORT
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return StatementKind.FUNCTION
        case ast.ClassDef():
            return StatementKind.CLASS
        case ast.Expr():
            return StatementKind.EXPRESSION
    return StatementKind.OTHER
