"""What the terminal can show."""

import os
import shutil
import sys
from dataclasses import dataclass

_PLAIN_WIDTH = 100  # where there is no terminal: a notebook, a log


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """Its width in columns, and whether it shows colours."""

    width: int
    has_colour: bool


def find_terminal() -> Terminal:
    """Look at where output goes now; `NO_COLOR` and a dumb terminal are honoured."""
    try:
        is_terminal = sys.stdout.isatty()
    except Exception:  # the user may have put anything there
        is_terminal = False
    is_plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    width = shutil.get_terminal_size((_PLAIN_WIDTH, 24)).columns if is_terminal else _PLAIN_WIDTH
    return Terminal(width=width, has_colour=is_terminal and not is_plain)
