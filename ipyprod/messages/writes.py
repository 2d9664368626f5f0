"""What was written, what was left out, and how it was proved, as text."""

import re
from pathlib import Path

from ipyprod.messages.checks import report_lines
from ipyprod.messages.lines import left_out_lines
from ipyprod.module_file.edit import ModuleEdit
from ipyprod.promotion.plan import Assumption
from ipyprod.verification.report import RunOutcome, VerificationReport
from ipyprod.workflows.freeze_env import EnvironmentSnapshot
from ipyprod.workflows.promote import Promotion
from ipyprod.workflows.regression_test import RegressionTest
from ipyprod.workflows.session_to_module import ModuleBuild
from ipyprod.workflows.stub import StubWrite

_MOST_DIFF_LINES = 120


def promotion_text(promotion: Promotion) -> str:
    """Return the outcome of a promotion: a failed check first, then the diff and what to do."""
    edit = promotion.edit
    lines = _failed_first(promotion.report)
    lines.append(
        _headline(promotion.name, promotion.target, edit, was_written=promotion.was_written)
    )
    lines += _diff_lines(edit)
    if promotion.slice is not None:
        lines += _section("left out:", left_out_lines(promotion.slice))
    lines += [f"note: {assumption_line(a)}" for a in promotion.plan.assumptions]
    lines += [f"note: {note}" for note in (*promotion.notes, *edit.notes)]
    if promotion.test is not None:
        lines += _test_lines(promotion.test, was_written=promotion.was_written)
    if promotion.call_line:
        lines.append(f"call: {promotion.call_line}")
    lines += _check_lines(promotion.report)
    return "\n".join([*lines, *_way_back(edit, was_written=promotion.was_written)])


def _test_lines(test: RegressionTest, *, was_written: bool) -> list[str]:
    if test.edit is None:
        return [f"no test: {test.refusal}"]
    name = Path(test.edit.path).name
    if not test.edit.diff:
        lines = [f"test: stands in {name} already"]
    else:
        passes = "; it passes" if test.was_run else ""
        lines = [f"test: {'wrote' if was_written else 'would write'} {name}{passes}"]
        lines += [] if was_written else _diff_lines(test.edit)
    return [*lines, *(f"  {note}" for note in test.notes)]


def module_text(build: ModuleBuild) -> str:
    """Return the outcome of building a module: a failed check first."""
    edit = build.edit
    lines = _failed_first(build.report)
    name = f"{build.plan.main_name}()" if build.plan.style.value == "main" else "the session"
    lines.append(_headline(name, build.target, edit, was_written=build.was_written))
    if not build.was_written:
        lines += _diff_lines(edit)
    kept, dropped = len(build.slice.kept), len(build.slice.dropped) + len(build.slice.omitted)
    lines.append(f"{kept} {'line' if kept == 1 else 'lines'} kept, {dropped} left out")
    lines += left_out_lines(build.slice, most=8)
    if build.plan.knobs:
        knobs = ", ".join(f"{knob.name}={knob.default}" for knob in build.plan.knobs)
        lines.append(f"knobs: {knobs}")
    if build.slice.inputs:
        lines.append(f"not made by any recorded line: {', '.join(build.slice.inputs)}")
    lines += [f"note: {note}" for note in build.notes]
    if build.was_written and build.check_note:
        lines.append(f"check: not run: {build.check_note}")
    lines += _check_lines(build.report)
    if build.was_written:
        lines.append(f"run: python {_quoted(build.target)}")
    return "\n".join([*lines, *_way_back(edit, was_written=build.was_written)])


def stub_text(stub: StubWrite) -> str:
    """Return the stub that was written, and how it is filled in."""
    lines = [
        _headline(stub.name, stub.target, stub.edit, was_written=stub.was_written),
        *_diff_lines(stub.edit),
    ]
    lines += [f"fill it in: %promote {stub.name} CELLS"] if stub.was_written else []
    return "\n".join([*lines, *_way_back(stub.edit, was_written=stub.was_written)])


def environment_text(snapshot: EnvironmentSnapshot) -> str:
    """Return what was frozen, with everything that someone has to look at."""
    name = Path(snapshot.path).name
    if snapshot.was_checked:
        if not snapshot.drift:
            return f"{name} agrees with the live environment"
        rows = [f"  {d.name} {d.kind.value}{_versions(d.frozen, d.live)}" for d in snapshot.drift]
        return "\n".join([f"{name} has drifted from the live environment:", *rows])
    direct = [r for r in snapshot.requirements if r.is_direct]
    lines = [snapshot.refusal] if snapshot.refusal else []
    if not snapshot.refusal:
        verb = "wrote" if snapshot.was_written else "unchanged:"
        verb = verb if snapshot.was_written or not snapshot.edit.diff else "would write"
        rest = len(snapshot.requirements) - len(direct)
        lines.append(f"{verb} {name}: {len(direct)} used, {rest} brought along")
    if snapshot.refusal or not snapshot.was_written:
        lines += _diff_lines(snapshot.edit)
    lines += [f"  {r.specification}  # {', '.join(r.reasons)}" for r in direct]
    lines += [f"note: {r.name}: {r.problem}" for r in snapshot.requirements if r.problem]
    return "\n".join([*lines, *(f"note: {note}" for note in snapshot.notes)])


def report_text(report: VerificationReport) -> str:
    """Return the outcome of a check."""
    return "\n".join(report_lines(report))


def assumption_line(assumption: Assumption) -> str:
    """Return one thing that was taken for granted."""
    place = f" ({assumption.place})" if assumption.place else ""
    return f"{assumption.subject} {assumption.kind.value}{place}"


def _versions(frozen: str, live: str) -> str:
    return f": {frozen or 'none'} frozen, {live or 'none'} installed" if frozen or live else ""


def _headline(name: str, target: str, edit: ModuleEdit, *, was_written: bool) -> str:
    if edit.before == edit.after:
        return f"{name} stands in {target} already; nothing changed"
    if not was_written:
        return f"{name} would be written to {target}:"
    if edit.before is None:
        return f"wrote {name} to {target}"
    start = re.compile(rf"^(async )?(def|class) {name}\b", re.MULTILINE)
    stood = not name.isidentifier() or start.search(edit.before)
    return f"updated {name} in {target}" if stood else f"added {name} to {target}"


def _quoted(path: str) -> str:
    return f'"{path}"' if " " in path else path


def _diff_lines(edit: ModuleEdit) -> list[str]:
    lines = edit.diff.split("\n") if edit.diff else []
    if len(lines) <= _MOST_DIFF_LINES:
        return lines
    more = len(lines) - _MOST_DIFF_LINES
    return [*lines[:_MOST_DIFF_LINES], f"... and {more} more lines"]


def _section(title: str, rows: list[str]) -> list[str]:
    return [title, *rows] if rows else []


def _failed_first(report: VerificationReport | None) -> list[str]:
    if report is None or report.is_proven or report.outcome is RunOutcome.NOT_RUN:
        return []
    return report_lines(report)


def _check_lines(report: VerificationReport | None) -> list[str]:
    if report is None:
        return []
    if report.outcome is RunOutcome.NOT_RUN:
        return [f"check: not run: {report.detail}"] if report.detail else []
    return report_lines(report) if report.is_proven else []


def _way_back(edit: ModuleEdit, *, was_written: bool) -> list[str]:
    if not was_written or edit.before == edit.after:
        return []
    return ["back: %ipyprod undo"]
