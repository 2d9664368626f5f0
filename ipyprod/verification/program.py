"""What is to be run in a clean interpreter, and what is wanted of it."""

from dataclasses import dataclass
from enum import Enum


class ProgramKind(Enum):
    """How a program is started."""

    CODE = "code"  # executed as `__main__`, without a file
    MODULE = "module"  # a file that is imported, and its `main()` called where it has one


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program and the values wanted when it has ended.

    `text` is the source of a CODE program, or of a MODULE that is not written yet; `path` is the
    absolute path of a MODULE. `wanted` maps the
    name under which a value is reported to the expression that gives it there; for a MODULE a
    plain name is looked for in the module, in what `main()` returns and in what `main()` and the
    functions that it calls hold when they return. `search_path` are folders that the program may
    import from, besides its working directory.
    """

    kind: ProgramKind
    text: str = ""
    path: str = ""
    wanted: tuple[tuple[str, str], ...] = ()
    search_path: tuple[str, ...] = ()
    places: tuple[str, ...] = ()  # for each line of `text` where the session had it, if known


def load_program(text: str, *, path: str, dotted: str) -> str:
    """Return a program that executes a module's text under its own name, packages around it."""
    return f"""
import importlib as _importlib, sys as _sys, types as _types
def _load(_text, _path, _dotted):
    _package = _dotted.rpartition(".")[0]
    _parts = _package.split(".") if _package else []
    for _count in range(1, len(_parts) + 1):
        _name = ".".join(_parts[:_count])
        try:
            _importlib.import_module(_name)
        except ModuleNotFoundError:
            _sys.modules[_name] = _types.ModuleType(_name)
            _sys.modules[_name].__path__ = []
    _module = _types.ModuleType(_dotted)
    _module.__file__, _module.__package__ = _path, _package
    _sys.modules[_dotted] = _module
    if _package:
        setattr(_sys.modules[_package], _dotted.rpartition(".")[2], _module)
    exec(compile(_text, _path, "exec"), _module.__dict__)
    return _module
_module = _load({text!r}, {path!r}, {dotted!r})
"""
