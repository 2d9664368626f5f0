import pytest

from ipyprod.effects.formatting import format_source

LONG = "x = call(argument_number_one, argument_number_two)\n"


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("pyproject.toml", "[tool.black]\nline-length = 30\n"),
        ("pyproject.toml", "[tool.ruff]\nline-length = 30\n"),
        ("ruff.toml", "line-length = 30\n"),
    ],
)
def test_line_length_of_the_project_is_used(tmp_path, name, settings):
    (tmp_path / name).write_text(settings)
    path = str(tmp_path / "pkg" / "m.py")
    assert max(map(len, format_source(LONG, path=path).split("\n"))) <= 30
    assert format_source(LONG, path=str(tmp_path.parent / "m.py")) == LONG


def test_quotes_follow_the_project_and_the_file(tmp_path):
    path = str(tmp_path / "m.py")
    assert format_source("x = 'a'\n", path=path) == 'x = "a"\n'
    like = "a = 'b'\nc = ['d', 'e', 'f']\n"
    assert format_source("x = 'a'\n", path=path, like=like) == "x = 'a'\n"
    (tmp_path / "pyproject.toml").write_text("[tool.black]\nskip-string-normalization = true\n")
    assert format_source("x = 'a'\n", path=path) == "x = 'a'\n"


@pytest.mark.parametrize("broken", ["[tool.black\n", "[tool.black]\nline-length = 'wide'\n"])
def test_broken_settings_fall_back_to_the_defaults(tmp_path, broken):
    (tmp_path / "pyproject.toml").write_text(broken)
    assert format_source("x=1\n", path=str(tmp_path / "m.py")) == "x = 1\n"


def test_code_that_black_cannot_read_is_left_as_it_is(tmp_path):
    assert format_source("x = = 1\n", path=str(tmp_path / "m.py")) == "x = = 1\n"


def test_comma_follows_the_last_of_many_keyword_parameters(tmp_path):
    names = ", ".join(f"parameter_{n}: float = {n}" for n in range(4))
    text = format_source(f"def f(*, {names}) -> None:\n    pass\n", path=str(tmp_path / "m.py"))
    assert text.splitlines()[-3:] == ["    parameter_3: float = 3,", ") -> None:", "    pass"]
