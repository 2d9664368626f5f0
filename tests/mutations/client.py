"""Asks the servers of stage.py to play sessions and to run what was made of them."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mutation_cases import FILES, Case, Need

STAGE = Path(__file__).with_name("stage.py")
WAYS = ("from", "script", "main")


class Stage:
    """One server process."""

    def __init__(self, *arguments: str, python: str = sys.executable) -> None:
        environment = {**os.environ, "PYTHONHASHSEED": "0", "MPLBACKEND": "agg", "TZ": "UTC"}
        self.process = subprocess.Popen(
            [python, str(STAGE), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, env=environment,
        )  # fmt: skip

    def ask(self, **request: Any) -> dict[str, Any]:
        """Return the server's answer to one request."""
        self.process.stdin.write(json.dumps({"files": FILES, **request}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        """End the server."""
        self.process.stdin.close()
        self.process.wait(timeout=10)
        self.process.stdout.close()


class Play:
    """What one session became: `texts` and `values` by way, `kept` the numbers of the cells kept."""

    def __init__(
        self, case: Case, shells: Stage, clean: Stage, *, ways: Sequence[str] = WAYS, tool: str = "ipyprod"
    ) -> None:
        self.case = case
        cells, target = list(case.cells), "out"
        answer = shells.ask(do="play", tool=tool, cells=cells, target=target, ways=ways)
        self.crash: str = answer.get("crash", "")
        self.value: str = answer["value"]
        self.kept = frozenset(answer.get("kept", ()))
        self.lines = frozenset(map(tuple, answer.get("lines", ())))
        self.texts: Mapping[str, str] = answer.get("texts", {})
        self.values = dict.fromkeys(ways, "")
        self.values.update(answer.get("errors", {}))
        for way, text in self.texts.items():
            as_script = "script" if tool != "ipyprod" else way
            done = clean.ask(do="run", way=as_script, text=text, target=target)
            self.values[way] = done["value"] or done["crash"]

    @property
    def wrong(self) -> dict[str, str]:
        """The ways whose module gives another value than the session had, or none."""
        return {way: value for way, value in self.values.items() if value != self.value}

    @property
    def lost(self) -> frozenset[int]:
        """Cells that were needed and are not kept."""
        return self.case.numbers(Need.CHANGE, Need.NEEDED) - self.kept

    @property
    def superfluous(self) -> frozenset[int]:
        """Cells that are kept and were not needed, or a part of which was not."""
        parts = {number for number, _ in self.case.noise & self.lines}
        return self.case.numbers(Need.NOT_NEEDED) & self.kept | parts


def is_sensitive(case: Case, shells: Stage) -> bool:
    """Whether the value is another one, or none, where the change in question is left out."""
    rest = [c for c, need in zip(case.cells, case.needs, strict=True) if need is not Need.CHANGE]
    with_it, without = (
        shells.ask(do="play", tool="", cells=list(cells), target="out", ways=())["value"]
        for cells in (case.cells, rest)
    )
    return with_it not in {without, "'<no value>'", ""}
