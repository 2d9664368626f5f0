"""Imports of new code whose name the file has for something else: under a name of their own.

from datetime import datetime       the file's
import datetime as dt               the new one, and `dt` in the new code
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ipyprod.module_file.bindings import ImportedName
from ipyprod.module_file.clashes import clash_of
from ipyprod.module_file.editor import NewDefinition
from ipyprod.module_file.imports import is_available
from ipyprod.module_file.layout import Layout
from ipyprod.source.builtin_names import BUILTIN_NAMES
from ipyprod.source.code_text import replace_nodes

_CUSTOMARY = {
    "datetime": "dt", "numpy": "np", "pandas": "pd", "polars": "pl", "networkx": "nx",
    "sympy": "sp", "xarray": "xr", "matplotlib.pyplot": "plt", "matplotlib": "mpl",
    "seaborn": "sns", "tensorflow": "tf", "geopandas": "gpd", "statsmodels.api": "sm",
}  # fmt: skip
_TYPE_LINE = re.compile(r"^\s*\w+ : ")
_EXAMPLE_LINE = re.compile(r"^\s*(>>>|\.\.\.) ")


@dataclass(frozen=True, slots=True, kw_only=True)
class RenamedDefinition:
    """A new definition as it came, with other names for what it imports."""

    name: str
    text: str
    imports: tuple[str, ...]
    companions: tuple[tuple[str, str], ...]


def with_aliases(
    layout: Layout, wanted: tuple[ImportedName, ...], rendered: NewDefinition
) -> tuple[tuple[ImportedName, ...], NewDefinition]:
    """Give the imports that clash with the file another name, in the new code too.

    What the file imports already is used by the file's name for it. An import that cannot be
    renamed safely stays as it is, to be refused.
    """
    kept: list[ImportedName] = []
    for name in wanted:
        is_clash = clash_of(layout, name) is not None
        if name.is_submodule or name.bound == "*" or is_available(layout, name):
            kept.append(name)
            continue
        instead = _there(layout, name, by_module=is_clash)
        is_open = is_clash and not instead
        alias = _free_alias(layout, name, rendered, kept) if is_open else ""
        changed = _renamed(rendered, name.bound, instead or alias) if instead or alias else None
        if changed is None:
            kept.append(name)
            continue
        rendered = changed
        if alias:
            is_module = name.is_module or "." not in name.dotted
            kept.append(replace(name, bound=alias, is_module=is_module))
    return tuple(kept), rendered


def _there(layout: Layout, name: ImportedName, *, by_module: bool) -> str:
    """Return how the file calls the very thing: `P`, or `datetime.datetime` by its module."""
    origin, _, last = name.dotted.rpartition(".")
    for binding in layout.bindings:
        found = binding.imported
        is_usable = binding.is_certain and not binding.is_typing_only and not name.level
        if not is_usable or found is None or found.level or found.is_submodule:
            continue
        if len(layout.bound(found.bound)) > 1:
            continue
        if found.dotted == name.dotted:
            return found.bound
        if by_module and origin and found.dotted == origin and not name.is_module:
            return f"{found.bound}.{last}"
    return ""


def _free_alias(
    layout: Layout, name: ImportedName, rendered: NewDefinition, others: Iterable[ImportedName]
) -> str:
    texts = [rendered.text, *(source for _, source in rendered.companions)]
    taken = {
        node.id
        for text in texts
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Name)
    }
    taken |= {one.bound for one in others} | {rendered.name} | {n for n, _ in rendered.companions}
    taken |= set(BUILTIN_NAMES) | set(_inner_names(texts))
    free = (a for a in _aliases(name) if a not in taken and not layout.bound(a))
    return next(free, "")


def _aliases(name: ImportedName) -> Iterator[str]:
    """Give the names that a person might choose, the best first."""
    origin, _, last = name.dotted.rpartition(".")
    if name.bound != last:
        yield last
    if name.dotted in _CUSTOMARY:
        yield _CUSTOMARY[name.dotted]
    parent = origin.rpartition(".")[2]
    if parent:
        is_class = last[:1].isupper() and not last.isupper()
        yield f"{parent.capitalize()}{last}" if is_class else f"{parent}_{last}"
    else:
        yield f"{last}_module"


def _renamed(rendered: NewDefinition, old: str, new: str) -> NewDefinition | None:
    """Return the new code with another name for an import, None where that is not safe."""
    sources = [rendered.text, *(source for _, source in rendered.companions)]
    changed = [_source_with(source, old, new) for source in sources]
    if old in {rendered.name, *(name for name, _ in rendered.companions)}:
        return None
    made = [one for one in changed if one is not None]
    if len(made) < len(sources):
        return None
    text, *others = made
    names = (name for name, _ in rendered.companions)
    return RenamedDefinition(
        name=rendered.name,
        text=text,
        imports=rendered.imports,
        companions=tuple(zip(names, others, strict=True)),
    )


def _source_with(source: str, old: str, new: str) -> str | None:
    tree = ast.parse(source)
    if old in _inner_names([source]):
        return None  # somewhere in the code the name means something else
    written: dict[ast.AST, str] = {}
    docstrings = {id(node) for node in _docstrings(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == old:
            written[node] = new
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) in docstrings:
                segment = ast.get_source_segment(source, node) or ""
                written[node] = _docstring_with(segment, old, new)
            elif re.search(rf"\b{re.escape(old)}\b", node.value):
                return None  # a text may be code: "@np.mean"
    try:
        return replace_nodes(source, written, tree)
    except (ValueError, SyntaxError):
        return None


def _docstring_with(text: str, old: str, new: str) -> str:
    """Rename in types and examples; prose stays prose."""
    word = re.compile(rf"(?<![\w.]){re.escape(old)}(?!\w)")
    lines = text.split("\n")
    imports = re.compile(rf"\bimport\b.*\b{re.escape(old)}\b")
    is_own = any(_EXAMPLE_LINE.match(line) and imports.search(line) for line in lines)
    return "\n".join(
        (
            word.sub(new, line)
            if _TYPE_LINE.match(line) or (_EXAMPLE_LINE.match(line) and not is_own)
            else line
        )
        for line in lines
    )


def _docstrings(tree: ast.AST) -> Iterator[ast.Constant]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield first.value


def _inner_names(sources: Iterable[str]) -> frozenset[str]:
    """Return every name that the code binds itself, at whatever level."""
    found: set[str] = set()
    for node in (node for source in sources for node in ast.walk(ast.parse(source))):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.Global | ast.Nonlocal):
            found.update(node.names)
        name = getattr(node, "name", None)
        if isinstance(name, str) and not isinstance(node, ast.alias):
            found.add(name)
    return frozenset(found)
