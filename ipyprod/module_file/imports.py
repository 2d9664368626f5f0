"""Imports merged into a module's text."""

import ast
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from ipyprod.module_file.bindings import ImportedName, imported_names
from ipyprod.module_file.layout import Block, Layout, has_comment, parse_layout
from ipyprod.source.import_order import LOCAL, import_section, member_order

SortKey = tuple[int, int, str]


def split_imports(statements: Iterable[str]) -> tuple[ImportedName, ...]:
    """Take import statements apart, each name once, in their order.

    Raises:
        ModuleFileError: one of them is not valid Python.
    """
    found: dict[ImportedName, None] = {}
    for statement in statements:
        for block in parse_layout(statement, path="the imports").blocks:
            for node in block.nodes:
                found.update(dict.fromkeys(imported_names(node)))
    return tuple(found)


def import_text(name: ImportedName) -> str:
    """Write the statement that imports one name."""
    origin, _, last = name.dotted.rpartition(".")
    if name.level or (origin and not name.is_submodule and not name.is_module):
        return _from_text("." * name.level + origin, [_member(last, name.bound)])
    return f"import {_member(name.dotted, name.dotted if name.is_submodule else name.bound)}"


def sorted_imports(names: Iterable[ImportedName], own_modules: Collection[str] = ()) -> str:
    """Write imports for a new module: sorted and grouped as isort does, one section a paragraph.

    `own_modules` are the modules of the project: they come last.
    """
    joined: dict[str, list[str]] = {}
    single: list[str] = []
    for name in names:
        origin, _, last = name.dotted.rpartition(".")
        if last == name.bound and last != "*" and (name.level or origin) and not name.is_module:
            joined.setdefault("." * name.level + origin, []).append(last)
        else:
            single.append(import_text(name))
    single += [_from_text(origin, sorted(m, key=member_order)) for origin, m in joined.items()]
    lines = sorted(single, key=lambda line: _sort_key(ast.parse(line).body[0], own_modules))
    return _in_sections(lines, own_modules)


def is_available(layout: Layout, name: ImportedName) -> bool:
    """Whether a module already imports this very thing under this name, at run time."""
    same = [b for b in layout.bound(name.bound) if b.imported == name and not b.is_typing_only]
    return any(b.is_certain for b in same) or is_tried(layout, name)


def is_tried(layout: Layout, name: ImportedName) -> bool:
    """Whether a module tries this import first: it worked in the session, so it will there.

    try:
        import tomllib
        ^^^^^^^^^^^^^^
    """
    return any(_is_in_try(block, name) for block in layout.blocks)


def relative_import(name: ImportedName, layout: Layout, module: str) -> ImportedName:
    """Return an import of a neighbour in the package of `module` as a relative one.

    One that the file has already in its absolute form stays as it is.
    """
    package = module.split(".")[:-1]
    origin, _, last = name.dotted.rpartition(".")
    parts = origin.split(".")
    if not package or name.level or name.is_submodule or parts[0] != package[0]:
        return name
    if is_available(layout, name):
        return name
    common = 0
    while common < min(len(package), len(parts)) and package[common] == parts[common]:
        common += 1
    dotted = ".".join([*parts[common:], last])
    return replace(name, dotted=dotted, level=len(package) - common + 1)


def add_imports(
    text: str,
    names: Iterable[ImportedName],
    *,
    path: str,
    format_source: Callable[[str], str],
    own_modules: Collection[str] = (),
) -> str:
    """Add the imports that a module lacks; every other line stays as it is."""
    layout = parse_layout(text, path=path)
    missing = [name for name in names if not is_available(layout, name)]
    # Down to the first statement that is no import: what follows needs no second look.
    after_head = layout.blocks[len(_head(layout)) :]
    end = layout.line_end(after_head[0].end) if after_head else len(text)
    top = text[:end]
    for name in missing:
        part = parse_layout(top, path=path, newline=layout.newline)
        top = _add_import(part, name, format_source, own_modules)
    return top + text[end:]


def _add_import(
    layout: Layout,
    name: ImportedName,
    format_source: Callable[[str], str],
    own_modules: Collection[str],
) -> str:
    text = layout.text
    extended = _extend_statement(layout, name, format_source)
    if extended is not None:
        return extended
    statement = format_source(import_text(name) + "\n").rstrip("\n")
    if not layout.blocks:
        gap = "" if not text or text.endswith(("\n", "\r")) else layout.newline
        return f"{text}{gap}{layout.newline}{statement}{layout.newline}"
    if name.dotted.startswith("__future__."):
        return _add_first(layout, statement)
    imports = [block for block in _head(layout) if block.is_import and not _is_future(block)]
    if not imports:
        return _add_first(layout, statement)
    return _add_in_order(layout, imports, statement, own_modules)


def _extend_statement(
    layout: Layout, name: ImportedName, format_source: Callable[[str], str]
) -> str | None:
    origin, _, last = name.dotted.rpartition(".")
    is_whole = name.is_submodule or name.is_module
    if is_whole or last != name.bound or last == "*" or not (origin or name.level):
        return None
    for block in _head(layout):
        node = block.nodes[0]
        if not _takes_member(node, origin, name.level) or len(block.nodes) > 1:
            continue
        source = layout.text[block.code_start : block.end]
        if has_comment(source) or "\\" in source or ";" in source:
            continue
        members = [alias.name for alias in getattr(node, "names", ())]
        merged = [*members, last]
        if members == sorted(members, key=member_order):
            merged.sort(key=member_order)
        inside = ", ".join(merged)
        if block.last_line > block.first_line:
            inside = f"({inside},)"  # stays one name a line
        statement = f"from {'.' * name.level}{origin} import {inside}\n"
        formatted = _with_newline(format_source(statement).rstrip("\n"), layout.newline)
        return layout.text[: block.code_start] + formatted + layout.text[block.end :]
    return None


def _takes_member(node: ast.stmt, origin: str, level: int) -> bool:
    if not isinstance(node, ast.ImportFrom) or (node.module or "") != origin:
        return False
    return node.level == level and all(a.asname is None and a.name != "*" for a in node.names)


def _head(layout: Layout) -> list[Block]:
    """Blocks down to the first that is more than a docstring or imports."""
    head: list[Block] = []
    for block in layout.blocks:
        if not (block.is_import or _is_docstring(block) or _only_imports(block)):
            break
        head.append(block)
    return head


def _only_imports(block: Block) -> bool:
    allowed = (ast.Import, ast.ImportFrom, ast.If, ast.Try, ast.Assign, ast.Pass, ast.ExceptHandler)
    outer = block.nodes[0]
    if not isinstance(outer, ast.If | ast.Try):
        return False
    inner = [n for n in ast.walk(outer) if isinstance(n, ast.stmt)]
    has_import = any(isinstance(n, ast.Import | ast.ImportFrom) for n in inner)
    return has_import and all(isinstance(n, allowed) for n in inner)


def _is_docstring(block: Block) -> bool:
    node = block.nodes[0]
    constant = node.value if isinstance(node, ast.Expr) else None
    return isinstance(constant, ast.Constant) and isinstance(constant.value, str)


def _is_future(block: Block) -> bool:
    node = block.nodes[0]
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _is_in_try(block: Block, name: ImportedName) -> bool:
    return any(
        name in imported_names(inner)
        for node in block.nodes
        if isinstance(node, ast.Try)
        for inner in node.body
    )


def _add_first(layout: Layout, statement: str) -> str:
    """Put an import below the docstring, the `__future__` imports and the comment at the top."""
    newline, text = layout.newline, layout.text
    above = [b for b in layout.blocks[:1] if _is_docstring(b)]
    above += [b for b in layout.blocks if _is_future(b)]
    if above:
        at = layout.line_end(above[-1].end)
        touching = "" if text[:at].endswith(("\n", "\r")) else newline
        is_future = "__future__" in statement and _is_future(above[-1])
        before = touching if is_future else touching + newline
    else:
        at = _below_header(layout)
        before = newline if at and text[:at].strip() else ""
    rest = text[at:]
    after = newline
    if rest and not rest.startswith(("\n", "\r")):
        after += newline
        if rest.startswith(("def ", "class ", "@", "async ")):
            after += newline
    return text[:at] + before + _with_newline(statement, newline) + after + rest


def _below_header(layout: Layout) -> int:
    """The offset below the comment lines with which the file begins (shebang, cookie, licence)."""
    limit = layout.blocks[0].start
    at = 0
    while at < limit and layout.text[at] == "#":
        at = layout.line_end(at)
    return at


def _add_in_order(
    layout: Layout, imports: list[Block], statement: str, own_modules: Collection[str]
) -> str:
    key = _sort_key(ast.parse(statement).body[0], own_modules)
    keys = [_sort_key(block.nodes[0], own_modules) for block in imports]
    stars = [i for i, block in enumerate(imports) if _has_star(block)]
    lowest = stars[-1] + 1 if stars else 0  # a star import must not cover the new name
    if keys != sorted(keys):
        same = [i for i, other in enumerate(keys) if other[0] == key[0] and i >= lowest]
        return _insert_line(layout, imports[(same or [len(keys) - 1])[-1]], statement, below=True)
    place = max(sum(other <= key for other in keys), lowest)
    above = imports[place - 1] if place else None
    below = imports[place] if place < len(imports) else None
    if below is not None and keys[place][0] == key[0]:
        return _insert_line(layout, below, statement, below=False)
    if above is not None:
        gap = keys[place - 1][0] != key[0]
        return _insert_line(layout, above, statement, below=True, has_gap=gap)
    return _insert_line(layout, imports[0], statement, below=False, has_gap=True)


def _insert_line(
    layout: Layout, block: Block, statement: str, *, below: bool, has_gap: bool = False
) -> str:
    newline, text = layout.newline, layout.text
    line = _with_newline(statement, newline) + newline
    gap = newline if has_gap else ""
    if not below:
        at = block.start
        return text[:at] + line + gap + text[at:]
    at = layout.line_end(block.end)
    touching = "" if text[:at].endswith(("\n", "\r")) else newline
    return text[:at] + touching + gap + line + text[at:]


def _has_star(block: Block) -> bool:
    return any(name.bound == "*" for node in block.nodes for name in imported_names(node))


def _sort_key(node: ast.stmt, own_modules: Collection[str]) -> SortKey:
    if isinstance(node, ast.Import):
        module, style = node.names[0].name, 0
    elif isinstance(node, ast.ImportFrom):
        module, style = "." * node.level + (node.module or ""), 1
    else:
        return (LOCAL, 2, "")
    return (import_section(module, own_modules), style, module.lower())


def _in_sections(lines: list[str], own_modules: Collection[str]) -> str:
    text, previous = "", -1
    for line in lines:
        section = _sort_key(ast.parse(line).body[0], own_modules)[0]
        text += ("\n" if text and section != previous else "") + line + "\n"
        previous = section
    return text


def _member(name: str, bound: str) -> str:
    return name if name == bound else f"{name} as {bound}"


def _from_text(origin: str, members: list[str]) -> str:
    return f"from {origin} import {', '.join(members)}"


def _with_newline(text: str, newline: str) -> str:
    return text if newline == "\n" else text.replace("\n", newline)
