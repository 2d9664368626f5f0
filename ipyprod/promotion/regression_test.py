"""A regression test as text: the inputs, the call, and a comparison by type."""

import textwrap
from dataclasses import dataclass, field

from ipyprod.promotion.indentation import indent_source
from ipyprod.promotion.plan import RenderedFunction

MODULE_DOCSTRING = "Regression tests, made of values that a console session had."
_LONG = 50  # characters of an expected value that stands in the comparison itself
_FOLDER = ("FOLDER", "FOLDER = Path(__file__).parent\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedValue:
    """A value as code that makes it again.

    `source` is "" where there is none; `refusal` says why. `content` is that of the file
    `file_name` which the source reads, b"" where there is no file. `compare` is a key of the table
    of comparisons. `rule` says how a large input was sampled, "" where it is whole.
    """

    name: str
    source: str = ""
    imports: tuple[str, ...] = ()
    file_name: str = ""
    content: bytes = field(default=b"", repr=False)
    compare: str = "exact"
    type_name: str = ""
    rule: str = ""
    refusal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """An argument of the call: a parameter by name, or a place in the order of the call."""

    value: CapturedValue
    keyword: str = ""  # "" for one that is given by place


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """A file that the function reads: its path from the working directory, and its copy."""

    path: str
    file_name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedCall:
    """One call of a function with what it gave.

    `module` is the dotted name under which the function is imported. `number` tells the cases of
    a function apart, from 1. `is_named` marks a result whose parts are attributes; a `result` that
    is no tuple of names is one value. `changed` are arguments as the call leaves them, where it
    changes them. `needs_folder` runs the call in an empty folder. `recipe` are
    the session's own lines that make the arguments without a source.
    """

    function: str
    module: str
    arguments: tuple[Argument, ...]
    returns: tuple[CapturedValue, ...] = ()
    changed: tuple[CapturedValue, ...] = ()
    number: int = 1
    is_async: bool = False
    is_named: bool = False
    files: tuple[InputFile, ...] = ()
    needs_folder: bool = False
    recipe: tuple[str, ...] = ()
    recipe_imports: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of the test."""
        return f"test_{self.function}" + (f"_{self.number}" if self.number > 1 else "")


def render_test(case: CapturedCall) -> RenderedFunction:
    """Return the test of one case, with what it needs beside it."""
    return _Renderer(case).render()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallText:
    """The lines of a test up to its call, what they import, and where each result is found.

    `results` and `arguments` are (name, expression): what the call gives, and what it was given,
    as far as its result does not take that name. The lines may use FOLDER, `tmp_path` and
    `monkeypatch`.
    """

    imports: tuple[str, ...]
    lines: tuple[str, ...]
    results: tuple[tuple[str, str], ...]
    arguments: tuple[tuple[str, str], ...] = ()


def call_text(case: CapturedCall) -> CallText:
    """Return the part of a test that makes the inputs and calls the function."""
    return _Renderer(case).call_text()


class _Renderer:
    def __init__(self, case: CapturedCall) -> None:
        self.case = case
        self.imports = [f"from {case.module} import {case.function}"]
        self.companions: dict[str, str] = {}
        taken = {case.function, "pd", "np", "pytest", "Path", "FOLDER", "expected", "json"}
        taken |= {"tmp_path", "monkeypatch", "shutil", "asyncio", "assert_close"}
        taken |= {"assert_arrays_close", "assert_frames_close", "pl"}
        taken |= {"assert_frame_equal", "assert_series_equal"}
        self.taken = taken

    def call_text(self) -> CallText:
        lines = tuple(self._call_lines())
        return CallText(
            imports=tuple(dict.fromkeys(self.imports)),
            lines=lines,
            results=tuple((v.name, self._result(v)) for v in self.case.returns),
            arguments=tuple((v.name, self._own(v.name)) for v in self._arguments),
        )

    def render(self) -> RenderedFunction:
        case = self.case
        lines = self._call_lines()
        lines += [line for v in case.returns if v.type_name for line in self._comparison(v)]
        for value in case.changed:
            lines += self._compared(value, self._own(value.name), f"changed_{value.name}")
        fixtures = "tmp_path: Path, monkeypatch: pytest.MonkeyPatch" if self._is_elsewhere else ""
        docstring = textwrap.indent(self._docstring(), "    ")
        body = f"{docstring}\n{indent_source(chr(10).join(lines))}"
        return RenderedFunction(
            name=case.name,
            text=f"def {case.name}({fixtures}) -> None:\n{body}\n",
            imports=tuple(dict.fromkeys(self.imports)),
            companions=tuple(self.companions.items()),
        )

    @property
    def _is_elsewhere(self) -> bool:
        return bool(self.case.files) or self.case.needs_folder

    def _docstring(self) -> str:
        rules = [f"`{v.name}`: {v.rule}." for v in self._given if v.rule]
        if not rules:
            return f'"""`{self.case.function}` gives what it gave in the session."""'
        text = "\n".join([f"`{self.case.function}` gives what it gave for a sample.", "", *rules])
        return f'"""{text}\n"""'

    @property
    def _arguments(self) -> tuple[CapturedValue, ...]:
        """The arguments whose name still stands for them after the call."""
        bound = set() if self.case.is_named else {self._own(v.name) for v in self.case.returns}
        values = (a.value for a in self.case.arguments)
        return tuple(value for value in values if self._own(value.name) not in bound)

    @property
    def _given(self) -> tuple[CapturedValue, ...]:
        return tuple(a.value for a in self.case.arguments if a.value.source)

    def _own(self, name: str) -> str:
        if any(a.value.name == name and not a.value.source for a in self.case.arguments):
            return name  # the session's own lines make it
        return f"{name}_" if name in self.taken else name

    def _made(self, value: CapturedValue) -> str:
        self.imports += value.imports
        if value.file_name:
            self._use_folder()
        return value.source

    def _use_folder(self) -> None:
        self.imports.append("from pathlib import Path")
        self.companions[_FOLDER[0]] = _FOLDER[1]

    def _files(self) -> list[str]:
        if not self._is_elsewhere:
            return []
        self.imports += ["import pytest", "from pathlib import Path"]
        lines = []
        for file in self.case.files:
            self.imports.append("import shutil")
            self._use_folder()
            *folders, name = file.path.split("/")
            target = "tmp_path / " + " / ".join(f'"{part}"' for part in (*folders, name))
            if folders:
                made = "tmp_path / " + " / ".join(f'"{part}"' for part in folders)
                lines.append(f"({made}).mkdir(parents=True, exist_ok=True)")
            lines.append(f'shutil.copy(FOLDER / "{file.file_name}", {target})')
        return [*lines, "monkeypatch.chdir(tmp_path)"]

    def _call_lines(self) -> list[str]:
        self.imports += self.case.recipe_imports
        made = [f"{self._own(value.name)} = {self._made(value)}" for value in self._given]
        return [*self._files(), *self.case.recipe, *made, self._call()]

    def _result(self, value: CapturedValue) -> str:
        return f"result.{value.name}" if self.case.is_named else self._own(value.name)

    def _call(self) -> str:
        case = self.case
        arguments = ", ".join(
            f"{a.keyword}={self._own(a.value.name)}" if a.keyword else self._own(a.value.name)
            for a in case.arguments
        )
        call = f"{case.function}({arguments})"
        if case.is_async:
            self.imports.append("import asyncio")
            call = f"asyncio.run({call})"
        if case.is_named:
            return f"result = {call}"
        target = ", ".join(self._own(v.name) for v in case.returns)
        return f"{target} = {call}" if target else call

    def _comparison(self, value: CapturedValue) -> list[str]:
        actual = self._result(value)
        if not value.source:
            return [f'assert type({actual}).__qualname__ == "{value.type_name}"']
        name = "expected" if len(self.case.returns) == 1 else f"expected_{value.name}"
        return self._compared(value, actual, name)

    def _compared(self, value: CapturedValue, actual: str, name: str) -> list[str]:
        expected = self._made(value)
        lines = []
        if len(expected) > _LONG or "array" in value.compare:
            lines, expected = [f"{name} = {expected}"], name
        return [*lines, *self._asserts(value.compare, actual, expected)]

    def _asserts(self, compare: str, actual: str, expected: str) -> list[str]:
        match compare:
            case "frame" | "series" | "index":
                self.imports.append("import pandas as pd")
                options = "" if compare == "index" else ", check_freq=False"
                return [f"pd.testing.assert_{compare}_equal({actual}, {expected}{options})"]
            case "polars frame" | "polars series":
                function = f"assert_{compare.removeprefix('polars ')}_equal"
                self.imports.append(f"from polars.testing import {function}")
                return [f"{function}({actual}, {expected})"]
            case "array" | "close array":
                self.imports.append("import numpy as np")
                function = "allclose" if compare == "close array" else "array_equal"
                extra = ", atol=1e-12" if compare == "close array" else ""
                return [
                    f"assert {actual}.dtype == {expected}.dtype",
                    f"assert {actual}.shape == {expected}.shape",
                    f"np.testing.assert_{function}({actual}, {expected}{extra})",
                ]
            case "close":
                self.imports.append("import pytest")
                nan = ", nan_ok=True" if "nan" in expected else ""
                return [f"assert {actual} == pytest.approx({expected}{nan})"]
            case "nested" | "nested arrays" | "nested frames":
                name, source, imports = _HELPERS[compare]
                self.companions[name] = source
                self.imports += imports
                return [f"{name}({actual}, {expected})"]
            case "is":
                return [f"assert {actual} is {expected}"]
        return [f"assert {actual} == {expected}"]


_NESTED = '''def {name}(actual: object, expected: object) -> None:
    """Compare nested values, numbers within rounding."""
    assert type(actual) is type(expected)
    if isinstance(expected, dict):
        assert actual.keys() == expected.keys()
        for key, value in expected.items():
            {name}(actual[key], value)
    elif isinstance(expected, list | tuple):
        assert len(actual) == len(expected)
        for one, other in zip(actual, expected, strict=True):
            {name}(one, other)
{more}    elif isinstance(expected, int | float | complex):
        assert actual == pytest.approx(expected, nan_ok=True)
    elif hasattr(expected, "dtype"):
        np.testing.assert_allclose(actual, expected, atol=1e-12)
    else:
        assert actual == expected
'''
_FRAMES = """    elif isinstance(expected, pd.DataFrame):
        pd.testing.assert_frame_equal(actual, expected, check_freq=False)
    elif isinstance(expected, pd.Series):
        pd.testing.assert_series_equal(actual, expected, check_freq=False)
    elif isinstance(expected, pd.Index):
        pd.testing.assert_index_equal(actual, expected)
"""
_PLAIN = _NESTED.replace(
    """    elif hasattr(expected, "dtype"):
        np.testing.assert_allclose(actual, expected, atol=1e-12)
""",
    "",
)
_HELPERS = {
    "nested": ("assert_close", _PLAIN.format(name="assert_close", more=""), ["import pytest"]),
    "nested arrays": (
        "assert_arrays_close",
        _NESTED.format(name="assert_arrays_close", more=""),
        ["import pytest", "import numpy as np"],
    ),
    "nested frames": (
        "assert_frames_close",
        _NESTED.format(name="assert_frames_close", more=_FRAMES),
        ["import pytest", "import numpy as np", "import pandas as pd"],
    ),
}
