import errno
import os
import stat

import pytest

from ipyprod.effects import files
from ipyprod.effects.files import read_source, read_text, write_text
from ipyprod.effects.journal import Journal, written_definitions
from ipyprod.errors import ModuleFileError


def listing(folder):
    return sorted(
        os.path.relpath(os.path.join(place, name), folder)
        for place, _, names in os.walk(folder)
        for name in names
        if ".ipyprod" not in place
    )


@pytest.mark.parametrize(
    "content",
    [
        b"x = 1\r\ny = 2",
        b"\xef\xbb\xbfx = 1\n",
        b"# coding: latin-1\ns = '\xe4'\n",
        b"\x0cx = 1\n\n",
    ],
)
def test_text_goes_out_as_it_came_in(tmp_path, content):
    path = tmp_path / "m.py"
    path.write_bytes(content)
    source = read_source(str(path))
    write_text(source, source.text + "# end")
    assert path.read_bytes() == content + b"# end"


def test_mode_is_kept_and_a_link_is_followed(tmp_path):
    path, link = tmp_path / "m.py", tmp_path / "link.py"
    path.write_text("x = 1\n")
    path.chmod(0o640)
    link.symlink_to(path)
    write_text(read_source(str(link)), "x = 2\n")
    assert link.is_symlink()
    assert path.read_text() == "x = 2\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_journal_is_private_and_ignored_by_git(tmp_path):
    write_text(read_source("m.py", folder=str(tmp_path)), "x = 1\n")
    place = tmp_path / ".ipyprod"
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert (place / ".gitignore").read_text() == "*\n"
    assert {stat.S_IMODE(p.stat().st_mode) for p in place.iterdir()} == {0o600}


def test_new_folders_become_packages_but_src_does_not(tmp_path):
    write_text(read_source("src/pkg/sub/m.py", folder=str(tmp_path)), "x = 1\n")
    assert listing(tmp_path) == [
        "src/pkg/__init__.py",
        "src/pkg/sub/__init__.py",
        "src/pkg/sub/m.py",
    ]


def make_folder(path):
    path.mkdir()


def make_fifo(path):
    os.mkfifo(path)


def make_read_only(path):
    path.write_text("x = 1\n")
    path.chmod(0o444)


def make_hard_link(path):
    path.write_text("x = 1\n")
    os.link(path, path.with_name("other.py"))


def make_broken(path):
    path.write_text("x = 1\ny = (\n")


def make_undecodable(path):
    path.write_bytes(b"a = 1\nb = 2\ns = '\xff'\n")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (make_folder, "is a folder"),
        (make_fifo, "is no regular file"),
        (make_read_only, "is read-only"),
        (make_hard_link, "2 names"),
        (make_broken, "line 2 is not valid Python"),
        (make_undecodable, "line 3 is not utf-8 text"),
    ],
)
def test_bad_target_is_refused_in_one_line(tmp_path, make, said):
    make(tmp_path / "m.py")
    with pytest.raises(ModuleFileError, match=said) as caught:
        read_source("m.py", folder=str(tmp_path))
    assert "\n" not in str(caught.value)


def test_read_only_folder_is_refused(tmp_path):
    folder = tmp_path / "f"
    folder.mkdir(mode=0o555)
    with pytest.raises(ModuleFileError, match="read-only folder"):
        read_source(str(folder / "m.py"))


def test_edit_made_meanwhile_is_kept(tmp_path):
    path = tmp_path / "m.py"
    path.write_text("x = 1\n")
    source = read_source(str(path))
    path.write_text("x = 99\n")
    with pytest.raises(ModuleFileError, match="changed meanwhile"):
        write_text(source, "x = 2\n")
    assert path.read_text() == "x = 99\n"
    assert Journal(folder=str(tmp_path)).entries() == ()


def test_same_text_is_not_written(tmp_path):
    (tmp_path / "m.py").write_text("x = 1\n")
    assert write_text(read_source("m.py", folder=str(tmp_path)), "x = 1\n").entry is None
    assert not (tmp_path / ".ipyprod").exists()


CALLS = ("mkdir", "makedirs", "open", "fdopen", "fsync", "chmod", "replace", "listdir", "stat")


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt()])
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("old", [b"x = 1\n", None])
def test_failure_of_any_call_leaves_old_or_new(tmp_path, monkeypatch, call, error, old):
    real = getattr(os, call)
    outcomes = set()
    for fail_at in range(1, 12):
        folder = tmp_path / str(fail_at)
        folder.mkdir()
        if old is not None:
            (folder / "m.py").write_bytes(old)
        name = "m.py" if old is not None else "pkg/m.py"
        source = read_text(name, folder=str(folder))
        before, count = listing(folder), iter(range(1, 1000))

        def fail(*args, count=count, fail_at=fail_at, **kwargs):
            if next(count) == fail_at:
                raise error
            return real(*args, **kwargs)

        monkeypatch.setattr(files.os, call, fail)
        try:
            write_text(source, "x = 2\n")
            outcome = "written"
        except (ModuleFileError, KeyboardInterrupt):
            outcome = "failed"
        monkeypatch.undo()
        path = folder / name
        now = path.read_bytes() if path.exists() else None
        assert now in (old, b"x = 2\n")
        if outcome == "written":
            assert now == b"x = 2\n"
        elif now == old:
            assert listing(folder) == before
        outcomes.add(outcome)
    assert "written" in outcomes


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_killed_process_leaves_old_or_new_and_the_next_write_works(tmp_path):
    if not hasattr(os, "fork"):
        pytest.skip("needs fork")
    path = tmp_path / "m.py"
    for step in range(1, 40):
        path.write_bytes(b"x = 1\n")
        child = os.fork()
        if child == 0:
            count = iter(range(1, 1000))
            for call in ("open", "fsync", "replace", "close", "unlink", "chmod"):
                real = getattr(os, call)

                def dying(*args, real=real, count=count, step=step, **kwargs):
                    if next(count) == step:
                        os._exit(9)
                    return real(*args, **kwargs)

                setattr(os, call, dying)
            write_text(read_text(str(path)), "x = 2\n")
            os._exit(0)
        _, status = os.waitpid(child, 0)
        assert path.read_bytes() in (b"x = 1\n", b"x = 2\n")
        if os.waitstatus_to_exitcode(status) == 0:
            break
    else:
        pytest.fail("the write never came to its end")
    assert step > 5
    write_text(read_text(str(path)), "x = 3\n")
    assert listing(tmp_path) == ["m.py"]


def test_what_was_written_is_known_after_a_restart(tmp_path):
    source = read_text("m.py", folder=str(tmp_path))
    write_text(source, "def f(): 0\n", wrote={"f": "def f(): 0"})
    assert written_definitions(str(tmp_path / "m.py")) == "def f(): 0"
