"""Prove in a clean interpreter that code gives the values that the session has."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ipyprod.effects.interpreter import RunResult, run_clean
from ipyprod.effects.journal import written_module
from ipyprod.effects.snapshot import Snapshots, take_snapshots
from ipyprod.errors import IpyprodError
from ipyprod.session.cell import Outcome
from ipyprod.source.parsing import parse_session
from ipyprod.verification.compare import compare_snapshots, find_differences
from ipyprod.verification.program import Program, ProgramKind
from ipyprod.verification.replay import write_replay
from ipyprod.verification.report import RunOutcome, ValueCheck, Verdict, VerificationReport
from ipyprod.workflows.proof import start_folder
from ipyprod.workflows.workbench import Workbench

# A value that differs is made again so often, to see whether it is another one each time.
_MOST_RUNS_AGAIN = 3
_LONGEST_RUN_AGAIN = 3.0  # seconds: code that takes longer is run again once
_RANDOMNESS = re.compile(
    r"\b(random|default_rng|RandomState|rand|randn|randint|shuffle|sample|permutation|torch|uuid4)\b"
)
_CLOCK = re.compile(r"\b(time|now|today|utcnow|perf_counter|monotonic|date)\b")


def check_code(
    code: str,
    *,
    expected: Mapping[str, Any],
    folder: str,
    timeout_seconds: float,
    expressions: Mapping[str, str] | None = None,
    search_path: Sequence[str] = (),
) -> VerificationReport:
    """Run code as `__main__` in a clean interpreter and compare values with live ones.

    `expected` maps names to live values. What is compared with one is the variable of that name,
    or the value of its expression in `expressions`. `search_path` are folders to import from
    besides `folder`, the working directory.
    """
    wanted = tuple((name, (expressions or {}).get(name, name)) for name in expected)
    program = Program(
        kind=ProgramKind.CODE, text=code, wanted=wanted, search_path=tuple(search_path)
    )
    live = take_snapshots(expected)
    return _prove(program, live, folder=folder, timeout_seconds=timeout_seconds)


def check_module(
    path: str,
    *,
    expected: Mapping[str, Any],
    folder: str,
    timeout_seconds: float,
    search_path: Sequence[str] = (),
    text: str = "",
) -> VerificationReport:
    """Import a file in a clean interpreter, call its `main()`, and compare values with live ones.

    A name is looked for in what `main()` holds when it returns, in what it returns, in what the
    functions of the file that it calls hold when they return, and in the module. `search_path`
    as in `check_code`. `text` is what the file is to say, where that is not written yet.
    """
    wanted = tuple((name, name) for name in expected)
    program = Program(
        kind=ProgramKind.MODULE,
        text=text,
        path=str(Path(path).resolve()),
        wanted=wanted,
        search_path=tuple(search_path),
    )
    live = take_snapshots(expected)
    return _prove(program, live, folder=folder, timeout_seconds=timeout_seconds)


def check_codes(  # noqa: PLR0913 - keyword-only from the third on
    made: str,
    original: str,
    *,
    live: Mapping[str, Any],
    names: Sequence[str],
    folder: str,
    timeout_seconds: float,
    search_path: Sequence[str] = (),
) -> VerificationReport:
    """Run a program in a clean interpreter and compare each of its values.

    What is in `live` is compared with the live value, the other `names` with what `original` makes
    of them in a clean interpreter of its own.
    """
    rest = tuple((name, name) for name in names if name not in live)
    places = tuple(search_path)
    references = [take_snapshots(live)] if live else []
    if rest:
        first = Program(kind=ProgramKind.CODE, text=original, wanted=rest, search_path=places)
        run = run_clean(first, folder=folder, timeout_seconds=timeout_seconds)
        if run.outcome is not RunOutcome.FINISHED or run.snapshots is None:
            report = _failure(first, run)
            return replace(report, detail=f"the original code did not run: {report.detail}")
        references.append(run.snapshots)
    wanted = tuple((name, name) for name in names)
    program = Program(kind=ProgramKind.CODE, text=made, wanted=wanted, search_path=places)
    return _prove(program, *references, folder=folder, timeout_seconds=timeout_seconds)


def check(
    workbench: Workbench, file: str = "", *, timeout_seconds: float | None = None
) -> VerificationReport:
    """Replay the session, or run a module, in a clean interpreter and compare with live values.

    Values of the session that a module does not make are named in `detail` and prove nothing
    against it. Without `timeout_seconds` the limit is ten times `check_seconds`, at least a minute.

    Raises:
        IpyprodError: the file does not exist; nothing was run.
    """
    limit = timeout_seconds or max(10 * workbench.settings.check_seconds, 60.0)
    expected = _live_values(workbench)
    if not file:
        return _check_replay(workbench, expected, limit)
    path = Path(workbench.folder, Path(file).expanduser())
    if not path.is_file():
        raise IpyprodError(f"there is no file {file}", hint="nothing was run")
    is_session = written_module(str(path)) is not None
    report = check_module(
        str(path),
        expected=expected,
        folder=_session_folder(workbench) if is_session else workbench.folder,
        timeout_seconds=limit,
        search_path=(workbench.folder, *workbench.search_path),
    )
    return _without_missing(report)


def _check_replay(
    workbench: Workbench, expected: Mapping[str, Any], timeout_seconds: float
) -> VerificationReport:
    session = workbench.session
    stopped = frozenset(c.event for c in session.cells if c.outcome is Outcome.INTERRUPTED)
    parsed = parse_session(session, transform=workbench.transform)
    replay = write_replay(parsed, interrupted=stopped)
    program = Program(
        kind=ProgramKind.CODE,
        text=replay.text,
        wanted=tuple((name, name) for name in expected),
        search_path=(workbench.folder, *workbench.search_path),
        places=replay.places,
    )
    live = take_snapshots(expected)
    folder = _session_folder(workbench)
    return _prove(program, live, folder=folder, timeout_seconds=timeout_seconds)


def _session_folder(workbench: Workbench) -> str:
    return start_folder(workbench, {cell.event for cell in workbench.session.cells})


def _live_values(workbench: Workbench) -> dict[str, Any]:
    hidden = {"In", "Out", "exit", "quit", "get_ipython", "open"}
    module_type = type(re)
    return {
        name: workbench.namespace[name]
        for name in sorted(workbench.session.live)
        if name in workbench.namespace
        and not name.startswith("_")
        and name not in hidden
        and type(workbench.namespace[name]) is not module_type
    }


def _without_missing(report: VerificationReport) -> VerificationReport:
    missing = [value.name for value in report.values if value.verdict is Verdict.MISSING]
    if not missing or report.outcome is not RunOutcome.FINISHED:
        return report
    kept = tuple(value for value in report.values if value.verdict is not Verdict.MISSING)
    return replace(report, values=kept, detail=f"not made by it: {', '.join(missing)}")


def _prove(
    program: Program, *references: Snapshots, folder: str, timeout_seconds: float
) -> VerificationReport:
    """Run a program and compare its values with those of the same name in the references."""
    run = run_clean(program, folder=folder, timeout_seconds=timeout_seconds)
    if run.outcome is not RunOutcome.FINISHED or run.snapshots is None:
        return _failure(program, run)
    found = run.snapshots
    compared = [(expected, _with_errors(compare_snapshots(expected, found), run))
                for expected in references]  # fmt: skip
    for _ in range(_MOST_RUNS_AGAIN):
        if not any(v.verdict is Verdict.DIFFERS for _, values in compared for v in values):
            break
        again = run_clean(program, folder=folder, timeout_seconds=timeout_seconds)
        if again.snapshots is None:
            break
        twice = (found, again.snapshots)
        compared = [
            (expected, tuple(_name_variation(v, program, expected, twice) for v in values))
            for expected, values in compared
        ]
        if again.seconds > _LONGEST_RUN_AGAIN:
            break
    values = {value.name: value for _, one in compared for value in one}
    ordered = (values[name] for name, _ in program.wanted if name in values)
    return VerificationReport(outcome=run.outcome, values=tuple(ordered), seconds=run.seconds)


def _with_errors(values: tuple[ValueCheck, ...], run: RunResult) -> tuple[ValueCheck, ...]:
    errors = dict(run.value_errors)
    return tuple(
        replace(value, detail=errors[value.name]) if value.name in errors else value
        for value in values
    )


def _name_variation(
    value: ValueCheck, program: Program, expected: Snapshots, twice: tuple[Snapshots, Snapshots]
) -> ValueCheck:
    """Where two runs give different values, neither could be expected to give the session's."""
    first, second = twice
    if value.verdict is not Verdict.DIFFERS or value.name not in second.roots:
        return value
    varying = tuple(find_differences(value.name, first, second))
    if not varying:
        return value
    lasting = [
        detail
        for path, detail in find_differences(value.name, expected, first).items()
        if not path.startswith(varying)
    ]
    if lasting:
        return replace(value, detail=lasting[0])
    where = "" if varying[0] == value.name else f" at {varying[0]}"
    detail = f"varies from run to run{where}: {_likely_cause(program)}"
    return replace(value, verdict=Verdict.NOT_COMPARABLE, detail=detail, varies=True)


def _likely_cause(program: Program) -> str:
    text = program.text or _read(program.path)
    if _RANDOMNESS.search(text):
        return "it draws random numbers without a seed"
    if _CLOCK.search(text):
        return "it reads the clock"
    return "unseeded randomness, the time, or the order of a set"


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _failure(program: Program, run: RunResult) -> VerificationReport:
    detail = run.error
    if run.line is not None:
        detail = f"{_place(program, run.line)}: {detail}"
    return VerificationReport(outcome=run.outcome, detail=detail, seconds=run.seconds)


def _place(program: Program, line: int) -> str:
    if program.kind is ProgramKind.MODULE:
        return f"{Path(program.path).name}, line {line}"
    if 0 < line <= len(program.places):
        return program.places[line - 1]
    lines = program.text.split("\n")
    shown = lines[line - 1].strip() if 0 < line <= len(lines) else ""
    return f"line {line} ({shown})" if shown else f"line {line}"
