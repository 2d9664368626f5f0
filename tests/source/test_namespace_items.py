"""Variables reached through `globals()` are the variables that they name."""

import pytest

from ipyprod.source.namespace_items import with_plain_names


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ('globals()["a"] = 1', "a = 1"),
        ("x = vars()['a'] + locals()['b']", "x = a + b"),
        ('globals()["a"] += f(globals()["b"])', "a += f(b)"),
        ('del globals()["a"]', "del a"),
        ('if x:\n    globals()["é"] = 1', "if x:\n    é = 1"),
        ('def f():\n    globals()["a"] = 1', "def f():\n    global a\n    a = 1"),
        ('def f(): globals()["a"] = 1', "def f(): global a; a = 1"),
        (
            'def f():\n    """Set it."""\n    globals()["b"] = globals()["a"] = 1',
            'def f():\n    """Set it."""\n    global a, b\n    b = a = 1',
        ),
        ('def f():\n    return globals()["a"]', "def f():\n    return a"),
        (
            'class A:\n    def f(self):\n        globals()["a"] = self',
            "class A:\n    def f(self):\n        global a\n        a = self",
        ),
        (
            'def f():\n    def g():\n        globals()["a"] = 1\n    g()',
            "def f():\n    def g():\n        global a\n        a = 1\n    g()",
        ),
        ('[globals()["a"] for b in c]', "[a for b in c]"),
    ],
)
def test_item_is_the_variable(text, written):
    assert with_plain_names(text) == written


@pytest.mark.parametrize(
    "text",
    [
        "globals()[name] = 1",
        'globals()["a b"] = 1',
        'globals()["class"] = 1',
        'globals()["__name__"]',
        'def f():\n    locals()["a"] = 1',
        'def f(a):\n    globals()["a"] = a',
        'def f():\n    a = 2\n    globals()["a"] = a',
        '[globals()["a"] for a in b]',
        '(lambda a: globals()["a"])(1)',
        'class A:\n    globals()["a"] = 1',
        "globals()",
        "vars(x)['a'] = 1",
    ],
)
def test_what_may_mean_something_else_stays(text):
    assert with_plain_names(text) == text


@pytest.mark.parametrize(
    "text",
    [
        'globals()["a"] = 1\ndef f(n):\n    if n:\n        globals()["a"] = n\n    else:\n        del globals()["a"]\nf(4)\nb = globals()["a"]',
        'def f():\n    async def g():\n        globals()["a"] = 1\n    g().send',
    ],
)
def test_code_does_the_same(text):
    spaces = [{}, {}]
    exec(text, spaces[0])
    exec(with_plain_names(text), spaces[1])
    plain = [{n: v for n, v in s.items() if isinstance(v, int)} for s in spaces]
    assert plain[0] == plain[1]
