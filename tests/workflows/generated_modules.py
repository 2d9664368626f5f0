"""Sessions made at random, built into modules: each value of the session has to come out of them.

    python tests/workflows/generated_modules.py --sessions 500 --seed 1
"""

import sys
import tempfile
import traceback
from pathlib import Path
from random import Random
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lineage")]
from generated import (
    TRANSFORM,
    Player,
    TooLongError,
    fresh_world,
    graph_of,
    make_session,
    smallest_cells,
)
from generator_runs import play_sessions, shown_cells
from pictures import picture

from ipyprod.errors import IpyprodError
from ipyprod.source.statements import StatementKind
from ipyprod.workflows.session_to_module import session_to_module
from ipyprod.workflows.workbench import Workbench

WITHOUT = frozenset({"hidden"})  # `exec` in a function binds nothing
# Kinds whose picture tells where their code stands.
_OWN_KINDS = ("function", "generator", "type", "method", "partial", "_lru_cache_wrapper")
_GUARD = '\nif __name__ == "__main__":'


class _Return:
    """Keeps the variables that `main` and what it calls hold when they return."""

    def __init__(self) -> None:
        self.held: dict[str, Any] = {}

    def __call__(self, frame: Any, event: str, _argument: Any) -> None:
        if event == "return" and frame.f_code.co_filename == "<module>":
            name = frame.f_code.co_name
            if name == "main":
                self.held = self.held | frame.f_locals
            elif frame.f_back is not None and frame.f_back.f_code.co_name == "main":
                self.held = frame.f_locals | self.held


def build(cells: list[str], *, script: bool) -> tuple[str, dict[str, str], frozenset[str]]:
    """Play cells; return the module that is made of the session, and the pictures of its values."""
    with fresh_world(), tempfile.TemporaryDirectory() as folder:
        player = Player(-1)
        for text in cells:
            player.play(text)
        played = player.finished_quietly()
        workbench = Workbench(
            session=played.session, namespace=player.space, transform=TRANSFORM, folder=folder
        )
        session_to_module(workbench, "whole.py", check=False, script=script)
        graph = graph_of(played.session)
        made = {n: graph.definition(n) for n in played.pictures}
        kept = {
            name: shown for name, shown in played.pictures.items()
            if (statement := made[name]) is None or statement.kind is not StatementKind.IMPORT
        }  # fmt: skip
        return Path(folder, "whole.py").read_text(encoding="utf-8"), kept, played.session.live


def run(
    text: str, names: list[str], *, script: bool, alive: frozenset[str]
) -> dict[str, str]:
    """Run a module and its `main()`; return the pictures of what they hold."""
    with fresh_world():
        space: dict[str, Any] = {"__name__": "__main__", "__builtins__": __builtins__}
        try:
            exec(compile(text.partition(_GUARD)[0], "<module>", "exec"), space)
            found = space
            if not script:
                kept = _Return()
                sys.setprofile(kept)
                try:
                    space["main"]()
                finally:
                    sys.setprofile(None)
                found = space | kept.held
        except Exception as error:
            told = "".join(traceback.format_exception_only(error)).strip()
            return dict.fromkeys(names, f"stopped by {told}")
        return {name: picture(name, found, alive) for name in names}


def is_data(shown: str) -> bool:
    """Whether a picture is the same for a local variable of `main()` as for a global one."""
    return not any(word in shown for word in _OWN_KINDS)


def wrong_values(cells: list[str], *, script: bool) -> list[tuple[str, str, str, str]]:
    """Return (name, expected, found, module) of each value that the module does not give."""
    text, pictures, alive = build(cells, script=script)
    names = [n for n, p in pictures.items() if script or is_data(p)]
    found = run(text, names, script=script, alive=alive)
    return [(n, pictures[n], found[n], text) for n in names if found[n] != pictures[n]]


def is_wrong(cells: list[str], *, script: bool) -> bool:
    try:
        return bool(wrong_values(cells, script=script))
    except (TooLongError, IpyprodError):
        return False


def play(source: Random, number: int) -> str:
    script = number % 2 == 0
    cells = [cell.text for cell in make_session(source, without=WITHOUT).session.cells]
    wrong = wrong_values(cells, script=script)
    if not wrong:
        return ""
    small = smallest_cells(cells, lambda c: is_wrong(c, script=script))
    name, expected, found, text = (wrong_values(small, script=script) or wrong)[0]
    return (
        f"{name} of {'a script' if script else 'main()'}\n{shown_cells(small, 0)}\n"
        f"--- module\n{text}\nexpected {expected[:300]}\nfound    {found[:300]}"
    )


if __name__ == "__main__":
    sys.exit(play_sessions(__doc__, play))
