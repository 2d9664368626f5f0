"""Python files of the user's own folder."""

import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ipyprod.errors import EnvironmentFileError

_SKIPPED_FOLDERS = frozenset({"__pycache__", "node_modules", "site-packages", "build", "dist"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalSource:
    """The text of one Python file; `label` names it from the folder that was asked about."""

    path: str
    label: str
    text: str


def read_sources(path: str, *, folder: str) -> tuple[LocalSource, ...]:
    """Read a Python file, or every one below a folder; hidden and built folders are left out.

    Raises:
        EnvironmentFileError: there is no such file or folder, or it cannot be read.
    """
    place = Path(folder, Path(path).expanduser())
    if not place.exists():
        raise EnvironmentFileError(f"no file or folder {path}", hint="give an existing module")
    files = sorted(_python_files(place)) if place.is_dir() else [place]
    return tuple(_read(file, Path(folder)) for file in files)


def _python_files(place: Path) -> Iterator[Path]:
    for path in place.iterdir():
        if path.is_symlink() or path.name.startswith(".") or path.name in _SKIPPED_FOLDERS:
            continue
        if path.is_dir() and not (path / "pyvenv.cfg").exists():
            yield from _python_files(path)
        elif path.suffix == ".py":
            yield path


def _read(path: Path, folder: Path) -> LocalSource:
    try:
        with tokenize.open(path) as file:
            text = file.read()
    except (OSError, SyntaxError, UnicodeDecodeError) as error:
        problem = f"{path.name} cannot be read: {error}"
        raise EnvironmentFileError(problem, hint="nothing was written") from error
    label = str(path.relative_to(folder)) if path.is_relative_to(folder) else path.name
    return LocalSource(path=str(path), label=label, text=text)


def find_local_module(name: str, folders: tuple[str, ...]) -> str:
    """Give the file or package folder that a top-level module has in one of `folders`, or ""."""
    if not name.isidentifier():
        return ""
    for folder in folders:
        file, package = Path(folder, f"{name}.py"), Path(folder, name)
        if (package / "__init__.py").is_file():
            return str(package)
        if file.is_file():
            return str(file)
    return ""


def find_local_folder(name: str, folders: tuple[str, ...]) -> str:
    """Give a folder without `__init__.py` that holds Python files (a namespace package), or ""."""
    places = [Path(folder, name) for folder in folders if name.isidentifier()]
    return next((str(p) for p in places if p.is_dir() and any(p.glob("*.py"))), "")
