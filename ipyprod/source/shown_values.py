"""What the console does to a value to show it, where the session's own class takes part."""

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ipyprod.session.cell import Observation, TypeNote
from ipyprod.source.history_names import CellPieces
from ipyprod.source.pieces import Piece, parse_again
from ipyprod.source.purity import CONSUMING_BUILTINS, PURE_BUILTINS, PURE_METHODS

# In the order in which IPython asks for them; the first one makes all others idle.
_ALONE = "_ipython_display_"
_BUNDLE = "_repr_mimebundle_"
_RICH = tuple(
    f"_repr_{kind}_"
    for kind in "html markdown svg png pdf jpeg latex json javascript".split()  # noqa: SIM905 - a table reads better as text
)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_WRITING = (ast.Global, ast.Nonlocal, ast.Delete, ast.Yield, ast.YieldFrom, ast.Import)


def write_out_displays(
    cells: Iterable[CellPieces], *, fresh_name: Callable[[str], str], is_rich: bool
) -> None:
    """Add what the console called of a session class to show a value, where that does something.

    r        becomes    repr(r)
                        r
    Without `is_rich` the console shows plain text alone.
    """
    classes = _Classes(is_rich=is_rich)
    for cell in cells:
        seen = cell.cell.observation
        last = _last(cell.pieces)
        pieces: list[Piece] = []
        for piece in cell.pieces:
            is_result = piece is last and seen.has_result
            pieces += classes.written_out(piece, seen, fresh_name, is_result=is_result)
            classes.note(piece)
        cell.pieces[:] = pieces
        classes.types |= {variable.name: variable.type for variable in seen.variables}


def _last(pieces: list[Piece]) -> Piece | None:
    return next((p for p in reversed(pieces) if p.kind is None and p.node is not None), None)


@dataclass(slots=True)
class _Classes:
    """The classes of the session so far, and what names were seen to hold."""

    is_rich: bool
    nodes: dict[str, ast.ClassDef] = field(default_factory=dict)
    types: dict[str, TypeNote] = field(default_factory=dict)

    def note(self, piece: Piece) -> None:
        """Note a class that a piece defines."""
        if isinstance(piece.node, ast.ClassDef):
            self.nodes[piece.node.name] = piece.node

    def written_out(
        self, piece: Piece, seen: Observation, fresh_name: Callable[[str], str], *, is_result: bool
    ) -> list[Piece]:
        """Return a piece with what is called to show its value ahead of it."""
        value = self._shown(piece, is_result=is_result)
        note = seen.result if is_result else self._type_of(value)
        calls = self._calls(note) if value is not None and note is not None else ()
        if value is None or not calls:
            return [piece]
        text = ast.unparse(value)
        if isinstance(piece.node, ast.Assign):
            return [piece, *(_beside(piece, call.format(text)) for call in calls)]
        if not any(isinstance(part, ast.Call | ast.Await) for part in ast.walk(value)):
            return [*(_beside(piece, call.format(text)) for call in calls), piece]
        name = fresh_name("shown")
        first = _beside(piece, f"{name} = {text}")
        first.made_names = frozenset({name})
        first.comments, first.begins_paragraph = piece.comments, piece.begins_paragraph
        return [first, *(_beside(piece, c.format(name)) for c in calls), _beside(piece, name)]

    def _shown(self, piece: Piece, *, is_result: bool) -> ast.expr | None:
        """Return the expression whose value a piece shows: at the end of a cell, by `display(x)`."""
        node = piece.node if piece.kind is None else None
        if isinstance(node, ast.Assign) and is_result and piece.made_names:
            return ast.Name(id=min(piece.made_names))  # `out_3 = r`
        is_shown = is_result or isinstance(getattr(node, "value", None), ast.Name)
        return node.value if isinstance(node, ast.Expr) and is_shown else None

    def _type_of(self, value: ast.expr | None) -> TypeNote | None:
        return self.types.get(value.id) if isinstance(value, ast.Name) else None

    def _calls(self, note: TypeNote) -> tuple[str, ...]:
        """Return what is called to show a value of a type: "repr({})"; none where that only looks."""
        inner = [n for part in (*note.arguments, *note.union) for n in _session_classes(part)]
        if not note.is_session_type:
            acts = any("__repr__" in self._acting(name) for name in inner)
            return ("repr({})",) if acts else ()
        acting = self._acting(note.qualname)
        if _ALONE in self._methods(note.qualname):
            return (f"{{}}.{_ALONE}()",) if _ALONE in acting else ()
        kinds = (_BUNDLE, "__repr__", *(_RICH if self.is_rich else ()))
        return tuple(_call(kind) for kind in kinds if kind in acting)

    def _methods(self, name: str, depth: int = 0) -> Mapping[str, ast.AST]:
        """Return the methods of a class of the session, those of its bases in the session too."""
        node = self.nodes.get(name)
        if node is None or depth > len(self.nodes):
            return {}
        found: dict[str, ast.AST] = {}
        for base in reversed(node.bases):
            if isinstance(base, ast.Name):
                found |= self._methods(base.id, depth + 1)
        return found | {part.name: part for part in node.body if isinstance(part, _FUNCTIONS)}

    def _acting(self, name: str) -> frozenset[str]:
        methods = self._methods(name)
        return frozenset(name for name, node in methods.items() if _acts(node))


def _call(method: str) -> str:
    if method == "__repr__":
        return "repr({})"
    return f"{{}}.{method}({'include=None, exclude=None' if method == _BUNDLE else ''})"


def _acts(method: ast.AST) -> bool:
    """Whether a method may do more than to look at its object."""
    for part in ast.walk(method):
        if isinstance(part, _WRITING):
            return True
        if isinstance(part, ast.Attribute | ast.Subscript) and not isinstance(part.ctx, ast.Load):
            return True
        if isinstance(part, ast.Call) and not _only_looks(part.func):
            return True
    return False


def _only_looks(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        return function.attr in PURE_METHODS or function.attr in {"format", "join", "__repr__"}
    known = PURE_BUILTINS | CONSUMING_BUILTINS
    return isinstance(function, ast.Name) and (function.id in known or function.id == "super")


def _session_classes(note: TypeNote) -> Iterator[str]:
    if note.is_session_type:
        yield note.qualname
    for inner in (*note.arguments, *note.union):
        yield from _session_classes(inner)


def _beside(piece: Piece, text: str) -> Piece:
    """Return another piece that stands where `piece` stands."""
    made = Piece(line=piece.line, end_line=piece.end_line, text=text, known=piece.known)
    parse_again(made)
    return made
