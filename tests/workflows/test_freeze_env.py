import pytest

from ipyprod.environment.requirements import DriftKind
from ipyprod.errors import EnvironmentFileError
from ipyprod.session.cell import Cell, ImportedModule, Observation, Outcome, Session
from ipyprod.workflows.freeze_env import freeze_env
from ipyprod.workflows.workbench import Workbench


@pytest.fixture
def workbench(tmp_path):
    def make(*texts, modules=()):
        cells = [
            Cell(event=i, number=i + 1, text=t, python=t + "\n", outcome=Outcome.OK)
            for i, t in enumerate(texts)
        ]
        if modules:
            last = cells[-1]
            cells[-1] = Cell(
                event=last.event,
                number=last.number,
                text=last.text,
                python=last.python,
                outcome=Outcome.OK,
                observation=Observation(modules=modules),
            )
        return Workbench(
            session=Session(cells=tuple(cells)),
            namespace={},
            transform=lambda text: text,
            folder=str(tmp_path),
        )

    return make


def direct(snapshot):
    return {r.name: r.reasons for r in snapshot.requirements if r.is_direct}


def test_imports_of_the_session_are_pinned_with_their_cells(workbench):
    snapshot = freeze_env(
        workbench("import numpy as np, os", "def f():\n    import yaml\nimport numpy")
    )
    assert direct(snapshot).keys() == {"numpy", "PyYAML"}
    assert direct(snapshot)["numpy"] == ("imported in In [1]", "imported in In [2]")


def test_file_is_written_and_a_second_run_changes_nothing(workbench, tmp_path):
    bench = workbench("import numpy")
    assert freeze_env(bench).was_written
    text = (tmp_path / "requirements.txt").read_text()
    assert not freeze_env(bench).was_written
    assert (tmp_path / "requirements.txt").read_text() == text


def test_dry_run_writes_nothing(workbench, tmp_path):
    snapshot = freeze_env(workbench("import numpy"), dry_run=True)
    assert "numpy==" in snapshot.edit.diff
    assert list(tmp_path.iterdir()) == []


def test_write_can_be_taken_back(workbench, tmp_path):
    freeze_env(workbench("import numpy"))
    assert (tmp_path / ".ipyprod").is_dir()


def test_file_of_a_person_is_left_alone_without_force(workbench, tmp_path):
    file = tmp_path / "requirements.txt"
    file.write_text("six\n")
    bench = workbench("import numpy")
    assert "--force" in freeze_env(bench).refusal
    assert file.read_text() == "six\n"
    assert freeze_env(bench, force=True).was_written


def test_file_edited_since_is_left_alone_without_force(workbench, tmp_path):
    freeze_env(workbench("import numpy"))
    file = tmp_path / "requirements.txt"
    file.write_text(file.read_text() + "six==1\n")
    assert freeze_env(workbench("import yaml")).refusal


def test_own_file_is_replaced(workbench):
    freeze_env(workbench("import numpy"))
    assert freeze_env(workbench("import yaml")).was_written


def test_local_module_is_followed_and_not_listed(workbench, tmp_path):
    (tmp_path / "helpers.py").write_text("import yaml\nimport other\n")
    (tmp_path / "other.py").write_text("import helpers\n")
    snapshot = freeze_env(workbench("import helpers"), dry_run=True)
    assert direct(snapshot) == {"PyYAML": ("imported in helpers.py",)}


def test_local_module_that_does_not_parse_is_noted(workbench, tmp_path):
    (tmp_path / "helpers.py").write_text("import yaml\n(\n")
    assert "helpers.py" in freeze_env(workbench("import helpers"), dry_run=True).notes[0]


def test_module_is_frozen_instead_of_the_session(workbench, tmp_path):
    (tmp_path / "pipe.py").write_text("import yaml\n")
    snapshot = freeze_env(workbench("import numpy"), module="pipe.py", dry_run=True)
    assert direct(snapshot).keys() == {"PyYAML"}


def test_missing_module_file_is_one_clear_error(workbench):
    with pytest.raises(EnvironmentFileError, match=r"no file or folder pipe\.py"):
        freeze_env(workbench("x = 1"), module="pipe.py")


def test_what_a_library_loaded_at_run_time_is_listed(workbench):
    yaml = pytest.importorskip("yaml")
    modules = (ImportedModule(name="yaml", file=yaml.__file__),)
    snapshot = freeze_env(workbench("import numpy", "x = 1", modules=modules), dry_run=True)
    assert direct(snapshot)["PyYAML"] == ("loaded in In [2]",)


def test_what_a_library_loaded_is_listed_with_the_call_that_did(workbench):
    yaml = pytest.importorskip("yaml")
    modules = (ImportedModule(name="yaml", file=yaml.__file__),)
    cells = ["import numpy as np", "x = np.sum(np.zeros(3)) + len(np.ones(1))"]
    snapshot = freeze_env(workbench(*cells, modules=modules), dry_run=True)
    assert direct(snapshot)["PyYAML"] == ("loaded in In [2] by np.sum, np.zeros, ...",)


def test_what_an_import_alone_loads_is_not_listed(workbench):
    yaml = pytest.importorskip("yaml")
    modules = (ImportedModule(name="yaml", file=yaml.__file__),)
    snapshot = freeze_env(workbench("import numpy", modules=modules), dry_run=True)
    assert direct(snapshot).keys() == {"numpy"}


def test_console_itself_is_never_listed_for_a_session(workbench):
    snapshot = freeze_env(workbench("from IPython.display import display"), dry_run=True)
    assert snapshot.requirements == ()


def test_module_that_is_not_installed_is_flagged(workbench):
    snapshot = freeze_env(workbench("import no_such_module_at_all"), dry_run=True)
    assert "not installed here" in snapshot.text
    assert not snapshot.requirements[0].is_written


def test_check_reports_drift_and_writes_nothing(workbench, tmp_path):
    file = tmp_path / "requirements.txt"
    file.write_text("numpy==0.1\n")
    snapshot = freeze_env(workbench("import numpy"), check=True)
    assert [d.kind for d in snapshot.drift] == [DriftKind.OTHER_VERSION]
    assert file.read_text() == "numpy==0.1\n"


def test_check_of_a_fresh_file_finds_no_drift(workbench):
    bench = workbench("import numpy, pandas, sklearn")
    freeze_env(bench)
    assert freeze_env(bench, check=True).drift == ()


def test_check_without_a_file_is_an_error(workbench):
    with pytest.raises(EnvironmentFileError, match="to check"):
        freeze_env(workbench("x = 1"), check=True)
