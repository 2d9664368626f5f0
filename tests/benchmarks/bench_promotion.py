"""How long one promotion takes in a long session, from Enter to the result, without the check.

Run as `python tests/benchmarks/bench_promotion.py [CELLS]`. The cells are played in a real shell of
this process; the first promotion of the process is shown apart from the later ones, each of which
promotes other cells into the same module.
"""

import contextlib
import cProfile
import io
import pstats
import statistics
import sys
import tempfile
import time
from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

SETUP = (
    "import numpy as np\nimport pandas as pd",
    "def clean(text):\n    return text.strip().lower()",
    "table = pd.DataFrame({'city': [' Oslo', 'Rome '] * 50, 'qty': range(100)})",
)
# One round of what people type; {n} is its number.
ROUND = (
    "limit_{n} = {n}",
    "part_{n} = table[table['qty'] > limit_{n} % 90]",
    "part_{n}.head()",
    "names_{n} = [clean(c) for c in part_{n}['city']]",
    "part_{n} = part_{n}.assign(city=names_{n})",
    "total_{n} = part_{n}.groupby('city')['qty'].sum()",
    "total_{n}.plt()",
    "values_{n} = np.asarray(total_{n}) * 1.5",
    "for value in values_{n}:\n    limit = value",
    "result_{n} = float(values_{n}.sum())",
)


def play(count: int) -> InteractiveShell:
    """Type `count` cells into a shell with ipyprod."""
    shell = InteractiveShell(config=Config({"HistoryManager": {"hist_file": ":memory:"}}))
    shell.extension_manager.load_extension("ipyprod")
    cells = list(SETUP)
    while len(cells) < count:
        cells += [line.format(n=len(cells) // len(ROUND)) for line in ROUND]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for cell in cells[:count]:
            shell.run_cell(cell, store_history=True)
    return shell


def promote(shell: InteractiveShell, place: int) -> tuple[float, float]:
    """Promote a round's cells; return the seconds from Enter to the result, by clock and by CPU."""
    start = len(SETUP) + len(ROUND) * place + 1
    line = f"%promote made_{place} {start}-{start + 9} --to made.py --no-check"
    began, used = time.perf_counter(), time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        done = shell.run_cell(line, store_history=True)
    seconds, used = time.perf_counter() - began, time.process_time() - used
    assert done.success, line
    return seconds, used


def main() -> None:
    """Print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        shell = play(count)
        first = promote(shell, 0)
        later = [promote(shell, place) for place in range(1, 9)]
        print(f"{count} cells, seconds from Enter to the result, without the check: clock, CPU")
        print("first of the process  {:.3f} {:.3f}".format(*first))
        medians = [statistics.median(one) for one in zip(*later, strict=True)]
        print("later, median of 8    {:.3f} {:.3f}".format(*medians))
        print("later, slowest        {:.3f} {:.3f}".format(*max(later)))
        print(f"module made           {len(Path('made.py').read_text())} characters")
        if "--profile" in sys.argv:
            profile = cProfile.Profile()
            profile.runcall(promote, shell, 9)
            pstats.Stats(profile).sort_stats("cumulative").print_stats(35)
        shell.run_line_magic("unload_ext", "ipyprod")


if __name__ == "__main__":
    main()
