import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipyprod.effects.files import read_text, write_text
from ipyprod.effects.journal import EntryState, new_operation
from ipyprod.errors import IpyprodError, ModuleFileError
from ipyprod.session.cell import Session
from ipyprod.workflows.undo import log, undo
from ipyprod.workflows.workbench import Workbench


@pytest.fixture
def bench(tmp_path):
    return Workbench(session=Session(cells=()), namespace={}, transform=str, folder=str(tmp_path))


def write(bench, name, text, operation=""):
    write_text(read_text(name, folder=bench.folder), text, operation=operation)


def test_new_file_is_removed_with_its_package(bench, tmp_path):
    write(bench, "pkg/m.py", "x = 1\n")
    assert undo(bench).writes[0].is_removed
    assert not (tmp_path / "pkg" / "m.py").exists()
    assert not (tmp_path / "pkg" / "__init__.py").exists()
    assert undo(bench).writes == ()


def test_changed_file_is_refused_and_the_difference_shown(bench, tmp_path):
    write(bench, "m.py", "x = 1\n")
    (tmp_path / "m.py").write_text("x = 1\ny = 2\n")
    with pytest.raises(ModuleFileError, match="changed since") as caught:
        undo(bench)
    assert "+y = 2" in caught.value.detail
    assert (tmp_path / "m.py").read_text() == "x = 1\ny = 2\n"


def test_writes_of_one_operation_go_together_or_not_at_all(bench, tmp_path):
    operation = new_operation()
    write(bench, "m.py", "x = 1\n", operation)
    write(bench, "n.py", "x = 1\n", operation)
    (tmp_path / "m.py").write_text("mine\n")
    with pytest.raises(ModuleFileError):
        undo(bench)
    assert (tmp_path / "n.py").exists()
    (tmp_path / "m.py").write_text("x = 1\n")
    assert len(undo(bench).writes) == 2
    assert not (tmp_path / "n.py").exists()


def test_log_tells_the_state_of_each_write(bench):
    write(bench, "m.py", "x = 1\n")
    write(bench, "m.py", "x = 2\n")
    undo(bench)
    assert [e.state for e in log(bench).writes] == [EntryState.UNDONE, EntryState.WRITTEN]


def test_count_must_be_positive(bench):
    with pytest.raises(IpyprodError, match="0 is no number"):
        undo(bench, 0)


def test_forced_undo_keeps_what_was_there_in_the_journal(bench, tmp_path):
    (tmp_path / "m.py").write_text("old\n")
    write(bench, "m.py", "new\n")
    (tmp_path / "m.py").write_text("mine\n")
    undo(bench, force=True)
    assert (tmp_path / "m.py").read_text() == "old\n"
    kept = [p.read_text() for p in (tmp_path / ".ipyprod").glob("*.json")]
    assert any("bWluZQo=" in text for text in kept)  # "mine\n"


@settings(max_examples=20, deadline=None)
@given(st.lists(st.binary(max_size=30), min_size=1, max_size=4))
def test_undo_restores_every_state_byte_for_byte(tmp_path_factory, contents):
    folder = tmp_path_factory.mktemp("undo")
    bench = Workbench(session=Session(cells=()), namespace={}, transform=str, folder=str(folder))
    path, states = folder / "m.txt", []
    for content in contents:
        before = path.read_bytes() if path.exists() else None
        write(bench, "m.txt", content.decode("latin-1"))
        if not path.exists() or path.read_bytes() != before:
            states.append(before)
    for state in reversed(states):
        undo(bench)
        assert (path.read_bytes() if path.exists() else None) == state


@pytest.mark.parametrize("call", ["replace", "fsync", "unlink", "open"])
@pytest.mark.parametrize("error", [OSError(28, "No space left"), KeyboardInterrupt()])
def test_undo_of_several_files_is_all_or_nothing(bench, tmp_path, monkeypatch, call, error):
    operation = new_operation()
    (tmp_path / "m.py").write_text("old\n")
    write(bench, "m.py", "x = 1\n", operation)
    write(bench, "sub/n.py", "x = 2\n", operation)
    written = {"m.py": "x = 1\n", "sub/n.py": "x = 2\n"}
    real, outcomes = getattr(os, call), set()
    for fail_at in range(1, 60):
        count = iter(range(1, 1000))

        def fail(*args, count=count, fail_at=fail_at, **kwargs):
            if next(count) == fail_at:
                raise error
            return real(*args, **kwargs)

        monkeypatch.setattr(os, call, fail)
        try:
            undo(bench)
            outcome = "undone"
        except ModuleFileError:
            outcome = "failed"
        except KeyboardInterrupt:
            outcome = "interrupted"  # before or after, never in between
        monkeypatch.undo()
        now = {name: (tmp_path / name).read_text() for name in written if (tmp_path / name).exists()}
        undone = {"m.py": "old\n"}
        expected = {"undone": [undone], "failed": [written], "interrupted": [undone, written]}
        assert now in expected[outcome]
        outcomes.add(outcome)
        if now == undone:
            break
    assert len(outcomes) > 1 or call == "unlink"
