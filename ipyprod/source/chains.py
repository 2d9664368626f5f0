"""Chains of attributes, items and calls: `model.steps[0].fit(x).score`."""

import ast


def root_name(node: ast.AST | None) -> str:
    """Return the name that a chain begins with, "" where it begins with something else."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def called_name(node: ast.AST | None) -> str:
    """Return the last name of what a call calls, "" where `node` is no call: `np.frombuffer(b)`."""
    function = node.func if isinstance(node, ast.Call) else None
    return getattr(function, "attr", getattr(function, "id", ""))


def dotted_name(node: ast.AST | None) -> str:
    """Return a name with its attributes as written, "" for anything else: `pd.read_csv`."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""
