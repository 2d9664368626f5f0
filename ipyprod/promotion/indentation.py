"""Source text moved to the right without touching the inside of its strings."""

import ast
import textwrap


def indent_source(text: str, *, levels: int = 1) -> str:
    """Indent `text` by 4 columns a level; lines inside a multi-line string stay as they are."""
    fixed = _lines_inside_strings(text)
    indent = " " * (4 * levels)
    lines = text.split("\n")
    return "\n".join(
        line if number in fixed or not line.strip() else indent + line
        for number, line in enumerate(lines, start=1)
    )


def dedent_body(text: str, first: ast.stmt, last: ast.stmt) -> str:
    """Return the lines of a block's body, from `first` to `last`, moved to column 0."""
    lines = text.split("\n")[first.lineno - 1 : last.end_lineno]
    margin = first.col_offset
    fixed = _lines_inside_strings(text)
    moved = [
        line if first.lineno + offset in fixed else line[margin:].rstrip() if line.strip() else ""
        for offset, line in enumerate(lines)
    ]
    return textwrap.dedent("\n".join(moved)) if not fixed else "\n".join(moved)


def _lines_inside_strings(text: str) -> frozenset[int]:
    """Return the 1-based lines that begin inside a string of `text`."""
    inside: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and not isinstance(node.value, str | bytes):
            continue
        if isinstance(node, ast.Constant | ast.JoinedStr) and node.end_lineno is not None:
            inside.update(range(node.lineno + 1, node.end_lineno + 1))
    return frozenset(inside)
