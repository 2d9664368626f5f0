import ast

from ipyprod.promotion.docstring import summary_of, write_docstring
from ipyprod.promotion.plan import DocstringStyle, Parameter, PromotionPlan, ReturnValue
from ipyprod.session.cell import TypeNote
from ipyprod.source.names import analyze_statement
from ipyprod.source.statements import Statement, StatementKind

INT = TypeNote(module="builtins", qualname="int")
LIST = TypeNote(module="builtins", qualname="list", arguments=(INT,), length=3)


def plan(code="", **changes):
    body = tuple(
        Statement(
            event=0, index=place, cell_number=1, line=1, end_line=1, text=ast.unparse(node),
            node=node, kind=StatementKind.OTHER, names=analyze_statement(node),
        )
        for place, node in enumerate(ast.parse(code).body)
    )  # fmt: skip
    values = {
        "name": "make", "parameters": (), "body": body, "returns": (), "imports": (),
        "companions": (), "summary": "",
    }  # fmt: skip
    return PromotionPlan(**{**values, **changes})


def test_google_style_has_the_same_content():
    made = plan(
        "if k > 9:\n    raise ValueError(k)\nout = [k * x for x in xs]",
        parameters=(
            Parameter(name="xs", type=LIST),
            Parameter(name="k", type=INT, default="2", is_keyword_only=True, tried="1 to 2"),
        ),
        returns=(ReturnValue(name="out", type=LIST),),
        example=(">>> make([1, 2, 3])", "[2, 4, 6]"),
        style=DocstringStyle.GOOGLE,
    )
    assert write_docstring(made, {"xs": "list[int]", "k": "int", "out": "list[int]"}, "list[int]") == (
        "Compute `out` from `xs`.\n\n"
        "Args:\n"
        "    xs (list[int]): 3 items.\n"
        "    k (int): Values tried: 1 to 2.\n\n"
        "Returns:\n"
        "    list[int]: `out`, 3 items.\n\n"
        "Raises:\n"
        "    ValueError: If `k > 9`.\n\n"
        "Examples:\n"
        "    >>> make([1, 2, 3])\n"
        "    [2, 4, 6]"
    )


def test_parameter_of_which_nothing_is_known_is_told_by_its_use():
    made = plan("out = frame.query(f'a > {k}')", parameters=(Parameter(name="frame", type=None),))
    assert "    Used in `frame.query(f'a > {k}')`." in write_docstring(made, {}, "None")


def test_error_that_the_code_catches_itself_is_not_told():
    made = plan("try:\n    raise KeyError(1)\nexcept KeyError:\n    raise OSError")
    text = write_docstring(made, {}, "None")
    assert "OSError" in text
    assert "KeyError" not in text


def test_drawing_fitting_and_changing_have_their_own_words():
    axes = TypeNote(module="matplotlib.axes._axes", qualname="Axes")
    given = (Parameter(name="ax", type=axes), Parameter(name="xs", type=LIST))
    drawn = plan("ax.plot(xs)", parameters=given, returns=(ReturnValue(name="ax", type=axes),))
    assert summary_of(drawn) == "Draw `xs` on `ax`."
    model = ReturnValue(name="model", type=None)
    fitted = plan("model = M()\nmodel.fit(xs)", parameters=given[1:], returns=(model,))
    assert summary_of(fitted) == "Fit `model` to `xs`."
