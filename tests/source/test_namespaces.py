"""Which variables code may reach by names that it makes as it runs."""

import ast

import pytest

from ipyprod.source.namespaces import may_name, reaches_namespace


@pytest.mark.parametrize(
    ("text", "reached", "others"),
    [
        ("exec(f'{name}_total = 0')", ("a_total", "_total"), ("total", "a_totals")),
        ("exec(f'v{i} = {i}')", ("v1", "vx"), ("w1", "i")),
        ("exec(code)", ("anything",), ()),
        ("exec('limit = 3', space)", (), ("other",)),
        ("globals()['run_' + kind]()", ("run_fast",), ("fast", "rerun_fast")),
        ("globals()[f'{kind}_{i}']", ("a_1",), ("a1",)),
        ("globals()[name]", ("anything",), ()),
        ("globals()[name] = 3", (), ("anything",)),
        ("'limit' in globals()", (), ("other",)),
        ("globals().get('run_' + kind)", ("run_fast",), ("fast",)),
        ("globals().update(limits)", (), ("anything",)),
        ("'{a}'.format(**globals())", (), ("b",)),
        ("form.format(**globals())", ("anything",), ()),
        ("len(globals())", ("anything",), ()),
        ("eval('limit')", (), ("other",)),
    ],
)
def test_names_that_stand_nowhere_are_found_by_what_is_known_of_them(text, reached, others):
    may_reach = may_name(ast.parse(text), is_number=lambda name: name == "i")
    assert all(map(may_reach, reached))
    assert not any(map(may_reach, others))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("exec(code)", True),
        ("exec(code, space)", False),
        ("def f(): return globals()['a']", True),
        ("def f(): return locals()", False),
        ("a = locals()", True),
        ("a = vars(thing)", False),
        ("a = dir()", True),
        ("df.eval('a + b')", False),
    ],
)
def test_code_that_works_on_the_variables_around_is_told_from_other_code(text, expected):
    assert reaches_namespace(ast.parse(text)) is expected
