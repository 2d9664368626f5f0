"""What a look at one value says, and the signals that end a look."""

from dataclasses import dataclass
from enum import Enum


class Certainty(Enum):
    """How far a fingerprint can be trusted."""

    EXACT = "exact"  # equal means unchanged, different means changed
    ONE_WAY = "one-way"  # different means changed, equal says nothing
    NONE = "none"  # the value could not be looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """The content of a value at one moment.

    `public_digest` leaves out the underscore attributes of library objects: where only `digest`
    differs between two looks, a cache may have been filled. `seconds` is what the look took.
    """

    certainty: Certainty
    digest: bytes = b""
    public_digest: bytes = b""
    seconds: float = 0.0


class LookEndedError(Exception):
    """The budget of a look is spent."""


class OpaqueValueError(Exception):
    """A part of the value cannot be looked at."""
