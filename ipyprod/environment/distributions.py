"""Imports of code, and the installed distributions that offer them."""

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum


class SourceKind(Enum):
    """Where an installed distribution came from (`direct_url.json`, PEP 610)."""

    INDEX = "an index"
    VCS = "version control"
    ARCHIVE = "an archive on the web"
    LOCAL_FILE = "a file of this machine"
    LOCAL_FOLDER = "a folder of this machine"
    EDITABLE = "an editable folder of this machine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """One installed distribution. `requires` are its Requires-Dist lines.

    `origin` is what stands behind `name @` in a requirement, "" for an index and local folders; it
    holds no user name, password or local path.
    """

    name: str
    version: str
    requires: tuple[str, ...] = ()
    source: SourceKind = SourceKind.INDEX
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledIndex:
    """What is installed: distributions by normalised name, and who offers which file and module.

    `modules` maps each importable dotted name that has a file to normalised distribution names,
    `files` each real path to one, `roots` the folders of editable installs to theirs.
    """

    distributions: Mapping[str, Distribution]
    modules: Mapping[str, tuple[str, ...]] = field(repr=False, default_factory=dict)
    files: Mapping[str, str] = field(repr=False, default_factory=dict)
    roots: tuple[tuple[str, str], ...] = ()

    def by_file(self, path: str) -> str:
        """Give the distribution that installed a file, "" where none did."""
        if path in self.files:
            return self.files[path]
        return next((name for root, name in self.roots if path.startswith(root + "/")), "")

    def by_module(self, name: str) -> tuple[str, ...]:
        """Give the distributions that offer a module or the nearest package around it."""
        while name:
            if name in self.modules:
                return self.modules[name]
            name = name.rpartition(".")[0]
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleUse:
    """A module that code imports. `name` is the longest dotted name that may be a module.

    `is_optional` where the code goes on without it (`try: import x` with `except ImportError`).
    """

    name: str
    place: str
    is_optional: bool = False

    @property
    def top(self) -> str:
        """The first part of the name."""
        return self.name.partition(".")[0]


def find_module_uses(tree: ast.AST, place: str) -> tuple[ModuleUse, ...]:
    """Collect the absolute imports anywhere in `tree`, standard library apart.

    `from a.b import c` gives `a.b.c`, which may be a module or a name in one.
    """
    found: dict[str, ModuleUse] = {}
    for name, is_optional in _imports(tree, is_optional=False):
        known = found.get(name)
        if known is None or (known.is_optional and not is_optional):
            found[name] = ModuleUse(name=name, place=place, is_optional=is_optional)
    return tuple(found.values())


def is_standard(name: str) -> bool:
    """Tell whether a module is Python's own."""
    return name.partition(".")[0] in sys.stdlib_module_names or name == "__main__"


def _imports(node: ast.AST, *, is_optional: bool) -> Iterator[tuple[str, bool]]:
    for name in _imported_here(node):
        yield name, is_optional
    if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
        for statement in node.orelse:
            yield from _imports(statement, is_optional=is_optional)
        return
    catches = isinstance(node, ast.Try) and any(_catches_import(h) for h in node.handlers)
    for child in ast.iter_child_nodes(node):
        inside = catches and isinstance(node, ast.Try) and child in node.body
        yield from _imports(child, is_optional=is_optional or inside)


def _imported_here(node: ast.AST) -> Iterable[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        module = node.module
        return [module if a.name == "*" else f"{module}.{a.name}" for a in node.names]
    if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        name = node.args[0].value
        is_import = ast.unparse(node.func) in {"importlib.import_module", "__import__",
                                               "import_module"}  # fmt: skip
        if is_import and isinstance(name, str) and name and not name.startswith("."):
            return [name]
    return []


def _catches_import(handler: ast.ExceptHandler) -> bool:
    caught = "" if handler.type is None else ast.unparse(handler.type)
    names = ("ImportError", "ModuleNotFoundError", "Exception")
    return handler.type is None or any(name in caught for name in names)


# What pandas loads behind these methods, for code that was not run: the first that is installed.
_BEHIND_METHODS = {
    "read_parquet": ("pyarrow", "fastparquet"),
    "to_parquet": ("pyarrow", "fastparquet"),
    "read_feather": ("pyarrow",),
    "to_feather": ("pyarrow",),
    "read_orc": ("pyarrow",),
    "read_excel": ("openpyxl", "xlrd"),
    "to_excel": ("openpyxl", "xlsxwriter"),
    "to_markdown": ("tabulate",),
    "read_hdf": ("tables",),
    "to_hdf": ("tables",),
    "read_html": ("lxml", "html5lib"),
    "read_xml": ("lxml",),
}


def find_hidden_needs(tree: ast.AST, index: InstalledIndex) -> tuple[tuple[str, str], ...]:
    """Give (normalised distribution, method) for what a library loads behind a method's name."""
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    found: list[tuple[str, str]] = []
    for method in sorted(used & _BEHIND_METHODS.keys()):
        owners = [index.by_module(module) for module in _BEHIND_METHODS[method]]
        found += [(owner[0], method) for owner in owners if owner][:1]
    return tuple(found)
