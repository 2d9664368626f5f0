"""Definitions inside a function that show themselves as at module level."""

import ast
import textwrap

import pytest

from ipyprod.promotion.qualified_names import shown_by_qualname, with_qualified_names
from ipyprod.session.cell import TypeNote
from ipyprod.source.names import analyze_statement
from ipyprod.source.statements import Statement, statement_kind

INT = TypeNote(module="builtins", qualname="int")
POINT = "@dataclass\nclass P:\n    x: int"


def read(*texts):
    nodes = [ast.parse(text).body[0] for text in texts]
    return [
        Statement(
            event=i, index=0, cell_number=i + 1, line=1, end_line=1, text=text, node=node,
            kind=statement_kind(node), names=analyze_statement(node),
        )
        for i, (text, node) in enumerate(zip(texts, nodes, strict=True))
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("class P:\n    x = 1", "class P:\n    __qualname__ = 'P'\n    x = 1"),
        ("class P:\n    'Doc.'\n    x = 1", "class P:\n    'Doc.'\n    __qualname__ = 'P'\n    x = 1"),
        ("class P:\n    'Doc.'", "class P:\n    'Doc.'\n    __qualname__ = 'P'"),
        ("class P: 'Doc.'", "class P:\n    'Doc.'\n    __qualname__ = 'P'"),
        ("class P: 'Doc.'; x = 1", "class P:\n    'Doc.'\n    __qualname__ = 'P'\n    x = 1"),
        ("class P: x = 1; y = 2", "class P:\n    __qualname__ = 'P'\n    x = 1\n    y = 2"),
        ("class P: pass", "class P:\n    __qualname__ = 'P'"),
        ("class P(Q):\n    pass", "class P(Q):\n    __qualname__ = 'P'"),
        ("class P:\n    @property\n    def x(self): return 1",
         "class P:\n    __qualname__ = 'P'\n    @property\n    def x(self): return 1"),
        ("if n:\n    class P: pass", "if n:\n    class P:\n        __qualname__ = 'P'"),
        ("class P:\n    __qualname__ = 'Q'", "class P:\n    __qualname__ = 'Q'"),
        ("class Q:\n    class P: pass", "class Q:\n    class P: pass"),
        ("def P(): return 1  # one", "def P(): return 1\nP.__qualname__ = 'P'"),
        ("if n:\n    def P(): return 1", "if n:\n    def P(): return 1\n    P.__qualname__ = 'P'"),
        ("@wrapped\ndef P(): return 1", "@wrapped\ndef P(): return 1"),
    ],
)  # fmt: skip
def test_definition_has_the_name_of_one_at_module_level(text, expected):
    written = with_qualified_names(text, {"P"})
    assert ast.unparse(ast.parse(written)) == ast.unparse(ast.parse(expected))


def test_comment_above_the_first_field_stays_with_it():
    text = with_qualified_names("class P:\n    # how many\n    # there are\n    n: int", {"P"})
    assert text == textwrap.dedent("""\
        class P:
            __qualname__ = "P"  # as at module level
            # how many
            # there are
            n: int""")


@pytest.mark.parametrize(
    "texts",
    [
        [POINT, "p = P(1)", "text = f'{p}'"],
        [POINT, "p = P(1)", "text = '%s' % p"],
        [POINT, "p = P(1)", "text = repr(p)"],
        ["class P: x = 1", "text = P.__qualname__"],
    ],
)
def test_name_that_becomes_text_is_shown(texts):
    assert shown_by_qualname(read(*texts), [INT]) == {"P"}


def test_name_of_what_is_given_back_is_shown():
    point = TypeNote(module="__main__", qualname="P", is_session_type=True)
    statements = read(POINT, "class Q(P): pass", "class R: pass", "out = P(1)")
    assert shown_by_qualname(statements, [point]) == {"P", "Q"}


@pytest.mark.parametrize(
    "definition",
    [
        "class P: x = 1",
        "@dataclass(repr=False)\nclass P:\n    x: int",
        "@dataclass\nclass P:\n    x: int\n    def __repr__(self): return 'p'",
        "def P(x): return x",
    ],
)
def test_name_that_no_repr_tells_is_not_shown(definition):
    assert shown_by_qualname(read(definition, "print(P(1))"), [None]) == frozenset()


def test_name_is_not_shown_where_only_numbers_come_out():
    assert shown_by_qualname(read(POINT, "out = P(1).x"), [INT]) == frozenset()
