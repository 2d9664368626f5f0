"""Ranges of sessions made at random become functions that stand for their cells.

The function is called where the cells were run. What it returns has to be what the cells had made
of these names, and what it is given has to be as it was before.

    python tests/workflows/generated_promotions.py --sessions 500 --seed 1
"""

import sys
import tempfile
import traceback
import types
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from generated_modules import (
    TRANSFORM,
    WITHOUT,
    Player,
    TooLongError,
    fresh_world,
    is_data,
    make_session,
    smallest_cells,
)
from generator_runs import play_sessions, shown_cells
from pictures import picture

from ipyprod.errors import IpyprodError
from ipyprod.promotion.plan import AssumptionKind
from ipyprod.workflows.promote import Promotion, promote
from ipyprod.workflows.workbench import Workbench


@dataclass
class Wrong:
    """A name that came out wrong, or was changed."""

    what: str
    name: str
    expected: str
    found: str
    module: str
    call: str


def _promoted(cells: list[str], first: int, last: int) -> tuple[str, Promotion, dict[str, str]]:
    """Play cells and promote those from `first` to `last`; tell also how values were after these."""
    with fresh_world(), tempfile.TemporaryDirectory() as folder:
        player = Player(last - 1)
        for text in cells:
            player.play(text)
        played = player.finished_quietly()
        workbench = Workbench(
            session=played.session, namespace=player.space, transform=TRANSFORM, folder=folder
        )
        result = promote(workbench, "made_anew", f"{first}-{last}", to="made.py", check=False)
        return Path(folder, "made.py").read_text(encoding="utf-8"), result, played.then


def _replayed(cells: list[str]) -> dict[str, Any]:
    space: dict[str, Any] = {"__name__": "__main__", "__builtins__": __builtins__}
    for text in cells:
        try:
            exec(compile(text.removeprefix("%time "), "<cell>", "exec"), space)
        except Exception:
            continue
    return space


def wrong_names(cells: list[str], first: int, last: int) -> list[Wrong]:
    """Return what the function of the cells `first` to `last` (from 1) does otherwise than they."""
    text, result, after = _promoted(cells, first, last)
    call = result.call_line
    if not call or "await " in call:
        return []
    with fresh_world():
        space = _replayed(cells[: first - 1])
        module = types.ModuleType("made")
        try:
            exec(compile(text, "made.py", "exec"), vars(module))
            space["made_anew"] = module.made_anew
            given = {n: picture(n, space) for n in _given(result) if n in space}
            exec(compile(call, "<call>", "exec"), space)
        except Exception as error:
            told = "".join(traceback.format_exception_only(error)).strip()
            return [Wrong("stopped", "", "", told, text, call)]
        bound = _bound(call)
        found = {name: picture(name, space) for name in bound}
        kept = {name: picture(name, space) for name in given if name not in bound}
    wrong = [
        Wrong("returned", n, after.get(n, "nothing"), found[n], text, call)
        for n in bound
        if n in after and is_data(after[n]) and found[n] != after[n]
    ]
    if not result.notes and not _changes_in_place(result):
        wrong += [
            Wrong("changed", n, given[n], kept[n], text, call)
            for n in kept
            if is_data(given[n]) and kept[n] != given[n]
        ]
    return wrong


def _changes_in_place(result: Promotion) -> bool:
    """Whether the promotion says that it changes what cannot be copied."""
    return any(a.kind is AssumptionKind.CHANGED_IN_PLACE for a in result.plan.assumptions)


def _given(result: Promotion) -> list[str]:
    return [parameter.name for parameter in result.plan.parameters]


def _bound(call: str) -> list[str]:
    left, mark, _ = call.partition(" = ")
    return [name.strip() for name in left.split(",") if name.strip()] if mark else []


def _is_wrong(cells: list[str], length: int) -> bool:
    """Whether the function of so many of the cells is wrong, wherever they stand now."""
    for start in range(2, len(cells) - length + 2):
        try:
            if wrong_names(cells, start, start + length - 1):
                return True
        except (TooLongError, IpyprodError):
            continue
    return False


def chosen(source: Random) -> tuple[list[str], int, int]:
    """Make up a session and choose a range of it."""
    cells = [cell.text for cell in make_session(source, without=WITHOUT).session.cells]
    first = source.randint(2, len(cells))
    return cells, first, min(first + source.randint(0, 4), len(cells))


def play(source: Random, _number: int) -> str:
    cells, first, last = chosen(source)
    wrong = wrong_names(cells, first, last)
    return _told(cells, first, last, wrong[0]) if wrong else ""


def _told(cells: list[str], first: int, last: int, wrong: Wrong) -> str:
    length = last - first + 1
    small = smallest_cells(cells, lambda c: _is_wrong(c, length))
    for start in range(2, len(small) - length + 2):
        try:
            again = wrong_names(small, start, start + length - 1)
        except (TooLongError, IpyprodError):
            continue
        if again:
            wrong, first = again[0], start
            break
    return (
        f"{wrong.what} {wrong.name}, cells {first}-{first + length - 1}\n{shown_cells(small, 1)}\n"
        f"--- module\n{wrong.module}\n--- call\n{wrong.call}\n"
        f"expected {wrong.expected[:300]}\nfound    {wrong.found[:300]}"
    )


if __name__ == "__main__":
    sys.exit(play_sessions(__doc__, play))
