"""Star imports that have to stay where they are, written out: in a function no star can stand."""

import ast
import re
from collections import Counter

from ipyprod.session.cell import Cell, Session
from ipyprod.source.scopes import bound_in_body

_WORD = re.compile(r"[^\W\d]\w*")
# What a session does that decides what a later import finds: it writes a module, it changes a path.
_DECIDING = re.compile(r"\.py\b|sys\s*\.\s*path|PYTHONPATH|chdir|%cd|%pushd|^cd ", re.MULTILINE)
_MISSING = re.compile(r"name '(\w+)' is not defined")


class StarImports:
    """Knows which names of a session are bound more than once, or were missing at first."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._times_bound: Counter[str] = Counter()
        self._words: set[str] = set()
        self._missed: dict[str, int] = {}  # name -> the event that failed for lack of it
        self._decided = len(session.cells)  # the first event that decides what imports find

    def written_out(self, node: ast.stmt, cell: Cell) -> str:
        """Return an import of the names that the session uses, "" where the star can stay.

        def sqrt(x): ...
        from math import *
                         ^ brings another `sqrt`: the import has to stay where it is

        So has one of a module that the session wrote or made to be found, and one of a name that a
        line above it failed for want of.
        """
        if not isinstance(node, ast.ImportFrom) or node.names[0].name != "*" or node.level:
            return ""
        if cell.text.count("*") > 1 or not cell.observation.is_complete:
            return ""
        self._read_session()
        brought = cell.observation.bound - _bound_besides(cell)
        is_settled = all(self._times_bound[name] == 1 for name in brought)
        is_missed = any(self._missed.get(name, cell.event) < cell.event for name in brought)
        if is_settled and not is_missed and self._decided > cell.event:
            return ""
        names = sorted(brought & self._words)
        return f"from {node.module} import {', '.join(names)}" if names else ""

    def _read_session(self) -> None:
        if self._times_bound:
            return
        for cell in self._session.cells:
            self._times_bound.update(cell.observation.bound)
            self._words.update(_WORD.findall(cell.text))
            missing = _MISSING.match(cell.error_message)
            if missing:
                self._missed.setdefault(missing[1], cell.event)
            if _DECIDING.search(cell.text):
                self._decided = min(self._decided, cell.event)


def _bound_besides(cell: Cell) -> frozenset[str]:
    """Return the names that other lines of the cell bind."""
    try:
        return bound_in_body(ast.parse(cell.python).body)
    except SyntaxError:
        return frozenset()
