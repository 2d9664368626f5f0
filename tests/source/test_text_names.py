"""Names that are written in texts."""

import ast

import pytest

from ipyprod.source.text_names import names_in_sql
from ipyprod.source.timed_text import with_timed_names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("select a from df", ["df"]),
        ("SELECT a FROM df AS d JOIN other USING (k)", ["df", "other"]),
        ("select * from a x, b as y, c where d", ["a", "b", "c"]),
        ("select * from (select v from t) s", ["t"]),
        ("insert into t select 1", ["t"]),
        ("from_df", []),
    ],
)
def test_query_names_the_frames_that_it_selects_from(text, names):
    assert list(names_in_sql(ast.Constant(value=text))) == names


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("'f(x)'", '{"f": f, "x": x}'),
        ("'f(n)', setup='n = len(k)'", '{"f": f, "k": k}'),
        ("'f(n)', 'from m import n'", '{"f": f}'),
        ("'eval(t)'", "globals()"),
        ("text", "globals()"),
        ("f", "globals()"),
        ("'[i for i in xs]'", "globals()"),
    ],
)
def test_timed_text_is_given_the_variables_that_it_uses(code, names):
    text = f"t = timeit.timeit({code}, globals=globals())"
    written = with_timed_names(text, lambda _: True)
    assert written == text.replace("globals()", names)
