from dataclasses import replace

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from ipyprod.errors import IpyprodError, SelectionError
from ipyprod.session.cell import Cell, Outcome, Session
from ipyprod.workflows.promote import promote
from ipyprod.workflows.workbench import Settings, Workbench

CELLS = ["x = [1, 2]\n", "y = x + x\n", "%lsmagic\n", "y\n"]


@pytest.fixture
def workbench(tmp_path):
    transform = TransformerManager().transform_cell
    cells = tuple(
        Cell(event=n, number=n + 1, text=text, python=transform(text), outcome=Outcome.OK)
        for n, text in enumerate(CELLS)
    )
    session = Session(cells=cells, live=frozenset({"x", "y"}))
    namespace = {"x": [1, 2], "y": [1, 2, 1, 2]}
    return Workbench(
        session=session, namespace=namespace, transform=transform, folder=str(tmp_path)
    )


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("2x", {}),
        ("class", {}),
        ("list", {}),
        ("make", {"cells": "9"}),
        ("make", {"cells": "2", "params": "z"}),
        ("make", {"cells": "2", "keywords": "z"}),
        ("make", {"cells": "2", "returns": "z"}),
        ("make", {"from_": "z"}),
        ("make", {"from_": "y", "cells": "2"}),
        ("make", {"cells": "2", "given": "x"}),
        ("make", {"cells": "2", "to": "made.txt"}),
    ],
)
def test_refusal_is_one_line_and_writes_nothing(workbench, tmp_path, name, options):
    with pytest.raises(IpyprodError) as error:
        promote(workbench, name, **options)
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_dry_run_leaves_out_the_write_and_nothing_else(workbench, tmp_path):
    result = promote(workbench, "make", "2", dry_run=True, check=False)
    assert not result.was_written
    assert "def make(" in result.edit.after
    assert list(tmp_path.iterdir()) == []


def test_call_line_replaces_the_cells(workbench):
    assert promote(workbench, "make", "2", check=False).call_line == "y = make(x)"


def test_function_with_another_result_than_live_is_not_proven(workbench):
    workbench.namespace["y"].append(3)
    result = promote(workbench, "make", "2", check=True)
    assert result.report is not None
    assert not result.report.is_proven


def test_unknown_parameter_error_names_those_there_are(workbench):
    with pytest.raises(SelectionError, match="it takes x"):
        promote(workbench, "make", "2", params="z")


def worked_on(tmp_path, *cells, **namespace):
    transform = TransformerManager().transform_cell
    recorded = tuple(
        Cell(event=n, number=n + 1, text=text, python=transform(text), outcome=Outcome.OK)
        for n, text in enumerate(cells)
    )
    session = Session(cells=recorded, live=frozenset(namespace))
    return Workbench(
        session=session, namespace=namespace, transform=transform, folder=str(tmp_path)
    )


def test_params_that_leave_data_out_are_refused(tmp_path):
    bench = worked_on(tmp_path, "a = [1]", "b = [2]", "c = a + b", a=[1], b=[2], c=[1, 2])
    with pytest.raises(SelectionError, match="leaves out b"):
        promote(bench, "make", "3", params="a")


def test_knob_that_later_cells_read_stays_bound_in_the_session(tmp_path):
    bench = worked_on(
        tmp_path, "xs = [1, 2]", "k = 3", "ys = [k * x for x in xs]", "print(k, ys)",
        xs=[1, 2], k=3, ys=[3, 6],
    )  # fmt: skip
    result = promote(bench, "make", "2-3", check=True)
    assert "def make(xs, *, k: int = 3)" in result.edit.after.replace(": Any", "")
    assert [r.name for r in result.plan.returns] == ["ys"]
    assert result.replaced == ((2, 0),)


def test_statement_that_may_have_stopped_is_caught_in_the_function_and_its_proof(tmp_path):
    text = "n = 0\nfor i in range(3): n += 1; 1 / (2 - i)"
    transform = TransformerManager().transform_cell
    cells = (
        Cell(event=0, number=1, text=text, python=transform(text), outcome=Outcome.FAILED,
             error_type="ZeroDivisionError"),
        Cell(event=1, number=2, text="m = n", python="m = n\n", outcome=Outcome.OK),
    )  # fmt: skip
    session = Session(cells=cells, live=frozenset({"n", "m"}))
    bench = Workbench(
        session=session, namespace={"n": 3, "m": 3}, transform=transform, folder=str(tmp_path)
    )
    result = promote(bench, "make", from_="m", check=True)
    assert "with contextlib.suppress(ZeroDivisionError):" in result.edit.after
    assert result.report is not None
    assert result.report.is_proven, result.report


def test_docstring_style_and_array_hints_are_settings(tmp_path):
    bench = worked_on(tmp_path, "x = [1]", "y = x + x", x=[1], y=[1, 1])
    bench = replace(bench, settings=Settings(docstring_style="google"))
    text = promote(bench, "make", "2", check=False).edit.after
    assert "    Args:\n        x (Any): Used in `x + x`." in text
    assert "Parameters" not in text


@pytest.mark.parametrize("options", [{"returns": "y,y"}, {"params": "x x", "returns": "y"}])
def test_name_that_is_given_twice_counts_once(workbench, options):
    assert promote(workbench, "make", "2", check=False, **options).call_line == "y = make(x)"


def test_call_that_nobody_could_see_is_left_out_where_that_is_proven(tmp_path):
    cells = ["import plistlib\nx = [3, 1]\ntext = plistlib.dumps(x)"]
    workbench = worked_on(tmp_path, *cells, x=[3, 1], text=b"")
    assert "dumps" not in promote(workbench, "make", from_="x", dry_run=True).edit.after


def test_call_that_changed_what_its_cell_bound_is_kept(tmp_path):
    cells = ["import random\nrandom.seed(1)\nx = [3, 1]\nn = random.shuffle(x)"]
    workbench = worked_on(tmp_path, *cells, x=[1, 3], n=None)
    assert "shuffle" in promote(workbench, "make", from_="x", dry_run=True).edit.after


def test_setting_that_changes_nothing_is_left_out_where_that_is_proven(tmp_path):
    cells = ["import os\nos.environ['MODE'] = 'x'", "import json\nrows = json.loads('[1]')"]
    workbench = worked_on(tmp_path, *cells, rows=[1])
    text = promote(workbench, "make", from_="rows", dry_run=True).edit.after
    assert "environ" not in text
    unchecked = promote(workbench, "make", from_="rows", dry_run=True, check=False).edit.after
    assert "environ" in unchecked
    assert "    import json" not in unchecked


def test_setting_that_a_value_needs_is_kept(tmp_path):
    cells = ["import os\nos.environ['MODE'] = 'x'", "import posixpath\nplace = posixpath.expandvars('$MODE')"]
    workbench = worked_on(tmp_path, *cells, place="x")
    assert "environ" in promote(workbench, "make", from_="place", dry_run=True).edit.after
