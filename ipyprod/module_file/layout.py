"""Where the top-level pieces of a module's text stand."""

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from inspect import cleandoc

from ipyprod.errors import ModuleFileError
from ipyprod.module_file.bindings import Binding, Definition, bindings_of

# What Python takes for a line break. str.splitlines also breaks at form feeds and U+2028.
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_CODING_COOKIE = re.compile(r"^[ \t\f]*#.*?coding[:=]")
_CELL_MARKER = re.compile(r"^#\s*(%%|In\[)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Top-level statements that share their lines: nearly always one.

    `start` and `end` are offsets (0-based, in characters) of the first character and of the end of
    the last line, its line break not counted. A definition's decorators, the comment lines directly
    above it and the indented comments directly below it belong to it. `code_start` is where the
    code itself begins. Lines are 1-based.
    """

    start: int
    code_start: int
    end: int
    first_line: int
    last_line: int
    nodes: tuple[ast.stmt, ...] = field(repr=False)
    bindings: tuple[Binding, ...] = ()

    @property
    def definition(self) -> Definition | None:
        """The function or class that this block is, if it is one."""
        node = self.nodes[0]
        alone = len(self.nodes) == 1
        return node if alone and isinstance(node, Definition) else None

    @property
    def is_import(self) -> bool:
        """Whether it holds imports and nothing else."""
        return all(isinstance(node, ast.Import | ast.ImportFrom) for node in self.nodes)

    def defines(self, name: str) -> bool:
        """Whether it is the definition of `name`, or a constant of that name, and nothing else."""
        return len(self.nodes) == 1 and _defines(self.nodes[0], name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A module's text with its top-level blocks, in order.

    `newline` is the line break that the text uses most.
    """

    text: str
    starts: tuple[int, ...] = field(repr=False)
    blocks: tuple[Block, ...]
    bindings: tuple[Binding, ...]
    newline: str = "\n"

    def bound(self, name: str) -> tuple[Binding, ...]:
        """Every place where the module binds `name`."""
        return tuple(binding for binding in self.bindings if binding.name == name)

    def line_end(self, offset: int) -> int:
        """The offset just after the line break that ends the line of `offset`."""
        found = _LINE_BREAK.search(self.text, offset)
        return found.end() if found else len(self.text)

    def source(self, block: Block) -> str:
        """The text of a block, comments included."""
        return self.text[block.start : block.end]

    def definition_blocks(self, name: str) -> tuple[Block, ...]:
        """The top-level definitions, and constants on lines of their own, that bind `name`."""
        return tuple(block for block in self.blocks if block.defines(name))


def parse_module(text: str, *, path: str) -> ast.Module:
    """Parse a module's text.

    Raises:
        ModuleFileError: it is not valid Python; the line is named.
    """
    hint = "mend that line, or choose another file with --to"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape in the person's code
            return ast.parse(text)
    except SyntaxError as error:
        problem = f"{path}, line {error.lineno or 1} is not valid Python: {error.msg}"
        raise ModuleFileError(f"{problem}; nothing was written", hint=hint) from None
    except (ValueError, RecursionError, MemoryError) as error:
        problem = f"{path} cannot be parsed ({error}); nothing was written"
        raise ModuleFileError(problem, hint=hint) from None


@lru_cache(maxsize=8)  # one edit asks for the same text several times
def parse_layout(text: str, *, path: str, newline: str = "") -> Layout:
    """Find the top-level blocks of a module; `newline` is its line break where it is known.

    Raises:
        ModuleFileError: it is not valid Python; the line is named.
    """
    tree = parse_module(text, path=path)
    starts = (0, *(found.end() for found in _LINE_BREAK.finditer(text)))
    blocks: list[Block] = []
    for nodes in _by_lines(tree.body):
        above = blocks[-1].last_line if blocks else 0
        blocks.append(_block(text, starts, nodes, above))
    return Layout(
        text=text,
        starts=starts,
        blocks=tuple(blocks),
        bindings=tuple(binding for block in blocks for binding in block.bindings),
        newline=newline or _newline(text),
    )


def _newline(text: str) -> str:
    breaks = _LINE_BREAK.findall(text)
    return max(("\n", "\r\n", "\r"), key=breaks.count) if breaks else "\n"


def definition_text(text: str, name: str) -> str | None:
    """Give the source of the definition of `name` in a module, None where there is not just one."""
    try:
        layout = parse_layout(text, path="")
    except ModuleFileError:
        return None
    found = layout.definition_blocks(name)
    return layout.source(found[0]) if len(found) == 1 else None


def code_signature(text: str) -> tuple[str, tuple[str, ...]]:
    """What code says, whatever its layout: its syntax tree and its comments.

    Two texts with the same signature differ only as a formatter makes them differ.
    """
    tree = parse_module(text, path="the code")
    for node in ast.walk(tree):
        _clean_docstring(node)
    return ast.dump(tree), tuple(comments(text))


def comments(text: str) -> Iterator[str]:
    """Every comment, without its # and the space around it."""
    lines = io.StringIO(_LINE_BREAK.sub("\n", text))
    try:
        for token in tokenize.generate_tokens(lines.readline):
            if token.type == tokenize.COMMENT:
                yield token.string.lstrip("#").strip()
    except (tokenize.TokenError, SyntaxError):  # valid for ast, not for tokenize: no more comments
        return


def has_comment(text: str) -> bool:
    """Whether there is any comment in valid code."""
    return "#" in text and next(comments(text), None) is not None


def _by_lines(body: list[ast.stmt]) -> Iterator[tuple[ast.stmt, ...]]:
    group: list[ast.stmt] = []
    for node in body:
        # x = 1; y = 2
        #        ^^^^^ begins on a line that is not its own
        if group and node.lineno > (group[-1].end_lineno or group[-1].lineno):
            yield tuple(group)
            group = []
        group.append(node)
    if group:
        yield tuple(group)


def _block(text: str, starts: tuple[int, ...], nodes: tuple[ast.stmt, ...], above: int) -> Block:
    first, last = nodes[0], nodes[-1].end_lineno or nodes[-1].lineno
    line = first.lineno
    if isinstance(first, Definition) and first.decorator_list:
        line = first.decorator_list[0].lineno
    lines = _Lines(text=text, starts=starts)
    first_line, is_header = line, False
    while first_line - 1 > above and lines.is_own_comment(first_line - 1):
        first_line -= 1
        is_header = first_line == 1
    if is_header:  # the comment at the top is the file's, not the first statement's
        first_line = line
    last_line = last
    if isinstance(nodes[-1], Definition | ast.If | ast.For | ast.While | ast.With | ast.Try):
        last_line = lines.last_indented_comment(last)
    return Block(
        start=lines.start(first_line),
        code_start=lines.start(line),
        end=lines.end(last_line),
        first_line=first_line,
        last_line=last_line,
        nodes=nodes,
        bindings=tuple(binding for node in nodes for binding in bindings_of(node)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lines:
    text: str
    starts: tuple[int, ...]

    def start(self, line: int) -> int:
        offset = self.starts[line - 1]
        while self.text[offset : offset + 1] == "\f":  # a page break stays where it is
            offset += 1
        return offset

    def end(self, line: int) -> int:
        if line >= len(self.starts):
            return len(self.text)
        stop = self.starts[line]
        return stop - (2 if self.text[stop - 2 : stop] == "\r\n" else 1)

    def is_own_comment(self, line: int) -> bool:
        content = self.text[self.start(line) : self.end(line)]
        if _CELL_MARKER.match(content) or (line in (1, 2) and _is_cookie_or_shebang(content)):
            return False
        return content.startswith("#")

    def last_indented_comment(self, line: int) -> int:
        last = line
        for number in range(line + 1, len(self.starts) + 1):
            content = self.text[self.start(number) : self.end(number)]
            if content.lstrip().startswith("#") and content[0] in " \t":
                last = number
            elif content.strip():
                break
        return last


def _is_cookie_or_shebang(content: str) -> bool:
    return content.startswith("#!") or bool(_CODING_COOKIE.match(content))


def _defines(node: ast.stmt, name: str) -> bool:
    if isinstance(node, Definition):
        return node.name == name
    if isinstance(node, ast.Assign):
        targets = node.targets
        return len(targets) == 1 and isinstance(targets[0], ast.Name) and targets[0].id == name
    if isinstance(node, ast.AnnAssign):
        return isinstance(node.target, ast.Name) and node.target.id == name
    # type Pair = tuple[int, int]
    #      ^^^^ Python 3.12
    alias = getattr(node, "name", None)
    return type(node).__name__ == "TypeAlias" and getattr(alias, "id", "") == name


def _clean_docstring(node: ast.AST) -> None:
    if not isinstance(node, Definition | ast.Module) or ast.get_docstring(node) is None:
        return
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        lines = cleandoc(str(first.value.value)).split("\n")
        first.value.value = "\n".join(line.rstrip() for line in lines).strip()
