"""Checks of code, of modules, of two programs, and of a whole session."""

import textwrap
from pathlib import Path

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from ipyprod.effects.interpreter import run_clean
from ipyprod.errors import IpyprodError
from ipyprod.session.cell import Cell, Outcome, Session
from ipyprod.verification.report import RunOutcome, Verdict, VerificationReport
from ipyprod.workflows.check import check, check_code, check_codes, check_module
from ipyprod.workflows.workbench import Workbench


def verdicts(report: VerificationReport) -> dict[str, Verdict]:
    assert report.outcome is RunOutcome.FINISHED, report
    return {value.name: value.verdict for value in report.values}


def module(folder: Path, text: str, name: str = "made.py") -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return str(path)


def prove_module(path: str, folder: Path, **expected: object) -> VerificationReport:
    return check_module(path, expected=expected, folder=str(folder), timeout_seconds=60)


def test_code_that_makes_the_values_is_proven(tmp_path):
    report = check_code(
        "a = [1]\nb = a\nb.append(2)",
        expected={"a": [1, 2]},
        folder=str(tmp_path),
        timeout_seconds=60,
    )
    assert report.is_proven
    assert report.seconds is not None


def test_code_that_makes_another_value_is_not_proven_and_says_where(tmp_path):
    report = check_code(
        "a = [1]\nb = 3",
        expected={"a": [2], "b": 3, "c": 1},
        folder=str(tmp_path),
        timeout_seconds=60,
    )
    assert not report.is_proven
    assert list(verdicts(report).values()) == [Verdict.DIFFERS, Verdict.REPRODUCED, Verdict.MISSING]
    assert report.values[0].detail == "a[0]: 1 instead of 2"


def test_an_expression_stands_for_a_name(tmp_path):
    report = check_code(
        "async def f(): return 4\ndef g(): raise KeyError('k')",
        expected={"a": 4, "b": 1},
        expressions={"a": "await f()", "b": "g()"},
        folder=str(tmp_path),
        timeout_seconds=60,
    )
    assert verdicts(report) == {"a": Verdict.REPRODUCED, "b": Verdict.MISSING}
    assert report.values[1].detail == "KeyError: 'k'"


def test_unseeded_randomness_is_named_as_the_reason(tmp_path):
    report = check_code(
        "import random\nx = random.random()\ny = 2",
        expected={"x": 0.5, "y": 1},
        folder=str(tmp_path),
        timeout_seconds=60,
    )
    assert verdicts(report) == {"x": Verdict.NOT_COMPARABLE, "y": Verdict.DIFFERS}
    assert "without a seed" in report.values[0].detail


def test_a_difference_beside_unseeded_randomness_is_found(tmp_path):
    report = check_code(
        "import random\nx = {'draw': random.random(), 'sum': 2}",
        expected={"x": {"draw": 0.5, "sum": 1}},
        folder=str(tmp_path),
        timeout_seconds=60,
    )
    assert verdicts(report) == {"x": Verdict.DIFFERS}
    assert report.values[0].detail == "x['sum']: 2 instead of 1"


def test_code_that_fails_names_the_line(tmp_path):
    report = check_code(
        "x = 1\ny = 1 / 0", expected={"x": 1}, folder=str(tmp_path), timeout_seconds=60
    )
    assert report.outcome is RunOutcome.FAILED
    assert report.detail == "line 2 (y = 1 / 0): ZeroDivisionError: division by zero"


def test_locals_of_main_and_of_its_steps_are_compared(tmp_path):
    path = module(
        tmp_path,
        """
        LIMIT = 3

        def load(x):
            inner = [x]
            only_here = 7
            return inner

        def main(*, k=2):
            x = k + 1
            rows = load(x)
            rows.append(4)
            total = sum(rows)
            return {"returned": total}
        """,
    )
    report = prove_module(
        path, tmp_path, LIMIT=3, inner=[3, 4], only_here=7, x=3, rows=[3, 4], total=7, returned=7
    )
    assert set(verdicts(report).values()) == {Verdict.REPRODUCED}


def test_main_own_names_win_over_those_of_steps(tmp_path):
    path = module(
        tmp_path, "def f():\n    x = 1\n    return x\n\ndef main():\n    x = 2\n    f()\n"
    )
    assert prove_module(path, tmp_path, x=2).is_proven


def test_an_async_main_is_awaited(tmp_path):
    path = module(
        tmp_path, "async def f():\n    y = 1\n\nasync def main():\n    await f()\n    x = 2\n"
    )
    assert prove_module(path, tmp_path, x=2, y=1).is_proven


def test_a_module_is_never_run_as_main(tmp_path):
    path = module(tmp_path, 'x = 1\nif __name__ == "__main__":\n    x = 2\n')
    assert prove_module(path, tmp_path, x=1).is_proven


def test_a_module_in_a_package_may_import_relatively(tmp_path):
    module(tmp_path, "", "src/pkg/__init__.py")
    module(tmp_path, "y = 4\n", "src/pkg/other.py")
    path = module(tmp_path, "from .other import y\nx = y\n", "src/pkg/mod.py")
    assert prove_module(path, tmp_path, x=4).is_proven


@pytest.mark.parametrize("name", ["json.py", "made up.py", "statistics.py"])
def test_a_module_may_have_any_name(tmp_path, name):
    path = module(
        tmp_path,
        "import dataclasses\n@dataclasses.dataclass\nclass A:\n    x: int\na = A(1)\n",
        name,
    )
    report = prove_module(path, tmp_path, a=1)
    assert verdicts(report) == {"a": Verdict.DIFFERS}
    assert "A instead of 1" in report.values[0].detail


def test_a_session_class_equals_the_class_of_the_module(tmp_path):
    text = "class A:\n    def __init__(self, x):\n        self.x = x\n\na = A([1])\n"
    namespace: dict[str, object] = {"__name__": "__main__"}
    exec(text, namespace)
    assert prove_module(module(tmp_path, text), tmp_path, a=namespace["a"]).is_proven


def test_a_module_that_fails_names_file_and_line(tmp_path):
    path = module(tmp_path, "def main():\n    return 1 / 0\n")
    report = prove_module(path, tmp_path, x=1)
    assert report.detail == "made.py, line 2: ZeroDivisionError: division by zero"


def test_a_module_may_delete_its_own_file(tmp_path):
    path = module(tmp_path, "import os\nos.remove(__file__)\nx = 1\n")
    assert prove_module(path, tmp_path, x=1).is_proven


def test_two_programs_are_compared_with_each_other(tmp_path):
    report = check_codes(
        "def f(): return [1, 2.0]\na = f(); b, c = a",
        "a = [1]\na.append(2.0)\nb = c = 1",
        live={},
        names=["a", "b", "c"],
        folder=str(tmp_path),
        timeout_seconds=60,
    )
    assert list(verdicts(report).values()) == [
        Verdict.REPRODUCED,
        Verdict.REPRODUCED,
        Verdict.DIFFERS,
    ]


def test_a_value_that_is_live_no_more_is_compared_with_the_original(tmp_path):
    report = check_codes(
        "a, b = 1, 2",
        "a, b = 5, 2",
        live={"a": 1},
        names=["a", "b"],
        folder=str(tmp_path),
        timeout_seconds=60,
    )
    assert verdicts(report) == {"a": Verdict.REPRODUCED, "b": Verdict.REPRODUCED}


def test_a_live_value_is_compared_with_itself(tmp_path):
    report = check_codes(
        "a, b = 1, 2",
        "a, b = 1, 3",
        live={"a": 7},
        names=["a", "b"],
        folder=str(tmp_path),
        timeout_seconds=60,
    )
    assert verdicts(report) == {"a": Verdict.DIFFERS, "b": Verdict.DIFFERS}


def test_an_original_that_fails_is_said_to_be_it(tmp_path):
    report = check_codes(
        "x = 1", "1 / 0", live={}, names=["x"], folder=str(tmp_path), timeout_seconds=60
    )
    assert report.detail.startswith("the original code did not run: line 1")


def workbench(folder: Path, cells: list[tuple[str, Outcome]], **live: object) -> Workbench:
    transform = TransformerManager().transform_cell
    recorded = tuple(
        Cell(
            event=place,
            number=place + 1,
            text=text,
            python=transform(text),
            outcome=outcome,
            failed_line=None if outcome is Outcome.OK else text.count("\n") + 1,
        )
        for place, (text, outcome) in enumerate(cells)
    )
    session = Session(cells=recorded, live=frozenset(live))
    return Workbench(session=session, namespace=live, transform=transform, folder=str(folder))


def test_a_session_is_replayed_with_its_failed_and_interrupted_cells(tmp_path):
    bench = workbench(
        tmp_path,
        [
            ("x = [1]", Outcome.OK),
            ("x.append(2)\nx.append(1 / 0)", Outcome.FAILED),
            ("while True: pass", Outcome.INTERRUPTED),
            ("from __future__ import annotations\ny = x[-1]", Outcome.OK),
        ],
        x=[1, 2],
        y=2,
    )
    assert check(bench).is_proven


def test_a_replay_that_fails_names_the_cell(tmp_path):
    bench = workbench(tmp_path, [("a = 1", Outcome.OK), ("b = 1\nc = gone", Outcome.OK)], a=1)
    assert check(bench).detail.startswith("In [2], line 2: NameError")


def test_a_checked_file_answers_for_what_it_makes(tmp_path):
    module(tmp_path, "x = 1\n")
    report = check(workbench(tmp_path, [], x=1, look=2), "made.py")
    assert report.is_proven
    assert report.detail == "not made by it: look"


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(IpyprodError, match=r"no file gone\.py"):
        check(workbench(tmp_path, []), "gone.py")


def test_a_value_that_comes_out_alike_by_chance_is_run_again(tmp_path, monkeypatch):
    seeds = iter("1123")

    def run_with_next_seed(*args, **settings):
        monkeypatch.setenv("PYTHONHASHSEED", next(seeds))
        return run_clean(*args, **settings)

    monkeypatch.setattr("ipyprod.workflows.check.run_clean", run_with_next_seed)
    report = check_code("a = hash('a')\nb = 2", expected={"a": 0, "b": 3},
                        folder=str(tmp_path), timeout_seconds=60)  # fmt: skip

    assert verdicts(report) == {"a": Verdict.NOT_COMPARABLE, "b": Verdict.DIFFERS}
    assert "varies from run to run" in report.values[0].detail
    assert not list(seeds)
