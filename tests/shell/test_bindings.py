"""What names of the session are bound to: by promotion, by an edit of the file, by undo."""

import sys

import pytest


@pytest.fixture
def promoted(console):
    console.run("x = 2", "y = x + 1", "%promote make 2 --to made.py --params x --no-check")
    assert console.run("make(5)").result == 6
    return console


def edit(tmp_path, old, new):
    path = tmp_path / "made.py"
    path.write_text(path.read_text().replace(old, new))


def test_next_call_uses_the_edited_function_and_says_so_once(promoted, tmp_path, capsys):
    edit(tmp_path, "x + 1", "x + 100")
    capsys.readouterr()
    assert promoted.run("make(5)").result == 105
    assert promoted.run("make(6)").result == 106
    said = capsys.readouterr().err
    assert said == "ipyprod: made.py was edited: make is the new version from here on\n"


def test_file_that_was_only_touched_is_not_run_again(promoted, tmp_path, capsys):
    path = tmp_path / "made.py"
    function = promoted.shell.user_ns["make"]
    path.write_text(path.read_text())
    capsys.readouterr()
    promoted.run("1")
    assert promoted.shell.user_ns["make"] is function
    assert "edited" not in capsys.readouterr().err


@pytest.mark.parametrize("broken", ["def make(:\n", "def make(x): return 0\n1/0\n"])
def test_edit_that_does_not_run_leaves_the_function_as_it_was(promoted, tmp_path, capsys, broken):
    (tmp_path / "made.py").write_text(broken)
    capsys.readouterr()
    assert promoted.run("make(5)").result == 6
    assert promoted.run("import made; made.make(5)").result == 6
    said = capsys.readouterr().err
    assert "make stays as it was" in said
    assert said.count("\n") == 1


def test_function_that_the_file_lost_is_kept_and_told(promoted, tmp_path, capsys):
    (tmp_path / "made.py").write_text("def other(): pass\n")
    assert promoted.run("make(5)").result == 6
    assert "no longer defines make" in capsys.readouterr().err


def test_name_bound_anew_in_the_session_is_left_alone(promoted, tmp_path, capsys):
    promoted.run("make = 7")
    edit(tmp_path, "x + 1", "x + 100")
    assert promoted.run("make").result == 7
    assert "edited" not in capsys.readouterr().err


def test_edited_file_is_no_change_that_a_cell_made(promoted, tmp_path):
    edit(tmp_path, "x + 1", "x + 100")
    promoted.run("z = make(5)")
    assert promoted.last.observation.bound == {"z"}
    assert promoted.session.unrecorded == set()


def test_undo_takes_the_binding_and_the_record_of_it_back(promoted):
    result = promoted.run("%ipyprod undo").result
    assert "make is no longer bound in the session" in result.bindings
    assert "make" not in promoted.shell.user_ns
    assert promoted.session.promotions == ()
    assert "made" not in sys.modules


def test_undo_of_a_second_promotion_gives_the_first_back(promoted):
    promoted.run("y = x + 7", "%promote make 5 --to made.py --params x --no-check")
    assert promoted.run("make(5)").result == 12
    promoted.run("%ipyprod undo")
    assert promoted.run("make(5)").result == 6
    assert len(promoted.session.promotions) == 1
    promoted.run("%ipyprod undo")
    assert "make" not in promoted.shell.user_ns


def test_undo_gives_the_definition_of_the_session_back(console):
    console.run("def twice(x):\n    return 2 * x", "own = twice")
    console.run("%promote twice --to made.py")
    assert console.run("twice is own").result is False
    console.run("%ipyprod undo")
    assert console.run("twice is own").result is True


def test_undo_leaves_a_name_that_was_bound_anew(promoted):
    promoted.run("make = 7", "%ipyprod undo")
    assert promoted.run("make").result == 7


def test_undo_works_after_a_restart(promoted, make_console, tmp_path):
    other = make_console().load()
    other.run("%ipyprod undo")
    assert not (tmp_path / "made.py").exists()


def test_value_of_the_session_is_never_replaced_by_a_function(console, tmp_path):
    console.run("x = [1]", "total = x + [2]")
    result = console.run("%promote total --from total --to made.py --no-check").result
    assert console.shell.user_ns["total"] == [1, 2]
    assert "keeps its value" in result.notes[-1]
    assert "def total(" in (tmp_path / "made.py").read_text()


def test_value_that_can_be_called_is_a_value_all_the_same(console):
    console.run("class Model:\n    def __call__(self):\n        return 5", "model = Model()")
    console.run("%promote model --from model --to made.py --no-check")
    assert console.run("model()").result == 5


def test_decorated_definition_is_bound_to_the_function_of_the_module(console):
    console.run("import functools", "@functools.lru_cache\ndef half(x):\n    return x / 2")
    console.run("%promote half --to made.py")
    assert console.run("half.__module__").result == "made"


def test_reload_and_unload_leave_nothing_behind(promoted, tmp_path):
    promoted.run("%reload_ext ipyprod")
    edit(tmp_path, "x + 1", "x + 100")
    promoted.run("1")
    assert promoted.run("make(5)").result == 105
    promoted.run("%unload_ext ipyprod")
    edit(tmp_path, "x + 100", "x + 200")
    assert promoted.run("make(5)").result == 105
    promoted.run("%load_ext ipyprod")


def test_log_lists_every_write(promoted):
    promoted.run("%ipyprod undo")
    writes = promoted.run("%ipyprod log").result.writes
    assert [(one.names, one.state.value) for one in writes] == [(("make",), "undone")]


def test_second_promotion_of_a_definition_is_the_definition_again(console, tmp_path):
    console.run("def fact(n):\n    return 1 if n < 2 else n * fact(n - 1)", "%promote fact --to made.py")
    before = (tmp_path / "made.py").read_text()
    console.run("x = fact(3)", "y = x + 1")
    result = console.run("%promote fact --to made.py").result
    assert result.edit.diff == ""
    assert (tmp_path / "made.py").read_text() == before
    console.run("def fact(n):\n    return 0", "%promote fact --to made.py")
    assert console.run("fact(3)").result == 0


def test_promoted_modules_of_a_package_import_each_other(console, tmp_path):
    console.run("x = 3", "y = x + 1", "%promote inc 2 --to src/kit/base.py --params x")
    result = console.run("z = inc(y) * 2", "%promote dbl 4 --to src/kit/more.py --params y").result
    assert result.report.is_proven
    assert "from .base import inc" in (tmp_path / "src/kit/more.py").read_text()
    assert console.run("dbl(4)").result == 10
    build = console.run("w = dbl(z)", "%session_to_module report.py").result
    assert build.report.is_proven, build.report
    assert "from kit.more import dbl" in (tmp_path / "report.py").read_text()
    assert any("PYTHONPATH" in note for note in build.notes)
