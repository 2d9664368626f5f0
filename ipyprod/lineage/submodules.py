"""Submodules of packages: whoever loads one sets an attribute of the package for good.

`loaded:xml.dom` is ambient state: an import of it sets it, `xml.dom` in a line reads it.
"""

import ast
from collections.abc import Collection
from dataclasses import replace

from ipyprod.lineage.effects import StatementEffects
from ipyprod.lineage.session_code import immediate_nodes
from ipyprod.session.cell import Observation
from ipyprod.source.chains import called_name
from ipyprod.source.statements import Finish, Statement, StatementKind

LOADED = "loaded:"
_LOADING = frozenset({"import_module", "__import__"})


class Submodules:
    """The submodules that the session loaded so far, and those that came with other imports."""

    def __init__(self) -> None:
        self._loaded: set[str] = set()
        self._came_along: set[str] = set()
        self._bound: set[str] = set()  # names that imports bound

    @property
    def states(self) -> frozenset[str]:
        """The state of each submodule that a line of the session loads by its name."""
        return frozenset(LOADED + module for module in self._loaded)

    def link(
        self,
        statement: Statement,
        effects: StatementEffects,
        seen: Observation,
        attributes: Collection[str],
    ) -> StatementEffects:
        """Let `statement` read what was loaded of what it names; take over what it loads itself.

        import xml.dom
        import xml.sax
        ^ binds `xml` anew, to the package that it was
        node = xml.dom.Node
                   ^ by the first import alone
        """
        reads = wanted_states(self.states, attributes)
        loads = self._loads(statement.node)
        self._loaded |= loads
        self._came_along.update(module.name for module in seen.modules)
        again = self._bound_again(statement, seen)
        self._bound |= effects.binds if statement.kind is StatementKind.IMPORT else set()
        if not (reads or loads or again):
            return effects
        writes = frozenset(LOADED + module for module in loads)
        certain = writes if statement.finish is Finish.DONE else frozenset[str]()
        return replace(
            effects,
            bound_again=again,
            ambient_reads=effects.ambient_reads | reads,
            ambient_writes=effects.ambient_writes | writes,
            ambient_resets=effects.ambient_resets | certain,
        )

    def _bound_again(self, statement: Statement, seen: Observation) -> frozenset[str]:
        """Return the packages that an import of them, or in them, was seen to bind again."""
        if statement.finish is not Finish.DONE or not seen.is_complete:
            return frozenset()
        packages = {module.partition(".")[0] for module in self._loaded}
        named = {module.partition(".")[0] for module in package_imports(statement.node)}
        return frozenset(named & packages & self._bound - seen.bound)

    def _loads(self, node: ast.stmt) -> set[str]:
        found: set[str] = set()
        for module in package_imports(node):
            found |= _with_parents(module)
        others = {part for module in _named_otherwise(node) for part in _with_parents(module)}
        return found | {module for module in others if module not in self._came_along}


def wanted_states(states: Collection[str], attributes: Collection[str]) -> frozenset[str]:
    """Return which `states` code with these attributes may read, under whatever name."""
    if not states:
        return frozenset()
    return frozenset(state for state in states if state.rpartition(".")[2] in attributes)


def package_imports(node: ast.stmt) -> list[str]:
    """Return the modules of `import xml.dom`, which are used by the name of the package."""
    aliases = node.names if isinstance(node, ast.Import) else []
    return [alias.name for alias in aliases if not alias.asname]


def _named_otherwise(node: ast.stmt) -> list[str]:
    """Return the modules that are loaded all the same: `from xml.dom import Node`."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names if alias.asname]
    if isinstance(node, ast.ImportFrom):
        return [node.module] if node.module and not node.level else []
    return [
        str(part.args[0].value)
        for part in immediate_nodes(node)
        if isinstance(part, ast.Call)
        and called_name(part) in _LOADING
        and part.args
        and isinstance(part.args[0], ast.Constant)
    ]


def _with_parents(module: str) -> set[str]:
    """Return a submodule with those above it, the package apart."""
    parts = module.split(".")
    return {".".join(parts[:end]) for end in range(2, len(parts) + 1)}
