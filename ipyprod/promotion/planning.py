"""From a snippet to the plan of a function."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ipyprod.errors import SelectionError
from ipyprod.lineage.effects import Position
from ipyprod.lineage.graph import LineageGraph
from ipyprod.lineage.session_code import code_of
from ipyprod.promotion.assumptions import may_stop, plan_assumptions
from ipyprod.promotion.body import builtins_read_first
from ipyprod.promotion.companions import (
    Surroundings,
    bound_names,
    position_of,
)
from ipyprod.promotion.copies import CopyPlan, plan_copies, without_deep_copies
from ipyprod.promotion.definition_places import (
    acts,
    changed_by,
    defines,
    definitions_behind_state,
)
from ipyprod.promotion.examples import write_example
from ipyprod.promotion.import_places import staying_imports
from ipyprod.promotion.imports import bound_name, narrow_import
from ipyprod.promotion.input_checks import plan_checks
from ipyprod.promotion.kept_results import name_results_at_once
from ipyprod.promotion.knobs import choose_knobs, inner_knobs, knob_parameter
from ipyprod.promotion.literals import path_roots
from ipyprod.promotion.missing_names import bound_after_a_miss
from ipyprod.promotion.plan import (
    Companion,
    CopyKind,
    DocstringStyle,
    Parameter,
    PromotionPlan,
    ReturnValue,
)
from ipyprod.promotion.qualified_names import shown_by_qualname
from ipyprod.promotion.reading_times import begun_by, read_later
from ipyprod.promotion.seen_types import result_type_of, type_before
from ipyprod.promotion.sentences import comment_sentences
from ipyprod.promotion.shared_namespace import share_namespace
from ipyprod.session.cell import VariableNote
from ipyprod.source.statements import Finish, Statement, StatementKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """What the user settled beforehand. Empty tuples leave the choice to the plan.

    `returns` are names that are returned whatever they are; `parameters` are exactly what the
    function takes without a default.
    """

    parameters: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    returns: tuple[str, ...] = ()
    doc: str = ""
    inplace: bool = False
    deep_copies: bool = True  # false where they turned out to be impossible
    named: bool = False
    validate: bool = False
    style: DocstringStyle = DocstringStyle.NUMPY
    typed_arrays: bool = False


def plan_promotion(
    graph: LineageGraph,
    name: str,
    snippet: tuple[Statement, ...],
    *,
    returns: tuple[str, ...],
    result: Statement | None = None,
    options: PlanOptions | None = None,
) -> PromotionPlan:
    """Decide what the function `name` made of `snippet` takes, does and gives back.

    `returns` are names in the order in which they are returned; `result` is the last statement of
    the snippet where the value of its expression is returned instead.

    Raises:
        SelectionError: an option names what the snippet does not have.
    """
    options = options or PlanOptions()
    shares = share_namespace(graph, snippet)
    kept_names = {*options.returns, *options.parameters}
    inner = {} if shares else inner_knobs(snippet, kept_names, returns)
    body = tuple(s for s in snippet if not defines(s) and s.kind is not StatementKind.IMPORT)
    local = bound_names(body) - set(inner) | _both_imported_and_defined(graph, snippet)
    settled = bound_after_a_miss(graph, snippet)
    stays = staying_imports(graph, snippet, local, settled)
    local |= bound_names(s for s in snippet if position_of(s) in stays)
    around = Surroundings(
        graph=graph,
        local=local,
        own=frozenset(map(position_of, snippet)),
        waiting=frozenset(map(position_of, definitions_behind_state(graph, snippet, stays))),
        changed=changed_by(graph, snippet),
        begun=begun_by(graph, snippet),
        late=read_later(graph, snippet, returns, result),
        acting=set(settled),
        is_whole=shares,
    )
    _gather(around, snippet, frozenset(local), inner)
    for passed in returns:
        if not any(passed in graph.effects(s).binds for s in snippet):
            around.add_use(passed, position_of(snippet[0]))  # what it stands for is changed
    around.settle()
    constants = dict(around.constants)
    required = (*options.parameters, *options.given)
    knobs = choose_knobs(graph, around, inner, keywords=options.keywords, required=required)
    dropped = {position_of(s) for s in inner.values()} | set(constants)
    names = [n for n in around.inputs if _constant_of(n, constants) is None]
    _check_names(options, names, knobs)
    copies = _copies(graph, snippet, names, knobs, options)
    parameters = _parameters(graph, around, names, knobs, copies, options, first=snippet[0].event)
    last = snippet[-1].event
    given_back = tuple(n for n in returns if n not in inner)
    returned = tuple(ReturnValue(name=n, type=type_before(graph, n, last + 1)) for n in given_back)
    result_type = result_type_of(graph, result)
    mentioned = [p.type for p in parameters] + [r.type for r in returned] + [result_type]
    around.add_classes(mentioned, (last + 1, 0))
    kept, imports = _body(around, snippet, dropped, stays)
    inside = {position_of(s) for s in kept}
    summary, description = comment_sentences(kept)
    plan = PromotionPlan(
        name=name,
        parameters=parameters,
        body=name_results_at_once(_without_summary(kept) if summary and not options.doc else kept),
        returns=tuple(
            ReturnValue(name=n, type=type_before(graph, n, last + 1)) for n in given_back
        ),
        imports=imports,
        companions=_companions(around),
        summary=options.doc or summary,
        description="" if options.doc else description,
        is_async=any(s.names.has_await for s in kept),
        assumptions=plan_assumptions(graph, around, kept, parameters, copies),
        nested=tuple(s for place, s in around.nested.items() if place not in inside),
        joint_copies=copies.joint,
        rebound_builtins=_rebound_builtins(around, kept),
        result=result,
        result_type=result_type,
        variables=tuple(_variables(graph, kept, last + 1)),
        raised=tuple((s, _error_type(graph, s)) for s in kept if may_stop(graph, s)),
        is_named=options.named and len(given_back) > 1,
        left_outside=tuple(s for n, s in inner.items() if n in returns),
        style=options.style,
        uses_globals=shares,
        is_inplace=options.inplace,
        typed_arrays=options.typed_arrays,
    )
    plan = replace(plan, shown=_shown(plan))
    if options.validate:
        passed_over = [s.node for s, _ in plan.raised]
        checks = plan_checks(parameters, [s.node for s in kept], passed_over)
        plan = replace(plan, checks=checks)
    return replace(plan, example=write_example(graph, plan, snippet))


def _shown(plan: PromotionPlan) -> frozenset[str]:
    """Return the definitions inside the function whose qualified name can be seen."""
    beside = (companion.statement for companion in plan.companions)
    results = [returned.type for returned in plan.returns]
    results += [plan.result_type] if plan.result is not None else []
    return shown_by_qualname((*beside, *plan.nested, *plan.body), results)


def _both_imported_and_defined(
    graph: LineageGraph, snippet: tuple[Statement, ...]
) -> frozenset[str]:
    """Return the names that stand for an import and for a definition of the snippet in turn."""
    found: set[str] = set()
    for statement in snippet:
        is_import = statement.kind is StatementKind.IMPORT
        if is_import or defines(statement):
            for name in statement.names.binds:
                before = graph.definition(name, position_of(statement))
                if before is not None and (before.kind is StatementKind.IMPORT) is not is_import:
                    found.add(name)
    return frozenset(found)


def _rebound_builtins(around: Surroundings, kept: tuple[Statement, ...]) -> tuple[str, ...]:
    """Return the builtins that the body reads ahead of a variable or function of that name."""
    everything = {position_of(s): s for s in (*around.nested.values(), *kept)}
    body = [everything[place] for place in sorted(everything)]
    found = builtins_read_first(body, bound_names(body))
    return tuple(sorted({*around.rebound_builtins, *found}))


def _without_summary(kept: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """Leave the comment out that is the docstring now."""
    return (replace(kept[0], comments=""), *kept[1:])


def _gather(
    around: Surroundings,
    snippet: tuple[Statement, ...],
    local: frozenset[str],
    inner_knobs: dict[str, Statement],
) -> None:
    """Walk the snippet and take note of every name that it has from outside."""
    bound: set[str] = set()
    own = {position_of(s) for s in snippet}
    for statement in snippet:
        place = position_of(statement)
        if statement in inner_knobs.values():
            for root in path_roots(statement.node.value):  # type: ignore[attr-defined]  # an assignment
                around.add_use(root, place)
            continue
        if statement.kind is StatementKind.IMPORT:
            used = bound_names([statement]) if around.is_whole else _used_names(statement, snippet)
            around.imports.setdefault(place, (statement, set(used)))
            continue
        if defines(statement):
            if acts(around.graph, statement):
                around.acting.add(place)
                around.add_definition(statement, min(statement.names.binds), place)
            for name in statement.names.binds if around.is_whole else statement.names.binds & local:
                around.add_definition(statement, name, place)  # the body binds it too
            continue
        names = statement.names
        for name in _as_written(statement):
            if name not in bound and not _is_first_bound_inside(around, name, place, own, local):
                around.add_use(name, place)
        for name in names.deferred_reads:
            if name not in local:
                around.add_use(name, (place[0], place[1] + 1))
        if code_of(statement) is not None:
            around.add_later_versions((*names.reads, *names.deferred_reads), place)
        if statement.finish is not Finish.RAISED:
            bound |= names.binds | around.graph.effects(statement).kills
        bound -= names.deletes


def _as_written(statement: Statement) -> list[str]:
    """Return what a statement reads in the order of the text, as people number parameters."""
    places: dict[str, tuple[int, int]] = {}
    for node in ast.walk(statement.node):
        if isinstance(node, ast.Name):
            place = (node.lineno, node.col_offset)
            places[node.id] = min(place, places.get(node.id, place))
    last = (statement.end_line + 1, 0)
    return sorted(statement.names.reads, key=lambda name: places.get(name, last))


def _used_names(statement: Statement, snippet: tuple[Statement, ...]) -> set[str]:
    """Return the names of an import that the snippet uses."""
    used = {n for s in snippet for n in (*s.names.reads, *s.names.deferred_reads)}
    aliases = getattr(statement.node, "names", [])
    return {bound_name(alias) for alias in aliases} & used


def _is_first_bound_inside(
    around: Surroundings, name: str, place: Position, own: set[Position], local: frozenset[str]
) -> bool:
    """Whether `name` can only come from a statement of the snippet (bound there perhaps)."""
    found = around.graph.definition(name, place)
    if found is None and name in local and name not in around.graph.session.unrecorded:
        # bound by the statement itself: `try: x = f()` / `finally: print(x)`
        return (
            name in around.graph.effects(around.graph.statements[around.graph.order[place]]).binds
        )
    if found is None or position_of(found) not in own or name not in local:
        return False
    if defines(found):
        return False  # what rebinds the name later does not make the definition
    first = min(own)
    return around.graph.definition(name, first) is None


def _constant_of(name: str, constants: dict[Position, Statement]) -> Statement | None:
    return next((s for s in constants.values() if name in s.names.binds), None)


def _check_names(options: PlanOptions, inputs: list[str], knobs: dict[str, Statement]) -> None:
    for option, names in (("--params", options.parameters), ("--keywords", options.keywords)):
        for name in names:
            if name not in inputs:
                known = ", ".join(inputs) or "nothing"
                raise SelectionError(
                    f"{option} names {name!r}, which the code does not take from outside",
                    hint=f"it takes {known}; nothing was written",
                )
    left = [n for n in inputs if n not in (*options.parameters, *options.keywords, *knobs)]
    if options.parameters and left:
        raise SelectionError(
            f"--params leaves out {', '.join(left)}, which the code takes from outside too",
            hint="name it as well, or follow its source with --from and --given; nothing was written",
        )


def _copies(
    graph: LineageGraph,
    snippet: tuple[Statement, ...],
    names: list[str],
    knobs: dict[str, Statement],
    options: PlanOptions,
) -> CopyPlan:
    data = [name for name in names if name not in knobs]
    if options.inplace:
        return CopyPlan()
    first = position_of(snippet[0])
    types = {name: type_before(graph, name, first[0]) for name in data}
    plan = plan_copies(graph, snippet, types)
    return plan if options.deep_copies else without_deep_copies(plan)


def _parameters(  # noqa: PLR0913 - all that parameters are made of
    graph: LineageGraph,
    around: Surroundings,
    names: list[str],
    knobs: dict[str, Statement],
    copies: CopyPlan,
    options: PlanOptions,
    *,
    first: int,
) -> tuple[Parameter, ...]:
    required: list[Parameter] = []
    keyword: list[Parameter] = []
    for name in names:
        statement = knobs.get(name)
        if statement is not None:
            keyword.append(knob_parameter(graph, name, statement))
            continue
        event = around.inputs[name][0]
        parameter = Parameter(
            name=name,
            type=type_before(graph, name, first) or type_before(graph, name, event + 1),
            copy=copies.kinds.get(name, CopyKind.NONE),
            is_keyword_only=name in options.keywords,
        )
        (keyword if parameter.is_keyword_only else required).append(parameter)
    wanted = {name: place for place, name in enumerate(options.parameters)}
    required.sort(key=lambda p: wanted.get(p.name, len(wanted)))
    return (*required, *keyword)


def _body(
    around: Surroundings,
    snippet: tuple[Statement, ...],
    dropped: set[Position],
    stays: frozenset[Position],
) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
    """Divide the snippet into the statements of the body and the imports of the module."""
    body: list[Statement] = []
    for statement in snippet:
        place = position_of(statement)
        if place in dropped or place in around.definitions:
            continue
        if statement.kind is StatementKind.IMPORT:
            if place not in stays:
                continue
        elif defines(statement) and place not in around.nested:
            continue  # nothing in the snippet uses it
        body.append(statement)
    imports: list[Statement] = []
    unused = around.unused_submodules(snippet)
    for place, (statement, names) in sorted(around.imports.items(), key=lambda item: item[0]):
        if place in stays or place in unused:
            continue
        narrowed = narrow_import(statement, names)
        if bound_names([statement]) & names & around.local:
            around.nested[place] = narrowed
        else:
            imports.append(narrowed)
    return tuple(body), tuple(imports)


def _companions(around: Surroundings) -> tuple[Companion, ...]:
    found = sorted({**around.constants, **around.definitions}.items(), key=lambda item: item[0])
    return tuple(Companion(name=min(s.names.binds, default=""), statement=s) for _, s in found)


def _variables(
    graph: LineageGraph, body: tuple[Statement, ...], before_event: int
) -> Iterable[VariableNote]:
    for name in sorted(bound_names(body)):
        note = type_before(graph, name, before_event)
        if note is not None:
            yield VariableNote(name=name, type=note)


def _error_type(graph: LineageGraph, statement: Statement) -> str:
    for cell in graph.session.cells:
        if cell.event == statement.event:
            return cell.error_type or "Exception"
    return "Exception"
