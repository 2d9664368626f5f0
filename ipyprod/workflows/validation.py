"""`--validate` for a function of the session: what its calls gave it tells what it needs."""

import ast
from dataclasses import replace

from ipyprod.errors import SelectionError
from ipyprod.lineage.graph import LineageGraph
from ipyprod.promotion.definition_checks import checks_of_definition, common_types
from ipyprod.promotion.literals import literal_type
from ipyprod.promotion.plan import PromotionPlan
from ipyprod.promotion.seen_types import type_before
from ipyprod.session.cell import TypeNote
from ipyprod.workflows.regression_calls import SessionCall, calls_of


def checked_definition(graph: LineageGraph, plan: PromotionPlan) -> PromotionPlan:
    """Return the plan of a function with checks of its inputs.

    Raises:
        SelectionError: it is a class, or no cell calls it by itself.
    """
    node = plan.definition.node if plan.definition is not None else None
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        problem = f"{plan.name} is a class: --validate checks the inputs of functions"
        raise SelectionError(problem, hint="leave --validate out; nothing was written")
    calls = calls_of(graph, plan, ())
    if not calls:
        problem = f"no cell calls {plan.name} by itself, so --validate does not know its inputs"
        raise SelectionError(
            problem, hint="call it once, then promote it again; nothing was written"
        )
    types = common_types(_types(graph, call) for call in calls)
    return replace(plan, checks=checks_of_definition(node, types))


def _types(graph: LineageGraph, call: SessionCall) -> dict[str, TypeNote]:
    found: dict[str, TypeNote] = {}
    for one in call.given:
        note = _type(graph, ast.parse(one.expression, mode="eval").body, call.position[0])
        if note is not None:
            found[one.name] = note
    return found


def _type(graph: LineageGraph, value: ast.expr, event: int) -> TypeNote | None:
    if isinstance(value, ast.Constant):
        return literal_type(value)
    if not isinstance(value, ast.Name):
        return None
    return type_before(graph, value.id, event) or type_before(graph, value.id, event + 1)
