"""Import statements narrowed to the names that are used."""

import ast
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from ipyprod.source.statements import Finish, Statement, StatementKind


def narrow_import(statement: Statement, names: Collection[str]) -> Statement:
    """Return `statement` with only the aliases that bind one of `names`; all where none does.

    A star stands for any name: `from math import *` becomes `from math import floor, sqrt`.
    """
    node = statement.node
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return statement
    if statement.names.has_star_import and names and isinstance(node, ast.ImportFrom):
        aliases = [ast.alias(name=name) for name in sorted(names)]
        named = ast.ImportFrom(module=node.module, names=aliases, level=node.level)
        named = ast.fix_missing_locations(ast.copy_location(named, node))
        return replace(statement, text=ast.unparse(named), node=named, comments="")
    used = [alias for alias in node.names if bound_name(alias) in names or alias.name == "*"]
    if not used or len(used) == len(node.names):
        return statement
    if isinstance(node, ast.Import):
        narrowed: ast.stmt = ast.Import(names=used)
    else:
        narrowed = ast.ImportFrom(module=node.module, names=used, level=node.level)
    narrowed = ast.fix_missing_locations(ast.copy_location(narrowed, node))
    return replace(statement, text=ast.unparse(narrowed), node=narrowed, comments="")


def without_failed_part(statement: Statement, bound: Collection[str]) -> Statement:
    """Return an import that failed as the part of it that took place: what it was seen to bind.

    import math, nowhere
                 ^ failed here; `math` was bound
    """
    if statement.kind is not StatementKind.IMPORT or statement.finish is not Finish.RAISED:
        return statement
    if not bound:
        return statement
    return replace(narrow_import(statement, bound), finish=Finish.DONE)


def bound_name(alias: ast.alias) -> str:
    """Return the name that `import a.b`, `import a as b` or `from a import b` binds."""
    return alias.asname or alias.name.partition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportNames:
    """How a set of imports names things: modules by alias, and objects taken out of modules."""

    modules: tuple[tuple[str, str], ...] = ()  # (module, the name it goes by)
    objects: tuple[tuple[str, str, str], ...] = ()  # (module, object, the name it goes by)

    def module_alias(self, module: str) -> str:
        """Return the name that `module` goes by, "" where it is not imported."""
        return next((alias for name, alias in self.modules if name == module), "")

    def object_alias(self, module: str, name: str) -> str:
        """Return the name by which `module.name` was imported, "" where it was not."""
        found = (alias for m, n, alias in self.objects if m == module and n == name)
        return next(found, "")

    def is_taken(self, name: str) -> bool:
        """Whether an import binds `name`."""
        aliases = (*(a for _, a in self.modules), *(a for _, _, a in self.objects))
        return any(alias.partition(".")[0] == name for alias in aliases)


def import_names(nodes: Iterable[ast.stmt]) -> ImportNames:
    """Collect what the import statements among `nodes` name."""
    modules: list[tuple[str, str]] = []
    objects: list[tuple[str, str, str]] = []
    for node in nodes:
        if isinstance(node, ast.Import):
            modules += [(a.name, a.asname or a.name) for a in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            objects += [(node.module, a.name, a.asname or a.name) for a in node.names]
    return ImportNames(modules=tuple(modules), objects=tuple(objects))
