"""The frozen environment: what is needed and why, as text, and how it differs from what is live."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from packaging.markers import UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Parsed
from packaging.specifiers import SpecifierSet
from packaging.utils import InvalidName, canonicalize_name
from packaging.version import InvalidVersion, Version

from ipyprod.environment.distributions import Distribution, InstalledIndex, SourceKind

_HEADER = "# Made by ipyprod"
_DIVIDER = "# brought along by the above"
_DIGEST = re.compile(r"\(digest ([0-9a-f]{16})\)")
_MOST_REASONS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One line of a frozen environment. `version` is "" where nothing is installed.

    `origin` replaces the version for what an index does not have (`git+https://...@commit`).
    `problem` says what a person has to do; with `is_written` false the line is a comment alone.
    """

    name: str
    version: str = ""
    extras: tuple[str, ...] = ()
    origin: str = ""
    reasons: tuple[str, ...] = ()
    is_direct: bool = True
    problem: str = ""
    is_written: bool = True

    @property
    def specification(self) -> str:
        """The requirement without its comment."""
        extras = f"[{','.join(self.extras)}]" if self.extras else ""
        if self.origin:
            return f"{self.name}{extras} @ {self.origin}"
        return f"{self.name}{extras}=={self.version}" if self.version else f"{self.name}{extras}"


class DriftKind(Enum):
    """How a frozen file and the live environment differ."""

    NOT_FROZEN = "is needed and not in the file"
    NOT_INSTALLED = "is in the file and not installed"
    OTHER_VERSION = "is installed in another version"
    NOT_NEEDED = "is in the file and no longer needed"
    UNREADABLE = "is no requirement that can be read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One difference. `frozen` and `live` are versions, "" where there is none."""

    name: str
    kind: DriftKind
    frozen: str = ""
    live: str = ""


def is_valid(distribution: Distribution) -> bool:
    """Tell whether name and version keep to the packaging grammar, and so may be written."""
    try:
        canonicalize_name(distribution.name, validate=True)
        Version(distribution.version)
    except (InvalidName, InvalidVersion):
        return False
    return True


def parse_asked(texts: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """Read what was asked to be installed: normalised names with the extras asked for."""
    asked: dict[str, frozenset[str]] = {}
    for text in texts:
        for word in (text, *text.split()):
            parsed = _parsed(word.strip("\"'"))
            if parsed is not None:
                name = str(canonicalize_name(parsed.name))
                asked[name] = asked.get(name, frozenset()) | frozenset(parsed.extras)
    return asked


def closure(
    index: InstalledIndex, roots: Mapping[str, frozenset[str]]
) -> Mapping[str, frozenset[str]]:
    """Give everything that `roots` (normalised name -> extras) need here, themselves included.

    Markers are evaluated for the running interpreter; what is not installed is left out.
    """
    found: dict[str, frozenset[str]] = {}
    pending = list(roots.items())
    while pending:
        name, extras = pending.pop()
        known = found.get(name)
        if name not in index.distributions or (known is not None and extras <= known):
            continue
        found[name] = extras | (known or frozenset())
        for line in index.distributions[name].requires:
            parsed = _parsed(line)
            if parsed is not None and _applies(parsed, found[name]):
                pending.append((str(canonicalize_name(parsed.name)), frozenset(parsed.extras)))
    return found


def _parsed(text: str) -> Parsed | None:
    try:
        return Parsed(text)
    except InvalidRequirement:
        return None


def _applies(parsed: Parsed, extras: frozenset[str]) -> bool:
    if parsed.marker is None:
        return True
    try:
        return any(parsed.marker.evaluate({"extra": extra}) for extra in ("", *extras))
    except (UndefinedComparison, UndefinedEnvironmentName, InvalidVersion):
        return True


_ADVICE = {
    SourceKind.LOCAL_FILE: "was installed from a file of this machine: make sure that the index"
    " has this version, or hand the file over",
    SourceKind.LOCAL_FOLDER: "was installed from a folder of this machine: publish it, or hand the"
    " folder over and install it from there",
    SourceKind.EDITABLE: "is an editable install of a folder of this machine: publish it, or hand"
    " the folder over and install it from there",
}


def make_requirement(
    distribution: Distribution,
    *,
    extras: Iterable[str] = (),
    reasons: tuple[str, ...] = (),
    is_direct: bool = True,
) -> Requirement:
    """Write down a distribution in the form that works on another machine."""
    is_local = distribution.source in {SourceKind.LOCAL_FOLDER, SourceKind.EDITABLE}
    return Requirement(
        name=distribution.name,
        version=distribution.version,
        extras=tuple(sorted(extras)),
        origin=distribution.origin,
        reasons=reasons,
        is_direct=is_direct,
        problem=_ADVICE.get(distribution.source, ""),
        is_written=not is_local,
    )


def freeze(
    index: InstalledIndex,
    direct: Mapping[str, tuple[str, ...]],
    asked: Mapping[str, frozenset[str]],
) -> tuple[Requirement, ...]:
    """Pin the direct distributions (normalised name -> reasons) and the rest of their closure."""
    sound = {name: d for name, d in index.distributions.items() if is_valid(d)}
    known = replace(index, distributions=sound)
    roots = {name: asked.get(name, frozenset()) for name in direct if name in sound}
    needed = closure(known, roots)
    lines = [
        make_requirement(sound[name], extras=extras, reasons=direct[name])
        for name, extras in sorted(roots.items())
    ]
    lines += [
        make_requirement(sound[name], extras=extras, is_direct=False)
        for name, extras in sorted(needed.items())
        if name not in roots
    ]
    unsound = sorted(name for name in direct if name not in sound)
    lines += [
        Requirement(
            name=re.sub(r"[^A-Za-z0-9._-]", "?", name),
            reasons=direct[name],
            problem="is installed with a name or version that breaks the packaging rules",
            is_written=False,
        )
        for name in unsound
    ]
    return tuple(lines)


def render_requirements(
    requirements: tuple[Requirement, ...], *, python_version: str, file_name: str
) -> str:
    """Write a requirements file: direct ones with reasons, then what they bring along."""
    direct = [_line(r) for r in requirements if r.is_direct]
    brought = [_line(r) for r in requirements if not r.is_direct]
    body = [*direct, *(["", _DIVIDER, *brought] if brought else [])]
    text = "".join(f"{line}\n" for line in body)
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    header = f"{_HEADER} for Python {python_version} (digest {digest})."
    return f"{header}\n# Install with: python -m pip install -r {file_name}\n\n{text}"


def _line(requirement: Requirement) -> str:
    reasons = list(requirement.reasons[:_MOST_REASONS])
    if len(requirement.reasons) > _MOST_REASONS:
        reasons.append("...")
    notes = [*([_phrase(reasons)] if reasons else [])]
    if requirement.problem:
        notes.append(requirement.problem)
    comment = " ".join("; ".join(notes).split())
    if not requirement.is_written:
        return f"# {requirement.name} {comment}"
    return f"{requirement.specification}  # {comment}" if comment else requirement.specification


def _phrase(reasons: list[str]) -> str:
    """Join "imported in In [1]" and "imported in In [4]" as "imported in In [1], In [4]"."""
    grouped: dict[str, list[str]] = {}
    for reason in reasons:
        verb, _, place = reason.partition(" in ")
        grouped.setdefault(verb, []).append(place)
    parts = (f"{v} in {', '.join(places)}" if any(places) else v for v, places in grouped.items())
    return ", ".join(parts)


def is_own_work(text: str) -> bool:
    """Tell whether a file is as ipyprod wrote it: its own header, and no edit since."""
    header, _, rest = text.partition("\n")
    digest = _DIGEST.search(header)
    body = rest.partition("\n\n")[2]
    if not header.startswith(_HEADER) or digest is None:
        return False
    return hashlib.sha256(body.encode()).hexdigest()[:16] == digest.group(1)


def find_drift(
    text: str, requirements: tuple[Requirement, ...], index: InstalledIndex
) -> tuple[Drift, ...]:
    """Compare a frozen file with what is needed and installed now."""
    found: list[Drift] = []
    frozen: set[str] = set()
    needed = {str(canonicalize_name(r.name)): r for r in requirements if r.is_written}
    for line in text.split("\n"):
        written = re.split(r"(?:^|\s)#", line, maxsplit=1)[0].strip()
        if not written or written.startswith("-"):
            continue
        parsed = _parsed(written)
        if parsed is None:
            found.append(Drift(name=written, kind=DriftKind.UNREADABLE))
            continue
        name = str(canonicalize_name(parsed.name))
        frozen.add(name)
        found += _compare(parsed, needed.get(name), index.distributions.get(name))
    found += [
        Drift(name=r.name, kind=DriftKind.NOT_FROZEN, live=r.version)
        for name, r in needed.items()
        if name not in frozen
    ]
    return tuple(found)


def _compare(parsed: Parsed, needed: Requirement | None, live: Distribution | None) -> list[Drift]:
    frozen = parsed.url or str(parsed.specifier).removeprefix("==")
    if live is None:
        return [Drift(name=parsed.name, kind=DriftKind.NOT_INSTALLED, frozen=frozen)]
    if needed is None:
        return [Drift(name=parsed.name, kind=DriftKind.NOT_NEEDED, frozen=frozen)]
    same = parsed.url == live.origin if parsed.url else _allows(parsed.specifier, live.version)
    if same:
        return []
    version = live.origin or live.version
    return [Drift(name=parsed.name, kind=DriftKind.OTHER_VERSION, frozen=frozen, live=version)]


def _allows(specifier: SpecifierSet, version: str) -> bool:
    try:
        return specifier.contains(version, prereleases=True)
    except InvalidVersion:
        return False
