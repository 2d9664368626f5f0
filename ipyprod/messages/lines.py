"""Lines of a session as text: what was kept, what was left out, and why."""

from ipyprod.lineage.slices import DropKind, DroppedLine, KeptLine, Slice
from ipyprod.source.statements import Omission, OmissionKind, Statement, StatementKind

_WIDTH = 60
_SILENT = frozenset({OmissionKind.DISPLAY, OmissionKind.HELP})


def first_line(text: str, width: int = _WIDTH) -> str:
    """Return the first line of `text`, cut to `width` characters."""
    line, _, rest = text.strip().partition("\n")
    cut = line if len(line) <= width else line[: width - 3] + "..."
    return f"{cut} ..." if rest and not cut.endswith("...") else cut


def place(statement: Statement) -> str:
    """Return where a statement was typed: "In [7]"."""
    return f"In [{statement.cell_number}]"


def kept_reason(line: KeptLine) -> str:
    """Return why a line is kept, as words: "makes df"."""
    return f"{line.kind.value} {line.subject}".strip()


def dropped_reason(line: DroppedLine) -> str:
    """Return why a line is dropped, as words: "superseded by In [7]"."""
    if line.kind is DropKind.SUPERSEDED and line.by is not None:
        subject = f"{line.subject}: " if line.subject else ""
        return f"{subject}superseded by {place(line.by)}"
    if line.subject and line.kind in (DropKind.UNUSED, DropKind.FAILED):
        return f"{line.kind.value} ({line.subject})"
    return line.kind.value


def omission_reason(omission: Omission) -> str:
    """Return why a piece of a cell has no Python, with what to do about it."""
    return f"{omission.kind.value}; {omission.hint}" if omission.hint else omission.kind.value


def slice_lines(piece: Slice) -> list[str]:
    """Return the kept and the dropped lines of a slice in the order of the code, with reasons."""
    rows: list[tuple[int, int, int, str, str, str]] = []
    rows.extend(_row(kept.statement, "+", kept_reason(kept)) for kept in piece.kept)
    rows.extend(_row(gone.statement, "-", dropped_reason(gone)) for gone in piece.dropped)
    for omission in piece.omitted:
        where = (omission.event, omission.line, -1)
        text = first_line(omission.text)
        rows.append((*where, f"- In [{omission.cell_number}]", text, omission_reason(omission)))
    rows.sort(key=lambda row: row[:3])
    mark_width = max((len(row[3]) for row in rows), default=0)
    text_width = max((len(row[4]) for row in rows), default=0)
    return [f"{row[3]:<{mark_width}}  {row[4]:<{text_width}}  # {row[5]}" for row in rows]


def _row(statement: Statement, sign: str, reason: str) -> tuple[int, int, int, str, str, str]:
    mark = f"{sign} {place(statement)}"
    text = first_line(statement.text)
    return statement.event, statement.line, statement.index, mark, text, reason


def left_out_lines(piece: Slice, *, most: int = 12) -> list[str]:
    """Return what was left out, a line each; looks and unused imports are only counted."""
    rows = [
        f"  {place(line.statement)}  {first_line(line.statement.text)}  # {dropped_reason(line)}"
        for line in piece.dropped
        if line.kind is not DropKind.LOOK and not _is_unused_import(line)
    ]
    rows += [
        f"  In [{o.cell_number}]  {first_line(o.text)}  # {omission_reason(o)}"
        for o in piece.omitted
        if o.kind not in _SILENT
    ]
    looks = sum(line.kind is DropKind.LOOK for line in piece.dropped)
    looks += sum(o.kind in _SILENT for o in piece.omitted)
    shown = rows[:most]
    if len(rows) > most:
        shown.append(f"  ... and {len(rows) - most} more")
    imports = sum(map(_is_unused_import, piece.dropped))
    counts = []
    if looks:
        counts.append("1 line that only looks" if looks == 1 else f"{looks} lines that only look")
    if imports:
        counts.append("1 unused import" if imports == 1 else f"{imports} unused imports")
    return [*shown, f"  {', '.join(counts)}"] if counts else shown


def _is_unused_import(line: DroppedLine) -> bool:
    return line.kind is DropKind.UNUSED and line.statement.kind is StatementKind.IMPORT
