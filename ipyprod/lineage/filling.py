"""Values that a look can change: a missing key of a `defaultdict` is made when it is asked for."""

import ast
from collections.abc import Iterable, Mapping

from ipyprod.lineage.session_code import Code, immediate_nodes
from ipyprod.source.statements import Statement

_FILLING = "defaultdict"


def looked_up(statement: Statement) -> set[str]:
    """Return the names in which a key is looked up: `a[k]`, `a.b[k]`, `a[i][k]`."""
    found: set[str] = set()
    for part in immediate_nodes(statement.node):
        if isinstance(part, ast.Subscript):
            holder = part.value
            while isinstance(holder, (ast.Subscript, ast.Attribute)):
                holder = holder.value
            if isinstance(holder, ast.Name):
                found.add(holder.id)
    return found


def makes_filling(
    statement: Statement, imported: Mapping[str, str], called: Iterable[Code]
) -> bool:
    """Whether the statement, or session code that it calls, names `defaultdict`."""
    if _FILLING in statement.text:
        return True
    names = {*statement.names.reads, *(n for code in called for n in code.names.deferred_reads)}
    names |= {n for code in called for n in (*code.names.attributes, *code.names.calls)}
    return any(imported.get(n, n).rpartition(".")[2] == _FILLING for n in names)
