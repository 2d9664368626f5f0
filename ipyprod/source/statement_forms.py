"""The forms of the statements that cells are made of, and pieces as lists of them."""

import ast
from typing import TypeGuard

from ipyprod.source.code_text import CodeText
from ipyprod.source.pieces import Piece
from ipyprod.source.statements import BROKEN, OmissionKind

CONSOLE_HINT = "get_ipython() exists in the console only: write the Python that it stands for"
_ALLOW_AWAIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


def add_comments(pieces: list[Piece], comments: str) -> None:
    """Put comments before the first piece that is code of the user's."""
    for piece in pieces:
        if piece.kind is None and not (piece.made_names and is_import(piece)):
            piece.comments = comments + piece.comments
            return


def runs_as_main(node: ast.stmt) -> TypeGuard[ast.If]:
    """Tell whether a statement is `if __name__ == "__main__":` and no more."""
    match node:
        case ast.If(
            test=ast.Compare(
                left=ast.Name(id="__name__"),
                ops=[ast.Eq()],
                comparators=[ast.Constant(value="__main__")],
            ),
            orelse=[],
        ):
            return True
    return False


def is_same_tree(text: str, body: list[ast.stmt]) -> bool:
    """Tell whether a text parses to the statements of `body`."""
    try:
        return ast.dump(ast.parse(text)) == ast.dump(ast.Module(body, []))
    except SyntaxError:
        return False


def is_same_code(text: str, indent: str, indented: str) -> bool:
    """Tell whether indenting a text changed its layout only, and no string in it."""
    block = ast.parse(f"if 1:\n{indent or ' '}{indented}").body[0]
    inner = block.body if isinstance(block, ast.If) else []
    return ast.dump(ast.Module(inner, [])) == ast.dump(ast.parse(text))


def mark_unreached(pieces: list[Piece]) -> list[Piece]:
    """Mark what stands behind something that does not compile."""
    broken = False
    for piece in pieces:
        piece.follows_failure = piece.follows_failure or broken
        broken = broken or piece.kind in BROKEN
    return pieces


def compile_error(node: ast.stmt) -> OmissionKind | None:
    """Tell what keeps one statement from compiling: IPython compiles them one at a time."""
    try:
        compile(ast.Module([node], []), "<cell>", "exec", flags=_ALLOW_AWAIT, dont_inherit=True)
    except SyntaxError as error:
        is_outside = "outside function" in (error.msg or "")
        return OmissionKind.OUTSIDE_FUNCTION if is_outside else OmissionKind.SYNTAX_ERROR
    except (ValueError, RecursionError):
        return OmissionKind.SYNTAX_ERROR
    return None


def bound_anywhere(node: ast.AST) -> set[str]:
    """Give the names that are bound anywhere in a node, parameters among them."""
    names = {
        child.id
        for child in ast.walk(node)
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store)
    }
    return names | {child.arg for child in ast.walk(node) if isinstance(child, ast.arg)}


def target_of(node: ast.stmt) -> str:
    """Give the one name that a statement assigns to, else ""."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name
    return ""


def is_import(piece: Piece) -> bool:
    """Tell whether a piece is an import that a translation needed."""
    return isinstance(piece.node, ast.Import) and bool(piece.made_names)


def module_of(piece: Piece) -> str:
    """Give the module that an import of a translation names."""
    return piece.node.names[0].name if isinstance(piece.node, ast.Import) else ""


def without_console(names: tuple[str, ...]) -> tuple[str, ...]:
    """Leave `get_ipython` out of some names."""
    return tuple(name for name in names if name != "get_ipython")


def in_place(
    code: CodeText,
    statement: ast.stmt,
    block: list[ast.stmt],
    texts: list[str],
    blocks: dict[int, int],
) -> tuple[int, int, str] | Piece:
    """Write what a line of the console becomes in its place inside a block.

    `blocks` counts the lines taken out of each block: the last of one becomes `pass`.
    """
    start, end = code.span(statement)
    line_start = code.line_start(start)
    indent = code.text[line_start:start]
    if indent.strip():  # `if x: get_ipython()...` on one line
        if any("\n" in text for text in texts):
            return Piece(line=0, end_line=0, hint=CONSOLE_HINT)
        return start, end, "; ".join(texts) or "pass"
    if texts:
        written = "\n".join(texts).replace("\n", f"\n{indent}")
        if not is_same_code("\n".join(texts), indent, written):
            return Piece(line=0, end_line=0, hint="move the line out of the block")
        return start, end, written
    blocks[id(block)] = blocks.get(id(block), 0) + 1
    line_end = code.line_end(end)
    alone = not code.text[end:line_end].strip(" \t;")
    if blocks[id(block)] < len(block) and alone and line_end < len(code.text):
        return line_start, line_end + 1, ""
    return start, end, "pass"
