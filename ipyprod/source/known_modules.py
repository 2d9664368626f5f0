"""What the names of a session stand for: modules and what came from them, builtins bound anew."""

import ast
import builtins
import re
from collections.abc import Iterable

from ipyprod.source.findings import LATE_ANNOTATIONS
from ipyprod.source.names import imported_names, sets_late_annotations
from ipyprod.source.purity import CUSTOMARY_MODULES
from ipyprod.source.statements import StatementNames

_WORD = re.compile(r"[^\W\d]\w*")
Known = frozenset[tuple[str, str]]


class KnownModules:
    """The map that `analyze_statement` asks for, at the present point of a session."""

    def __init__(self) -> None:
        self._names: dict[str, str] = dict(CUSTOMARY_MODULES)

    def within(self, text: str) -> Known:
        """Give the entries for the names in a text."""
        words = set(_WORD.findall(text))
        words.add(LATE_ANNOTATIONS)
        return frozenset((word, self._names[word]) for word in words if word in self._names)

    def note(
        self,
        node: ast.stmt,
        names: StatementNames,
        *,
        is_done: bool,
        observed: frozenset[str] = frozenset(),
        is_seen: bool = True,
    ) -> None:
        """Note what a statement binds; `observed` are names that its cell was seen to bind.

        With `is_done` false it may not have run: what was known stays but for what was seen bound.
        Where nobody looked (`is_seen`), only a failed import leaves all that is known.
        """
        imports = [n for n in ast.walk(node) if isinstance(n, ast.Import | ast.ImportFrom)]
        imported = {name: real for n in imports for name, real in imported_names(n).items()}
        imported |= _star_names(imports, observed)
        if is_done and sets_late_annotations(node):
            self._names[LATE_ANNOTATIONS] = "annotations"
        is_bound = is_done or not (is_seen or imports)
        bound = names.binds if is_bound else names.binds & observed
        for name in bound:
            self._bind(name, imported.get(name, ""))
        for name in names.may_bind | names.deferred_binds | imported.keys():
            is_perhaps_other = name in names.may_bind and (name in observed or not is_seen)
            if not self._names.get(name) or (is_perhaps_other and name not in imported):
                self._bind(name, imported.get(name, ""))
        for name in names.deletes:
            self._names.pop(name, None)

    def _bind(self, name: str, real: str) -> None:
        if real or name in self._names or hasattr(builtins, name):
            self._names[name] = real


def _star_names(imports: Iterable[ast.stmt], observed: frozenset[str]) -> dict[str, str]:
    """Give the builtins that `from module import *` was seen to hide."""
    hidden = [name for name in observed if hasattr(builtins, name)]
    return {
        name: f"{node.module}.{name}"
        for node in imports
        if isinstance(node, ast.ImportFrom) and node.module and node.names[0].name == "*"
        for name in hidden
    }
