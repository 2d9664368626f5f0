"""The list of public names that a module declares."""

import ast

from ipyprod.module_file.layout import Layout


def extend_exports(layout: Layout, name: str) -> str:
    """Add a public name to `__all__`, where the module has one that is written out."""
    if name.startswith("_"):
        return layout.text
    for block in layout.blocks:
        value = _exports(block.nodes[0])
        if value is None:
            continue
        items = [item.value for item in value.elts if isinstance(item, ast.Constant)]
        if name in items or len(items) != len(value.elts):
            return layout.text
        return _with_item(layout, value, name)
    return layout.text


def _exports(node: ast.stmt) -> ast.List | ast.Tuple | None:
    target = node.targets[0] if isinstance(node, ast.Assign) else None
    if isinstance(node, ast.AnnAssign):
        target = node.target
    if not isinstance(target, ast.Name) or target.id != "__all__":
        return None
    value = getattr(node, "value", None)
    return value if isinstance(value, ast.List | ast.Tuple) else None


def _with_item(layout: Layout, value: ast.List | ast.Tuple, name: str) -> str:
    text = layout.text
    if not value.elts:
        at = _offset(layout, value.lineno, value.col_offset) + 1
        item = f'"{name}"' + ("," if isinstance(value, ast.Tuple) else "")
        return text[:at] + item + text[at:]
    last = value.elts[-1]
    start = _offset(layout, last.lineno, last.col_offset)
    at = _offset(layout, last.end_lineno or last.lineno, last.end_col_offset or 0)
    quote = "'" if text[start] == "'" else '"'
    line = layout.starts[last.lineno - 1]
    indent = text[line:start]
    gap = layout.newline + indent if not indent.strip() and indent else " "
    return f"{text[:at]},{gap}{quote}{name}{quote}{text[at:]}"


def _offset(layout: Layout, line: int, column: int) -> int:
    """An offset in characters from a line (1-based) and a column in UTF-8 bytes."""
    start = layout.starts[line - 1]
    stop = layout.starts[line] if line < len(layout.starts) else len(layout.text)
    return start + len(layout.text[start:stop].encode()[:column].decode())
