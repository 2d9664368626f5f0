"""Which lines have to stay behind others because of state that neither of them names."""

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from ipyprod.lineage.file_states import can_make, is_file_state
from ipyprod.lineage.graph import LineageGraph
from ipyprod.lineage.library_settings import LIBRARY, imported_things
from ipyprod.lineage.session_code import has_call, immediate_nodes, runs_code
from ipyprod.source.chains import imported_name, root_name
from ipyprod.source.findings import LATE_ANNOTATIONS
from ipyprod.source.purity import CONSUMING_BUILTINS, PURE_BUILTINS, PURE_METHODS
from ipyprod.source.scopes import parameters
from ipyprod.source.statements import Statement, StatementKind
from ipyprod.source.word_sets import word_set

_MODULE = "module:"
_DEFINING = frozenset({StatementKind.FUNCTION, StatementKind.CLASS})
# Settings that a library may read without a word about it.
_READ_BY_LIBRARIES = frozenset({"os.environ", "locale", "warnings"})
# Modules whose functions look at what they are given alone.
_CALM_MODULES = word_set("""
    dataclasses enum functools typing typing_extensions abc collections itertools operator re
    string math contextlib types
    """)
# Methods that go by tables which anybody can add to, and by the locale.
_BY_TABLE = word_set("encode decode format strftime strptime")
_CALM_METHODS = PURE_METHODS | word_set("setter getter deleter")
_CALM_BUILTINS = (PURE_BUILTINS | CONSUMING_BUILTINS) - word_set(
    "open input print getattr eval exec compile __import__ globals locals vars"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StateNeed:
    """What can decide what a line does when it runs, beside the objects that it names.

    `attributes` are those that it takes of anything, `names` the names that it looks up, `packages`
    those of which it takes a value that they may set: not the type in `def f(df: pd.DataFrame)`.
    `runs_library`: it calls what may read any setting. An import takes attributes and no more.
    """

    states: frozenset[str]
    attributes: frozenset[str]
    names: frozenset[str] = frozenset()
    packages: frozenset[str] = frozenset()
    runs_library: bool = False
    is_import: bool = False


def waiting_for_state(
    graph: LineageGraph, setters: Iterable[Statement], readers: Iterable[Statement]
) -> tuple[Statement, ...]:
    """Return those of `readers` that come after one of `setters` which sets state they read.

    os.environ["MODE"] = "fast"
    def run(mode=os.environ["MODE"]): ...
        ^ is another function ahead of the first line
    """
    setting = [s for s in setters if _writes(graph, s)]
    if not setting:
        return ()
    imported = {n: full for s in graph.statements for n, full in imported_things(s.node)}
    waiting: list[Statement] = []
    for reader in readers:
        before = [s for s in setting if (s.event, s.index) < (reader.event, reader.index)]
        need = _need(graph, reader, imported) if before else None
        if need is not None and any(_is_set_by(graph, need, s, imported) for s in before):
            waiting.append(reader)
    return tuple(waiting)


def _writes(graph: LineageGraph, statement: Statement) -> frozenset[str]:
    effects = graph.effects(statement)
    # `from __future__ import ...` stands first in the module, whatever else is moved
    return (effects.ambient_writes | effects.ambient_resets) - {LATE_ANNOTATIONS}


def _is_set_by(
    graph: LineageGraph, need: StateNeed, setter: Statement, imported: Mapping[str, str]
) -> bool:
    for state in _writes(graph, setter):
        if is_file_state(state):
            is_met = any(can_make(state, wanted) for wanted in need.states)
        elif state.startswith(_MODULE):
            is_met = _is_patched(need, state, setter)
        elif state.startswith(LIBRARY):
            is_met = _is_library_set(need, state, setter, imported)
        else:
            is_met = state in need.states or (need.runs_library and state in _READ_BY_LIBRARIES)
            is_met = is_met and (state != "warnings" or "error" in setter.text)
        if is_met:
            return True
    return False


def _is_library_set(
    need: StateNeed, state: str, setter: Statement, imported: Mapping[str, str]
) -> bool:
    stored = list(_stored(setter))
    if stored and not has_call(setter) and all(isinstance(part, ast.Attribute) for part in stored):
        return False  # what it sets is known by its name
    root = state.removeprefix(LIBRARY)
    return need.runs_library or _package(imported.get(root, root)) in need.packages


def _stored(setter: Statement) -> Iterator[ast.Attribute | ast.Subscript]:
    for part in ast.walk(setter.node):
        if isinstance(part, (ast.Attribute, ast.Subscript)) and not isinstance(part.ctx, ast.Load):
            yield part


def _is_patched(need: StateNeed, state: str, setter: Statement) -> bool:
    """Whether the part of a module that a statement sets can be one that is needed.

    math.pi = 3               sets `pi` alone
    setattr(math, name, 3)    sets anything
    """
    stored = {part.attr for part in _stored(setter) if isinstance(part, ast.Attribute)}
    if need.runs_library or stored & (need.attributes | need.names):
        return True
    is_named = any(f"{w}.".startswith(f"{state}.") or f"{state}.".startswith(f"{w}.")
                   for w in need.states if w.startswith(_MODULE))  # fmt: skip
    if stored and not has_call(setter):
        return any(name.startswith("__") for name in stored) and is_named
    package = _package(state.removeprefix(_MODULE))
    return is_named and (need.is_import or package in need.packages)


def _need(graph: LineageGraph, reader: Statement, imported: Mapping[str, str]) -> StateNeed:
    """Say what decides what a statement does as it runs, through code that it calls at once too."""
    if reader.kind is StatementKind.IMPORT:
        return _need_of_import(reader.node)
    nodes = list(immediate_nodes(reader.node))
    types = [list(ast.walk(one)) for one in _types(nodes)]
    plain = {
        id(p) for parts in types if not any(isinstance(p, ast.Call) for p in parts) for p in parts
    }
    nodes = list({id(p): p for p in (*nodes, *chain.from_iterable(types))}.values())
    values = [part for part in nodes if id(part) not in plain]
    end = graph.order[reader.event, reader.index]
    called = graph.called_through(reader.names.reads, end) if runs_code(reader) else None
    for token in called.tokens if called else ():
        inner = list(ast.walk(graph.statements[token].node))
        nodes += inner
        values += inner
    states = graph.effects(reader).ambient_reads
    if any(map(is_file_state, states)):
        states |= {"cwd"}
    own = {name for s in graph.statements[:end] if s.kind in _DEFINING for name in s.names.binds}
    roots = {root_name(p) for p in values if isinstance(p, (ast.Attribute, ast.Subscript))}
    return StateNeed(
        states=states,
        attributes=frozenset(p.attr for p in nodes if isinstance(p, ast.Attribute)),
        names=frozenset(p.id for p in nodes if isinstance(p, ast.Name)),
        packages=frozenset(_package(imported[root]) for root in roots if root in imported),
        runs_library=any(not _is_calm(callee, imported, own) for callee in _called(values)),
    )


def _need_of_import(node: ast.stmt) -> StateNeed:
    """`from math import pi` takes what `math.pi` is at that time; so does `import a.b as b`."""
    taken: set[str] = set()
    if isinstance(node, ast.ImportFrom) and not node.level:
        taken = {f"{node.module}.{alias.name}" for alias in node.names}
    elif isinstance(node, ast.Import):
        taken = {a.name for a in node.names if a.asname and "." in a.name}
    owners = {name.rpartition(".")[0] for name in taken}
    return StateNeed(
        states=frozenset(_MODULE + owner for owner in owners),
        attributes=frozenset(name.rpartition(".")[2] for name in taken),
        is_import=True,
    )


def _types(nodes: Iterable[ast.AST]) -> Iterator[ast.expr]:
    """Yield annotations and base classes among the parts of a definition."""
    for part in nodes:
        if isinstance(part, ast.ClassDef):
            yield from part.bases
        elif isinstance(part, ast.AnnAssign):
            yield part.annotation
        elif isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found = [part.returns, *(a.annotation for a in parameters(part.args))]
            yield from (one for one in found if one is not None)


def _called(nodes: Collection[ast.AST]) -> Iterator[ast.expr]:
    for part in nodes:
        if isinstance(part, ast.Call):
            yield part.func
        yield from (d for d in getattr(part, "decorator_list", ()) if not isinstance(d, ast.Call))


def _is_calm(callee: ast.expr, imported: Mapping[str, str], own: Collection[str]) -> bool:
    """Whether a call cannot read any setting that is not known of it."""
    full_name = imported_name(callee, imported)
    if full_name:
        return _package(full_name) in _CALM_MODULES
    if isinstance(callee, ast.Attribute):
        return callee.attr in _CALM_METHODS - _BY_TABLE
    return isinstance(callee, ast.Name) and (callee.id in own or callee.id in _CALM_BUILTINS)


def _package(full_name: str) -> str:
    return full_name.partition(".")[0]
