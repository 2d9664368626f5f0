"""From a snippet to the plan of a function."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from ipyprod.errors import SelectionError
from ipyprod.lineage.effects import Position
from ipyprod.lineage.graph import LineageGraph
from ipyprod.promotion.companions import (
    Origin,
    Surroundings,
    bound_names,
    is_import_choice,
    is_named_function,
    origin_of,
    position_of,
)
from ipyprod.promotion.copies import CopyPlan, plan_copies
from ipyprod.promotion.imports import narrow_import
from ipyprod.promotion.knobs import literal_binding, literal_source, literal_type, path_roots
from ipyprod.promotion.plan import (
    Assumption,
    AssumptionKind,
    Companion,
    CopyKind,
    Parameter,
    PromotionPlan,
    ReturnValue,
)
from ipyprod.session.cell import TypeNote, VariableNote
from ipyprod.source.ambient_text import ENTROPY
from ipyprod.source.statements import Finish, Statement, StatementKind

_DECIDES_IMPORTS = frozenset({"sys.path", "os.environ", "cwd"})
_PERSONAL = ("/home/", "/Users/", "C:\\Users\\")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """What the user settled beforehand. Empty tuples leave the choice to the plan."""

    parameters: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    doc: str = ""
    inplace: bool = False
    named: bool = False


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
    inner_knobs = _inner_knobs(snippet, returns, options)
    body = tuple(s for s in snippet if not _is_definition(s) and s.kind is not StatementKind.IMPORT)
    local = bound_names(body) - set(inner_knobs)
    around = Surroundings(graph=graph, local=local)
    _gather(around, snippet, frozenset(local), inner_knobs)
    around.settle()
    constants = dict(around.constants)
    knobs = _knobs(graph, around, inner_knobs, options)
    dropped = {position_of(s) for s in inner_knobs.values()} | set(constants)
    names = [n for n in around.inputs if _constant_of(n, constants) is None]
    _check_names(options, names)
    copies = _copies(graph, snippet, names, knobs, inplace=options.inplace)
    parameters = _parameters(graph, around, names, knobs, copies, options)
    kept, imports = _body(around, snippet, dropped)
    inside = {position_of(s) for s in kept}
    last = position_of(snippet[-1])[0] if snippet else -1
    return PromotionPlan(
        name=name,
        parameters=parameters,
        body=kept,
        returns=tuple(ReturnValue(name=n, type=variable_type(graph, n, last + 1)) for n in returns),
        imports=imports,
        companions=_companions(around),
        summary=options.doc or _comment_summary(snippet),
        summary_is_given=bool(options.doc),
        is_async=any(s.names.has_await for s in kept),
        assumptions=_assumptions(graph, around, kept, parameters, copies),
        nested=tuple(s for place, s in around.nested.items() if place not in inside),
        joint_copies=copies.joint,
        rebound_builtins=tuple(sorted(around.rebound_builtins)),
        result=result,
        result_type=None,
        variables=tuple(_variables(graph, kept, last + 1)),
        raised=tuple((s, _error_type(graph, s)) for s in kept if s.finish is Finish.RAISED),
        is_named=options.named and len(returns) > 1,
    )


def variable_type(graph: LineageGraph, name: str, before_event: int) -> TypeNote | None:
    """Return the type last seen in `name` ahead of an event."""
    for cell in reversed(graph.session.cells):
        if cell.event < before_event:
            for note in cell.observation.variables:
                if note.name == name:
                    return note.type
    return None


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
            around.imports.setdefault(place, (statement, set()))
            continue
        if _is_definition(statement):
            continue
        names = statement.names
        for name in names.reads:
            if name not in bound and not _is_first_bound_inside(around, name, place, own, local):
                around.add_use(name, place)
        for name in names.deferred_reads:
            if name not in local:
                around.add_use(name, (place[0], place[1] + 1))
        if statement.finish is not Finish.RAISED:
            bound |= names.binds
        bound -= names.deletes


def _is_first_bound_inside(
    around: Surroundings, name: str, place: Position, own: set[Position], local: frozenset[str]
) -> bool:
    """Whether `name` can only come from a statement of the snippet (bound there perhaps)."""
    found = around.graph.definition(name, place)
    if found is None or position_of(found) not in own or name not in local:
        return False
    first = min(own)
    return around.graph.definition(name, first) is None


def _inner_knobs(
    snippet: tuple[Statement, ...],
    returns: tuple[str, ...],
    options: PlanOptions,
) -> dict[str, Statement]:
    """Return the names that the snippet binds once, to a literal, and uses."""
    found: dict[str, Statement] = {}
    for statement in snippet:
        for name in statement.names.binds:
            value = literal_binding(statement, name)
            if value is None or name in returns or name in options.parameters:
                continue
            others = [s for s in snippet if s is not statement]
            if name in bound_names(others) or "\n" in statement.text or _changes(others, name):
                continue
            if statement.finish is Finish.DONE and any(_uses(s, name) for s in others):
                found[name] = statement
    return found


def _changes(statements: Iterable[Statement], name: str) -> bool:
    return any(name in s.names.deletes or name in s.names.deferred_binds for s in statements)


def _uses(statement: Statement, name: str) -> bool:
    return name in statement.names.reads or name in statement.names.deferred_reads


def _is_definition(statement: Statement) -> bool:
    if statement.finish is Finish.RAISED:
        return False
    kinds = (StatementKind.FUNCTION, StatementKind.CLASS)
    named = is_named_function(statement.node) or is_import_choice(statement.node)
    return statement.kind in kinds or named


def _knobs(
    graph: LineageGraph,
    around: Surroundings,
    inner: dict[str, Statement],
    options: PlanOptions,
) -> dict[str, Statement]:
    """Return the inputs that become keyword parameters with their literal as the default."""
    found = dict(inner)
    for name, statement in around.literals.items():
        bindings = [s for s in graph.statements if name in s.names.binds | s.names.may_bind]
        only_literals = all(literal_binding(s, name) is not None for s in bindings)
        if only_literals and name not in around.local:
            found[name] = statement
    found |= {n: s for n, s in around.literals.items() if n in options.keywords}
    return {n: s for n, s in found.items() if n not in (*options.parameters, *options.given)}


def _constant_of(name: str, constants: dict[Position, Statement]) -> Statement | None:
    return next((s for s in constants.values() if name in s.names.binds), None)


def _check_names(options: PlanOptions, inputs: list[str]) -> None:
    for option, names in (("--params", options.parameters), ("--keywords", options.keywords)):
        for name in names:
            if name not in inputs:
                known = ", ".join(inputs) or "nothing"
                raise SelectionError(
                    f"{option} names {name!r}, which the code does not take from outside",
                    hint=f"it takes {known}; nothing was written",
                )


def _copies(
    graph: LineageGraph,
    snippet: tuple[Statement, ...],
    names: list[str],
    knobs: dict[str, Statement],
    *,
    inplace: bool,
) -> CopyPlan:
    data = [name for name in names if name not in knobs]
    if inplace or not snippet:
        return CopyPlan()
    first = position_of(snippet[0])
    types = {name: variable_type(graph, name, first[0]) for name in data}
    return plan_copies(graph, snippet, types)


def _parameters(
    graph: LineageGraph,
    around: Surroundings,
    names: list[str],
    knobs: dict[str, Statement],
    copies: CopyPlan,
    options: PlanOptions,
) -> tuple[Parameter, ...]:
    required: list[Parameter] = []
    keyword: list[Parameter] = []
    for name in names:
        statement = knobs.get(name)
        if statement is not None:
            keyword.append(_knob_parameter(name, statement))
            continue
        event = around.inputs[name][0]
        parameter = Parameter(
            name=name,
            type=variable_type(graph, name, event) or variable_type(graph, name, event + 1),
            copy=copies.kinds.get(name, CopyKind.NONE),
            is_keyword_only=name in options.keywords,
        )
        (keyword if parameter.is_keyword_only else required).append(parameter)
    wanted = {name: place for place, name in enumerate(options.parameters)}
    required.sort(key=lambda p: wanted.get(p.name, len(wanted)))
    return (*required, *keyword)


def _knob_parameter(name: str, statement: Statement) -> Parameter:
    value = literal_binding(statement, name)
    if value is None:
        return Parameter(name=name, type=None)
    comment = " ".join(line.strip("# ") for line in statement.comments.split("\n")).strip()
    return Parameter(
        name=name,
        type=literal_type(value),
        default=literal_source(statement, value),
        is_keyword_only=True,
        comment=comment,
    )


def _body(
    around: Surroundings, snippet: tuple[Statement, ...], dropped: set[Position]
) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
    """Divide the snippet into the statements of the body and the imports of the module."""
    body: list[Statement] = []
    stays: set[Position] = set()
    has_moved = False
    for statement in snippet:
        place = position_of(statement)
        if place in dropped or place in around.definitions:
            continue
        if statement.kind is StatementKind.IMPORT:
            rebound = bound_names([statement]) & around.local
            if (not has_moved and not rebound) or statement.names.has_star_import:
                continue
            stays.add(place)
        elif _is_definition(statement) and place not in around.nested:
            continue  # nothing in the snippet uses it
        has_moved = has_moved or bool(
            around.graph.effects(statement).ambient_writes & _DECIDES_IMPORTS
        )
        body.append(statement)
    imports: list[Statement] = []
    for place, (statement, names) in sorted(around.imports.items(), key=lambda item: item[0]):
        if place in stays:
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


def _comment_summary(snippet: tuple[Statement, ...]) -> str:
    """Return the comment above the first statement as a sentence, "" where there is none."""
    first = next((s for s in snippet if s.kind is not StatementKind.IMPORT), None)
    if first is None or not first.comments.strip():
        return ""
    words = " ".join(line.strip().lstrip("#% ").strip() for line in first.comments.split("\n"))
    words = words.strip()
    if not words or not words[0].isalpha():
        return ""
    return words[0].upper() + words[1:]


def _variables(
    graph: LineageGraph, body: tuple[Statement, ...], before_event: int
) -> Iterable[VariableNote]:
    for name in sorted(bound_names(body)):
        note = variable_type(graph, name, before_event)
        if note is not None:
            yield VariableNote(name=name, type=note)


def _error_type(graph: LineageGraph, statement: Statement) -> str:
    for cell in graph.session.cells:
        if cell.event == statement.event:
            return cell.error_type or "Exception"
    return "Exception"


def place_of(statement: Statement) -> str:
    """Return where a statement was typed: "In [7], line 2"."""
    return f"In [{statement.cell_number}], line {statement.line}"


def _assumptions(
    graph: LineageGraph,
    around: Surroundings,
    body: tuple[Statement, ...],
    parameters: tuple[Parameter, ...],
    copies: CopyPlan,
) -> tuple[Assumption, ...]:
    found = [
        Assumption(kind=AssumptionKind.CHANGED_IN_PLACE, subject=p.name)
        for p in parameters
        if p.copy is CopyKind.UNSAFE
    ]
    found += [
        Assumption(kind=AssumptionKind.SHARED_INPUTS, subject=", ".join(names))
        for names in (*copies.joint, *copies.shared_memory)
    ]
    for name, place in around.inputs.items():
        origin, statement = origin_of(graph, name, place)
        if origin is Origin.DATA and statement is None:
            found.append(Assumption(kind=AssumptionKind.SOURCE_GONE, subject=name))
    for statement in body:
        if statement.finish is Finish.RAISED:
            found.append(_about(AssumptionKind.FAILED_STATEMENT, statement))
        if statement.names.is_opaque:
            found.append(_about(AssumptionKind.RUNS_TEXT, statement))
        if any(mark in statement.text for mark in _PERSONAL):
            found.append(_about(AssumptionKind.PERSONAL_PATH, statement))
    return (*found, *_unseeded(graph, body))


def _about(kind: AssumptionKind, statement: Statement) -> Assumption:
    subject = statement.text.partition("\n")[0]
    return Assumption(kind=kind, subject=subject, place=place_of(statement))


def _unseeded(graph: LineageGraph, body: tuple[Statement, ...]) -> Iterable[Assumption]:
    seeded: set[str] = set()
    for statement in body:
        effects = graph.effects(statement)
        drawn = {s for s in effects.ambient_writes if "random" in s}
        seeded |= {s for s in effects.ambient_resets if "random" in s}
        if drawn - seeded or ENTROPY in effects.ambient_reads:
            yield _about(AssumptionKind.UNSEEDED_RANDOM, statement)


def constant_nodes(statements: Iterable[Statement]) -> tuple[ast.stmt, ...]:
    """Return the syntax trees of `statements`."""
    return tuple(statement.node for statement in statements)
