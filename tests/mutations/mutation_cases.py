"""The table of sessions: each cell is known to be needed for the value of `out`, or not.

`changes.txt` has a session a line, `setup | change | expression`: the change must be in the slice
of `out = expression`. `looks.txt` is the same with a line that must not be. `; ` and ` /// ` divide
the cells of a set-up, `\\n` is a line break, and imports are put in front by the names used. The
first part of each file is also played where nothing is seen of the values.

`puzzles.txt` has a session a block. A block begins with `== what it is about`; a line is a cell,
with the lines below it that are indented or begin with `. `; a cell that begins with `- ` must not
be kept, one with `? ` may be, and every other one must. A line that begins with `.- ` is a part of
its cell that must not be kept.
"""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

FOLDER = Path(__file__).parent
_TEXT_IS_ENOUGH = "# so far also with nothing but the text"
FILES = {"data.csv": "city,qty,price\nOslo,2,3.5\nRome,0,1.0\nRome,4,2.25\n", "notes.txt": "a\nb\n"}
_IMPORTS = {
    "np": "import numpy as np", "pd": "import pandas as pd", "nx": "import networkx as nx",
    "plt": "import matplotlib.pyplot as plt",
    "LinearRegression": "from sklearn.linear_model import LinearRegression",
    "SGDRegressor": "from sklearn.linear_model import SGDRegressor",
    "StandardScaler": "from sklearn.preprocessing import StandardScaler",
    "make_pipeline": "from sklearn.pipeline import make_pipeline",
    "KMeans": "from sklearn.cluster import KMeans",
    "Path": "from pathlib import Path",
    **{
        name: f"import {name}"
        for name in (
            "random", "os", "heapq", "bisect", "collections", "itertools", "io", "types", "copy",
            "operator", "array", "math", "decimal", "csv", "json", "sqlite3", "weakref", "sys",
            "functools", "statistics", "re", "logging", "pickle", "threading", "queue", "warnings",
            "contextlib", "ctypes", "struct", "string", "datetime", "time", "configparser",
            "argparse", "textwrap", "tempfile", "shutil", "locale", "dataclasses",
            "subprocess", "enum", "abc", "hashlib", "glob", "contextvars", "builtins", "graphlib",
        )
    },
}  # fmt: skip


class Need(Enum):
    """Whether a cell belongs in the slice."""

    NEEDED = "needed"
    CHANGE = "the change in question"
    NOT_NEEDED = "not needed"
    EITHER = "either way"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One session; `needs[i]` says whether `cells[i]` belongs in the slice of `out`.

    `noise` are statements inside the cells that do not, by the number of the cell.
    """

    name: str
    cells: tuple[str, ...]
    needs: tuple[Need, ...]
    noise: frozenset[tuple[int, str]] = frozenset()

    def numbers(self, *needs: Need) -> frozenset[int]:
        """Return the prompt numbers of the cells of this kind."""
        return frozenset(i for i, need in enumerate(self.needs, 1) if need in needs)


def changes(*, is_text_enough: bool = False) -> list[Case]:
    """Sessions with one line that changes something; those alone of which the text tells enough."""
    return [_one_line(line, Need.CHANGE) for line in _lines("changes.txt", is_text_enough)]


def looks(*, is_text_enough: bool = False) -> list[Case]:
    """Sessions with one line that changes nothing."""
    return [_one_line(line, Need.NOT_NEEDED) for line in _lines("looks.txt", is_text_enough)]


def puzzles() -> list[Case]:
    """Longer sessions, of which every line is known to be needed or not."""
    blocks = FOLDER.joinpath("puzzles.txt").read_text().split("\n== ")[1:]
    return [_block(block) for block in blocks]


def _lines(file: str, is_text_enough: bool) -> list[str]:
    text = FOLDER.joinpath(file).read_text()
    if is_text_enough:
        text = text.partition(_TEXT_IS_ENOUGH)[0]
    return [line for line in text.splitlines() if " | " in line]


def _one_line(line: str, need: Need) -> Case:
    setup, change, expression = (part.strip() for part in line.split(" | "))
    cells = [text for name, text in _IMPORTS.items() if _mentions(line, name)]
    for part in setup.split(" /// "):
        text = _unescape(part)
        is_block = text.startswith(("def ", "class ", "@", "for ", "with ")) or "\n" in text
        cells += [text] if is_block else text.split("; ")
    needs = [Need.EITHER] * len(cells) + [need, Need.NEEDED]
    cells += [_unescape(change), f"out = {expression}"]
    return Case(name=line, cells=tuple(cells), needs=tuple(needs))


def _unescape(text: str) -> str:
    return text.replace("\\n", "\n")


def _mentions(line: str, name: str) -> bool:
    words = line
    for sign in ".(,[)|{=@:*-+/}":
        words = words.replace(sign, f" {sign} ")
    return name in words.split() and f"import {name}" not in line


def _block(block: str) -> Case:
    name, *lines = block.splitlines()
    cells: list[str] = []
    needs: list[Need] = []
    noise: set[tuple[int, str]] = set()
    for line in lines:
        if not line or line.startswith("#"):
            continue
        if line.startswith(".- "):
            noise.add((len(cells), line[3:]))
        if line.startswith((" ", ". ", ".- ")):
            cells[-1] += "\n" + line.removeprefix(". ").removeprefix(".- ")
            continue
        need = {"- ": Need.NOT_NEEDED, "? ": Need.EITHER}.get(line[:2], Need.NEEDED)
        cells.append(line if need is Need.NEEDED else line[2:])
        needs.append(need)
    return Case(name=name, cells=tuple(cells), needs=tuple(needs), noise=frozenset(noise))
