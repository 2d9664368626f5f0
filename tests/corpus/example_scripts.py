"""Example scripts of public packages: from their source distributions to the cells of a session."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

_CELL_MARK = re.compile(r"^# ?%%|^#{20,}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A script in the source distribution of a package."""

    package: str
    path: str

    @property
    def name(self) -> str:
        return f"{self.package}: {Path(self.path).stem}"


def parse_example(text: str) -> Example:
    """Read `PACKAGE:PATH`."""
    package, _, path = text.partition(":")
    return Example(package=package, path=path)


EXAMPLES = tuple(
    parse_example(text)
    for text in (
        "scikit-learn:examples/inspection/plot_permutation_importance_multicollinear.py",
        "scikit-learn:examples/ensemble/plot_forest_importances.py",
        "scikit-learn:examples/cluster/plot_dbscan.py",
        "matplotlib:galleries/examples/images_contours_and_fields/contour_demo.py",
        "matplotlib:galleries/examples/statistics/confidence_ellipse.py",
        "matplotlib:galleries/examples/statistics/hist.py",
        "statsmodels:examples/python/ols.py",
        "statsmodels:examples/python/robust_models_0.py",
        "statsmodels:examples/python/gls.py",
        "networkx:examples/algorithms/plot_beam_search.py",
        "networkx:examples/basic/plot_read_write.py",
        "networkx:examples/graph/plot_triad_types.py",
    )
)


def read_example(example: Example, cache: Path) -> str:
    """Give the script's text, of the version that is installed here; get the sources if need be."""
    return (get_sources(example.package, cache) / example.path).read_text(encoding="utf-8")


def get_sources(package: str, cache: Path) -> Path:
    """Give the folder of a package's source distribution, unpacked in `cache`.

    `pip download` also asks the build backend for metadata, which means a compiler run for some.
    For an empty environment without build isolation that step fails at once, because there is no
    backend; pip has unpacked the sources by then and `--no-clean` leaves them. Nothing is built.
    """
    requirement = f"{package}=={version(package)}"
    target = cache / requirement.replace("==", "-")
    if target.is_dir():
        return target
    with tempfile.TemporaryDirectory() as temporary:
        bare = Path(temporary, "bare")
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", bare], check=True)
        pip = [sys.executable, "-m", "pip", "--python", str(bare / "bin" / "python")]
        options = ["--no-binary", ":all:", "--no-deps", "--no-build-isolation", "--no-clean"]
        done = subprocess.run(
            [*pip, "download", *options, "-q", "-d", str(Path(temporary, "got")), requirement],
            env={**os.environ, "TMPDIR": temporary},
            capture_output=True,
            text=True,
            check=False,
        )
        unpacked = [found.parent for found in Path(temporary).glob("pip-download-*/*/PKG-INFO")]
        if not unpacked:
            raise SystemExit(f"no sources of {requirement}: {done.stderr[-300:]}")
        cache.mkdir(parents=True, exist_ok=True)
        shutil.move(unpacked[0], target)
    return target


def cells_of(script: str) -> list[str]:
    """Divide a script into cells: at its `# %%` marks or rules, else at blank lines."""
    lines = script.split("\n")
    marks = [i for i, line in enumerate(lines) if _CELL_MARK.match(line)]
    starts = marks or _block_starts(script, lines)
    edges = sorted({0, *starts, len(lines)})
    pieces = ["\n".join(lines[a:b]) for a, b in pairwise(edges)]
    return [piece.strip("\n") for piece in pieces if ast.parse(piece).body]


def _block_starts(script: str, lines: list[str]) -> list[int]:
    """Find the lines (0-based) that follow a blank line and stand between statements."""
    inside = {
        line
        for node in ast.parse(script).body
        for line in range(_first_line(node), node.end_lineno or 0)
    }
    return [
        i
        for i in range(1, len(lines))
        if lines[i].strip() and not lines[i - 1].strip() and i not in inside
    ]


def _first_line(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def imported_names(cells: list[str]) -> list[str]:
    """Give the names that imports bind anywhere in the cells."""
    nodes = [node for cell in cells for node in ast.walk(ast.parse(cell))]
    imports = [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
    aliases = [alias for node in imports for alias in node.names]
    return [alias.asname or alias.name.split(".")[0] for alias in aliases]
