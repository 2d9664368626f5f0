"""`Out[3]`, `_`, `_3`, `In[2]`, `_i` and their like, resolved over a whole session.

The rules are those of `IPython.core.displayhook.DisplayHook.update_user_ns` and
`IPython.core.history.HistoryManager.store_inputs`.
"""

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from ipyprod.session.cell import Cell, Outcome
from ipyprod.source.history_reads import HISTORY_NAME, HistoryRead, UnreadableError, history_reads
from ipyprod.source.interpolation import quote
from ipyprod.source.pieces import Piece, parse_again, replace_in
from ipyprod.source.statements import OmissionKind

_MAYBE_HISTORY = re.compile(r"\b(?:_+\d*|_oh|Out|_i+\d*|_ih|In|_dh|_exit_code)\b")
_UNDERSCORES = ("_", "__", "___")


@dataclass(slots=True)
class CellPieces:
    """A cell with the pieces that it falls into; the list is changed in place."""

    cell: Cell
    pieces: list[Piece]


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
            if HISTORY_NAME.fullmatch(name)
        }
        reads = history_reads(piece.node, self._owned, binds, piece.names.reads)
        try:
            for read in reads if _MAYBE_HISTORY.search(piece.text) else ():
                self._note_read(piece, cell, done, read)
        except UnreadableError as error:
            piece.kind, piece.hint, piece.text, piece.node = (
                OmissionKind.REFUSED,
                str(error),
                "",
                None,
            )
            self._reads = [read for read in self._reads if read.piece is not piece]
            self._constants.pop(id(piece), None)
        self._owned |= binds | {n for n in piece.names.deferred_binds if HISTORY_NAME.fullmatch(n)}
        self._owned -= piece.names.deletes

    def _note_read(self, piece: Piece, cell: Cell, done: int, read: "HistoryRead") -> None:
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
                raise UnreadableError(message)
            number = self._under.visible[len(read.name) - 1]
            if number == 0:
                self._constants.setdefault(id(piece), (piece, {}))[1][read.node] = '""'
                return
        if number is None:
            raise UnreadableError(f"give the value that `{read.name}` means a name, and read that")
        if number not in self._producers:
            raise UnreadableError(f"no recorded line made the result Out[{number}]: give it a name")
        self._reads.append(_Read(len(self._pieces) - 1, piece, read.node, number))

    def _input(self, read: "HistoryRead", cell: Cell, done: int) -> str:
        earlier = [known.cell for known in self._cells[:done]]
        if read.is_deferred and read.number is None:
            raise UnreadableError(
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
            raise UnreadableError(
                f"the input of cell {read.number} was not recorded: paste it as a string"
            )
        text = found[-1].text if is_raw else found[-1].python or found[-1].text
        if "get_ipython" in text:
            raise UnreadableError(f"the input of cell {read.number} is no plain Python")
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
        if HISTORY_NAME.fullmatch(name) and name not in self._owned:
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
            replace_in(piece, replacements[key])
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
        parse_again(piece)


def _is_name(node: ast.stmt | None, name: str) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Name) and node.value.id == name


def _is_captured(piece: Piece) -> bool:
    return piece.kind is OmissionKind.REFUSED and bool(piece.names.binds) and piece.is_quiet
