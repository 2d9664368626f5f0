"""A new piece of code laid out like the file that it goes into."""

import ast
import io
import tokenize
from collections import Counter

from ipyprod.module_file.layout import Layout

_OWN = "    "


def indentation_of(layout: Layout) -> str:
    """Give the indentation that a module uses most; four spaces where it has none."""
    found: Counter[str] = Counter()
    for block in layout.blocks:
        for node in block.nodes:
            for inner in getattr(node, "body", None) or ():
                line = layout.starts[inner.lineno - 1]
                indent = layout.text[line : line + inner.col_offset]
                if indent and not indent.strip(" \t") and inner.lineno > node.lineno:
                    found[indent] += 1
    return found.most_common(1)[0][0] if found else _OWN


def reindent(source: str, indentation: str) -> str:
    """Indent code written with four spaces by another step; text inside strings stays.

    A docstring's lines follow: what `inspect.cleandoc` makes of them does not change.
    """
    if indentation == _OWN:
        return source
    inside = _string_lines(source)
    return "\n".join(
        line if number in inside else _reindent_line(line, indentation)
        for number, line in enumerate(source.split("\n"), 1)
    )


def _reindent_line(line: str, indentation: str) -> str:
    code = line.lstrip(" ")
    depth, rest = divmod(len(line) - len(code), len(_OWN))
    return indentation * depth + " " * rest + code


def _string_lines(source: str) -> set[int]:
    """The numbers (1-based) of lines that begin inside a string that is no docstring."""
    docstrings = set()
    for node in ast.walk(ast.parse(source)):
        body = getattr(node, "body", None)
        first = body[0] if isinstance(body, list) and body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            docstrings.add(first.lineno)
    inside: set[int] = set()
    starts: list[int] = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        kind = tokenize.tok_name[token.type]
        if kind == "STRING" and token.start[0] not in docstrings:
            inside.update(range(token.start[0] + 1, token.end[0] + 1))
        elif kind in ("FSTRING_START", "TSTRING_START"):  # Python 3.12, 3.14
            starts.append(token.start[0])
        elif kind in ("FSTRING_END", "TSTRING_END"):
            inside.update(range(starts.pop() + 1, token.end[0] + 1))
    return inside
