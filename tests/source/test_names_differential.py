"""The analysis of names compared with what Python does."""

import ast

from hypothesis import given, settings
from hypothesis import strategies as st

from ipyprod.source.names import analyze_statement

NAMES = st.sampled_from("abcd")


class Recorder(dict):
    """A namespace that notes which names are read before they are set, and which are set."""

    def __init__(self, *args):
        super().__init__(*args)
        self.read, self.written = set(), set()

    def __getitem__(self, name):
        if name not in self.written:
            self.read.add(name)
        return super().__getitem__(name)

    def __setitem__(self, name, value):
        self.written.add(name)
        super().__setitem__(name, value)

    def __delitem__(self, name):
        self.written.add(name)
        super().__delitem__(name)


def _expressions():
    leaf = st.one_of(NAMES, st.sampled_from(["1", "[1, 2]", "0"]))

    def grow(inner):
        pair = st.tuples(inner, inner)
        return st.one_of(
            pair.map(lambda p: f"[{p[0]}, {p[1]}]"),
            pair.map(lambda p: f"({p[0]} and {p[1]})"),
            st.tuples(inner, inner, inner).map(lambda p: f"({p[0]} if {p[1]} else {p[2]})"),
            st.tuples(NAMES, inner).map(lambda p: f"({p[0]} := {p[1]})"),
            st.tuples(inner, NAMES).map(lambda p: f"[{p[0]} for {p[1]} in [1, 2]]"),
            st.tuples(inner, NAMES, NAMES).map(lambda p: f"[{p[0]} for {p[1]} in [{p[2]}]]"),
            st.tuples(NAMES, inner).map(lambda p: f"(lambda {p[0]}: {p[1]})(1)"),
            st.tuples(NAMES, inner).map(lambda p: f"(lambda e, {p[0]}={p[1]}: {p[0]})(2)"),
            inner.map(lambda e: f"f'{{{e}!r:>{{4}}}}'"),
        )

    return st.recursive(leaf, grow, max_leaves=5)


def _indented(text):
    return "\n".join("    " + line for line in text.split("\n"))


def _statements():
    value = _expressions()
    simple = st.one_of(
        value,
        st.tuples(NAMES, value).map(lambda p: f"{p[0]} = {p[1]}"),
        st.tuples(NAMES, NAMES, value, value).map(lambda p: f"{p[0]}, {p[1]} = {p[2]}, {p[3]}"),
        st.tuples(NAMES, NAMES, value).map(lambda p: f"{p[0]} = {p[1]} = {p[2]}"),
        st.tuples(NAMES, value).map(lambda p: f"{p[0]}: int = {p[1]}"),
        NAMES.map(lambda n: f"del {n}"),
        st.just("import os as a"),
        st.just("pass"),
        st.just("raise ValueError"),
    )

    def grow(inner):
        body = st.lists(inner, min_size=1, max_size=2).map(lambda b: _indented("\n".join(b)))
        return st.one_of(
            st.tuples(value, body).map(lambda p: f"if {p[0]}:\n{p[1]}"),
            st.tuples(value, body, body).map(lambda p: f"if {p[0]}:\n{p[1]}\nelse:\n{p[2]}"),
            st.tuples(NAMES, body, body).map(
                lambda p: f"for {p[0]} in [1, 2]:\n{p[1]}\nelse:\n{p[2]}"
            ),
            st.tuples(NAMES, body, value).map(
                lambda p: f"for {p[0]} in [1, 2]:\n{p[1]}\n    if {p[2]}: break"
            ),
            st.tuples(body, NAMES, body).map(
                lambda p: f"try:\n{p[0]}\nexcept Exception as {p[1]}:\n{p[2]}"
            ),
            st.tuples(body, body, body, body).map(
                lambda p: f"try:\n{p[0]}\nexcept Exception:\n{p[1]}\nelse:\n{p[2]}\nfinally:\n{p[3]}"
            ),
            st.tuples(body, body).map(lambda p: f"try:\n{p[0]}\nfinally:\n{p[1]}"),
            body.map(lambda b: f"class K:\n{b}"),
            st.tuples(value, NAMES, body, body).map(
                lambda p: f"match {p[0]}:\n    case [{p[1]}, *_]:\n{_indented(p[2])}\n"
                f"    case _:\n{_indented(p[3])}"
            ),
            st.tuples(NAMES, body).map(
                lambda p: f"with __import__('contextlib').nullcontext(3) as {p[0]}:\n{p[1]}"
            ),
        )

    return st.recursive(simple, grow, max_leaves=6)


def _bound_past_the_recorder(node):
    """A walrus in a comprehension makes a name global: CPython then sets it in the dict itself."""
    inside = [c for c in ast.walk(node) if isinstance(c, ast.ListComp | ast.Lambda)]
    walrus = [w for c in inside for w in ast.walk(c) if isinstance(w, ast.NamedExpr)]
    return {w.target.id for w in walrus}


@settings(max_examples=400, deadline=None)
@given(_statements())
def test_analysis_agrees_with_what_python_does(text):
    try:
        (node,) = ast.parse(text).body
        code = compile(text, "<generated>", "exec")
    except SyntaxError:
        return
    names = analyze_statement(node)
    space = Recorder({"a": 1, "b": [2], "c": [], "d": 0, "__builtins__": __builtins__})
    before = set(space)
    try:
        exec(code, space)
        finished = True
    except Exception:
        finished = False
    after = set(space)
    ours = set("abcdK") - _bound_past_the_recorder(node)
    assert space.read & ours <= set(names.reads), "read"
    assert space.written & ours <= names.binds | names.may_bind | names.deletes, "written"
    if finished:
        assert names.binds & ours <= space.written & after, "bound for certain"
        assert not names.deletes & after, "deleted for certain"
        assert before - after <= names.deletes | names.may_bind, "gone"
