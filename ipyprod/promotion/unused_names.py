"""Names that a function binds and nothing in it reads: only what makes the value is kept."""

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from ipyprod.session.cell import TypeNote
from ipyprod.source.code_text import CodeText, replace_spans
from ipyprod.source.statements import Statement

_PLAIN_DATA = frozenset(
    {"builtins", "numpy", "pandas", "polars", "scipy", "sklearn", "networkx", "matplotlib",
     "datetime", "decimal", "fractions", "collections", "pathlib"}
)  # fmt: skip
_AS = re.compile(r"^([\s)]*)\bas\s+$")


def unused_names(statements: Collection[Statement], kept: Iterable[str]) -> frozenset[str]:
    """Return the names that `statements` bind and never read, none where text runs as code.

    `kept` are names that are used elsewhere: what is returned. A name that begins with an
    underscore says itself that it is not used.
    """
    if any(s.names.is_opaque or s.names.is_deferred_opaque for s in statements):
        return frozenset()
    bound = {n for s in statements for n in s.names.binds | s.names.may_bind}
    used = {n for s in statements for n in (*s.names.reads, *s.names.deferred_reads)}
    used |= {n for s in statements for n in s.names.deletes | s.names.deferred_binds}
    used |= {n for s in statements for n in _read_within(s.node)}
    return frozenset(n for n in bound - used - set(kept) if not n.startswith("_"))


def _read_within(node: ast.AST) -> Iterator[str]:
    """Give the names that a statement reads, also those that it binds itself before."""
    for inner in ast.walk(node):
        target = inner.target if isinstance(inner, ast.AugAssign) else inner
        is_read = target is not inner or isinstance(getattr(inner, "ctx", None), ast.Load)
        if isinstance(target, ast.Name) and is_read:
            yield target.id


def without_targets(
    text: str, unused: Collection[str], types: Mapping[str, TypeNote | None]
) -> str:
    """Return a statement without a target that is not used. `types` are those of the names.

    scores = fit(model)                with open(path) as file:
    ^^^^^^^^ the call may matter                          ^^^^ the context may matter
    """
    tree = ast.parse(text)
    match tree.body:
        case [ast.Assign(targets=[ast.Name(id=name)], value=value) as node]:
            if name in unused and _holds_nothing(types.get(name)):
                return _value_alone(text, node, node.targets[0], value)
        case [ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) as node]:
            if name in unused and _holds_nothing(types.get(name)):
                return _value_alone(text, node, node.annotation, value)
        case [ast.With() | ast.AsyncWith() as node]:
            return _without_as(text, node, unused)
    return text


def _holds_nothing(note: TypeNote | None) -> bool:
    """Whether nothing ends when a value of this type is gone, as a temporary folder would."""
    if note is None or note.module.startswith("matplotlib.animation"):
        return False
    return note.module.partition(".")[0] in _PLAIN_DATA and not note.is_iterator


def _value_alone(text: str, node: ast.stmt, before: ast.expr, value: ast.expr) -> str:
    if not isinstance(value, ast.Call | ast.Await):
        return text
    start = CodeText(text).span(before)[1]
    made = text[: CodeText(text).span(node)[0]] + text[start:].partition("=")[2].lstrip()
    try:
        body = ast.parse(made).body
    except SyntaxError:  # x = \
        return text
    is_same = len(body) == 1 and isinstance(body[0], ast.Expr)
    return made if is_same and ast.dump(body[0].value) == ast.dump(value) else text  # type: ignore[attr-defined]  # see is_same


def _without_as(text: str, node: ast.With | ast.AsyncWith, unused: Collection[str]) -> str:
    code = CodeText(text)
    edits: list[tuple[int, int, str]] = []
    for item in node.items:
        target = item.optional_vars
        if not isinstance(target, ast.Name) or target.id not in unused:
            continue
        start, (place, end) = code.span(item.context_expr)[1], code.span(target)
        found = _AS.match(text[start:place])
        if found:
            edits.append((start, end, found[1].rstrip()))
    return replace_spans(text, edits)
