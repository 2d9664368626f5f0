import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from ipyprod.effects.audit import AuditLog
from ipyprod.session.cell import SideEffectKind


@pytest.fixture
def log(tmp_path):  # made first: its own making is no effect of the test
    log = AuditLog()
    log.start()
    yield log
    log.stop()


def seen(log):
    return [(effect.kind.name, effect.target) for effect in log.stop()]


def test_reads_and_writes_are_told_apart(log, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("1")
    path.read_text()

    assert seen(log) == [("FILE_WRITTEN", str(path)), ("FILE_READ", str(path))]


def test_appending_and_updating_are_writes(log, tmp_path):
    path = tmp_path / "a.txt"
    with path.open("a"):
        pass
    with path.open("r+"):
        pass

    assert seen(log) == [("FILE_WRITTEN", str(path)), ("FILE_READ", str(path))]


def test_file_held_open_is_written_when_it_grows(log, tmp_path):
    path = tmp_path / "a.txt"
    with path.open("w", buffering=1) as stream:
        stream.write("1\n")
        log.stop()
        log.start()
        stream.write("2\n")
        assert seen(log) == [("FILE_WRITTEN", str(path))]
        log.start()
        assert seen(log) == []


def test_folder_is_not_written_by_what_is_made_in_it(log, tmp_path):
    (tmp_path / "a").mkdir()
    log.stop()
    log.start()
    (tmp_path / "a" / "b.txt").write_text("1")

    assert seen(log) == [("FILE_WRITTEN", str(tmp_path / "a" / "b.txt"))]


def test_what_happens_to_a_file_between_cells_is_nobodys_deed(log, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("1")
    log.stop()
    path.write_text("22")
    log.start()

    assert seen(log) == []


def test_relative_path_is_real_as_it_was_then(log, tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("1")
    log.stop()
    monkeypatch.chdir(tmp_path)
    log.start()
    Path("a.txt").read_text()
    monkeypatch.chdir("/")

    assert seen(log) == [("FILE_READ", str(tmp_path / "a.txt"))]


def test_files_of_python_are_nobodys_data(log):
    Path(os.__file__).read_text()

    assert seen(log) == []


def test_database_file_is_read_and_written(log, tmp_path):
    connection = sqlite3.connect(tmp_path / "a.db")
    connection.close()
    sqlite3.connect(":memory:").close()

    kinds = [kind for kind, target in seen(log) if target.endswith("a.db")]
    assert kinds == ["FILE_READ", "FILE_WRITTEN"]


def test_program_is_seen_with_its_arguments(log):
    subprocess.run([sys.executable, "-c", "0"], check=True)

    assert ("SUBPROCESS", f"{sys.executable} -c 0") in seen(log)


def test_removed_and_renamed_files_count_as_written(log, tmp_path):
    path = tmp_path / "a.txt"
    path.touch()
    path.rename(tmp_path / "b.txt")
    (tmp_path / "b.txt").unlink()

    written = [target for kind, target in seen(log) if kind == "FILE_WRITTEN"]
    assert written == [str(tmp_path / "a.txt"), str(tmp_path / "b.txt")]


def test_connection_is_seen_by_its_address(log):
    import socket

    server = socket.create_server(("127.0.0.1", 0))
    port = server.getsockname()[1]
    socket.create_connection(("127.0.0.1", port)).close()
    server.close()

    assert seen(log) == [("NETWORK", f"127.0.0.1:{port}")]


def test_file_that_a_module_of_the_user_reads_as_it_is_loaded_counts(log, tmp_path, monkeypatch):
    (tmp_path / "limits.txt").write_text("3")
    (tmp_path / "module_that_reads.py").write_text(
        f"import pathlib\nV = pathlib.Path({str(tmp_path / 'limits.txt')!r}).read_text()"
    )
    monkeypatch.syspath_prepend(tmp_path)
    log.start()
    __import__("module_that_reads")

    assert seen(log) == [("FILE_READ", str(tmp_path / "limits.txt"))]


def test_nothing_is_seen_after_the_stop(log, tmp_path):
    log.stop()
    (tmp_path / "a.txt").write_text("1")

    assert seen(log) == []


def test_effects_without_end_are_cut_off(log, tmp_path):
    for number in range(1100):
        (tmp_path / f"{number}.txt").touch()

    assert len(seen(log)) <= 1000


def test_two_logs_hear_the_same(log, tmp_path):
    other = AuditLog()
    other.start()
    (tmp_path / "a.txt").write_text("1")

    assert [effect.kind for effect in other.stop()] == [SideEffectKind.FILE_WRITTEN]
    assert len(seen(log)) == 1
