"""Which file a module goes to, and names that a module cannot have."""

import keyword
from pathlib import Path

from ipyprod.effects.installed import hidden_module
from ipyprod.errors import SelectionError
from ipyprod.workflows.workbench import Workbench


def module_path(workbench: Workbench, wanted: str, *, is_imported: bool) -> str:
    """Return the absolute path of the module to write to.

    `is_imported` says that other code will import it by its name.

    Raises:
        SelectionError: it is no Python file, its name cannot be imported, or a new file would
            hide a module that other code imports.
    """
    if not wanted.isprintable():
        raise _refusal(f"{wanted!r} is no name of a file", "name a file that ends in .py")
    path = Path(workbench.folder, Path(wanted).expanduser())
    if path.suffix != ".py":
        instead = f"{wanted.rstrip('/')}/NAME.py" if path.is_dir() else f"{wanted}.py"
        raise _refusal(f"{wanted!r} is no Python file", f"name it {instead}")
    name = path.stem
    if is_imported and (not name.isidentifier() or keyword.iskeyword(name)):
        raise _refusal(
            f"{path.name} cannot be imported by that name", "use letters, digits and _ before .py"
        )
    hidden = "" if path.exists() or path.is_symlink() else hidden_module(name, str(path.parent))
    if hidden:
        raise _refusal(f"a new {path.name} would hide {hidden}", "choose another name")
    return str(path)


def shown_path(workbench: Workbench, path: str) -> str:
    """Return a path as one would type it in the working directory."""
    real = Path(path)
    folder = Path(workbench.folder).resolve()
    return str(real.relative_to(folder)) if real.is_relative_to(folder) else str(real)


def _refusal(problem: str, hint: str) -> SelectionError:
    return SelectionError(problem, hint=f"{hint}; nothing was written")
