"""The functions of the session, of the file and of the last promotion, compared."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ipyprod.effects.files import read_source
from ipyprod.effects.formatting import format_source
from ipyprod.effects.journal import definitions_in_force, find_journals
from ipyprod.effects.terminal import Terminal, find_terminal
from ipyprod.errors import IpyprodError, SelectionError
from ipyprod.lineage.graph import LineageGraph
from ipyprod.module_file.layout import code_signature, definition_text
from ipyprod.promotion.definitions import plan_definition
from ipyprod.promotion.planning import PlanOptions
from ipyprod.promotion.render import render_function
from ipyprod.source.statements import StatementKind
from ipyprod.workflows.module_paths import shown_path
from ipyprod.workflows.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """One function as it stands in three places, None where it is not there.

    `session` is the definition that the session has now; for a function that was made of cells
    it is what was promoted, for the session has no other text of it.
    """

    name: str
    target: str
    session: str | None
    file: str | None
    promoted: str | None

    @property
    def is_same(self) -> bool:
        """Whether the three say the same, whatever their layout."""
        return _is_same(self.session, self.file) and _is_same(self.file, self.promoted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """The functions whose three versions differ. `same` are the names of the others."""

    functions: tuple[Versions, ...]
    same: tuple[str, ...]
    terminal: Terminal


def diff(workbench: Workbench, name: str = "") -> Differences:
    """Compare what was promoted with the file and with the session; `name` asks for one function.

    Raises:
        SelectionError: nothing of that name was promoted.
    """
    graph = workbench.read_session()
    found = [one for one in _versions(workbench, graph) if not name or one.name == name]
    if name and not found:
        problem = f"no promoted function is called {name!r}"
        raise SelectionError(problem, hint="`%ipyprod log` lists what was written")
    shown = tuple(one for one in found if name or not one.is_same)
    same = tuple(one.name for one in found if one.is_same)
    return Differences(functions=shown, same=same, terminal=find_terminal())


def _versions(workbench: Workbench, graph: LineageGraph) -> Iterator[Versions]:
    for path in _paths(workbench):
        promoted = definitions_in_force(path)
        try:
            text = read_source(path).text if Path(path).exists() else None
        except IpyprodError:  # it does not parse now: there is nothing to compare
            text = None
        for name, written in promoted.items():
            if not name.isidentifier():
                continue
            in_session = _session_text(graph, name, path, text)
            yield Versions(
                name=name,
                target=shown_path(workbench, path),
                session=written if in_session is None else in_session,
                file=definition_text(text, name) if text else None,
                promoted=written,
            )


def _paths(workbench: Workbench) -> tuple[str, ...]:
    """Return the files that ipyprod wrote definitions into: those of the session first."""
    own = [p.module_path for p in workbench.session.promotions]
    found = [e.path for j in find_journals((workbench.folder,)) for e in j.entries()]
    return tuple(dict.fromkeys(str(Path(path).resolve()) for path in (*own, *found)))


def _session_text(graph: LineageGraph, name: str, path: str, like: str | None) -> str | None:
    """Return the definition of the session as a promotion would write it now."""
    found = graph.definition(name)
    kinds = (StatementKind.FUNCTION, StatementKind.CLASS)
    if found is None or found.kind not in kinds:
        return None
    try:
        plan = plan_definition(graph, name, found, PlanOptions())
    except IpyprodError:
        return found.text
    write = partial(format_source, path=path, like=like)
    return write(render_function(plan).text).rstrip("\n")


def _is_same(one: str | None, other: str | None) -> bool:
    if one is None or other is None:
        return one is other
    return one == other or code_signature(one) == code_signature(other)
