"""The magics: parse the line, call one workflow, return its result."""

import difflib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_cell_magic, line_magic, magics_class, no_var_expand
from traitlets import Bool, Enum, Float, Unicode

from ipyprod.errors import IpyprodError
from ipyprod.ipython.console import Console
from ipyprod.ipython.display import HelpText, error_lines, to_text
from ipyprod.ipython.line_parser import ParsedLine, parse_line, parse_words, split_line
from ipyprod.ipython.options import (
    FREEZE_ENV,
    PROMOTE,
    SESSION_TO_MODULE,
    STATUS,
    SUBCOMMANDS,
    Command,
    find_subcommand,
    help_text,
    umbrella_help,
)
from ipyprod.session.cell import Outcome

SETTINGS = ("module", "check_seconds", "docstring_style", "typed_arrays")


class OneLineError(UsageError):
    """An error that the prompt shows as its one line.

    A plain subclass of UsageError prints a traceback, a plain UsageError is mute in papermill
    (IPython 8.18 to 9.18). What stands against what may follow the line as a diff.
    """

    def __init__(self, error: IpyprodError) -> None:
        self._shown = error_lines(error)
        super().__init__(self._shown[0])

    def _render_traceback_(self) -> list[str]:
        return self._shown


class OneLineInterrupt(KeyboardInterrupt):
    """Ctrl-C during a command of ours: nothing to trace back."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


@magics_class
class IPyProd(Magics):
    """Settings of ipyprod."""

    module = Unicode(
        None, allow_none=True, help="The file that %promote writes to without --to."
    ).tag(config=True)
    check_seconds = Float(
        None,
        allow_none=True,
        help="Code that took longer in the session is not checked by itself (30).",
    ).tag(config=True)
    docstring_style = Enum(
        ["numpy", "google"],
        default_value=None,
        allow_none=True,
        help="Style of docstrings (numpy).",
    ).tag(config=True)
    typed_arrays = Bool(
        None,
        allow_none=True,
        help="Hints say what is in an array: npt.NDArray[np.float64] instead of np.ndarray.",
    ).tag(config=True)

    def __init__(self, shell: Any, console: Console) -> None:
        super().__init__(shell)
        self._console = console

    @no_var_expand
    @line_cell_magic
    def promote(self, line: str, cell: str | None = None) -> Any:
        """Put a function made of cells into a module."""
        return self._answer(lambda: self._promote(line, cell))

    @no_var_expand
    @line_magic
    def session_to_module(self, line: str) -> Any:
        """Write the session as a module."""
        return self._answer(
            lambda: self._run(SESSION_TO_MODULE, parse_line(SESSION_TO_MODULE, line))
        )

    @no_var_expand
    @line_magic
    def freeze_env(self, line: str) -> Any:
        """Write what the session needs."""
        return self._answer(lambda: self._freeze(parse_line(FREEZE_ENV, line)))

    @no_var_expand
    @line_magic
    def ipyprod(self, line: str) -> Any:
        """Tell about the session."""
        return self._answer(lambda: self._umbrella(line))

    def _answer(self, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except IpyprodError as error:
            raise OneLineError(error) from error.__cause__
        except KeyboardInterrupt:
            problem = "interrupted: nothing is half done; `%ipyprod log` lists what was written"
            raise OneLineInterrupt(problem) from None

    def _run(self, command: Command, parsed: ParsedLine) -> Any:
        if parsed.wants_help:
            return self._help(help_text(command))
        result = self._console.run(command, parsed.arguments)
        return None if parsed.is_silent else result

    def _freeze(self, parsed: ParsedLine) -> Any:
        """Freeze, or check: what has drifted is an error, so that a run of a notebook stops."""
        result = self._run(FREEZE_ENV, replace(parsed, is_silent=False))
        if getattr(result, "drift", ()):
            headline, *rows = to_text(result).split("\n")
            raise IpyprodError(
                f"{headline} {'; '.join(row.strip() for row in rows)}",
                hint="`%freeze_env` writes it anew",
            )
        return None if parsed.is_silent else result

    def _promote(self, line: str, body: str | None) -> Any:
        parsed = parse_line(PROMOTE, line)
        if body is None or parsed.wants_help:
            return self._run(PROMOTE, parsed)
        if parsed.arguments.get("cells") or parsed.arguments.get("from_"):
            raise IpyprodError("%%promote promotes the cell it stands in: name no cells, no --from")
        cell = self._console.recorder.run_as_cell(body)
        if cell is None or cell.outcome is not Outcome.OK:
            raise IpyprodError("The cell did not end well: nothing was promoted or written")
        arguments = {**parsed.arguments, "cells": str(cell.number)}
        return self._run(PROMOTE, ParsedLine(arguments=arguments, is_silent=parsed.is_silent))

    def _umbrella(self, line: str) -> Any:
        split = split_line(line)
        if not split.words:
            return self._run(STATUS, ParsedLine(is_silent=split.is_silent))
        name, *rest = split.words
        if name in ("--help", "-h", "?", "help"):
            return self._help(umbrella_help())
        command = find_subcommand(name)
        if command is None:
            names = [one.name for one in SUBCOMMANDS]
            near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}"
            raise IpyprodError(f"%ipyprod has no command {name!r}", hint=hint)
        parsed = parse_words(command, tuple(rest), is_silent=split.is_silent)
        return self._run(command, parsed)

    def _help(self, text: str) -> HelpText:
        self._console.formatters.add(HelpText)
        return HelpText(text=text)


# What `%promote?` shows is made from the same table as the parser.
for _method, _text in (
    (IPyProd.promote, help_text(PROMOTE)),
    (IPyProd.session_to_module, help_text(SESSION_TO_MODULE)),
    (IPyProd.freeze_env, help_text(FREEZE_ENV)),
    (IPyProd.ipyprod, umbrella_help()),
):
    _method.__doc__ = _text
