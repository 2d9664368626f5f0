"""What a session's module is for: the values that it gives back, and a sentence that says so."""

import ast
from collections.abc import Collection

from ipyprod.lineage.graph import LineageGraph
from ipyprod.lineage.slices import Slice
from ipyprod.source.statements import Statement, StatementKind

_MOST_NAMED = 3


def find_results(graph: LineageGraph, piece: Slice, names: Collection[str]) -> tuple[str, ...]:
    """Return the values that nothing kept reads again, loop variables and the like apart."""
    statements = piece.statements
    results = []
    for name in names:
        made = graph.definition(name)
        if made is None or made.kind is not StatementKind.OTHER or name in _passing(made):
            continue
        position = (made.event, made.index)
        later = (s for s in statements if (s.event, s.index) > position)
        if not any(name in s.names.reads or name in s.names.deferred_reads for s in later):
            results.append(name)
    return tuple(results)


def _passing(statement: Statement) -> frozenset[str]:
    """Return the names that hold the last item of a loop or the subject of a `with`, and no more."""
    # for row in rows:          `row` is left over,
    #     total = total + row   `total` is not
    targets: list[ast.AST] = []
    for node in ast.walk(statement.node):
        if isinstance(node, ast.For | ast.AsyncFor):
            targets.append(node.target)
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            targets.append(node.optional_vars)
    stored = [part for target in targets for part in _stored(target)]
    passing = {part.id for part in stored}
    elsewhere = {part.id for part in _stored(statement.node) if part not in stored}
    return frozenset(passing - elsewhere)


def _stored(node: ast.AST) -> list[ast.Name]:
    return [
        part
        for part in ast.walk(node)
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    ]


def summarize_module(graph: LineageGraph, piece: Slice, names: Collection[str]) -> str:
    """Return one sentence that says what the module makes, and from which files."""
    lasting = [n for n in names if (s := graph.definition(n)) is None or n not in _passing(s)]
    made = [f"`{name}`" for name in lasting[-_MOST_NAMED:]]
    files = sorted(
        {
            state.removeprefix("file:")
            for statement in piece.statements
            for state in statement.names.ambient_reads
            if state.startswith("file:")
        }
    )
    source = f" from {', '.join(files[:_MOST_NAMED])}" if files else ""
    if not made:
        return "Run the steps of a console session."
    listed = made[0] if len(made) == 1 else f"{', '.join(made[:-1])} and {made[-1]}"
    more = ", among others" if len(lasting) > _MOST_NAMED else ""
    return f"Make {listed}{source}{more}."
