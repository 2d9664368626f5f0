"""The function that a promotion wrote, imported from the file itself."""

import importlib
import importlib.util
import linecache
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from ipyprod.errors import ModuleFileError


def import_promoted(path: str, name: str) -> Any:
    """Execute the module file as it is now and give its `name`.

    Raises:
        ModuleFileError: the file fails when it is imported, or does not define `name`.

    """
    module = execute_module(path)
    if name not in vars(module):
        raise ModuleFileError(f"{path} does not define {name}")
    return vars(module)[name]


def execute_module(path: str) -> ModuleType:
    """Execute a module file as it is now.

    Does not depend on `sys.path`. A module already imported from that file is executed again in
    place, so that references to it see the new code; another module of the same name is left alone.

    Raises:
        ModuleFileError: the file fails when it is imported; the module is as it was before.

    """
    file = Path(path).resolve()
    module = _module_for(file)
    before = dict(vars(module))
    try:
        # Not through the loader: its bytecode cache goes by size and whole seconds.
        code = compile(file.read_bytes(), str(file), "exec", dont_inherit=True)
        exec(code, module.__dict__)  # noqa: S102 - importing is executing
    except (Exception, SystemExit) as error:
        vars(module).clear()
        vars(module).update(before)
        raise ModuleFileError(
            f"{path} fails when it is imported: {type(error).__name__}: {error}",
            hint="the file is written, but the session keeps what it had",
        ) from error
    linecache.checkcache(str(file))
    importlib.invalidate_caches()
    return module


def loaded_value(path: str, name: str) -> Any:
    """Give what the module loaded from a file has under a name, None where there is none."""
    module = _loaded_module(Path(path).resolve())
    return None if module is None else vars(module).get(name)


def forget_module(path: str) -> None:
    """Forget the module of a file that is gone: an import would still find it."""
    module = _loaded_module(Path(path).resolve())
    if module is not None:
        sys.modules.pop(module.__name__, None)


def _loaded_module(file: Path) -> ModuleType | None:
    names = (_dotted_name(file), _spare_name(file))
    loaded = [sys.modules.get(name) for name in names]
    return next((one for one in loaded if one is not None and _is_from(one, file)), None)


def _module_for(file: Path) -> ModuleType:
    loaded = _loaded_module(file)
    if loaded is not None:
        return loaded
    name = _dotted_name(file)
    if name in sys.modules:
        name = _spare_name(file)  # the name belongs to another module
    elif "." in name:
        _import_packages(file, name)
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None:
        raise ModuleFileError(f"{file} is no Python module", hint="give it a name that ends in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    return module


def _spare_name(file: Path) -> str:
    return f"_ipyprod_{file.stem}"


def _is_from(module: ModuleType, file: Path) -> bool:
    origin = getattr(module, "__file__", None)
    return isinstance(origin, str) and Path(origin).resolve() == file


def _dotted_name(file: Path) -> str:
    parts = [] if file.name == "__init__.py" else [file.stem]
    folder = file.parent
    while (folder / "__init__.py").is_file():
        parts.insert(0, folder.name)
        folder = folder.parent
    return ".".join(parts)


def _import_packages(file: Path, name: str) -> None:
    """Import the packages around a module, so that its relative imports work."""
    parents = name.split(".")[:-1]
    inner = file.parent.parent if file.name == "__init__.py" else file.parent
    folders = [inner, *inner.parents][: len(parents)]
    for place, package_folder in enumerate(reversed(folders), 1):
        package = ".".join(parents[:place])
        if package in sys.modules:
            continue
        spec = importlib.util.spec_from_file_location(
            package,
            package_folder / "__init__.py",
            submodule_search_locations=[str(package_folder)],
        )
        if spec is None or spec.loader is None:
            return
        module = importlib.util.module_from_spec(spec)
        sys.modules[package] = module
        spec.loader.exec_module(module)
