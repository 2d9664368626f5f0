"""What a check in a clean interpreter found."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum


class Verdict(Enum):
    """How a value made in a clean interpreter stands to the session's."""

    REPRODUCED = "reproduced"
    DIFFERS = "differs"
    NOT_COMPARABLE = "not comparable"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueCheck:
    """One value. `detail` says how it differs or why it cannot be compared.

    A value that `varies` is another one in each run of the same code.
    """

    name: str
    verdict: Verdict
    detail: str = ""
    varies: bool = False


class RunOutcome(Enum):
    """How the clean interpreter ended."""

    FINISHED = "finished"
    FAILED = "failed"
    TIMED_OUT = "timed out"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationReport:
    """A check's outcome. `detail` is the error, or why it was not run and the command to do so."""

    outcome: RunOutcome
    values: tuple[ValueCheck, ...] = ()
    detail: str = ""
    seconds: float | None = None

    @property
    def is_proven(self) -> bool:
        """Whether the run ended well and no value differs or is missing."""
        bad = (Verdict.DIFFERS, Verdict.MISSING)
        return self.outcome is RunOutcome.FINISHED and all(
            v.verdict not in bad for v in self.values
        )


def excuse_descendants(
    report: VerificationReport, origins: Mapping[str, frozenset[str]]
) -> VerificationReport:
    """Return the report with values that were made from varying ones as not comparable.

    Such a value can be the same in two runs by chance, and another one than the session's.
    `origins` are the names that a differing value depends on.
    """
    varying = {value.name for value in report.values if value.varies}

    def judged(value: ValueCheck) -> ValueCheck:
        sources = sorted(varying & origins.get(value.name, frozenset()))
        if value.verdict is not Verdict.DIFFERS or not sources:
            return value
        detail = f"made from {sources[0]}, which varies from run to run"
        return replace(value, verdict=Verdict.NOT_COMPARABLE, detail=detail)

    return replace(report, values=tuple(judged(value) for value in report.values))
