"""Every file in scenarios/ is one case: input cells, flags, `# output`, expected text.

A cell begins with `# In` and ends where the next one begins; what raises in the session is
expected to raise. The line `# flags: ...` holds the options of `promote` as `name=value`, separated
by `;`. Below `# output` stands the whole module, written by `fill_scenarios.py` and read by a person.
`# expect: ...` names the required parameters, the names that may be returned and the one that must
be; `# unclean: ...` says why the session's own code cannot please a linter or type checker.

Of every case it is checked that the module is that text, that it is stable under black, that a
second promotion changes nothing, that the function gives the cells' values in a clean interpreter
and leaves what it is passed as it was; of all together that ruff and mypy find nothing and that the
examples in the docstrings are true.
"""

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from unittest import mock

import black
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from ipyprod.effects.snapshot import take_snapshots
from ipyprod.effects.values import watcher
from ipyprod.lineage.graph import build_lineage
from ipyprod.promotion.plan import CopyKind
from ipyprod.source.parsing import parse_session
from ipyprod.verification.compare import compare_snapshots
from ipyprod.verification.report import RunOutcome, Verdict
from ipyprod.workflows.promote import Promotion, promote
from ipyprod.workflows.proof import write_proof
from ipyprod.workflows.workbench import Workbench

FOLDER = Path(__file__).parent / "scenarios"
CASES = sorted(FOLDER.glob("*.txt"))


def read_case(path: Path) -> tuple[list[str], dict[str, object], str]:
    source, _, expected = path.read_text().partition("# output\n")
    cells: list[str] = []
    for line in source.splitlines(keepends=True):
        if line.strip() == "# In":
            cells.append("")
        elif cells:
            cells[-1] += line
    return [cell.strip("\n") for cell in cells], read_options(path, "flags"), expected.strip("\n")


def read_options(path: Path, kind: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for line in path.read_text().splitlines():
        if line.startswith(f"# {kind}:"):
            for part in line.partition(":")[2].split(";"):
                name, sign, value = part.strip().partition("=")
                found[name] = value if kind != "flags" or (sign and value) else True
    return found


def play(cells: list[str], folder: Path) -> Workbench:
    config = Config({"HistoryManager": {"hist_file": ":memory:"}})
    shell = InteractiveShell(config=config)
    shell.extension_manager.load_extension("ipyprod")
    try:
        # The text of a module is compared: no value may be unknown because a machine is slow.
        with mock.patch.multiple(watcher, _LEAST_SECONDS=10.0, _BEFORE_SECONDS=10.0):
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
    return play(cells, tmp_path), flags, expected, read_options(request.param, "expect")


def run(workbench: Workbench, flags: dict[str, object]) -> Promotion:
    return promote(workbench, **{"to": "made.py", "check": True, **flags})


def test_scenario(case, tmp_path):
    workbench, flags, expected, wanted = case
    result = run(workbench, flags)
    text = (tmp_path / "made.py").read_text()
    assert text.strip("\n") == expected
    assert black.format_str(text, mode=black.Mode(line_length=88)) == text
    if result.slice is not None:
        assert result.report is not None
        assert result.report.outcome is RunOutcome.FINISHED, result.report.detail
        assert result.report.is_proven, result.report.values
        if "inplace" not in flags:
            assert_arguments_stay(workbench, result, text)
    if wanted:
        assert_signature(result, wanted)
    again = run(workbench, flags)
    assert again.edit.diff == ""


def assert_arguments_stay(workbench: Workbench, result: Promotion, text: str) -> None:
    """Call the function in this process and look at its arguments before and after."""
    changing = CopyKind.UNSAFE in {p.copy for p in result.plan.parameters}
    if changing or result.plan.is_async:
        return
    parsed = parse_session(workbench.session, transform=workbench.transform)
    graph = build_lineage(workbench.session, parsed)
    places = set(result.replaced)
    snippet = tuple(s for s in graph.statements if (s.event, s.index) in places)
    proof = write_proof(graph, result.plan, snippet, text=text, path="made.py")
    before, _, call = proof.made.rstrip("\n").rpartition("\n")
    space: dict[str, object] = {"__name__": "__main__"}
    names = [p.name for p in result.plan.parameters if not p.default]
    with contextlib.redirect_stdout(None):
        exec(compile(before, "<before>", "exec"), space)
        passed = {name: space[name] for name in names}
        first = take_snapshots(passed)
        exec(compile(call, "<call>", "exec"), space)
    found = compare_snapshots(first, take_snapshots(passed))
    assert not [v for v in found if v.verdict in (Verdict.DIFFERS, Verdict.MISSING)]


def assert_signature(result: Promotion, wanted: dict[str, object]) -> None:
    required = {p.name for p in result.plan.parameters if not p.default}
    returned = {r.name for r in result.plan.returns}
    assert required == set(str(wanted["params"]).split(",")) - {""}
    assert wanted["target"] in returned
    assert returned <= set(str(wanted["returns"]).split(","))


@pytest.fixture(scope="module")
def expected_modules(tmp_path_factory):
    """Write every expected module whose session is clean into one folder."""
    folder = tmp_path_factory.mktemp("expected")
    prepare(folder)
    for path in CASES:
        if "# unclean:" not in path.read_text():
            (folder / f"made_{path.stem}.py").write_text(read_case(path)[2] + "\n")
    assert len(list(folder.glob("made_*.py"))) >= 80
    return folder


def call(folder: Path, *command: str) -> str:
    """Run a module of this environment in a folder; give what it says, "" where it is content."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "MPLBACKEND": "agg"},
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.parametrize("convention", [[], ["--config", "lint.pydocstyle.convention = 'numpy'"]])
def test_expected_modules_please_the_linter(expected_modules, convention):
    rules = "E4,E7,E9,F,D,I,UP,B"
    assert not call(expected_modules, "ruff", "check", "--isolated", "--select", rules, *convention, ".")


def test_expected_modules_please_the_type_checker(expected_modules):
    # what comes without type information, pandas and scikit-learn, is nobody's fault
    untyped = ("--disable-error-code", "import-untyped")
    assert not call(expected_modules, "mypy", *untyped, "--cache-dir", ".cache", ".")


def test_examples_of_expected_modules_are_true(expected_modules):
    program = (
        "import doctest, importlib, pathlib, sys\n"
        "found = [doctest.testmod(importlib.import_module(p.stem)) for p in pathlib.Path().glob('made_*.py')]\n"
        "sys.exit(any(one.failed for one in found) or sum(one.attempted for one in found) < 100)\n"
    )
    (expected_modules / "run_examples.py").write_text(program)
    assert not call(expected_modules, "run_examples")
