"""What watching sees and costs on real sessions: figures, no test.

    python tests/benchmarks/corpus_looks.py CORPUS SET [--only REGEX] [--jobs N] [--again] [--flags]
        [--results FOLDER]

CORPUS holds `sessions/SET/*.json` (`cells`, and `tree` and `cwd` where the session reads files) and
`trees/`. Each session is played twice, each time in a process of its own. A *pair* is a variable that
is bound to the same object before and after a cell. Told are the share of pairs that were flagged as
changed, by type, the share of cells with something unknown, the milliseconds of processor time that
watching took a cell, and the pairs that one play flagged and the other did not, where both could see.

With `--again` the second play looks at every variable before each cell, after it, and once more at
once, with all the time there is: told are the pairs where the last two looks differ, and those that
the first two show changed and of which watching said nothing. `--flags` lists each flag with the
cell's text and the parts of the value that differ. What is found of a session is kept in FOLDER, and
taken from there where it is there already.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from corpus_player import PlayedCell, PlayOrder

_PLAYER = Path(__file__).with_name("corpus_player.py")


@dataclass(kw_only=True)
class PlayedSession:
    """One session with what its plays saw."""

    name: str
    cells: list[str]
    first: list[PlayedCell]
    second: list[PlayedCell]


def play_apart(session: dict[str, Any], trees: Path, **what: Any) -> list[PlayedCell]:
    """Play a session in a process of its own, beside a copy of its files."""
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary, "work")
        if session.get("tree"):
            shutil.copytree(trees / session["tree"], work)
        folder = work / session.get("cwd", ".")
        folder.mkdir(parents=True, exist_ok=True)
        order, result = Path(temporary, "order"), Path(temporary, "result")
        text = json.dumps(asdict(PlayOrder(cells=session["cells"], **what)))
        order.write_text(text, encoding="utf-8")
        subprocess.run(
            [sys.executable, str(_PLAYER), str(order), str(result)],
            cwd=folder,
            env={**os.environ, "MPLBACKEND": "Agg", "PYTHONHASHSEED": "0"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=1800,
            check=True,
        )
        played = json.loads(result.read_text(encoding="utf-8"))
        return [PlayedCell(**cell) for cell in played]


def kept_session(file: Path, results: Path, make: Callable[[], PlayedSession]) -> PlayedSession:
    """Give what an earlier run kept of a session, or make it and keep it."""
    kept = results / file.name
    if not kept.exists():
        made = make()
        results.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(asdict(made)), encoding="utf-8")
    read = json.loads(kept.read_text(encoding="utf-8"))
    plays = {play: [PlayedCell(**cell) for cell in read[play]] for play in ("first", "second")}
    return PlayedSession(name=read["name"], cells=read["cells"], **plays)


def play_session(file: Path, trees: Path, *, again: bool, flags: bool) -> PlayedSession:
    """Play a session twice; look closer at what the first play flagged, where that is asked for."""
    session = json.loads(file.read_text(encoding="utf-8"))
    first = play_apart(session, trees)
    flagged = {str(n): [*cell.flagged] for n, cell in enumerate(first, start=1) if cell.flagged}
    second = play_apart(session, trees, again=again, explain=flagged if flags else {})
    return PlayedSession(name=file.stem, cells=session["cells"], first=first, second=second)


def unsteady(first: list[PlayedCell], second: list[PlayedCell]) -> list[tuple[int, str]]:
    """Give the (cell, name) that one play flagged and the other saw and did not."""
    pairs = []
    for number, (one, other) in enumerate(zip(first, second, strict=True), start=1):
        unseen = {*one.unknown, *other.unknown}
        pairs += [(number, n) for n in {*one.flagged} ^ {*other.flagged} if n not in unseen]
    return pairs


def main() -> None:
    """Play every session and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("set")
    parser.add_argument("--only", default="")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--flags", action="store_true")
    parser.add_argument("--results", type=Path)
    arguments = parser.parse_args()
    files = sorted((arguments.corpus / "sessions" / arguments.set).glob("*.json"))
    files = [file for file in files if re.search(arguments.only, file.stem)]
    trees = arguments.corpus / "trees"

    def play(file: Path) -> PlayedSession:
        def make() -> PlayedSession:
            return play_session(file, trees, again=arguments.again, flags=arguments.flags)

        return kept_session(file, arguments.results, make) if arguments.results else make()

    with ThreadPoolExecutor(arguments.jobs) as pool:
        plays = []
        for session in pool.map(play, files):
            plays.append(session)
            _tell_session(session)
    _tell([cell for session in plays for cell in session.first], len(plays))
    if arguments.again:
        _tell_again([cell for session in plays for cell in session.second])


def _tell_session(session: PlayedSession) -> None:
    for number, variable in unsteady(session.first, session.second):
        print(f"unsteady between plays: {session.name}, cell {number}, {variable}")
    for number, cell in enumerate(session.second, start=1):
        for name, kind in cell.unsteady.items():
            print(f"unsteady at once: {session.name}, cell {number}, {name}: {kind}")
        for name, kind in cell.missed.items():
            print(f"missed: {session.name}, cell {number}, {name}: {kind}")
        for name, differences in cell.differences.items():
            seen = session.first[number - 1]
            strength = "weak" if name in seen.weak else "strong"
            print(
                f"\nflag: {session.name}, cell {number}, {name}: {seen.flagged[name]}, {strength}"
            )
            print("\n".join(f"    | {line}" for line in session.cells[number - 1].splitlines()))
            print("\n".join(f"    {one}" for one in differences))
    sys.stdout.flush()


def _tell(cells: list[PlayedCell], sessions: int) -> None:
    pairs = sum(cell.pairs for cell in cells)
    flagged = Counter(kind for cell in cells for kind in cell.flagged.values())
    weak = sum(len(cell.weak) for cell in cells)
    unknown = sum(bool(cell.unknown) or not cell.is_complete for cell in cells)
    unseen = Counter(kind for cell in cells for kind in cell.unknown.values())
    watched = sorted(1000 * cell.watched_seconds for cell in cells)
    own = sum(cell.own_seconds for cell in cells)
    count = len(cells)
    print(f"{sessions} sessions, {count} cells, {pairs} pairs")
    print(f"flagged as changed: {flagged.total()} ({flagged.total() / pairs:.2%}), weak {weak}")
    print("  by type:", ", ".join(f"{kind} {n}" for kind, n in flagged.most_common(40)))
    print(f"cells with something unknown: {unknown} ({unknown / count:.1%})")
    print(f"pairs unknown: {unseen.total()} ({unseen.total() / pairs:.1%})")
    print("  by type:", ", ".join(f"{kind} {n}" for kind, n in unseen.most_common(40)))
    at_95 = watched[int(0.95 * count)]
    share = sum(watched) / 1000 / own
    print(
        f"watching, ms of processor time a cell: median {statistics.median(watched):.2f}, mean "
        f"{statistics.mean(watched):.2f}, 95 % {at_95:.2f}, most {watched[-1]:.1f}; {share:.2%} of "
        "the cells' own"
    )


def _tell_again(cells: list[PlayedCell]) -> None:
    pairs = sum(cell.pairs for cell in cells)
    unsteady_pairs = sum(len(cell.unsteady) for cell in cells)
    missed = Counter(kind for cell in cells for kind in cell.missed.values())
    print(f"looked at again at once: {unsteady_pairs} of {pairs} pairs differ")
    print(f"changed and nothing said: {missed.total()}", dict(missed))
    opaque = Counter(cell.unknown[name] for cell in cells for name in cell.opaque)
    print(f"unknown however long one looks: {opaque.total()} pairs")
    print("  by type:", ", ".join(f"{kind} {n}" for kind, n in opaque.most_common(40)))


if __name__ == "__main__":
    main()
