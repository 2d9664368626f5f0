"""A server that plays sessions in real shells and runs what was made of them in clean processes.

Reads one JSON request a line and answers with one JSON line. Each request runs in a process forked
for it alone, so that no session sees the state of another. `python stage.py clean` imports the
libraries of the sessions beforehand, and no IPython. `python stage.py no-time` plays them as on a
machine on which every look is out of time.
"""

import asyncio
import contextlib
import importlib
import inspect
import io
import json
import os
import signal
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

LIBRARIES = ("numpy", "pandas", "networkx", "matplotlib.pyplot", "sklearn.pipeline", "sqlite3")
TOOLS = (
    "IPython.core.interactiveshell",
    "ipyprod.ipython.extension",
    "ipyprod.workflows.promote",
    "ipyprod.workflows.session_to_module",
    "black",
)
LIMIT_SECONDS = 120


def play(request: dict[str, Any]) -> dict[str, Any]:
    """Play the cells in a real shell with the tool loaded; return the value and what it made."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"hist_file": ":memory:"}}))
    tool = request["tool"]
    if tool:
        shell.extension_manager.load_extension(tool)
    for cell in request["cells"]:
        shell.run_cell(cell, store_history=True)
    target = request["target"]
    answer: dict[str, Any] = {"value": repr(shell.user_ns.get(target, "<no value>"))}
    if tool == "ipyprod":
        answer |= _made_by_ipyprod(shell, target, request["ways"])
    elif tool == "ipyflow":
        # its API looks at the text of the cell in which it is called
        shell.run_cell("from ipyflow import code as code_of_symbol", store_history=True)
        shell.run_cell(f"text_of_slice = str(code_of_symbol({target}))", store_history=True)
        answer |= {"texts": {"from": shell.user_ns.get("text_of_slice", "")}}
    return answer


def _made_by_ipyprod(shell: Any, target: str, ways: list[str]) -> dict[str, Any]:

    # in this order, because a module calls the functions that were promoted before
    lines = {
        "script": "%session_to_module made_script.py --script --no-check",
        "main": f"%session_to_module made_main.py --targets {target} --no-check",
        "from": f"%promote make_target --from {target} --to made_from.py --no-check",
    }
    answer: dict[str, Any] = {"texts": {}, "errors": {}, "kept": []}
    asked = len(shell.history_manager.input_hist_parsed)
    for way in (way for way in lines if way in ways):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            done = shell.run_cell(lines[way], store_history=False)
        file = Path(f"made_{way}.py")
        if file.exists():
            answer["texts"][way] = file.read_text()
        else:
            answer["errors"][way] = out.getvalue()[-2000:]
        if way == "from" and done.result is not None:
            kept = done.result.slice.statements
            answer["kept"] = sorted({s.cell_number for s in kept if s.cell_number < asked})
            answer["lines"] = [(s.cell_number, s.text) for s in kept]
    return answer


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Run a made text as a module, and return the value that it gives for the target."""
    made = _run(request)
    value = asyncio.run(made) if inspect.iscoroutine(made) else made
    is_all = request["way"] == "main" and isinstance(value, dict)
    return {"value": repr(value[request["target"]] if is_all else value)}


def _run(request: dict[str, Any]) -> Any:
    name = "made_module"
    Path(f"{name}.py").write_text(request["text"])
    sys.path.insert(0, os.getcwd())
    way, target = request["way"], request["target"]
    if way == "script":
        spaces: dict[str, Any] = {"__name__": "__main__", "__file__": f"{name}.py"}
        exec(compile(request["text"], f"{name}.py", "exec"), spaces)
        return spaces.get(target)
    module = importlib.import_module(name)
    if way == "from":
        return module.make_target()
    return module.main()


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"run": run, "play": play}[request["do"]](request)
    except BaseException:
        return {"value": "", "crash": traceback.format_exc()[-3000:]}


def _serve_in_child(request: dict[str, Any], write_end: int) -> None:
    signal.alarm(LIMIT_SECONDS)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for name, text in request["files"].items():
            Path(name).write_text(text)
        answer = json.dumps(_answer(request))
        os.chdir("/")
    with os.fdopen(write_end, "w") as pipe:
        pipe.write(answer)


def leave_no_time() -> None:
    """Make the time for every look be over before it begins."""
    from ipyprod.effects.values.budget import Budget

    allow = Budget.__init__

    def begin_late(budget: Any, _seconds: float, *work: int) -> None:
        allow(budget, -1.0, *work)

    Budget.__init__ = begin_late


def serve() -> None:
    """Answer until the input ends."""
    for line in sys.stdin:
        request = json.loads(line)
        read_end, write_end = os.pipe()
        child = os.fork()
        if child == 0:
            status = 1
            try:
                os.close(read_end)
                _serve_in_child(request, write_end)
                status = 0
            finally:
                os._exit(status)
        os.close(write_end)
        with os.fdopen(read_end) as pipe:
            answer = pipe.read()
        os.waitpid(child, 0)
        print(answer or json.dumps({"value": "", "crash": "the process ended"}), flush=True)


if __name__ == "__main__":
    for library in LIBRARIES:
        with contextlib.suppress(ImportError):
            importlib.import_module(library)
    if sys.argv[1:] != ["clean"]:
        for module in TOOLS:
            with contextlib.suppress(ImportError):
                importlib.import_module(module)
    if sys.argv[1:] == ["no-time"]:
        leave_no_time()
    serve()
