"""Code of the prompt in a function whose variables are those of the module."""

import pytest

from ipyprod.promotion.shared_namespace import with_global_namespace


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("vars()['a'].append(2)", "globals()['a'].append(2)"),
        ("exec(code)", "exec(code, globals())"),
        ("exec((\n  'a = 1'\n),)", "exec('a = 1', globals())"),
        ("exec(eval(code))", "exec(eval(code, globals()), globals())"),
        ("exec(code, space)", "exec(code, space)"),
        ("b = [eval(t) for t in texts]", "b = [eval(t) for t in texts]"),
        ("def f(): return eval(text)", "def f(): return eval(text)"),
        ("size: int = eval(text)", "size = eval(text, globals())"),
        ("size: int", "pass"),
        ("thing.size: int = 3", "thing.size: int = 3"),
    ],
)
def test_what_works_on_the_variables_of_the_prompt_works_on_those_of_the_module(text, expected):
    assert with_global_namespace(text) == expected
