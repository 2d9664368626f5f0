"""Which files a statement leaves open, and which it closes."""

import ast
from collections.abc import Iterable

from ipyprod.source.chains import called_name, last_name, root_name
from ipyprod.source.expressions import is_chain
from ipyprod.source.statements import Statement

_OPENING = frozenset({"open", "fdopen"})


def closed_by(statement: Statement) -> set[str]:
    """Return the names of files, or of what holds them, that the statement closes.

    with log, open("notes.txt") as f: other.write(f.read())
    ^ closes `log`; `other` stays as open as it was
    """
    found: set[str] = set()
    for part in ast.walk(statement.node):
        if isinstance(part, (ast.With, ast.AsyncWith)):
            found |= _names_in(
                i.context_expr for i in part.items if _is_file_itself(i.context_expr)
            )
        elif isinstance(part, ast.Call) and _is_close(part.func):
            root = root_name(part.func)
            # for f in files: f.close()
            #                 ^ stands for those in `files`
            found |= {root} if root in statement.names.reads else set(statement.names.reads)
    return found


def leaves_open(statement: Statement) -> bool:
    """Whether the statement opens a file that no `with` of its own closes.

    with ExitStack() as stack: log = stack.enter_context(open("log.txt"))
                                                         ^ is closed with the stack
    """
    nodes = list(ast.walk(statement.node))
    managed: list[ast.AST] = []
    for part in nodes:
        if isinstance(part, (ast.With, ast.AsyncWith)):
            managed += [item.context_expr for item in part.items]
        elif called_name(part) == "enter_context":
            managed.append(part)
    closed = {id(inner) for part in managed for inner in ast.walk(part)}
    calls = (part for part in nodes if isinstance(part, ast.Call) and id(part) not in closed)
    return any(last_name(call.func) in _OPENING for call in calls)


def _is_close(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and function.attr == "close"


def _is_file_itself(context: ast.expr) -> bool:
    """Whether a `with` closes what it names: not in `with redirect_stdout(log)`."""
    return called_name(context) == "closing" or is_chain(context)


def _names_in(nodes: Iterable[ast.AST]) -> set[str]:
    return {n.id for node in nodes for n in ast.walk(node) if isinstance(n, ast.Name)}
