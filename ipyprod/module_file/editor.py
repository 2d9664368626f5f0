"""What every step of one edit needs to know."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ipyprod.errors import ModuleFileError
from ipyprod.module_file.indentation import indentation_of, reindent
from ipyprod.module_file.layout import Layout


class NewDefinition(Protocol):
    """What is needed of a rendered function: a `RenderedFunction` has it.

    The stage that renders is a sibling, so its class cannot be named here.
    """

    @property
    def name(self) -> str:
        """The name that the definition binds."""

    @property
    def text(self) -> str:
        """The definition, comments and decorators included."""

    @property
    def imports(self) -> tuple[str, ...]:
        """Import statements that it needs."""

    @property
    def companions(self) -> tuple[tuple[str, str], ...]:
        """Name and source of what else it needs, in an order in which each can be executed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    """What every step of one edit needs to know. `written` is what ipyprod wrote last."""

    path: str
    written: str
    force: bool
    format_source: Callable[[str], str]

    def formatted(self, source: str, layout: Layout) -> str:
        """Format new code and lay it out as the file is, without a line break at the end."""
        lines = self.format_source(source.strip("\n") + "\n").rstrip("\n")
        indented = reindent(lines, indentation_of(layout))
        return indented.replace("\n", layout.newline) if layout.newline != "\n" else indented

    def refuse(self, problem: str, hint: str, detail: str = "") -> None:
        """Raise, unless the user insists."""
        if not self.force:
            raise ModuleFileError(f"{problem}; nothing was written", hint=hint, detail=detail)
