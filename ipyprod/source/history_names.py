"""`Out[3]`, `_`, `_3`, `In[2]`, `_i` and their like, resolved over a whole session.

The rules are those of `IPython.core.displayhook.DisplayHook.update_user_ns` and
`IPython.core.history.HistoryManager.store_inputs`.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeGuard

from ipyprod.session.cell import Cell, Outcome
from ipyprod.source.code_text import name_of, replace_nodes
from ipyprod.source.interpolation import quote
from ipyprod.source.pieces import Piece, names_in
from ipyprod.source.statements import OmissionKind

_HISTORY_NAME = re.compile(r"_{1,3}|_\d+|_oh|Out|_i{1,3}|_i\d+|_ih|In|_dh|_exit_code")
_MAYBE_HISTORY = re.compile(r"\b(?:_+\d*|_oh|Out|_i+\d*|_ih|In|_dh|_exit_code)\b")
_UNDERSCORES = ("_", "__", "___")
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_LINE_LIST_NAMES = frozenset(
    ("n", "s", "l", "nlstr", "spstr", "list", "p", "paths", "grep", "fields", "sort")
)


@dataclass(slots=True)
class CellPieces:
    """A cell with the pieces that it falls into; the list is changed in place."""

    cell: Cell
    pieces: list[Piece]


class _UnreadableError(Exception):
    """A read of the history that cannot become Python; the argument is the hint."""


@dataclass(slots=True)
class _Read:
    """A place that reads the result of cell `number`."""

    position: int
    piece: Piece
    node: ast.expr
    number: int


@dataclass(slots=True)
class _Producer:
    position: int
    cell_pieces: CellPieces
    piece: Piece
    name: str = ""


@dataclass(slots=True)
class _Underscores:
    """What `_`, `__` and `___` hold: numbers of cells, 0 for "", None for not known."""

    results: list[int | None] = field(default_factory=lambda: [0, 0, 0])  # as IPython keeps them
    visible: list[int | None] = field(default_factory=lambda: [0, 0, 0])  # as the user reads them

    def push(self, number: int | None, *, is_owned: bool) -> None:
        self.results = [number, *self.results[:2]]
        if not is_owned:
            self.visible = list(self.results)


class HistoryResolver:
    """Rewrites what reads the console's history to read a variable instead."""

    def __init__(
        self,
        cells: list[CellPieces],
        *,
        fresh_name: Callable[[str], str],
        import_pieces: Callable[[tuple[str, ...], int, int], list[Piece]],
    ) -> None:
        self._cells = cells
        self._fresh_name = fresh_name
        self._import_pieces = import_pieces
        self._under = _Underscores()
        self._owned: set[str] = set()  # history names that the user has bound
        self._reads: list[_Read] = []
        self._constants: dict[int, tuple[Piece, dict[ast.AST, str]]] = {}
        self._producers: dict[int, _Producer] = {}
        self._pieces: list[Piece] = []

    def resolve(self) -> None:
        """Rewrite the pieces of all cells."""
        previous = 0
        for done, cell_pieces in enumerate(self._cells):
            if cell_pieces.cell.number not in (previous, previous + 1):
                self._under.push(None, is_owned=self._is_owned())
                self._under.push(None, is_owned=self._is_owned())
                self._under.push(None, is_owned=self._is_owned())
            previous = cell_pieces.cell.number
            for piece in cell_pieces.pieces:
                self._pieces.append(piece)
                self._read_piece(piece, cell_pieces.cell, done)
            self._note_result(cell_pieces)
        self._name_producers()
        self._rewrite()

    def _is_owned(self) -> bool:
        return not self._owned.isdisjoint(_UNDERSCORES)

    # Which cell a read means.

    def _read_piece(self, piece: Piece, cell: Cell, done: int) -> None:
        if piece.node is None:
            return
        binds = {
            name
            for name in piece.names.binds | piece.names.may_bind
            if _HISTORY_NAME.fullmatch(name)
        }
        reads = _history_reads(piece.node, self._owned, binds, piece.names.reads)
        try:
            for read in reads if _MAYBE_HISTORY.search(piece.text) else ():
                self._note_read(piece, cell, done, read)
        except _UnreadableError as error:
            piece.kind, piece.hint, piece.text, piece.node = (
                OmissionKind.REFUSED,
                str(error),
                "",
                None,
            )
            self._reads = [read for read in self._reads if read.piece is not piece]
            self._constants.pop(id(piece), None)
        self._owned |= binds | {n for n in piece.names.deferred_binds if _HISTORY_NAME.fullmatch(n)}
        self._owned -= piece.names.deletes

    def _note_read(self, piece: Piece, cell: Cell, done: int, read: "_HistoryRead") -> None:
        if read.is_input:
            text = self._input(read, cell, done)
            self._constants.setdefault(id(piece), (piece, {}))[1][read.node] = quote(text)
            return
        number = read.number
        if number is None and read.name in _UNDERSCORES:
            if read.is_deferred:
                message = (
                    f"`{read.name}` inside a function means what was shown last when it is called"
                )
                raise _UnreadableError(message)
            number = self._under.visible[len(read.name) - 1]
            if number == 0:
                self._constants.setdefault(id(piece), (piece, {}))[1][read.node] = '""'
                return
        if number is None:
            raise _UnreadableError(f"give the value that `{read.name}` means a name, and read that")
        if number not in self._producers:
            raise _UnreadableError(
                f"no recorded line made the result Out[{number}]: give it a name"
            )
        self._reads.append(_Read(len(self._pieces) - 1, piece, read.node, number))

    def _input(self, read: "_HistoryRead", cell: Cell, done: int) -> str:
        earlier = [known.cell for known in self._cells[:done]]
        if read.is_deferred and read.number is None:
            raise _UnreadableError(
                f"`{read.name}` inside a function means what was typed when it is called"
            )
        if read.number is None:
            back = len(read.name) - 1
            return earlier[-back].text.rstrip("\n") if len(earlier) >= back else ""
        is_raw = read.name.startswith("_i") and read.name != "_ih"
        found = [known for known in [*earlier, cell] if known.number == read.number]
        if read.number == 0:
            return ""
        if not found:
            raise _UnreadableError(
                f"the input of cell {read.number} was not recorded: paste it as a string"
            )
        text = found[-1].text if is_raw else found[-1].python or found[-1].text
        if "get_ipython" in text:
            raise _UnreadableError(f"the input of cell {read.number} is no plain Python")
        return text.rstrip("\n")

    # Which statement made a result.

    def _note_result(self, cell_pieces: CellPieces) -> None:
        cell, number = cell_pieces.cell, cell_pieces.cell.number
        last = next(
            (piece for piece in reversed(cell_pieces.pieces) if not _is_captured(piece)), None
        )
        can_give = last is not None and (isinstance(last.node, ast.Expr) or bool(last.expression))
        if last is not None and can_give:
            self._producers[number] = _Producer(len(self._pieces) - 1, cell_pieces, last)
        else:
            self._producers.pop(number, None)
        if cell.observation.has_result:
            self._owned.discard(f"_{number}")
            self._under.push(number, is_owned=self._is_owned())
        elif cell.outcome is Outcome.UNKNOWN and can_give and not cell.observation.is_complete:
            self._under.push(None, is_owned=self._is_owned())

    def _name_producers(self) -> None:
        for number in sorted({read.number for read in self._reads}):
            producer = self._producers[number]
            last_read = max(read.position for read in self._reads if read.number == number)
            plain = self._plain_name(producer, last_read)
            producer.name = plain or self._fresh_name(f"out_{number}")

    def _plain_name(self, producer: _Producer, last_read: int) -> str:
        """Give the variable that the result is, where it means the same up to the last read."""
        node = producer.piece.node
        if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Name):
            return ""
        name = node.value.id
        if _HISTORY_NAME.fullmatch(name) and name not in self._owned:
            return ""
        for piece in self._pieces[producer.position + 1 : last_read]:
            names = piece.names
            if name in names.binds | names.may_bind | names.deletes | names.deferred_binds:
                return ""
        return name

    # Rewriting.

    def _rewrite(self) -> None:
        replacements = {key: dict(nodes) for key, (_, nodes) in self._constants.items()}
        pieces = {key: piece for key, (piece, _) in self._constants.items()}
        for read in self._reads:
            pieces[id(read.piece)] = read.piece
            replacements.setdefault(id(read.piece), {})[read.node] = self._producers[
                read.number
            ].name
        for key, piece in pieces.items():
            _replace_in(piece, replacements[key])
        for number in sorted({read.number for read in self._reads}):
            self._bind_result(self._producers[number])

    def _bind_result(self, producer: _Producer) -> None:
        piece, name = producer.piece, producer.name
        if _is_name(piece.node, name):
            return
        if piece.kind is not None:
            pieces = producer.cell_pieces.pieces
            index = next(i for i, other in enumerate(pieces) if other is piece)
            pieces[index:index] = self._import_pieces(piece.modules, piece.line, piece.end_line)
            piece.kind, piece.text, piece.hint = None, piece.expression, ""
        piece.text = f"{name} = {piece.text}"
        piece.line_list = name if piece.gives_line_list else piece.line_list
        piece.made_names |= {name}
        _parse_again(piece)


@dataclass(frozen=True, slots=True, kw_only=True)
class _HistoryRead:
    """A use of `name`; `number` is that of the cell that it means, where the text says so."""

    node: ast.expr
    name: str
    number: int | None = None
    is_input: bool = False
    is_deferred: bool = False


def _history_reads(
    tree: ast.stmt, owned: set[str], binds: set[str], reads: tuple[str, ...]
) -> Iterator[_HistoryRead]:
    """Find what a statement reads of the history, names of the user's own left out."""
    for node, is_deferred in _names_used(tree, frozenset(), is_deferred=False):
        name, index = _name_and_index(node)
        if name in owned or (name in binds and (name not in reads or is_deferred)):
            continue
        if name in binds and not _is_before_binding(tree, node):
            continue
        yield _one_read(node, name, index, is_deferred=is_deferred)


def _one_read(node: ast.expr, name: str, index: int | None, *, is_deferred: bool) -> _HistoryRead:
    if name in ("Out", "_oh", "In", "_ih"):
        if index is None or index < 0:
            raise _UnreadableError(f"use `{name}` with the number of a cell only, as in {name}[3]")
        is_input = name in ("In", "_ih")
        return _HistoryRead(
            node=node, name=name, number=index, is_input=is_input, is_deferred=is_deferred
        )
    if name in ("_dh", "_exit_code"):
        raise _UnreadableError(f"`{name}` is kept by the console only")
    if name.startswith("_i"):
        number = int(name[2:]) if name[2:].isdigit() else None
        return _HistoryRead(
            node=node, name=name, number=number, is_input=True, is_deferred=is_deferred
        )
    number = int(name[1:]) if name[1:].isdigit() else None
    return _HistoryRead(node=node, name=name, number=number, is_deferred=is_deferred)


def _name_and_index(node: ast.expr) -> tuple[str, int | None]:
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        index = node.slice
        is_number = isinstance(index, ast.Constant) and type(index.value) is int
        return node.value.id, index.value if is_number else None  # type: ignore[attr-defined]
    return (node.id if isinstance(node, ast.Name) else ""), None


def _names_used(
    node: ast.AST, hidden: frozenset[str], *, is_deferred: bool
) -> Iterator[tuple[ast.expr, bool]]:
    """Find uses of history names that mean the global variable, `Out[3]` as a whole."""
    if isinstance(node, _SCOPES):
        yield from _names_in_function(node, hidden)
        return
    if isinstance(node, _COMPREHENSIONS):
        hidden |= _stores(*(generator.target for generator in node.generators))
    if _is_numbered(node) and _name_and_index(node)[0] not in hidden:
        yield node, is_deferred
        return
    if isinstance(node, ast.Name):
        is_read = isinstance(node.ctx, ast.Load) and node.id not in hidden
        if is_read and _HISTORY_NAME.fullmatch(node.id):
            yield node, is_deferred
        return
    for child in ast.iter_child_nodes(node):
        yield from _names_used(child, hidden, is_deferred=is_deferred)


def _is_numbered(node: ast.AST) -> TypeGuard[ast.Subscript]:
    return (
        isinstance(node, ast.Subscript)
        and name_of(node.value) in ("Out", "_oh", "In", "_ih")
        and isinstance(node.ctx, ast.Load)
    )


def _names_in_function(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, hidden: frozenset[str]
) -> Iterator[tuple[ast.expr, bool]]:
    body = node.body if isinstance(node.body, list) else [node.body]
    outside: list[ast.AST] = [
        *node.args.defaults,
        *(value for value in node.args.kw_defaults if value),
    ]
    if not isinstance(node, ast.Lambda):
        outside += node.decorator_list
    for child in outside:
        yield from _names_used(child, hidden, is_deferred=False)
    parameters = {child.arg for child in ast.walk(node.args) if isinstance(child, ast.arg)}
    shared = {
        name for child in ast.walk(node) if isinstance(child, ast.Global) for name in child.names
    }
    inner = hidden | parameters | (_stores(*body) - shared)
    for child in body:
        yield from _names_used(child, inner, is_deferred=True)


def _stores(*nodes: ast.AST) -> frozenset[str]:
    return frozenset(
        child.id
        for node in nodes
        for child in ast.walk(node)
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store)
    )


def _is_before_binding(tree: ast.stmt, node: ast.expr) -> bool:
    r"""Tell whether a read comes before the statement binds the same name: `_ = _ + 1`."""
    if isinstance(tree, ast.Assign | ast.AnnAssign | ast.AugAssign) and tree.value is not None:
        early: ast.AST = tree.value
    elif isinstance(tree, ast.For | ast.AsyncFor):
        early = tree.iter
    else:
        raise _UnreadableError("the line reads a name of the console's history and binds it again")
    return any(child is node for child in ast.walk(early))


def _is_name(node: ast.stmt | None, name: str) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Name) and node.value.id == name


def _is_captured(piece: Piece) -> bool:
    return piece.kind is OmissionKind.REFUSED and bool(piece.names.binds) and piece.is_quiet


def _replace_in(piece: Piece, replacements: dict[ast.AST, str]) -> None:
    if piece.node is None:
        return
    try:
        piece.text = replace_nodes(piece.text, replacements, piece.node)
        _parse_again(piece)
    except (ValueError, SyntaxError):
        piece.kind, piece.text, piece.node = OmissionKind.REFUSED, "", None
        piece.hint = "the string cannot be written without the console: give the value a name"


def _parse_again(piece: Piece) -> None:
    piece.node = ast.parse(piece.text).body[0]
    piece.names = names_in(piece.text, piece.known)


def replace_line_lists(cells: list[CellPieces]) -> None:
    """Rewrite what only IPython's lists of lines have: `files.n` becomes a join.

    `x = !ls` gives such a list, and so does `!!ls`.
    """
    names: set[str] = set()
    for cell_pieces in cells:
        for piece in cell_pieces.pieces:
            if piece.node is None or not (names or piece.line_list):
                continue
            uses = [use for use in ast.walk(piece.node) if _uses_line_list(use, names)]
            if uses:
                _replace_uses(piece, [use for use in uses if isinstance(use, ast.Attribute)])
            names -= piece.names.binds | piece.names.deletes
            names |= {piece.line_list} - {""}


def _uses_line_list(node: ast.AST, names: set[str]) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in names
        and node.attr in _LINE_LIST_NAMES
    )


def _replace_uses(piece: Piece, uses: list[ast.Attribute]) -> None:
    replacements: dict[ast.AST, str] = {}
    for use in uses:
        name = use.value.id if isinstance(use.value, ast.Name) else ""
        written = {
            "n": f'"\\n".join({name})',
            "nlstr": f'"\\n".join({name})',
            "s": f'" ".join({name})',
            "spstr": f'" ".join({name})',
            "l": name,
            "list": name,
        }.get(use.attr)
        if written is None:
            piece.kind, piece.text, piece.node = OmissionKind.REFUSED, "", None
            piece.hint = f"`{name}.{use.attr}` exists in IPython only: `{name}` is a list of lines"
            return
        replacements[use] = written
    _replace_in(piece, replacements)
