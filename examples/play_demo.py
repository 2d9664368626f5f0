"""Play a recorded console session in a real IPython and show what ipyprod makes of it.

Works in a fresh copy of `examples/sales`, named `demo`, beside this folder's parent; run as
`python examples/play_demo.py` or `make demo`.
"""

import contextlib
import shutil
import subprocess
import sys
from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

EXAMPLES = Path(__file__).resolve().parent
MARK = "# %%\n"


def read_cells(path: Path) -> list[str]:
    """Return the cells of a recorded session."""
    return [cell.rstrip("\n") for cell in path.read_text(encoding="utf-8").split(MARK) if cell.strip()]


def new_shell() -> InteractiveShell:
    """Return an IPython of its own, without colours and without a history file."""
    config = Config()
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.colors = "nocolor"
    return InteractiveShell(config=config)


def play(shell: InteractiveShell, cells: list[str]) -> None:
    """Type each cell at the prompt and show what the screen shows."""
    for cell in cells:
        shown = cell.replace("\n", "\n   ...: ")
        print(f"\nIn [{shell.execution_count}]: {shown}")
        with contextlib.redirect_stderr(sys.stdout):
            shell.run_cell(cell, store_history=True)


def main() -> int:
    """Play the session, then run the module that came out as a colleague would."""
    folder = Path.cwd() / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(EXAMPLES / "sales", folder)
    with contextlib.chdir(folder):
        sys.path.insert(0, str(folder))
        shell = new_shell()
        shell.run_line_magic("load_ext", "ipyprod")
        play(shell, read_cells(folder / "session.ipy"))
        for name in ("sales.py", "report.py", "requirements.txt"):
            print(f"\n----- demo/{name} -----\n{(folder / name).read_text(encoding='utf-8')}")
        print("----- python report.py, in a clean interpreter -----", flush=True)
        done = subprocess.run([sys.executable, "report.py"], cwd=folder, check=False)
        print("report.py ran to its end" if done.returncode == 0 else "report.py FAILED")
        return done.returncode


if __name__ == "__main__":
    sys.exit(main())
