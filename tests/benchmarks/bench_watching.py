"""What watching costs: the same cells plain, with ipyprod and with ipyflow, in fresh processes in turn.

    python tests/benchmarks/bench_watching.py [--rounds 3] [--cells 10000] [--only NAME]

Times are processor time of the shell's own thread, the least of all repeats of a cell and of all
rounds: what other programs on the machine do adds little to that. `worst` is the longest that
ipyprod's own callbacks took for one cell, over all repeats and the cells that make the values, and
`allowed` the share of its budget (5 ms or 5 % of the cell) that this was, each the least of all
rounds. ipyflow takes part where it is installed (`pip install --group benchmark`).
"""

import argparse
import contextlib
import gc
import importlib.util
import io
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
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
# As a session that went on for a day has them: some small, some not.
_MIXED = (
    "import numpy as np, pandas as pd",
    "".join(
        f"v{i} = [{i}, 'text']; d{i} = {{'k': {i}, 'l': [1.5]}}; t{i} = 'text {i}'\n" for i in range(190)
    ),
    "".join(f"a{i} = np.arange(1000.0); f{i} = pd.DataFrame({{'a': a{i}}})\n" for i in range(15)),
)
_MAGIC = (
    "from IPython.core.magic import register_line_magic\n"
    "@register_line_magic\ndef strange(line): get_ipython().user_ns['y'] = 1"
)
_FILE = "from pathlib import Path; _ = Path('a_file.py').write_text('y = 1')"
_MANY_NAMES = "".join(f"def u{i}(): return v{i}, d{i}, t{i}\n" for i in range(190)) + (
    f"def all_of_them(): return {', '.join(f'u{i}()' for i in range(190))}"
)
_CLASS = """
class Item:
    def __init__(self, value, following=None):
        self.value, self.name, self.tags, self.following = value, f"n{value}", [value], following
"""
_OBJECTS = (_CLASS, "objects = [Item(i) for i in range(10_000)]")
_LINKED = (_CLASS, "head = None\nfor i in range(10_000): head = Item(i, head)")
_GRAPH = ("import networkx as nx", "graph = nx.gnm_random_graph(10_000, 50_000, seed=1)")
_TEXTS = (
    "import pandas as pd",
    "texts = pd.DataFrame({'a': [f'text {i}' for i in range(1_000_000)]}, dtype=object)",
)
_POLARS = ("import numpy as np, polars as pl", "fast = pl.DataFrame({'a': np.arange(1_000_000)})")
_ARRAYS = ("import numpy as np", "arrays = [np.arange(100.0) for _ in range(2_000)]")
_TREE = ("tree = {i: {j: {k: k for k in range(10)} for j in range(20)} for i in range(1_000)}",)
_FRAMES = (
    "import numpy as np, pandas as pd",
    "frames = {i: pd.DataFrame({'a': np.arange(50), 'c': 'text'}) for i in range(300)}",
)
_LARGE = ("import numpy as np", "large = np.zeros(10_000_000)")
_NUMBERS = ("numbers = list(range(1_000_000))",)
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
    Workload(name="exec, 600 variables", setup=_MIXED, cell="exec('y = 1')"),
    Workload(name="globals(), 600 variables", setup=_MIXED, cell="globals()['y'] = {n}"),
    Workload(name="unknown magic, 600 variables", setup=(*_MIXED, _MAGIC), cell="%strange {n}"),
    Workload(name="%run, 600 variables", setup=(*_MIXED, _FILE), cell="%run -i a_file.py"),
    Workload(name="star import, 600 variables", setup=_MIXED, cell="from math import *"),
    Workload(name="exec, large values", setup=(*_FRAME, *_STRINGS, *_RECORDS), cell="exec('y = 1')"),
    Workload(name="functions, 600 globals", setup=(*_MIXED, _MANY_NAMES), cell="y = all_of_them()"),
    Workload(name="functions: defined", setup=_MIXED, cell="def f(): return v1, v2, v3, {n}"),
    Workload(name="10,000 objects: read", setup=_OBJECTS, cell="m = objects[{n}].value"),
    Workload(name="10,000 objects: write", setup=_OBJECTS, cell="objects[{n}].value = {n}"),
    Workload(name="10,000 linked objects", setup=_LINKED, cell="head.value = {n}"),
    Workload(name="graph, 50,000 edges: read", setup=_GRAPH, cell="m = graph.number_of_nodes() + {n}"),
    Workload(name="graph, 50,000 edges: write", setup=_GRAPH, cell="graph.add_edge({n}, -{n})"),
    Workload(name="objects in a frame, 1e6: read", setup=_TEXTS, cell="m = len(texts) + {n}"),
    Workload(name="objects in a frame, 1e6: write", setup=_TEXTS, cell="texts.iloc[{n}, 0] = 'new'"),
    Workload(name="polars frame: read", setup=_POLARS, cell="m = fast['a'].sum() + {n}"),
    Workload(name="polars frame: column", setup=_POLARS, cell="fast[{n}, 'a'] = {n}"),
    Workload(name="2,000 arrays: read", setup=_ARRAYS, cell="m = arrays[{n}].sum()"),
    Workload(name="2,000 arrays: write", setup=_ARRAYS, cell="arrays[{n}][0] = {n}"),
    Workload(name="200,000 nested leaves: read", setup=_TREE, cell="m = len(tree) + {n}"),
    Workload(name="200,000 nested leaves: write", setup=_TREE, cell="tree[{n}][1][1] = {n}"),
    Workload(name="300 frames: read", setup=_FRAMES, cell="m = len(frames) + {n}"),
    Workload(name="300 frames: write", setup=_FRAMES, cell="frames[{n}]['b'] = {n}"),
    Workload(name="80 MB array: write", setup=_LARGE, cell="large[{n}] = {n}"),
    Workload(name="80 MB array: view", setup=_LARGE, cell="part = large[{n}:]"),
    Workload(name="a million numbers: write", setup=_NUMBERS, cell="numbers[{n}] = {n}"),
    Workload(name="a long text", setup=("text = 'a line of it' * 2_000_000",), cell="m = len(text) + {n}"),
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
    head = "".join(f"{f'+ {n}':>12}{'share':>9}" for n in present[1:])
    print(f"{'ms a cell':32}{'plain':>9}{head}{'worst':>12}{'allowed':>9}")
    for name in names:
        best = dict.fromkeys(present, float("inf"))
        own = {"worst": float("inf"), "allowed": float("inf")}
        for _ in range(options.rounds):
            for extension in present:
                found = _child(extension, name, options)
                best[extension] = min(best[extension], found["least"])
                if extension == "ipyprod":
                    own = {key: min(own[key], found[key]) for key in own}
        print(f"{_line(name, best)}{own['worst'] * 1e3:12.3f}{own['allowed']:9.0%}", flush=True)
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
    return f"{name:32}{plain * 1e3:9.3f}{more}"


def _child(extension: str, workload: str, options: argparse.Namespace) -> dict[str, float]:
    command = [sys.executable, os.path.realpath(__file__), "--cells", str(options.cells)]
    command += ["--child", extension, workload]
    with tempfile.TemporaryDirectory() as folder:
        ended = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder)
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
    own = OwnTime(shell)
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in workload.setup:
            own.run(shell, cell)
        for n in range(5):
            own.run(shell, workload.cell.format(n=n))
        gc.collect()
        times = [own.run(shell, workload.cell.format(n=n)) for n in range(5, workload.repeats)]
    return {
        "least": min(times),
        "median": statistics.median(times),
        "worst": own.worst,
        "allowed": own.allowed,
    }


class OwnTime:
    """What the callbacks of a shell take for themselves, at worst."""

    def __init__(self, shell: InteractiveShell) -> None:
        self.worst = self.allowed = self._spent = 0.0
        for name in ("pre_run_cell", "post_run_cell"):
            shell.events.callbacks[name] = [self._timed(c) for c in shell.events.callbacks[name]]

    def _timed(self, callback: Callable[..., None]) -> Callable[..., None]:
        def run(*arguments: object) -> None:
            start = time.thread_time()
            callback(*arguments)
            self._spent += time.thread_time() - start

        return run

    def run(self, shell: InteractiveShell, cell: str) -> float:
        """Run one cell, and give its processor time with the callbacks in it."""
        self._spent = 0.0
        start = time.perf_counter()
        seconds = _run(shell, cell)
        took = time.perf_counter() - start - self._spent
        self.worst = max(self.worst, self._spent)
        self.allowed = max(self.allowed, self._spent / max(0.005, took / 20))
        return seconds


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
