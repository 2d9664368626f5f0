import pytest

from ipyprod.errors import IpyprodError
from ipyprod.ipython.settings import read_settings
from ipyprod.workflows.workbench import Settings


def project(folder, text):
    (folder / "pyproject.toml").write_text(text)
    return str(folder)


def test_without_any_setting_the_defaults_hold(tmp_path):
    folder = project(tmp_path, "[project]\nname = 'x'\n")

    assert read_settings({"module": None}, folder) == Settings()


def test_project_file_is_read_from_above_and_its_module_is_relative_to_it(tmp_path):
    project(tmp_path, "[tool.ipyprod]\nmodule = 'src/a.py'\ncheck-seconds = 5\n")
    inner = tmp_path / "notebooks"
    inner.mkdir()

    settings = read_settings({}, str(inner))
    assert settings == Settings(module=str(tmp_path / "src/a.py"), check_seconds=5.0)


def test_console_wins_over_the_project(tmp_path):
    folder = project(tmp_path, "[tool.ipyprod]\nmodule = 'a.py'\n")

    assert read_settings({"module": "b.py"}, folder).module == "b.py"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.ipyprod]\nmodul = 'a.py'\n", "has no setting 'modul'"),
        ("[tool.ipyprod]\ncheck_seconds = 'long'\n", "check_seconds cannot be 'long'"),
        ("[tool.ipyprod]\ndocstring_style = 'odd'\n", "docstring_style cannot be 'odd'"),
        ("[tool.ipyprod\n", "cannot be read"),
    ],
)
def test_wrong_setting_is_one_clear_line(tmp_path, text, message):
    with pytest.raises(IpyprodError, match=message) as caught:
        read_settings({}, project(tmp_path, text))
    assert "\n" not in str(caught.value)
