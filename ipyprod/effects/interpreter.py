"""Run a program in a clean interpreter: a new process with a time limit, ended with all its own."""

import contextlib
import marshal
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ipyprod.effects.snapshot import Snapshots
from ipyprod.verification.program import Program
from ipyprod.verification.report import RunOutcome

_CHILD = Path(__file__).with_name("clean_child.py")
_OUTPUT_BYTES = 1 << 14
# Settings of Python that decide whether code finds its packages or reads text the same way. The
# others (PYTHONSTARTUP, PYTHONOPTIMIZE, PYTHONWARNINGS, ...) belong to the console.
_KEPT_PYTHON_SETTINGS = frozenset(
    {"PYTHONPATH", "PYTHONHOME", "PYTHONHASHSEED", "PYTHONUTF8", "PYTHONTZPATH"},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """How the run ended and, where it ended well, the values wanted.

    `error` is one line; `line` the line of the program's own text that raised. `value_errors` are
    wanted expressions that raised. `output` is the end of what was printed.
    """

    outcome: RunOutcome
    error: str = ""
    line: int | None = None
    seconds: float = 0.0
    snapshots: Snapshots | None = None
    value_errors: tuple[tuple[str, str], ...] = ()
    output: str = ""


def run_clean(program: Program, *, folder: str, timeout_seconds: float) -> RunResult:
    """Run the program in a new process of this interpreter, with `folder` as working directory.

    The process sees no user site, no ipyprod and no standard input, and ends with all processes
    that it started: when it is done, at the time limit, and on Ctrl-C (which is raised again).
    """
    with tempfile.TemporaryDirectory(prefix="ipyprod-check-", ignore_cleanup_errors=True) as place:
        job, result = Path(place, "job"), Path(place, "result")
        job.write_bytes(marshal.dumps(_job(program, folder)))
        start = time.monotonic()
        with _started(job, result, folder) as (process, output):
            try:
                process.wait(timeout_seconds)
            except subprocess.TimeoutExpired:
                return RunResult(
                    outcome=RunOutcome.TIMED_OUT,
                    error=f"still running after {timeout_seconds:g} s",
                    seconds=time.monotonic() - start,
                )
        return _read_result(result, process.returncode, output.text)


def _job(program: Program, folder: str) -> dict[str, object]:
    return {
        "kind": program.kind.value,
        "text": program.text,
        "path": program.path,
        "wanted": list(program.wanted),
        "search_path": [folder, *program.search_path],
    }


@contextlib.contextmanager
def _started(
    job: Path, result: Path, folder: str
) -> Iterator[tuple[subprocess.Popen[bytes], "_Output"]]:
    process = subprocess.Popen(
        [sys.executable, "-s", "-P", "-B", str(_CHILD), str(job), str(result)],
        cwd=folder,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    if process.stdout is None:
        raise AssertionError("a pipe was asked for")
    output = _Output(process.stdout)
    try:
        yield process, output
    finally:
        _end(process)
        output.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process and what it started, also where it is gone already."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


class _Output:
    """Reads what a process prints as it comes and keeps the end of it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._kept = b""
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    @property
    def text(self) -> str:
        """The end of the output."""
        return self._kept.decode("utf-8", "replace")

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while piece := os.read(self._stream.fileno(), 1 << 16):
                self._kept = (self._kept + piece)[-_OUTPUT_BYTES:]

    def close(self) -> None:
        """Stop reading; a process that escaped may hold the other end for ever."""
        self._thread.join(timeout=1.0)
        if not self._thread.is_alive():
            self._stream.close()


def _environment() -> dict[str, str]:
    """Give the variables with which this process was started: what cells set since is not clean."""
    found = {
        name: value
        for name, value in _initial_environment().items()
        if not name.startswith("PYTHON") or name in _KEPT_PYTHON_SETTINGS
    }
    found["MPLBACKEND"] = "Agg"
    return found


def _initial_environment() -> dict[str, str]:
    try:
        text = Path("/proc/self/environ").read_bytes()
    except OSError:
        return dict(os.environ)
    pairs = (item.partition(b"=") for item in text.split(b"\0") if b"=" in item)
    return {os.fsdecode(name): os.fsdecode(value) for name, _, value in pairs}


def _read_result(result: Path, status: int, output: str) -> RunResult:
    try:
        found = marshal.loads(result.read_bytes())  # noqa: S302 - from the process that we started
    except (OSError, ValueError, EOFError, TypeError):
        return RunResult(outcome=RunOutcome.FAILED, error=_ending(status), output=output)
    return RunResult(
        outcome=RunOutcome.FINISHED if found["error"] is None else RunOutcome.FAILED,
        error=found["error"] or "",
        line=found["line"],
        seconds=found["seconds"],
        snapshots=Snapshots(found["nodes"], found["roots"]),
        value_errors=tuple(found["errors"].items()),
        output=output,
    )


def _ending(status: int) -> str:
    if status >= 0:
        return f"the code ended the interpreter itself (exit status {status})"
    try:
        return f"the interpreter was ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"the interpreter was ended by signal {-status}"
