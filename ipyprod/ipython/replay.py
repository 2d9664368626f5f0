"""Code that a cell runs without holding it: files, macros, nested cells."""

import json
import re
import shlex
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from IPython.core.macro import Macro

_RUN_LINE = re.compile(r"^[ \t]*%?run[ \t]+(?P<rest>\S.*)$", re.MULTILINE)
_OPTIONS_WITH_VALUE = frozenset({"-s", "-l", "-b", "-T", "-D", "-N"})
_MOST_CHARACTERS = 2_000_000  # of a file that is run; a longer one is not kept


def read_code_elsewhere(text: str, namespace: Mapping[str, Any]) -> str:
    """Give the code of the macros and of the `%run` files that `text` is about to run."""
    name = text.strip()
    if name.isidentifier() and isinstance(namespace.get(name), Macro):
        return str(namespace[name].value)
    if "run" not in text:
        return ""
    files = [_read_run_file(match["rest"]) for match in _RUN_LINE.finditer(text)]
    return "\n".join(code for code in files if code)


def is_macro(text: str, namespace: Mapping[str, Any]) -> bool:
    """Whether `text` only names a macro of the session."""
    name = text.strip()
    return name.isidentifier() and isinstance(namespace.get(name), Macro)


def _read_run_file(rest: str) -> str:
    path = _run_path(rest)
    if path is None:
        return ""
    try:
        if path.stat().st_size > _MOST_CHARACTERS:
            return ""
        code = path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
    return _notebook_code(code) if path.suffix == ".ipynb" else code


def _run_path(rest: str) -> Path | None:
    try:
        words = shlex.split(rest)
    except ValueError:
        return None
    while words and words[0].startswith("-"):
        option = words.pop(0)
        if option == "-m" and words:
            return _module_path(words[0])
        if option in _OPTIONS_WITH_VALUE and words:
            words.pop(0)
    if not words:
        return None
    path = Path(words[0]).expanduser()
    # IPython tries the name with ".py" as well (IPython.utils.path.get_py_filename).
    return path if path.is_file() else path.with_name(path.name + ".py")


def _module_path(name: str) -> Path | None:
    try:
        spec = find_spec(name)
    except (ImportError, ValueError, AttributeError):
        return None
    return Path(spec.origin) if spec is not None and spec.origin else None


def _notebook_code(text: str) -> str:
    try:
        cells = json.loads(text)["cells"]
        sources = [cell["source"] for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError):
        return ""
    return "\n".join("".join(source) for source in sources)
