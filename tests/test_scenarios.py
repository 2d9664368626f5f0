"""Every file in scenarios/ is one case: input cells, flags, `# output`, expected text.

A cell begins with `# In` and ends where the next one begins; what raises in the session is
expected to raise. The line `# flags: ...` holds the options of `promote` as `name=value`, separated
by `;`. Below `# output` stands the whole module. Without any text there, only the checks that hold
for every case are made: it parses, it is stable under black, a second promotion changes nothing,
and the function gives the cells' values in a clean interpreter.
"""

import ast
import subprocess
import sys
from pathlib import Path

import black
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from ipyprod.verification.report import RunOutcome
from ipyprod.workflows.promote import Promotion, promote
from ipyprod.workflows.workbench import Workbench

FOLDER = Path(__file__).parent / "scenarios"
CASES = sorted(FOLDER.glob("*.txt"))


def read_case(path: Path) -> tuple[list[str], dict[str, object], str]:
    source, _, expected = path.read_text().partition("# output\n")
    cells: list[str] = []
    flags: dict[str, object] = {}
    for line in source.splitlines(keepends=True):
        if line.startswith("# flags:"):
            for part in line.removeprefix("# flags:").split(";"):
                name, _, value = part.strip().partition("=")
                flags[name] = value if _ and value else True
        elif line.strip() == "# In":
            cells.append("")
        elif cells:
            cells[-1] += line
    return [cell.strip("\n") for cell in cells], flags, expected.strip("\n")


def play(cells: list[str], folder: Path) -> Workbench:
    config = Config({"HistoryManager": {"hist_file": ":memory:"}})
    shell = InteractiveShell(config=config)
    shell.extension_manager.load_extension("ipyprod")
    try:
        for cell in cells:
            shell.run_cell(cell, store_history=True)
        return Workbench(
            session=shell._ipyprod_extension.recorder.session,
            namespace=dict(shell.user_ns),
            transform=TransformerManager().transform_cell,
            folder=str(folder),
        )
    finally:
        shell.extension_manager.unload_extension("ipyprod")
        shell.history_manager.end_session()
        shell.restore_sys_module_state()


def prepare(folder: Path) -> None:
    (folder / "data.csv").write_text("city,qty,price\nOslo,2,3.5\nRome,0,1.0\nRome,4,2.25\n")


@pytest.fixture(params=CASES, ids=lambda path: path.stem)
def case(request, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    prepare(tmp_path)
    cells, flags, expected = read_case(request.param)
    return play(cells, tmp_path), flags, expected


def run(workbench: Workbench, flags: dict[str, object]) -> Promotion:
    return promote(workbench, **{"to": "made.py", "check": True, **flags})


def test_scenario(case, tmp_path):
    workbench, flags, expected = case
    result = run(workbench, flags)
    text = (tmp_path / "made.py").read_text()
    ast.parse(text)
    assert black.format_str(text, mode=black.Mode(line_length=88)) == text
    if expected:
        assert text.strip("\n") == expected
    if result.slice is not None:
        assert result.report is not None
        assert result.report.outcome is RunOutcome.FINISHED, result.report.detail
        assert result.report.is_proven, result.report.values
    again = run(workbench, flags)
    assert again.edit.diff == ""
    loaded = subprocess.run(
        [sys.executable, "-c", "import made"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert loaded.returncode == 0, loaded.stderr
