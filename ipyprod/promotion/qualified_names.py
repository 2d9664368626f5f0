"""The names by which classes and functions inside a function show themselves."""

import ast
from collections.abc import Collection, Iterable, Iterator

from ipyprod.lineage.value_types import is_plain
from ipyprod.session.cell import TypeNote
from ipyprod.source.chains import last_name
from ipyprod.source.code_text import CodeText, replace_spans
from ipyprod.source.statements import Statement
from ipyprod.source.word_sets import word_set

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_QUALNAME = "__qualname__"
_COMMENT = "# as at module level"
# What makes text of anything that is passed to it.
_RENDERING = word_set("""
    repr str format print ascii display pprint pformat dumps write writelines writerow writerows
    log debug info warning error exception critical astype to_string to_csv to_html to_json
    to_markdown __repr__ __str__ format_exc
    """)


def shown_by_qualname(
    statements: Collection[Statement], results: Iterable[TypeNote | None]
) -> frozenset[str]:
    """Return the names of those definitions whose qualified name a value can show.

    That are all where the text reads `__qualname__`, and classes with the `__repr__` of a
    dataclass where `statements` write values as text or give back more than plain `results`.

    @dataclass
    class P: x: int
          ^ inside `make`, its instances are shown as `make.<locals>.P(x=1)`
    """
    nodes = [node for s in statements for node in _definitions(s.node)]
    if any(_QUALNAME in s.text for s in statements):
        return frozenset(node.name for node in nodes)
    if all(map(_is_plain, results)) and not any(_renders(s.node) for s in statements):
        return frozenset()
    shown: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.ClassDef) and not _has_own_repr(node):
            bases = set(map(last_name, node.bases))
            if bases & shown or any(map(_gives_repr, node.decorator_list)):
                shown.add(node.name)
    return frozenset(shown)


def with_qualified_names(text: str, names: Collection[str]) -> str:
    """Return a statement whose definitions of `names` show themselves as at module level.

    A decorated function is left alone: what it is by then need not have its name.
    """
    if not names:
        return text
    code = CodeText(text)
    edits: list[tuple[int, int, str]] = []
    for node in _definitions(ast.parse(text)):
        if node.name not in names:
            continue
        if isinstance(node, ast.ClassDef):
            edits += _named_class(code, node)
        elif not node.decorator_list:
            end = code.line_end(code.span(node)[1])
            line = f'{node.name}.{_QUALNAME} = "{node.name}"  {_COMMENT}'
            edits.append((end, end, f"\n{' ' * node.col_offset}{line}"))
    return replace_spans(text, edits)


def _named_class(code: CodeText, node: ast.ClassDef) -> list[tuple[int, int, str]]:
    """Give a class its name ahead of what its body does, behind the docstring."""
    if _binds(node, _QUALNAME):
        return []
    line = f'{_QUALNAME} = "{node.name}"'
    has_docstring = ast.get_docstring(node) is not None
    rest = node.body[has_docstring:]
    start, end = code.span(rest[0] if rest else node.body[0])
    margin = code.text[code.line_start(start) : start]
    if not rest:
        after = f"; {line}" if margin.strip() else f"\n{margin}{line}  {_COMMENT}"
        return [(end, end, after)]
    if margin.strip() and has_docstring:
        return [(start, start, f"{line}; ")]  # class P: "A point."; x: int
    first = f"{line}  {_COMMENT}"
    is_only_pass = isinstance(rest[0], ast.Pass) and len(rest) == 1
    if margin.strip():
        indent = " " * (node.col_offset + 4)
        after = "" if is_only_pass else f"\n{indent}"
        return [(start, end if is_only_pass else start, f"\n{indent}{first}{after}")]
    if is_only_pass:
        return [(start, end, first)]
    place = _above_comments(code, code.line_start(start))
    return [(place, place, f"{margin}{first}\n")]


def _above_comments(code: CodeText, place: int) -> int:
    """Return where the comment lines directly above the line that begins at `place` begin."""
    above = code.line_start(place - 1)
    while code.text[above:place].lstrip().startswith("#"):
        place, above = above, code.line_start(above - 1)
    return place


def _definitions(node: ast.AST) -> Iterator[Definition]:
    """Yield the definitions in a statement that stand in no other one."""
    if isinstance(node, Definition):
        yield node
        return
    if not isinstance(node, ast.expr):
        for child in ast.iter_child_nodes(node):
            yield from _definitions(child)


def _has_own_repr(node: ast.ClassDef) -> bool:
    return _binds(node, "__repr__") or any(
        keyword.arg == "repr"
        and isinstance(keyword.value, ast.Constant)
        and not keyword.value.value
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call)
        for keyword in decorator.keywords
    )


def _binds(node: ast.ClassDef, name: str) -> bool:
    """Whether the body of a class defines or assigns `name`."""
    return any(
        (isinstance(part, Definition) and part.name == name)
        or (isinstance(part, ast.Assign) and name in map(last_name, part.targets))
        for part in node.body
    )


def _gives_repr(decorator: ast.expr) -> bool:
    return "dataclass" in last_name(
        decorator.func if isinstance(decorator, ast.Call) else decorator
    )


def _is_plain(note: TypeNote | None) -> bool:
    return note is not None and is_plain(note)


def _renders(node: ast.AST) -> bool:
    """Whether a statement makes text of a value: `f"{p}"`, `str(p)`, `"%s" % p`."""
    return any(
        isinstance(part, ast.FormattedValue)
        or (isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mod))
        or last_name(part) in _RENDERING
        for part in ast.walk(node)
    )
