"""Chains of attributes, items and calls: `model.steps[0].fit(x).score`."""

import ast
from collections.abc import Mapping


def root_name(node: ast.AST | None) -> str:
    """Return the name that a chain begins with, "" where it begins with something else."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def last_name(node: ast.AST | None) -> str:
    """Return the name that a chain ends with, "" where it ends with something else: `np.frombuffer`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def called_name(node: ast.AST | None) -> str:
    """Return the last name of what a call calls, "" where `node` is no call: `np.frombuffer(b)`."""
    return last_name(node.func) if isinstance(node, ast.Call) else ""


def dotted_name(node: ast.AST | None) -> str:
    """Return a name with its attributes as written, "" for anything else: `pd.read_csv`."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def imported_name(node: ast.AST | None, imported: Mapping[str, str]) -> str:
    """Return the full name of what is reached through an import, "" for anything else.

    `imported` maps the names that imports bound to what they stand for: `{"pd": "pandas"}`.
    """
    first, dot, rest = dotted_name(node).partition(".")
    full_name = imported.get(first, "")
    return full_name and full_name + dot + rest
