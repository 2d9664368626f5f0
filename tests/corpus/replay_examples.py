"""Play example scripts of public packages as sessions, and prove the modules made of them.

    python tests/corpus/replay_examples.py CACHE [--only REGEX] [--example PACKAGE:PATH]... [--keep DIR]

Gets the source distributions of the packages, in the versions that are installed here, into the
folder CACHE. Each script is played cell by cell in a real IPython shell: once without ipyprod, once
with it and `%session_to_module` at the end. Variables that are the same in both plays are
deterministic; the module, run in a clean interpreter, has to make each of them again. Prints a
table; the exit status says whether every module did.
"""

import argparse
import json
import marshal
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from example_scripts import EXAMPLES, Example, cells_of, imported_names, parse_example, read_example

from ipyprod.effects.interpreter import run_clean
from ipyprod.effects.snapshot import Snapshots
from ipyprod.verification.compare import compare_snapshots
from ipyprod.verification.program import Program, ProgramKind
from ipyprod.verification.report import RunOutcome, Verdict

_CONSOLE = Path(__file__).with_name("play_console.py")
_SECONDS = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """What came of one play of a session."""

    failed: tuple[tuple[int, str], ...]
    shown: str
    seconds: float
    values: Snapshots


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What the module of one session gave; `problem` is "" where all is well."""

    cells: int
    failed: int
    variables: int
    deterministic: int
    reproduced: int
    lines: int
    problem: str
    shown: str = ""


def play(cells: list[str], folder: Path, *, module: str = "") -> Play:
    """Play the cells in a shell of their own; with `module`, under ipyprod, and make that file."""
    lines = [f"%session_to_module {module} --no-check"] if module else []
    job = {
        "cells": cells,
        "lines": lines,
        "extensions": ["ipyprod"] if module else [],
        "imported": imported_names(cells),
    }
    with tempfile.TemporaryDirectory() as temporary:
        job_path, result = Path(temporary, "job"), Path(temporary, "result")
        job_path.write_text(json.dumps(job), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, _CONSOLE, job_path, result],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        if not result.exists():
            raise SystemExit(f"the shell ended with status {done.returncode}: {done.stderr[-500:]}")
        found = marshal.loads(result.read_bytes())
    return Play(
        failed=tuple(found["failed"]),
        shown=found["shown"],
        seconds=sum(found["seconds"]),
        values=Snapshots(found["nodes"], found["roots"]),
    )


def prove(cells: list[str], *, keep: Path | None = None) -> Proof:
    """Play a session, make its module, run that, and compare."""
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        plain = play(cells, Path(first))
        module = Path(second, "made.py")
        watched = play(cells, Path(second), module=str(module))
        checks = compare_snapshots(plain.values, watched.values)
        same = [check.name for check in checks if check.verdict is Verdict.REPRODUCED]
        text = module.read_text(encoding="utf-8") if module.exists() else ""
        if keep is not None:
            keep.write_text(text, encoding="utf-8")
        reproduced, problem = _run(module, plain.values, same) if text else (0, watched.shown)
    return Proof(
        cells=len(cells),
        failed=len(plain.failed),
        variables=len(plain.values.roots),
        deterministic=len(same),
        reproduced=reproduced,
        lines=sum(bool(line.strip()) for line in text.split("\n")),
        problem=problem.strip(),
        shown=watched.shown,
    )


def _run(module: Path, expected: Snapshots, names: list[str]) -> tuple[int, str]:
    """Run the module in a folder of its own; give how many values are the same, and what is not."""
    program = Program(
        kind=ProgramKind.MODULE, path=str(module), wanted=tuple((name, name) for name in names)
    )
    with tempfile.TemporaryDirectory() as folder:
        run = run_clean(program, folder=folder, timeout_seconds=_SECONDS)
    if run.outcome is not RunOutcome.FINISHED or run.snapshots is None:
        return 0, f"line {run.line}: {run.error}"
    roots = {name: expected.roots[name] for name in names}
    checks = compare_snapshots(Snapshots(expected.nodes, roots), run.snapshots)
    wrong = [check for check in checks if check.verdict is not Verdict.REPRODUCED]
    return len(checks) - len(wrong), "; ".join(f"{c.name}: {c.detail}" for c in wrong)


def main() -> int:
    """Read the command line, prove each example, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("cache", type=Path, help="folder for the source distributions")
    parser.add_argument("--only", default="", help="a regular expression on the names")
    parser.add_argument("--example", action="append", default=[], help="PACKAGE:PATH, other ones")
    parser.add_argument("--keep", type=Path, help="folder for the modules that were made")
    arguments = parser.parse_args()
    chosen = [parse_example(text) for text in arguments.example] or EXAMPLES
    chosen = [example for example in chosen if re.search(arguments.only, example.name)]
    if arguments.keep is not None:
        arguments.keep.mkdir(parents=True, exist_ok=True)
    print("| example | cells | failed | variables | deterministic | reproduced | lines | seconds |")
    print("|---|---|---|---|---|---|---|---|")
    return sum(not _shown(example, arguments.cache, arguments.keep) for example in chosen)


def _shown(example: Example, cache: Path, keep: Path | None) -> bool:
    """Prove one example and print its row; give whether all is well."""
    start = time.perf_counter()
    kept = keep / f"{example.package}_{Path(example.path).stem}.py" if keep is not None else None
    proof = prove(cells_of(read_example(example, cache)), keep=kept)
    seconds = time.perf_counter() - start
    numbers = (proof.cells, proof.failed, proof.variables, proof.deterministic, proof.reproduced)
    row = " | ".join(str(number) for number in (*numbers, proof.lines, f"{seconds:.0f}"))
    print(f"| {example.name} | {row} |", flush=True)
    if proof.problem:
        print(f"  {proof.problem}", flush=True)
    return not proof.problem


if __name__ == "__main__":
    sys.exit(main())
