"""Which names a top-level statement of a module binds, and how."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class BindingKind(Enum):
    """How a module binds a name."""

    IMPORT = "an import"
    FUNCTION = "a function"
    CLASS = "a class"
    VARIABLE = "a variable"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedName:
    """One name that an import statement binds.

    `dotted` is what is imported, in full: "os.path" for `import os.path`, `import os.path as p` and
    `from os import path` alike. `bound` is the name that it gets. `is_submodule` marks
    `import os.path`, which binds `os`; any number of these live together. `is_module` tells how
    `import os.path as p` was written: `from os import path as p` is the same import.
    """

    dotted: str
    bound: str
    level: int = 0
    is_submodule: bool = False
    is_module: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """One place where a module binds a name.

    `is_certain` is false in branches, loops, handlers and for `global` in a function.
    `is_typing_only` marks what stands under `if TYPE_CHECKING:`.
    """

    name: str
    kind: BindingKind
    line: int
    is_certain: bool = True
    is_typing_only: bool = False
    imported: ImportedName | None = None


def imported_names(node: ast.stmt) -> tuple[ImportedName, ...]:
    """What an import statement binds; "*" is bound by a star import."""
    if isinstance(node, ast.Import):
        return tuple(_plain_import(alias) for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        origin = node.module or ""
        return tuple(
            ImportedName(
                dotted=f"{origin}.{alias.name}" if origin else alias.name,
                bound=alias.asname or alias.name,
                level=node.level,
            )
            for alias in node.names
        )
    return ()


def _plain_import(alias: ast.alias) -> ImportedName:
    root = alias.name.partition(".")[0]
    bound = alias.asname or root
    submodule = alias.asname is None and root != alias.name
    return ImportedName(
        dotted=alias.name, bound=bound, is_submodule=submodule, is_module=alias.asname is not None
    )


def bindings_of(node: ast.stmt) -> Iterator[Binding]:
    """Give every binding of a module's name that a top-level statement makes."""
    yield from _bindings(node, is_certain=True, is_typing_only=False)


def _bindings(node: ast.AST, *, is_certain: bool, is_typing_only: bool) -> Iterator[Binding]:
    line = getattr(node, "lineno", 0)
    if isinstance(node, ast.Import | ast.ImportFrom):
        for imported in imported_names(node):
            yield Binding(
                name=imported.bound,
                kind=BindingKind.IMPORT,
                line=line,
                is_certain=is_certain,
                is_typing_only=is_typing_only,
                imported=imported,
            )
        return
    if isinstance(node, Definition):
        kind = BindingKind.CLASS if isinstance(node, ast.ClassDef) else BindingKind.FUNCTION
        yield Binding(
            name=node.name,
            kind=kind,
            line=line,
            is_certain=is_certain,
            is_typing_only=is_typing_only,
        )
        yield from _global_bindings(node)
        return
    if isinstance(node, ast.Lambda):
        return
    yield from _plain_bindings(node, is_certain=is_certain, is_typing_only=is_typing_only)
    inner = is_certain and not isinstance(node, _BRANCHING)
    typing_only = is_typing_only or _is_typing_branch(node)
    for child in _inner_nodes(node):
        # if TYPE_CHECKING: ... else: ...
        #                         ^^^^ is not for typing only
        orelse = isinstance(node, ast.If) and child in node.orelse
        only = is_typing_only if orelse else typing_only
        yield from _bindings(child, is_certain=inner, is_typing_only=only)


_BRANCHING = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.TryStar, ast.Match, ast.IfExp)
_COMPREHENSION = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def _plain_bindings(node: ast.AST, *, is_certain: bool, is_typing_only: bool) -> Iterator[Binding]:
    name: object = None
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        name = node.id
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
        name = node.name
    elif isinstance(node, ast.MatchMapping):
        name = node.rest
    if isinstance(name, str):
        yield Binding(
            name=name,
            kind=BindingKind.VARIABLE,
            line=getattr(node, "lineno", 0),
            is_certain=is_certain,
            is_typing_only=is_typing_only,
        )


def _inner_nodes(node: ast.AST) -> Iterator[ast.AST]:
    if not isinstance(node, _COMPREHENSION):
        yield from ast.iter_child_nodes(node)
        return
    # [y := f(x) for x in items]
    #  ^ binds in the module       ^ does not
    for inner in ast.walk(node):
        if isinstance(inner, ast.NamedExpr):
            yield inner.target


def _global_bindings(definition: ast.AST) -> Iterator[Binding]:
    for node in _inner_statements(definition):
        if isinstance(node, ast.Global):
            for name in node.names:
                yield Binding(
                    name=name, kind=BindingKind.VARIABLE, line=node.lineno, is_certain=False
                )


def _inner_statements(node: ast.AST) -> Iterator[ast.AST]:
    """Every statement in the body of another, at any depth; far fewer than all nodes."""
    for part in ("body", "orelse", "handlers", "finalbody", "cases"):
        for inner in getattr(node, part, ()):
            yield inner
            yield from _inner_statements(inner)


def _is_typing_branch(node: ast.AST) -> bool:
    if not isinstance(node, ast.If):
        return False
    test = node.test
    if isinstance(test, ast.Name):
        return test.id == "TYPE_CHECKING"
    return isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
