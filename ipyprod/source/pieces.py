"""The pieces that a cell falls into before they become statements and omissions."""

import ast
from dataclasses import dataclass, field
from functools import lru_cache

from ipyprod.source.code_text import replace_nodes
from ipyprod.source.known_modules import Known
from ipyprod.source.names import analyze_statement
from ipyprod.source.statements import OmissionKind, StatementNames


@dataclass(slots=True, kw_only=True)
class Piece:
    """One statement, or one thing that is left out, with its typed lines (1-based).

    `text` is plain Python, and `node` the same parsed; both are empty where `kind` says why the
    piece is left out. `expression` is then Python that gives its result, and `modules` what that
    needs. `is_quiet` marks code whose failure the console does not report.
    """

    line: int
    end_line: int
    text: str = ""
    comments: str = ""
    node: ast.stmt | None = None
    names: StatementNames = field(default_factory=StatementNames)
    known: Known = frozenset()  # what its names stand for
    kind: OmissionKind | None = None
    hint: str = ""
    requirement: str = ""
    expression: str = ""
    modules: tuple[str, ...] = ()
    made_names: frozenset[str] = frozenset()
    line_list: str = ""  # the name that it binds to a list of lines of IPython's kind
    gives_line_list: bool = False  # its value is such a list
    begins_paragraph: bool = False  # an empty line parts it from what stands above it in its cell
    place: int = 0  # which of the statements that begin on its line, from 0
    is_quiet: bool = False
    may_be_quiet: bool = False  # before IPython 9 the failure of timed code did not fail the cell
    follows_failure: bool = False  # it stands behind something that cannot be compiled


@lru_cache(maxsize=16384)
def names_in(text: str, known: Known = frozenset()) -> StatementNames:
    """Tell what the one statement of a text does with names; `known` is what these stand for.

    Kept, because a session is parsed again for each promotion: 0.2 ms a statement.
    """
    return analyze_statement(ast.parse(text).body[0], dict(known))


def replace_in(piece: Piece, replacements: dict[ast.AST, str]) -> None:
    """Rewrite nodes of a piece; it is refused where the text does not allow that."""
    if piece.node is None:
        return
    try:
        piece.text = replace_nodes(piece.text, replacements, piece.node)
        parse_again(piece)
    except (ValueError, SyntaxError):
        piece.kind, piece.text, piece.node = OmissionKind.REFUSED, "", None
        piece.hint = "the string cannot be written without the console: give the value a name"


def parse_again(piece: Piece) -> None:
    """Bring `node` and `names` of a piece up to its text."""
    piece.node = ast.parse(piece.text).body[0]
    piece.names = names_in(piece.text, piece.known)
