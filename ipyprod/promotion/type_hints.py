"""Types seen in the session as annotations that people write."""

from collections.abc import Iterable
from dataclasses import dataclass

from ipyprod.promotion.imports import ImportNames
from ipyprod.session.cell import TypeNote

_CUSTOMARY = {"pandas": "pd", "numpy": "np", "polars": "pl", "networkx": "nx", "xarray": "xr"}
_GENERIC = frozenset({"list", "dict", "set", "frozenset", "tuple"})
_GENERIC_COLLECTIONS = frozenset({"defaultdict", "OrderedDict", "Counter", "deque"})
_PLAIN = frozenset(
    {"int", "float", "complex", "bool", "str", "bytes", "bytearray", "range", "slice"}
)
_ITERATORS = frozenset({"generator", "zip", "map", "filter", "enumerate", "reversed"})
_NUMPY_SCALARS = {"float64": "float", "str_": "str"}
_UNION_LIMIT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """An annotation and the import statements that it needs."""

    text: str
    imports: tuple[str, ...] = ()


_ANY = Hint(text="Any", imports=("from typing import Any",))


def hint_of(note: TypeNote | None, names: ImportNames, session_types: Iterable[str] = ()) -> Hint:
    """Return the annotation of a type; `Any` where there is no public name for it.

    `names` are the imports that the module has from the session; `session_types` the classes of
    the session that come along to module level.
    """
    return _Writer(names=names, session_types=frozenset(session_types)).write(note)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    names: ImportNames
    session_types: frozenset[str]

    def write(self, note: TypeNote | None) -> Hint:
        if note is None:
            return _ANY
        if note.union:
            return self._union(note.union)
        if note.is_session_type or note.module == "__main__":
            return Hint(text=note.qualname) if note.qualname in self.session_types else _ANY
        if note.module == "builtins":
            return self._builtin(note)
        if note.is_callable or note.qualname in ("function", "method"):
            return _callable()
        return self._library(note)

    def _union(self, notes: tuple[TypeNote, ...]) -> Hint:
        hints = list(dict.fromkeys(self.write(note) for note in notes))
        if len(hints) > _UNION_LIMIT or any(hint.text == "Any" for hint in hints):
            return _ANY
        hints.sort(key=lambda hint: hint.text == "None")
        return _join(" | ".join(hint.text for hint in hints), hints)

    def _builtin(self, note: TypeNote) -> Hint:
        name = note.qualname
        if name == "NoneType":
            return Hint(text="None")
        if name in _PLAIN:
            return Hint(text=name)
        if name in _GENERIC:
            return self._generic(name, note)
        if name in _ITERATORS or name.endswith("iterator"):
            return self._iterator(note)
        if name == "module":
            return Hint(text="ModuleType", imports=("from types import ModuleType",))
        if note.is_callable or "function" in name or "method" in name:
            return _callable()
        return _ANY

    def _generic(self, name: str, note: TypeNote, imports: tuple[str, ...] = ()) -> Hint:
        if not note.arguments:
            return Hint(text=name, imports=imports)
        parts = [self.write(argument) for argument in note.arguments]
        inside = ", ".join(part.text for part in parts)
        if name == "tuple" and not note.is_fixed_tuple:
            inside = f"{parts[0].text}, ..."
        hint = _join(f"{name}[{inside}]", parts)
        return Hint(text=hint.text, imports=(*imports, *hint.imports))

    def _iterator(self, note: TypeNote) -> Hint:
        item = self.write(note.arguments[0]) if note.arguments else _ANY
        imports = ("from collections.abc import Iterator", *item.imports)
        return Hint(text=f"Iterator[{item.text}]", imports=imports)

    def _library(self, note: TypeNote) -> Hint:
        if note.module == "numpy" and note.qualname in _NUMPY_SCALARS:
            return Hint(text=_NUMPY_SCALARS[note.qualname])
        name = note.qualname
        if "." in name or "<" in name or not name.isidentifier():
            return _ANY
        if note.module.startswith("pathlib"):
            return self._named("pathlib", "Path")
        module = note.public_module
        if not module:
            is_private = any(part.startswith("_") for part in note.module.split("."))
            if is_private or not note.module:
                return _ANY
            module = note.module
        hint = self._named(module, name)
        if module == "collections" and name in _GENERIC_COLLECTIONS and note.arguments:
            count = 2 if name in ("defaultdict", "OrderedDict") else 1
            parts = [self.write(argument) for argument in note.arguments[:count]]
            joined = _join(f"{hint.text}[{', '.join(p.text for p in parts)}]", parts)
            return Hint(text=joined.text, imports=(*hint.imports, *joined.imports))
        return hint

    def _named(self, module: str, name: str) -> Hint:
        alias = self.names.object_alias(module, name)
        if alias:
            return Hint(text=alias, imports=(_from(module, name, alias),))
        alias = self.names.module_alias(module)
        if alias:
            text = f"import {module}" if alias == module else f"import {module} as {alias}"
            return Hint(text=f"{alias}.{name}", imports=(text,))
        if module in _CUSTOMARY:
            alias = _CUSTOMARY[module]
            return Hint(text=f"{alias}.{name}", imports=(f"import {module} as {alias}",))
        return Hint(text=name, imports=(_from(module, name, name),))


def _from(module: str, name: str, alias: str) -> str:
    return f"from {module} import {name}" + (f" as {alias}" if alias != name else "")


def _callable() -> Hint:
    imports = ("from collections.abc import Callable", "from typing import Any")
    return Hint(text="Callable[..., Any]", imports=imports)


def _join(text: str, parts: Iterable[Hint]) -> Hint:
    return Hint(text=text, imports=tuple(line for part in parts for line in part.imports))
