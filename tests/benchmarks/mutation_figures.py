"""Plays the sessions of tests/mutations through slicers and prints how often each is right.

    python tests/benchmarks/mutation_figures.py [--ipyflow PYTHON] [--every N]

`--ipyflow` names the interpreter of an environment of its own in which ipyflow and the libraries of
the sessions are installed. `--every N` takes each N-th session alone. The plain static slicer is
the baseline: the names that a line reads and binds, with method calls changing nothing.
"""

import argparse
import ast
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "mutations"))
from client import Play, Stage
from mutation_cases import Case, Need, changes, looks, puzzles


def lines_of(text: str) -> set[str]:
    """Return the statements of a program at any depth, as one spelling of each."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return set()
    return {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.stmt)}


def holds_noise(case: Case, text: str) -> bool:
    """Whether a cell that is not needed stands in the text, whole."""
    unneeded = [c for c, n in zip(case.cells, case.needs, strict=True) if n is Need.NOT_NEEDED]
    return any(lines_of(cell) and lines_of(cell) <= lines_of(text) for cell in unneeded)


def played(shells: Stage, clean: Stage, tool: str) -> Callable[[Case], tuple[bool, bool]]:
    """Return what tells whether the slice of a tool is right, and whether it holds noise."""

    def measure(case: Case) -> tuple[bool, bool]:
        play = Play(case, shells, clean, ways=("from",), tool=tool)
        text = play.texts.get("from", "")
        is_right = not play.crash and bool(play.value) and not play.wrong
        return is_right, bool(play.superfluous) if tool == "ipyprod" else holds_noise(case, text)

    return measure


def static_text(case: Case) -> str:
    """Return the lines that a slicer keeps which follows bound names alone."""
    kept: list[str] = []
    wanted = {"out"}
    for cell in reversed(case.cells):
        try:
            body = ast.parse(cell).body
        except SyntaxError:
            continue
        for statement in reversed(body):
            names = [part for part in ast.walk(statement) if isinstance(part, ast.Name)]
            bound = {part.id for part in names if not isinstance(part.ctx, ast.Load)}
            bound |= {
                (alias.asname or alias.name).partition(".")[0]
                for part in ast.walk(statement)
                if isinstance(part, ast.Import | ast.ImportFrom)
                for alias in part.names
            }
            named = getattr(statement, "name", None)
            if wanted & (bound | {named}):
                kept.insert(0, ast.unparse(statement))
                wanted |= {part.id for part in names}
    return "\n".join(kept)


def by_names(shells: Stage, clean: Stage) -> Callable[[Case], tuple[bool, bool]]:
    """Return the same for the static baseline."""

    def measure(case: Case) -> tuple[bool, bool]:
        text = static_text(case)
        value = shells.ask(do="play", tool="", cells=list(case.cells), target="out")["value"]
        made = clean.ask(do="run", way="script", text=text, target="out")["value"]
        return made == value, holds_noise(case, text)

    return measure


def figures(measure: Callable[[Case], tuple[bool, bool]], cases: Iterable[Case]) -> Counter[str]:
    """Count the sessions, those with the right value, those also without noise."""
    found: Counter[str] = Counter()
    for case in cases:
        is_right, has_noise = measure(case)
        found["sessions"] += 1
        found["right"] += is_right
        found["minimal"] += is_right and not has_noise
        found["noise"] += has_noise
        if not is_right or has_noise:
            print(f"    {'noise' if is_right else 'wrong'}: {case.name}", file=sys.stderr)
    return found


def main(arguments: Sequence[str]) -> None:
    """Print a table of figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ipyflow", metavar="PYTHON", default="")
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args(arguments)
    groups = {"changes": changes(), "looks": looks(), "puzzles": puzzles()}
    clean, shells = Stage("clean"), Stage()
    tools = {"ipyprod": played(shells, clean, "ipyprod"), "by names": by_names(shells, clean)}
    if options.ipyflow:
        flow = Stage(python=options.ipyflow)
        tools["ipyflow"] = played(flow, clean, "ipyflow")
    for tool, measure in tools.items():
        for group, cases in groups.items():
            found = figures(measure, cases[:: options.every])
            print(
                f"{tool:10} {group:8} {found['sessions']:4} sessions: {found['right']:4} right, "
                f"{found['minimal']:4} right and minimal, {found['noise']:4} with a needless line",
                flush=True,
            )


if __name__ == "__main__":
    main(sys.argv[1:])
