"""The calls that a regression test can make: where their arguments come from, what they give."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from ipyprod.lineage.effects import Position
from ipyprod.lineage.graph import LineageGraph
from ipyprod.promotion.companions import position_of
from ipyprod.promotion.plan import PromotionPlan
from ipyprod.source.statements import Finish, Statement, StatementKind

_MOST_CALLS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An argument: the parameter's name, and the expression that gave it in the session.

    `keyword` is "" for an argument by place. `reads` are the names that the expression needs.
    """

    name: str
    expression: str
    keyword: str = ""
    reads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCall:
    """A call with the values that the session had just before `position`."""

    given: tuple[Given, ...]
    position: Position
    returns: tuple[str, ...]
    events: frozenset[int]
    is_async: bool = False
    is_named: bool = False

    @property
    def reads(self) -> tuple[str, ...]:
        """The names that its arguments need."""
        return tuple(dict.fromkeys(name for one in self.given for name in one.reads))


def calls_of(
    graph: LineageGraph, plan: PromotionPlan, snippet: tuple[Statement, ...]
) -> tuple[SessionCall, ...]:
    """Return the calls that stand for what was promoted: the cells, or calls of a definition."""
    if plan.definition is None:
        return (_snippet_call(plan, snippet),)
    node = plan.definition.node
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return ()
    after = position_of(plan.definition)
    found: dict[str, SessionCall] = {}
    for statement in graph.statements:
        if position_of(statement) > after and statement.finish is not Finish.RAISED:
            call = _top_call(statement, plan.name)
            if call is not None:
                found.setdefault(ast.dump(call), _definition_call(statement, node, call))
    return tuple(one for one in found.values() if one is not None)[:_MOST_CALLS]


def _snippet_call(plan: PromotionPlan, snippet: tuple[Statement, ...]) -> SessionCall:
    returns = tuple(r.name for r in plan.returns) or (("result",) if plan.result else ())
    return SessionCall(
        given=tuple(
            Given(
                name=p.name,
                expression=p.name,
                keyword=p.name if p.is_keyword_only else "",
                reads=(p.name,),
            )
            for p in plan.parameters
            if not p.default
        ),
        position=position_of(snippet[0]),
        returns=returns,
        events=frozenset(s.event for s in snippet),
        is_async=plan.is_async,
        is_named=plan.is_named,
    )


def _top_call(statement: Statement, name: str) -> ast.Call | None:
    """Return the call of a function where it is all that a statement does, its result kept or not.

    x = clean(df, 3)
        ^^^^^^^^^^^^
    """
    if statement.kind in (StatementKind.FUNCTION, StatementKind.CLASS):
        return None
    value = getattr(statement.node, "value", None)
    if isinstance(value, ast.Await):
        value = value.value
    is_call = isinstance(value, ast.Call) and isinstance(value.func, ast.Name)
    if not is_call or value.func.id != name:  # type: ignore[union-attr]  # a call of a name
        return None
    has_star = any(isinstance(a, ast.Starred) for a in value.args)  # type: ignore[union-attr]  # as above
    has_star = has_star or any(k.arg is None for k in value.keywords)  # type: ignore[union-attr]  # as above
    return None if has_star else value  # type: ignore[return-value]  # as above


def _definition_call(
    statement: Statement, node: ast.FunctionDef | ast.AsyncFunctionDef, call: ast.Call
) -> SessionCall:
    names = [a.arg for a in (*node.args.posonlyargs, *node.args.args)]
    given: list[Given] = []
    for place, value in enumerate(call.args):
        name = names[place] if place < len(names) else f"value_{place + 1}"
        given.append(_given(name, value))
    given += [_given(k.arg or "", k.value, keyword=k.arg or "") for k in call.keywords]
    return SessionCall(
        given=tuple(given),
        position=position_of(statement),
        returns=(_target(statement.node),),
        events=frozenset({statement.event}),
        is_async=isinstance(node, ast.AsyncFunctionDef),
    )


def _given(name: str, value: ast.expr, keyword: str = "") -> Given:
    reads = [n.id for n in ast.walk(value) if isinstance(n, ast.Name)]
    return Given(
        name=name, expression=ast.unparse(value), keyword=keyword, reads=tuple(dict.fromkeys(reads))
    )


def _target(node: ast.stmt) -> str:
    match node:
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name
    return "result"


def is_still_there(graph: LineageGraph, names: Iterable[str], position: Position) -> bool:
    """Whether the live values of names are what they were just before a place."""
    for name in names:
        then, now = graph.definition(name, position), graph.definition(name)
        if then is not now and (
            then is None or now is None or position_of(then) != position_of(now)
        ):
            return False
        later = graph.statements[graph.end_of(position) :]
        if any(name in graph.effects(s).changes | graph.effects(s).binds for s in later):
            return False
    return True
