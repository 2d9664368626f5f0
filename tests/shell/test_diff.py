"""`%ipyprod diff`: session, file and last promotion side by side."""

import pytest

from ipyprod.effects.terminal import Terminal
from ipyprod.ipython.display import to_text
from ipyprod.messages.differences import differences_text
from ipyprod.workflows.differences import Differences, Versions

WIDE = Terminal(width=200, has_colour=False)


@pytest.fixture
def promoted(console, tmp_path):
    console.run("def grow(x):\n    return x + 1", "%promote grow --to made.py")
    return console


def edit(tmp_path, old, new):
    path = tmp_path / "made.py"
    path.write_text(path.read_text().replace(old, new))


def show(console, name=""):
    return to_text(console.run(f"%ipyprod diff {name}").result)


def test_nothing_differs_after_a_promotion(promoted):
    assert show(promoted) == "the same in session, file and last promotion: grow"
    assert "the same" in show(promoted, "grow")


def test_edit_of_the_file_stands_beside_what_was_promoted(promoted, tmp_path):
    edit(tmp_path, "x + 1", "x + 100")
    line = next(one for one in show(promoted).split("\n") if "return x + 100" in one)
    assert line.startswith("!     return x + 1  ")


def test_definition_made_anew_in_the_session_is_a_third_version(promoted, tmp_path):
    edit(tmp_path, "x + 1", "x + 100")
    promoted.run("def grow(x):\n    return x + 7")
    result = promoted.run("%ipyprod diff").result
    (versions,) = result.functions
    assert ["x + 1" in versions.promoted, "x + 100" in versions.file, "x + 7" in versions.session] == [
        True, True, True,
    ]  # fmt: skip
    text = differences_text(Differences(functions=(versions,), same=(), terminal=WIDE))
    assert "last promotion" in text
    assert any(all(p in line for p in ("x + 1 ", "x + 100", "x + 7")) for line in text.split("\n"))


def test_file_that_lost_the_function_says_so(promoted, tmp_path):
    (tmp_path / "made.py").write_text("")
    assert "file: not there" in show(promoted)


def test_file_that_does_not_parse_is_no_fault(promoted, tmp_path):
    (tmp_path / "made.py").write_text("def grow(:\n")
    assert "file: not there" in show(promoted)


def test_it_works_after_a_restart(promoted, make_console, tmp_path):
    edit(tmp_path, "x + 1", "x + 100")
    other = make_console().load()
    assert "x + 100" in show(other)


def test_unknown_name_is_one_line(promoted):
    result = promoted.run("%ipyprod diff nobody")
    assert str(result.error_in_exec).startswith("no promoted function is called 'nobody'")


VERSIONS = Versions(
    name="f", target="made.py", promoted="def f(x):\n    return 1", file="def f(x):\n    return 2",
    session="def f(x):\n    # why\n    return 1",
)  # fmt: skip


def test_narrow_terminal_gets_one_column_with_a_letter_for_each_version():
    narrow = Terminal(width=40, has_colour=False)
    text = differences_text(Differences(functions=(VERSIONS,), same=(), terminal=narrow))
    assert text.split("\n")[1:] == [
        "  a: last promotion, b: file, c: session",
        "abc  def f(x):",
        " b       return 2",
        "  c      # why",
        "a c      return 1",
    ]


@pytest.mark.parametrize(("has_colour", "count"), [(True, 1), (False, 0)])
def test_colour_is_only_where_the_terminal_has_it(has_colour, count):
    terminal = Terminal(width=200, has_colour=has_colour)
    text = differences_text(Differences(functions=(VERSIONS,), same=(), terminal=terminal))
    assert (text.count("\x1b[33m") > 0) == bool(count)
    assert "def f(x):" in text
