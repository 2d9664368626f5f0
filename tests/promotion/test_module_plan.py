"""A session's statements as a module: what goes where, and that it still means the same."""

import ast
import subprocess
import sys

import black
import pytest
from IPython.core.inputtransformer2 import TransformerManager

from ipyprod.lineage.graph import build_lineage
from ipyprod.promotion.definition_places import definitions_that_stay
from ipyprod.promotion.module_plan import LogLine, ModuleStyle, plan_module
from ipyprod.promotion.module_text import render_module
from ipyprod.session.cell import Cell, Outcome, Session
from ipyprod.source.parsing import parse_session


def build(*cells, style=ModuleStyle.MAIN, results=(), logged=None):
    transform = TransformerManager().transform_cell
    session = Session(
        cells=tuple(
            Cell(event=i, number=i + 1, text=text, python=transform(text), outcome=Outcome.OK)
            for i, text in enumerate(cells)
        )
    )
    parsed = parse_session(session, transform=transform)
    statements = parsed.statements
    staying = definitions_that_stay(build_lineage(session, parsed), statements, ())
    plan = plan_module(
        statements, results=results, style=style, summary="Make it.", logged=logged, staying=staying
    )
    text = black.format_str(render_module(plan), mode=black.Mode(line_length=100))
    assert black.format_str(text, mode=black.Mode(line_length=100)) == text
    return text


def run(text, *arguments, **knobs):
    namespace = {"__name__": "generated"}
    exec(compile(text, "generated.py", "exec"), namespace)
    return namespace["main"](*arguments, **knobs)


def test_literals_become_keyword_parameters_of_main():
    text = build("rate = 1e-3", "total = 1_000 * rate", results=["total"])
    assert "def main(*, rate: float = 1e-3)" in text
    assert run(text) == {"total": 1.0}
    assert run(text, rate=2) == {"total": 2000}


def test_main_does_not_run_on_import():
    text = build("print('loud')")
    namespace = {"__name__": "generated"}
    exec(text, namespace)
    assert 'if __name__ == "__main__":' in text


def test_function_that_reads_data_stays_inside_main():
    text = build("data = [1]", "def size():\n    return len(data)", "data.append(2)", "n = size()", results=["n"])
    assert run(text) == {"n": 2}
    assert "    def size():" in text


def test_import_that_was_run_twice_stands_once_at_the_top():
    text = build("import math", "a = math.sqrt(4)", "import math", "b = math.sqrt(a)", results=["b"])
    assert text.count("import math") == 1
    assert run(text) == {"b": 2**0.5}


def test_import_that_no_setting_can_lead_elsewhere_stands_at_the_top():
    cells = ("import os, pandas as pd", "os.environ['A'] = 'b'", "import os", "import pandas as pd", "import tools")
    text = build(*cells, "a = os.environ['A'], pd, tools", results=["a"])
    assert text.count("import os") == text.count("import pandas as pd") == 1
    assert "    import" not in text.replace("    import tools", "")
    assert text.index("environ['A'] =".replace("'", '"')) < text.index("import tools")


def test_function_with_annotations_of_a_library_stands_at_module_level():
    function = "def f(x: np.ndarray):\n    return x.sum()"
    text = build("import numpy as np", function, "y = int(f(np.ones(2)))", results=["y"])
    assert "\ndef f(x: np.ndarray):" in text
    assert run(text) == {"y": 2}


def test_function_whose_default_was_set_on_a_library_stays_inside_main():
    function = "def f(x=math.size):\n    return x"
    text = build("import math", "math.size = 3", function, "y = f()", "del math.size", results=["y"])
    assert "\n    def f(x=math.size):" in text
    assert run(text) == {"y": 3}


def test_function_whose_default_is_drawn_stays_inside_main():
    cells = ["import random", "random.seed(1)", "def f(x=random.random()):\n    return x", "y = f()"]
    text = build(*cells, results=["y"])
    assert "\n    def f(x=random.random()):" in text


def test_function_that_reads_a_constant_takes_it_to_module_level():
    text = build("k = 3", "def f(x):\n    return x * k", "y = f(2)", results=["y"])
    assert "\nk = 3\n" in text
    assert "\ndef f(x):" in text
    assert run(text) == {"y": 6}


def test_helper_that_was_redefined_keeps_both_versions_in_order():
    text = build(
        "def f(x):\n    return x + 1",
        "a = f(1)",
        "def f(x):\n    return x + 10",
        "b = f(1)",
        results=["a", "b"],
    )
    assert run(text) == {"a": 2, "b": 11}


def test_global_statement_becomes_nonlocal():
    text = build(
        "def count():\n    global n\n    n = n + 1",
        "n = int(0)",
        "count(); count()",
        "m = n",
        results=["m"],
    )
    assert run(text) == {"m": 2}


@pytest.mark.parametrize(
    "cell",
    [
        "if True:\n    def count():\n        global n; n = n + 1",
        "class count:\n    global n\n    n = n + 1",
        "def count():\n    global n, \\\n        k; n = n + 1; k = n",
        "global n\ndef count():\n    def inner(): global n; global k; n = n + 1\n    inner()",
    ],
)
def test_global_statement_anywhere_means_the_variable_of_main(cell):
    text = build("n = int(0); k = int(0)", cell, "count()", "m = n", results=["m"])
    assert run(text) == {"m": 1}


def test_variable_that_only_a_function_binds_is_found():
    text = build("def start():\n    global n\n    n = 5", "start()", "m = n + 1", results=["m"])
    assert run(text) == {"m": 6}


def test_builtin_that_is_shadowed_later_keeps_its_meaning_before():
    text = build("top = max(1, 2)", "max = top + 1", "r = max", results=["r"])
    assert run(text) == {"r": 3}


def test_import_that_is_rebound_stays_in_its_place():
    text = build("from math import floor", "a = floor(1.5)", "floor = 7", "b = floor", results=["a", "b"])
    assert run(text) == {"a": 1, "b": 7}


def test_two_imports_of_one_name_keep_their_order():
    text = build("from math import log", "a = log(1)", "from cmath import log", "b = log(1)", results=["a", "b"])
    assert run(text) == {"a": 0.0, "b": 0j}


def test_text_inside_a_string_of_several_lines_is_not_moved():
    text = build("note = '''a\n  b\nc'''", "size = len(note)", results=["size"])
    assert run(text) == {"size": 7}


def test_code_under_the_main_guard_runs():
    text = build("if __name__ == '__main__':\n    x = [1]\n    # more\n    y = x + [2]", results=["y"])
    assert run(text) == {"y": [1, 2]}


def test_names_looked_up_by_text_are_found():
    text = build("a = [1]", "b = eval('a + [2]')", "globals()['c'] = 3", "d = c", results=["b", "d"])
    assert run(text) == {"b": [1, 2], "d": 3}


def test_display_works_without_the_console():
    text = build("def show(x):\n    display(x)\n    return x", "y = show([3])", results=["y"])
    assert "IPython" not in text
    assert run(text) == {"y": [3]}


def test_session_that_has_a_main_of_its_own_keeps_it():
    text = build("def main():\n    return 4", "x = main()", results=["x"])
    namespace = {"__name__": "generated"}
    exec(text, namespace)
    assert namespace["main_"]() == {"x": 4}


def test_session_that_has_a_logger_of_its_own_keeps_it():
    line = LogLine(text="n is %d", arguments=("n",))
    text = build("logger = [1]", "n = len(logger)", results=["n"], logged={(1, 0): line})
    assert run(text) == {"n": 1}
    assert "logger_.info" in text


def test_module_that_logs_nothing_has_no_logger():
    text = build("n = 4", results=["n"], logged={(7, 0): LogLine(text="of another session")})
    assert run(text) == {"n": 4}
    assert "log" not in text


def test_awaited_session_becomes_a_coroutine():
    text = build("import asyncio", "x = await asyncio.sleep(0, 3)", results=["x"])
    assert "async def main()" in text
    assert "asyncio.run(main())" in text


def test_awaited_session_becomes_a_script_that_runs():
    cells = [
        "import asyncio",
        "q = asyncio.Queue()",
        "await q.put(3)",
        "async with asyncio.timeout(5):\n    x = await q.get()",
    ]
    text = build(*cells, style=ModuleStyle.SCRIPT)
    namespace = {"__name__": "generated"}
    exec(text, namespace)
    assert namespace["x"] == 3
    assert text.rstrip().endswith("runner.close()")


def test_script_style_is_plain_code_in_cells():
    text = build("import math", "a = math.pi", "def f():\n    return a", "b = f()", style=ModuleStyle.SCRIPT)
    assert "# %% In [2]" in text
    namespace = {"__name__": "generated"}
    exec(text, namespace)
    assert namespace["b"] == namespace["a"]


def test_imports_are_sorted_in_groups():
    text = build("import pandas as pd", "import os", "from math import pi, e", "from math import tau")
    tree = [ast.unparse(n) for n in ast.parse(text).body if isinstance(n, ast.Import | ast.ImportFrom)]
    assert tree == ["import os", "from math import e, pi, tau", "import pandas as pd"]


@pytest.mark.parametrize(
    ("literal", "typed", "expected"),
    [
        ("True", ["--no-x"], False),
        ("3", ["--x", "4"], 4),
        ("(1, 2)", ["--x", "5", "6"], [5, 6]),
        ("'a'", ["--x", "b"], "b"),
    ],
)
def test_command_line_sets_the_knobs(literal, typed, expected, monkeypatch):
    text = build(f"x = {literal}", "y = [x]", results=["y"])
    namespace = {"__name__": "generated"}
    exec(text, namespace)
    monkeypatch.setattr("sys.argv", ["module", *typed])
    assert vars(namespace["_parse_arguments"]()) == {"x": expected}


@pytest.mark.parametrize("style", ModuleStyle)
def test_paragraphs_of_a_cell_stay_apart(style):
    cell = "a = [1]\nb = [2]\n\n# the sum\nc = a + b\nlen(a)\n# over\n\nd = c * 2\n\n\ne = 3, d"
    text = build(cell, style=style).replace("\n    ", "\n")
    assert "b = [2]\n\n# the sum\nc = a + b\nlen(a)\n\n# over\nd = c * 2\n\ne = 3, d\n" in text


def test_paragraphs_stay_apart_where_the_line_between_is_gone():
    text = build("a = [1]\n\n%matplotlib inline\nb = [2]", "%%time\n\nc = [3]\n\nd = c + b")
    assert "    a = [1]\n\n    b = [2]\n\n    c = [3]\n\n    d = c + b\n" in text


def test_options_are_written_in_small_letters():
    cells = ["RANDOM_STATE = 3", "n = 2", "N = 5", "help = 7", "x = [RANDOM_STATE, n, N, help]"]
    text = build(*cells, results=["x"])
    assert '"--random-state", dest="RANDOM_STATE"' in text
    options = ["--random-state", "4", "--n", "0", "--N", "6", "--help-text", "8"]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\nsys.argv[1:] = {options}\n{text}\nprint(main(**vars(_parse_arguments())))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip().endswith("{'x': [4, 0, 6, 8]}")


def test_option_that_is_called_as_its_knob_needs_no_second_name():
    assert 'parser.add_argument("--max-depth", type=int, default=3)' in build("max_depth = 3", "x = [max_depth]")
