"""`%promote --test`: the test that it writes passes by itself, and fails where the code changes."""

import importlib.util
import os
import subprocess
import sys

import pytest


def run_pytest(folder):
    """Run the tests of a folder without ipyprod; give the exit status and what was printed."""
    blocked = folder / "conftest_blocker"
    blocked.mkdir(exist_ok=True)
    (blocked / "sitecustomize.py").write_text("import sys\nsys.modules['ipyprod'] = None\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", str(folder)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(blocked), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    return done.returncode, done.stdout


def promote(console, line):
    result = console.run(f"%promote {line} --test --no-check").result
    assert result.test.refusal == ""
    return result


def listing(folder):
    return sorted(p.name for p in folder.rglob("*") if p.is_file() and ".ipyprod" not in p.parts)


def test_passes_without_ipyprod_and_fails_where_the_code_changes(console, tmp_path):
    console.run("xs = [3, 1, 2]", "ys = sorted(xs)\nmean = sum(ys) / 2")
    promote(console, "summary 2 --to made.py --returns ys,mean")
    assert run_pytest(tmp_path)[0] == 0
    path = tmp_path / "made.py"
    path.write_text(path.read_text().replace("/ 2", "/ 3"))
    status, output = run_pytest(tmp_path)
    assert status == 1
    assert "test_summary" in output


def test_second_promotion_of_the_same_changes_nothing(console, tmp_path):
    console.run("xs = [3, 1, 2]", "ys = sorted(xs)")
    promote(console, "order 2 --to made.py")
    before = (tmp_path / "test_made.py").read_text()
    again = promote(console, "order 2 --to made.py")
    assert again.test.edit.diff == ""
    assert (tmp_path / "test_made.py").read_text() == before


def test_other_inputs_are_another_case(console, tmp_path):
    console.run("def half(x):\n    return x / 2", "half(3)")
    promote(console, "half --to made.py")
    console.run("half(5.0)")
    promote(console, "half --to made.py")
    text = (tmp_path / "test_made.py").read_text()
    assert text.count("def test_half") == 2
    assert run_pytest(tmp_path)[0] == 0


def test_same_inputs_with_a_new_result_replace_the_case(console, tmp_path):
    console.run("x = 3", "y = x + 1")
    promote(console, "make 2 --to made.py --params x")
    console.run("y = x + 2")
    promote(console, "make 4 --to made.py --params x")
    text = (tmp_path / "test_made.py").read_text()
    assert text.count("def test_make") == 1
    assert "assert y == 5" in text


def test_test_edited_by_hand_is_not_overwritten(console, tmp_path):
    console.run("x = 3", "y = x + 1")
    promote(console, "make 2 --to made.py --params x")
    path = tmp_path / "test_made.py"
    path.write_text(path.read_text().replace("assert y == 4", "assert y == 4.0  # mine"))
    console.run("y = x + 2")
    result = console.run("%promote make 4 --to made.py --params x --test --no-check").result
    assert "edited by hand" in result.test.refusal
    assert "# mine" in path.read_text()


def test_large_frame_is_sampled_and_kept_beside_the_test(console, tmp_path):
    console.run(
        "import pandas as pd",
        "df = pd.DataFrame({'g': list('abc') * 200, 'v': range(600)})",
        "by = df.groupby('g')['v'].sum()",
    )
    result = promote(console, "total 3 --to made.py")
    assert "df is 200 of 600 rows, drawn with seed 0" in result.test.notes
    assert listing(tmp_path) == ["made.py", "test_made.py", "test_made_total_df.csv"]
    assert run_pytest(tmp_path)[0] == 0


def test_value_that_varies_is_tested_by_its_type(console, tmp_path):
    console.run("import random", "x = 1", "y = x + 1\nr = random.random()")
    promote(console, "draw 3 --to made.py --returns y,r")
    text = (tmp_path / "test_made.py").read_text()
    assert 'assert type(r).__qualname__ == "float"' in text
    assert "assert y == 2" in text


def test_input_changed_since_is_made_again(console, tmp_path):
    console.run("xs = [3, 1]", "xs.sort()\nfirst = xs[0]", "xs.append(9)")
    promote(console, "lowest 2 --to made.py")
    assert "xs = [3, 1]" in (tmp_path / "test_made.py").read_text()


def test_input_without_a_literal_is_made_by_the_session_s_lines(console, tmp_path):
    console.run("import re", "found = re.compile('a+')", "n = found.match('aab').end()")
    promote(console, "count 3 --to made.py")
    assert 'found = re.compile("a+")' in (tmp_path / "test_made.py").read_text()
    assert run_pytest(tmp_path)[0] == 0


def test_class_of_the_session_comes_from_the_module(console, tmp_path):
    console.run(
        "from dataclasses import dataclass",
        "@dataclass\nclass P:\n    x: int",
        "p = P(1)",
        "q = P(p.x + 1)",
    )
    promote(console, "step 4 --to made.py")
    assert "from made import P, step" in (tmp_path / "test_made.py").read_text()
    assert run_pytest(tmp_path)[0] == 0


def test_files_that_are_read_come_along_and_none_is_written_outside(console, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("5")
    console.run("from pathlib import Path")
    console.run("n = int(Path('in/a.txt').read_text())\nPath('out.txt').write_text(str(n))")
    promote(console, "copy 2 --to made.py --returns n")
    (tmp_path / "out.txt").unlink()
    (tmp_path / "in" / "a.txt").write_text("6")
    assert run_pytest(tmp_path)[0] == 0
    assert not (tmp_path / "out.txt").exists()


def test_module_of_a_package_is_imported_by_its_full_name(console, tmp_path):
    console.run("x = 3", "y = x + 1")
    promote(console, "make 2 --to src/kit/made.py --params x")
    assert "from kit.made import make" in (tmp_path / "src/kit/test_made.py").read_text()
    assert run_pytest(tmp_path)[0] == 0


def test_folder_of_tests_is_used_where_it_can_import_the_module(console, tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "pyproject.toml").write_text('[tool.pytest.ini_options]\npythonpath = ["."]\n')
    console.run("x = 3", "y = x + 1")
    promote(console, "make 2 --to made.py --params x")
    assert (tmp_path / "tests" / "test_made.py").exists()
    assert run_pytest(tmp_path)[0] == 0


@pytest.mark.parametrize(
    ("cells", "line", "said"),
    [
        (["def f(x): return x"], "f", "no cell calls f by itself"),
        (["class A: pass"], "A", "no cell calls A by itself"),
        (["g = (n for n in [1])", "next(g)", "x = list(g)"], "f 3", ""),
    ],
)
def test_where_there_is_no_test_the_reason_is_one_line(console, tmp_path, cells, line, said):
    console.run(*cells)
    result = console.run(f"%promote {line} --to made.py --test --no-check").result
    assert (tmp_path / "made.py").exists()
    if result.test.edit is None:
        assert said in result.test.refusal
        assert "\n" not in result.test.refusal
        assert not (tmp_path / "test_made.py").exists()
    else:
        assert run_pytest(tmp_path)[0] == 0


def test_secret_is_never_captured(console, tmp_path):
    console.run("password = 'hunter2horse'.upper()", "n = len(password)")
    result = console.run("%promote f 2 --to made.py --test --no-check").result
    assert "secret" in result.test.refusal
    assert not (tmp_path / "test_made.py").exists()


def test_dry_run_shows_the_test_and_writes_nothing(console, tmp_path):
    console.run("x = 3", "y = x + 1")
    result = console.run("%promote f 2 --to made.py --params x --test --no-check -n").result
    assert "+def test_f" in result.test.edit.diff
    assert listing(tmp_path) == []


def test_undo_takes_the_test_and_its_files_back(console, tmp_path):
    console.run("import numpy as np", "x = np.arange(500.0)", "y = x.sum()")
    promote(console, "total 3 --to made.py")
    assert len(listing(tmp_path)) == 3
    console.run("%ipyprod undo")
    assert listing(tmp_path) == []


def test_value_without_source_or_literal_is_named(console, tmp_path):
    console.hide("thing = object()")
    console.run("is_there = thing is not None")
    result = console.run("%promote f 1 --to made.py --test --no-check").result
    assert result.test.refusal.startswith("thing (object) cannot be kept as a literal")
    assert not (tmp_path / "test_made.py").exists()


def test_argument_that_the_function_changes_is_compared_afterwards(console, tmp_path):
    console.run("def add(xs, v=2):\n    xs.append(v)", "xs = [1]", "add(xs)")
    promote(console, "add --to made.py")
    text = (tmp_path / "test_made.py").read_text()
    assert "    assert result is None\n    assert xs == [1, 2]\n" in text
    assert run_pytest(tmp_path)[0] == 0


def test_large_dict_with_numbers_for_keys_is_kept_in_a_file(console, tmp_path):
    console.run("n = 300", "squares = {i: i * i for i in range(n)}")
    promote(console, "square 2 --to made.py --params n")
    text = "".join((tmp_path / "test_made.py").read_text().split())
    assert "dict(json.loads(" in text
    assert run_pytest(tmp_path)[0] == 0


def test_lines_that_make_an_input_import_and_bind_no_more_than_is_used(console, tmp_path):
    console.run(
        "import re, json\nfrom collections import Counter, deque",
        "found = re.compile('a+')\nused = Counter(found.findall('aab'))",
        "n = found.match('aab').end()",
    )
    promote(console, "count 3 --to made.py")
    text = (tmp_path / "test_made.py").read_text()
    assert "json" not in text
    assert "deque" not in text
    assert run_pytest(tmp_path)[0] == 0


def test_test_that_needs_pytest_is_not_said_to_pass_where_that_is_missing(
    console, capsys, monkeypatch
):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *a: None if name == "pytest" else find(name, *a)
    )
    console.run("x = 0.5", "y = x / 3")
    capsys.readouterr()
    console.run("%promote third 2 --to made.py --params x --test --no-check")
    shown = capsys.readouterr().out
    assert "test: wrote test_made.py\n" in shown
    assert "pytest is not installed here: the test was not run" in shown


def test_module_under_test_is_imported_after_the_libraries(console, tmp_path):
    console.run("import pandas as pd", "df = pd.DataFrame({'a': [1]})", "b = df.a.sum()")
    promote(console, "total 3 --to made.py")
    assert "import pandas as pd\n\nfrom made import total\n" in (
        tmp_path / "test_made.py"
    ).read_text().replace("from pathlib import Path\n\n", "")


@pytest.mark.parametrize("code", ["res = df.filter(pl.col('v') > 1)", "res = df['w'].cast(pl.Int8)"])
def test_polars_values_are_compared_by_their_own_testing_functions(console, tmp_path, code):
    pytest.importorskip("polars")
    console.run(
        "import polars as pl",
        "df = pl.DataFrame({'g': ['a', None, 'c'], 'v': [1, 2, 3], 'w': [0.1, 0.2, 0.3]})\n"
        "df = df.with_columns(pl.col('v').cast(pl.Int32))",
        code,
    )
    promote(console, "choose 3 --to made.py")
    text = (tmp_path / "test_made.py").read_text()
    assert "from polars.testing import assert_" in text
    assert run_pytest(tmp_path)[0] == 0
    path = tmp_path / "made.py"
    path.write_text(path.read_text().replace("> 1", "> 2").replace("pl.Int8", "pl.Int16"))
    assert run_pytest(tmp_path)[0] == 1
