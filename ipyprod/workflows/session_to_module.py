"""The whole session as one module: read, decide, write, prove."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ipyprod.effects.files import SourceFile, read_source, write_edit
from ipyprod.effects.formatting import format_source
from ipyprod.effects.journal import new_operation, written_module
from ipyprod.effects.places import own_modules, place_of_module
from ipyprod.errors import SelectionError, SourceError
from ipyprod.lineage.graph import LineageGraph
from ipyprod.lineage.missing import needed_omissions
from ipyprod.lineage.slices import Slice, slice_backward
from ipyprod.module_file.edit import ModuleEdit, replace_module
from ipyprod.promotion.companions import position_of
from ipyprod.promotion.definition_places import definitions_that_stay
from ipyprod.promotion.import_places import imports_that_stay
from ipyprod.promotion.imports import without_failed_part
from ipyprod.promotion.kept_results import name_results_at_once
from ipyprod.promotion.missing_names import bound_after_a_miss
from ipyprod.promotion.module_log import plan_log_lines
from ipyprod.promotion.module_plan import ModulePlan, ModuleStyle, plan_module
from ipyprod.promotion.module_results import find_results, summarize_module
from ipyprod.promotion.module_text import render_module
from ipyprod.promotion.promoted_calls import call_promoted
from ipyprod.source.secrets import find_secrets
from ipyprod.source.statements import OmissionKind, Statement, StatementKind
from ipyprod.verification.report import (
    RunOutcome,
    Verdict,
    VerificationReport,
    excuse_descendants,
)
from ipyprod.workflows.check import check_module
from ipyprod.workflows.module_paths import module_path, shown_path
from ipyprod.workflows.proof import start_folder, why_not_again
from ipyprod.workflows.request import refuse_omissions
from ipyprod.workflows.workbench import Workbench

_MOST_LEAN = 2  # tries to leave out what seems to change nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleBuild:
    """What came of building a module from the session.

    `report` is None where no check was made; `check_note` says why then, with the command to make
    it. `was_written` is false for a dry run and where the file already said the same. `target` is
    the file as one would type it.
    """

    target: str
    plan: ModulePlan
    slice: Slice
    edit: ModuleEdit
    report: VerificationReport | None = None
    check_note: str = ""
    was_written: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    """The options of one build; `conservative` and `unharmed` are those of its slice."""

    targets: str
    script: bool
    force: bool
    conservative: bool = False
    unharmed: frozenset[str] = frozenset()


def wanted_names(workbench: Workbench, graph: LineageGraph, targets: str) -> tuple[str, ...]:
    """Return the variables that the module has to make, in the order in which they were made.

    Raises:
        SelectionError: a target is no variable of the session. Nothing was written.
    """
    asked = _asked(targets)
    for name in asked:
        if name not in workbench.session.live:
            problem = f"no variable {name!r} in this session"
            raise SelectionError(problem, hint="`%ipyprod` lists the variables")
    if asked:
        return asked
    made = {name: graph.definition(name) for name in workbench.session.live}
    values = [
        (statement.event, statement.index, name)
        for name, statement in made.items()
        if statement is not None and statement.kind is not StatementKind.IMPORT
    ]
    return tuple(name for _, _, name in sorted(values))


def _asked(targets: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in targets.split(",") if name.strip())


def build_plan(
    workbench: Workbench, graph: LineageGraph, names: tuple[str, ...], options: _Options
) -> tuple[Slice, ModulePlan, tuple[str, ...]]:
    """Slice the session for `names` and decide what stands where.

    The last value are the names that `main()` holds: not those inside promoted functions.
    """
    piece = slice_backward(
        graph,
        names,
        keep_outputs=not options.targets,
        conservative=options.conservative,
        unharmed=options.unharmed,
    )
    _refuse_untranslated(piece)
    if options.targets:
        refuse_omissions(needed_omissions(graph, piece, names))
    session = workbench.session
    called = call_promoted(graph, () if options.conservative else piece.statements)
    statements = piece.statements if options.conservative else called.statements
    statements = name_results_at_once(statements)
    inner = called.inner_names - set(_asked(options.targets))
    inner = frozenset() if options.conservative else inner
    shown = tuple(name for name in names if name not in inner)
    results = find_results(graph, piece, shown)
    plan = plan_module(
        [without_failed_part(s, graph.effects(s).binds) for s in statements],
        results=names if options.targets else results,
        style=ModuleStyle.SCRIPT if options.script else ModuleStyle.MAIN,
        summary=summarize_module(graph, piece, results or shown),
        logged=plan_log_lines(session, statements),
        errors={cell.event: cell.error_type for cell in session.cells if cell.error_type},
        staying=_staying(graph, piece.statements),
    )
    return piece, plan, shown


def _staying(graph: LineageGraph, statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """Return the statements that mean something else, or make something mean that, higher up."""
    settled = bound_after_a_miss(graph, statements)
    held = tuple(s for s in statements if position_of(s) in settled)
    imports = imports_that_stay(graph, statements)
    return (*imports, *definitions_that_stay(graph, statements, imports), *held)


def _refuse_untranslated(piece: Slice) -> None:
    """Refuse a session of which nothing is left but pieces that have no Python."""
    refused = [o for o in piece.omitted if o.kind is OmissionKind.REFUSED]
    if refused and not piece.kept:
        first = refused[0]
        place = f"In [{first.cell_number}], line {first.line}"
        line = first.text.strip().partition("\n")[0]
        raise SourceError(
            f"{place}: `{line}` has no Python of its own", hint=f"{first.hint}; nothing was written"
        )
    if not piece.kept:
        raise SelectionError(
            "nothing in this session makes a value yet", hint="run some cells first"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """A planned module with its text, not written yet."""

    target: str
    start: str  # the folder that its paths start from, "" for the working directory
    plan: ModulePlan
    slice: Slice
    names: tuple[str, ...]
    source: SourceFile
    edit: ModuleEdit


def session_to_module(  # noqa: PLR0913 - one parameter for each option of the magic
    workbench: Workbench,
    file: str = "",
    *,
    flat: bool = False,
    script: bool = False,
    targets: str = "",
    force: bool = False,
    dry_run: bool = False,
    check: bool | None = None,
) -> ModuleBuild:
    """Write the whole session as one module with a `main()`, and prove its values.

    `file` is "session_module.py" where it is empty. `targets` are variables, separated by commas,
    to make alone. `script` writes plain top-level code in cells. `check` None runs the check where
    it is quick and safe.

    Raises:
        IpyprodError: there is nothing to write, a target is unknown, or the file stands against
            it; nothing was written.
    """
    del flat  # every session is one `main()` so far
    options = _Options(targets=targets, script=script, force=force)
    path = module_path(workbench, file or "session_module.py", is_imported=False)
    _refuse_promoted_file(workbench, path)
    graph = workbench.read_session()
    names = wanted_names(workbench, graph, targets)
    draft = _draft(workbench, graph, names, path, options)
    note = _why_unchecked(workbench, draft, check=check)
    if dry_run or draft.edit.before == draft.edit.after:
        build = _result(draft, note="" if dry_run else note, was_written=False)
    elif note:
        write_edit(draft.source, draft.edit, operation=new_operation())
        build = _result(draft, note=note)
    else:
        build = _proved(workbench, graph, draft, options)
    return replace(build, notes=(*build.notes, *_import_notes(workbench, draft)))


def _import_notes(workbench: Workbench, draft: _Draft) -> Iterator[str]:
    """Say which promoted modules Python finds only with their folder on its path."""
    here = str(Path(draft.edit.path).parent)
    for root in workbench.search_path:
        modules = {p.module for p in workbench.session.promotions if p.root == root}
        used = sorted(m for m in modules if f"from {m} import" in draft.edit.after)
        if used and root != here:
            place = shown_path(workbench, root)
            names = ", ".join(used)
            yield f"{names} in {place}: install the project, or put {place} on PYTHONPATH to run it"


def _refuse_promoted_file(workbench: Workbench, path: str) -> None:
    """A module that holds promoted functions cannot be replaced by one that imports them."""
    here = Path(read_source(path).path)
    for promoted in workbench.session.promotions:
        if Path(promoted.module_path) == here:
            problem = f"{here.name} holds {promoted.name}, which was promoted; nothing was written"
            raise SelectionError(problem, hint="name another file for the session")


def _draft(
    workbench: Workbench,
    graph: LineageGraph,
    names: tuple[str, ...],
    path: str,
    options: _Options,
) -> _Draft:
    piece, plan, shown = build_plan(workbench, graph, names, options)
    place = place_of_module(path, base=workbench.folder)
    plan = replace(plan, own_modules=own_modules(place))
    text = render_module(plan)
    _refuse_secrets(text)
    source = read_source(path)
    edit = replace_module(
        source.text,
        text,
        path=source.path,
        written_before=written_module(source.path),
        force=options.force or options.conservative,
        format_source=partial(format_source, path=path),
    )
    start = start_folder(workbench, {statement.event for statement in piece.statements})
    return _Draft(
        target=shown_path(workbench, source.path),
        start="" if start == workbench.folder else start,
        plan=plan,
        slice=piece,
        names=shown,
        source=source,
        edit=edit,
    )


def _refuse_secrets(text: str) -> None:
    found = find_secrets(text)
    if found:
        raise SourceError(
            f"the session holds what looks like a secret: {found[0].what}",
            hint=f"{found[0].hint}; nothing was written",
        )


def _why_unchecked(workbench: Workbench, draft: _Draft, *, check: bool | None) -> str:
    """Return why the check does not run by itself, "" where it does."""
    if check is not None:
        return "" if check else "not asked for"
    reason = why_not_again(workbench, {s.event for s in draft.slice.statements})
    return f"{reason}; to check: %ipyprod check {draft.target}" if reason else ""


def _proved(
    workbench: Workbench, graph: LineageGraph, draft: _Draft, options: _Options
) -> ModuleBuild:
    """Write the smallest slice that a check proves; where values differ, the conservative one.

    All that is written belongs to one operation: one undo takes it back.
    """
    operation = new_operation()
    lean = _proved_lean(workbench, graph, draft, options)
    if lean is not None:
        if lean.was_written:
            write_edit(draft.source, lean.edit, operation=operation)
        return lean
    write_edit(draft.source, draft.edit, operation=operation)
    report = _check(workbench, graph, draft)
    if report.is_proven:
        return _result(draft, report=report)
    names = wanted_names(workbench, graph, options.targets)
    careful = replace(options, conservative=True)
    second = _draft(workbench, graph, names, draft.edit.path, careful)
    if second.edit.after == draft.edit.after:
        return _result(draft, report=report)
    write_edit(second.source, second.edit, operation=operation)
    again = _check(workbench, graph, second)
    if _worth(again) <= _worth(report):
        third = read_source(draft.edit.path)
        write_edit(third, replace(draft.edit, before=third.text), operation=operation)
        return _result(draft, report=report)
    note = "lines that seemed to change nothing are kept: the values need them"
    second = replace(second, edit=replace(second.edit, before=draft.edit.before))
    return _result(second, report=again, notes=(note,))


def _proved_lean(
    workbench: Workbench, graph: LineageGraph, draft: _Draft, options: _Options
) -> ModuleBuild | None:
    """Leave out what seems to change nothing; None where that is nothing, or not proven.

    Each value that may have been changed has to be reproduced; the others are not doubted again.
    Nothing is written here.
    """
    names = wanted_names(workbench, graph, options.targets)
    options = replace(options, unharmed=frozenset(draft.names))
    for _ in range(_MOST_LEAN):
        lean = _draft(workbench, graph, names, draft.edit.path, options)
        if lean.edit.after == draft.edit.after:
            return None
        report = _check(workbench, graph, lean, is_written=False)
        same = {value.name for value in report.values if value.verdict is Verdict.REPRODUCED}
        if report.is_proven and lean.slice.doubted <= same:
            is_new = lean.edit.after != lean.edit.before
            return _result(lean, report=report, was_written=is_new)
        options = replace(options, unharmed=lean.slice.doubted & same)
    return None


def _worth(report: VerificationReport) -> tuple[bool, int]:
    same = sum(value.verdict is Verdict.REPRODUCED for value in report.values)
    return report.outcome is RunOutcome.FINISHED, same


def _check(
    workbench: Workbench, graph: LineageGraph, draft: _Draft, *, is_written: bool = True
) -> VerificationReport:
    expected = {
        name: workbench.namespace[name] for name in draft.names if name in workbench.namespace
    }
    limit = max(10 * workbench.settings.check_seconds, 60.0)
    report = check_module(
        draft.edit.path,
        expected=expected,
        folder=draft.start or workbench.folder,
        timeout_seconds=limit,
        search_path=(workbench.folder, *workbench.search_path),
        text="" if is_written else draft.edit.after,
    )
    differing = [v.name for v in report.values if v.verdict is Verdict.DIFFERS]
    return excuse_descendants(report, {name: _origins(graph, name) for name in differing})


def _origins(graph: LineageGraph, name: str) -> frozenset[str]:
    """Return the names that were bound on the way to a value."""
    statements = slice_backward(graph, (name,)).statements
    return frozenset(n for s in statements for n in graph.effects(s).binds) - {name}


def _result(
    draft: _Draft,
    *,
    report: VerificationReport | None = None,
    note: str = "",
    was_written: bool = True,
    notes: tuple[str, ...] = (),
) -> ModuleBuild:
    return ModuleBuild(
        target=draft.target,
        plan=draft.plan,
        slice=draft.slice,
        edit=draft.edit,
        report=report,
        check_note=note,
        was_written=was_written,
        notes=(*notes, *([f"its relative paths start from {draft.start}"] if draft.start else ())),
    )
