"""A class body in a function reads the variables of the function by names that it binds."""

import pytest

from ipyprod.promotion.class_scopes import with_outer_names

EITHER = '(locals()["n"] if "n" in locals() else (lambda: n)())'


@pytest.mark.parametrize(
    ("body", "written"),
    [
        ("n = n", "n = outer_n"),
        ("n: int = n", "n: int = outer_n"),
        ("n: n", "n: outer_n"),
        ("n: n = 3", "n: n = 3"),
        ("n += 1", "n = outer_n; n += 1"),
        ("n = [n for _ in n]", "n = [n for _ in outer_n]"),
        ("def n(self, v=n) -> n: return n", "def n(self, v=outer_n) -> outer_n: return n"),
        ("n = lambda v=n: n", "n = lambda v=outer_n: n"),
        ("n = 1\n    m = n", "n = 1\n    m = n"),
        ("m = n", "m = n"),
        ("import n\n    m = n", "import n\n    m = n"),
        ("if f: n = 1\n    m = n", f"if f: n = 1\n    m = {EITHER}"),
        ("n = 1\n    del n\n    m = n", f"n = 1\n    del n\n    m = {EITHER}"),
        ("m = (n := n + 1)", f"m = (n := {EITHER} + 1)"),
        ("global n\n    n = n", "global n\n    n = n"),
        ("class B:\n        n = n", "class B:\n        n = (lambda: n)()"),
        ("other = other", "other = other"),
    ],
)
def test_outer_value_is_read(body, written):
    made = with_outer_names(f"class A:\n    {body}", {"n"})
    head = "outer_n = n\n" if "outer_n" in written else ""
    assert made == f"{head}class A:\n    {written}"


def test_class_in_a_function_reads_the_value_of_the_moment_of_the_call():
    text = "def f():\n    class A:\n        n = n"
    assert with_outer_names(text, {"n"}) == text.replace("= n", "= (lambda: n)()")


def test_name_for_the_outer_value_is_free():
    text = "class A:\n    n = n"
    assert with_outer_names(text, {"n", "outer_n"}) == "outer_n_ = n\nclass A:\n    n = outer_n_"
