"""Sessions made at random, and the property that every slice of them must have.

For every variable that is alive in the end, the code of its slice, run in a clean namespace, gives
the value that the session has: with everything seen, with parts unknown, and from the text alone.

    python tests/lineage/generated.py --sessions 20000 --seed 1

plays that many sessions with two processes, and prints each wrong slice in its smallest form.
"""

import argparse
import contextlib
import decimal
import functools
import gc
import io
import itertools
import math
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
import types
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parent))
from generated_code import Writer
from IPython.core.inputtransformer2 import TransformerManager
from pictures import ADDRESS, picture

from ipyprod.effects.audit import AuditLog
from ipyprod.effects.values.watcher import ValueWatcher
from ipyprod.ipython.failed_line import find_failed_line, find_failed_place
from ipyprod.ipython.live_names import is_opaque, words_of
from ipyprod.ipython.outcomes import error_type_of
from ipyprod.lineage.graph import LineageGraph, build_lineage
from ipyprod.lineage.slices import slice_backward
from ipyprod.session.cell import Cell, Observation, Outcome, Session
from ipyprod.source.parsing import parse_session
from ipyprod.source.statements import Finish

TRANSFORM = TransformerManager().transform_cell
_MOST_SECONDS = 2.0
_TRIES = 6
_TAU = math.tau
FILES, PRINTED = "<files>", "<printed>"
_MOST_SHRINKING_SECONDS = 30
_MOST_WAITING_SECONDS = 120
MODES = ("seen", "parts", "text", "conservative")


class TooLongError(BaseException):
    """A cell that does not come to an end by itself: such a session is thrown away."""


@contextlib.contextmanager
def fresh_world() -> Iterator[io.StringIO]:
    """Give an empty working folder, ambient state that is the same every time, and what is printed."""
    before = Path.cwd()
    saved = {"GENERATED": os.environ.pop("GENERATED", None)}
    random.seed(99)
    np.random.seed(99)
    context, options = decimal.getcontext().copy(), np.get_printoptions()
    shown, module = pd.get_option("display.precision"), sys.modules["__main__"]
    folder = _folders()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        os.chdir(folder)
        signal.signal(signal.SIGALRM, _give_up)
        signal.setitimer(signal.ITIMER_REAL, _MOST_SECONDS)
        try:
            with contextlib.redirect_stdout(io.StringIO()) as printed:
                yield printed
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            os.chdir(before)
            sys.modules["__main__"] = module
            decimal.setcontext(context)
            np.set_printoptions(**options)
            pd.set_option("display.precision", shown)
            math.tau = _TAU
            os.environ.pop("GENERATED", None)
            if saved["GENERATED"] is not None:
                os.environ["GENERATED"] = saved["GENERATED"]


@functools.lru_cache(maxsize=1)
def _base(_process: int) -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory()


def _folders() -> Path:
    """Return an empty folder, deep enough that no `os.chdir('..')` leads to anything else."""
    outer = Path(_base(os.getpid()).name, "outer")
    inner = outer.joinpath(*"abcdefgh")
    if outer.exists() and len(list(outer.rglob("*"))) != len("abcdefgh"):
        shutil.rmtree(outer)
    inner.mkdir(parents=True, exist_ok=True)
    return inner


def _outputs(printed: io.StringIO, space: dict[str, Any]) -> dict[str, str]:
    """End a program as its process would; return what it left behind, under names of no variable."""
    space.clear()
    for one in gc.get_objects():  # in a cycle the collector may close the file under its buffer
        if type(one) is io.TextIOWrapper and not one.closed:
            one.flush()
    next(_COLLECTIONS)()
    outer = Path(_base(os.getpid()).name, "outer")
    files = {
        str(path.relative_to(outer)): path.read_bytes() if path.is_file() else b"folder"
        for path in sorted(outer.rglob("*"))
    }
    return {FILES: ADDRESS.sub("0x", repr(files)), PRINTED: ADDRESS.sub("0x", printed.getvalue())}


def _collect() -> None:
    """Collect what was made since the last time: the rest is nothing to go through again."""
    gc.collect()
    gc.freeze()


def _collect_all() -> None:
    gc.unfreeze()
    _collect()


_COLLECTIONS = itertools.cycle([*[_collect] * 500, _collect_all])


def _give_up(*_: object) -> None:
    raise TooLongError


@dataclass
class Played:
    """A session that was played: its record, and the pictures of what is alive in the end.

    `middle` is an event, and `then` are the pictures of what was alive after it.
    """

    session: Session
    pictures: dict[str, str]
    middle: int
    then: dict[str, str]
    prints: tuple[str, ...] = ()

    def gives(self, name: str, found: str) -> bool:
        """Whether a picture is that of the session; a cell run again need not print again."""
        if name != PRINTED or found == self.pictures[name]:
            return found == self.pictures[name]
        texts = [cell.text for cell in self.session.cells]
        runs = list(zip(texts, self.prints, strict=True))
        return _is_shorter(runs, found)


def _is_shorter(runs: list[tuple[str, str]], found: str) -> bool:
    """Whether `found` is what runs printed, but for those that a later one is the same as."""
    if not runs:
        return not found
    (text, printed), *rest = runs
    if found.startswith(printed) and _is_shorter(rest, found.removeprefix(printed)):
        return True
    return bool(printed) and (text, printed) in rest and _is_shorter(rest, found)


class Player:
    """Plays cells one by one, watched as the console watches them."""

    def __init__(self, middle: int) -> None:
        sys.modules["__main__"] = types.ModuleType("__main__")  # as a console has its own
        self.space: dict[str, Any] = vars(sys.modules["__main__"])
        self.space["__builtins__"] = __builtins__
        self.cells: list[Cell] = []
        self._watcher, self._audit = ValueWatcher(), AuditLog()
        self.middle = middle
        self.then: dict[str, str] = {}
        self.prints: list[str] = []

    def play(self, text: str) -> None:
        """Run one cell and record it."""
        before = len(sys.stdout.getvalue())  # type: ignore[attr-defined]
        self._run(text)
        self.prints.append(ADDRESS.sub("0x", sys.stdout.getvalue()[before:]))  # type: ignore[attr-defined]
        if len(self.cells) == self.middle + 1:
            self.then = self.pictures()

    def _run(self, text: str) -> None:
        space, event, python = self.space, len(self.cells), TRANSFORM(text)
        words = words_of(text)
        token = self._watcher.before(words, space)
        self._audit.start()
        error: Exception | None = None
        try:
            exec(compile(text.removeprefix("%time "), f"<cell {event}>", "exec"), space)
        except RecursionError as caught:
            # how often it went round is a matter of how deep the stack is already
            raise TooLongError from caught
        except Exception as caught:
            error = caught
        effects = self._audit.stop()
        seen = self._watcher.after(
            token, words, space, seconds=0.01, text_unknown=is_opaque(text)
        )
        line = None if error is None else find_failed_line(text, python, error, space)
        place = find_failed_place(python, error, space)
        outcome = Outcome.OK if error is None else Outcome.FAILED
        seen = replace(seen, side_effects=effects)
        self.cells.append(
            Cell(event=event, number=event + 1, text=text, python=python, outcome=outcome,
                 failed_line=line, failed_place=place, error_type=error_type_of(error),
                 observation=seen)
        )  # fmt: skip

    def live(self) -> list[str]:
        """Return the variables, imported modules apart."""
        return [n for n, v in self.space.items()
                if not n.startswith("_") and type(v).__name__ != "module"]  # fmt: skip

    def pictures(self) -> dict[str, str]:
        """Return the pictures of the variables as they are now."""
        return {name: picture(name, self.space) for name in self.live()}

    def finished_quietly(self) -> Played:
        """Return the record without what was left behind."""
        return self.finished(None)

    def finished(self, printed: io.StringIO | None) -> Played:
        """Return the record."""
        live = frozenset(n for n in self.space if not n.startswith("_"))
        pictures = self.pictures()
        if printed is not None:
            pictures |= _outputs(printed, self.space)
        return Played(
            session=Session(cells=tuple(self.cells), live=live),
            pictures=pictures,
            middle=self.middle,
            then=self.then,
            prints=tuple(self.prints),
        )


def play(cells: Sequence[str]) -> Played:
    """Play a session that is known."""
    with fresh_world() as printed:
        player = Player(len(cells) // 2)
        for text in cells:
            player.play(text)
        return player.finished(printed)


def make_session(source: Random, without: frozenset[str] = frozenset()) -> Played:
    """Make up a session cell by cell, without templates of some groups, and play it."""
    writer = Writer(source, without)
    with fresh_world() as printed:
        count = source.randint(4, 16)
        player = Player(source.randint(0, count))
        for text in writer.first_cells():
            player.play(text)
        for _ in range(count):
            player.play(writer.next_cell({n: player.space[n] for n in player.live()}))
        return player.finished(printed)


def as_seen(session: Session, mode: str, source: Random) -> Session:
    """Return the session as it would be recorded with less seen of it."""
    if mode in {"seen", "conservative"}:
        return session
    if mode == "text":
        return _with(session, [Observation() for _ in session.cells])
    return _with(session, [_partly(cell.observation, source) for cell in session.cells])


def _with(session: Session, observations: list[Observation]) -> Session:
    pairs = zip(session.cells, observations, strict=True)
    return replace(session, cells=tuple(replace(c, observation=o) for c, o in pairs))


def _partly(seen: Observation, source: Random) -> Observation:
    if source.random() < 0.1:
        return Observation(side_effects=seen.side_effects)
    looked = sorted(seen.changed | seen.weak | seen.unchanged)
    lost = frozenset(name for name in looked if source.random() < 0.5)
    return replace(
        seen, changed=seen.changed - lost, weak=seen.weak - lost,
        unchanged=seen.unchanged - lost, unknown=seen.unknown | lost,
    )  # fmt: skip


def graph_of(session: Session) -> LineageGraph:
    """Return the lineage of a session."""
    return build_lineage(session, parse_session(session, transform=TRANSFORM))


def code_of(statements: Sequence[Any]) -> str:
    """Return the program of a slice; what failed or may have failed may fail again."""
    lines = []
    for statement in statements:
        text = statement.text
        if statement.finish.value != "done":
            body = "\n".join("    " + part for part in text.split("\n"))
            text = f"try:\n{body}\nexcept Exception:\n    pass"
        lines.append(text)
    return "\n".join(lines) + "\n"


def run_code(code: str, names: Sequence[str], alive: frozenset[str]) -> dict[str, str]:
    """Run a program in a clean namespace and return the pictures of `names`."""
    with fresh_world() as printed:
        space: dict[str, Any] = {"__name__": "__main__", "__builtins__": __builtins__}
        try:
            exec(compile(code, "<slice>", "exec"), space)
        except Exception as error:
            return dict.fromkeys(names, f"stopped by {type(error).__name__}: {error}")
        found = {n: picture(n, space, alive) for n in names}
        return found | {n: v for n, v in _outputs(printed, space).items() if n in found}


@dataclass
class Wrong:
    """A slice that loses its value."""

    mode: str
    target: str
    code: str
    expected: str
    found: str


@dataclass
class Figures:
    """How much of the slices is needed."""

    slices: int = 0
    statements: int = 0
    kept: int = 0
    needless: int = 0

    def add(self, other: "Figures") -> None:
        """Take over other figures."""
        self.slices += other.slices
        self.statements += other.statements
        self.kept += other.kept
        self.needless += other.needless


def _modules_of(played: Played) -> frozenset[str]:
    return played.session.live - played.pictures.keys()


def _is_failed_output(graph: LineageGraph, statement: Any) -> bool:
    return statement.finish is not Finish.DONE and bool(graph.effects(statement).outputs)


class Checker:
    """Checks the slices of one session."""

    def __init__(self, played: Played, source: Random) -> None:
        self.played = played
        self.source = source
        self._runs: dict[str, dict[str, str]] = {}

    def run(self, code: str) -> dict[str, str]:
        """Return the pictures that a program makes, of all variables of the session."""
        if code not in self._runs:
            names = list(self.played.pictures)
            self._runs[code] = run_code(code, names, self.played.session.live)
        return self._runs[code]

    def wrong(self, modes: Sequence[str] = MODES) -> list[Wrong]:
        """Return every slice that loses its value, chance apart."""
        found = self.wrong_or_chance(modes)
        return [w for w in found if w.target not in self._chance()] if found else []

    def _chance(self) -> set[str]:
        """Return the variables that the whole program does not make twice alike.

        a = {iter(d), 0}.pop()
        ^ which one comes first is a matter of where the iterator lies in memory
        """
        code = code_of(graph_of(self.played.session).statements)
        names = list(self.played.pictures)
        made = []
        for count in range(2, _TRIES + 2):
            blocks = [bytearray(size) for size in range(0, 640, 8) for _ in range(7 * count)]
            del blocks[::count]
            made.append(run_code(code, names, self.played.session.live))
        return {n for n in names if len({one[n] for one in made}) > 1}

    def wrong_or_chance(self, modes: Sequence[str]) -> list[Wrong]:
        """Return every slice that does not give the value that the session had."""
        found = []
        for mode in modes:
            graph = graph_of(as_seen(self.played.session, mode, self.source))
            for name, expected in self.played.pictures.items():
                if name in {FILES, PRINTED} and any(_is_failed_output(graph, s) for s in graph.statements):
                    continue  # what failed attempts printed is no output to be kept
                code = self._sliced(graph, name, mode)
                result = self.run(code)[name]
                if not self.played.gives(name, result):
                    found.append(Wrong(mode, name, code, expected, result))
            if mode == "seen":
                found += self._wrong_then(graph)
        return found

    def _sliced(self, graph: LineageGraph, name: str, mode: str) -> str:
        is_output = name in {FILES, PRINTED}
        made = slice_backward(
            graph, [] if is_output else [name], keep_outputs=is_output,
            conservative=mode == "conservative",
        )  # fmt: skip
        return code_of(made.statements)

    def _wrong_then(self, graph: LineageGraph) -> list[Wrong]:
        """Check the slices of what was alive in the middle of the session."""
        played, found = self.played, []
        for name, expected in played.then.items():
            made = slice_backward(graph, [name], until=played.middle)
            code = code_of(made.statements)
            result = run_code(code, [name], frozenset(played.then) | _modules_of(played))[name]
            if result != expected:
                found.append(Wrong("seen", f"{name} after {played.middle}", code, expected, result))
        return found

    def figures(self) -> Figures:
        """Count the statements of the slices, and those that could be left out one by one."""
        graph = graph_of(self.played.session)
        total = Figures()
        for name, expected in self.played.pictures.items():
            if name in {FILES, PRINTED}:
                continue
            statements = slice_backward(graph, [name]).statements
            total.slices += 1
            total.statements += len(graph.statements)
            total.kept += len(statements)
            for place in range(len(statements)):
                rest = [*statements[:place], *statements[place + 1 :]]
                total.needless += self.run(code_of(rest))[name] == expected
        return total


def check(cells: Sequence[str], source: Random, modes: Sequence[str] = MODES) -> list[Wrong]:
    """Play cells and return the slices that are wrong, or look wrong by chance."""
    return Checker(play(cells), source).wrong_or_chance(modes)


# --- smallest forms


def smallest(cells: list[str], mode: str, seed: object) -> list[str]:
    """Leave out cells and statements as long as a slice of that mode is wrong."""

    def is_wrong(attempt: list[str]) -> bool:
        try:
            return any(
                bool(check(attempt, Random(f"{seed}:{n}"), [mode]))
                for n in range(6 if mode == "parts" else 1)
            )
        except TooLongError:
            return False

    return smallest_cells(cells, is_wrong)


def smallest_cells(cells: list[str], is_wrong: Callable[[list[str]], bool]) -> list[str]:
    """Leave out cells and statements as long as `is_wrong`, for so long at most."""
    changed, end = True, time.monotonic() + _MOST_SHRINKING_SECONDS
    while changed:
        changed = False
        for attempt in _smaller(cells):
            if time.monotonic() > end:
                return cells
            if is_wrong(attempt):
                cells, changed = attempt, True
                break
    return cells


def _smaller(cells: list[str]) -> Iterator[list[str]]:
    for size in (8, 4, 2, 1):
        if size < len(cells):
            for place in reversed(range(1, len(cells), size)):
                yield [*cells[:place], *cells[place + size :]]
    for place, text in enumerate(cells[1:], start=1):
        parts = text.split("; ") if "\n" not in text else text.split("\n")
        glue = "; " if "\n" not in text else "\n"
        for n in range(len(parts)) if len(parts) > 1 else ():
            shorter = glue.join([*parts[:n], *parts[n + 1 :]])
            try:
                compile(shorter.removeprefix("%time "), "", "exec")
            except SyntaxError:
                continue
            yield [*cells[:place], shorter, *cells[place + 1 :]]


# --- long runs


def one(seed: str, *, counted: bool) -> tuple[list[str], list[Wrong], Figures] | None:
    """Make and check the session of one seed; None where it did not come to an end."""
    try:
        played = make_session(Random(seed))
        cells = [cell.text for cell in played.session.cells]
        checker = Checker(played, Random(seed))
        wrong = checker.wrong()
        return cells, wrong, checker.figures() if counted else Figures()
    except TooLongError:
        return None


def _work(task: tuple[str, bool]) -> tuple[str, str | None, Figures | None]:
    """Return the seed, what is to be told of its session, and its figures; None if it was thrown away."""
    seed, counted = task
    try:
        made = one(seed, counted=counted)
        if made is None:
            return seed, None, None
        cells, wrong, figures = made
        if wrong:
            print(f"wrong: seed {seed}", file=sys.stderr, flush=True)
        return seed, _told(seed, cells, wrong[0]) if wrong else None, figures
    except Exception as error:
        fault = "".join(traceback.format_exception(error)[-4:])
        return seed, f"\n=== fault: seed {seed}: {fault}", Figures()


def _told(seed: str, cells: list[str], wrong: Wrong) -> str:
    small = smallest(cells, wrong.mode, seed)
    again = [w for n in range(6) for w in check(small, Random(f"{seed}:{n}"), [wrong.mode])]
    shown = again[0] if again else wrong
    lines = [f"\n=== wrong: seed {seed}, {shown.mode}, target {shown.target}"]
    for number, text in enumerate(small):
        lines.append(f"  [{number}] " + text.replace("\n", "\n      "))
    lines.append("  --- slice\n  " + shown.code.replace("\n", "\n  "))
    lines.append(f"  expected {shown.expected[:300]}\n  found    {shown.found[:300]}")
    return "\n".join(lines)


def _next(results: Any) -> Any:
    """Return the next result; None at the end, or where a session never comes back.

    next(v for v in itertools.count() if v < 0): nothing stops what goes round in C alone
    """
    try:
        return results.next(timeout=_MOST_WAITING_SECONDS)
    except (StopIteration, multiprocessing.TimeoutError):
        return None


def main() -> int:
    """Play many sessions; return 1 where a slice was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=1000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--first", type=int, default=0, help="number of the first session")
    parser.add_argument("--most-wrong", type=int, default=10)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--counted", type=int, default=20, help="count minimality in one of so many")
    wishes = parser.parse_args()
    os.nice(10)
    started = time.monotonic()
    total, bad, unended, played = Figures(), 0, 0, 0
    numbers = range(wishes.first, wishes.first + wishes.sessions)
    tasks = [(f"{wishes.seed}:{n}", n % wishes.counted == 0) for n in numbers]
    with multiprocessing.get_context("fork").Pool(wishes.processes, maxtasksperchild=1000) as pool:
        results = pool.imap_unordered(_work, tasks)
        for _, told, figures in iter(lambda: _next(results), None):
            played += 1
            if not played % 1000:
                print(f"{played} played, {bad} wrong", file=sys.stderr, flush=True)
            if told is not None:
                bad += 1
                print(told, flush=True)
            if figures is None:
                unended += 1
            else:
                total.add(figures)
            if bad >= wishes.most_wrong:
                break
        pool.terminate()
        if bad < wishes.most_wrong:
            unended, played = unended + len(tasks) - played, len(tasks)
    seconds = time.monotonic() - started
    print(f"\n{played} sessions (seed {wishes.seed}) in {seconds:.0f} s: {bad} wrong, {unended} thrown away")
    if total.kept:
        print(f"{total.slices} slices counted: {total.kept} of {total.statements} statements kept, "
              f"{total.needless} of them needless one by one")  # fmt: skip
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
