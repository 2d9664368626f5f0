"""A check's outcome as text."""

from ipyprod.verification.report import RunOutcome, Verdict, VerificationReport

_MOST = 8


def report_lines(report: VerificationReport) -> list[str]:
    """Return the outcome first, then each value that was not reproduced."""
    lines = [f"check: {_outcome(report)}"]
    if report.detail:
        lines += [f"  {line}" for line in report.detail.split("\n") if line.strip()]
    bad = [v for v in report.values if v.verdict in (Verdict.DIFFERS, Verdict.MISSING)]
    other = [v for v in report.values if v.verdict is Verdict.NOT_COMPARABLE]
    lines += [f"  {v.name}: {v.verdict.value}: {v.detail}".rstrip(": ") for v in bad[:_MOST]]
    if len(bad) > _MOST:
        lines.append(f"  ... and {len(bad) - _MOST} more")
    lines += [f"  {v.name}: {v.verdict.value} ({v.detail})" for v in other[:_MOST]]
    if len(other) > _MOST:
        lines.append(f"  ... and {len(other) - _MOST} more that cannot be compared")
    return lines


def _outcome(report: VerificationReport) -> str:
    if report.outcome is RunOutcome.NOT_RUN:
        return "not run"
    if report.outcome is not RunOutcome.FINISHED:
        return f"FAILED: the run in a clean interpreter {report.outcome.value}"
    same = sum(v.verdict is Verdict.REPRODUCED for v in report.values)
    comparable = sum(v.verdict is not Verdict.NOT_COMPARABLE for v in report.values)
    seconds = "" if report.seconds is None else f", {report.seconds:.1f} s"
    if not report.is_proven:
        return f"FAILED: {same} of {comparable} values reproduced in a clean interpreter{seconds}"
    if not comparable:
        return f"ran in a clean interpreter; no value could be compared{seconds}"
    what = "1 value" if comparable == 1 else f"{comparable} values"
    return f"{what} reproduced in a clean interpreter{seconds}"
