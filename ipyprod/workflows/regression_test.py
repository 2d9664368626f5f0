"""A regression test for what was promoted: captured, run twice, then written."""

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ipyprod.effects.files import (
    SourceFile,
    Written,
    read_bytes,
    read_source,
    replace_bytes,
    write_edit,
)
from ipyprod.effects.journal import written_definitions
from ipyprod.effects.places import place_of_module, test_path
from ipyprod.errors import IpyprodError
from ipyprod.lineage.graph import LineageGraph
from ipyprod.module_file.edit import ModuleEdit
from ipyprod.promotion.regression_test import (
    CapturedCall,
    call_text,
)
from ipyprod.source.secrets import find_secrets
from ipyprod.workflows.regression_calls import SessionCall, calls_of
from ipyprod.workflows.regression_cases import CaseMaker, NoTestError, Promoted, can_run
from ipyprod.workflows.regression_runs import (
    Bench,
    files_of,
)
from ipyprod.workflows.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressionTest:
    """A test that is ready to be written. `refusal` says why there is none.

    `edit` is that of the test file, `data` are the files beside it with their content. `was_run` is
    false where pytest, which it needs, is missing.
    """

    refusal: str = ""
    notes: tuple[str, ...] = ()
    edit: ModuleEdit | None = None
    source: SourceFile | None = None
    data: tuple[tuple[SourceFile, bytes], ...] = ()
    was_run: bool = True


def plan_test(
    workbench: Workbench,
    graph: LineageGraph,
    promoted: Promoted,
    *,
    check: bool | None,
    force: bool,
) -> RegressionTest:
    """Make the test of what was promoted and run it, without writing anything.

    `check` as for the promotion: True also runs what took long or reached outside.
    """
    place = place_of_module(promoted.path, base=workbench.folder)
    bench = Bench(
        text=promoted.text,
        path=promoted.path,
        place=place,
        folder=workbench.folder,
        timeout_seconds=max(10 * workbench.settings.check_seconds, 60.0),
        search_path=workbench.search_path,
    )
    path = test_path(promoted.path, place)
    maker = CaseMaker(workbench, graph, promoted, bench, may_run_all=check is True)
    try:
        calls = calls_of(graph, promoted.plan, promoted.snippet)
        if not calls:
            name = promoted.plan.name
            problem = f"no cell calls {name} by itself, so there is nothing to capture"
            return RegressionTest(refusal=f"{problem}: call it once, then promote it again")
        return _written_cases(maker, calls, path, force=force)
    except NoTestError as error:
        return RegressionTest(refusal=str(error))
    except IpyprodError as error:
        return RegressionTest(refusal=error.problem.removesuffix("; nothing was written"))


def writes_of(test: RegressionTest, *, operation: str) -> tuple[Callable[[], Written], ...]:
    """Return the writes of a test and of the files beside it, as one operation."""
    writes = [partial(replace_changed, s, c, operation=operation) for s, c in test.data]
    if test.edit is None or test.source is None:
        return tuple(writes)
    return (*writes, partial(write_edit, test.source, test.edit, operation=operation))


def replace_changed(source: SourceFile, content: bytes, *, operation: str) -> Written:
    """Write a file unless it holds the same already."""
    if source.content == content:
        return Written(path=source.path)
    return replace_bytes(source, content, operation=operation)


def _written_cases(
    maker: CaseMaker, calls: tuple[SessionCall, ...], path: str, *, force: bool
) -> RegressionTest:
    source = read_source(path)
    text, notes = source.text, []
    written = written_definitions(source.path)
    wrote: dict[str, str] = {}
    data: dict[str, bytes] = {}
    edit_notes: list[str] = []
    was_run = True
    for call in calls:
        case, stem = _numbered(maker, call, text, source.path)
        case, more = maker.expected(case, stem, source.path)
        notes += more
        was_run = was_run and can_run(case)
        edit = maker.edit(text, case, source.path, written=written, force=force)
        if find_secrets(edit.after) and not find_secrets(text or ""):
            raise NoTestError("the captured values hold what looks like a secret")
        text = edit.after
        wrote.update(edit.wrote)
        edit_notes += edit.notes
        data.update({file.file_name: file.content for file in files_of(case)})
    folder = str(Path(source.path).parent)
    notes += [f"{one.value.name} is {one.value.rule}" for one in case.arguments if one.value.rule]
    if any("os.environ" in s.names.ambient_reads for s in maker.promoted.snippet):
        notes.append("it reads os.environ: the expected values hold where that is the same")
    if not was_run:
        notes.append("pytest is not installed here: the test was not run (pip install pytest)")
    return RegressionTest(
        notes=tuple(dict.fromkeys([*notes, *edit_notes])),
        edit=ModuleEdit(
            path=source.path, before=source.text, after=text or "", wrote=tuple(wrote.items())
        ),
        source=source,
        data=tuple((read_bytes(name, folder=folder), content) for name, content in data.items()),
        was_run=was_run,
    )


def _numbered(
    maker: CaseMaker, call: SessionCall, text: str | None, path: str
) -> tuple[CapturedCall, str]:
    """Capture a call under the number of the case with the same inputs, else under a new one."""
    there = {
        node.name: node
        for node in (ast.parse(text).body if text else [])
        if isinstance(node, ast.FunctionDef)
    }
    number = 1
    while True:
        stem = (
            Path(path).stem + f"_{maker.promoted.plan.name}" + (f"_{number}" if number > 1 else "")
        )
        case = replace(maker.inputs(call, stem), number=number)
        found = there.get(case.name)
        if found is None or _has_inputs(found, case, str(Path(path).parent)):
            return case, stem
        number += 1


def _has_inputs(node: ast.FunctionDef, case: CapturedCall, folder: str) -> bool:
    """Whether a test in the file calls the function with the very inputs of a case."""
    lines = ast.parse("\n".join(call_text(case).lines)).body[:-1]
    body = [
        s for s in node.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))
    ]
    if [ast.dump(s) for s in body[: len(lines)]] != [ast.dump(s) for s in lines]:
        return False
    inputs = files_of(replace(case, returns=()))
    return all(read_bytes(f.file_name, folder=folder).content == f.content for f in inputs)
