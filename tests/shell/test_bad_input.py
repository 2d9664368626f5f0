"""What a person gets wrong at the prompt: one clear line, and every file as it was."""

import errno
import os
import re
import stat

import pytest

from ipyprod.effects import files
from ipyprod.ipython.magics import OneLineError

CELLS = ("x = [1, 2]", "y = x + [3]")


def everything_in(folder):
    """Give every path with its kind and content, except what ipyprod keeps for itself."""
    found = {}
    for path in sorted(folder.rglob("*")):
        mode = path.lstat().st_mode
        content = path.read_bytes() if stat.S_ISREG(mode) else stat.S_IFMT(mode)
        found[str(path.relative_to(folder))] = content
    return found


def refused(console, capsys, folder, line):
    """Run a line that must be refused, and give the one line that it shows."""
    before = everything_in(folder)
    capsys.readouterr()
    result = console.run(line)
    captured = capsys.readouterr()
    shown = [one for one in (captured.out + captured.err).splitlines() if one.strip()]
    assert isinstance(result.error_in_exec, OneLineError), captured
    assert shown == [str(result.error_in_exec)]
    assert everything_in(folder) == before
    assert f"{folder}/" not in shown[0]
    return shown[0]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("%promote f 99", "'99' picks no cell"),
        ("%promote f 0", "'0' picks no cell"),
        ("%promote f 5-3", "'5-3' runs backwards"),
        ("%promote f abc", "'abc' is no range of cells"),
        ("%promote f ~9/1", "'~9/1' names another session"),
        ("%promote f --from nope", "no cell binds 'nope'"),
        ("%promote f --from y --given nope", "--given names 'nope', which no cell reads"),
        ("%promote f 2 --params nope", "'nope'"),
        ("%promote f 2 --keywords nope", "'nope'"),
        ("%promote f 2 --returns nope", "'nope'"),
        ("%promote f --from a-b", "'a-b' is no name of a variable"),
        ("%promote 1f 2", "'1f' is no name for a function"),
        ("%promote '' 2", "'' is no name for a function"),
        ("%promote _ 2", "'_' is no name for a function"),
        ("%promote class 2", "'class' is a keyword"),
        ("%promote None 2", "'None' is a keyword"),
        ("%promote list 2", "'list' would hide the builtin"),
        ("%promote f 1 --from y", "cells and --from exclude each other"),
        ("%promote f 2 --to made.txt", "'made.txt' is no Python file; name it made.txt.py"),
        ("%promote f 2 --to .", "'.' is no Python file; name it ./NAME.py"),
        ("%promote f 2 --to 2m.py", "2m.py cannot be imported by that name"),
        ("%promote f 2 --to class.py", "class.py cannot be imported by that name"),
        ("%promote f 2 --to 'a b.py'", "a b.py cannot be imported by that name"),
        ("%promote f 2 --to json.py", "a new json.py would hide the standard library's json"),
        ("%promote f 2 --to pandas.py", "a new pandas.py would hide the installed pandas"),
        ("%promote f 2 --to a\0b.py", "'a\\x00b.py' is no name of a file"),
        (f"%promote f 2 --to {'x' * 300}.py", "File name too long"),
        ("%promote f 2 --to /dev/null/x.py", "/dev/null is a file, not a folder"),
        ("%session_to_module json.py", "a new json.py would hide the standard library's json"),
        ("%session_to_module --targets nope", "no variable 'nope'"),
        ("%session_to_module .", "'.' is no Python file"),
        ("%freeze_env .", "is a folder"),
        ("%freeze_env /dev/full", "/dev/full is no regular file"),
        ("%freeze_env --module nope.py", "no file or folder nope.py"),
        ("%freeze_env --check", "no file requirements.txt to check"),
        ("%ipyprod check nope.py", "there is no file nope.py"),
        ("%ipyprod why nope", "no variable 'nope'"),
        ("%ipyprod why", "%ipyprod why needs NAME; write %ipyprod why NAME"),
        ("%ipyprod undo -1", "%ipyprod undo has no option -1"),
        ("%ipyprod undo 0", "0 is no number of writes"),
    ],
)
def test_mistake_in_a_line_is_one_clear_line(console, capsys, tmp_path, line, said):
    console.run(*CELLS)

    assert said in refused(console, capsys, tmp_path, line)


def not_python(folder):
    (folder / "made.py").write_text("x = 1\ndef broken(:\n")


def not_text(folder):
    (folder / "made.py").write_bytes(b"x = '\xe9'\n")


def unknown_encoding(folder):
    (folder / "made.py").write_text("# coding: nope\n")


def null_byte(folder):
    (folder / "made.py").write_bytes(b"x = 1\n\0")


def hand_written(folder):
    (folder / "made.py").write_text("x = 1\n\n\ndef made():\n    return 1\n")


def hand_written_class(folder):
    (folder / "made.py").write_text("class made:\n    pass\n")


def imported_name(folder):
    (folder / "made.py").write_text("from os import path as made\n")


def read_only(folder):
    (folder / "made.py").write_text("x = 1\n")
    (folder / "made.py").chmod(0o444)


def read_only_folder(folder):
    folder.chmod(0o555)


def folder_in_its_place(folder):
    (folder / "made.py").mkdir()


def pipe_in_its_place(folder):
    os.mkfifo(folder / "made.py")


def link_to_itself(folder):
    (folder / "made.py").symlink_to("made.py")


def second_name(folder):
    (folder / "made.py").write_text("x = 1\n")
    os.link(folder / "made.py", folder / "other.py")


def file_where_the_journal_goes(folder):
    (folder / ".ipyprod").write_text("mine")


def broken_settings(folder):
    (folder / "pyproject.toml").write_text("[tool.ipyprod\n")


def unknown_setting(folder):
    (folder / "pyproject.toml").write_text("[tool.ipyprod]\nmodul = 'x'\n")


@pytest.mark.parametrize("line", ["%promote made 2 --to made.py", "%session_to_module made.py"])
@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (not_python, "made.py, line 2 is not valid Python"),
        (not_text, "made.py has no encoding that Python knows"),
        (unknown_encoding, "unknown encoding: nope"),
        (null_byte, "null bytes"),
        (hand_written, "was not written by ipyprod"),
        (hand_written_class, "was not written by ipyprod"),
        (imported_name, "made.py"),
        (read_only, "made.py is read-only"),
        (read_only_folder, "is a read-only folder"),
        (folder_in_its_place, "made.py is a folder"),
        (pipe_in_its_place, "made.py is no regular file"),
        (link_to_itself, "made.py is no regular file"),
        (second_name, "made.py has 2 names"),
        (file_where_the_journal_goes, ".ipyprod"),
        (broken_settings, "pyproject.toml cannot be read"),
        (unknown_setting, "[tool.ipyprod] has no setting 'modul'"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_target_that_stands_against_it_is_left_alone(
    console, capsys, tmp_path, line, prepare, said
):
    console.run(*CELLS)
    prepare(tmp_path)

    assert said in refused(console, capsys, tmp_path, line)
    tmp_path.chmod(0o755)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["x = 1", "return x"], "In [2], line 1 never ran: return and yield belong inside"),
        (["x = 1\nreturn x"], "In [1], line 2 never ran"),
        (["yield 3"], "In [1], line 1 never ran"),
        (["x = (yield)"], "In [1], line 1 never ran"),
        (["class A:\n    return 3"], "In [1], line 1 never ran"),
        (["x = 1", "y = %nosuchmagic x"], "In [2], line 1 cannot become Python: y = %nosuchmagic"),
        (["%%nosuchmagic\nfoo"], "In [1], line 1 cannot become Python: %%nosuchmagic; "),
        (["x = 1\ny = x\n%rerun ~9/1"], "In [1], line 3 cannot become Python: %rerun"),
        (["1 / 0"], "nothing that worked (In [1]: ZeroDivisionError: division by zero)"),
        (["x = nope", "y = x + 1"], "nothing that worked (In [1]: NameError: name 'nope'"),
        (["x = ("], "nothing that worked (In [1]: SyntaxError:"),
        (["import os"], "these cells only import"),
        (["# nothing"], "nothing that worked"),
        (["def g():\n    return 1"], "these cells only define g"),
        (["password = 'hunter2-Xy7q9Z'", "y = password * 2"], "looks like a secret"),
    ],
)
def test_cells_that_cannot_be_promoted_are_named(console, capsys, tmp_path, cells, said):
    console.run(*cells)

    line = f"%promote f 1-{len(cells)} --to made.py"
    assert said in refused(console, capsys, tmp_path, line)


@pytest.mark.parametrize(
    ("cells", "line"),
    [
        ([], "%promote f"),
        ([], "%session_to_module made.py"),
        (["1 / 0", "x = nope"], "%promote f"),
        (["1 / 0", "x = nope"], "%session_to_module made.py"),
        (["%%nosuchmagic\nfoo"], "%session_to_module made.py"),
        (["return 3"], "%session_to_module made.py"),
    ],
)
def test_session_with_nothing_that_worked_is_refused(console, capsys, tmp_path, cells, line):
    console.run(*cells)

    assert refused(console, capsys, tmp_path, line)


def test_magic_that_the_console_did_not_take_is_in_nobodys_way(console, tmp_path):
    console.run("x = 1", "y = %tmieit x", "y = x + 1")
    result = console.run("%promote f --from y --to made.py")

    assert result.success
    assert "tmieit" not in (tmp_path / "made.py").read_text()


def test_file_changed_between_reading_and_writing_keeps_the_change(
    console, capsys, tmp_path, monkeypatch
):
    console.run(*CELLS)
    made = tmp_path / "made.py"
    made.write_text("x = 1\n")
    write = files.replace_bytes

    def edited_meanwhile(*arguments, **options):
        made.write_text("x = 2\n")
        return write(*arguments, **options)

    monkeypatch.setattr(files, "replace_bytes", edited_meanwhile)
    result = console.run("%promote f 2 --to made.py")

    assert "made.py was changed meanwhile; nothing was written" in str(result.error_in_exec)
    assert made.read_text() == "x = 2\n"


@pytest.mark.parametrize("call", ["fsync", "replace", "open"])
@pytest.mark.parametrize("kind", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_full_disk_leaves_no_trace(console, capsys, tmp_path, monkeypatch, call, kind):
    console.run(*CELLS)
    (tmp_path / "made.py").write_text("x = 1\n")
    real = getattr(os, call)

    def fail(path, *arguments, **options):
        if call == "open" and not arguments[0] & os.O_CREAT:
            return real(path, *arguments, **options)
        raise OSError(kind, os.strerror(kind))

    with monkeypatch.context() as patch:
        patch.setattr(files.os, call, fail)
        result = console.run("%promote f 2 --to made.py")

    assert os.strerror(kind) in str(result.error_in_exec)
    assert "Traceback" not in capsys.readouterr().out
    assert (tmp_path / "made.py").read_text() == "x = 1\n"
    assert [path for path in tmp_path.iterdir() if path.suffix != ".py"] == [] or not list(
        (tmp_path / ".ipyprod").glob("*.json")
    )


def test_refusal_over_an_edited_function_shows_both(console, capsys, tmp_path):
    console.run(*CELLS, "%promote f 2 --to made.py")
    made = tmp_path / "made.py"
    made.write_text(made.read_text().replace("x + [3]", "x + [4]"))
    console.run("y = x + [5]")
    capsys.readouterr()
    console.run("%promote f 4 --to made.py")
    shown = capsys.readouterr().out

    assert "--force" in shown.splitlines()[0]
    assert "-    y = x + [4]" in shown
    assert "+    y = x + [5]" in shown
    assert "x + [4]" in made.read_text()


@pytest.mark.parametrize("code", ["raise RuntimeError('no')", "import sys; sys.exit(3)"])
def test_module_that_fails_on_import_is_one_line(console, capsys, tmp_path, code):
    console.run(*CELLS)
    (tmp_path / "made.py").write_text(f"{code}\n")
    result = console.run("%promote f 2 --to made.py")
    shown = capsys.readouterr().out.splitlines()

    assert shown == [str(result.error_in_exec)]
    assert "made.py fails when it is imported" in shown[0]
    assert "f" not in console.shell.user_ns


def test_fault_of_ipyprod_itself_is_one_line(console, capsys, monkeypatch):
    def fail(*_arguments, **_options):
        raise ValueError("two\nlines")

    monkeypatch.setattr("ipyprod.workflows.workbench.SessionReader.read", fail)
    result = console.run("%ipyprod")
    shown = capsys.readouterr().out.splitlines()

    assert shown == [str(result.error_in_exec)]
    assert shown[0].startswith("%ipyprod status failed inside ipyprod at workbench.py:")
    assert "(ValueError: two)" in shown[0]


def test_result_that_cannot_be_shown_is_one_line(console, capsys, monkeypatch):
    def fail(_state):
        raise ValueError("no text")

    monkeypatch.setattr("ipyprod.messages.session.session_text", fail)
    console.run("%ipyprod")

    assert "ipyprod cannot show this SessionState (ValueError: no text)" in capsys.readouterr().out


def test_path_is_shown_as_it_would_be_typed(console, capsys, tmp_path):
    console.run(*CELLS, "%session_to_module deep/er/made.py")

    shown = capsys.readouterr().out
    assert "to deep/er/made.py" in shown
    assert "run: python deep/er/made.py" in shown


def test_frozen_environment_that_drifted_is_an_error(console, capsys, tmp_path):
    console.run("import numpy", "%freeze_env")
    frozen = tmp_path / "requirements.txt"
    console.run("fresh = %freeze_env --check")
    frozen.write_text(re.sub(r"^numpy==.*$", "numpy==0.1", frozen.read_text(), flags=re.MULTILINE))

    assert not console.shell.user_ns["fresh"].drift
    line = refused(console, capsys, tmp_path, "%freeze_env --check")
    assert "requirements.txt has drifted from the live environment: numpy" in line
    assert "0.1 frozen" in line


RUN_WITH_ARGUMENTS = ("%%writefile prog.py\nimport sys\nn = int(sys.argv[1])", "%run prog.py 4")


@pytest.mark.parametrize(
    "line",
    ["%promote f --from out --to made.py", "%session_to_module made.py --targets out"],
)
def test_value_that_a_refused_line_made_cannot_be_made(console, capsys, tmp_path, line):
    console.run(*RUN_WITH_ARGUMENTS, "out = n")

    said = refused(console, capsys, tmp_path, line)
    assert "In [2], line 1 cannot become Python: %run prog.py 4" in said


def test_line_that_nothing_needs_any_more_is_not_refused(console, tmp_path):
    console.run(*RUN_WITH_ARGUMENTS, "n = 5", "out = n * 2")
    console.run("%promote f --from out --to made.py --no-check")

    assert "n * 2" in (tmp_path / "made.py").read_text()
