"""A whole session as a module, through a real shell and a clean interpreter."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from ipyprod.errors import IpyprodError
from ipyprod.verification.report import Verdict


@pytest.fixture
def shell(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = Config()
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.colors = "nocolor"
    shell = InteractiveShell(config=config)
    shell.run_line_magic("load_ext", "ipyprod")
    yield shell
    shell.run_line_magic("unload_ext", "ipyprod")


def play(shell, *cells):
    result = None
    for cell in cells:
        result = shell.run_cell(cell, store_history=True)
    return result


def build(shell, options=""):
    result = play(shell, f"%session_to_module whole.py {options}")
    result.raise_error()
    return result.result, Path("whole.py").read_text(encoding="utf-8")


def test_every_live_variable_is_reproduced(shell):
    play(shell, "a = [1]", "b = a", "b.append(2)", "c = sum(a)", "d = c +", "e = nope", "c")
    built, _ = build(shell)
    assert built.report.is_proven
    assert {value.name for value in built.report.values} == {"a", "b", "c"}


def test_loop_variables_are_no_results_but_are_checked(shell):
    play(shell, "total = 0", "for size in [1, 2]:\n    total = total + size", "last = total + 1")
    built, text = build(shell)
    assert 'return {"last": last}' in text
    assert text.startswith('"""Make `last`."""')
    assert {value.name for value in built.report.values} == {"total", "size", "last"}


def test_a_result_named_a_cell_later_is_named_where_it_is_made(shell):
    play(shell, "rows = [3, 1]", "sorted(rows)", "ordered = _", "rows.append(2)")
    built, text = build(shell)
    assert "    ordered = sorted(rows)\n    rows.append(2)\n" in text
    assert built.report.is_proven
    assert {value.name for value in built.report.values} == {"rows", "ordered"}


def test_failed_statement_keeps_what_it_did_before_it_stopped(shell):
    play(shell, "seen = []", "for x in [1, 2, 0, 3]:\n    seen.append(6 // x)")
    built, text = build(shell)
    assert "with contextlib.suppress(ZeroDivisionError):" in text
    assert built.report.is_proven


@pytest.mark.parametrize(
    "line",
    [
        "prnt(add(rows))",
        "add(rwos)",
        "box.hold(rows)",
        "m.fsmu(rows, add(rows))",
        "x = adds(rows) + add(rows)",
        "for row in adds(rows): add(rows)",
        "x = [adds(rows, row) for row in rows]",
        "x = [add(rows) for i, row in enumerate(rows) if rwo > 0]",
        "rows[0].fsum(add(rows))",
        "add(rows[0], *rwos.copy())",
        "add(f'{rows[0]} {rwos}')",
        "rows[0].nuemrator[1] = 0",
        "rows[nmae] = [2]",
        "few = [rows]; few[0].nmae",
        "rows.nmae += add(rows)",
    ],
)
def test_statement_that_failed_at_a_mistyped_name_ahead_of_any_call_is_left_out(shell, line):
    play(shell, *BOX, line, "seen = list(rows)")
    built, text = build(shell)
    assert line.split(":")[0] not in text
    assert "suppress" not in text
    assert built.report.is_proven


@pytest.mark.parametrize(
    "line", ["print(add(rows), nmae)", "add(rows).pop", "box.take(rows)", "keyed['b'].append(nmae)", "[nmae(x) for x in left]", "add(rows)[0].nmae", "box.add(rows)",
     "keyed = defaultdict(list); keyed['c'].nmae", "nested['a']['c'].nmae"]
)
def test_statement_that_failed_after_a_call_is_kept(shell, line):
    after = ["seen = list(rows)", "keys = len(keyed), len(nested['a'])", "rest = list(left)"]
    play(shell, *BOX, "left = iter(rows)", line, *after)
    built, text = build(shell)
    assert line.rpartition("; ")[2] in text.replace('"', "'")
    assert built.report.is_proven


BOX = (
    "import math as m\nfrom collections import defaultdict",
    """class Box:
    def take(self, rows):
        rows.append(self)
        return rows[0].take(rows)
    def add(self, rows):
        rows.append(3)
        return rows[0].add(rows)""",
    "rows = [1]\nbox = Box()\nkeyed = defaultdict(list)\nnested = {'a': defaultdict(list)}",
    "def add(rows):\n    rows.append(len(rows))",
)


def test_written_file_is_not_made_again_by_the_check(shell):
    play(shell, "from pathlib import Path", "n = 3", "Path('out.txt').write_text('x' * n)")
    built, text = build(shell)
    assert built.report is None
    assert "wrote a file" in built.check_note
    assert "Path('out.txt').write_text" in text.replace('"', "'")


def test_check_that_is_asked_for_is_made(shell):
    play(shell, "from pathlib import Path", "n = 3", "w = Path('o').write_text('x' * n)")
    built, _ = build(shell, "--check")
    assert built.report.is_proven


def test_targets_leave_the_rest_out(shell):
    play(shell, "a = [1]", "b = [2]", "c = a + [3]")
    built, text = build(shell, "--targets c")
    assert "b = " not in text
    assert built.report.is_proven


def test_unknown_target_is_refused(shell):
    play(shell, "a = 1")
    result = play(shell, "%session_to_module whole.py --targets zzz")
    assert isinstance(result.error_in_exec, IpyprodError | Exception)
    assert "zzz" in str(result.error_in_exec)
    assert not Path("whole.py").exists()


def test_dry_run_writes_nothing(shell):
    play(shell, "a = [1]")
    result = play(shell, "%session_to_module whole.py -n")
    assert "a = [1]" in result.result.edit.after
    assert not Path("whole.py").exists()


def test_hand_written_file_is_not_replaced(shell):
    Path("whole.py").write_text("mine = 1\n", encoding="utf-8")
    play(shell, "a = [1]")
    result = play(shell, "%session_to_module whole.py")
    assert result.error_in_exec is not None
    assert Path("whole.py").read_text(encoding="utf-8") == "mine = 1\n"


def test_file_that_ipyprod_wrote_is_replaced(shell):
    play(shell, "a = [1]")
    build(shell)
    play(shell, "b = [2]")
    _, text = build(shell)
    assert "b = [2]" in text


def test_promoted_function_is_called_and_not_repeated(shell):
    play(shell, "xs = [1, 2]", "k = 2", "ys = [x * k for x in xs]", "total = sum(ys)")
    play(shell, "%promote make_total 3-4 --to made.py", "after = total + 1")
    built, text = build(shell)
    assert "from made import make_total" in text
    assert "total = make_total(xs, k=k)" in text
    assert "ys" not in text
    assert built.report.is_proven


WALKER = """
class Walker:
    steps = 0
    def __init__(self):
        self.path = [0]
    def walk(self, n):
        self.path.append(n)
        return self
"""


def test_companions_of_a_promoted_function_are_imported(shell):
    play(shell, WALKER, "w = Walker()", "w.walk(1)", "w.walk(2)\nends = list(w.path)")
    play(shell, "%promote go 2-4 --to made.py --returns w,ends", "is_one = isinstance(w, Walker)")
    built, text = build(shell)
    assert "class Walker" not in text
    assert "from made import Walker, go" in text
    assert built.report.is_proven


def test_companion_that_only_the_promoted_function_uses_goes_with_it(shell):
    play(shell, "def double(x):\n    return 2 * x", "xs = [1, 2]", "ys = [double(x) for x in xs]")
    play(shell, "%promote doubled 3 --to made.py", "n = len(ys)")
    built, text = build(shell)
    assert "def double" not in text
    assert "ys = doubled(xs)" in text
    assert built.report.is_proven
    assert not built.notes


def test_a_function_whose_part_another_one_does_is_not_imported(shell):
    play(shell, "xs = [3, 1, 2]", "ys = sorted(xs)", "total = sum(ys)")
    play(shell, "%promote add 3 --to made.py", "%promote whole --from total --to made.py")
    play(shell, "mean = total / 3")
    _built, text = build(shell)

    assert "from made import whole\n" in text
    assert "add" not in text


def test_class_with_state_of_its_own_stays_where_it_is(shell):
    counting = WALKER.replace("return self", "Walker.steps += 1")
    play(shell, counting, "w = Walker()", "w.walk(1)", "w.walk(2)\nends = list(w.path)")
    play(shell, "%promote go 2-4 --to made.py --returns w,ends", "n = Walker.steps")
    built, text = build(shell)
    assert "go(" not in text
    assert built.report.is_proven


def test_promoted_definition_is_imported_where_it_stood(shell):
    play(shell, "def double(x):\n    return 2 * x", "a = double(3)", "%promote double --to made.py")
    play(shell, "b = double(a)")
    built, text = build(shell)
    assert "def double" not in text
    assert text.count("from made import double") == 1
    assert text.index("from made import double") < text.index("def main")
    assert built.report.is_proven


def test_promoted_function_whose_inside_is_read_later_is_not_called(shell):
    play(shell, "xs = [1, 2]", "ys = [x * 2 for x in xs]", "total = sum(ys)")
    play(shell, "%promote make_total 2-3 --to made.py", "ys.append(total)")
    built, text = build(shell)
    assert "make_total" not in text
    assert built.report.is_proven


def test_module_of_promoted_functions_is_not_replaced(shell):
    play(shell, "xs = [1, 2]", "total = sum(xs)", "%promote make_total 2 --to whole.py")
    before = Path("whole.py").read_text(encoding="utf-8")
    result = play(shell, "%session_to_module whole.py")
    assert "make_total" in str(result.error_in_exec)
    assert Path("whole.py").read_text(encoding="utf-8") == before


def test_script_runs_as_it_stands(shell):
    play(shell, "import math", "def area(r):\n    return math.pi * r * r", "a = area(2)", "print(a)")
    _, text = build(shell, "--script")
    assert "# %% In [3]" in text
    done = subprocess.run([sys.executable, "whole.py"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("12.56")


def test_secret_is_refused(shell):
    play(shell, "api_key = 'sk-live-9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c'", "n = len(api_key)")
    result = play(shell, "%session_to_module whole.py")
    assert "secret" in str(result.error_in_exec)
    assert not Path("whole.py").exists()


def test_empty_session_is_refused(shell):
    result = play(shell, "%session_to_module whole.py")
    assert "nothing" in str(result.error_in_exec)
    assert not Path("whole.py").exists()


def test_the_module_never_names_the_console(shell):
    play(shell, "%matplotlib agg", "x = !echo hi", "%time y = 1 + 1", "get_ipython()", "y")
    _, text = build(shell)
    assert "ipython" not in text.lower()


def test_a_builtin_comes_back_where_its_namesake_is_deleted(shell):
    play(shell, "data = [3, 1]", "sum = 3", "data.append(sum)", "del sum\ntotal = sum(data)")
    result, text = build(shell)
    assert result.report.is_proven
    assert "sum = builtins.sum" in text


def test_draw_that_only_was_seen_is_kept_behind_a_seed_in_its_cell(shell, monkeypatch):
    monkeypatch.syspath_prepend(Path.cwd())
    Path("noise.py").write_text(
        "import numpy as np\n\n\ndef jitter(n):\n    return np.random.rand(n).round(3)\n"
    )
    play(
        shell,
        "import numpy as np\nfrom noise import jitter",
        "np.random.seed(1)\njitter(3)",
        "last = jitter(2)",
    )
    built, text = build(shell)
    assert "jitter(3)" in text
    assert built.report.is_proven


def test_look_beside_a_seed_is_not_taken_for_a_draw(shell):
    play(
        shell,
        "import numpy as np\nrows = np.arange(3)",
        "np.random.seed(1)\nprint(rows)\nrows.mean()",
        "last = np.random.rand(2) + rows[:2]",
    )
    built, text = build(shell, "--targets last")
    assert "print" not in text
    assert "mean" not in text
    assert built.report.is_proven


def test_entry_in_a_table_of_a_library_is_kept_for_what_needs_it(shell):
    play(
        shell,
        "from encodings import aliases",
        "aliases.aliases['plain'] = 'ascii'",
        "text = 'abc'.encode('plain').decode()",
    )
    built, _ = build(shell)
    assert built.report.is_proven


def test_entry_in_a_table_of_an_imported_class_is_kept_for_what_needs_it(shell, monkeypatch):
    monkeypatch.syspath_prepend(Path.cwd())
    Path("shapes.py").write_text(
        "class Style:\n    known = {'round': 1}\n\n\n"
        "def draw(style):\n    return Style.known[style]\n"
    )
    play(
        shell,
        "from shapes import Style, draw",
        "Style.known['angled'] = 2",
        "Style.known",
        "width = draw('angled')",
    )
    built, text = build(shell)
    assert built.report.is_proven
    assert text.count("Style.known") == 1


def test_class_that_registers_itself_with_a_library_is_kept_for_what_needs_it(shell, monkeypatch):
    monkeypatch.syspath_prepend(Path.cwd())
    Path("plugins.py").write_text(
        "known = {}\n\n\ndef register(name):\n"
        "    def note(item):\n        known[name] = item\n        return item\n    return note\n\n\n"
        "def make(name):\n    return known[name]().size\n"
    )
    play(
        shell,
        "from plugins import make, register",
        "@register('box')\nclass Box:\n    size = 3",
        "size = make('box')",
    )
    built, text = build(shell, "--targets size")
    assert "class Box" in text
    assert built.report.is_proven


def test_setting_of_a_library_after_the_last_use_is_left_out(shell):
    cells = ["import decimal as d", "d.getcontext().prec = 4", "x = d.Decimal(1) / 3"]
    play(shell, *cells, "d.getcontext().prec = 28")
    built, text = build(shell)
    assert "prec = 4" in text
    assert "prec = 28" not in text
    assert built.report.is_proven


@pytest.mark.parametrize("line", ["time.sleep(0)", "gc.collect();", "math.sqrt(4);", "numbers.sort()"])
def test_call_of_a_library_that_sets_nothing_is_left_out(shell, line):
    cells = ["import gc, math, time", "numbers = [2, 1]", line, "x = math.sqrt(9) + len(str(1))"]
    play(shell, *cells)
    built, text = build(shell, "--targets x")
    assert line.rstrip(";") not in text
    assert built.report.is_proven


def test_value_made_from_one_that_varies_is_not_comparable(shell):
    play(
        shell,
        "import os",
        "process = os.getpid()",
        f"is_session = process == {os.getpid()}",
        "fixed = 3",
    )
    built, _ = build(shell)
    found = {value.name: value for value in built.report.values}
    assert found["is_session"].verdict is Verdict.NOT_COMPARABLE
    assert "made from process" in found["is_session"].detail
    assert found["fixed"].verdict is Verdict.REPRODUCED


def test_promoted_lambda_is_imported_where_it_stood(shell):
    play(shell, "double = lambda x: 2 * x", "a = double(3)", "%promote double --to made.py")
    built, text = build(shell)
    assert "lambda" not in text
    assert text.count("from made import double") == 1
    assert built.report.is_proven


def test_undo_takes_a_second_draft_and_the_first_back_together(shell):
    play(shell, "xs = [1, 2]", "total = sum(xs)", "%promote make_total 2 --to made.py")
    made = Path("made.py")
    made.write_text(made.read_text().replace("return total", "return total + 1"))
    built, text = build(shell)
    assert "make_total" not in text
    assert built.notes == ("lines that seemed to change nothing are kept: the values need them",)
    play(shell, "%ipyprod undo")
    assert not Path("whole.py").exists()
    assert made.exists()


@pytest.mark.parametrize(
    "cell",
    [
        "from IPython.display import display, Math\nfor i in [1]:\n    display(Math(str(i)))",
        "import math, IPython\nroot = math.sqrt(4)",
        "import IPython.display as shown, math\nroot = math.sqrt(4)",
        "%load_ext autoreload\nfrom IPython import display\nroot = abs(-2)",
    ],
)
def test_names_of_the_consoles_own_library_are_no_variables(shell, cell):
    play(shell, cell, "last = 1")
    built, text = build(shell)
    assert built.report.is_proven
    assert {value.name for value in built.report.values} <= {"root", "i", "last"}
    assert "IPython" not in text


def test_what_each_round_of_a_loop_uses_up_is_no_result(shell):
    loop = """for k in [1, 2]:
    root = k**0.5
    total = total + root
    if root > best:
        best, at = root, k
    rest = 1"""
    play(shell, "total = best = 0.0", loop, "print(total, best)")
    built, text = build(shell)
    assert 'return {"at": at, "best": best, "rest": rest, "total": total}' in text
    assert built.report.is_proven


def test_what_a_nested_loop_makes_for_the_outer_one_is_used_up(shell):
    loop = """for k in [1, 2]:
    parts = []
    for n in range(k):
        part = n * k
        parts.append(part)
    while parts:
        last = parts.pop()
        seen.append(last)"""
    play(shell, "seen = []", loop)
    _, text = build(shell)
    assert 'return {"seen": seen}' in text
    assert text.startswith('"""Make `seen`."""')


def test_what_is_filled_or_shown_last_is_a_result(shell):
    play(
        shell,
        "import random\nrng = random.Random(1)",
        "rows, half = [], 0.5",
        "for k in [1, 2]:\n    rows.append(k * rng.random())",
        "table = dict.fromkeys('ab', half)\ntable['c'] = 3",
        "total = sum(table.values())\nprint('total', total)",
    )
    built, text = build(shell)
    assert 'return {"rows": rows, "total": total}' in text
    assert text.startswith('"""Make `rows` and `total`."""')
    assert built.report.is_proven


def test_literal_with_the_name_of_a_builtin_keeps_its_value(shell):
    play(shell, "id = 7", "max = 'x'", "x = [id, max]", "del max", "y = max(1, 2)")
    built, _ = build(shell)
    assert built.report.is_proven
    assert {value.name for value in built.report.values} == {"id", "x", "y"}


def test_a_file_that_the_module_writes_itself_is_not_told_as_a_source(shell):
    Path("given.txt").write_text("2")
    play(shell, "from pathlib import Path", "size = Path('in.txt').write_text('1')")
    play(shell, "text = Path('in.txt').read_text()", "first = Path('given.txt').read_text()")
    text = build(shell)[1]

    assert text.startswith('"""Make `size`, `text` and `first` from given.txt."""')


def test_look_at_what_its_own_cell_made_is_left_out_where_that_is_proven(shell):
    play(shell, "import heapq\nstack = [3, 1, 2]\nheapq.nlargest(1, stack)", "low = min(stack)")
    built, text = build(shell)
    assert "nlargest" not in text
    assert built.report.is_proven
    assert built.edit.before is None
    play(shell, "%ipyprod undo")
    assert not Path("whole.py").exists()


def test_shown_call_that_changed_what_its_own_cell_made_is_kept(shell):
    play(
        shell,
        "import heapq\nstack = [1, 3, 2]\nheapq.heappop(stack)",
        "rest = [9, 8]\nheapq.nsmallest(1, rest)",
        "low = min(stack)",
    )
    built, text = build(shell)
    assert "heapq.heappop(stack)" in text
    assert "nsmallest" not in text
    assert built.report.is_proven
    again, _ = build(shell)
    assert not again.was_written


def test_look_at_what_cannot_be_compared_is_kept(shell):
    play(shell, "import operator\nlines = (x for x in [1, 2])\noperator.truth(lines)")
    built, text = build(shell)
    assert "operator.truth(lines)" in text
    assert built.report.is_proven


def test_module_of_a_package_is_proven_before_it_is_written(shell):
    Path("pack").mkdir()
    Path("pack/__init__.py").write_text("", encoding="utf-8")
    play(shell, "import heapq\nstack = [3, 1, 2]\nheapq.nlargest(1, stack)", "low = min(stack)")
    result = play(shell, "%session_to_module pack/whole.py").result
    assert result.report.is_proven
    assert "nlargest" not in Path("pack/whole.py").read_text(encoding="utf-8")


DRAWING = "import matplotlib\nmatplotlib.use('agg')\nimport matplotlib.pyplot as plt\nfig, ax = plt.subplots()"


@pytest.mark.parametrize(
    ("cells", "results"),
    [
        (["xs = [1, 2]", "top = max(xs)", "lines = ax.plot(xs)", "low, high = ax.set_xlim(0, 3)"], ["top"]),
        (["xs = [1, 2]", "ys = [x * x for x in xs]", "bars = plt.bar(xs, ys)"], ["ys"]),
        (["for n in range(3):\n    ax.plot([n, 2])", "ax.legend(['a', 'b', 'c'])"], ["fig"]),
    ],
)  # fmt: skip
def test_figure_is_a_result_where_nothing_else_is(shell, cells, results):
    play(shell, DRAWING, *cells)
    built, text = build(shell)
    listed = ", ".join(f'"{name}": {name}' for name in results)
    assert f"return {{{listed}}}" in text
    assert built.report.is_proven


def test_a_variable_with_the_name_of_the_consoles_display_is_the_users(shell):
    play(shell, "class Curve:\n    def __init__(self, i):\n        self.i = i")
    play(shell, "kept = {}\nfor k in range(2):\n    display = Curve(k)\n    kept[k] = display.i")
    play(shell, "last = display.i", "def twice(display):\n    return 2 * display.i", "m = twice(display)")
    built, text = build(shell)

    assert built.report.is_proven
    assert "builtins" not in text
    promoted = play(shell, "%promote curves 2-3").result
    assert promoted.report.is_proven


def test_import_beside_a_magic_that_reads_files_stands_at_the_top(shell):
    Path("notes.txt").write_text("1", encoding="utf-8")
    shell.register_magic_function(lambda _: Path("notes.txt").read_text(), magic_name="matplotlib")
    play(shell, "%matplotlib inline\nimport numpy as np", "x = np.arange(3)")
    _, text = build(shell, "--no-check")
    assert "\nimport numpy as np\n" in text
    assert "    import numpy" not in text


def test_import_of_a_module_that_the_session_wrote_stays_behind_it(shell, monkeypatch):
    monkeypatch.syspath_prepend("")
    written = "from pathlib import Path\nPath('mine.py').write_text('A = 1')"
    play(shell, written, "import mine\na = mine.A")
    _, text = build(shell, "--no-check")
    assert text.index("write_text") < text.index("    import mine")


def test_star_import_that_failed_makes_no_name_that_nothing_made(shell, monkeypatch):
    Path("half.py").write_text("__all__ = ['missing']", encoding="utf-8")
    monkeypatch.syspath_prepend("")
    play(shell, "from half import *", "res = []", "for c in [1]:\n    res.append(len(there))")
    built, text = build(shell)
    assert "half" not in text
    assert built.report.is_proven


def test_import_that_failed_half_way_keeps_what_it_bound(shell):
    play(shell, "import math, nowhere_at_all", "root = math.sqrt(4)")
    built, text = build(shell)
    assert "nowhere_at_all" not in text
    assert built.report.is_proven


def test_import_that_draws_stays_behind_the_seed(shell, monkeypatch):
    Path("drawing.py").write_text("import random\nCOLOR = random.random()\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(Path.cwd()))
    play(shell, "import random\nrandom.seed(3)", "import drawing\nn = len(drawing.__name__)", "x = random.random()")
    built, text = build(shell)
    assert "    import drawing" in text
    assert built.report.is_proven


def test_drawing_that_failed_before_it_drew_is_left_out(shell):
    cells = ["import matplotlib.pyplot as plt, numpy as np\nx = np.arange(3)", "plt.plot(x[0:2], yy[0])", "plt.plot(x, x)"]
    play(shell, *cells)
    _, text = build(shell, "--no-check")
    assert "yy" not in text
    assert "plt.plot(x, x)" in text


def test_drawing_that_failed_after_it_drew_is_kept(shell):
    play(shell, "import matplotlib.pyplot as plt", "for n in [1, 'a', 2]:\n    plt.plot([n], [n + 1])", "plt.title('t')")
    _, text = build(shell, "--no-check")
    assert "suppress(TypeError)" in text


def test_what_an_import_draws_and_sets_is_laid_at_no_call_beside_it(shell, monkeypatch):
    code = "import random, json\nCOLOR = random.random()\njson.color = COLOR\ndef split(n, random_state): return n\n"
    Path("painted.py").write_text(code, encoding="utf-8")
    monkeypatch.syspath_prepend(str(Path.cwd()))
    cell = """
        import json, random, painted
        half = painted.split(8, random_state=0)
        random.seed(1)
        order = json.loads('[1, 2, 3]')
        random.shuffle(order)
    """
    play(shell, textwrap.dedent(cell))
    built, text = build(shell, "--targets order")
    assert "half" not in text
    assert built.report.is_proven
