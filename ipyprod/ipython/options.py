"""Every magic's options, once: the parser, the help and the completion are made of this table."""

from dataclasses import dataclass, replace
from enum import Enum


class ValueKind(Enum):
    """What an option or an argument takes; completion offers values by it."""

    NONE = "nothing"  # a flag
    NAME = "a new name, or a function of the session"
    VARIABLE = "variables, separated by commas"
    CELLS = "cells"
    FILE = "a Python file"
    TEXT = "text"
    NUMBER = "a number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option. `parameter` is the workflow's; `value` is what a flag sets it to."""

    flag: str
    parameter: str
    kind: ValueKind = ValueKind.NONE
    meaning: str
    metavar: str = ""
    short: str = ""
    value: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One positional argument; `takes_rest` joins all that follow with blanks."""

    parameter: str
    metavar: str
    kind: ValueKind
    meaning: str
    is_required: bool = False
    takes_rest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A magic, or a sub-command of `%ipyprod`. `workflow` is "module:function"."""

    name: str
    workflow: str
    summary: str
    arguments: tuple[Argument, ...] = ()
    options: tuple[Option, ...] = ()
    examples: tuple[str, ...] = ()
    prefix: str = "%"  # what is typed before the name

    @property
    def spelling(self) -> str:
        """The command as it is typed: "%ipyprod why"."""
        return f"{self.prefix}{self.name}"

    def find_option(self, flag: str) -> Option | None:
        """Give the option that is written `flag`."""
        return next((one for one in self.options if flag in (one.flag, one.short)), None)


_DRY_RUN = Option(
    flag="--dry-run", short="-n", parameter="dry_run", meaning="show the change, write nothing"
)
_FORCE = Option(flag="--force", parameter="force", meaning="write over what a person edited")
_TO = Option(
    flag="--to",
    parameter="to",
    kind=ValueKind.FILE,
    metavar="FILE",
    meaning="the module to write to",
)
_DOC = Option(
    flag="--doc",
    parameter="doc",
    kind=ValueKind.TEXT,
    metavar="TEXT",
    meaning="first line of the docstring",
)
_ONLY_FILE = Option(
    flag="--file",
    parameter="file",
    kind=ValueKind.FILE,
    metavar="FILE",
    meaning="only writes to this file",
)
_CHECK = Option(
    flag="--check", parameter="check", meaning="run the result in a clean interpreter, however long"
)
_NO_CHECK = Option(
    flag="--no-check", parameter="check", value=False, meaning="do not run the result"
)

PROMOTE = Command(
    name="promote",
    workflow="ipyprod.workflows.promote:promote",
    summary="Put a function made of cells into a module and bind it here.",
    arguments=(
        Argument(
            parameter="name",
            metavar="NAME",
            kind=ValueKind.NAME,
            meaning="name of the function",
            is_required=True,
        ),
        Argument(
            parameter="cells",
            metavar="CELLS",
            kind=ValueKind.CELLS,
            meaning="cells by number: 4-6 8 ~1/3",
            takes_rest=True,
        ),
    ),
    options=(
        Option(
            flag="--from",
            parameter="from_",
            kind=ValueKind.VARIABLE,
            metavar="X[,Y]",
            meaning="whatever these variables depend on",
        ),
        Option(
            flag="--given",
            parameter="given",
            kind=ValueKind.VARIABLE,
            metavar="A[,B]",
            meaning="stop at these: they become parameters",
        ),
        _TO,
        Option(
            flag="--params",
            parameter="params",
            kind=ValueKind.VARIABLE,
            metavar="A,B",
            meaning="exactly these parameters, in this order",
        ),
        Option(
            flag="--keywords",
            parameter="keywords",
            kind=ValueKind.VARIABLE,
            metavar="K",
            meaning="these become keyword parameters with their values as defaults",
        ),
        Option(
            flag="--returns",
            parameter="returns",
            kind=ValueKind.VARIABLE,
            metavar="A,B",
            meaning="return exactly these",
        ),
        _DOC,
        Option(flag="--named", parameter="named", meaning="return a NamedTuple"),
        Option(flag="--inplace", parameter="inplace", meaning="let it change what is passed in"),
        Option(
            flag="--validate",
            parameter="validate",
            meaning="check the inputs first: types, columns, keys, emptiness",
        ),
        Option(flag="--test", parameter="test", meaning="write a regression test as well"),
        _FORCE,
        _DRY_RUN,
        _CHECK,
        _NO_CHECK,
    ),
    examples=("%promote clean 5-6 8", "%promote features --from X,y --given df --to model.py"),
)

SESSION_TO_MODULE = Command(
    name="session_to_module",
    workflow="ipyprod.workflows.session_to_module:session_to_module",
    summary="Write the whole session as one module with a main().",
    arguments=(
        Argument(
            parameter="file", metavar="FILE", kind=ValueKind.FILE, meaning="the module to write"
        ),
    ),
    options=(
        Option(flag="--flat", parameter="flat", meaning="one main(), not divided into steps"),
        Option(flag="--script", parameter="script", meaning="plain top-level code with # %% cells"),
        Option(
            flag="--targets",
            parameter="targets",
            kind=ValueKind.VARIABLE,
            metavar="X[,Y]",
            meaning="only what these variables need",
        ),
        _FORCE,
        _DRY_RUN,
        _CHECK,
        _NO_CHECK,
    ),
    examples=("%session_to_module pipeline.py", "%session_to_module report.py --targets model"),
)

FREEZE_ENV = Command(
    name="freeze_env",
    workflow="ipyprod.workflows.freeze_env:freeze_env",
    summary="Write what the session needs as pinned requirements.",
    arguments=(
        Argument(
            parameter="file", metavar="FILE", kind=ValueKind.FILE, meaning="the file to write"
        ),
    ),
    options=(
        Option(
            flag="--module",
            parameter="module",
            kind=ValueKind.FILE,
            metavar="FILE",
            meaning="what this module needs, instead of the session",
        ),
        Option(
            flag="--check", parameter="check", meaning="compare the file with what is installed"
        ),
        _FORCE,
        _DRY_RUN,
    ),
    examples=("%freeze_env", "%freeze_env --module pipeline.py", "%freeze_env --check"),
)

_WHY = Command(
    name="why",
    workflow="ipyprod.workflows.explain:why",
    summary="Show the lines that a variable depends on, each with its reason.",
    arguments=(
        Argument(
            parameter="name",
            metavar="NAME",
            kind=ValueKind.VARIABLE,
            meaning="the variable",
            is_required=True,
        ),
    ),
)
_CHECK_FILE = Command(
    name="check",
    workflow="ipyprod.workflows.check:check",
    summary="Run the session, or a module, in a clean interpreter and compare the values.",
    arguments=(
        Argument(
            parameter="file", metavar="FILE", kind=ValueKind.FILE, meaning="the module to check"
        ),
    ),
    options=(
        Option(
            flag="--timeout",
            parameter="timeout_seconds",
            kind=ValueKind.NUMBER,
            metavar="SECONDS",
            meaning="give up after this long",
        ),
    ),
)
_UNDO = Command(
    name="undo",
    workflow="ipyprod.workflows.undo:undo",
    summary="Take the last writes back.",
    arguments=(
        Argument(
            parameter="count", metavar="N", kind=ValueKind.NUMBER, meaning="how many, 1 by default"
        ),
    ),
    options=(
        _ONLY_FILE,
        Option(
            flag="--force", parameter="force", meaning="also where a person edited the file since"
        ),
    ),
)
_LOG = Command(
    name="log",
    workflow="ipyprod.workflows.undo:log",
    summary="List every write, newest first, with what became of it.",
    options=(_ONLY_FILE,),
)
_DIFF = Command(
    name="diff",
    workflow="ipyprod.workflows.differences:diff",
    summary="Compare what was promoted with the file and with the session, side by side.",
    arguments=(
        Argument(
            parameter="name",
            metavar="NAME",
            kind=ValueKind.NAME,
            meaning="one function; all that differ without it",
        ),
    ),
)
_STUB = Command(
    name="stub",
    workflow="ipyprod.workflows.stub:stub",
    summary="Declare a function first; a later %promote fills it in.",
    arguments=(
        Argument(
            parameter="signature",
            metavar="SIGNATURE",
            kind=ValueKind.TEXT,
            meaning='what it takes and gives, in quotes: "clean(df, limit=3) -> df"',
            is_required=True,
            takes_rest=True,
        ),
    ),
    options=(
        _TO,
        _DOC,
        _FORCE,
        _DRY_RUN,
    ),
    examples=('%ipyprod stub "clean(df, limit=3) -> df" --to model.py',),
)
_STATUS = Command(
    name="status",
    workflow="ipyprod.workflows.explain:status",
    summary="Show every cell, what it made, and what could mislead.",
)
SUBCOMMANDS = tuple(
    replace(command, prefix="%ipyprod ")
    for command in (_STATUS, _WHY, _CHECK_FILE, _UNDO, _LOG, _DIFF, _STUB)
)
STATUS = SUBCOMMANDS[0]
COMMANDS = (PROMOTE, SESSION_TO_MODULE, FREEZE_ENV)


def find_subcommand(name: str) -> Command | None:
    """Give the sub-command of `%ipyprod` of that name."""
    return next((command for command in SUBCOMMANDS if command.name == name), None)


def help_text(command: Command) -> str:
    """Write a command's help."""
    words = [
        (
            one.metavar + ("..." if one.takes_rest else "")
            if one.is_required
            else f"[{one.metavar}{'...' if one.takes_rest else ''}]"
        )
        for one in command.arguments
    ]
    usage = " ".join([command.spelling, *words, *(["[options]"] if command.options else [])])
    rows = [(one.metavar, one.meaning) for one in command.arguments]
    for option in command.options:
        flags = f"{option.short}, {option.flag}" if option.short else option.flag
        rows.append((f"{flags} {option.metavar}".rstrip(), option.meaning))
    width = max((len(left) for left, _ in rows), default=0)
    lines = [usage, "", command.summary]
    lines += ["", *(f"  {left:<{width}}  {right}" for left, right in rows)] if rows else []
    lines += ["", *(f"  {example}" for example in command.examples)] if command.examples else []
    return "\n".join(lines)


def umbrella_help() -> str:
    """Write the help of `%ipyprod`."""
    rows = [
        (f"{one.name} {' '.join(a.metavar for a in one.arguments)}".strip(), one.summary)
        for one in SUBCOMMANDS
    ]
    width = max(len(left) for left, _ in rows)
    lines = ["%ipyprod [COMMAND]", "", "About the session and what was made of it.", ""]
    return "\n".join([*lines, *(f"  {left:<{width}}  {right}" for left, right in rows)])
