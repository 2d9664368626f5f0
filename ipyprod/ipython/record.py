"""What the recorder keeps: of the cells that ran, and of those that are running."""

import bisect
from dataclasses import dataclass, field
from typing import Any

from ipyprod.session.cell import Cell, PromotedName


@dataclass(slots=True)
class Record:
    """What outlives a reload: text and names only."""

    cells: list[Cell] = field(default_factory=list)
    promotions: list[PromotedName] = field(default_factory=list)
    unrecorded: set[str] = field(default_factory=set)
    next_event: int = 0
    incomplete_from: int | None = None
    namespace_size: int | None = None

    def add(self, cell: Cell) -> None:
        """Put a cell in its place: cells may end in another order than they began."""
        bisect.insort(self.cells, cell, key=lambda one: one.event)

    def take_event(self) -> int:
        """Give the next event's number."""
        self.next_event += 1
        return self.next_event - 1


@dataclass(slots=True, kw_only=True)
class Run:
    """A cell that is running. `outer` is the recorded cell that runs it, None at top level."""

    info: Any
    event: int
    number: int
    thread: int
    started: float
    words: frozenset[str]
    token: Any
    outer: "Run | None"
    is_recorded: bool
    ids: dict[str, int]
    last_error_id: int
    macro: bool = False
    folder: str = ""
    shown: int = 0  # what was shown under its number before it began
    replayed: list[str] = field(default_factory=list)
    is_overlapped: bool = False
    was_watched: bool = True
    held_paste: bool = False
    nested_error: BaseException | None = None
    nested_result: bool = False
