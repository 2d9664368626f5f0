"""Formats code as the target project does."""

import os
import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_STRING = re.compile(r"(?<![\w'\"])[rbuf]{0,2}(['\"])(?!\1\1)(?:(?!['\"\\\n]).)*\1", re.IGNORECASE)
_ENOUGH_STRINGS = 4  # fewer say nothing about a file's quotes
_MOSTLY = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Style:
    line_length: int = 88
    target_versions: tuple[str, ...] = ()
    keeps_quotes: bool = False
    keeps_trailing_commas: bool = True
    preview: bool = False
    unstable: bool = False


def format_source(text: str, *, path: str, like: str | None = None) -> str:
    """Format a piece of code with black and the settings of the project that `path` belongs to.

    Code that black cannot format, or would not leave equivalent, is given back as it is. `like` is
    the text of the file that it goes into: quotes are left alone where that file prefers single
    ones.
    """
    # 140 to 370 ms, needed only when something is written.
    import black  # noqa: PLC0415
    from black.mode import TargetVersion  # noqa: PLC0415

    style = _project_style(path)
    named = {v for v in TargetVersion if v.name in style.target_versions}
    # Left to itself black takes short code for Python 3.3: no comma after `*, last=1` in a long list.
    modern = {v for v in TargetVersion if v.value >= TargetVersion.PY37.value}
    mode = black.Mode(
        target_versions=named or modern,
        line_length=style.line_length,
        string_normalization=not (style.keeps_quotes or _prefers_single_quotes(like)),
        magic_trailing_comma=style.keeps_trailing_commas,
        preview=style.preview,
        unstable=style.unstable,
    )
    try:
        formatted = black.format_str(text, mode=mode)
        black.assert_equivalent(text, formatted)
    except Exception:  # black's own errors share no base; unformatted code is still right
        return text
    return formatted


def line_length(path: str) -> int:
    """Give the longest line that the project of `path` allows."""
    return _project_style(path).line_length


@lru_cache(maxsize=4)  # asked for every piece that goes into one file
def _prefers_single_quotes(text: str | None) -> bool:
    quotes = _STRING.findall(text or "")
    return len(quotes) >= _ENOUGH_STRINGS and quotes.count("'") >= _MOSTLY * len(quotes)


def _project_style(path: str) -> _Style:
    folder = os.path.dirname(os.path.abspath(os.path.expanduser(path)))
    while True:
        tool = _tool_table(os.path.join(folder, "pyproject.toml"))
        if "black" in tool or "ruff" in tool:
            return _read_style(tool)
        for name in ("ruff.toml", ".ruff.toml"):
            table = _read_toml(os.path.join(folder, name))
            if table:
                return _read_style({"ruff": table})
        parent = os.path.dirname(folder)
        if parent == folder or os.path.exists(os.path.join(folder, ".git")):
            return _Style()
        folder = parent


def _tool_table(path: str) -> dict[str, Any]:
    tool = _read_toml(path).get("tool", {})
    return tool if isinstance(tool, dict) else {}


def _read_toml(path: str) -> dict[str, Any]:
    try:
        with open(path, "rb") as file:
            return tomllib.load(file)
    except (OSError, ValueError):
        return {}


def _read_style(tool: dict[str, Any]) -> _Style:
    black, ruff = (t if isinstance(t, dict) else {} for t in (tool.get("black"), tool.get("ruff")))
    length = black.get("line-length", ruff.get("line-length", 88))
    versions = black.get("target-version", [])
    quotes = ruff.get("format", {}).get("quote-style", "") if isinstance(ruff, dict) else ""
    return _Style(
        line_length=length if isinstance(length, int) and length > 0 else 88,
        target_versions=tuple(str(v).upper() for v in versions if isinstance(versions, list)),
        keeps_quotes=bool(black.get("skip-string-normalization"))
        or quotes in ("single", "preserve"),
        keeps_trailing_commas=not black.get("skip-magic-trailing-comma", False),
        preview=bool(black.get("preview", False)),
        unstable=bool(black.get("unstable", False)),
    )
