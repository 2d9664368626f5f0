"""Text of sessions made at random, cell by cell, from what is alive at the moment.

A template is code with places in it: `<list>` is a live variable of that kind, `<obj:add>` one
that has the attribute `add`, `<new>` a name to bind, `<i>` a small number, `<S>` another simple
statement. Equal tags stand for the same text: `<list.1>`. A session draws on a few groups of
templates only, so that what belongs together meets often.
"""

import itertools
import re
import types
from collections import ChainMap, Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any

import numpy as np
import pandas as pd
from generated_templates import ALWAYS, COMPOUND, GROUPS, IMPORTS, LOOKS

_PLACE = re.compile(r"<(\w+)(?::(\w+))?(?:\.(\w+))?>")
_NEW = "abcdpq"
_FUNCTIONS = "fgh"
_CLASSES = ("Box", "Acc")
_MOST_ITEMS = 60


class NothingFitsError(LookupError):
    """No live variable of a kind that a template asks for."""


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_plain(value: Any) -> bool:
    return isinstance(value, (int, float, str, bool, type(None)))


def _is_session_class(value: Any) -> bool:
    return isinstance(value, type) and value.__module__ == "__main__"


_KINDS: Mapping[str, Callable[[Any], bool]] = {
    "any": lambda v: not isinstance(v, (types.ModuleType, type)),
    "list": lambda v: type(v) is list and len(v) < _MOST_ITEMS,
    "full": lambda v: type(v) is list and 0 < len(v) < _MOST_ITEMS,
    "ints": lambda v: type(v) is list and 0 < len(v) < _MOST_ITEMS and all(map(_is_number, v)),
    "nested": lambda v: type(v) is list and bool(v) and type(v[0]) is list and len(v[0]) < _MOST_ITEMS,
    "dict": lambda v: type(v) is dict,
    "set": lambda v: type(v) is set,
    "tuple": lambda v: type(v) is tuple and bool(v),
    "int": lambda v: type(v) is int and abs(v) < 10**6,
    "str": lambda v: type(v) is str and len(v) < _MOST_ITEMS,
    "plain": _is_plain,
    "ddict": lambda v: type(v) is defaultdict,
    "deque": lambda v: type(v) is deque,
    "counter": lambda v: type(v) is Counter,
    "chain": lambda v: type(v) is ChainMap,
    "bytes": lambda v: type(v) is bytearray,
    "memory": lambda v: type(v) is memoryview and "released" not in repr(v) and len(v) > 0,
    "text": lambda v: type(v).__name__ == "StringIO",
    "space": lambda v: type(v) is types.SimpleNamespace,
    "obj": lambda v: _is_session_class(type(v)),
    "cls": _is_session_class,
    "vec": lambda v: isinstance(v, np.ndarray) and v.ndim == 1 and 1 < v.size < _MOST_ITEMS and v.dtype.kind in "if",
    "mat": lambda v: isinstance(v, np.ndarray) and v.ndim == 2 and min(v.shape) > 1,
    "arr": lambda v: isinstance(v, np.ndarray) and v.ndim > 0 and v.size < _MOST_ITEMS and v.dtype.kind in "if",
    "frame": lambda v: isinstance(v, pd.DataFrame) and len(v) > 1 and {"x", "y"} <= set(v.columns),
    "series": lambda v: isinstance(v, pd.Series) and len(v) > 1,
    "it": lambda v: isinstance(v, Iterator) and not isinstance(v, itertools.count | itertools.cycle),
    "endless": lambda v: isinstance(v, itertools.count | itertools.cycle),
    "rng": lambda v: isinstance(v, np.random.Generator),
    "rand": lambda v: isinstance(v, Random),
    "file": lambda v: type(v).__name__ == "TextIOWrapper",
    "fun": lambda v: isinstance(v, types.FunctionType) and v.__module__ == "__main__",
    "call": lambda v: callable(v) and not isinstance(v, (type, types.ModuleType)),
}  # fmt: skip
_CHECKED_BY_CODE = {"fun0": 0, "fun1": 1, "fun2": 2}
_CREATED = {"new": _NEW, "def": _FUNCTIONS, "class": _CLASSES}


def _needed(function: Any) -> tuple[int, int]:
    code = function.__code__
    return code.co_argcount - len(function.__defaults__ or ()), code.co_argcount


class Writer:
    """Writes the next cell of a session, given the live variables."""

    def __init__(self, random: Random, without: frozenset[str] = frozenset()) -> None:
        self.random = random
        names = sorted(GROUPS.keys() - without)
        self.groups = [*random.sample(names, k=random.randint(2, 5)), "always", "always"]
        self.past: list[str] = []

    def first_cells(self) -> list[str]:
        """Return the imports, as a session begins."""
        seeds = ["random.seed(4)", "np.random.seed(5)"]
        return ["\n".join([*IMPORTS, *(seeds if "chance" in self.groups else [])])]

    def next_cell(self, space: Mapping[str, Any]) -> str:
        """Return a cell for a session in which `space` is alive."""
        random = self.random
        if self.past and random.random() < 0.12:
            return random.choice(self.past)
        count = random.choice([1, 1, 1, 1, 2, 2, 3, 4])
        parts = [self.statement(space) for _ in range(count)]
        is_simple = all("\n" not in part for part in parts)
        text = "; ".join(parts) if is_simple and random.random() < 0.3 else "\n".join(parts)
        if count == 1 and "\n" not in text and " = " in text and random.random() < 0.05:
            text = f"%time {text}"
        self.past.append(text)
        return text

    def statement(self, space: Mapping[str, Any]) -> str:
        """Return a statement, compound ones among them."""
        if self.random.random() < 0.2:
            template = self.random.choice(COMPOUND)
            try:
                return self._filled(template, space)
            except NothingFitsError:
                pass
        return self.simple(space)

    def simple(self, space: Mapping[str, Any]) -> str:
        """Return a statement of the groups of this session."""
        while True:
            group = self.random.choice(self.groups)
            lines = ALWAYS if group == "always" else GROUPS[group]
            if self.random.random() < 0.06:
                lines = LOOKS
            try:
                return self._filled(self.random.choice(lines), space)
            except NothingFitsError:
                continue

    def _filled(self, template: str, space: Mapping[str, Any]) -> str:
        tagged: dict[str, str] = {}

        def fill(match: re.Match[str]) -> str:
            kind, attribute, tag = match.groups()
            if tag and tag in tagged:
                return tagged[tag]
            text = self._place(kind, attribute, space)
            if tag:
                tagged[tag] = text
            return text

        lines = []
        for line in template.split("\n"):
            made = _PLACE.sub(fill, line)
            indent = line[: len(line) - len(line.lstrip())]
            lines.append(made.replace("\n", "\n" + indent))
        return "\n".join(lines)

    def _place(self, kind: str, attribute: str | None, space: Mapping[str, Any]) -> str:
        if kind == "i":
            return str(self.random.randint(0, 5))
        if kind == "S":
            return self.simple(space)
        if kind in _CREATED:
            return self.random.choice(_CREATED[kind])
        if kind in _CHECKED_BY_CODE:
            fits = self._functions(_CHECKED_BY_CODE[kind], space)
        else:
            fits = [n for n, v in space.items() if not n.startswith("_") and _KINDS[kind](v)]
        if attribute is not None:
            fits = [n for n in fits if hasattr(type(space[n]), attribute)
                    or attribute in getattr(space[n], "__dict__", ())]  # fmt: skip
        if not fits:
            raise NothingFitsError(kind)
        return self.random.choice(fits)

    def _functions(self, given: int, space: Mapping[str, Any]) -> list[str]:
        found = []
        for name, value in space.items():
            if isinstance(value, types.FunctionType) and value.__module__ == "__main__":
                least, most = _needed(value)
                if least <= given <= most:
                    found.append(name)
        return found
