"""Modules that the session wrote itself: importing one reads the file that a line before made."""

import ast
import re
from dataclasses import replace

from ipyprod.lineage.effects import StatementEffects
from ipyprod.lineage.file_states import FILE
from ipyprod.lineage.session_code import immediate_nodes
from ipyprod.session.cell import Observation
from ipyprod.source.chains import called_name
from ipyprod.source.statements import Statement

# Calls that import, or import again, what their text names.
_IMPORTING = frozenset({"reload", "import_module", "__import__", "run_module", "run_path"})
_WORD = re.compile(r"[^\W\d]\w*")


class WrittenModules:
    """The files of Python code that were written so far, by the name of their module."""

    def __init__(self) -> None:
        self._states: dict[str, set[str]] = {}

    def link(
        self, statement: Statement, effects: StatementEffects, seen: Observation
    ) -> StatementEffects:
        """Let an import read what was written of its module; take over what `statement` wrote."""
        read: set[str] = set()
        if self._states and _imports(statement):
            names = {name for module in seen.modules for name in module.name.split(".")}
            names.update(_WORD.findall(statement.text))
            read = {s for n in names & self._states.keys() for s in self._states[n]}
        for state in effects.ambient_writes:
            if state.startswith(FILE) and state.endswith(".py"):
                self._states.setdefault(_module_name(state), set()).add(state)
        if not read:
            return effects
        return replace(effects, ambient_reads=effects.ambient_reads | read)


def _imports(statement: Statement) -> bool:
    """Whether a statement imports as it runs: `try: import shapes` / `except ImportError: ...`."""
    parts = list(immediate_nodes(statement.node))
    if any(isinstance(part, (ast.Import, ast.ImportFrom)) for part in parts):
        return True
    return not _IMPORTING.isdisjoint(map(called_name, parts))


def _module_name(state: str) -> str:
    """Return the name under which a file is imported: that of its folder for a package."""
    *folders, file = state.removeprefix(FILE).replace("\\", "/").split("/")
    stem = file.removesuffix(".py")
    return folders[-1] if stem == "__init__" and folders else stem
