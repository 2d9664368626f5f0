"""The programs behind a regression test, run in clean interpreters."""

import marshal
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ipyprod.effects.fixtures import describe_values
from ipyprod.effects.interpreter import RunResult, run_clean
from ipyprod.effects.places import ModulePlace
from ipyprod.promotion.regression_test import (
    CapturedCall,
    CapturedValue,
    InputFile,
    call_text,
)
from ipyprod.verification.program import Program, ProgramKind, load_program
from ipyprod.verification.report import RunOutcome

_FIXTURES = Path(__file__).parents[1] / "effects" / "fixtures"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Where the programs run: the module under test as it will be, and the project's folder."""

    text: str
    path: str
    place: ModulePlace
    folder: str
    timeout_seconds: float
    search_path: tuple[str, ...] = ()

    def run(self, text: str, wanted: Iterable[tuple[str, str]] = ()) -> RunResult:
        """Run a program in a clean interpreter that can import the module."""
        program = Program(
            kind=ProgramKind.CODE,
            text=text,
            wanted=tuple(wanted),
            search_path=(self.place.root, *self.search_path),
        )
        return run_clean(program, folder=self.folder, timeout_seconds=self.timeout_seconds)

    @property
    def module_program(self) -> str:
        """The lines that make the module importable with the text that it will have."""
        return load_program(self.text, path=self.path, dotted=self.place.dotted)


def describe_live(
    values: Mapping[str, Any], *, bench: Bench, stem: str, whole: bool
) -> tuple[CapturedValue, ...]:
    """Describe live values as the inputs of a test."""
    found = describe_values(
        dict(values), own=bench.place.dotted, stem=stem, is_input=True, whole=whole
    )
    return _captured(found, stem)


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """What a run gave: the values, or the error that it ended with."""

    values: tuple[CapturedValue, ...] = ()
    error: str = ""
    run: RunResult | None = None


def describe_after(
    program: str, expressions: Mapping[str, str], *, bench: Bench, stem: str, whole: bool
) -> Captured:
    """Run a program and describe the values of expressions as the inputs of a test."""
    return _described(program, expressions, bench=bench, stem=stem, is_input=True, whole=whole)


def describe_results(call: CapturedCall, *, bench: Bench, stem: str) -> Captured:
    """Make the call of a test and describe what it gives, as the expected values."""
    with TemporaryDirectory(prefix="ipyprod-test-") as folder:
        _write_files(call, folder)
        text = call_text(call)
        program = "\n".join(
            [
                bench.module_program,
                *(line for line in text.imports if line != "import pytest"),
                "import os as _os, pathlib as _pathlib, tempfile as _tempfile, types as _types",
                f"FOLDER = _pathlib.Path({folder!r})",
                f"tmp_path = _pathlib.Path(_tempfile.mkdtemp(dir={folder!r}))",
                "monkeypatch = _types.SimpleNamespace(chdir=_os.chdir)",
                *text.lines,
            ]
        )
        return _described(
            program,
            {_after(name): place for name, place in text.arguments} | dict(text.results),
            bench=bench,
            stem=f"{stem}_expected",
            is_input=False,
        )


def _after(name: str) -> str:
    return f"{name}_after"


def changed_arguments(
    call: CapturedCall, values: tuple[CapturedValue, ...]
) -> tuple[CapturedValue, ...]:
    """Return the arguments that are not any more what they were before the call."""
    results = {value.name for value in call.returns}
    after = {value.name: value for value in values if value.name not in results}
    found = []
    for argument in (one.value for one in call.arguments):
        now = after.get(_after(argument.name))
        if now is None or not argument.source or not now.source:
            continue
        is_file = bool(now.content and argument.content)
        same = now.content == argument.content if is_file else now.source == argument.source
        if not same and now.type_name == argument.type_name:
            found.append(replace(now, name=argument.name))
    return tuple(found)


def run_test(call: CapturedCall, text: str, *, bench: Bench, path: str) -> str:
    """Run a test file's text; give the error that it ended with, "" for none."""
    with TemporaryDirectory(prefix="ipyprod-test-") as folder:
        _write_files(call, folder)
        place = str(Path(folder, Path(path).name))
        program = f"""
{bench.module_program}
import inspect as _inspect, pathlib as _pathlib, tempfile as _tempfile, types as _types
_test = _types.ModuleType("_test")
_test.__file__ = {place!r}
exec(compile({text!r}, {place!r}, "exec"), _test.__dict__)
_function = _test.{call.name}
_patch = _test.pytest.MonkeyPatch() if hasattr(_test, "pytest") else None
_given = dict(tmp_path=_pathlib.Path(_tempfile.mkdtemp(dir={folder!r})), monkeypatch=_patch)
_function(**{{_name: _given[_name] for _name in _inspect.signature(_function).parameters}})
"""
        return _error(bench.run(program))


def _described(
    program: str,
    expressions: Mapping[str, str],
    *,
    bench: Bench,
    stem: str,
    is_input: bool,
    whole: bool = False,
) -> Captured:
    with TemporaryDirectory(prefix="ipyprod-test-") as folder:
        out = str(Path(folder, "described"))
        values = ", ".join(f"{name!r}: ({text})" for name, text in expressions.items())
        options = f"own={bench.place.dotted!r}, stem={stem!r}, is_input={is_input}, whole={whole}"
        lines = f"""
import importlib.util as _util, marshal as _marshal, sys as _sys
_spec = _util.spec_from_file_location(
    "_fixtures", {str(_FIXTURES / "__init__.py")!r}, submodule_search_locations=[{str(_FIXTURES)!r}]
)
_fixtures = _util.module_from_spec(_spec)
_sys.modules["_fixtures"] = _fixtures
_spec.loader.exec_module(_fixtures)
with open({out!r}, "wb") as _file:
    _marshal.dump(_fixtures.describe_values({{{values}}}, {options}), _file)
"""
        run = bench.run(f"{program}\n{lines}", tuple(expressions.items()))
        error = _error(run)
        if error:
            return Captured(error=error)
        written = Path(out).read_bytes()
        found = marshal.loads(written)  # noqa: S302 - from the process that we started
    return Captured(values=_captured(found, stem), run=run)


def _error(run: RunResult) -> str:
    return "" if run.outcome is RunOutcome.FINISHED else run.error or run.outcome.value


def _captured(found: Mapping[str, Any], stem: str) -> tuple[CapturedValue, ...]:
    return tuple(
        CapturedValue(
            name=name,
            source=one["source"],
            imports=tuple(one["imports"]),
            file_name=f"{stem}_{name}{one['suffix']}" if one["suffix"] else "",
            content=one["content"],
            compare=one["compare"],
            type_name=one["type"],
            rule=one["rule"],
            refusal=one["refusal"],
        )
        for name, one in found.items()
    )


def files_of(call: CapturedCall) -> tuple[InputFile | CapturedValue, ...]:
    """Return what stands in files beside a test."""
    values = [*(one.value for one in call.arguments), *call.returns, *call.changed]
    return (*call.files, *(value for value in values if value.file_name))


def _write_files(call: CapturedCall, folder: str) -> None:
    for file in files_of(call):
        Path(folder, file.file_name).write_bytes(file.content)
