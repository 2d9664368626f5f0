"""What the type of a value tells of it: whether it can change, hold code, be shown otherwise."""

from ipyprod.session.cell import TypeNote

_FIXED = frozenset(
    ["int", "float", "complex", "bool", "str", "bytes", "NoneType", "range", "datetime", "date", "timedelta", "Decimal"]
)
_PLAIN = _FIXED | frozenset(
    ["list", "dict", "set", "tuple", "frozenset", "Fraction", "ndarray", "DataFrame", "Series", "Index", "float64", "int64", "float32", "int32", "Timestamp"]
)
_CONTAINERS = frozenset({"list", "dict", "set", "tuple", "frozenset"})
_SHOWN_ALIKE = frozenset({"builtins", "numpy", "datetime", "pathlib", "decimal"})


def is_fixed(note: TypeNote) -> bool:
    """Whether no value of the type can change."""
    return note.qualname in _FIXED and not note.union


def is_told_apart(note: TypeNote) -> bool:
    """Whether a look at a value of the type sees other objects of equal content in it."""
    return note.is_session_type or note.qualname in _PLAIN


def is_plain(note: TypeNote) -> bool:
    """Whether a value of the type holds no code of the session."""
    inner = (*note.arguments, *note.union)
    if note.is_session_type or note.is_callable:
        return False
    if note.qualname in _CONTAINERS:
        return (bool(inner) or note.length == 0) and all(map(is_plain, inner))
    return all(map(is_plain, inner)) and (bool(note.union) or note.qualname in _PLAIN)


def is_shown_alike(note: TypeNote) -> bool:
    """Whether text made of such a value is the same whatever the options of pandas."""
    if note.union:
        return all(map(is_shown_alike, note.union))
    is_own = note.module.partition(".")[0] in _SHOWN_ALIKE
    return is_own and all(map(is_shown_alike, note.arguments))
