"""What a value is, as plain data that two runs can be compared by; nothing is consumed."""

import decimal
import dis
import functools
import gc
import io
import itertools
import random
import re
import types
import warnings
from random import Random
from typing import Any

import numpy as np
import pandas as pd

ADDRESS = re.compile("0x[0-9a-f]{6,}")  # of an object, in what its `repr` gave
_LOCAL = frozenset({"LOAD_FAST", "STORE_FAST", "DELETE_FAST", "COMPARE_OP", "IS_OP", "BINARY_OP"})
_PLAIN = (int, float, complex, bool, bytes, type(None), range, np.generic)


class Painter:
    """Makes pictures of the values of one namespace; equal pictures are equal values.

    What is met a second time is told by its number, so that two names for one list differ from
    two equal lists. A function's picture holds the globals that it reads: its value is what it does.
    """

    def __init__(self, space: dict[str, Any], alive: frozenset[str] | None = None) -> None:
        self._space = space
        self._alive = frozenset(space) if alive is None else alive
        self._seen: dict[int, int] = {}
        self._kept: list[Any] = []  # so that no id comes back for another object

    def of(self, value: Any) -> Any:
        """Return the picture of `value`."""
        if isinstance(value, str):
            return type(value).__name__, repr(ADDRESS.sub("0x", value))
        if isinstance(value, _PLAIN):
            return type(value).__name__, repr(value)
        if isinstance(value, (types.ModuleType, types.BuiltinFunctionType)) and not isinstance(
            getattr(value, "__self__", None), (list, dict, set)
        ):
            return "library", getattr(value, "__name__", "")
        if type(value) in {tuple, frozenset, types.CodeType}:
            return type(value).__name__, self._inside(value)  # equal ones may be one: the compiler's
        if id(value) in self._seen:
            return "again", self._seen[id(value)]
        self._seen[id(value)] = len(self._seen)
        self._kept.append(value)
        return type(value).__name__, self._inside(value)

    def _all(self, values: Any) -> list[Any]:
        return [self.of(v) for v in values]

    def _items(self, mapping: Any) -> list[Any]:
        return [(self.of(k), self.of(mapping[k])) for k in mapping]

    def _inside(self, value: Any) -> Any:
        if isinstance(value, (list, tuple)) and type(value) in {list, tuple}:
            return self._all(value)
        if isinstance(value, (set, frozenset)):
            return sorted(map(repr, self._all(value)))
        if isinstance(value, types.FunctionType):
            return self._function(value)
        if isinstance(value, type):
            return self._class(value)
        if isinstance(value, types.GeneratorType):
            return self._generator(value)
        if isinstance(value, (np.ndarray, memoryview, bytearray)):
            return self._buffer(value)
        if isinstance(value, (pd.DataFrame, pd.Series, pd.Index)):
            return self._frame(value)
        if isinstance(value, np.random.Generator):
            return repr(value.bit_generator.state)
        if isinstance(value, Random):
            return repr(value.getstate())
        if isinstance(value, io.StringIO):
            return "closed" if value.closed else (value.getvalue(), value.tell())
        if isinstance(value, io.TextIOBase):
            return value.name, value.mode, value.closed  # type: ignore[attr-defined]
        if isinstance(value, functools.partial):
            return self._all([value.func, value.args, value.keywords])
        if isinstance(value, (types.MethodType, types.BuiltinMethodType)):
            is_library = value.__self__ is getattr(random.random, "__self__", None)
            return value.__name__, "library" if is_library else self.of(value.__self__)
        if isinstance(value, types.CodeType):
            # not its bytes: the compiler of 3.11 and 3.12 calls what the same text imports otherwise
            # `globals()["p"] = x` is written as `p = x`: the name of a variable is one both ways,
            # where the code is ever reached; and `eval("d")` as `d`
            steps = [i.argval for i in dis.get_instructions(value) if i.opname not in _LOCAL]
            words = {a for a in steps if isinstance(a, str) and a.isidentifier()}
            names = sorted(words - {"globals", "eval"})
            rest = [c for c in value.co_consts if not (isinstance(c, str) and c.isidentifier())]
            return names, value.co_varnames, self._all(rest)
        return self._object(value)

    def _function(self, value: types.FunctionType) -> Any:
        if value.__module__ != "__main__":
            return value.__qualname__
        cells = [cell.cell_contents for cell in value.__closure__ or ()]
        return [
            self.of(value.__code__),
            self.of(value.__defaults__),
            self._all(cells),
            self._items(value.__dict__),
            self._globals(value.__code__),
        ]

    def _globals(self, code: types.CodeType) -> list[Any]:
        inner = [c for c in code.co_consts if isinstance(c, types.CodeType)]
        steps = list(dis.get_instructions(code))
        read = {i.argval for i in steps if i.opname in {"LOAD_GLOBAL", "LOAD_NAME"}}
        if "globals" in read:  # `globals()["c"]` is written as `c`
            read |= {
                one.argval for one, then in itertools.pairwise(steps)
                if one.opname == "LOAD_CONST" and then.opname.startswith("BINARY_")
            }  # fmt: skip
        if "eval" in read:  # `eval("c")` is written as `c`
            read |= {
                one.argval for one, then in itertools.pairwise(steps)
                if one.opname == "LOAD_CONST" and then.opname in {"PRECALL", "CALL"}
                and isinstance(one.argval, str)
            }  # fmt: skip
        alive = sorted(n for n in read & self._alive if n in self._space and n[:2] != "__")
        own = [(name, self.of(self._space[name])) for name in alive]
        return own + [self._globals(c) for c in inner]

    def _class(self, value: type) -> Any:
        if value.__module__ != "__main__":
            return value.__qualname__
        skipped = {"__dict__", "__weakref__", "__doc__", "__module__", "__firstlineno__",
                   "__slotnames__"}
        kept = {k: v for k, v in vars(value).items() if k not in skipped
                and not isinstance(v, (types.MemberDescriptorType, types.GetSetDescriptorType))}  # fmt: skip
        return value.__qualname__, self._all(value.__bases__), self._items(kept)

    def _generator(self, value: Any) -> Any:
        frame = value.gi_frame
        if frame is None:
            return "done"
        return frame.f_lasti, self._items(frame.f_locals), self._globals(value.gi_code)

    def _buffer(self, value: Any) -> Any:
        if isinstance(value, np.ma.MaskedArray):
            return repr(value)
        if isinstance(value, np.ndarray):
            # not whether it can be written: pandas decides that by who holds the frame elsewhere
            data = self._all(value.flat) if value.dtype.hasobject else value.tobytes()
            return value.dtype.str, value.shape, data
        try:
            return bytes(value)
        except ValueError:
            return "released"

    def _frame(self, value: Any) -> Any:
        if isinstance(value, pd.Index):
            return repr(value.dtype), repr(value.names), self._all(value.tolist())
        parts = [self.of(value.index), self._items(value.attrs)]
        if isinstance(value, pd.Series):
            return [*parts, repr(value.name), str(value.dtype), self._all(value.tolist())]
        # not by `iloc`, which copies what is in `attrs`, and fails where that cannot be copied
        columns = [pd.Series(value._get_column_array(n)) for n in range(value.shape[1])]
        return [
            *parts, self.of(value.columns),
            [(str(column.dtype), self._all(column.tolist())) for column in columns],
        ]  # fmt: skip

    def _object(self, value: Any) -> Any:
        if isinstance(value, decimal.Context):
            # not the flags: any calculation sets them
            return value.prec, value.rounding, value.Emin, value.Emax, value.capitals, value.clamp
        kind = type(value)
        if isinstance(value, dict):
            own = [(self.of(k), self.of(v)) for k, v in dict.items(value)]
            factory = self.of(getattr(value, "default_factory", None))
            return [own, factory, self._attributes(value)]
        if isinstance(value, list):
            return [self._all(list.__iter__(value)), self._attributes(value)]
        if kind.__module__ == "__main__":
            return [self.of(kind), self._attributes(value)]
        if kind.__name__.endswith("GroupBy"):
            return self._all([value.obj, value.keys])  # the rest is worked out when it is asked for
        if kind.__name__ in {"dict_keys", "dict_values", "dict_items"}:
            return self.of(value.mapping | {}) if kind.__name__ == "dict_keys" else self._all(value)
        if isinstance(value, types.MappingProxyType):
            return self._all(gc.get_referents(value))  # of a mapping, or of a text
        if kind.__module__ in {"types", "pathlib"}:
            return repr(value) if kind.__module__ == "pathlib" else self._attributes(value)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return self.of(value.__reduce_ex__(2)[1:])
            except (TypeError, ValueError, AttributeError, NotImplementedError, RuntimeError):
                return "hidden"

    def _attributes(self, value: Any) -> list[Any]:
        own = list(getattr(value, "__dict__", {}).items())
        for kind in type(value).__mro__:
            slots = kind.__dict__.get("__slots__", ())
            own.extend((name, getattr(value, name)) for name in slots if hasattr(value, name))
        return [(name, self.of(v)) for name, v in own]


def picture(name: str, space: dict[str, Any], alive: frozenset[str] | None = None) -> str:
    """Return the picture of a variable of `space`; of the globals it reads, those in `alive`."""
    if name not in space:
        return "no such variable"
    try:
        return repr(Painter(space, alive).of(space[name]))
    except RecursionError:
        return "too deep"
