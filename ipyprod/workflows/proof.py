"""The programs that show whether a promoted function gives the session's values."""

import ast
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ipyprod.lineage.effects import Position
from ipyprod.lineage.graph import LineageGraph
from ipyprod.lineage.slices import slice_backward
from ipyprod.lineage.snippets import live_in
from ipyprod.promotion.assumptions import may_stop, place_of
from ipyprod.promotion.companions import position_of
from ipyprod.promotion.indentation import indent_source
from ipyprod.promotion.plan import PromotionPlan
from ipyprod.session.cell import OUTSIDE_EFFECTS, Session
from ipyprod.source.statements import Statement
from ipyprod.verification.program import load_program
from ipyprod.workflows.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Two programs and the names that must come out the same.

    `missing` are parameters whose source is not in the record: the function cannot be called then.
    """

    made: str
    original: str
    names: tuple[str, ...]
    missing: tuple[str, ...] = ()


def write_proof(
    graph: LineageGraph,
    plan: PromotionPlan,
    snippet: tuple[Statement, ...],
    *,
    text: str,
    path: str,
    module: str = "_promoted",
) -> Proof:
    """Write the program that calls the function in a module with this text, and its original.

    `module` is the dotted name under which the file at `path` is imported.
    """
    needed = [p.name for p in plan.parameters if not p.default]
    inside = frozenset(position_of(s) for s in snippet)
    first_uses = {n: _first_use(graph, n, snippet) for n in (*needed, *live_in(graph, inside))}
    missing = [n for n in needed if graph.definition(n, first_uses[n]) is None]
    prefix = _made_for(graph, {n: first_uses[n] for n in needed if n not in missing})
    surroundings = _made_for(graph, first_uses)
    around = {position_of(s): s for s in (*surroundings, *snippet)}
    write = partial(program_text, graph)
    names = tuple(r.name for r in plan.returns) or (("_result",) if plan.result else ())
    load = load_program(text, path=path, dotted=module)
    call = call_expression(plan, function=f"_module.{plan.name}")
    if plan.is_async:
        call = f"__import__('asyncio').run({call.removeprefix('await ')})"
    target = f"{', '.join(names)} = " if names else ""
    move = _Moves(graph.session).before(snippet[0])
    made = "\n".join([load, write(prefix), *move, target + call, ""])
    return Proof(
        made=made,
        original=write([around[place] for place in sorted(around)], result=plan.result) + "\n",
        names=names,
        missing=tuple(missing),
    )


def _first_use(graph: LineageGraph, name: str, snippet: tuple[Statement, ...]) -> Position:
    """Return the first statement of the snippet that reads or changes `name`."""
    for statement in snippet:
        effects = graph.effects(statement)
        if name in effects.reads or name in effects.changes:
            return position_of(statement)
    return position_of(snippet[0])


def _made_for(graph: LineageGraph, uses: Mapping[str, Position]) -> tuple[Statement, ...]:
    """Return what makes each name as it is where it is first used, in the order of execution."""
    found: dict[Position, Statement] = {}
    for place in dict.fromkeys(uses.values()):
        names = [n for n, use in uses.items() if use == place and graph.definition(n, place)]
        before = frozenset(position_of(s) for s in graph.statements if position_of(s) < place)
        found |= {position_of(s): s for s in made_before(graph, names, before)}
    return tuple(found[position] for position in sorted(found))


def made_before(
    graph: LineageGraph, names: Collection[str], before: frozenset[Position]
) -> tuple[Statement, ...]:
    """Return the statements among `before` that make what `names` hold after them."""
    if not names or not before:
        return ()
    return slice_backward(graph, tuple(names), within=before, until=max(before)[0]).statements


def call_expression(plan: PromotionPlan, *, function: str = "") -> str:
    """Return the call of the function with the session's variables as arguments."""
    arguments = [
        f"{p.name}={p.name}" if p.is_keyword_only else p.name
        for p in plan.parameters
        if not p.default
    ]
    call = f"{function or plan.name}({', '.join(arguments)})"
    return f"await {call}" if plan.is_async else call


def call_line(plan: PromotionPlan) -> str:
    """Return the line that replaces the cells: `clean_df = clean(df)`."""
    if plan.definition is not None:
        return ""
    target = ", ".join(r.name for r in plan.returns)
    return f"{target} = {call_expression(plan)}" if target else call_expression(plan)


def program_text(
    graph: LineageGraph, statements: Iterable[Statement], *, result: Statement | None = None
) -> str:
    """Return statements as a program; one that raised is tried, `result` is kept as `_result`.

    Where the session changed its working directory, each runs where its cell did.
    """
    lines: list[str] = []
    moves = _Moves(graph.session)
    for statement in statements:
        lines += moves.before(statement)
        text = statement.text
        if statement is result and isinstance(statement.node, ast.Expr):
            text = f"_result = (\n{text}\n)"
        if may_stop(graph, statement):
            text = f"try:\n{indent_source(text)}\nexcept BaseException:\n    pass"
        lines.append(text)
    return "\n".join(lines)


class _Moves:
    """The changes of the working directory that bring a statement to where its cell ran."""

    def __init__(self, session: Session) -> None:
        folders = {cell.event: cell.folder for cell in session.cells if cell.folder}
        self._folders = folders if len(set(folders.values())) > 1 else {}
        self._now = ""

    def before(self, statement: Statement) -> list[str]:
        """Return the line that must come before `statement`, none where it is there already."""
        folder = self._folders.get(statement.event, "")
        if folder in ("", self._now):
            return []
        self._now = folder
        return [f"__import__('os').chdir({folder!r})"]


def start_folder(workbench: Workbench, events: Collection[int]) -> str:
    """Return where the first of these cells ran, the working directory where that is gone."""
    cells = sorted(workbench.session.cells, key=lambda cell: cell.event)
    first = next((cell.folder for cell in cells if cell.event in events), "")
    return first if first and Path(first).is_dir() else workbench.folder


def why_not_run(workbench: Workbench, snippet: tuple[Statement, ...]) -> str:
    """Return why statements are not run again without being asked, "" where they are."""
    opaque = next((s for s in snippet if s.names.is_opaque), None)
    told = f"{place_of(opaque)} runs text as code" if opaque else ""
    return why_not_again(workbench, {s.event for s in snippet}) or told


def why_not_again(workbench: Workbench, events: Collection[int]) -> str:
    """Return what speaks against running cells again: how long they took, what they reached."""
    cells = [cell for cell in workbench.session.cells if cell.event in events]
    for cell in cells:
        for effect in cell.observation.side_effects:
            if effect.kind in OUTSIDE_EFFECTS:
                return f"In [{cell.number}] {effect.kind.value} ({effect.target})"
    seconds = sum(cell.seconds or 0.0 for cell in cells)
    return f"the cells took {seconds:.0f} s" if seconds >= workbench.settings.check_seconds else ""
