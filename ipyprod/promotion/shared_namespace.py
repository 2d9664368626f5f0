"""Code of the prompt in a function whose variables are those of the module, by `global`."""

import ast
from collections.abc import Iterable, Iterator

from ipyprod.lineage.graph import LineageGraph
from ipyprod.source.code_text import replace_nodes
from ipyprod.source.namespaces import reaches_namespace
from ipyprod.source.scopes import ComprehensionNode
from ipyprod.source.statements import Statement

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def share_namespace(graph: LineageGraph, statements: Iterable[Statement]) -> bool:
    """Whether `statements`, or functions that they use, reach variables through the namespace."""
    kept = tuple(statements)
    read = {name for s in kept for name in graph.effects(s).reads}
    used = (s for s in graph.statements if not s.names.binds.isdisjoint(read))
    return any(
        (s.names.is_opaque or s.names.is_deferred_opaque) and reaches_namespace(s.node)
        for s in (*kept, *used)
    )


def with_global_namespace(text: str) -> str:
    """Write what works on the variables of the prompt as what works on those of the module.

    vars()["rows"].append(2)      globals()["rows"].append(2)
    exec(code)                    exec(code, globals())
    size: int = 3                 size = 3
    ^ inside a function these would be its own variables; those with a type cannot be global
    """
    tree = ast.parse(text)
    written: dict[ast.AST, str] = {}
    for node in _outside_functions(tree):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            value = f"{node.target.id} = {ast.unparse(node.value)}" if node.value else "pass"
            written[node] = with_global_namespace(value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in {"vars", "locals"} and not node.args and not node.keywords:
                written[node.func] = "globals"
            elif _runs_text(node):
                inner = with_global_namespace(ast.unparse(node.args[0]))
                written[node] = f"{node.func.id}({inner}, globals())"
    return replace_nodes(text, written, tree)


def _runs_text(call: ast.Call) -> bool:
    is_runner = isinstance(call.func, ast.Name) and call.func.id in {"exec", "eval"}
    return is_runner and len(call.args) == 1 and not call.keywords


def _outside_functions(node: ast.AST, *, in_comprehension: bool = False) -> Iterator[ast.AST]:
    """Yield the nodes that run where the statement stands; `eval` in a comprehension sees its variables."""
    if not (in_comprehension and isinstance(node, ast.Call) and _runs_text(node)):
        yield node
    in_comprehension = in_comprehension or isinstance(node, ComprehensionNode)
    if not isinstance(node, _SCOPES):
        for child in ast.iter_child_nodes(node):
            yield from _outside_functions(child, in_comprehension=in_comprehension)
