"""The pieces that a cell falls into before they become statements and omissions."""

import ast
import builtins
import re
from dataclasses import dataclass, field
from functools import lru_cache

from ipyprod.source.names import analyze_statement, imported_names
from ipyprod.source.purity import CUSTOMARY_MODULES
from ipyprod.source.statements import OmissionKind, StatementNames

Meanings = tuple[tuple[str, str], ...]  # (name, real dotted name, or "" for a value of the session)
_WORD = re.compile(r"[^\W\d]\w*")


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
    meanings: Meanings = ()
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
def names_in(text: str, meanings: Meanings = ()) -> StatementNames:
    """Tell what the one statement of a text does with names; `meanings` are those of its words.

    Kept, because a session is parsed again for each promotion: 0.2 ms a statement.
    """
    return analyze_statement(ast.parse(text).body[0], {**CUSTOMARY_MODULES, **dict(meanings)})


class MeaningLog:
    """What names mean by the imports and bindings so far; see `analyze_statement`."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of_words(self, text: str) -> Meanings:
        """Return what the words of a text mean, customary names apart."""
        words = set(_WORD.findall(text))
        return tuple(sorted((w, self._known[w]) for w in words if w in self._known))

    def note(self, node: ast.stmt, names: StatementNames) -> None:
        """Go on to the moment after a statement."""
        made: dict[str, str] = {}
        for part in ast.walk(node):
            if isinstance(part, ast.Import | ast.ImportFrom):
                made |= imported_names(part)
        for name in names.binds | names.may_bind | names.deferred_binds:
            if name in made:
                self._known[name] = made[name]
            elif name in self._known or name in CUSTOMARY_MODULES or hasattr(builtins, name):
                self._known[name] = ""
        for name in names.deletes & self._known.keys():
            del self._known[name]
