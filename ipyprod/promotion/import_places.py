"""Which imports of a snippet have to stand inside the function, where they were."""

import ast
from collections.abc import Iterable

from ipyprod.lineage.effects import Position
from ipyprod.lineage.file_states import can_make, is_file_state
from ipyprod.lineage.graph import LineageGraph
from ipyprod.lineage.library_settings import imported_things
from ipyprod.lineage.resolution import GENERATORS
from ipyprod.lineage.state_order import waiting_for_state
from ipyprod.lineage.submodules import LOADED, wanted_states
from ipyprod.lineage.text_findings import goes_on_after_failure
from ipyprod.lineage.walk import is_seeded
from ipyprod.promotion.companions import bound_names, position_of
from ipyprod.source.import_order import STANDARD, import_section
from ipyprod.source.statements import Statement, StatementKind

# Setting one of these may decide what a later import finds or does.
DECIDES_IMPORTS = frozenset({"sys.path", "sys.modules", "os.environ", "cwd"})


def staying_imports(
    graph: LineageGraph,
    snippet: tuple[Statement, ...],
    local: frozenset[str],
    settled: frozenset[Position] = frozenset(),
) -> frozenset[Position]:
    """Return the imports of the snippet that mean something else ahead of the function.

    Those that come after a line which decides what they find, writes their module or sets what
    they take out of it (`math.pi = 3` / `from math import pi`), those of a name that is bound to
    more than that: by the body, or by an import that stays; and the `settled` ones.

        sys.path.append("lib")
        import lib.tools
               ^ and with it every other `import lib...`
    """
    deciding = _deciding_states(graph)
    imports: list[Statement] = []
    stays: set[Position] = set(_missed_submodules(graph, snippet))
    has_moved = False
    written: set[str] = set()
    patched = _taking_what_was_set(graph, snippet)
    for statement in snippet:
        effects = graph.effects(statement)
        if statement.kind is not StatementKind.IMPORT:
            written |= effects.ambient_writes
            has_moved = not written.isdisjoint(deciding)
        elif not statement.names.has_star_import:
            imports.append(statement)
            is_written = _reads_what_is_written(_outside_modules(effects.ambient_reads), written)
            is_moved = has_moved and not is_standard(statement)
            is_written |= statement in patched
            is_held = is_moved or is_written or _draws_after_a_seed(graph, statement)
            if is_held or bound_names([statement]) & local or position_of(statement) in settled:
                stays.add(position_of(statement))
    several = _bound_to_several(imports)
    stays |= {position_of(s) for s in imports if bound_names([s]) & several}
    while True:
        names = bound_names(s for s in imports if position_of(s) in stays)
        more = {position_of(s) for s in imports if bound_names([s]) & names} - stays
        if not more:
            return frozenset(stays)
        stays |= more


def _outside_modules(states: Iterable[str]) -> frozenset[str]:
    """Return what an import needs beside the modules that are loaded, and what they draw then."""
    return frozenset(s for s in states if not s.startswith("module:") and s not in GENERATORS)


def _taking_what_was_set(
    graph: LineageGraph, statements: Iterable[Statement]
) -> tuple[Statement, ...]:
    """Return the imports of what a line ahead of them set in its module."""
    statements = tuple(statements)
    imports = [s for s in statements if s.kind is StatementKind.IMPORT]
    return waiting_for_state(graph, (s for s in statements if s not in imports), imports)


def _bound_to_several(imports: Iterable[Statement]) -> frozenset[str]:
    """Return the names that imports bind to several things, in turn."""
    meanings: dict[str, set[str]] = {}
    for statement in imports:
        for name, full_name in imported_things(statement.node):
            meanings.setdefault(name, set()).add(full_name)
    return frozenset(name for name, known in meanings.items() if len(known) > 1)


def imports_that_stay(
    graph: LineageGraph, statements: Iterable[Statement]
) -> tuple[Statement, ...]:
    """Return the imports of a session that would find or do something else ahead of the rest.

    %%writefile shapes.py
    import shapes
           ^ stays behind it; files that only belong to a library hold nothing up

    So does `from math import pi` behind `math.pi = 3`.
    """
    statements = tuple(statements)
    missed = _missed_submodules(graph, statements)
    staying = list(_taking_what_was_set(graph, statements))
    written: set[str] = set()
    for statement in statements:
        effects = graph.effects(statement)
        is_import = statement.kind is StatementKind.IMPORT
        is_held = _reads_what_is_written(effects.ambient_reads, written) or _draws_after_a_seed(
            graph, statement
        )
        if is_import and (is_held or position_of(statement) in missed):
            staying.append(statement)
        written.update(filter(_leads_imports, effects.ambient_writes))
    return tuple(staying)


def _leads_imports(state: str) -> bool:
    return is_file_state(state) or state == "sys.modules"


def _reads_what_is_written(reads: frozenset[str], written: set[str]) -> bool:
    """Whether an import reads state that a line above it set: a file by whatever path."""
    if not written.isdisjoint(reads - GENERATORS):
        return True
    files = [state for state in written if is_file_state(state)]
    return any(can_make(state, read) for state in files for read in reads if is_file_state(read))


def _missed_submodules(graph: LineageGraph, statements: Iterable[Statement]) -> frozenset[Position]:
    """Return the imports of a submodule that a line above them went on without.

    import xml
    xml.dom.Node       AttributeError
    import xml.dom
    """
    named: set[str] = set()
    missed: set[str] = set()
    loaded: set[str] = set()
    found: set[Position] = set()
    for statement in statements:
        loads = {s for s in graph.effects(statement).ambient_writes if s.startswith(LOADED)}
        if statement.kind is StatementKind.IMPORT and wanted_states(loads - loaded, missed):
            found.add(position_of(statement))
        loaded |= loads
        named |= statement.names.attributes
        if goes_on_after_failure(statement):
            missed |= named
    return frozenset(found)


def is_standard(statement: Statement) -> bool:
    """Whether an import is of the standard library alone: no setting leads it elsewhere."""
    node = statement.node
    if isinstance(node, ast.ImportFrom):
        modules = [node.module or ""] if not node.level else [""]
    else:
        modules = [a.name for a in node.names] if isinstance(node, ast.Import) else [""]
    return all(import_section(module, ()) == STANDARD for module in modules)


def _draws_after_a_seed(graph: LineageGraph, statement: Statement) -> bool:
    """Whether an import was seen to draw, as libraries do when first loaded, from a seeded generator."""
    drawn = GENERATORS & graph.effects(statement).ambient_writes
    index = graph.end_of(position_of(statement))
    return any(is_seeded(graph, state, index) for state in drawn)


def _deciding_states(graph: LineageGraph) -> frozenset[str]:
    """Return the states that decide what an import finds.

    Libraries set environment variables of their own, for no import of the session: they count only
    where the session's own text sets some.
    """
    written = {
        state
        for statement in graph.statements
        for state in statement.names.ambient_writes | statement.names.deferred_ambient_writes
    }
    return DECIDES_IMPORTS - ({"os.environ"} - written)
