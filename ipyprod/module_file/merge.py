"""Two sets of changes to the same lines, put together where they do not touch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True, slots=True, kw_only=True)
class _Match:
    """A stretch of lines that all three texts have."""

    base: int
    ours: int
    theirs: int
    length: int


def merge_texts(base: str, ours: str, theirs: str) -> str | None:
    """Apply the changes from `base` to `ours` and from `base` to `theirs` to one text.

    None where both changed the same place, or places with no line between them.
    """
    lines = tuple(text.split("\n") for text in (base, ours, theirs))
    merged: list[str] = []
    at = (0, 0, 0)
    for match in _matches(*lines):
        until = (match.base, match.ours, match.theirs)
        parts = [line[a:b] for line, a, b in zip(lines, at, until, strict=True)]
        chosen = _choose(*parts)
        if chosen is None:
            return None
        merged += chosen
        merged += lines[0][match.base : match.base + match.length]
        at = tuple(end + match.length for end in until)  # type: ignore[assignment]  # still three
    return "\n".join(merged)


def _choose(base: list[str], ours: list[str], theirs: list[str]) -> list[str] | None:
    if ours in (base, theirs):
        return theirs
    return ours if theirs == base else None


def _matches(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> Iterator[_Match]:
    with_ours = SequenceMatcher(None, base, ours, autojunk=False).get_matching_blocks()
    with_theirs = SequenceMatcher(None, base, theirs, autojunk=False).get_matching_blocks()
    for mine in with_ours[:-1]:
        for other in with_theirs[:-1]:
            start = max(mine.a, other.a)
            end = min(mine.a + mine.size, other.a + other.size)
            if start < end:
                yield _Match(
                    base=start,
                    ours=mine.b + start - mine.a,
                    theirs=other.b + start - other.a,
                    length=end - start,
                )
    yield _Match(base=len(base), ours=len(ours), theirs=len(theirs), length=0)
