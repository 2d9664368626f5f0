"""What a check in a clean interpreter found."""

from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """How a value made in a clean interpreter stands to the session's."""

    REPRODUCED = "reproduced"
    DIFFERS = "differs"
    NOT_COMPARABLE = "not comparable"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueCheck:
    """One value. `detail` says how it differs or why it cannot be compared."""

    name: str
    verdict: Verdict
    detail: str = ""


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
