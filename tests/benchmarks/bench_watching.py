"""What watching costs: the same cells plain, with ipyprod and with ipyflow, in fresh processes in turn.

    python tests/benchmarks/bench_watching.py [--rounds 3] [--cells 10000] [--only NAME]

Times are processor time of the shell's own thread, the least of all repeats of a cell and of all
rounds: what other programs on the machine do adds little to that. ipyflow takes part where it is
installed (`pip install --group benchmark`).
"""

import argparse
import contextlib
import gc
import importlib.util
import io
import json
import resource
import statistics
import subprocess
import sys
import time
import warnings
from dataclasses import dataclass

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

EXTENSIONS = {"plain": None, "ipyprod": "ipyprod", "ipyflow": "ipyflow"}
MANY_CELLS = "many cells"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """Cells that make the values, and one that is repeated; `{n}` is the number of the repeat."""

    name: str
    setup: tuple[str, ...]
    cell: str
    repeats: int = 40


_FRAME = (
    "import numpy as np, pandas as pd",
    "frame = pd.DataFrame({c: np.random.rand(1_000_000) for c in 'abcde'})",
)
_STRINGS = ("strings = [f'string number {i}' for i in range(200_000)]",)
_RECORDS = ("records = [{'id': i, 'name': f'n{i}', 'v': i / 2} for i in range(100_000)]",)
_FOREST = (
    "import numpy as np\nfrom sklearn.ensemble import RandomForestClassifier",
    "X = np.random.rand(500, 5); y = np.random.randint(0, 2, 500)",
    "forest = RandomForestClassifier(100).fit(X, y)",
)
_FIGURE = (
    "import matplotlib\nmatplotlib.use('agg')\nimport matplotlib.pyplot as plt",
    "fig, axes = plt.subplots(2, 2)\nfor ax in axes.flat: ax.plot(range(1000), label='x'); ax.legend()",
    "ax = axes[0, 0]; fig.canvas.draw()",
)
_VARIABLES = ("".join(f"v{i} = [{i}, 'text']\n" for i in range(500)),)
WORKLOADS = (
    Workload(name="a number", setup=("x = 1",), cell="y = x + {n}", repeats=300),
    Workload(name="a small list", setup=("x = [1, {'a': 2}]",), cell="x.append({n})", repeats=300),
    Workload(name="500 variables", setup=_VARIABLES, cell="v7.append({n})", repeats=300),
    Workload(name="frame, 1e6 rows: read", setup=_FRAME, cell="m = frame['a'].mean() + {n}"),
    Workload(name="frame, 1e6 rows: write", setup=_FRAME, cell="frame.iloc[{n}, 0] = {n}"),
    Workload(
        name="frame, 1e6 rows: new column", setup=_FRAME, cell="frame['f'] = frame['a'] * {n}"
    ),
    Workload(name="200,000 strings: read", setup=_STRINGS, cell="m = len(strings) + {n}"),
    Workload(name="200,000 strings: write", setup=_STRINGS, cell="strings[{n}] = 'new'"),
    Workload(name="200,000 strings: loop", setup=_STRINGS, cell="m = [s.upper() for s in strings]"),
    Workload(name="100,000 dicts: read", setup=_RECORDS, cell="m = len(records) + {n}"),
    Workload(name="100,000 dicts: write", setup=_RECORDS, cell="records[{n}]['v'] = {n}"),
    Workload(name="100,000 dicts: loop", setup=_RECORDS, cell="m = sum(r['v'] for r in records)"),
    Workload(name="100,000 dicts: new", setup=(), cell="r = [{{'id': i}} for i in range(100_000)]"),
    Workload(name="random forest: predict", setup=_FOREST, cell="p = forest.predict(X)"),
    Workload(name="random forest: look", setup=_FOREST, cell="p = forest.n_features_in_ + {n}"),
    Workload(name="figure: title", setup=_FIGURE, cell="ax.set_title('{n}')"),
    Workload(name="figure: read", setup=_FIGURE, cell="t = ax.get_title() + '{n}'"),
    Workload(name="figure open, a number", setup=(*_FIGURE, "x = 1"), cell="y = x + {n}"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cells", type=int, default=10_000)
    parser.add_argument("--only", default="")
    parser.add_argument("--child", nargs=2, metavar=("EXTENSION", "WORKLOAD"))
    options = parser.parse_args()
    if options.child:
        print(json.dumps(_play(*options.child, cells=options.cells)))
        return
    present = [name for name in EXTENSIONS if name == "plain" or importlib.util.find_spec(name)]
    names = [w.name for w in WORKLOADS if options.only in w.name]
    print(
        f"{'ms a cell':30}{'plain':>9}"
        + "".join(f"{f'+ {n}':>12}{'share':>9}" for n in present[1:])
    )
    for name in names:
        best = dict.fromkeys(present, float("inf"))
        for _ in range(options.rounds):
            for extension in present:
                best[extension] = min(best[extension], _child(extension, name, options)["least"])
        print(_line(name, best))
    if options.cells and options.only in MANY_CELLS:
        for extension in present[:2]:
            found = _child(extension, MANY_CELLS, options)
            print(f"{options.cells} cells, {extension}: {found}")


def _line(name: str, best: dict[str, float]) -> str:
    plain = best["plain"]
    more = "".join(
        f"{(seconds - plain) * 1e3:12.3f}{(seconds - plain) / plain:9.1%}"
        for extension, seconds in best.items()
        if extension != "plain"
    )
    return f"{name:30}{plain * 1e3:9.3f}{more}"


def _child(extension: str, workload: str, options: argparse.Namespace) -> dict[str, float]:
    command = [
        sys.executable,
        __file__,
        "--cells",
        str(options.cells),
        "--child",
        extension,
        workload,
    ]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(ended.stdout.splitlines()[-1])
    return found


def _play(extension: str, name: str, *, cells: int) -> dict[str, float]:
    warnings.simplefilter("ignore")
    config = Config()
    config.HistoryManager.hist_file = ":memory:"
    shell = InteractiveShell.instance(config=config)  # ipyflow asks for the one of the process
    if EXTENSIONS[extension] is not None:
        shell.extension_manager.load_extension(EXTENSIONS[extension])
    if name == MANY_CELLS:
        return _play_many(shell, cells)
    workload = next(one for one in WORKLOADS if one.name == name)
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in workload.setup:
            _run(shell, cell)
        for n in range(5):
            _run(shell, workload.cell.format(n=n))
        gc.collect()
        times = [_run(shell, workload.cell.format(n=n)) for n in range(5, workload.repeats)]
    return {"least": min(times), "median": statistics.median(times)}


def _play_many(shell: InteractiveShell, cells: int) -> dict[str, float]:
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in ("x = [1]", "y = {'a': x}"):
            _run(shell, cell)
        times = []
        for n in range(cells):
            times.append(_run(shell, f"x[0] = {n}; z = len(x)"))
            if n == cells // 10:
                memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
    tenth = cells // 10
    return {
        "first tenth, least ms": round(min(times[:tenth]) * 1e3, 3),
        "last tenth, least ms": round(min(times[-tenth:]) * 1e3, 3),
        "kB a cell": round(grown / (cells - tenth), 2),
    }


def _run(shell: InteractiveShell, cell: str) -> float:
    start = time.thread_time()
    result = shell.run_cell(cell, store_history=True)
    seconds = time.thread_time() - start
    result.raise_error()
    return seconds


if __name__ == "__main__":
    main()
