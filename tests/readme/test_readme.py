"""The README's session, played in a real IPython, gives the files that the README shows."""

import os
import re
import shutil
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(label):
    found = re.search(rf"<!-- {re.escape(label)} -->\n```\w+\n(.*?)```", README, re.DOTALL)
    assert found, f"README.md has no block {label}"
    return found.group(1)


def session_cells():
    pieces = re.split(r"^In \[\d+\]: ", block("session: sales"), flags=re.MULTILINE)[1:]
    return [re.sub(r"^ {3}\.\.\.: ", "", piece.rstrip("\n"), flags=re.MULTILINE) for piece in pieces]


@pytest.fixture
def played(tmp_path, monkeypatch):
    shutil.copy(ROOT / "examples" / "sales" / "orders.csv", tmp_path)
    monkeypatch.chdir(tmp_path)
    config = Config()
    config.HistoryManager.hist_file = ":memory:"
    shell = InteractiveShell(config=config)
    shell.run_line_magic("load_ext", "ipyprod")
    for cell in (*session_cells(), "%session_to_module report.py"):
        shell.run_cell(cell, store_history=True)
    yield tmp_path
    shell.run_line_magic("unload_ext", "ipyprod")


def same_on_every_pandas(text):
    return text.replace("(object)", "(str)")


@pytest.mark.parametrize("name", ["sales.py", "report.py"])
def test_file_is_what_the_readme_shows(played, name):
    written = (played / name).read_text(encoding="utf-8")
    assert same_on_every_pandas(written) == same_on_every_pandas(block(f"file: {name}"))


def test_module_of_the_readme_runs_from_the_command_line(played):
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "report.py"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": ""},
    )
    assert done.returncode == 0, done.stderr
    assert "made orders: 12 rows, 6 columns" in done.stderr


def test_every_magic_that_the_readme_names_exists(played):
    from ipyprod.ipython.options import COMMANDS, SUBCOMMANDS

    named = set(re.findall(r"`%%?(promote|session_to_module|freeze_env|ipyprod)", README))
    assert named == {*(command.name for command in COMMANDS), "ipyprod"}
    subcommands = set(re.findall(r"`%ipyprod (\w+)", README))
    assert subcommands <= {command.name for command in SUBCOMMANDS}
