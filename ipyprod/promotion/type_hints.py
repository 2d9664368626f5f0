"""Types seen in the session as annotations that people write."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from ipyprod.promotion.imports import ImportNames
from ipyprod.session.cell import TypeNote
from ipyprod.source.statements import Statement

_CUSTOMARY = {"pandas": "pd", "numpy": "np", "polars": "pl", "networkx": "nx", "xarray": "xr"}
_CUSTOMARY |= {"numpy.typing": "npt"}
_ATTRIBUTES_OF_NUMPY = frozenset({"numpy.random", "numpy.ma"})
_GENERIC = frozenset({"list", "dict", "set", "frozenset", "tuple"})
_GENERIC_COLLECTIONS = {"defaultdict": 2, "OrderedDict": 2, "Counter": 1, "deque": 1}
_PLAIN = frozenset(
    {"int", "float", "complex", "bool", "str", "bytes", "bytearray", "range", "slice"}
)
_VIEWS = {"dict_keys": "KeysView", "dict_values": "ValuesView", "dict_items": "ItemsView"}
_WIDER = (("bool", "int"), ("int", "float"), ("float", "complex"))
_UNION_LIMIT = 3
# Converters that give back what they made before as it is.
_CONVERTERS = frozenset(
    {"int", "float", "str", "bool", "list", "tuple", "set", "frozenset", "sorted", "dict", "Path",
     "asarray", "array", "DataFrame", "Series", "to_datetime"}
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """An annotation and the import statements that it needs."""

    text: str
    imports: tuple[str, ...] = ()


_ANY = Hint(text="Any", imports=("from typing import Any",))


def hint_of(
    note: TypeNote | None,
    names: ImportNames,
    session_types: Iterable[str] = (),
    *,
    taken: Iterable[str] = (),
    typed_arrays: bool = False,
) -> Hint:
    """Return the annotation of a type; `Any` where there is no public name for it.

    `names` are the imports that the module has from the session; `session_types` the classes of
    the session that come along to module level; `taken` are names that mean something else in the
    module. With `typed_arrays` an array is a
    `npt.NDArray[np.float64]`.
    """
    writer = _Writer(
        names=names,
        session_types=frozenset(session_types),
        taken=frozenset(taken),
        typed_arrays=typed_arrays,
    )
    return writer.write(note)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    names: ImportNames
    session_types: frozenset[str]
    taken: frozenset[str]
    typed_arrays: bool

    def write(self, note: TypeNote | None) -> Hint:
        if note is None or (note.module, note.qualname) == ("typing", "Any"):
            return _ANY
        if note.union:
            return self._union(note.union)
        if note.is_session_type or note.module == "__main__":
            return Hint(text=note.qualname) if note.qualname in self.session_types else _ANY
        if note.is_callable:
            return self._callable(note)
        if note.module == "builtins":
            return self._builtin(note)
        if note.module == "IPython.utils.text" and note.qualname == "SList":
            return Hint(text="list[str]")  # what `!cmd` gives is a plain list outside the console
        return self._library(note)

    def _union(self, notes: tuple[TypeNote, ...]) -> Hint:
        hints = {hint.text: hint for hint in (self.write(note) for note in notes)}
        if sum(text.startswith("Callable[") for text in hints) > 1:
            hints = {t: h for t, h in hints.items() if not t.startswith("Callable[")}
            hints |= {(h := _any_callable()).text: h}
        for narrow, wide in _WIDER:
            if wide in hints:  # PEP 484: an int is fine where a float is expected
                hints.pop(narrow, None)
        if len(hints) > _UNION_LIMIT or "Any" in hints:
            return _ANY
        ordered = sorted(hints.values(), key=lambda hint: hint.text == "None")
        return _join(" | ".join(hint.text for hint in ordered), ordered)

    def _builtin(self, note: TypeNote) -> Hint:
        name = note.qualname
        if name == "NoneType":
            return Hint(text="None")
        if name in _PLAIN:
            return Hint(text=name)
        if name in _GENERIC:
            return self._generic(name, note)
        if name in _VIEWS:
            is_pairs = name == "dict_items" and note.arguments
            parts = note.arguments[0].arguments if is_pairs else note.arguments
            return self._abstract(_VIEWS[name], parts)
        if note.is_iterator:
            return self._abstract("Iterator", note.arguments or (None,))
        if name == "module":
            return Hint(text="ModuleType", imports=("from types import ModuleType",))
        return _ANY

    def _generic(self, name: str, note: TypeNote) -> Hint:
        if not note.arguments:
            return Hint(text="tuple[()]" if name == "tuple" and note.length == 0 else name)
        parts = [self.write(argument) for argument in note.arguments]
        inside = ", ".join(part.text for part in parts)
        if name == "tuple" and not note.is_fixed_tuple:
            inside = f"{parts[0].text}, ..."
        return _join(f"{name}[{inside}]", parts)

    def _abstract(self, name: str, arguments: Iterable[TypeNote | None]) -> Hint:
        parts = [self.write(argument) for argument in arguments]
        inside = f"[{', '.join(part.text for part in parts)}]" if parts else ""
        hint = _join(f"{name}{inside}", parts)
        return Hint(text=hint.text, imports=(f"from collections.abc import {name}", *hint.imports))

    def _callable(self, note: TypeNote) -> Hint:
        if note.qualname == "type" and note.arguments:
            inner = self.write(note.arguments[0])
            return _join(f"type[{inner.text}]", [inner])
        if not note.is_fixed_tuple:
            return _any_callable()
        parts = [self.write(argument) for argument in note.arguments]
        *inputs, returned = parts
        places = f"[{', '.join(part.text for part in inputs)}]"
        hint = _join(f"Callable[{places}, {returned.text}]", parts)
        return Hint(text=hint.text, imports=("from collections.abc import Callable", *hint.imports))

    def _library(self, note: TypeNote) -> Hint:
        name = note.qualname
        if note.module == "numpy":
            if name == "float64":
                return Hint(text="float")
            if name == "str_":
                return Hint(text="str")
            if name == "ndarray" and self.typed_arrays and note.dtype.isidentifier():
                return self._typed_array(note.dtype)
        if not name.isidentifier() or name.startswith("_"):
            return self._nameless(note)
        if note.module.startswith("pathlib"):
            return self._named("pathlib", "Path")
        if not note.public_module:
            return self._nameless(note)
        hint = self._named(note.public_module, name)
        if note.public_module == "collections" and name in _GENERIC_COLLECTIONS and note.arguments:
            parts = [self.write(argument) for argument in note.arguments]
            parts = parts[: _GENERIC_COLLECTIONS[name]]
            joined = _join(f"{hint.text}[{', '.join(p.text for p in parts)}]", parts)
            return Hint(text=joined.text, imports=(*hint.imports, *joined.imports))
        return hint

    def _nameless(self, note: TypeNote) -> Hint:
        """A type without a public name is known by what it can do."""
        return self._abstract("Iterator", (None,)) if note.is_iterator else _ANY

    def _typed_array(self, dtype: str) -> Hint:
        array = self._named("numpy.typing", "NDArray")
        item = self._named("numpy", f"{dtype}_" if dtype in ("bool", "object", "str") else dtype)
        return _join(f"{array.text}[{item.text}]", [array, item])

    def _named(self, module: str, name: str) -> Hint:
        alias = self.names.object_alias(module, name)
        if alias:
            return Hint(text=alias, imports=(_from(module, name, alias),))
        alias = self.names.module_alias(module)
        if alias:
            text = f"import {module}" if alias == module else f"import {module} as {alias}"
            return Hint(text=f"{alias}.{name}", imports=(text,))
        if module in _ATTRIBUTES_OF_NUMPY:
            return self._named("numpy", f"{module.removeprefix('numpy.')}.{name}")
        if module in _CUSTOMARY:
            alias = _CUSTOMARY[module]
            return Hint(text=f"{alias}.{name}", imports=(f"import {module} as {alias}",))
        if name in self.taken or self.names.is_taken(name):
            return Hint(text=f"{module}.{name}", imports=(f"import {module}",))
        return Hint(text=name, imports=(_from(module, name, name),))


def is_converted(name: str, body: Iterable[Statement]) -> bool:
    """Whether all that a function does with an argument is to convert it, whatever it was before.

    size = int(size)
           ^^^ takes an int too
    """
    for statement in body:
        match statement.node:
            case ast.Assign(
                targets=[ast.Name(id=bound)],
                value=ast.Call(func=function, args=[ast.Name(id=given), *_], keywords=_),
            ) if (
                bound == given == name
            ):
                called = function.attr if isinstance(function, ast.Attribute) else ""
                called = function.id if isinstance(function, ast.Name) else called
                return called in _CONVERTERS
        names = statement.names
        if name in {*names.reads, *names.deferred_reads} | names.binds | names.may_bind:
            return False
    return False


def _from(module: str, name: str, alias: str) -> str:
    return f"from {module} import {name}" + (f" as {alias}" if alias != name else "")


def _any_callable() -> Hint:
    imports = ("from collections.abc import Callable", *_ANY.imports)
    return Hint(text="Callable[..., Any]", imports=imports)


def _join(text: str, parts: Iterable[Hint]) -> Hint:
    return Hint(text=text, imports=tuple(line for part in parts for line in part.imports))
