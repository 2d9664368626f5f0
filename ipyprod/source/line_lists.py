"""IPython's lists of lines, which `x = !ls` gives, as plain lists."""

import ast
from collections.abc import Iterable

from ipyprod.source.pieces import Piece, replace_in
from ipyprod.source.statements import OmissionKind

_LINE_LIST_NAMES = frozenset(
    ("n", "s", "l", "nlstr", "spstr", "list", "p", "paths", "grep", "fields", "sort")
)


def replace_line_lists(pieces: Iterable[Piece]) -> None:
    """Rewrite what only IPython's lists of lines have: `files.n` becomes a join.

    `x = !ls` gives such a list, and so does `!!ls`.
    """
    names: set[str] = set()
    for piece in pieces:
        if piece.node is None or not (names or piece.line_list):
            continue
        uses = [use for use in ast.walk(piece.node) if _uses_line_list(use, names)]
        if uses:
            _replace_uses(piece, [use for use in uses if isinstance(use, ast.Attribute)])
        names -= piece.names.binds | piece.names.deletes
        names |= {piece.line_list} - {""}


def _uses_line_list(node: ast.AST, names: set[str]) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in names
        and node.attr in _LINE_LIST_NAMES
    )


def _replace_uses(piece: Piece, uses: list[ast.Attribute]) -> None:
    replacements: dict[ast.AST, str] = {}
    for use in uses:
        name = use.value.id if isinstance(use.value, ast.Name) else ""
        written = {
            "n": f'"\\n".join({name})',
            "nlstr": f'"\\n".join({name})',
            "s": f'" ".join({name})',
            "spstr": f'" ".join({name})',
            "l": name,
            "list": name,
        }.get(use.attr)
        if written is None:
            piece.kind, piece.text, piece.node = OmissionKind.REFUSED, "", None
            piece.hint = f"`{name}.{use.attr}` exists in IPython only: `{name}` is a list of lines"
            return
        replacements[use] = written
    replace_in(piece, replacements)
