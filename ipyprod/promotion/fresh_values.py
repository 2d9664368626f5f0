"""Expressions whose value shares nothing that can be changed with what they are made of."""

import ast

from ipyprod.session.cell import TypeNote
from ipyprod.source.purity import ATOMIC_METHODS

_IMMUTABLE = frozenset(
    {"int", "float", "complex", "bool", "str", "bytes", "NoneType", "range", "frozenset", "type"}
)
_IMMUTABLE_MODULES = frozenset({"pathlib", "datetime", "decimal", "fractions", "uuid", "re"})
_SYMBOLIC = tuple(
    f"sympy.{part}." for part in ("core", "functions", "logic", "sets", "integrals", "series")
)
_NUMPY_SCALARS = frozenset(
    {"float", "int", "uint", "complex", "bool", "str", "bytes", "datetime", "timedelta"}
)
# Methods of frames and series that give a copy in every version of pandas.
_COPYING = frozenset(
    {
        "assign", "dropna", "fillna", "merge", "join", "sort_values", "sort_index", "drop",
        "drop_duplicates", "query", "astype", "reset_index", "set_index", "rename", "replace",
        "where", "mask", "isna", "notna",
    }
)  # fmt: skip
_NEW_CONTAINERS = frozenset({"sorted", "list", "dict", "set", "tuple"})


def is_immutable(note: TypeNote | None) -> bool:
    """Whether a value of this type can be changed by nobody."""
    if note is None:
        return False
    if note.union:
        return all(is_immutable(one) for one in note.union)
    if note.module in _IMMUTABLE_MODULES:
        return True
    if note.module == "builtins" and note.qualname == "tuple":
        return note.length == 0 or (
            bool(note.arguments) and all(is_immutable(a) for a in note.arguments)
        )
    if note.module.startswith("sympy."):
        return not note.qualname.startswith("Mutable") and note.module.startswith(_SYMBOLIC)
    if note.module == "numpy":
        return note.qualname.rstrip("0123456789_") in _NUMPY_SCALARS
    return note.module == "builtins" and note.qualname in _IMMUTABLE


def is_fresh(value: ast.expr, note: TypeNote | None) -> bool:
    """Whether `value`, of the type `note`, is new: changing it changes nothing else.

    orders[orders["qty"] > 0]
           ^ a mask makes a new frame or array, a slice might be a view
    """
    if note is None or is_immutable(note):
        return note is not None
    if isinstance(value, ast.Call) and _is_deep_copy(value):
        return True
    if note.module.partition(".")[0] in ("pandas", "numpy") and note.dtype != "object":
        return _is_new_array(value)
    if note.module == "builtins" and note.arguments and all(map(is_immutable, note.arguments)):
        return _is_new_container(value)
    return False


def bound_value(node: ast.stmt) -> ast.expr | None:
    """Return the expression that `node` binds to one name, None for any other statement."""
    match node:
        case ast.Assign(targets=[ast.Name()], value=value):
            return value
        case ast.AnnAssign(target=ast.Name(), value=value):
            return value
    return None


def _is_deep_copy(call: ast.Call) -> bool:
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name == "deepcopy"


def _is_new_array(value: ast.expr) -> bool:
    if isinstance(value, ast.Subscript):
        return _is_fancy(value.slice)
    if isinstance(value, ast.BinOp | ast.UnaryOp | ast.Compare):
        return True
    if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
        return False
    if value.func.attr == "copy":
        return not value.args and not value.keywords
    if any(keyword.arg in ("copy", "inplace", "out", None) for keyword in value.keywords):
        return False
    return value.func.attr in _COPYING | ATOMIC_METHODS


def _is_fancy(index: ast.expr) -> bool:
    """Whether `index` picks by a mask or a list, which copies: `a[a > 0]`, `df[["x", "y"]]`."""
    if isinstance(index, ast.Tuple):
        return any(_is_fancy(part) for part in index.elts)
    if isinstance(index, ast.BinOp):
        is_logic = isinstance(index.op, ast.BitAnd | ast.BitOr | ast.BitXor)
        return is_logic and (_is_fancy(index.left) or _is_fancy(index.right))
    if isinstance(index, ast.UnaryOp):
        return isinstance(index.op, ast.Invert)
    return isinstance(index, ast.Compare | ast.List | ast.ListComp)


def _is_new_container(value: ast.expr) -> bool:
    displays = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
    if isinstance(value, displays):
        return True
    if not isinstance(value, ast.Call):
        return False
    function = value.func
    if isinstance(function, ast.Attribute):
        return function.attr == "copy"
    return isinstance(function, ast.Name) and function.id in _NEW_CONTAINERS
