"""A real terminal: a person's session is typed and the screen is read."""

import ast
import os
import re
import signal
import sys
import time
from pathlib import Path

import pytest

pexpect = pytest.importorskip("pexpect")

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\x1b\][^\x07]*\x07")


class Terminal:
    """An IPython in a pty."""

    def __init__(self, folder, *options):
        environment = {
            **os.environ,
            "IPYTHONDIR": str(folder / "ipython"),
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "TERM": "xterm",
            "PROMPT_TOOLKIT_NO_CPR": "1",
            "COLUMNS": "200",
        }
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "IPython", "--no-banner", "--colors=NoColor", *options],
            cwd=str(folder),
            env=environment,
            encoding="utf-8",
            timeout=30,
            dimensions=(50, 200),
            # a test run in the background was started with interrupts ignored, and hands that on
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        self.number = 1
        self.wait()

    def wait(self):
        """Read the screen up to the next prompt."""
        self.child.expect(rf"In \[{self.number}\]:")
        return _ESCAPES.sub("", self.child.before)

    def type(self, text):
        """Type a line and Enter; give what came before the next prompt."""
        self.child.send(text + "\r")
        self.number += 1
        return self.wait()

    def close(self):
        self.child.close(force=True)


@pytest.fixture(params=["plain", "full"])
def terminal(request, tmp_path):
    options = ["--simple-prompt"] if request.param == "plain" else []
    terminal = Terminal(tmp_path, *options)
    yield terminal
    terminal.close()


def test_person_sees_one_line_for_a_mistake_and_goes_on(terminal):
    terminal.type("%load_ext ipyprod")
    terminal.type("x = 1")
    screen = terminal.type("%promote f --form x")

    assert "%promote has no option --form; did you mean --from?" in screen
    assert "Traceback" not in screen
    assert "UsageError" not in screen
    terminal.type("y = x + 1")
    shown = terminal.type(
        "[c.text for c in get_ipython()._ipyprod_extension.recorder.session.cells]"
    )
    assert "'x = 1', '%promote f --form x', 'y = x + 1'" in shown


def test_interrupt_is_recorded_and_the_session_goes_on(terminal):
    terminal.type("%load_ext ipyprod")
    # an interrupt between the last instruction and one long sleep would be seen after the sleep
    terminal.child.send("import time; print('beg' + 'un'); [time.sleep(0.02) for _ in range(9999)]\r")
    terminal.child.expect("begun")
    terminal.child.sendintr()
    terminal.number += 1
    terminal.wait()
    shown = terminal.type(
        "get_ipython()._ipyprod_extension.recorder.session.cells[-1].outcome.value"
    )

    assert "'interrupted'" in shown


SLOW_LATER = (
    "import os, pathlib, time",
    "x = 1",
    "pathlib.Path('pid').write_text(str(os.getpid())); times = 9999 if os.path.exists('slow') else 1",
    "y = len([time.sleep(0.02) for _ in range(times)])",
)


def child_of_check(folder, own):
    """Wait until the checked code tells the process that it runs in."""
    for _ in range(600):
        text = (folder / "pid").read_text()
        if text.isdigit() and int(text) != own:
            return int(text)
        time.sleep(0.05)
    raise AssertionError("the check did not begin")


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_interrupt_of_a_check_ends_it_and_leaves_every_file(terminal, tmp_path):
    terminal.type("%load_ext ipyprod")
    for line in SLOW_LATER:
        terminal.type(line)
    own = int((tmp_path / "pid").read_text())
    (tmp_path / "slow").touch()
    before = sorted(p.name for p in tmp_path.iterdir())
    terminal.child.send("%promote wait 4-5 --to made.py --check\r")
    child = child_of_check(tmp_path, own)
    terminal.child.sendintr()
    terminal.number += 1
    screen = terminal.wait()

    assert not is_running(child)
    assert sorted(p.name for p in tmp_path.iterdir()) == before
    assert "interrupted" in screen
    assert "Traceback" not in screen
    assert "wrote" in terminal.type("%promote wait 3 --to made.py --no-check --returns x")


def test_two_consoles_that_write_one_file_lose_nothing(tmp_path):
    first, second = Terminal(tmp_path, "--simple-prompt"), Terminal(tmp_path, "--simple-prompt")
    try:
        for name, terminal in (("one", first), ("two", second)):
            terminal.type("%load_ext ipyprod")
            terminal.type("x = [1]")
            terminal.type(f"y = len(x) + len('{name}')")
        assert "wrote one" in first.type("%promote one 3 --to made.py --no-check")
        assert "added two" in second.type("%promote two 3 --to made.py --no-check")
        for number in range(4):
            for name, terminal in (("one", first), ("two", second)):
                terminal.child.send(f"%promote {name}_{number} 3 --to made.py --no-check\r")
            for terminal in (first, second):
                terminal.number += 1
                screen = terminal.wait()
                assert "added" in screen or "was changed meanwhile; nothing was written" in screen
        text = (tmp_path / "made.py").read_text()
        ast.parse(text)
        written = [line.split()[-1] for line in first.type("%ipyprod log").splitlines() if "written" in line]
        assert {"one", "two"} <= set(written)
        assert sorted(re.findall(r"def (\w+)", text)) == sorted(written)
    finally:
        first.close()
        second.close()
