"""Design first: a stub, and how a promotion fills it in."""

import ast

import pytest

from ipyprod.errors import IpyprodError
from ipyprod.ipython.display import to_text
from ipyprod.workflows.stub import stub as write_stub


def stub(console, line):
    return console.run(f"%ipyprod stub {line} --to made.py").result


def test_stub_is_typed_from_the_session_and_raises(console, tmp_path):
    console.run("import pandas as pd", "df = pd.DataFrame({'a': [1]})")
    stub(console, '"clean(df, limit=3, name: str = \'x\') -> df"')
    text = (tmp_path / "made.py").read_text()
    assert 'def clean(df: pd.DataFrame, *, limit: int = 3, name: str = "x") -> pd.DataFrame:' in text
    assert ast.get_docstring(ast.parse(text).body[-1])
    space = {}
    exec(text, space)
    with pytest.raises(NotImplementedError):
        space["clean"](None)


@pytest.mark.parametrize(
    ("signature", "head"),
    [
        ("f()", "def f() -> None:"),
        ("f(x: list[int]) -> dict[str, float]", "def f(x: list[int]) -> dict[str, float]:"),
        ("f(a, b) -> a, b", "def f(a: Any, b: Any) -> tuple[Any, Any]:"),
        ("async def f(x: int) -> int", "async def f(x: int) -> int:"),
        ("f(a, *, k: int) -> None", "def f(a: Any, *, k: int) -> None:"),
        ("f(x: np.ndarray) -> np.ndarray", "def f(x: np.ndarray) -> np.ndarray:"),
        ("f(q = 1.5, x: int = -1)", "def f(*, q: float = 1.5, x: int = -1) -> None:"),
    ],
)
def test_signature_is_kept(console, tmp_path, signature, head):
    stub(console, f'"{signature}"')
    text = (tmp_path / "made.py").read_text()
    assert head in text
    compile(text, "made.py", "exec")


@pytest.mark.parametrize(
    "signature",
    ["f", "f(", "f(x))", "f(1)", "2f(x)", "f(x) -> -> y", "f(*a)", "f(**k)", "class(x)", "f(x: Foo)",
     "list(x)", "f(x)\n1/0", "f(x, x)", "lambda x: x"],
)  # fmt: skip
def test_bad_signature_is_one_line_and_writes_nothing(console, tmp_path, signature):
    with pytest.raises(IpyprodError) as caught:
        write_stub(console.shell._ipyprod_extension.console.workbench(), signature, to="made.py")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "made.py").exists()


def test_signature_needs_no_quotes_where_it_has_none(console, tmp_path):
    stub(console, "clean(x, limit=3) -> x")
    assert "limit: int = 3" in (tmp_path / "made.py").read_text()


def test_status_lists_the_stubs_that_are_still_empty(console):
    stub(console, '"later(x) -> y"')
    assert "later (made.py, line" in to_text(console.run("%ipyprod").result)
    console.run("x = 1", "y = x + 1", "%promote later 4 --to made.py --params x --no-check")
    assert "later (made.py" not in to_text(console.run("%ipyprod").result)


def test_promotion_fills_the_stub_in_and_names_each_departure(console, tmp_path):
    stub(console, '"price(amount: int, rate=0.2, *, unit: str) -> total" --doc "What it costs."')
    console.run("amount = 3", "rate = 0.25", "extra = [1]", "total = (amount + extra[0]) * rate")
    result = console.run("%promote price 5 --to made.py --params amount,extra --no-check").result
    assert set(result.notes) == {
        "departs from the design: it does not take unit, which the design has",
        "departs from the design: it takes extra, which the design does not have",
        "departs from the design: rate is 0.25 by default; the design says: is 0.2 by default",
        "departs from the design: it returns float; the design says Any",
    }
    text = (tmp_path / "made.py").read_text()
    assert "NotImplementedError" not in text
    assert '"""What it costs.' in text


def test_promotion_that_keeps_to_the_design_names_nothing(console):
    console.run("x = 2", "y = x * 1.5")
    stub(console, '"grow(x) -> y"')
    result = console.run("%promote grow 2 --to made.py --params x --no-check").result
    assert result.notes == ()


def test_purpose_written_into_the_stub_by_hand_is_kept(console, tmp_path):
    console.run("x = 2", "y = x * 1.5")
    stub(console, '"grow(x) -> y"')
    path = tmp_path / "made.py"
    path.write_text(path.read_text().replace('"""Return `y`.', '"""Let it grow.'))
    console.run("%promote grow 2 --to made.py --params x --no-check")
    text = path.read_text()
    assert '"""Let it grow.' in text
    assert "y = x * 1.5" in text


def test_function_that_is_there_is_never_made_a_stub_again(console, tmp_path):
    (tmp_path / "made.py").write_text("def grow(x):\n    return x\n")
    result = console.run('%ipyprod stub "grow(x) -> y" --to made.py')
    assert "was not written by ipyprod" in str(result.error_in_exec)
    assert (tmp_path / "made.py").read_text() == "def grow(x):\n    return x\n"


def test_dry_run_and_undo(console, tmp_path):
    console.run('%ipyprod stub "grow(x) -> y" --to made.py -n')
    assert not (tmp_path / "made.py").exists()
    stub(console, '"grow(x) -> y"')
    console.run("%ipyprod undo")
    assert not (tmp_path / "made.py").exists()
