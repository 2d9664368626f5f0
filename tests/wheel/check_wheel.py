"""Build the wheel, install it in an environment of its own, and use it away from the checkout."""

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

PROGRAM = """
import sys
import ipyprod

assert "IPython" not in sys.modules, "import ipyprod loads IPython"
assert not ipyprod.__file__.startswith(sys.argv[1]), ipyprod.__file__

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

config = Config()
config.HistoryManager.hist_file = ":memory:"
shell = InteractiveShell(config=config)
for cell in ("%load_ext ipyprod", "a = [1, 2]", "b = a", "b.append(3)", "total = sum(a)"):
    shell.run_cell(cell, store_history=True).raise_error()
shell.run_cell("%promote make_total --from total --to made.py", store_history=True).raise_error()
shell.run_cell("%session_to_module whole.py", store_history=True).raise_error()

from made import make_total

assert make_total() == 6, make_total()
print("1 passed, 0 failed")
"""


def run(*command: str, cwd: str) -> None:
    """Run a command and stop where it fails."""
    subprocess.run(command, cwd=cwd, check=True)


def main() -> None:
    """Build, install, use."""
    with tempfile.TemporaryDirectory() as folder:
        pip = (sys.executable, "-m", "pip")
        run(*pip, "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, str(ROOT), cwd=folder)
        (wheel,) = Path(folder).glob("ipyprod-*.whl")
        home = Path(folder) / "env"
        venv.create(home, with_pip=True)
        python = str(home / "bin" / "python")
        run(python, "-m", "pip", "install", "--quiet", str(wheel), cwd=folder)
        run(python, "-c", PROGRAM, str(ROOT), cwd=folder)


if __name__ == "__main__":
    main()
