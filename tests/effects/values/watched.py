"""Cells run under a watcher, as a shell runs them."""

import re
from typing import Any

from ipyprod.effects.values.watcher import ValueWatcher
from ipyprod.session.cell import Observation

_WORD = re.compile(r"[^\W\d]\w*")


class WatchedCells:
    """A namespace and what a watcher saw of the cells that ran in it."""

    def __init__(self) -> None:
        self.namespace: dict[str, Any] = {"__name__": "__main__"}
        self.watcher = ValueWatcher()

    def run(self, code: str, *, seconds: float = 2.0) -> Observation:
        """Run one cell; `seconds` is what it is said to have taken."""
        words = frozenset(_WORD.findall(code))
        token = self.watcher.before(words, self.namespace)
        exec(compile(code, "cell", "exec"), self.namespace)
        return self.watcher.after(
            token, words, self.namespace, seconds=seconds, text_unknown=False
        )


def observe(*cells: str) -> Observation:
    """Return what was seen of the last of these cells."""
    watched = WatchedCells()
    return [watched.run(code) for code in cells][-1]
