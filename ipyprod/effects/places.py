"""Where a module stands in its project: its dotted name, its import root, its tests."""

import contextlib
import os
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ipyprod.effects.files import becomes_package

_PROJECT_MARKS = ("pyproject.toml", "setup.py", "setup.cfg", ".git")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModulePlace:
    """The name under which a module is imported from the folder `root`."""

    dotted: str
    root: str


def place_of_module(path: str, *, base: str) -> ModulePlace:
    """Tell how the module at `path` is imported; folders that a write will make count.

    `base` is the folder that relative paths start from.
    """
    folder, name = os.path.split(os.path.realpath(path))
    stem = name.removesuffix(".py")
    parts = [] if stem == "__init__" else [stem]
    while _is_package(folder, base):
        folder, package = os.path.split(folder)
        parts.insert(0, package)
    return ModulePlace(dotted=".".join(parts), root=folder)


def test_path(path: str, place: ModulePlace) -> str:
    """Give the file that the tests of a module go into.

    In the project's `tests` folder where tests there can import the module, else beside it.
    """
    folder, name = os.path.split(os.path.realpath(path))
    file = f"test_{name}" if name != "__init__.py" else f"test_{place.dotted.split('.')[-1]}.py"
    project = _project_folder(place.root)
    tests = os.path.join(project, "tests")
    if os.path.isdir(tests) and _tests_can_import(project, tests, place.root):
        return os.path.join(tests, file)
    return os.path.join(folder, file)


def own_modules(place: ModulePlace) -> frozenset[str]:
    """Give the names of the project's own modules: those beside a module and those of its project.

    ruff takes them for first-party by the same rule.
    """
    project = _project_folder(place.root)
    folders = {place.root, project, os.path.join(project, "src")}
    return frozenset(name for folder in folders for name in _modules_in(folder))


def _modules_in(folder: str) -> Iterator[str]:
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name.removesuffix(".py")
            is_package = os.path.exists(os.path.join(entry.path, "__init__.py"))
            if name.isidentifier() and (is_package or (name != entry.name and entry.is_file())):
                yield name


def _is_package(folder: str, base: str) -> bool:
    if os.path.isdir(folder):
        return os.path.exists(os.path.join(folder, "__init__.py"))
    return becomes_package(folder, base)


def _project_folder(root: str) -> str:
    folder = root
    while True:
        if any(os.path.exists(os.path.join(folder, mark)) for mark in _PROJECT_MARKS):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return root
        folder = parent


def _tests_can_import(project: str, tests: str, root: str) -> bool:
    """Whether pytest puts `root` on the path of the tests, by its own rules or the project's."""
    if root == project and os.path.exists(os.path.join(tests, "__init__.py")):
        return True
    if os.path.exists(os.path.join(root, "conftest.py")):
        return True
    listed = _pytest_options(project).get("pythonpath", [])
    folders = listed.split() if isinstance(listed, str) else listed
    if any(os.path.realpath(os.path.join(project, str(one))) == root for one in folders):
        return True
    here = os.path.realpath(os.getcwd())
    # An editable install puts it there; the console itself puts the working directory.
    return root != here and any(os.path.realpath(one) == root for one in sys.path if one)


def _pytest_options(project: str) -> dict[str, Any]:
    try:
        with open(os.path.join(project, "pyproject.toml"), "rb") as file:
            options = tomllib.load(file)["tool"]["pytest"]["ini_options"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return options if isinstance(options, dict) else {}
