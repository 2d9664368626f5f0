import pytest

pytest.importorskip("IPython")

from IPython.core.completer import CompletionContext, provisionalcompleter


def offers(console, line):
    with provisionalcompleter():
        return [one.text for one in console.shell.Completer.completions(line, len(line))]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("%promote f --fr", ["--from"]),
        ("%promote f --from al", ["alpha", "alphabet"]),
        ("%promote f --from alpha,be", ["beta"]),
        ("%promote f --given=be", ["beta"]),
        ("%promote ma", ["make"]),
        ("%promote f 1", ["1"]),
        ("%promote f --to mod", ["module.py"]),
        ("%promote f --to pkg/i", ["pkg/inner.py"]),
        ("%%promote f --dr", ["--dry-run"]),
        ("%session_to_module --sc", ["--script"]),
        ("%ipyprod w", ["why"]),
        ("%ipyprod why be", ["beta"]),
    ],
)
def test_what_fits_is_offered_and_nothing_else(console, tmp_path, line, expected):
    (tmp_path / "module.py").write_text("")
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "inner.py").write_text("")
    console.run("alpha = alphabet = beta = 1\ndef make(): pass")

    assert offers(console, line) == expected


def test_cells_are_offered_with_a_preview(console):
    console.run("x = 1\ny = 2")
    matcher = console.shell.Completer.custom_matchers[-1]
    line = "%promote f "
    context = CompletionContext(
        token="", full_text=line, cursor_position=len(line), cursor_line=0, limit=None
    )
    found = matcher(context)["completions"]

    assert [(one.text, one.type) for one in found] == [("1", "x = 1...")]


def test_other_lines_are_left_alone(console):
    console.run("promoted = 1")

    assert "promoted" in offers(console, "promo")
