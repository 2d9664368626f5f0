"""Items that are stored and stored again: the first of such stores makes no difference any more.

frame["total"] = frame.qty * 3
frame["total"] = frame.qty * 2
^ of the line before nothing is left, unless something that is kept looked at it in between
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ipyprod.session.cell import TypeNote
from ipyprod.source.statements import Finish, Statement
from ipyprod.source.word_sets import word_set

_BY_KEY = word_set("dict OrderedDict defaultdict Counter DataFrame")
_BY_PLACE = word_set("list ndarray")
_HOMES = frozenset({"builtins", "collections", "numpy", "pandas"})
# What a frame gives as a whole, by names that no column is reached under.
_OF_THE_WHOLE = word_set("""
    T values iloc loc at iat shape columns index dtypes axes size ndim empty style plot attrs flags sparse
    """)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemStore:
    """One item of a variable that a statement stores, whatever was there.

    With `is_apart` the statement looks at nothing of the variable but other items.
    """

    name: str
    key: str | int
    is_apart: bool


def replaces_items(note: TypeNote) -> bool:
    """Whether storing an item in such a value does nothing else, however often it is done."""
    if note.union or note.is_session_type or note.module.partition(".")[0] not in _HOMES:
        return False
    if note.qualname == "DataFrame":
        return bool(note.shape and note.shape[0])  # the first column of an empty one makes its rows
    return note.qualname in _BY_KEY | _BY_PLACE


def item_store(statement: Statement, notes: Mapping[str, TypeNote]) -> ItemStore | None:
    """Return the item that a statement stores; `notes` are types of which each `replaces_items`."""
    node = statement.node
    if not isinstance(node, ast.Assign) or statement.finish is not Finish.DONE:
        return None
    match node.targets:
        case [ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=key))]:
            note = notes.get(name)
        case _:
            return None
    if note is None or not isinstance(key, str | int) or not _tells_item(key, note):
        return None
    uses = list(_uses(node.value, name))
    is_apart = all(_is_other_item(use, key, note) for use in uses)
    if note.qualname == "DataFrame" and not uses and not isinstance(node.value, ast.Constant):
        is_apart = False  # a series has rows of its own
    return ItemStore(name=name, key=key, is_apart=is_apart)


def _tells_item(key: object, note: TypeNote) -> bool:
    """Whether no other constant means the item under `key`, as -1 can mean the one under 2."""
    if note.qualname in _BY_PLACE:
        return type(key) is int and key >= 0
    return type(key) in (str, int)


def _uses(
    node: ast.AST, name: str, around: tuple[ast.AST, ...] = ()
) -> Iterator[tuple[ast.AST, ...]]:
    """Yield the places where a name is read, each with the two nodes around it, nearest first."""
    if isinstance(node, ast.Name) and node.id == name:
        yield around
    for child in ast.iter_child_nodes(node):
        yield from _uses(child, name, (node, *around[:1]))


def _is_other_item(around: tuple[ast.AST, ...], key: object, note: TypeNote) -> bool:
    """Whether a use of a variable is a look at one other item: `d["qty"]`, `frame.qty`."""
    match around:
        case (ast.Subscript(value=ast.Name(), slice=ast.Constant(value=other)), *_):
            return other != key and _tells_item(other, note)
        case (ast.Attribute(attr=column) as use, *rest):
            is_called = any(isinstance(one, ast.Call) and one.func is use for one in rest)
            is_column = column in {name for name, _ in note.columns} - _OF_THE_WHOLE
            return is_column and not is_called and column != key
    return False
