"""Plays one session in this process, and tells what watching saw of each cell."""

import io
import json
import sys
import time
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from look_parts import parts_of, parts_that_differ

_EVENTS = ("pre_execute", "pre_run_cell", "post_execute", "post_run_cell")
_LONG_LOOK_SECONDS = 20
_MOST_DIFFERENCES = 12


@dataclass(kw_only=True)
class PlayedCell:
    """What was seen of one cell, about the variables that it left bound to the same object."""

    pairs: int = 0
    flagged: dict[str, str] = field(default_factory=dict)  # the name, and its type
    weak: list[str] = field(default_factory=list)
    unknown: dict[str, str] = field(default_factory=dict)
    opaque: list[str] = field(default_factory=list)  # unknown however long one looks
    is_complete: bool = True
    watched_seconds: float = 0.0
    own_seconds: float = 0.0
    unsteady: dict[str, str] = field(default_factory=dict)  # two looks at once differ
    missed: dict[str, str] = field(default_factory=dict)  # changed, and nothing was said
    differences: dict[str, list[str]] = field(default_factory=dict)  # of the flagged ones


@dataclass(frozen=True, kw_only=True)
class PlayOrder:
    """What is to be played, and what is to be looked at besides."""

    cells: list[str]
    again: bool = False  # look at every variable before a cell, after it, and once more
    explain: dict[str, list[str]] = field(default_factory=dict)  # by the number of the cell


def play(order: PlayOrder) -> list[PlayedCell]:
    """Play a session in this process; tell for each cell what was seen of it."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.hist_file = ":memory:"
    shell = InteractiveShell(config=config)
    shell.extension_manager.load_extension("ipyprod")
    spent = [0.0]
    for event in _EVENTS:
        callbacks = shell.events.callbacks[event]
        callbacks[:] = [_timed(call, spent) for call in callbacks]
    found: list[PlayedCell] = []
    live: set[str] = set()
    for number, text in enumerate(order.cells, start=1):
        names = live if order.again else ()
        long_looks = {name: _long_look(shell.user_ns[name]) for name in names}
        parts = {n: parts_of(shell.user_ns[n]) for n in order.explain.get(str(number), ())}
        spent[0] = 0.0
        start = time.process_time()
        with redirect_stdout(io.StringIO()):
            shell.run_cell(text, store_history=True)
        seconds = time.process_time() - start
        seen = shell._ipyprod_extension.recorder.session.cells[-1]
        cell, same = _seen_of(seen, live, shell.user_ns)
        cell.watched_seconds, cell.own_seconds = spent[0], seconds - spent[0]
        for name, before in parts.items():
            differing = parts_that_differ(before, parts_of(shell.user_ns[name]))
            cell.differences[name] = differing[:_MOST_DIFFERENCES]
        if order.again:
            _look_again(cell, same, long_looks, shell.user_ns, seen.observation)
        found.append(cell)
        live = (live | seen.observation.bound) - seen.observation.deleted
        live = {n for n in live if type(shell.user_ns.get(n)) is not ModuleType} & {*shell.user_ns}
    return found


def _seen_of(seen: Any, live: set[str], namespace: dict[str, Any]) -> tuple[PlayedCell, set[str]]:
    from ipyprod.ipython.live_names import bound_in_text

    about = seen.observation
    # what the text binds anew may come to lie where the old value lay: no pair
    same = live - about.bound - about.deleted - bound_in_text(seen.python)
    types = {note.name: note.type.qualname for note in about.variables}
    cell = PlayedCell(
        pairs=len(same),
        flagged={n: types.get(n, "?") for n in (about.changed | about.weak) & same},
        weak=sorted(about.weak & same),
        unknown={n: type(namespace[n]).__qualname__ for n in about.unknown & same},
        is_complete=about.is_complete,
    )
    return cell, same


def _long_look(value: Any) -> Any:
    from ipyprod.effects.values.budget import Budget
    from ipyprod.effects.values.fingerprints import fingerprint

    return fingerprint(value, Budget(_LONG_LOOK_SECONDS))


def _look_again(
    cell: PlayedCell, same: set[str], earlier: Any, namespace: dict[str, Any], about: Any
) -> None:
    """Look at every variable twice with all the time there is, and compare the three looks."""
    from ipyprod.effects.values.budget import Budget
    from ipyprod.effects.values.fingerprints import difference
    from ipyprod.effects.values.marks import Difference

    told = about.changed | about.weak | about.unknown
    is_other = (Difference.CONTENT, Difference.CACHE)
    for name in sorted(same):
        value = namespace[name]
        one, other = _long_look(value), _long_look(value)
        if difference(one, other, value, Budget(_LONG_LOOK_SECONDS)) in is_other:
            cell.unsteady[name] = type(value).__qualname__
        seen = difference(earlier[name], one, value, Budget(_LONG_LOOK_SECONDS))
        if seen is Difference.UNKNOWN and name in about.unknown:
            cell.opaque.append(name)
        if seen in is_other and name not in told:
            cell.missed[name] = f"{type(value).__qualname__} {seen.name}"


def _timed(call: Any, spent: list[float]) -> Any:
    def timed(*arguments: Any) -> None:
        start = time.thread_time()
        call(*arguments)
        spent[0] += time.thread_time() - start

    own = getattr(call, "__module__", "") or type(call).__module__
    return timed if own.startswith("ipyprod") else call


def main() -> None:
    """Play the order in the first file, and write what was seen to the second one."""
    order, result = map(Path, sys.argv[1:])
    played = play(PlayOrder(**json.loads(order.read_text(encoding="utf-8"))))
    result.write_text(json.dumps([asdict(cell) for cell in played]), encoding="utf-8")


if __name__ == "__main__":
    main()
