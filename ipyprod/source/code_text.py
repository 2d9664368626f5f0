"""Places in source text: from the parser's lines and byte columns to what was typed."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

# Markers that editors and exporters put between cells; a title after "# %%" is kept.
_CELL_MARKER = re.compile(r"#\s*(?:In\s*\[[\d\s*]*\]:?\s*|<codecell>\s*|(?:%%|\+|-)\s*)$")
_TITLED_MARKER = re.compile(r"#\s*%%+\s*(?:\[\w+\]\s*)?(.*)$")
_FILE_HEADER = re.compile(r"#(?:!|.*?coding[:=][ \t]*[-\w.]+)")


class CodeText:
    """Source text addressed as `ast` does: 1-based lines, columns in UTF-8 bytes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.split("\n")
        self._starts = [0]
        for line in self.lines:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def offset(self, line: int, column_bytes: int) -> int:
        """Give the 0-based character offset of a place that `ast` names."""
        source = self.lines[line - 1]
        if source.isascii():
            return self._starts[line - 1] + column_bytes
        return self._starts[line - 1] + len(source.encode()[:column_bytes].decode())

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Give the offsets at which a node starts and ends; a decorator belongs to its definition."""
        line, column = start_of(node)
        start = self.offset(line, column)
        if getattr(node, "decorator_list", None):
            start = self.text.rindex("@", 0, start)
        return start, self.offset(_number(node, "end_lineno"), _number(node, "end_col_offset"))

    def segment(self, node: ast.AST) -> str:
        """Give the source of a node."""
        start, end = self.span(node)
        return self.text[start:end]

    def line_start(self, offset: int) -> int:
        """Give the offset at which the line of `offset` begins."""
        return self.text.rfind("\n", 0, offset) + 1

    def line_end(self, offset: int) -> int:
        """Give the offset of the line break that ends the line of `offset`."""
        end = self.text.find("\n", offset)
        return len(self.text) if end < 0 else end


def start_of(node: ast.AST) -> tuple[int, int]:
    """Give line and byte column at which a node, with its decorators, starts."""
    decorators = getattr(node, "decorator_list", None)
    first = decorators[0] if decorators else node
    return _number(first, "lineno"), _number(first, "col_offset")


def _number(node: ast.AST, field: str) -> int:
    value: int = getattr(node, field)
    return value


def name_of(node: ast.AST) -> str:
    """Give the name that a node is, "" where it is something else."""
    return node.id if isinstance(node, ast.Name) else ""


def normal_line_breaks(text: str) -> str:
    r"""Replace \r\n and \r by \n, as the compiler does before it counts lines."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


@dataclass(frozen=True, slots=True)
class TypedLines:
    """For each line of a translated text the first and last line, 1-based, as typed in the cell."""

    first: tuple[int, ...]
    last: tuple[int, ...]

    def start(self, line: int) -> int:
        """Give the typed line at which a line of the text begins."""
        return self.first[min(line, len(self.first)) - 1]

    def end(self, line: int) -> int:
        """Give the typed line at which a line of the text ends."""
        return self.last[min(line, len(self.last)) - 1]


def all_on(first: int, last: int) -> TypedLines:
    """Give the lines of a text that stands, as a whole, for the given typed lines."""
    return TypedLines((first,), (last,))


def match_lines(made: str, typed: str, numbers: TypedLines) -> TypedLines:
    r"""Find which typed lines IPython made each line of `made` from.

    IPython drops empty lines at the top, takes prompts and common indentation away, joins a magic
    that is continued with a backslash, and folds a cell magic into one call:

        !ls \
          -l      ->  get_ipython().system('ls    -l')
    """
    made_lines, typed_lines = made.rstrip("\n").split("\n"), typed.rstrip("\n").split("\n")
    last_index = len(typed_lines) - 1
    position = next((i for i, line in enumerate(typed_lines) if line.strip()), 0)
    if made.startswith("get_ipython().run_cell_magic("):
        return TypedLines((numbers.start(position + 1),), (numbers.end(last_index + 1),))
    first, last = [], []
    for index, line in enumerate(made_lines):
        start = min(position, last_index)
        end = start
        if not _same_line(line, typed_lines[start]):
            end = _end_of_joined(typed_lines, start, made_lines[index + 1 : index + 2])
        first.append(numbers.start(start + 1))
        last.append(numbers.end(end + 1))
        position = end + 1
    return TypedLines(tuple(first), tuple(last))


def _same_line(made: str, typed: str) -> bool:
    return typed.rstrip().endswith(made.strip()) if made.strip() else not typed.strip()


def _end_of_joined(typed_lines: list[str], start: int, next_made: list[str]) -> int:
    end = start
    while end < len(typed_lines) - 1 and typed_lines[end].endswith("\\"):
        end += 1
    if end > start or not next_made or not next_made[0].strip():
        return end
    # `f(` newline `x)?` is joined without a backslash: go on where the next line is found again.
    if "get_ipython()" in next_made[0]:
        return end
    for later in range(start + 1, len(typed_lines)):
        if _same_line(next_made[0], typed_lines[later]):
            return later - 1
    return end


def comments_between(lines: list[str]) -> str:
    """Give the comment lines among the lines above a statement, a line break after each."""
    kept = (_kept_comment(line.strip()) for line in lines)
    return "".join(f"{comment}\n" for comment in kept if comment)


def _kept_comment(line: str) -> str:
    if not line.startswith("#") or _FILE_HEADER.match(line) or _CELL_MARKER.match(line):
        return ""
    titled = _TITLED_MARKER.match(line)
    if titled:
        return f"# {titled[1]}" if titled[1] else ""
    return line


def trailing_comment(text: str, start: int) -> int:
    """Give the offset at which a comment on the rest of the line ends, `start` if there is none."""
    end = text.find("\n", start)
    rest = text[start : len(text) if end < 0 else end]
    return start + len(rest.rstrip()) if rest.lstrip(" \t\f;").startswith("#") else start


def replace_spans(text: str, edits: list[tuple[int, int, str]], base: int = 0) -> str:
    """Replace spans of `text`; the spans count from `base` and do not overlap."""
    for start, end, new in sorted(edits, reverse=True):
        text = text[: start - base] + new + text[end - base :]
    return text


def replace_nodes(text: str, replacements: Mapping[ast.AST, str], tree: ast.AST) -> str:
    """Replace nodes of `tree`, which was parsed from `text`, by other source; the rest stays.

    Inside an f-string the whole string is written anew: up to Python 3.11 its parts have no exact
    places.

    Raises:
        ValueError: an f-string that cannot be written anew.
    """
    code = CodeText(text)
    edits = [(*code.span(node), new) for node, new in _outermost(tree, replacements)]
    return replace_spans(text, edits)


def _outermost(tree: ast.AST, replacements: Mapping[ast.AST, str]) -> Iterator[tuple[ast.AST, str]]:
    if tree in replacements:
        yield tree, replacements[tree]
        return
    if isinstance(tree, ast.JoinedStr):
        if any(node in replacements for node in ast.walk(tree)):
            yield tree, ast.unparse(_Rewriter(replacements).visit(tree))
        return
    for child in ast.iter_child_nodes(tree):
        yield from _outermost(child, replacements)


class _Rewriter(ast.NodeTransformer):
    def __init__(self, replacements: Mapping[ast.AST, str]) -> None:
        self._replacements = replacements

    def visit(self, node: ast.AST) -> ast.AST:
        if node in self._replacements:
            return ast.parse(self._replacements[node], mode="eval").body
        self.generic_visit(node)
        return node
