"""The clean interpreter ends well, ends badly or is ended; nothing stays behind."""

import os
import threading
import time
from pathlib import Path

import psutil
import pytest

from ipyprod.effects.interpreter import RunResult, run_clean
from ipyprod.verification.program import Program, ProgramKind
from ipyprod.verification.report import RunOutcome


def run(text: str, *wanted: str, folder: Path | str = ".", limit: float = 60.0) -> RunResult:
    pairs = tuple((name, name) for name in wanted)
    program = Program(kind=ProgramKind.CODE, text=text, wanted=pairs)
    return run_clean(program, folder=str(folder), timeout_seconds=limit)


def value(result: RunResult, name: str) -> object:
    assert result.snapshots is not None, result
    return result.snapshots.roots[name]


@pytest.mark.parametrize(
    ("text", "error", "line"),
    [
        ("x = 1\n\n1 / 0", "ZeroDivisionError: division by zero", 3),
        ("x = 1\ndef f(:", "SyntaxError", 2),
        ("def f():\n    raise KeyError('k')\nf()", "KeyError: 'k'", 2),
        ("import sys\nsys.exit(3)", "SystemExit: 3", 2),
        ("x = input()", "EOFError", 1),
        ("import ipyprod", "No module named 'ipyprod'", 1),
        ("get_ipython()", "NameError", 1),
        ("class E(Exception):\n    def __str__(self): raise E\nraise E", "E", 3),
    ],
)
def test_code_that_raises_fails_with_its_error_and_line(text, error, line):
    result = run(text)
    assert result.outcome is RunOutcome.FAILED
    assert error in result.error
    assert result.line == line


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("import os; os._exit(7)", "exit status 7"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "SIGKILL"),
    ],
)
def test_code_that_ends_the_interpreter_fails_and_says_how(text, error):
    result = run(text)
    assert result.outcome is RunOutcome.FAILED
    assert error in result.error


@pytest.mark.parametrize(
    "text",
    [
        "import sys; sys.stdout.close(); sys.stderr.close()",
        "import os; os.close(1); os.close(2)",
        "for _ in range(20_000): print('x' * 100)",
        "import builtins; builtins.len = builtins.open = builtins.isinstance = None",
        "import sys; sys.setrecursionlimit(60)",
        "import os\nif os.fork() == 0:\n    y = 2",
        "json = sys = open = marshal = print = 1",
        "import sys, types; sys.modules['json'] = types.ModuleType('json'); sys.path.clear()",
        "import threading, time; threading.Thread(target=time.sleep, args=(600,)).start()",
        "import atexit, os; atexit.register(os._exit, 9)",
        "import asyncio\nawait asyncio.sleep(0)",
    ],
)
def test_code_that_upsets_its_interpreter_still_gives_its_values(text):
    result = run(f"{text}\nx = [1, 'a']", "x")
    assert result.outcome is RunOutcome.FINISHED
    assert result.snapshots is not None
    assert result.snapshots.nodes[0][2] == (1, "a")


def test_the_working_directory_may_go_away(tmp_path):
    text = "import os; os.mkdir('d'); os.chdir('d'); os.rmdir(os.getcwd()); x = 1"
    assert value(run(text, "x", folder=tmp_path), "x") == 1


def test_endless_code_is_ended_at_the_limit_with_what_it_started():
    result = run(
        "import subprocess\nsubprocess.Popen(['sleep', '987.25'])\nwhile True: pass", limit=2
    )
    assert result.outcome is RunOutcome.TIMED_OUT
    assert "2 s" in result.error
    assert not [
        p for p in psutil.process_iter(["cmdline"]) if "987.25" in (p.info["cmdline"] or [])
    ]


def test_ctrl_c_ends_the_interpreter_and_is_raised_again(monkeypatch):
    started: list[int] = []

    def stop(self, timeout=None):
        started.append(self.pid)
        monkeypatch.undo()
        raise KeyboardInterrupt

    monkeypatch.setattr("subprocess.Popen.wait", stop)
    with pytest.raises(KeyboardInterrupt):
        run("import time; time.sleep(600)")
    assert not psutil.pid_exists(started[0])


def test_nothing_is_left_in_the_folder_or_among_the_threads(tmp_path):
    (tmp_path / "own.py").write_text("y = 1")
    before = threading.active_count()
    run("import own; x = own.y", "x", folder=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["own.py"]
    assert threading.active_count() == before


def test_the_folder_is_the_working_directory_and_can_be_imported_from(tmp_path):
    (tmp_path / "own.py").write_text("y = 5")
    assert value(run("import own, os; x = own.y; c = os.getcwd()", "x", folder=tmp_path), "x") == 5


def test_what_cells_set_in_the_environment_is_not_there(monkeypatch):
    monkeypatch.setenv("SET_IN_A_CELL", "1")
    assert value(run("import os; x = os.environ.get('SET_IN_A_CELL')", "x"), "x") is None


def test_the_code_is_main_and_has_no_file():
    result = run("x = __name__; y = '__file__' in globals()", "x", "y")
    assert (value(result, "x"), value(result, "y")) == ("__main__", False)


def test_the_end_of_the_output_is_kept():
    assert run("print('said')\n1 / 0").output.strip().endswith("said")


def test_seconds_are_those_of_the_code():
    start = time.monotonic()
    assert 0 < run("x = 1").seconds < time.monotonic() - start


def test_a_folder_that_is_gone_is_an_error_of_the_caller(tmp_path):
    with pytest.raises(OSError, match="gone"):
        run("x = 1", folder=os.fspath(tmp_path / "gone"))
