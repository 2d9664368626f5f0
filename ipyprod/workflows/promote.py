"""Cells become a function in a module: read, decide, prove, write."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from ipyprod.effects.files import SourceFile, read_source, write_edit
from ipyprod.effects.formatting import format_source
from ipyprod.effects.journal import JournalEntry, new_operation, written_definitions
from ipyprod.effects.places import own_modules, place_of_module
from ipyprod.effects.write_together import write_together
from ipyprod.errors import SourceError
from ipyprod.lineage.effects import Position
from ipyprod.lineage.graph import LineageGraph
from ipyprod.lineage.slices import Slice
from ipyprod.lineage.snippets import changes_between
from ipyprod.module_file.edit import ModuleEdit, insert_function
from ipyprod.promotion.assumptions import place_of
from ipyprod.promotion.companions import position_of
from ipyprod.promotion.definitions import plan_definition
from ipyprod.promotion.plan import (
    AssumptionKind,
    DocstringStyle,
    PromotionPlan,
    RenderedFunction,
)
from ipyprod.promotion.planning import PlanOptions, plan_promotion
from ipyprod.promotion.render import render_function
from ipyprod.promotion.snippet import Snippet
from ipyprod.source.secrets import find_secrets
from ipyprod.source.statements import Statement
from ipyprod.verification.report import RunOutcome, Verdict, VerificationReport
from ipyprod.workflows.check import check_codes
from ipyprod.workflows.module_paths import module_path, shown_path
from ipyprod.workflows.names import check_name, split_names
from ipyprod.workflows.proof import Proof, call_line, why_not_run, write_proof
from ipyprod.workflows.regression_cases import Promoted
from ipyprod.workflows.regression_test import RegressionTest, plan_test, writes_of
from ipyprod.workflows.request import Request, check_options, chosen_definition, chosen_snippet
from ipyprod.workflows.stub import departure_notes, design_summary
from ipyprod.workflows.validation import checked_definition
from ipyprod.workflows.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """What came of one promotion. `report` is None where nothing was to be checked.

    `call_line` is the line that replaces the cells, "" for a definition. `slice` has the reasons
    for every line kept and dropped, None for a definition. `replaced` are the (event, index) of
    the statements that the function stands for. `entry` names the write in the journal. `target`
    is the file as one would type it. `test` is None where none was asked for.
    """

    name: str
    target: str
    plan: PromotionPlan
    rendered: RenderedFunction
    edit: ModuleEdit
    slice: Slice | None = None
    call_line: str = ""
    report: VerificationReport | None = None
    was_written: bool = False
    entry: str = ""
    notes: tuple[str, ...] = ()
    replaced: tuple[Position, ...] = ()
    test: RegressionTest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """A planned function with the text of its module, not written yet."""

    plan: PromotionPlan
    rendered: RenderedFunction
    source: SourceFile
    edit: ModuleEdit
    snippet: Snippet | None


def promote(  # noqa: PLR0913 - one parameter for each option of the magic
    workbench: Workbench,
    name: str,
    cells: str = "",
    *,
    from_: str = "",
    given: str = "",
    to: str = "",
    params: str = "",
    keywords: str = "",
    returns: str = "",
    doc: str = "",
    inplace: bool = False,
    named: bool = False,
    validate: bool = False,
    force: bool = False,
    dry_run: bool = False,
    check: bool | None = None,
    test: bool = False,
) -> Promotion:
    """Make the function `name` of cells, of what variables depend on, or of a definition.

    Names are separated by commas. `check` None runs the check where it is quick and safe.

    Raises:
        IpyprodError: an option names what is not there, the code cannot stand in a module, or
            the file stands against it; nothing was written.
    """
    check_name(name)
    options = PlanOptions(
        parameters=split_names(params),
        keywords=split_names(keywords),
        given=split_names(given),
        returns=split_names(returns) or split_names(from_),
        doc=doc,
        inplace=inplace,
        named=named,
        validate=validate,
        style=DocstringStyle(workbench.settings.docstring_style),
        typed_arrays=workbench.settings.typed_arrays,
    )
    request = Request(
        name=name,
        cells=cells,
        targets=split_names(from_),
        given=split_names(given),
        returns=split_names(returns),
        options=options,
    )
    check_options(request)
    graph = workbench.read_session()
    path = module_path(workbench, to or workbench.settings.module or "session.py", is_imported=True)
    request = _with_design(request, path)
    draft = _draft(graph, request, path, force=force)
    report: VerificationReport | None = None
    notes: tuple[str, ...] = ()
    if draft.snippet is not None:
        draft, report, notes = _prove(workbench, graph, request, draft, check=check, force=force)
    notes += departure_notes(draft.source.text, draft.edit.after, name)
    kept = draft.snippet.statements if draft.snippet else _definition_as_it_was(draft.plan)
    made_test = _test(workbench, graph, draft, check=check, force=force) if test else None
    entry = None if dry_run else _write(draft, made_test)
    return Promotion(
        name=name,
        target=shown_path(workbench, draft.edit.path),
        plan=draft.plan,
        rendered=draft.rendered,
        edit=draft.edit,
        slice=draft.snippet.slice if draft.snippet else None,
        call_line=call_line(draft.plan),
        report=report,
        was_written=not dry_run,
        entry=str(entry.number) if entry else "",
        notes=notes,
        replaced=tuple(position_of(s) for s in kept if s not in draft.plan.left_outside),
        test=made_test,
    )


def _test(
    workbench: Workbench, graph: LineageGraph, draft: _Draft, *, check: bool | None, force: bool
) -> RegressionTest:
    promoted = Promoted(
        plan=draft.plan,
        snippet=draft.snippet.statements if draft.snippet else (),
        text=draft.edit.after,
        path=draft.edit.path,
    )
    return plan_test(workbench, graph, promoted, check=check, force=force)


def _write(draft: _Draft, test: RegressionTest | None) -> JournalEntry | None:
    """Write the module, and its test with it, in one operation."""
    operation = new_operation()
    module = partial(write_edit, draft.source, draft.edit, operation=operation)
    others = writes_of(test, operation=operation) if test else ()
    return write_together((*others, module))[-1].entry


def _with_design(request: Request, path: str) -> Request:
    """Take the first line of the docstring from the stub that is to be filled in, if there is one."""
    doc = request.options.doc or design_summary(read_source(path).text, request.name)
    return replace(request, options=replace(request.options, doc=doc))


def _definition_as_it_was(plan: PromotionPlan) -> tuple[Statement, ...]:
    """Return the session's definition that the module holds now, none where parameters came in."""
    is_other = any(a.kind is AssumptionKind.EXTRA_PARAMETER for a in plan.assumptions)
    return () if plan.definition is None or is_other else (plan.definition,)


def _draft(
    graph: LineageGraph,
    request: Request,
    path: str,
    *,
    force: bool,
    conservative: bool = False,
) -> _Draft:
    definition = chosen_definition(graph, request)
    if definition is not None:
        plan = plan_definition(graph, request.name, definition, request.options)
        plan = checked_definition(graph, plan) if request.options.validate else plan
        return _finish(plan, None, path, force=force)
    snippet = chosen_snippet(graph, request, conservative=conservative)
    plan = plan_promotion(
        graph,
        request.name,
        snippet.statements,
        returns=snippet.returns,
        result=snippet.result,
        options=request.options,
    )
    return _finish(plan, snippet, path, force=force)


def _finish(plan: PromotionPlan, snippet: Snippet | None, path: str, *, force: bool) -> _Draft:
    rendered = render_function(plan)
    _refuse_secrets(plan, rendered)
    source = read_source(path)
    text = source.text
    place = place_of_module(source.path, base=source.base)
    edit = insert_function(
        text,
        rendered,
        path=source.path,
        module=place.dotted,
        written_before=written_definitions(source.path),
        force=force,
        own_modules=own_modules(place),
        format_source=partial(format_source, path=path, like=text),
    )
    return _Draft(plan=plan, rendered=rendered, source=source, edit=edit, snippet=snippet)


def _refuse_secrets(plan: PromotionPlan, rendered: RenderedFunction) -> None:
    text = "\n".join([*rendered.imports, *(s for _, s in rendered.companions), rendered.text])
    if not find_secrets(text):
        return
    statements = [*plan.body, *plan.nested, *(c.statement for c in plan.companions)]
    guilty = next((s for s in statements if find_secrets(s.text)), plan.definition)
    place = place_of(guilty) if guilty else "the code"
    raise SourceError(
        f"{place} holds what looks like a secret",
        hint='read it with os.environ["..."] instead; nothing was written',
    )


def _prove(
    workbench: Workbench,
    graph: LineageGraph,
    request: Request,
    draft: _Draft,
    *,
    check: bool | None,
    force: bool,
) -> tuple[_Draft, VerificationReport | None, tuple[str, ...]]:
    """Run the draft; where its values are not the session's, try the ways to write it otherwise."""
    lean = _proved_lean(workbench, graph, request, draft, check=check, force=force)
    if lean is not None:
        return *lean, ()
    report = _check(workbench, graph, draft, check=check)
    if report.is_proven or report.outcome is RunOutcome.NOT_RUN:
        return draft, report, ()
    path = draft.edit.path
    options = replace(request.options, deep_copies=False)
    for others, conservative, note in (
        (request, True, "lines that seemed to change nothing are kept: the values need them"),
        (replace(request, options=options), False, ""),
    ):
        second = _draft(graph, others, path, force=force, conservative=conservative)
        if second.rendered != draft.rendered:
            again = _check(workbench, graph, second, check=check)
            if again.is_proven:
                return second, again, (note,) if note else ()
    return draft, report, ()


def _proved_lean(
    workbench: Workbench,
    graph: LineageGraph,
    request: Request,
    draft: _Draft,
    *,
    check: bool | None,
    force: bool,
) -> tuple[_Draft, VerificationReport] | None:
    """Leave out what only the text speaks for; None where that is nothing, or not proven.

    Each value has to be the one that the session has now, at the end of all that may have changed
    it: what cannot be compared with that proves nothing.
    """
    if not set(request.targets) <= workbench.namespace.keys():
        return None
    if not request.targets or request.returns:
        return None
    lean = _draft(graph, replace(request, hopeful=True), draft.edit.path, force=force)
    if lean.rendered == draft.rendered:
        return None
    report = _check(workbench, graph, lean, check=check, only_live=True)
    is_same = report.values and all(v.verdict is Verdict.REPRODUCED for v in report.values)
    return (lean, report) if is_same and report.is_proven else None


def _check(
    workbench: Workbench,
    graph: LineageGraph,
    draft: _Draft,
    *,
    check: bool | None,
    only_live: bool = False,
) -> VerificationReport:
    """Prove a draft; with `only_live` each value is held against what the session has now."""
    if check is False or draft.snippet is None:
        return VerificationReport(outcome=RunOutcome.NOT_RUN, detail="not asked for")
    snippet = draft.snippet.statements
    if check is None:
        reason = why_not_run(workbench, snippet)
        reason = f"{reason}: add --check" if reason else ""
        if reason:
            return VerificationReport(outcome=RunOutcome.NOT_RUN, detail=reason)
    edit = draft.edit
    place = place_of_module(edit.path, base=workbench.folder)
    proof = write_proof(
        graph, draft.plan, snippet, text=edit.after, path=edit.path, module=place.dotted
    )
    if proof.missing:
        names = ", ".join(proof.missing)
        return VerificationReport(
            outcome=RunOutcome.NOT_RUN, detail=f"the source of {names} is not in the record"
        )
    live = _still_live(workbench.namespace, graph, snippet, proof)
    if only_live:
        live = {name: workbench.namespace.get(name) for name in proof.names}
    limit = max(10 * workbench.settings.check_seconds, 60.0)
    return check_codes(
        proof.made,
        proof.original,
        live=live,
        names=proof.names,
        folder=workbench.folder,
        timeout_seconds=limit,
        search_path=(place.root, *workbench.search_path),
    )


def _still_live(
    namespace: Mapping[str, Any], graph: LineageGraph, snippet: tuple[Statement, ...], proof: Proof
) -> dict[str, Any]:
    """Return the live values that are still what the snippet made of them."""
    last = position_of(snippet[-1])
    end = graph.statements[-1]
    after = (end.event, end.index + 1)
    inside = {position_of(s) for s in snippet}
    live: dict[str, Any] = {}
    for name in proof.names:
        bound = graph.definition(name)
        is_same = bound is not None and position_of(bound) <= last and (
            position_of(bound) in inside or graph.definition(name, position_of(snippet[0])) is not None
        )  # fmt: skip
        if name in namespace and is_same and not changes_between(graph, name, last, after):
            live[name] = namespace[name]
    return live
