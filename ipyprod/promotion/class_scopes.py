"""Class bodies that read a variable of the function around them by a name that they bind."""

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum

from ipyprod.source.code_text import replace_nodes
from ipyprod.source.scopes import ComprehensionNode, bound_in_body, parameters

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_COMPOUND = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.TryStar, ast.Match)
_BINDING_AT_ONCE = (ast.Assign, ast.AugAssign, ast.Import, ast.ImportFrom, ast.ClassDef)


class _Meaning(Enum):
    """What a name in a class body that binds it stands for."""

    OUTER = "not bound in the class yet"
    OWN = "bound in the class"
    EITHER = "bound in the class perhaps"


@dataclass(frozen=True, slots=True)
class _Read:
    node: ast.Name
    meaning: _Meaning
    is_augmented: bool = False  # the target of `n += 1`, which reads `n` too


def with_outer_names(text: str, local: Collection[str]) -> str:
    """Let the class bodies in a statement of a function read its `local` variables.

    A name that a class body binds is looked up in the class and in the module, but never in a
    function in between:

        outer_rate = rate
        class Plan:
            rate: float = outer_rate
                          ^ was `rate`
    """
    if "class " not in text:
        return text
    tree = ast.parse(text)
    written: dict[ast.AST, str] = {}
    aliases: dict[str, str] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef):
            continue
        for read in _reads(node, local):
            name = read.node.id
            value = f"(lambda: {name})()"  # a function does not see the names of the class
            if read.meaning is _Meaning.EITHER:
                value = f'(locals()["{name}"] if "{name}" in locals() else {value})'
            elif tree.body == [node]:
                value = aliases.setdefault(name, _free_name(f"outer_{name}", text, local))
            written[read.node] = f"{name} = {value}; {name}" if read.is_augmented else value
    if not written:
        return text
    lines = [f"{alias} = {name}" for name, alias in aliases.items()]
    return "\n".join([*lines, replace_nodes(text, written, tree)])


def _free_name(wanted: str, text: str, local: Collection[str]) -> str:
    while wanted in local or wanted in text:
        wanted += "_"
    return wanted


def _reads(node: ast.ClassDef, local: Collection[str]) -> Iterator[_Read]:
    """Yield where a class body reads, or may read, what stands outside by a name of its own."""
    own = bound_in_body(node.body) & frozenset(local)
    deleted = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and _is(n, ast.Del)}
    certain: set[str] = set()
    perhaps: set[str] = set()
    for statement in node.body if own else ():
        bound = bound_in_body([statement])
        inside = bound if _binds_in_between(statement) else frozenset[str]()
        for read in _in_class_scope(statement):
            name = read.id
            if name not in own or name in certain or _is_bound_first(statement, read):
                continue
            is_open = name in perhaps | inside
            meaning = _Meaning.EITHER if is_open else _Meaning.OUTER
            yield _Read(read, meaning, is_augmented=_is(read, ast.Store))
        if isinstance(statement, ast.AnnAssign) and statement.value is None:
            continue  # `when: date` binds nothing
        perhaps |= bound
        if isinstance(statement, (*_BINDING_AT_ONCE, *_FUNCTIONS, ast.AnnAssign)):
            certain |= bound - deleted


def _is(node: ast.Name, context: type[ast.expr_context]) -> bool:
    return isinstance(node.ctx, context)


def _binds_in_between(statement: ast.stmt) -> bool:
    """Whether a statement may bind a name before it has read all that it reads."""
    named = any(isinstance(part, ast.NamedExpr) for part in ast.walk(statement))
    return named or isinstance(statement, _COMPOUND)


def _is_bound_first(statement: ast.stmt, read: ast.Name) -> bool:
    """Whether the annotation reads what the statement itself has just bound: `day: day = 3`."""
    if not isinstance(statement, ast.AnnAssign) or statement.value is None:
        return False
    is_same = isinstance(statement.target, ast.Name) and statement.target.id == read.id
    return is_same and any(part is read for part in ast.walk(statement.annotation))


def _in_class_scope(node: ast.AST) -> Iterator[ast.Name]:
    """Yield the names that are looked up in the class body itself, not in a function inside it."""
    if isinstance(node, ast.Name):
        if _is(node, ast.Load):
            yield node
        return
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        yield node.target
    for part in _evaluated(node):
        yield from _in_class_scope(part)


def _evaluated(node: ast.AST) -> list[ast.AST]:
    """Return the parts of a node that are evaluated in the scope in which it stands."""
    if isinstance(node, ComprehensionNode):
        return [node.generators[0].iter]
    if isinstance(node, ast.ClassDef):
        return [*node.decorator_list, *node.bases, *node.keywords]
    if isinstance(node, ast.Lambda):
        return _defaults(node.args)
    if isinstance(node, _FUNCTIONS):
        hints = [*(a.annotation for a in parameters(node.args)), node.returns]
        parts = [*node.decorator_list, *_defaults(node.args)]
        return [*parts, *(hint for hint in hints if hint is not None)]
    return list(ast.iter_child_nodes(node))


def _defaults(arguments: ast.arguments) -> list[ast.AST]:
    return [d for d in (*arguments.defaults, *arguments.kw_defaults) if d is not None]
