"""The program that runs in the clean interpreter; it imports nothing of ipyprod.

Called as `python clean_child.py JOB RESULT`: reads the job (marshal), runs the code, and writes the
snapshots of the values wanted.
"""

import ast
import asyncio
import builtins
import importlib.util
import inspect
import keyword
import linecache
import marshal
import os
import sys
import time
import types
from pathlib import Path
from typing import Any

CODE_NAME = "<checked code>"


class _NoIpyprod:
    """Keeps ipyprod out, also where it is installed: what is proven must not need it."""

    @staticmethod
    def find_spec(name: str, _path: Any = None, _target: Any = None) -> None:
        """Refuse ipyprod and know nothing of other modules."""
        if name.partition(".")[0] == "ipyprod":
            raise ModuleNotFoundError("No module named 'ipyprod'", name=name)


def _load_snapshot() -> types.ModuleType:
    folder = Path(__file__).resolve().parent / "snapshot"
    name = "_portable_snapshot"
    spec = importlib.util.spec_from_file_location(
        name, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(folder)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    importlib.import_module(f"{name}.describers")
    return module


def run_code(job: dict[str, Any], seen: dict[str, Any]) -> dict[str, Any]:
    """Run the text as `__main__`; top-level await is allowed. Give its namespace."""
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    sys.argv[:] = [""]
    text = job["text"]
    linecache.cache[CODE_NAME] = (len(text), None, text.splitlines(keepends=True), CODE_NAME)
    seen["file"] = CODE_NAME
    _evaluate(compile(text, CODE_NAME, "exec", _FLAGS, dont_inherit=True), vars(module))
    return vars(module)


_FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


def _evaluate(code: types.CodeType, namespace: dict[str, Any]) -> Any:
    result = eval(code, namespace)  # noqa: S307 - running the code is the purpose of this process
    if code.co_flags & inspect.CO_COROUTINE:
        return asyncio.run(result)
    return result


def run_module(job: dict[str, Any], seen: dict[str, Any]) -> dict[str, Any]:
    """Import the file and call its `main()`; give everything that can be looked at by name."""
    path = job["path"]
    sys.argv[:] = [path]
    seen["file"] = path
    module = _import_file(path, job["text"])
    seen["session_modules"].add(module.__name__)
    main = vars(module).get("main")
    if not callable(main):
        return vars(module)
    wanted = {expression for _, expression in job["wanted"]}
    watch = _Watch(path, wanted)
    sys.settrace(watch.call)
    try:
        result = main()
        if inspect.isawaitable(result):
            result = asyncio.run(_finish(result))
    finally:
        sys.settrace(None)
    return {**vars(module), **watch.steps, **_named_parts(result), **watch.own}


async def _finish(awaitable: Any) -> Any:
    return await awaitable


class _TextLoader(importlib.machinery.SourceFileLoader):
    """Loads a module from a text that is not in its file yet."""

    def __init__(self, name: str, path: str, text: str) -> None:
        super().__init__(name, path)
        self._text = text

    def get_data(self, path: str) -> bytes:
        return self._text.encode() if path == self.path else super().get_data(path)

    def path_stats(self, path: str) -> Any:
        raise FileNotFoundError(path)  # no bytecode of another text


def _import_file(path: str, text: str) -> types.ModuleType:
    file = Path(path)
    parts, folder = [file.stem], file.parent
    while (folder / "__init__.py").exists():
        parts.insert(0, folder.name)
        folder = folder.parent
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    name = ".".join(parts)
    if len(parts) > 1 and not text:
        return importlib.import_module(name)
    if len(parts) > 1:
        importlib.import_module(".".join(parts[:-1]))
    elif name in sys.modules or name in sys.stdlib_module_names:
        name = f"checked_{name}"
    loader = _TextLoader(name, path, text) if text else None
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


class _Watch:
    """Keeps the wanted locals of `main` and of the file's functions that it calls, at return."""

    def __init__(self, path: str, wanted: set[str]) -> None:
        self.path = path
        self.wanted = wanted
        self.own: dict[str, Any] = {}
        self.steps: dict[str, Any] = {}

    def call(self, frame: types.FrameType, _event: str, _argument: Any) -> Any:
        """Follow a frame of interest to its return, without its lines."""
        code = frame.f_code
        if code.co_filename != self.path or code.co_name.startswith("<"):
            return None
        if code.co_name != "main" and not self._is_called_by_main(frame):
            return None
        frame.f_trace_lines = False
        return self.leave

    def leave(self, frame: types.FrameType, event: str, _argument: Any) -> Any:
        """Keep what a frame holds when it returns."""
        if event == "return":
            kept = self.own if frame.f_code.co_name == "main" else self.steps
            kept.update({n: v for n, v in frame.f_locals.items() if n in self.wanted})
        return self.leave

    def _is_called_by_main(self, frame: types.FrameType) -> bool:
        caller = frame.f_back
        if caller is None:
            return False
        return caller.f_code.co_name == "main" and caller.f_code.co_filename == self.path


def _named_parts(result: Any) -> dict[str, Any]:
    if isinstance(result, dict):
        return {name: value for name, value in result.items() if isinstance(name, str)}
    if hasattr(type(result), "__dataclass_fields__"):
        return {name: getattr(result, name) for name in type(result).__dataclass_fields__}
    if isinstance(result, tuple) and hasattr(result, "_asdict"):
        return dict(result._asdict())
    if isinstance(result, types.SimpleNamespace):
        return dict(vars(result))
    return {}


def _collect(
    wanted: list[tuple[str, str]], namespace: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, expression in wanted:
        if expression.isidentifier() and not keyword.iskeyword(expression):
            if expression in namespace:
                values[name] = namespace[expression]
            continue
        try:
            code = compile(expression, f"<{name}>", "eval", _FLAGS, dont_inherit=True)
            values[name] = _evaluate(code, namespace)
        except BaseException as error:
            errors[name] = f"{type(error).__name__}: {_first_line(error)}"
    return values, errors


def _first_line(error: BaseException) -> str:
    try:
        return (str(error).strip().split("\n") or [""])[0][:300]
    except BaseException:
        return ""


def _failing_line(error: BaseException, file: str) -> int | None:
    if isinstance(error, SyntaxError) and error.filename == file:
        return error.lineno
    line, place = None, error.__traceback__
    while place is not None:
        if place.tb_frame.f_code.co_filename == file:
            line = place.tb_lineno
        place = place.tb_next
    return line


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # noqa: S112 - the code may have put anything in its place
            continue


def main() -> None:
    """Run the job and write its result; end without the exit handlers of the code."""
    job_path, result_path = sys.argv[1:]
    job = marshal.loads(Path(job_path).read_bytes())  # noqa: S302 - written by our own parent
    snapshot = _load_snapshot()
    parts: dict[str, Any] = {
        "pid": os.getpid(),
        "builtins": dict(vars(builtins)),
        "limit": sys.getrecursionlimit(),
    }
    seen: dict[str, Any] = {"file": "", "session_modules": {"__main__"}}
    result: dict[str, Any] = {"error": None, "line": None, "errors": {}}
    sys.path[:0] = [folder for folder in job["search_path"] if folder not in sys.path]
    sys.meta_path.insert(0, _NoIpyprod)
    start = time.monotonic()
    namespace: dict[str, Any] = {}
    values: dict[str, Any] = {}
    try:
        namespace = (run_module if job["kind"] == "module" else run_code)(job, seen)
        values, result["errors"] = _collect(job["wanted"], namespace)
    except BaseException as error:
        result["error"] = f"{type(error).__name__}: {_first_line(error)}".removesuffix(": ")
        result["line"] = _failing_line(error, seen["file"])
    if parts["pid"] != os.getpid():
        os._exit(0)  # a copy that the code forked
    result["seconds"] = time.monotonic() - start
    vars(builtins).update(parts["builtins"])
    sys.setrecursionlimit(parts["limit"])
    modules = frozenset(seen["session_modules"])
    nodes, roots = snapshot.take_snapshots(values, session_modules=modules)
    written = marshal.dumps({**result, "nodes": nodes, "roots": roots})
    Path(result_path + ".part").write_bytes(written)
    Path(result_path + ".part").replace(result_path)
    _flush()
    os._exit(0)


if __name__ == "__main__":
    main()
