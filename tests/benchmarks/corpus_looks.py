"""What watching sees and costs on real sessions: figures, no test.

    python tests/benchmarks/corpus_looks.py CORPUS SET [--only REGEX] [--jobs N]

CORPUS holds `sessions/SET/*.json` (`cells`, and `tree` and `cwd` where the session reads files) and
`trees/`. Each session is played twice, each time in a process of its own. A *pair* is a variable that
is bound to the same object before and after a cell. Told are the share of pairs that were flagged as
changed, by type, the share of cells with something unknown, the milliseconds of processor time that
watching took a cell, and the pairs that one play flagged and the other did not, where both could see.
"""

import argparse
import io
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

_EVENTS = ("pre_execute", "pre_run_cell", "post_execute", "post_run_cell")


def play(cells: list[str]) -> list[dict[str, Any]]:
    """Play a session in this process; tell for each cell what was seen of it."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    from ipyprod.ipython.live_names import bound_in_text

    config = Config()
    config.HistoryManager.hist_file = ":memory:"
    shell = InteractiveShell(config=config)
    shell.extension_manager.load_extension("ipyprod")
    spent = [0.0]
    for event in _EVENTS:
        callbacks = shell.events.callbacks[event]
        callbacks[:] = [_timed(call, spent) for call in callbacks]
    found, live = [], set()
    for text in cells:
        spent[0] = 0.0
        start = time.process_time()
        with redirect_stdout(io.StringIO()):
            shell.run_cell(text, store_history=True)
        seconds = time.process_time() - start
        cell = shell._ipyprod_extension.recorder.session.cells[-1]
        seen = cell.observation
        # what the text binds anew may come to lie where the old value lay: no pair
        same = live - seen.bound - seen.deleted - bound_in_text(cell.python)
        types = {note.name: note.type.qualname for note in seen.variables}
        found.append(
            {
                "pairs": len(same),
                "flagged": {n: types.get(n, "?") for n in (seen.changed | seen.weak) & same},
                "weak": sorted(seen.weak & same),
                "unknown": sorted(seen.unknown & same),
                "is_complete": seen.is_complete,
                "watched": spent[0],
                "seconds": seconds - spent[0],
            }
        )
        live = (live | seen.bound) - seen.deleted
    return found


def _timed(call: Any, spent: list[float]) -> Any:
    def timed(*arguments: Any) -> None:
        start = time.thread_time()
        call(*arguments)
        spent[0] += time.thread_time() - start

    own = getattr(call, "__module__", "") or type(call).__module__
    return timed if own.startswith("ipyprod") else call


def play_apart(session: dict[str, Any], trees: Path) -> list[dict[str, Any]]:
    """Play a session in a process of its own, beside a copy of its files."""
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary, "work")
        if session.get("tree"):
            shutil.copytree(trees / session["tree"], work)
        folder = work / session.get("cwd", ".")
        folder.mkdir(parents=True, exist_ok=True)
        job, result = Path(temporary, "job"), Path(temporary, "result")
        job.write_text(json.dumps(session["cells"]), encoding="utf-8")
        subprocess.run(
            [sys.executable, str(Path(__file__).resolve()), "--child", str(job), str(result)],
            cwd=folder,
            env={**os.environ, "MPLBACKEND": "Agg", "PYTHONHASHSEED": "0"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=900,
            check=True,
        )
        return json.loads(result.read_text(encoding="utf-8"))


def unsteady(first: list[dict[str, Any]], second: list[dict[str, Any]]) -> list[tuple[int, str]]:
    """Give the (cell, name) that one play flagged and the other saw and did not."""
    pairs = []
    for number, (one, other) in enumerate(zip(first, second, strict=True), start=1):
        unseen = {*one["unknown"], *other["unknown"]}
        pairs += [(number, n) for n in {*one["flagged"]} ^ {*other["flagged"]} if n not in unseen]
    return pairs


def main() -> None:
    """Play every session and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("set")
    parser.add_argument("--only", default="")
    parser.add_argument("--jobs", type=int, default=1)
    arguments = parser.parse_args()
    files = sorted((arguments.corpus / "sessions" / arguments.set).glob("*.json"))
    files = [file for file in files if re.search(arguments.only, file.stem)]
    trees = arguments.corpus / "trees"

    def both(file: Path) -> tuple[str, list[dict[str, Any]], list[dict[str, Any]]]:
        session = json.loads(file.read_text(encoding="utf-8"))
        return file.stem, play_apart(session, trees), play_apart(session, trees)

    with ThreadPoolExecutor(arguments.jobs) as pool:
        plays = list(pool.map(both, files))
    for name, first, second in plays:
        for number, variable in unsteady(first, second):
            print(f"unsteady: {name}, cell {number}, {variable}")
    _tell([cell for _, first, _ in plays for cell in first], len(plays))


def _tell(cells: list[dict[str, Any]], sessions: int) -> None:
    pairs = sum(cell["pairs"] for cell in cells)
    flagged = Counter(kind for cell in cells for kind in cell["flagged"].values())
    weak = sum(len(cell["weak"]) for cell in cells)
    unknown = sum(bool(cell["unknown"]) or not cell["is_complete"] for cell in cells)
    unknown_pairs = sum(len(cell["unknown"]) for cell in cells)
    watched = sorted(1000 * cell["watched"] for cell in cells)
    own = sum(cell["seconds"] for cell in cells)
    count = len(cells)
    print(f"{sessions} sessions, {count} cells, {pairs} pairs")
    print(f"flagged as changed: {flagged.total()} ({flagged.total() / pairs:.2%}), weak {weak}")
    print("  by type:", ", ".join(f"{kind} {n}" for kind, n in flagged.most_common(25)))
    print(f"cells with something unknown: {unknown} ({unknown / count:.1%})")
    print(f"pairs unknown: {unknown_pairs} ({unknown_pairs / pairs:.1%})")
    at_95 = watched[int(0.95 * count)]
    share = sum(watched) / 1000 / own
    print(
        f"watching, ms of processor time a cell: median {statistics.median(watched):.2f}, mean "
        f"{statistics.mean(watched):.2f}, 95 % {at_95:.2f}, most {watched[-1]:.1f}; {share:.2%} of "
        "the cells' own"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        _cells = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
        Path(sys.argv[3]).write_text(json.dumps(play(_cells)), encoding="utf-8")
    else:
        main()
