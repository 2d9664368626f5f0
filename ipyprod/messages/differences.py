"""Three versions of a function side by side, as text."""

from collections.abc import Iterator
from difflib import SequenceMatcher

from ipyprod.effects.terminal import Terminal
from ipyprod.workflows.differences import Differences, Versions

_RED, _GREEN, _YELLOW, _END = "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[0m"
_Row = tuple[str | None, ...]


def differences_text(differences: Differences) -> str:
    """Return each function that differs, version beside version, then the names of the others."""
    blocks = [_versions_text(one, differences.terminal) for one in differences.functions]
    if not differences.functions and not differences.same:
        return "nothing was promoted yet"
    shown = {one.name for one in differences.functions}
    same = [name for name in differences.same if name not in shown]
    if same:
        blocks.append(f"the same in session, file and last promotion: {', '.join(same)}")
    return "\n\n".join(blocks)


def _versions_text(versions: Versions, terminal: Terminal) -> str:
    columns = _columns(versions)
    head = f"{versions.name} in {versions.target}"
    if len(columns) == 1:
        return f"{head}: the same in session, file and last promotion"
    texts = [text.split("\n") if text is not None else [] for _, text in columns]
    rows = list(_aligned(texts))
    titles = [title if text is not None else f"{title}: not there" for title, text in columns]
    widths = [
        max(len(title), *(len(line) for line in lines), 0)
        for title, lines in zip(titles, ([*text, ""] for text in texts), strict=True)
    ]
    if sum(widths) + 3 * len(widths) + 2 <= terminal.width:
        return "\n".join([head, *_beside(titles, rows, widths, terminal)])
    return "\n".join([head, *_marked(titles, rows, terminal)])


def _columns(versions: Versions) -> list[tuple[str, str | None]]:
    """Return the versions, those that are the same to the letter in one column."""
    columns: list[tuple[str, str | None]] = []
    for title, text in (
        ("last promotion", versions.promoted),
        ("file", versions.file),
        ("session", versions.session),
    ):
        same = next((n for n, (_, other) in enumerate(columns) if other == text), None)
        if same is None:
            columns.append((title, text))
        else:
            columns[same] = (f"{columns[same][0]} and {title}", text)
    return columns


def _aligned(texts: list[list[str]]) -> Iterator[_Row]:
    """Put equal lines of all versions on one row; None stands where a version has no line."""
    first, *others = texts
    if not others:
        yield from ((line,) for line in first)
        return
    rest = list(_aligned(others))
    keys = [next((line for line in row if line is not None), "") for row in rest]
    empty = (None,) * len(others)
    matcher = SequenceMatcher(None, first, keys, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            yield from ((first[a + n], *rest[c + n]) for n in range(b - a))
            continue
        for n in range(max(b - a, d - c)):
            mine = first[a + n] if a + n < b else None
            yield (mine, *(rest[c + n] if c + n < d else empty))


def _beside(
    titles: list[str], rows: list[_Row], widths: list[int], terminal: Terminal
) -> Iterator[str]:
    yield "  " + " | ".join(f"{t:<{w}}" for t, w in zip(titles, widths, strict=True)).rstrip()
    yield "  " + "-+-".join("-" * width for width in widths)
    for row in rows:
        cells = [f"{line or '':<{width}}" for line, width in zip(row, widths, strict=True)]
        is_same = len(set(row)) == 1
        mark = " " if is_same else "!"
        text = f"{mark} {' | '.join(cells)}".rstrip()
        yield text if is_same else _painted(text, _YELLOW, terminal)


def _marked(titles: list[str], rows: list[_Row], terminal: Terminal) -> Iterator[str]:
    """Write the versions one below the other, each line with a letter for every version that has it.

    ab  def f(x):
    a       return x
     b      return -x
    """
    letters = "abc"[: len(titles)]
    yield "  " + ", ".join(f"{x}: {title}" for x, title in zip(letters, titles, strict=True))
    for row in rows:
        lines = list(dict.fromkeys(line for line in row if line is not None))
        for line in lines:
            has = "".join(x if mine == line else " " for x, mine in zip(letters, row, strict=True))
            text = f"{has}  {line}".rstrip()
            if " " not in has:
                yield text
            else:
                yield _painted(text, _RED if has[0] != " " else _GREEN, terminal)


def _painted(text: str, colour: str, terminal: Terminal) -> str:
    return f"{colour}{text}{_END}" if terminal.has_colour else text
