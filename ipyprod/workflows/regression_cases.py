"""The cases of a regression test: captured inputs, and what the function gives for them."""

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ipyprod.effects.formatting import format_source
from ipyprod.effects.places import own_modules
from ipyprod.lineage.effects import Position
from ipyprod.lineage.graph import LineageGraph
from ipyprod.module_file.edit import ModuleEdit, insert_function
from ipyprod.promotion.companions import bound_names
from ipyprod.promotion.imports import narrow_import
from ipyprod.promotion.plan import PromotionPlan
from ipyprod.promotion.regression_test import (
    MODULE_DOCSTRING,
    Argument,
    CapturedCall,
    CapturedValue,
    InputFile,
    render_test,
)
from ipyprod.promotion.seen_types import type_after
from ipyprod.promotion.unused_names import unused_names, without_targets
from ipyprod.session.cell import SideEffect, SideEffectKind, TypeNote
from ipyprod.source.statements import Finish, Statement, StatementKind
from ipyprod.verification.compare import find_differences
from ipyprod.workflows.proof import made_before, program_text, why_not_run
from ipyprod.workflows.regression_calls import SessionCall, is_still_there
from ipyprod.workflows.regression_runs import (
    Bench,
    changed_arguments,
    describe_after,
    describe_live,
    describe_results,
    run_test,
)
from ipyprod.workflows.workbench import Workbench

_MOST_FILE_BYTES = 1_000_000
_MOST_RECIPE_LINES = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Promoted:
    """What a test is made for: the plan, its statements, and the module as it will be."""

    plan: PromotionPlan
    snippet: tuple[Statement, ...]
    text: str
    path: str


class NoTestError(Exception):
    """There is no test; the message says why."""


def can_run(case: CapturedCall) -> bool:
    """Whether what a test imports is there: pytest may be missing."""
    needs_pytest = "import pytest" in render_test(case).imports
    return not needs_pytest or importlib.util.find_spec("pytest") is not None


class CaseMaker:
    """Makes the cases of one test file."""

    def __init__(
        self,
        workbench: Workbench,
        graph: LineageGraph,
        promoted: Promoted,
        bench: Bench,
        *,
        may_run_all: bool,
    ) -> None:
        self.workbench = workbench
        self.graph = graph
        self.promoted = promoted
        self.bench = bench
        self.may_run_all = may_run_all

    def inputs(self, call: SessionCall, stem: str) -> CapturedCall:
        """Capture the arguments of a call; large ones are sampled where the function takes that."""
        case = self._with_inputs(call, stem, whole=False)
        if not any(one.value.rule for one in case.arguments):
            return case
        if not describe_results(case, bench=self.bench, stem=stem).error:
            return case
        return self._with_inputs(call, stem, whole=True)

    def expected(self, case: CapturedCall, stem: str, path: str) -> tuple[CapturedCall, list[str]]:
        """Capture the results, and leave out those that vary from run to run."""
        first = describe_results(case, bench=self.bench, stem=stem)
        if first.error:
            raise NoTestError(f"the call does not work by itself: {first.error}")
        names = {value.name for value in case.returns}
        given_back = tuple(value for value in first.values if value.name in names)
        changed = changed_arguments(case, first.values)
        case = replace(case, returns=given_back, changed=changed)
        notes = [
            f"{v.name} is compared by its type alone: {v.refusal}" for v in given_back if v.refusal
        ]
        error = self._error(case, path)
        if not error:
            return case, notes
        second = describe_results(case, bench=self.bench, stem=stem)
        if second.run is None or first.run is None:
            raise NoTestError(f"the call does not always work: {second.error}")
        before, after = first.run.snapshots, second.run.snapshots
        if before is None or after is None:
            raise NoTestError(error)
        varying = {n for n in before.roots if find_differences(n, before, after)}
        kept = tuple(
            CapturedValue(name=v.name, type_name=v.type_name) if v.name in varying else v
            for v in given_back
        )
        case = replace(case, returns=kept, changed=())
        notes += [f"{n} varies from run to run: only its type is tested" for n in varying & names]
        error = self._error(case, path)
        if error:
            raise NoTestError(f"it does not pass: {error}")
        return case, notes

    def _error(self, case: CapturedCall, path: str) -> str:
        edit = self.edit(None, case, path, written=None, force=False)
        if not can_run(case):
            return ""
        return run_test(case, edit.after, bench=self.bench, path=path)

    def edit(
        self,
        text: str | None,
        case: CapturedCall,
        path: str,
        *,
        written: str | None,
        force: bool,
    ) -> ModuleEdit:
        """Put the test of a case into the text of a test file."""
        place = self.bench.place
        return insert_function(
            text,
            render_test(case),
            path=path,
            written_before=written,
            force=force,
            docstring=MODULE_DOCSTRING,
            own_modules=own_modules(place) | {place.dotted.partition(".")[0]},
            format_source=partial(format_source, path=path, like=text),
        )

    def _with_inputs(self, call: SessionCall, stem: str, *, whole: bool) -> CapturedCall:
        values = {value.name: value for value in self._values(call, stem, whole=whole)}
        recipe: tuple[Statement, ...] = ()
        refused = [value for value in values.values() if value.refusal]
        if refused:
            recipe = self._recipe(call, refused)
            made = bound_names(recipe)
            values |= {n: CapturedValue(name=n) for n in values if n in made}
        events = call.events | {s.event for s in recipe}
        imports = [s for s in recipe if s.kind is StatementKind.IMPORT]
        lines = [s for s in recipe if s not in imports]
        read = {n for s in lines for n in (*s.names.reads, *s.names.deferred_reads)}
        unused = unused_names(lines, [one.name for one in call.given])
        return CapturedCall(
            function=self.promoted.plan.name,
            module=self.bench.place.dotted,
            arguments=tuple(
                Argument(value=values[one.name], keyword=one.keyword) for one in call.given
            ),
            returns=tuple(CapturedValue(name=name) for name in call.returns),
            is_async=call.is_async,
            is_named=call.is_named,
            files=self._files(events, stem),
            needs_folder=self._writes_files(events),
            recipe=tuple(without_targets(s.text, unused, self._types(s)) for s in lines),
            recipe_imports=tuple(
                narrow_import(s, read).text for s in imports if bound_names([s]) & read
            ),
        )

    def _types(self, statement: Statement) -> dict[str, TypeNote | None]:
        return {n: type_after(self.graph, n, statement) for n in statement.names.binds}

    def _recipe(self, call: SessionCall, refused: list[CapturedValue]) -> tuple[Statement, ...]:
        """Return the session's own lines for arguments that no literal and no file can hold."""
        value = refused[0]
        problem = (
            f"{value.name} ({value.type_name}) cannot be kept as a literal "
            f"or in a file beside the test: {value.refusal}"
        )
        names = [one.expression for one in call.given if one.name in {v.name for v in refused}]
        if any(self.graph.definition(n, call.position) is None for n in names):
            raise NoTestError(problem)
        lines = made_before(self.graph, names, self._before(call))
        reason = why_not_run(self.workbench, lines)
        has_failed = any(s.finish is Finish.RAISED for s in lines)
        stars = any(s.names.has_star_import or s.names.has_await for s in lines)
        if reason or has_failed or stars or len(lines) > _MOST_RECIPE_LINES:
            raise NoTestError(problem)
        return lines

    def _before(self, call: SessionCall) -> frozenset[Position]:
        places = ((s.event, s.index) for s in self.graph.statements)
        return frozenset(place for place in places if place < call.position)

    def _values(self, call: SessionCall, stem: str, *, whole: bool) -> tuple[CapturedValue, ...]:
        if not call.given:
            return ()
        namespace = self.workbench.namespace
        are_names = all(one.expression in namespace for one in call.given)
        if are_names and is_still_there(self.graph, call.reads, call.position):
            live = {one.name: namespace[one.expression] for one in call.given}
            return describe_live(live, bench=self.bench, stem=stem, whole=whole)
        return self._values_made_again(call, stem, whole=whole)

    def _values_made_again(
        self, call: SessionCall, stem: str, *, whole: bool
    ) -> tuple[CapturedValue, ...]:
        known = [n for n in call.reads if self.graph.definition(n, call.position) is not None]
        gone = [n for n in call.reads if n not in known and n in self.workbench.session.live]
        if gone:
            raise NoTestError(f"the source of {', '.join(gone)} is not in the record")
        prefix = made_before(self.graph, known, self._before(call))
        reason = "" if self.may_run_all else why_not_run(self.workbench, prefix)
        if reason:
            raise NoTestError(f"its inputs would have to be made again, but {reason}")
        captured = describe_after(
            program_text(self.graph, prefix),
            {one.name: one.expression for one in call.given},
            bench=self.bench,
            stem=stem,
            whole=whole,
        )
        if captured.error:
            raise NoTestError(f"its inputs could not be made again: {captured.error}")
        return captured.values

    def _effects(self, events: frozenset[int]) -> Iterator[SideEffect]:
        for cell in self.workbench.session.cells:
            if cell.event in events:
                yield from cell.observation.side_effects

    def _writes_files(self, events: frozenset[int]) -> bool:
        return any(e.kind is SideEffectKind.FILE_WRITTEN for e in self._effects(events))

    def _files(self, events: frozenset[int], stem: str) -> tuple[InputFile, ...]:
        """Return the files below the working directory that the cells read."""
        home = Path(self.workbench.folder).resolve()
        found: dict[str, InputFile] = {}
        for effect in self._effects(events):
            path = Path(effect.target)
            is_read = effect.kind is SideEffectKind.FILE_READ and path.is_relative_to(home)
            if not is_read or path.suffix in (".py", ".pyc") or not path.is_file():
                continue
            local = path.relative_to(home).as_posix()
            if path.stat().st_size > _MOST_FILE_BYTES:
                raise NoTestError(f"it reads {local}, which is too large for a test")
            name = f"{stem}_{local.replace('/', '_')}"
            found[local] = InputFile(path=local, file_name=name, content=path.read_bytes())
        return tuple(found.values())
