"""What the type of a value alone says about it."""

from ipyprod.session.cell import TypeNote
from ipyprod.source.word_sets import word_set

_PLAIN = word_set(
    """int float complex bool str bytes NoneType range list dict set tuple frozenset datetime
    date timedelta Decimal Fraction ndarray DataFrame Series Index float64 int64 float32
    int32 Timestamp"""
)
_FIXED = word_set(
    """int float complex bool str bytes NoneType range datetime date timedelta Decimal"""
)
# Symbolic expressions; matrices can be changed, whatever they are called.
_FORMULAS = ("sympy.core.", "sympy.functions.", "sympy.logic.", "sympy.sets.")
_SHOWN_BY_ITSELF = frozenset({"builtins", "numpy", "datetime", "pathlib", "decimal"})


def runs_no_code(note: TypeNote) -> bool:
    """Whether a value runs no code of the session, whatever is done to it."""
    return is_plain(note) and not _holds_any_objects(note)


def _holds_any_objects(note: TypeNote) -> bool:
    """Whether an array, series or frame in the value may hold functions: `np.array([f, g])`."""
    dtypes = {note.dtype, *(dtype for _, dtype in note.columns)}
    inner = (*note.arguments, *note.union)
    return "object" in dtypes or any(map(_holds_any_objects, inner))


def is_class(note: TypeNote) -> bool:
    """Whether a value is a class; a function with types in its note is a fixed tuple of these."""
    return note.is_callable and bool(note.arguments) and not note.is_fixed_tuple


def is_plain(note: TypeNote) -> bool:
    """Whether a value is data: numbers, text, dates, and containers, arrays and frames of these."""
    inner = (*note.arguments, *note.union)
    if note.is_session_type or note.is_callable:
        return False
    if note.qualname in {"list", "dict", "set", "tuple", "frozenset"}:
        return (bool(inner) or note.length == 0) and all(map(is_plain, inner))
    return all(map(is_plain, inner)) and (bool(note.union) or note.qualname in _PLAIN)


def is_fixed(note: TypeNote) -> bool:
    """Whether such a value cannot be changed in place."""
    is_formula = note.module.startswith(_FORMULAS) and "atri" not in note.qualname
    return (note.qualname in _FIXED or is_formula) and not note.union


def has_exact_changes(note: TypeNote) -> bool:
    """Whether a look at such a value tells every change of it."""
    is_function = note.module == "builtins" and note.qualname == "function"
    return is_function or note.is_session_type or note.qualname in _PLAIN


def is_shown_alike(note: TypeNote) -> bool:
    """Whether text made of such a value is the same whatever the options of pandas."""
    if note.union:
        return all(map(is_shown_alike, note.union))
    is_own = note.module.partition(".")[0] in _SHOWN_BY_ITSELF
    return is_own and all(map(is_shown_alike, note.arguments))
