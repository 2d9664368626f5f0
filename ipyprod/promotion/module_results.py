"""What a session's module is for: the values that it gives back, and a sentence that says so."""

from collections.abc import Collection

from ipyprod.lineage.file_states import FILE, is_file_state, same_file
from ipyprod.lineage.graph import LineageGraph
from ipyprod.lineage.slices import Slice
from ipyprod.promotion.literals import literal_binding
from ipyprod.promotion.results import is_definition, is_peek, made_by, scratch_names
from ipyprod.promotion.seen_types import all_types
from ipyprod.source.statements import Statement

_MOST_NAMED = 3


def find_results(graph: LineageGraph, piece: Slice, names: Collection[str]) -> tuple[str, ...]:
    """Return the values that nothing kept uses again but to show them.

    What is left over from the last round of a loop is no result, nor is a part of a figure for
    having been drawn on.
    """
    found: set[str] = set()
    later: set[str] = set()  # what later statements use or make anew
    for statement in reversed(piece.statements):
        if is_peek(statement.node):
            continue
        if not is_definition(statement):
            found |= {name for name in _made(graph, statement) if name not in later}
        later |= {*statement.names.reads, *statement.names.deferred_reads}
        later |= statement.names.binds | statement.names.may_bind
    return tuple(name for name in names if name in found)


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
