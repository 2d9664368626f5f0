"""`%promote --validate`: what the code uses of its inputs is checked at the top."""

import numpy as np
import pandas as pd
import pytest

FRAME = pd.DataFrame({"city": ["a", "b", "a"], "qty": [1, 0, 3], "price": [1.0, 2.0, 3.0], "note": list("xyz")})
SETUP = (
    "import pandas as pd, numpy as np",
    """df = pd.DataFrame(
    {'city': ['a', 'b', 'a'], 'qty': [1, 0, 3], 'price': [1.0, 2.0, 3.0], 'note': list('xyz')}
)
xs = [3, 1, 2]
cfg = {'rate': 2, 'other': 1}
X = np.ones((3, 2))
name = 'ann'
count = 3""",
)


def make(console, tmp_path, code, parameter="df"):
    console.run(*SETUP, code)
    line = f"%promote made 3 --to made.py --validate --no-check --params {parameter}"
    assert console.run(line).error_in_exec is None
    space = {}
    exec((tmp_path / "made.py").read_text(), space)
    space["made"](console.shell.user_ns[parameter])
    return space["made"]


def columns_checked(console, tmp_path, code):
    """Give the columns without which the function refuses, tried one by one."""
    function = make(console, tmp_path, code)
    found = set()
    for name in FRAME.columns:
        try:
            function(FRAME.drop(columns=name))
        except ValueError as error:
            said = str(error)
        else:
            continue
        assert said == f"df lacks the columns ['{name}']"
        found.add(name)
    return found


@pytest.mark.parametrize(
    ("code", "columns"),
    [
        ("r = df['qty'].sum()", {"qty"}),
        ("r = df.qty.sum()", {"qty"}),
        ("r = df[['city', 'qty']].shape", {"city", "qty"}),
        ("c = df[df.qty > 0].copy()\nc['total'] = c.qty * c['price']\nr = c.groupby('city')['total'].sum()",
         {"city", "qty", "price"}),
        ("d = df.copy()\nd['qty'] = 1\nr = d['qty'].sum()", set()),
        ("r = df.loc[df['qty'] > 0, 'price'].sum()", {"qty", "price"}),
        ("r = df.sort_values('price').head(1).city.tolist()", {"price", "city"}),
        ("r = df.drop_duplicates(subset=['city']).shape", {"city"}),
        ("r = df.shape[0] + len(df.columns)", set()),
        ("r = df['qty'].sum() if 'qty' in df else 0", set()),
        ("r = 0\nif 'qty' in df:\n    r = df['qty'].sum()", set()),
        ("r = [df[c].sum() for c in ('qty', 'price') if c in df]", set()),
        ("r = 'qty' in df and df['qty'].sum() > 0", set()),
        ("try:\n    r = df['qty'].sum()\nexcept KeyError:\n    r = 0", set()),
        ("r = df.assign(z=1)['z'].sum()", set()),
        ("d = df.copy()\nd['qty'] += 1\nr = d.qty.sum()", {"qty"}),
        ("f = lambda: df['qty']\nr = len(df)", set()),
        ("d = pd.DataFrame({'qty': [1]})\nr = d['qty'].sum() + len(df)", set()),
    ],
)  # fmt: skip
def test_columns_that_are_used_whenever_it_runs_are_checked(console, tmp_path, code, columns):
    assert columns_checked(console, tmp_path, code) == columns


@pytest.mark.parametrize(
    ("code", "params", "bad", "expected"),
    [
        ("r = df['qty'].sum()", "df", {"qty": [1]}, "TypeError: df must be a DataFrame, not dict"),
        ("r = df['qty'].sum()", "df", FRAME["qty"], "TypeError: df must be a DataFrame, not Series"),
        ("r = xs[0]", "xs", [], "ValueError: xs is empty"),
        ("r = xs[2]", "xs", [1, 2], "ValueError: xs has fewer than 3 items"),
        ("r = xs[-1]", "xs", [], "ValueError: xs is empty"),
        ("r = max(xs)", "xs", [], "ValueError: xs is empty"),
        ("r = sum(xs) / len(xs)", "xs", [], "ValueError: xs is empty"),
        ("r = cfg['rate'] * 2", "cfg", {"other": 1}, "ValueError: cfg lacks the keys ['rate']"),
        ("r = cfg['rate'] * 2", "cfg", [1], "TypeError: cfg must be a mapping, not list"),
        ("r = X.max()", "X", np.ones(0), "ValueError: X is empty"),
        ("r = X.max()", "X", [[1.0]], "TypeError: X must be a ndarray, not list"),
        ("r = name.upper()", "name", 3, "TypeError: name must be a str, not int"),
        ("r = count * 2", "count", "3", "TypeError: count must be a number, not str"),
        ("r = df.iloc[0].tolist()", "df", FRAME.iloc[:0], "ValueError: df is empty"),
    ],
)  # fmt: skip
def test_wrong_input_is_a_clear_error(console, tmp_path, code, params, bad, expected):
    function = make(console, tmp_path, code, params)
    with pytest.raises((TypeError, ValueError)) as caught:
        function(bad)
    assert f"{type(caught.value).__name__}: {caught.value}" == expected


@pytest.mark.parametrize(
    ("code", "params", "good"),
    [
        ("r = count * 2", "count", np.int64(3)),
        ("r = sorted(xs)", "xs", ()),
        ("r = sum(xs)", "xs", iter([1])),
        ("r = f'{name}!'", "name", 3),
        ("r = cfg.get('rate')", "cfg", {}),
        ("r = df['qty'].sum()", "df", FRAME.iloc[:0]),
        ("r = [x for x in xs if xs[0]]", "xs", []),
    ],
)
def test_input_that_works_is_never_refused(console, tmp_path, code, params, good):
    make(console, tmp_path, code, params)(good)


def test_errors_stand_in_the_docstring(console, tmp_path):
    function = make(console, tmp_path, "r = df['qty'].sum()")
    assert "TypeError\n        An input is of another type." in function.__doc__


DEFINED = """def total(frame, n=3):
    \"\"\"Sum by city.\"\"\"
    # what is sold
    sold = frame[frame["qty"] > 0]
    if n:
        return sold.groupby("city")["price"].sum().head(n)
    return sold["note"]"""


def define(console, tmp_path, *cells, name="total"):
    console.run(*SETUP, *cells)
    assert console.run(f"%promote {name} --validate --to made.py").error_in_exec is None
    space = {}
    exec((tmp_path / "made.py").read_text(), space)
    return space[name]


@pytest.mark.parametrize("call", ["total(df)", "r = total(df, 2)", "r = total(frame=df)"])
def test_definition_checks_what_it_always_uses(console, tmp_path, call):
    function = define(console, tmp_path, DEFINED, call)

    assert len(function(FRAME)) == 1
    with pytest.raises(ValueError, match=r"frame lacks the columns \['qty'\]"):
        function(FRAME.drop(columns=["qty", "note"]))
    with pytest.raises(TypeError, match="frame must be a DataFrame, not list"):
        function([1])
    text = (tmp_path / "made.py").read_text()
    assert text.index("Sum by city") < text.index("isinstance") < text.index("# what is sold")


@pytest.mark.parametrize(
    ("definition", "call"),
    [
        ("def first(items): return items[0]", "first(xs)"),
        ("first = lambda items: items[0]", "first(xs)"),
        ("async def first(items):\n    return items[0]", "await first(xs)"),
        ("def first(items):\n\n    # one\n    # two\n    return items[0]", "first(xs)"),
        ("def first(items, /, *, more=1):\n    return items[0]", "first(xs)"),
    ],
)
def test_definition_of_any_form_gets_its_checks(console, tmp_path, definition, call):
    define(console, tmp_path, definition, call, name="first")
    text = (tmp_path / "made.py").read_text()

    assert 'raise ValueError("items is empty")' in text
    assert text.index("items is empty") < text.index("return items[0]")


def test_calls_with_other_types_are_not_checked_for_one(console, tmp_path):
    function = define(console, tmp_path, DEFINED, "total(df)", "total(df.assign(z=1))", "total(0) if 0 else 1")
    assert len(function(FRAME)) == 1
    console.run("def size(x):\n    return x.shape", "size(df)", "size(X)")
    assert console.run("%promote size --validate --to made.py").error_in_exec is None
    assert "isinstance(x" not in (tmp_path / "made.py").read_text()


@pytest.mark.parametrize(
    ("cell", "name", "said"),
    [
        ("def f(x):\n    return x['a']", "f", "no cell calls f by itself"),
        ("class A:\n    pass", "A", "A is a class: --validate checks the inputs of functions"),
    ],
)
def test_definition_whose_inputs_are_not_known_is_refused(console, tmp_path, cell, name, said):
    console.run(cell)
    result = console.run(f"%promote {name} --validate --to made.py")
    assert said in str(result.error_in_exec)
    assert not (tmp_path / "made.py").exists()
