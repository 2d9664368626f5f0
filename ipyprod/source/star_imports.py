"""Star imports whose names mean something else at another time of the session, written out."""

import ast
import re
from collections import Counter

from ipyprod.session.cell import Cell, Session

_WORD = re.compile(r"[^\W\d]\w*")


class StarImports:
    """Knows which names of a session are bound more than once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._times_bound: Counter[str] = Counter()
        self._words: set[str] = set()

    def written_out(self, node: ast.stmt, cell: Cell) -> str:
        """Return an import of the names that the session uses, "" where the star can stay.

        def sqrt(x): ...
        from math import *
                         ^ brings another `sqrt`: the import has to stay where it is
        """
        if not isinstance(node, ast.ImportFrom) or node.names[0].name != "*" or node.level:
            return ""
        if cell.text.count("*") > 1 or not cell.observation.is_complete:
            return ""
        self._read_session()
        brought = cell.observation.bound
        if all(self._times_bound[name] == 1 for name in brought):
            return ""
        names = sorted(brought & self._words)
        return f"from {node.module} import {', '.join(names)}" if names else ""

    def _read_session(self) -> None:
        if self._times_bound:
            return
        for cell in self._session.cells:
            self._times_bound.update(cell.observation.bound)
            self._words.update(_WORD.findall(cell.text))
