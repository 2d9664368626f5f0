import ast

import pytest

from ipyprod.promotion.fresh_values import is_fresh
from ipyprod.session.cell import TypeNote

INT = TypeNote(module="builtins", qualname="int")
LIST = TypeNote(module="builtins", qualname="list", arguments=(INT,))
NESTED = TypeNote(module="builtins", qualname="list", arguments=(LIST,))
FRAME = TypeNote(module="pandas", qualname="DataFrame")
ARRAY = TypeNote(module="numpy", qualname="ndarray", dtype="float64")
OBJECTS = TypeNote(module="numpy", qualname="ndarray", dtype="object")


@pytest.mark.parametrize(
    ("code", "note", "verdict"),
    [
        ("a.copy()", FRAME, True),
        ("a.copy(deep=False)", FRAME, False),
        ("a[a.x > 0]", FRAME, True),
        ("a[(a.x > 0) & (a.y < 1)]", FRAME, True),
        ("a[['x', 'y']]", FRAME, True),
        ("a.loc[a.x > 0, ['y']]", FRAME, True),
        ("a.iloc[:3]", FRAME, False),
        ("a['x']", FRAME, False),
        ("a[mask]", FRAME, False),
        ("a.dropna()", FRAME, True),
        ("a.rename(columns=f, copy=False)", FRAME, False),
        ("a.pipe(f)", FRAME, False),
        ("a.T", ARRAY, False),
        ("a[:2]", ARRAY, False),
        ("a[a > 0]", ARRAY, True),
        ("a + 1", ARRAY, True),
        ("a.reshape(2, -1)", ARRAY, False),
        ("np.asarray(a)", ARRAY, False),
        ("a.copy()", OBJECTS, False),
        ("copy.deepcopy(a)", OBJECTS, True),
        ("list(a)", LIST, True),
        ("sorted(a)", LIST, True),
        ("[x for x in a]", LIST, True),
        ("list(a)", NESTED, False),
        ("a", LIST, False),
        ("f(a)", LIST, False),
        ("max(a)", INT, True),
        ("list(a)", TypeNote(module="builtins", qualname="list", arguments=(ARRAY,)), False),
        ("f(a)", None, False),
    ],
)
def test_only_what_is_certainly_new_is_fresh(code, note, verdict):
    assert is_fresh(ast.parse(code, mode="eval").body, note) is verdict
