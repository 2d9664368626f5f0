"""An example call for a docstring: short enough to read, and complete, so that it runs."""

import ast
from collections.abc import Collection

from ipyprod.lineage.effects import Position
from ipyprod.lineage.graph import LineageGraph
from ipyprod.lineage.slices import slice_backward
from ipyprod.lineage.snippets import changes_between
from ipyprod.promotion.companions import position_of
from ipyprod.promotion.literals import double_quoted
from ipyprod.promotion.plan import AssumptionKind, CopyKind, PromotionPlan
from ipyprod.session.cell import TypeNote
from ipyprod.source.secrets import find_personal_paths, find_secrets
from ipyprod.source.statements import Finish, Statement, StatementKind

_WIDTH = 72
_MOST_LINES = 4
_SHORT = 40


def write_example(
    graph: LineageGraph, plan: PromotionPlan, snippet: tuple[Statement, ...]
) -> tuple[str, ...]:
    """Return the lines of an example, prompts included; none where no short one would run."""
    if not snippet or any(p.copy is CopyKind.UNSAFE for p in plan.parameters):
        return ()
    if any(a.kind is AssumptionKind.SOURCE_GONE for a in plan.assumptions):
        return ()
    if any("print" in graph.effects(s).outputs for s in snippet):
        return ()  # what it prints would be part of the example
    first = position_of(snippet[0])
    needed = [p.name for p in plan.parameters if not p.default]
    shared = _shared(graph, needed, first)
    literals = {n: "" if n in shared else _literal_before(graph, n, first) for n in needed}
    setup = _setup(graph, plan, [n for n in needed if not literals[n]], first)
    if setup is None:
        return ()
    made = {name for s in setup for name in s.names.binds}
    lines = [s.text for s in setup if s.kind is not StatementKind.IMPORT]
    imports = [s.text for s in setup if s.kind is StatementKind.IMPORT]
    arguments: list[str] = []
    for parameter in plan.parameters:
        name = parameter.name
        if parameter.default:
            continue
        value = name if name in made else literals[name]
        if len(value) > _SHORT:
            lines.append(f"{name} = {value}")
            value = name
        arguments.append(f"{name}={value}" if parameter.is_keyword_only else value)
    call = f"{plan.name}({', '.join(arguments)})"
    if plan.is_async:
        if not any(s.text == "import asyncio" for s in plan.imports):
            return ()
        call = f"asyncio.run({call})"
    output = _output(plan)
    targets = ", ".join(r.name for r in plan.returns)
    has_value = plan.result is not None and not _is_nothing(plan)
    if has_value or targets == plan.name:
        targets = "result"
    shown = call if output or not targets else f"{targets} = {call}"
    prompts = [double_quoted(line) for line in (*imports, *lines, shown)]
    if len(prompts) > _MOST_LINES or any(not _fits(line) for line in (*prompts, output or "0")):
        return ()
    return (*(f">>> {line}" for line in prompts), *([output] if output else []))


def _fits(line: str) -> bool:
    is_plain = "\n" not in line and "\\" not in line and '"""' not in line
    return is_plain and len(line) <= _WIDTH and not find_secrets(line)


def _literal_before(graph: LineageGraph, name: str, first: Position) -> str:
    """Return the small value that `name` had when the snippet began, "" where that is not known."""
    for cell in reversed(graph.session.cells):
        if cell.event >= first[0]:
            continue
        for note in cell.observation.variables:
            if note.name == name:
                later = changes_between(graph, name, _end_of(graph, cell.event), first)
                return "" if later else note.type.literal
    return ""


def _end_of(graph: LineageGraph, event: int) -> Position | None:
    places = [position_of(s) for s in graph.statements if s.event == event]
    return places[-1] if places else None


def _shared(graph: LineageGraph, names: Collection[str], first: Position) -> set[str]:
    """Return those of `names` that share an object with another of them."""
    before = [position_of(s) for s in graph.statements if position_of(s) < first]
    groups = graph.groups_at(before[-1]) if before else ()
    return {n for group in groups if len(group & set(names)) > 1 for n in group}


def _setup(
    graph: LineageGraph, plan: PromotionPlan, names: Collection[str], first: Position
) -> list[Statement] | None:
    """Return the statements that make the arguments `names`, None where they are too many.

    What the module has anyway, its imports and companions, is left out.
    """
    if not names:
        return []
    before = frozenset(position_of(s) for s in graph.statements if position_of(s) < first)
    if not before or any(graph.definition(n, first) is None for n in names):
        return None
    found = slice_backward(graph, tuple(names), within=before, until=max(before)[0])
    there = {s.text for s in (*plan.imports, *(c.statement for c in plan.companions))}
    wanted = [s for s in found.statements if s.text not in there]
    if len(wanted) >= _MOST_LINES or not all(_is_simple(s) for s in wanted):
        return None
    return wanted


def _is_simple(statement: Statement) -> bool:
    simple = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr, ast.Import, ast.ImportFrom)
    is_done = statement.finish is Finish.DONE and isinstance(statement.node, simple)
    if isinstance(statement.node, ast.Expr):
        is_done = False  # its value would be shown
    is_quiet = not statement.names.has_await and not statement.names.has_star_import
    return is_done and is_quiet and not find_personal_paths(statement.text)


def _output(plan: PromotionPlan) -> str:
    """Return what the console shows for the call, "" where that is not known or nothing."""
    if any(a.kind is AssumptionKind.UNSEEDED_RANDOM for a in plan.assumptions):
        return ""
    if plan.result is not None:
        return _shown(plan.result_type)
    parts = [_shown(r.type) for r in plan.returns]
    if not parts or not all(parts):
        return ""
    if plan.is_named:
        fields = ", ".join(f"{r.name}={v}" for r, v in zip(plan.returns, parts, strict=True))
        return f"{plan.tuple_name}({fields})"
    return parts[0] if len(parts) == 1 else f"({', '.join(parts)})"


def _is_nothing(plan: PromotionPlan) -> bool:
    """Whether the value of the last expression is None, which no console shows."""
    return plan.result_type is not None and plan.result_type.literal == "None"


def _shown(note: TypeNote | None) -> str:
    return note.literal if note is not None and note.literal != "None" else ""
