"""A session function or class promoted as it is."""

import ast
import copy
from dataclasses import replace

from ipyprod.errors import SourceError
from ipyprod.lineage.graph import LineageGraph
from ipyprod.promotion.assumptions import place_of
from ipyprod.promotion.companions import Origin, Surroundings, origin_of, position_of
from ipyprod.promotion.imports import narrow_import
from ipyprod.promotion.plan import Assumption, AssumptionKind, Companion, PromotionPlan
from ipyprod.promotion.planning import PlanOptions
from ipyprod.source.statements import Statement, StatementKind


def plan_definition(
    graph: LineageGraph, name: str, definition: Statement, options: PlanOptions
) -> PromotionPlan:
    """Plan the promotion of a function or class of the session, with what it needs.

    Variables of the session that it reads become keyword parameters of a function.

    Raises:
        SourceError: it, or a function that it calls, cannot do without the session's variables.
    """
    around = Surroundings(graph=graph, local=frozenset())
    last = graph.statements[-1]
    around.add_definition(definition, name, (last.event, last.index + 1))
    own = position_of(definition)
    data = {
        place: [n for n, at in uses if origin_of(graph, n, at)[0] is Origin.DATA]
        for place, uses in around.free.items()
    }
    for place, statement in around.definitions.items():
        names = sorted(statement.names.deferred_binds) or (data[place] if place != own else [])
        if names:
            raise _needs_session(statement, names)
    extra = tuple(dict.fromkeys(data[own]))
    if extra:
        if definition.kind is not StatementKind.FUNCTION:
            raise _needs_session(definition, list(extra))
        definition = add_keywords(definition, extra)
    found = sorted({**around.constants, **around.definitions}.items(), key=lambda item: item[0])
    return PromotionPlan(
        name=name,
        parameters=(),
        body=(),
        returns=(),
        imports=tuple(narrow_import(s, names) for s, names in around.imports.values()),
        companions=tuple(
            Companion(name=min(s.names.binds, default=""), statement=s)
            for place, s in found
            if place != own
        ),
        summary=options.doc,
        definition=definition,
        assumptions=tuple(
            Assumption(kind=AssumptionKind.EXTRA_PARAMETER, subject=n, place=place_of(definition))
            for n in extra
        ),
    )


def add_keywords(definition: Statement, names: tuple[str, ...]) -> Statement:
    """Return the function with `names` as further keyword-only parameters without defaults."""
    node = definition.node
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return definition
    header = copy.deepcopy(node)
    for name in names:
        header.args.kwonlyargs.append(ast.arg(arg=name))
        header.args.kw_defaults.append(None)
    header.body = [ast.Pass()]
    written = ast.unparse(ast.fix_missing_locations(header)).rpartition("\n")[0]
    lines = definition.text.split("\n")
    parts = [node.args, node.returns]
    ends: list[int] = [
        getattr(n, "end_lineno", 0)
        for part in parts
        if part
        for n in ast.walk(part)
        if hasattr(n, "lineno")
    ]
    end = max([node.lineno, *ends])
    first = node.body[0].lineno
    while end < first and not lines[end - 1].partition("#")[0].rstrip().endswith(":"):
        end += 1
    if end >= first:
        body = "\n".join("    " + ast.unparse(s).replace("\n", "\n    ") for s in node.body)
    else:
        body = "\n".join(lines[end:])
    text = f"{written}\n{body}"
    return replace(definition, text=text, node=ast.parse(text).body[0])


def _needs_session(statement: Statement, names: list[str]) -> SourceError:
    name = min(statement.names.binds, default="this definition")
    return SourceError(
        f"{name!r} ({place_of(statement)}) works on the session's {', '.join(names)}",
        hint="make them parameters of it, or promote the cells that use it; nothing was written",
    )
