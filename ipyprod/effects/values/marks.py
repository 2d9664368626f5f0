"""What a look at one value says, and the signals that end a look."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

_NO_PRIVATE: Mapping[int, tuple[str, ...]] = MappingProxyType({})


class Certainty(Enum):
    """How far a fingerprint can be trusted."""

    EXACT = "exact"  # equal means unchanged, different means changed
    ONE_WAY = "one-way"  # different means changed, equal says nothing
    NONE = "none"  # the value could not be looked at


class Difference(Enum):
    """What two looks at one value say together."""

    SAME = "same"
    CACHE = "a library object filled attributes of its own, as a lazy cache does"
    CONTENT = "content"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """The content of a value at one moment.

    `cache_digest` is the content of what library objects call a cache. `private` says which
    private attributes each library object had, by identity: the next look compares without those
    that were gained since. `seconds` is what the look took, without what it took to learn how
    types are read that were met for the first time, and `objects` how many the look met.
    """

    certainty: Certainty
    digest: bytes = b""
    cache_digest: bytes = b""
    private: Mapping[int, tuple[str, ...]] = field(default_factory=lambda: _NO_PRIVATE)
    seconds: float = 0.0
    objects: int = 0


UNSEEN = Fingerprint(certainty=Certainty.NONE)


class LookEndedError(Exception):
    """The budget of a look is spent."""


class OpaqueValueError(Exception):
    """A part of the value cannot be looked at."""
