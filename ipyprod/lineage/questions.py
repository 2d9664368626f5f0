"""Statements that only ask about what they name: by the types of values and the methods called."""

import ast
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from ipyprod.lineage.value_types import is_plain
from ipyprod.session.cell import TypeNote
from ipyprod.source.chains import imported_name
from ipyprod.source.purity import (
    CONSUMING_BUILTINS,
    OUT_PLACES,
    PURE_BUILTINS,
    PURE_METHODS,
    is_pure_function,
)

_ASKING_BUILTINS = (PURE_BUILTINS | CONSUMING_BUILTINS) - frozenset(
    [
        "exec",
        "eval",
        "setattr",
        "delattr",
        "globals",
        "locals",
        "vars",
        "__import__",
        "iter",
        "map",
        "filter",
        "property",
    ]
)
_RUNNING_TEXT = frozenset({"exec", "eval", "globals", "locals", "vars", "__import__"})
_METHODS = {
    "dict": frozenset(["get", "keys", "values", "items", "copy"]),
    "list": frozenset(["count", "index", "copy"]),
    "tuple": frozenset(["count", "index"]),
    "set": frozenset(
        [
            "isdisjoint",
            "issubset",
            "issuperset",
            "union",
            "intersection",
            "difference",
            "symmetric_difference",
            "copy",
        ]
    ),
    "DataFrame": PURE_METHODS | {"plot", "hist", "boxplot"},
    "Series": PURE_METHODS | {"plot", "hist"},
    "Index": PURE_METHODS,
    "ndarray": PURE_METHODS,
    "str": PURE_METHODS,
}
_CHANGING_KEYWORDS = frozenset({"inplace", "out", "ax", "buf", "path_or_buf", "file", "copy", None})
_JOINING = (
    ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.JoinedStr, ast.FormattedValue,
    ast.Tuple, ast.List, ast.Set, ast.Dict, ast.Slice, ast.Starred,
)  # fmt: skip
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp)
_READING_SQL = ("select", "pragma", "explain", "with")
_FIGURES = ("matplotlib", "mpl_toolkits")
_CURRENT = frozenset({"matplotlib.pyplot.gca", "matplotlib.pyplot.gcf"})


def is_figure(note: TypeNote) -> bool:
    """Whether a value is a figure or something drawn in one."""
    return note.module.partition(".")[0] in _FIGURES


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """Reads statements in the light of the types of values.

    `imported` maps names to what they are called in full. With `has_current` pyplot was seen to
    have a current figure, so that asking for it makes none. `inner` are loop variables with the
    names that they come from.
    """

    types: Mapping[str, TypeNote]
    imported: Mapping[str, str]
    bound: Collection[str] = ()
    has_current: bool = False
    inner: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def touched(self, node: ast.stmt) -> frozenset[str]:
        """Return the names whose object a statement may change, all others are left alone."""
        match node:
            case ast.Expr(value=value):
                return self._in(value)
            case ast.Assign(targets=targets, value=value) if all(map(_is_name, targets)):
                return self._in(value)
            case ast.If(test=test, body=body, orelse=other):
                return self._in(test).union(*map(self.touched, [*body, *other]))
            case ast.For(target=target, iter=made_of, body=body, orelse=other) if _is_name(target):
                inside = self._with(target, made_of)
                return self._in(made_of).union(*map(inside.touched, [*body, *other]))
            case ast.Pass():
                return frozenset()
        return self._all(node)

    def _in(self, node: ast.AST | None) -> frozenset[str]:
        match node:
            case None | ast.Constant() | ast.Name():
                return frozenset()
            case ast.Attribute(value=value):
                return self._in(value)
            case ast.Subscript(value=value, slice=index):
                return self._in(value) | self._in(index)
            case ast.Call():
                return self._in_call(node)
        if isinstance(node, _JOINING):
            return frozenset[str]().union(*map(self._in, ast.iter_child_nodes(node)))
        if isinstance(node, _COMPREHENSIONS) and len(node.generators) == 1:
            loop = node.generators[0]
            inside = self._with(loop.target, loop.iter)
            made = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
            return self._in(loop.iter).union(inside.inside([*loop.ifs, *made]))
        if isinstance(node, ast.expr_context | ast.operator | ast.unaryop | ast.boolop | ast.cmpop):
            return frozenset()
        return self._all(node)

    def inside(self, parts: Iterable[ast.AST]) -> frozenset[str]:
        """Return the same of parts of a statement."""
        return frozenset[str]().union(*map(self._in, parts))

    def _in_call(self, call: ast.Call) -> frozenset[str]:
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        if self._is_figure_changed(call):
            return self._all(call.func).union(*map(self._in, given))
        if not self._asks(call) or any(map(self._may_be_called, given)):
            return self._all(call)
        inside = [
            self._in_lambda(g, call) if isinstance(g, ast.Lambda) else self._in(g) for g in given
        ]
        return self._in(call.func).union(*inside)

    def _in_lambda(self, made: ast.Lambda, call: ast.Call) -> frozenset[str]:
        """Return what a function changes that is called at once with what the call names."""
        parameters = [part.arg for part in ast.walk(made.args) if isinstance(part, ast.arg)]
        target = ast.Tuple(elts=[ast.Name(id=name, ctx=ast.Store()) for name in parameters])
        others = [part for part in ast.iter_child_nodes(call) if part is not made]
        return self._with(target, ast.Tuple(elts=others)).inside([made.body])  # type: ignore[arg-type]

    def _is_figure_changed(self, call: ast.Call) -> bool:
        """`ax.plot(x)` changes `ax`, and not `x`."""
        func = call.func
        note = self._type(func.value) if isinstance(func, ast.Attribute) else None
        return note is not None and is_figure(note) and not func.attr.startswith(("get_", "has_"))  # type: ignore[attr-defined] # an attribute, where there is a type

    def _asks(self, call: ast.Call) -> bool:
        func, keywords = call.func, {keyword.arg for keyword in call.keywords}
        if "file" in keywords:
            return False
        if isinstance(func, ast.Name):
            full_name = self.imported.get(func.id, "")
            if full_name:
                return self._asks_library(call, full_name)
            return func.id in _ASKING_BUILTINS and func.id not in {*self.bound, *self.inner}
        if not isinstance(func, ast.Attribute):
            return False
        full_name = imported_name(func, self.imported)
        if full_name:
            return self._asks_library(call, full_name)
        if keywords & _CHANGING_KEYWORDS:
            return False
        note = self._type(func.value)
        if note is None:
            is_asking = func.attr in PURE_METHODS or func.attr.startswith("get_")
            is_asking |= func.attr in {"fetchone", "fetchall", "fetchmany"}
            return is_asking and not isinstance(func.value, ast.Name)
        if is_figure(note):
            return True
        if note.qualname == "Connection" and note.module == "sqlite3":
            return func.attr == "execute" and _reads_only(call)
        return func.attr in _METHODS.get(note.qualname, ())

    def _asks_library(self, call: ast.Call, full_name: str) -> bool:
        if full_name in _CURRENT:
            return self.has_current and not call.args
        if full_name.startswith("pandas.read_sql"):
            return _reads_only(call)
        is_out_given = len(call.args) > OUT_PLACES.get(full_name, len(call.args))
        keywords = {keyword.arg for keyword in call.keywords}
        return (
            is_pure_function(full_name) and not is_out_given and not keywords & _CHANGING_KEYWORDS
        )

    def _may_be_called(self, given: ast.expr) -> bool:
        """Whether an argument can be a function that does something: `key=d.get` cannot."""
        match given:
            case ast.Name(id=name):
                is_known = name in self.types or name in self.inner
                return not is_known and name not in PURE_BUILTINS | CONSUMING_BUILTINS
            case ast.Attribute(value=value, attr=attribute):
                note = self._type(value)
                return note is None or attribute not in _METHODS.get(note.qualname, (attribute,))
        return False

    def _type(self, node: ast.expr) -> TypeNote | None:
        return self.types.get(node.id) if isinstance(node, ast.Name) else None

    def _with(self, target: ast.expr, made_of: ast.expr) -> "Questions":
        held = self._all(made_of)
        names = {part.id for part in ast.walk(target) if isinstance(part, ast.Name)}
        types = {name: note for name, note in self.types.items() if name not in names}
        return replace(self, types=types, inner={**self.inner, **dict.fromkeys(names, held)})

    def _all(self, node: ast.AST) -> frozenset[str]:
        names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
        if names & _RUNNING_TEXT:
            return frozenset(self.types)  # exec("rows.append(1)") names `rows` in a text
        return frozenset[str]().union(*(self.inner.get(name, {name}) for name in names))


def known_types(notes: Iterable[tuple[str, TypeNote]]) -> dict[str, TypeNote]:
    """Return the types that tell what their methods do."""
    return {
        name: note
        for name, note in notes
        if is_plain(note) or is_figure(note) or (note.module, note.qualname) == _CONNECTION
    }


_CONNECTION = ("sqlite3", "Connection")


def _reads_only(call: ast.Call) -> bool:
    text = call.args[0] if call.args else None
    if not isinstance(text, ast.Constant) or not isinstance(text.value, str):
        return False
    return text.value.lstrip().lower().startswith(_READING_SQL)


def _is_name(target: ast.expr) -> bool:
    if isinstance(target, ast.Tuple):
        return all(map(_is_name, target.elts))
    return isinstance(target, ast.Name)
