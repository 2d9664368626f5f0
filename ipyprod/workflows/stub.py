"""A function declared before it is written: `%ipyprod stub`."""

import ast
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ipyprod.effects.files import read_source, write_edit
from ipyprod.effects.formatting import format_source
from ipyprod.effects.journal import find_journals, written_definitions
from ipyprod.effects.places import own_modules, place_of_module
from ipyprod.errors import IpyprodError
from ipyprod.lineage.graph import LineageGraph
from ipyprod.module_file.edit import ModuleEdit, insert_function
from ipyprod.module_file.layout import parse_layout
from ipyprod.promotion.design import (
    Surroundings,
    departures,
    is_stub,
    parse_design,
    render_design,
    stub_summary,
)
from ipyprod.promotion.imports import bound_name, import_names, narrow_import
from ipyprod.promotion.plan import DocstringStyle
from ipyprod.source.statements import StatementKind
from ipyprod.workflows.module_paths import module_path, shown_path
from ipyprod.workflows.names import check_name
from ipyprod.workflows.workbench import Workbench

if TYPE_CHECKING:
    from ipyprod.session.cell import TypeNote


@dataclass(frozen=True, slots=True, kw_only=True)
class StubWrite:
    """A stub that was written, or would be. `target` is the file as one would type it."""

    name: str
    target: str
    edit: ModuleEdit
    was_written: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyStub:
    """A stub that no promotion has filled in yet. `line` is 1-based."""

    name: str
    path: str
    line: int


def stub(
    workbench: Workbench,
    signature: str,
    *,
    to: str = "",
    doc: str = "",
    force: bool = False,
    dry_run: bool = False,
) -> StubWrite:
    """Write a typed, documented function that raises `NotImplementedError`.

    Types come from the annotations, the session's variables of those names, and the defaults.

    Raises:
        IpyprodError: it is no signature, or the file stands against it; nothing was written.
    """
    design = parse_design(signature)
    check_name(design.name)
    around = _surroundings(workbench.read_session())
    style = DocstringStyle(workbench.settings.docstring_style)
    rendered = render_design(design, around, doc=doc, style=style)
    wanted = to or workbench.settings.module or "session.py"
    path = module_path(workbench, wanted, is_imported=True)
    source = read_source(path)
    edit = insert_function(
        source.text,
        rendered,
        path=source.path,
        own_modules=own_modules(place_of_module(source.path, base=source.base)),
        written_before=written_definitions(source.path),
        force=force,
        format_source=partial(format_source, path=path, like=source.text),
    )
    if not dry_run:
        write_edit(source, edit)
    return StubWrite(
        name=design.name,
        target=shown_path(workbench, edit.path),
        edit=edit,
        was_written=not dry_run,
    )


def empty_stubs(workbench: Workbench) -> tuple[EmptyStub, ...]:
    """Find the stubs of the project that are still empty: those that ipyprod wrote."""
    written: dict[str, set[str]] = {}
    for journal in find_journals((workbench.folder,)):
        for entry in journal.entries():
            if not entry.is_undone:
                written.setdefault(entry.path, set()).update(name for name, _ in entry.wrote)
    found: list[EmptyStub] = []
    for path, names in sorted(written.items()):
        try:
            text = read_source(path).text if path.endswith(".py") else None
            layout = parse_layout(text or "", path=path)
        except IpyprodError:  # it cannot be read now: nothing can be said of it
            continue
        found += [
            EmptyStub(name=node.name, path=path, line=node.lineno)
            for block in layout.blocks
            if (node := block.definition) is not None and node.name in names and is_stub(node)
        ]
    return tuple(found)


def stub_in(text: str | None, name: str) -> ast.stmt | None:
    """Return the stub of a name in a module's text, None where there is none."""
    if not text:
        return None
    blocks = parse_layout(text, path="the module").definition_blocks(name)
    return next((b.nodes[0] for b in blocks if is_stub(b.nodes[0])), None)


def design_summary(text: str | None, name: str) -> str:
    """Return what the stub of a name says that it is for, "" where there is none."""
    node = stub_in(text, name)
    return stub_summary(node) if node is not None else ""


def departure_notes(before: str | None, after: str, name: str) -> tuple[str, ...]:
    """Return where what an edit made of a stub departs from it."""
    node = stub_in(before, name)
    if node is None or stub_in(after, name) is not None:
        return ()
    blocks = parse_layout(after, path="the module").definition_blocks(name)
    found = departures(node, blocks[0].nodes[0]) if blocks else ()
    return tuple(f"departs from the design: {one}" for one in found)


def _surroundings(graph: LineageGraph) -> Surroundings:
    types: dict[str, TypeNote] = {}
    for cell in graph.session.cells:
        types |= {note.name: note.type for note in cell.observation.variables}
    imports = [s for s in graph.statements if s.kind is StatementKind.IMPORT]
    bound = {
        bound_name(alias): narrow_import(s, {bound_name(alias)}).text
        for s in imports
        if isinstance(s.node, ast.Import | ast.ImportFrom)
        for alias in s.node.names
    }
    return Surroundings(types=types, names=import_names(s.node for s in imports), imports=bound)
