"""The errors that a function's own code raises, with the condition where it is plain."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from ipyprod.promotion.plan import ClassKind, PromotionPlan

_LONGEST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class RaisedError:
    """An error by name, and the test under which it is raised, "" where that is not plain."""

    name: str
    condition: str = ""
    reason: str = ""  # instead of a condition, a sentence


def raised_errors(plan: PromotionPlan) -> tuple[RaisedError, ...]:
    """Return what the checks and the statements of the body raise, in order, each name once."""
    found: dict[str, RaisedError] = {}
    if any(check.kind is not ClassKind.ANY for check in plan.checks):
        found["TypeError"] = RaisedError(name="TypeError", reason="An input is of another type.")
    if any(check.columns or check.keys or check.least for check in plan.checks):
        found["ValueError"] = RaisedError(name="ValueError", reason="An input lacks what is used.")
    for statement in plan.body:
        for error in _raised(statement.node, ""):
            found.setdefault(error.name, error)
    return tuple(found.values())


def _raised(node: ast.AST, condition: str) -> Iterator[RaisedError]:
    """Walk what runs: no inner functions, and nothing that an `except` of its own may catch."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        return
    if isinstance(node, ast.Raise):
        name = _error_name(node.exc)
        if name:
            yield RaisedError(name=name, condition=condition)
        return
    if isinstance(node, ast.If):
        test = ast.unparse(node.test)
        is_plain = len(test) <= _LONGEST and "\n" not in test and "`" not in test
        for part in node.body:
            yield from _raised(part, test if is_plain and not condition else "")
        for part in node.orelse:
            yield from _raised(part, "")
        return
    children = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.Try) and node.handlers:
        caught: list[ast.AST] = [part for handler in node.handlers for part in handler.body]
        children = [*caught, *node.orelse, *node.finalbody]
    is_block = isinstance(node, ast.For | ast.While | ast.With | ast.Try)
    for child in children:
        yield from _raised(child, "" if is_block else condition)


def _error_name(error: ast.expr | None) -> str:
    if isinstance(error, ast.Call):
        error = error.func
    return ast.unparse(error) if isinstance(error, ast.Name | ast.Attribute) else ""
