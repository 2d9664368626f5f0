import pytest

from ipyprod.session.cell import Outcome


def last_names(parse, *cells):
    return parse(*cells).statements[-1].names


@pytest.mark.parametrize(
    ("cells", "state"),
    [
        (["import numpy.random as r", "r.seed(0)"], "numpy.random"),
        (["from numpy import random as r", "r.seed(0)"], "numpy.random"),
        (["import random as np", "np.seed(0)"], "random"),
        (["from random import seed as start", "start(0)"], "random"),
        (["try:\n    import numpy as n\nexcept ImportError:\n    n = None", "n.random.seed(0)"],
         "numpy.random"),
        (["np.random.seed(0)"], "numpy.random"),  # imported where nobody saw it
    ],
)  # fmt: skip
def test_name_stands_for_what_was_imported_under_it(parse, cells, state):
    assert state in last_names(parse, *cells).ambient_resets


def test_name_bound_to_something_else_stands_for_no_module(parse):
    names = last_names(parse, "import numpy as np", "np = Thing()", "np.random.seed(0)")

    assert names.ambient_resets == frozenset()
    assert names.may_change == {"np"}


@pytest.mark.parametrize(
    "cells",
    [
        ["def len(x):\n    x.append(1)", "n = len(y)"],
        ["len = take", "n = len(y)"],
        ["from queue import take as len", "n = len(y)"],
        ["if odd:\n    len = take", "n = len(y)"],
        ["def f():\n    global len\n    len = take", "n = len(y)"],
    ],
)
def test_builtin_bound_anew_is_no_builtin(parse, cells):
    assert last_names(parse, cells[-1]).may_change == frozenset()
    assert "y" in last_names(parse, *cells).may_change


def test_builtin_is_one_again_when_the_name_is_gone(parse):
    names = last_names(parse, "len = take", "del len", "n = len(y)")

    assert names.may_change == frozenset()


def test_failed_cell_takes_no_module_away(parse, cell):
    failed = cell(2, "import numpi as np", outcome=Outcome.FAILED, failed_line=1)

    names = last_names(parse, "import numpy as np", failed, cell(3, "np.random.seed(0)"))
    assert "numpy.random" in names.ambient_resets


def test_star_import_that_hides_a_builtin_is_seen(parse, cell):
    star = cell(1, "from tools import *", seen={"bound": frozenset({"len", "other"})})

    assert "y" in last_names(parse, star, cell(2, "n = len(y)")).may_change
