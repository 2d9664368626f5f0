"""Imports of new code beside a file that has their name for something else, or has them already."""

from functools import partial

import pytest

from ipyprod.effects.formatting import format_source
from ipyprod.errors import ModuleFileError
from ipyprod.module_file.edit import insert_function
from ipyprod.promotion.plan import RenderedFunction

BLACK = partial(format_source, path="made.py")
DOC = '''    """Make it.

    Parameters
    ----------
    x : {0}.Thing
        A {0} of things.

    Examples
    --------
    >>> make({0}.Thing())

    """
'''


def insert(text, line, code, **options):
    new = RenderedFunction(name="make", text=f"def make(x):\n{code}\n", imports=(line,))
    return insert_function(text, new, path="made.py", format_source=BLACK, **options).after


@pytest.mark.parametrize(
    ("there", "line", "code", "imported", "written"),
    [
        ("stats = 1\n", "from scipy import stats", "    return stats.skew(x)",
         "from scipy import stats as scipy_stats", "return scipy_stats.skew(x)"),
        ("from datetime import datetime\n", "import datetime", "    return datetime.date(x)",
         "import datetime as dt", "return dt.date(x)"),
        ("import datetime\n", "from datetime import datetime", "    return datetime.now()",
         "import datetime", "return datetime.datetime.now()"),
        ("import datetime as d\ndatetime = 1\n", "import datetime", "    return datetime.date(x)",
         "import datetime as d", "return d.date(x)"),
        ("def math():\n    pass\n", "import math", "    return math.pi",
         "import math as math_module", "return math_module.pi"),
        ("import math as numpy\n", "import numpy as numpy", "    return numpy.pi",
         "import numpy as np", "return np.pi"),
        ("np = 1\n", "import numpy as np", "    return np.pi", "import numpy", "return numpy.pi"),
        ("class Box:\n    pass\n", "from shapes import Box", "    return Box(x)",
         "from shapes import Box as ShapesBox", "return ShapesBox(x)"),
        ("import pandas\n", "import pandas as pd", "    return pd.NA", "import pandas", "return pandas.NA"),
        ("from os import path as p\n", "import os.path as path", "    return path.sep",
         "from os import path as p", "return p.sep"),
        ("math = 1\nmath_module = 2\n", "from math import pi as math", "    return math",
         "from math import pi", "return pi"),
    ],
)  # fmt: skip
def test_import_gets_a_name_that_is_free_or_there(there, line, code, imported, written):
    after = insert(there, line, code)
    assert imported in after.split("\n")
    assert written in after
    assert after.count("import ") == max(there.count("import "), 1) + (
        "import" in there and imported not in there
    )
    assert insert(after, line, code) == after


def test_types_and_examples_follow_and_prose_does_not():
    after = insert("stats = 1\n", "from scipy import stats", DOC.format("stats") + "    return stats.f")
    assert "x : scipy_stats.Thing" in after
    assert ">>> make(scipy_stats.Thing())" in after
    assert "A stats of things." in after


def test_example_that_imports_by_itself_stays():
    code = DOC.format("stats").replace(">>> make", ">>> from scipy import stats\n    >>> make")
    after = insert("stats = 1\n", "from scipy import stats", code + "    return stats.f")
    assert ">>> make(stats.Thing())" in after


@pytest.mark.parametrize(
    "code",
    [
        "    return df.query('v > @stats.x')",
        "    def inner(stats):\n        return stats\n    return inner(stats)",
        "    return [stats for stats in x]",
        "    global stats\n    stats = 2",
    ],
)
def test_code_that_cannot_be_renamed_safely_is_refused(code):
    with pytest.raises(ModuleFileError, match=r"stats is a variable in made\.py, line 1"):
        insert("stats = 1\n", "from scipy import stats", code)


def test_submodule_that_clashes_is_refused():
    with pytest.raises(ModuleFileError, match="os is a variable"):
        insert("os = 1\n", "import os.path", "    return os.path.sep")
