"""The pieces that a cell falls into before they become statements and omissions."""

import ast
from dataclasses import dataclass, field
from functools import lru_cache

from ipyprod.source.names import analyze_statement
from ipyprod.source.purity import CUSTOMARY_MODULES
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
    kind: OmissionKind | None = None
    hint: str = ""
    requirement: str = ""
    expression: str = ""
    modules: tuple[str, ...] = ()
    made_names: frozenset[str] = frozenset()
    line_list: str = ""  # the name that it binds to a list of lines of IPython's kind
    gives_line_list: bool = False  # its value is such a list
    place: int = 0  # which of the statements that begin on its line, from 0
    is_quiet: bool = False
    may_be_quiet: bool = False  # before IPython 9 the failure of timed code did not fail the cell
    follows_failure: bool = False  # it stands behind something that cannot be compiled


@lru_cache(maxsize=16384)
def names_in(text: str, modules: frozenset[tuple[str, str]] = frozenset()) -> StatementNames:
    """Tell what the one statement of a text does with names.

    `modules` are pairs of a name that the text mentions and what it is bound to, as for
    `analyze_statement`, on top of the customary ones. Kept, because a session is parsed again for
    each promotion: 0.2 ms a statement.
    """
    known = {**CUSTOMARY_MODULES, **dict(modules)} if modules else None
    return analyze_statement(ast.parse(text).body[0], known)
