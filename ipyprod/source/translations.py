"""What a magic or a shell command becomes: Python, code that runs, nothing, or a refusal."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ipyprod.session.cell import Cell
from ipyprod.source.interpolation import Part
from ipyprod.source.statements import OmissionKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """The Python of one use of the console.

    Exactly one of `code`, `text`, `expression`, `omission` says what it is. `code` is text as one
    types it in the console, which the magic runs: for a cell magic it starts `code_line` lines below
    the magic. `text` is a Python statement without a result. `expression` is a Python expression;
    beside `omission` it gives the result of a piece that is left out, should anything read that.
    `binds` are names that the console itself binds when the piece is refused.
    """

    code: str | None = None
    code_line: int = 0
    gives_result: bool = False  # the last expression of `code` is the result of the magic
    is_quiet: bool = False  # a failure of `code` does not make the cell fail
    text: str = ""
    expression: str = ""
    omission: OmissionKind | None = None
    hint: str = ""
    requirement: str = ""
    binds: frozenset[str] = frozenset()
    is_line_list: bool = False  # IPython's list of lines, with attributes that a list has not
    timed: str = ""  # the code that was timed


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleUse:
    """One use of the console: `%name line`, or `%%name line` with the cell below it.

    `expand` fills in the variables of a text as IPython does at this point; `module` gives the name
    under which a module of the standard library can be used here; `fresh_name` one that the session
    does not use. `folders` are the names that hold the folders which `%popd` leads back to, the
    last one first in turn; the list is that of the session.
    """

    name: str
    line: str
    body: str | None = None
    cell: Cell
    expand: Callable[[str], tuple[Part, ...]]
    module: Callable[[str], str]
    fresh_name: Callable[[str], str]
    folders: list[str] = field(default_factory=list)


def dropped(kind: OmissionKind = OmissionKind.DISPLAY, *, result: str = "") -> Translation:
    """Leave the piece out; `result` gives its value, should anything read that."""
    return Translation(omission=kind, expression=result)


def refused(hint: str, *, binds: frozenset[str] = frozenset()) -> Translation:
    """Refuse the piece: nothing in Python does the same for certain."""
    return Translation(omission=OmissionKind.REFUSED, hint=hint, binds=binds)
