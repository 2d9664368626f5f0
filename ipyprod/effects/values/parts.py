"""What a rule for a library's type found: a tag and the content."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Part:
    """What stands for an object in a fingerprint."""

    tag: Any
    state: Any
