import pytest
from IPython.core.inputtransformer2 import TransformerManager

from ipyprod.errors import IpyprodError, SelectionError
from ipyprod.session.cell import Cell, Outcome, Session
from ipyprod.workflows.promote import promote
from ipyprod.workflows.workbench import Workbench

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
