"""A block of imports as people write it: grouped, sorted, each name once."""

import ast
from collections.abc import Collection, Iterable

from ipyprod.source.import_order import SECTIONS, import_section, member_order
from ipyprod.source.statements import Statement


def import_block(
    statements: Iterable[Statement],
    own: Iterable[str] = (),
    *,
    own_modules: Collection[str] = (),
) -> str:
    """Return the imports of `statements` and the lines `own` in groups, sorted within each.

    `own_modules` are the modules of the project: they come last.

    Star imports may hide what an earlier import bound: with one among them the order is kept.
    """
    statements = tuple(statements)
    nodes = [s.node for s in statements] + [ast.parse(line).body[0] for line in own]
    if any(s.names.has_star_import for s in statements):
        lines = [*own, *(s.text for s in statements)]
        future = [line for line in lines if line.startswith("from __future__")]
        return "\n".join(dict.fromkeys([*future, *lines]))
    plain: set[tuple[int, str, str]] = set()
    grouped: dict[tuple[int, str], set[str]] = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            plain.update(
                (import_section(a.name, own_modules), a.name, _import_line(a)) for a in node.names
            )
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            names = grouped.setdefault((import_section(module, own_modules), module), set())
            names.update(_alias(a) for a in node.names)
    return _laid_out(plain, grouped)


def _laid_out(plain: set[tuple[int, str, str]], grouped: dict[tuple[int, str], set[str]]) -> str:
    blocks = []
    for group in SECTIONS:
        lines = [line for number, _, line in sorted(plain) if number == group]
        lines += [
            f"from {module} import {', '.join(sorted(names, key=member_order))}"
            for (number, module), names in sorted(grouped.items())
            if number == group
        ]
        if lines:
            blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _import_line(alias: ast.alias) -> str:
    return f"import {_alias(alias)}"


def _alias(alias: ast.alias) -> str:
    return f"{alias.name} as {alias.asname}" if alias.asname else alias.name
