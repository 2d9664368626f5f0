"""What a session's module is for: the values that it gives back, and a sentence that says so."""

import ast
import re
from collections.abc import Collection
from enum import Enum

from ipyprod.lineage.file_states import FILE, is_file_state, same_file
from ipyprod.lineage.graph import LineageGraph
from ipyprod.lineage.slices import Slice
from ipyprod.promotion.literals import literal_binding
from ipyprod.promotion.results import is_definition, is_peek, made_by, scratch_names
from ipyprod.promotion.seen_types import all_types
from ipyprod.source.chains import root_name
from ipyprod.source.statements import Statement, StatementKind

_MOST_NAMED = 3
_DRAWING = re.compile(r"\b(pyplot|seaborn)\b")


class _Use(Enum):
    """What makes a value a means and no end."""

    DRAWN_OR_USED = 1  # a later statement uses it, to draw it too
    USED = 2  # to draw a value is to show it


def find_results(graph: LineageGraph, piece: Slice, names: Collection[str]) -> tuple[str, ...]:
    """Return the values that nothing kept uses again but to show them.

    Where there is no such value, they are those that are drawn; and where there is none either,
    the figures. What is left over from the last round of a loop is no result.
    """
    figures = {name for name in names if _is_drawn(graph, name)}
    for use in _Use:
        found = _unused(graph, piece, use) - figures
        if found.intersection(names):
            return tuple(name for name in names if name in found)
    found = _unused(graph, piece, _Use.DRAWN_OR_USED)
    return tuple(name for name in names if name in found & figures)


def _unused(graph: LineageGraph, piece: Slice, use: _Use) -> set[str]:
    found: set[str] = set()
    later: set[str] = set()  # what later statements use or make anew
    for statement in reversed(piece.statements):
        is_drawing = _draws(graph, statement)
        if is_peek(statement.node) or (is_drawing and use is _Use.USED):
            continue
        if not is_definition(statement):
            made = _made(graph, statement)
            kept = {n for n in made if _is_drawn(graph, n)} if is_drawing else made
            found |= kept - later
        later |= {*statement.names.reads, *statement.names.deferred_reads}
        later |= statement.names.binds | statement.names.may_bind
    return found


def _draws(graph: LineageGraph, statement: Statement) -> bool:
    """Whether a statement calls something of a figure's: `ax.set_xlim(0, 1)`, `plt.hist(x)`."""
    node = statement.node
    call = node.value if isinstance(node, ast.Expr | ast.Assign) else None
    if not isinstance(call, ast.Call):
        return False
    root = root_name(call.func)
    return bool(root) and (_is_drawn(graph, root) or _is_drawing_library(graph, root))


def _is_drawing_library(graph: LineageGraph, name: str) -> bool:
    made = graph.definition(name)
    is_import = made is not None and made.kind is StatementKind.IMPORT
    return made is not None and is_import and bool(_DRAWING.search(made.text))


def _made(graph: LineageGraph, statement: Statement) -> frozenset[str]:
    """Return what a statement binds, and what it changes for its own sake."""
    names = statement.names
    bound = (names.binds | names.may_bind) - scratch_names(statement)
    return bound | {name for name in made_by(graph, statement) if not _is_drawn(graph, name)}


def _is_drawn(graph: LineageGraph, name: str) -> bool:
    """Whether `name` was seen to hold a part of a figure."""
    return any(note.module.partition(".")[0] == "matplotlib" for note in all_types(graph, name))


def summarize_module(graph: LineageGraph, piece: Slice, names: Collection[str]) -> str:
    """Return one sentence that says what the module makes, and from which files."""
    lasting = [name for name in names if not _is_left_over(graph, name)]
    lasting = [name for name in lasting if not _is_setting(graph, name)] or lasting
    made = [f"`{name}`" for name in lasting[-_MOST_NAMED:]]
    files = _files_read(graph, piece)
    source = f" from {', '.join(files[:_MOST_NAMED])}" if files else ""
    if not made:
        return "Run the steps of a console session."
    listed = made[0] if len(made) == 1 else f"{', '.join(made[:-1])} and {made[-1]}"
    more = ", among others" if len(lasting) > _MOST_NAMED else ""
    return f"Make {listed}{source}{more}."


def _files_read(graph: LineageGraph, piece: Slice) -> list[str]:
    """Return the files that have to be there, in order of name: not those that a line before wrote."""
    found: set[str] = set()
    written: list[str] = []
    for statement in piece.statements:
        written += [s for s in graph.effects(statement).ambient_writes if is_file_state(s)]
        read = {s for s in statement.names.ambient_reads if s.startswith(FILE)}
        found |= {s for s in read if not any(same_file(s, own) for own in written)}
    return sorted(state.removeprefix(FILE) for state in found)


def _is_left_over(graph: LineageGraph, name: str) -> bool:
    """Whether `name` holds what a loop or a `with` needed for itself."""
    made = graph.definition(name)
    return made is not None and name in scratch_names(made)


def _is_setting(graph: LineageGraph, name: str) -> bool:
    """Whether `name` stands for a literal."""
    made = graph.definition(name)
    return made is not None and literal_binding(made, name) is not None
