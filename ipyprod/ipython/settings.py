"""What `c.IPyProd` and `[tool.ipyprod]` set."""

import tomllib
from pathlib import Path
from typing import Any

from ipyprod.errors import IpyprodError
from ipyprod.workflows.workbench import Settings

_STYLES = ("numpy", "google")
_NAMES = ("module", "check_seconds", "docstring_style", "typed_arrays")


def read_settings(configured: dict[str, Any], folder: str) -> Settings:
    """Join what the console set with the `pyproject.toml` nearest above `folder`.

    `configured` holds None for what the console did not set; what it did set wins.

    Raises:
        IpyprodError: the file does not parse, or a setting has a wrong type or an unknown name.

    """
    values = _project_values(Path(folder))
    values |= {name: value for name, value in configured.items() if value is not None}
    return Settings(**values)


def _project_values(folder: Path) -> dict[str, Any]:
    for candidate in (folder, *folder.parents):
        path = candidate / "pyproject.toml"
        if path.is_file():
            return _checked(_read_table(path), path)
    return {}


def _read_table(path: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise IpyprodError(f"{path} cannot be read: {error}") from error
    tool = table.get("tool", {})
    values = tool.get("ipyprod", {}) if isinstance(tool, dict) else {}
    return values if isinstance(values, dict) else {}


def _checked(values: dict[str, Any], path: Path) -> dict[str, Any]:
    checked: dict[str, Any] = {}
    for name, value in values.items():
        match name.replace("-", "_"), value:
            case "module", str():
                checked["module"] = str(path.parent / Path(value).expanduser())
            case "check_seconds", int() | float() if not isinstance(value, bool):
                checked["check_seconds"] = float(value)
            case "docstring_style", str() if value in _STYLES:
                checked["docstring_style"] = value
            case "typed_arrays", bool():
                checked["typed_arrays"] = value
            case known, _ if known in _NAMES:
                raise IpyprodError(f"{path}: [tool.ipyprod] {name} cannot be {value!r}")
            case _:
                raise IpyprodError(
                    f"{path}: [tool.ipyprod] has no setting {name!r}",
                    hint=f"it has {', '.join(_NAMES[:-1])} and {_NAMES[-1]}",
                )
    return checked
