"""The program that plays a session in a real IPython shell and writes what came of it.

Called as `python play_console.py JOB RESULT`. The job (JSON) has `cells`, `lines`, what is typed
after them, `extensions` to load and `imported`, names that are no variables; the result (marshal) has `failed`, the number and the error of each cell that failed,
`shown`, what the last line said, `seconds`, and the snapshots of the variables.
"""

import contextlib
import io
import json
import marshal
import os
import sys
import time
import types
from pathlib import Path

os.environ["MPLBACKEND"] = "Agg"

from IPython import version_info
from IPython.terminal.interactiveshell import TerminalInteractiveShell
from traitlets.config import Config

from ipyprod.effects.snapshot import take_snapshots


def main() -> None:
    job_path, result_path = sys.argv[1:]
    job = json.loads(Path(job_path).read_text(encoding="utf-8"))
    sys.path.insert(0, str(Path.cwd()))
    shell = _shell(job["extensions"])
    before = {*shell.user_ns, *job["imported"]}
    failed, seconds = [], []
    for number, cell in enumerate(job["cells"], start=1):
        start = time.perf_counter()
        with _captured():
            result = shell.run_cell(cell, store_history=True)
        seconds.append(time.perf_counter() - start)
        error = result.error_before_exec or result.error_in_exec
        if error is not None:
            failed.append((number, f"{type(error).__name__}: {error}"))
    values = _variables(shell, before)
    nodes, roots = take_snapshots(values, session_modules=frozenset({"__main__"}))
    shown = ""
    for line in job["lines"]:
        with _captured() as output:
            shell.run_cell(line, store_history=True)
        shown = output.getvalue()
    found = {"failed": failed, "shown": shown, "seconds": seconds, "nodes": nodes, "roots": roots}
    Path(result_path).write_bytes(marshal.dumps(found))


def _shell(extensions: list[str]) -> TerminalInteractiveShell:
    config = Config()
    config.HistoryManager.hist_file = ":memory:"
    config.TerminalInteractiveShell.simple_prompt = True
    config.InteractiveShell.colors = "nocolor" if version_info >= (9,) else "NoColor"
    shell = TerminalInteractiveShell(config=config)
    for extension in extensions:
        shell.extension_manager.load_extension(extension)
    return shell


def _captured() -> contextlib.redirect_stdout:
    return contextlib.redirect_stdout(io.StringIO())


def _variables(shell: TerminalInteractiveShell, other: set[str]) -> dict[str, object]:
    """Give the values that the session made: no imported things, functions or classes."""
    return {
        name: value
        for name, value in shell.user_ns.items()
        if name not in other
        and not name.startswith("_")
        and not isinstance(value, types.ModuleType | types.FunctionType | type)
    }


main()
