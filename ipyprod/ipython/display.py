"""How results look at the prompt and in a notebook."""

import importlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ipyprod.errors import IpyprodError, ModuleFileError

_PLAIN = "text/plain"

# Result type -> the function of ipyprod.messages that writes it.
_TEXTS = {
    "SessionState": "ipyprod.messages.session:session_text",
    "Explanation": "ipyprod.messages.session:explanation_text",
    "Promotion": "ipyprod.messages.writes:promotion_text",
    "ModuleBuild": "ipyprod.messages.writes:module_text",
    "EnvironmentSnapshot": "ipyprod.messages.writes:environment_text",
    "VerificationReport": "ipyprod.messages.writes:report_text",
    "Differences": "ipyprod.messages.differences:differences_text",
    "StubWrite": "ipyprod.messages.writes:stub_text",
    "UndoResult": "ipyprod.messages.history:undo_text",
    "WriteLog": "ipyprod.messages.history:log_text",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpText:
    """Help that was asked for, as a result like any other."""

    text: str


class ResultFormatters:
    """Formatters for the types of results, added as they appear and removed exactly."""

    def __init__(self, shell: Any) -> None:
        self._formatters = shell.display_formatter.formatters
        self._added: list[tuple[str, type]] = []

    def add(self, kind: type) -> None:
        """Show values of `kind` by ipyprod's messages."""
        self._add(_PLAIN, kind, _print_text)

    def remove_all(self) -> None:
        """Take every formatter back that `add` added."""
        for mime, kind in self._added:
            formatter = self._formatters.get(mime)
            if formatter is not None:
                formatter.pop(kind, None)
        self._added.clear()

    def _add(self, mime: str, kind: type, show: Callable[..., Any]) -> None:
        formatter = self._formatters.get(mime)
        if formatter is None or (mime, kind) in self._added:
            return
        formatter.for_type(kind, show)
        self._added.append((mime, kind))


def _print_text(result: Any, printer: Any, _is_cycle: bool) -> None:  # noqa: FBT001 - IPython's
    try:
        text = to_text(result)
    except Exception as fault:  # noqa: BLE001 - what was done is done, and it can still be said
        kind = type(result).__name__
        text = f"ipyprod cannot show this {kind} ({type(fault).__name__}: {fault})"
    printer.text(text)


def error_lines(error: IpyprodError) -> list[str]:
    """Give what the prompt shows of an error: its line, and the diff that belongs to it."""
    detail = error.detail if isinstance(error, ModuleFileError) else ""
    line = _as_typed(str(error))
    return [line, *detail.rstrip("\n").split("\n")] if detail else [line]


def _as_typed(text: str) -> str:
    """Give a text with the files of the working directory as one would type them."""
    try:
        folder = Path.cwd()
    except OSError:  # it is gone
        return text
    return text if folder == folder.parent else text.replace(f"{folder}{os.sep}", "")


def to_text(result: Any) -> str:
    """Give a result as plain text."""
    if isinstance(result, HelpText):
        return result.text
    place = _TEXTS.get(type(result).__name__)
    if place is None:
        return repr(result)
    module, _, function = place.partition(":")
    return str(getattr(importlib.import_module(module), function)(result))
