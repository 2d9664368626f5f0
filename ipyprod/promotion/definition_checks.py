"""Input checks for a function of the session that is promoted as it is."""

import ast
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from ipyprod.promotion.input_checks import plan_checks
from ipyprod.promotion.plan import InputCheck, Parameter
from ipyprod.session.cell import TypeNote
from ipyprod.source.code_text import CodeText

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_LEAVING = (ast.Return, ast.Raise, ast.Yield, ast.YieldFrom)


def checks_of_definition(
    node: ast.FunctionDef | ast.AsyncFunctionDef, types: Mapping[str, TypeNote]
) -> tuple[InputCheck, ...]:
    """Return what a function needs of its parameters; `types` are those of its calls."""
    parameters = [Parameter(name=name, type=types.get(name)) for name in required_names(node)]
    return plan_checks(parameters, _certain_statements(node))


def required_names(node: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[str, ...]:
    """Return the parameters that have no default."""
    places = [*node.args.posonlyargs, *node.args.args]
    places = places[: len(places) - len(node.args.defaults)]
    keywords = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    return (*(a.arg for a in places), *(a.arg for a, default in keywords if default is None))


def common_types(calls: Iterable[Mapping[str, TypeNote]]) -> dict[str, TypeNote]:
    """Return the type that each argument had in all of the calls, with the columns of all."""
    found: dict[str, list[TypeNote]] = {}
    for call in calls:
        for name, note in call.items():
            found.setdefault(name, []).append(note)
    return {
        name: replace(
            notes[-1],
            columns=tuple(c for c in notes[-1].columns if all(c in n.columns for n in notes)),
        )
        for name, notes in found.items()
        if len({(note.module, note.qualname) for note in notes}) == 1
    }


def with_checks(text: str, lines: Sequence[str]) -> str:
    """Return the source of a function with `lines` ahead of what it does."""
    node = next(n for n in ast.parse(text).body if isinstance(n, _FUNCTIONS))
    has_docstring = ast.get_docstring(node) is not None and len(node.body) > 1
    first = node.body[1 if has_docstring else 0]
    code = CodeText(text)
    start = code.span(first)[0]
    margin = text[text.rfind("\n", 0, start) + 1 : start]
    if margin.strip():  # def f(x): return x
        margin = " " * 4
        text = f"{text[:start].rstrip()}\n{margin}{text[start:]}"
        start = text.index(margin, start - 1) + len(margin)
    at = text.rfind("\n", 0, start) + 1
    while text[:at].rstrip("\n").rpartition("\n")[2].strip().startswith("#"):
        at = text.rfind("\n", 0, at - 1) + 1  # the comment above the first statement is its own
    written = textwrap.indent("\n".join(lines), margin)
    return f"{text[:at]}{written}\n{text[at:]}"


def _certain_statements(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.stmt]:
    """Give the statements that run whenever the function does: down to the first that may leave."""
    for statement in node.body:
        yield statement
        if any(isinstance(inner, _LEAVING) for inner in ast.walk(statement)):
            return
