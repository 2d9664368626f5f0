import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager

from ipyprod.session.cell import Cell, Outcome, PromotedName, Session
from ipyprod.source.parsing import parse_session
from ipyprod.source.statements import Finish, OmissionKind, StatementKind


def test_statements_are_numbered_within_their_cell(parse):
    statements = parse("a = 1; b = 2\nc = 3", "d = 4").statements
    assert [(s.event, s.index, s.cell_number, s.text) for s in statements] == [
        (0, 0, 1, "a = 1"),
        (0, 1, 1, "b = 2"),
        (0, 2, 1, "c = 3"),
        (1, 0, 2, "d = 4"),
    ]


def test_lines_count_in_the_text_as_typed(parse):
    statements = parse("\n\nx = 1\n%time y = \\\n  2\nz = [\n  3,\n]").statements
    assert [(s.line, s.end_line) for s in statements] == [(3, 3), (4, 5), (6, 8)]


def test_lines_below_a_cell_magic_are_those_of_the_cell(parse):
    statements = parse("%%time\n\nx = 1\n%time y = 2\n").statements
    assert [(s.line, s.text) for s in statements] == [(3, "x = 1"), (4, "y = 2")]


def test_lines_below_two_cell_magics_are_those_of_the_cell(parse):
    statements = parse("%%capture\n%%time\nx = 1\ny = 2").statements
    assert [s.line for s in statements] == [3, 4]


def test_decorators_belong_to_the_definition(parse):
    (statement,) = parse("@cache\n@other(1)\ndef f():\n    return 1").statements
    assert statement.text.startswith("@cache\n")
    assert statement.line == 1


def test_text_is_kept_byte_for_byte(texts):
    text = "x = {  'é': f( 1,2 ),\n   }  #ünd"
    assert texts(text) == [text]


def test_comment_block_above_a_statement_belongs_to_it(parse):
    _, second = parse("a = 1\n\n# why\n# because\nb = 2").statements
    assert second.comments == "# why\n# because\n"


def test_comment_at_the_top_of_a_cell_belongs_to_the_first_statement(parse):
    (statement,) = parse("# In[3]:\n# Load\n\nx = 1").statements
    assert statement.comments == "# Load\n"


def test_cell_marker_with_a_title_keeps_the_title(parse):
    (statement,) = parse("# %% [markdown] Clean\nx = 1").statements
    assert statement.comments == "# Clean\n"


@pytest.mark.parametrize("line", ["# %%", "# In[ ]:", "# coding: utf-8", "#!/usr/bin/env python"])
def test_markers_and_headers_are_no_comments(parse, line):
    (statement,) = parse(f"{line}\nx = 1").statements
    assert statement.comments == ""


def test_trailing_comment_stays_and_semicolon_goes(texts):
    assert texts("x;  # look", "y = 2;") == ["x  # look", "y = 2"]


def test_comment_that_ends_a_block_stays_in_the_block(parse):
    first, second = parse("for i in x:\n    f(i)\n    # done\n# next\ny = 1").statements
    assert first.text.endswith("\n    # done")
    assert second.comments == "# next\n"


def test_hash_in_a_string_is_no_comment(texts):
    assert texts('x = """\n# no\n"""\ny = "#"') == ['x = """\n# no\n"""', 'y = "#"']


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("import os", StatementKind.IMPORT),
        ("async def f(): pass", StatementKind.FUNCTION),
        ("class A: pass", StatementKind.CLASS),
        ("f(x)", StatementKind.EXPRESSION),
        ("x = 1", StatementKind.OTHER),
    ],
)
def test_kind_is_the_outer_form(parse, text, kind):
    assert parse(text).statements[0].kind is kind


def test_failed_line_divides_done_raised_and_not_reached(parse, cell):
    parsed = parse(cell(1, "a = 1\nb = 1 / 0\nc = 3", outcome=Outcome.FAILED, failed_line=2))
    assert [s.finish for s in parsed.statements] == [Finish.DONE, Finish.RAISED]
    assert [(o.text, o.kind) for o in parsed.omissions] == [("c = 3", OmissionKind.NOT_REACHED)]


def test_interrupted_cell_is_divided_as_a_failed_one(parse, cell):
    parsed = parse(cell(1, "a = 1\nf()\nc = 3", outcome=Outcome.INTERRUPTED, failed_line=2))
    assert [s.finish for s in parsed.statements] == [Finish.DONE, Finish.RAISED]


def test_failed_cell_without_a_line_is_unknown_throughout(parse, cell):
    parsed = parse(cell(1, "a = 1\nb = f()", outcome=Outcome.FAILED))
    assert {s.finish for s in parsed.statements} == {Finish.UNKNOWN}


def test_statements_that_share_the_failed_line_are_unknown(parse, cell):
    parsed = parse(cell(1, "a = 1; b = f()\nc = 2", outcome=Outcome.FAILED, failed_line=1))
    assert [s.finish for s in parsed.statements] == [Finish.UNKNOWN, Finish.UNKNOWN]


def test_body_of_a_failed_cell_magic_is_unknown_where_only_the_magic_is_named(parse, cell):
    parsed = parse(cell(1, "%%time\na = 1\nf()", outcome=Outcome.FAILED, failed_line=1))
    assert {s.finish for s in parsed.statements} == {Finish.UNKNOWN}


def test_imports_for_a_failed_shell_line_do_not_hide_which_line_failed(parse, cell):
    parsed = parse(cell(1, "%cd nowhere\na = 1", outcome=Outcome.FAILED, failed_line=1))
    assert [s.finish for s in parsed.statements if not s.made_names] == [Finish.RAISED]


def test_code_that_never_parsed_is_a_syntax_error(omitted):
    assert omitted("x = (") == [OmissionKind.SYNTAX_ERROR]


def test_return_at_top_level_ends_the_cell_there(parse, cell):
    parsed = parse(cell(1, "a = 1\nreturn a\nb = 2", outcome=Outcome.FAILED, failed_line=2))
    assert [s.text for s in parsed.statements] == ["a = 1"]
    assert [o.kind for o in parsed.omissions] == [
        OmissionKind.OUTSIDE_FUNCTION,
        OmissionKind.NOT_REACHED,
    ]


def test_await_at_top_level_is_code(texts):
    assert texts("x = await f()") == ["x = await f()"]


def test_empty_cell_is_nothing(parse):
    parsed = parse("", "   \n", "# only a comment")
    assert parsed.statements == parsed.omissions == ()


def test_promotion_imports_the_name_at_its_cell(parse):
    promoted = PromotedName(name="clean", module_path="/p/steps.py", event=1)
    parsed = parse("def clean(x): return x", "%promote clean --to steps.py", promotions=(promoted,))
    last = parsed.statements[-1]
    assert (last.text, last.event) == ("from steps import clean", 1)
    assert last.kind is StatementKind.IMPORT


def test_old_warnings_of_the_compiler_are_not_repeated(texts, recwarn):
    assert texts("x = '\\d'\ny = x is 1") == ["x = '\\d'", "y = x is 1"]
    assert not recwarn.list


_LINES = st.sampled_from(
    [
        "x = 1",
        "y = x; z = 'é;#'",
        "# note",
        "",
        "f(x)  # look",
        "for i in range(3):\n    x += i\n    # in\n",
        "if x:\n\tpass\nelse:\n\ty = '''a\n# b\n'''",
        "@d\nclass A:\n    b = 1",
        "with a as b: pass;",
        "x = (1,\n     2)",
        "x = 1 + \\\n    2",
        "async def f():\n    await g()",
        "lambda: _x",
        "t = f'{x!r:>{y}}'",
        "match x:\n    case {'a': b, **c}: pass",
    ]
)


@settings(deadline=None, max_examples=150)
@given(st.lists(_LINES, max_size=6))
def test_statements_of_plain_python_parse_to_the_same_tree(lines):
    text = "\n".join(lines)
    transform = TransformerManager().transform_cell
    cell = Cell(event=0, number=1, text=text, python=transform(text), outcome=Outcome.OK)
    parsed = parse_session(Session(cells=(cell,)), transform=transform)
    joined = "\n".join(s.comments + s.text for s in parsed.statements)
    assert ast.dump(ast.parse(joined)) == ast.dump(ast.parse(text))
    assert not parsed.omissions
    typed = text.split("\n")
    for s in parsed.statements:
        assert s.text.split("\n")[0] in typed[s.line - 1]
        assert ast.dump(s.node) == ast.dump(ast.parse(s.text).body[0])


def test_main_block_is_taken_apart_because_it_ran(parse):
    statements = parse(
        'x = 1\nif __name__ == "__main__":\n    # go\n    y = 2\n\n    f(y)  # end'
    ).statements
    assert [(s.line, s.comments, s.text) for s in statements] == [
        (1, "", "x = 1"),
        (4, "# go\n", "y = 2"),
        (6, "", "f(y)  # end"),
    ]


def test_main_block_on_one_line_is_taken_apart(texts):
    assert texts('if __name__ == "__main__": f()') == ["f()"]


def test_main_block_with_text_that_indentation_belongs_to_stays_a_block(texts):
    (text,) = texts('if __name__ == "__main__":\n    x = """\n    a"""')
    assert text == 'if True:\n    x = """\n    a"""'


def test_timed_code_that_was_not_seen_to_bind_may_have_failed(parse, cell):
    seen = {"is_complete": True}
    assert parse(cell(1, "%time x = f()", seen=seen)).statements[0].finish is Finish.UNKNOWN


def test_empty_lines_part_the_paragraphs_of_a_cell(parse):
    text = "\n\na = '''x\n\ny'''\nb = 1\n  \n# about c\nc = 2; d = 3\nif c:\n\n    d = 4\n\ne = 5"
    assert [s.paragraph for s in parse(text).statements] == [0, 0, 1, 1, 1, 2]
