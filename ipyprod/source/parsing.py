"""A recorded session as plain Python statements, and what was left out of it."""

import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePath

from ipyprod.session.cell import Cell, Outcome, PromotedName, Session
from ipyprod.source.code_text import normal_line_breaks
from ipyprod.source.history_names import CellPieces, HistoryResolver
from ipyprod.source.ipython_syntax import CellTranslator
from ipyprod.source.line_lists import replace_line_lists
from ipyprod.source.pieces import Piece
from ipyprod.source.shown_values import write_out_displays
from ipyprod.source.statements import (
    BROKEN,
    Finish,
    Omission,
    OmissionKind,
    ParsedSession,
    Statement,
    StatementNames,
    statement_kind,
)


def parse_session(session: Session, *, transform: Callable[[str], str]) -> ParsedSession:
    """Divide what was run into statements, in the order of execution.

    `transform` is IPython's own translation of its syntax to Python; it serves for the bodies of
    cell magics, which IPython translates only when they run.
    """
    with warnings.catch_warnings():
        # The compiler warned when the cell ran: "invalid escape sequence" and the like.
        warnings.simplefilter("ignore")
        cells = _translated(session, transform)
    statements: list[Statement] = []
    omissions: list[Omission] = []
    for cell_pieces in cells:
        for result in _finished(cell_pieces):
            if isinstance(result, Statement):
                statements.append(result)
            else:
                omissions.append(result)
    return ParsedSession(statements=tuple(statements), omissions=tuple(omissions))


def _translated(session: Session, transform: Callable[[str], str]) -> list[CellPieces]:
    translator = CellTranslator(session, transform)
    cells = []
    for cell in sorted(session.cells, key=lambda cell: cell.event):
        pieces = translator.translate(cell)
        for promotion in session.promotions:
            if promotion.event == cell.event:
                pieces.append(_promoted(promotion, pieces, translator))
        cells.append(CellPieces(cell, pieces))
    HistoryResolver(
        cells, fresh_name=translator.fresh_name, import_pieces=translator.import_pieces
    ).resolve()
    write_out_displays(cells, fresh_name=translator.fresh_name, is_rich=session.shows_rich)
    replace_line_lists(piece for cell in cells for piece in cell.pieces)
    return cells


def _promoted(promotion: PromotedName, pieces: list[Piece], translator: CellTranslator) -> Piece:
    line = pieces[-1].end_line if pieces else 1
    module = promotion.module or PurePath(promotion.module_path).stem
    text = f"from {module} import {promotion.name}"
    return translator.plain_piece(text, line)


def _finished(cell_pieces: CellPieces) -> list[Statement | Omission]:
    cell = cell_pieces.cell
    results: list[Statement | Omission] = []
    index = paragraph = 0
    for piece in cell_pieces.pieces:
        paragraph += piece.begins_paragraph
        finish = _finish(cell_pieces, piece)
        if piece.kind is None and piece.node is not None and finish is not None:
            results.append(_statement(cell, piece, index, finish, paragraph=paragraph))
            index += 1
        elif finish is None and piece.kind not in BROKEN:
            results.append(_omission(cell, replace(piece, kind=OmissionKind.NOT_REACHED)))
        elif _was_turned_down(cell, piece):
            results.append(_omission(cell, replace(piece, names=StatementNames())))
        else:
            results.append(_omission(cell, piece))
    return results


def _was_turned_down(cell: Cell, piece: Piece) -> bool:
    """Tell whether the console did not take a magic at all: a misspelt name, a wrong option."""
    line = cell.failed_line
    is_there = line is not None and piece.line <= line <= piece.end_line
    return is_there and cell.outcome is Outcome.FAILED and cell.error_type.endswith("UsageError")


def _finish(cell_pieces: CellPieces, piece: Piece) -> Finish | None:
    """Tell how far a piece got; None where it was never begun."""
    cell = cell_pieces.cell
    if piece.follows_failure:
        return None
    if cell.outcome is Outcome.UNKNOWN:
        return Finish.UNKNOWN
    if cell.outcome is Outcome.OK:
        return _quiet_finish(cell_pieces, piece)
    line = _failed_line(cell_pieces)
    if line is None:
        return Finish.UNKNOWN
    if piece.end_line < line:
        return Finish.DONE
    if piece.line > line:
        return None
    if _is_another(cell_pieces.cell, piece):
        is_before = (piece.line, piece.place) < (line, cell_pieces.cell.failed_place)
        return Finish.DONE if is_before else None
    return Finish.RAISED if _stands_alone(cell_pieces, piece) else Finish.UNKNOWN


def _is_another(cell: Cell, piece: Piece) -> bool:
    """Tell whether a piece on the failed line is known not to be the one that raised."""
    if cell.failed_place is None:
        return False
    return (piece.line, piece.place) != (cell.failed_line, cell.failed_place)


def _failed_line(cell_pieces: CellPieces) -> int | None:
    """Give the failed line, None where it is that of a cell magic: its body may fail anywhere."""
    line = cell_pieces.cell.failed_line
    first = normal_line_breaks(cell_pieces.cell.text).lstrip().startswith("%%")
    if line is None or not first:
        return line
    return (
        line
        if any(p.line <= line <= p.end_line and p.kind is None for p in cell_pieces.pieces)
        else None
    )


def _stands_alone(cell_pieces: CellPieces, piece: Piece) -> bool:
    """Tell whether no other statement of the user's stands on the lines of a piece."""
    return not any(
        other is not piece
        and other.kind is None
        and not other.made_names
        and other.line <= piece.end_line
        and piece.line <= other.end_line
        and not _is_another(cell_pieces.cell, other)
        for other in cell_pieces.pieces
    )


def _quiet_finish(cell_pieces: CellPieces, piece: Piece) -> Finish:
    """Doubt code whose failure the console would not have told, unless its names were seen bound."""
    if not piece.is_quiet and not piece.may_be_quiet:
        return Finish.DONE
    observation = cell_pieces.cell.observation
    if not observation.is_complete:
        return Finish.UNKNOWN if piece.is_quiet else Finish.DONE
    kept = observation.changed | observation.weak | observation.unchanged | observation.unknown
    quiet = (p for p in cell_pieces.pieces if p.is_quiet or p.may_be_quiet)
    binds = frozenset().union(*(p.names.binds - p.names.deletes - p.made_names for p in quiet))
    return Finish.DONE if binds <= observation.bound | kept else Finish.UNKNOWN


def _statement(
    cell: Cell, piece: Piece, index: int, finish: Finish, *, paragraph: int
) -> Statement:
    if piece.node is None:
        raise ValueError(piece.text)
    return Statement(
        event=cell.event,
        index=index,
        cell_number=cell.number,
        line=piece.line,
        end_line=piece.end_line,
        text=piece.text,
        comments=piece.comments,
        paragraph=paragraph,
        node=piece.node,
        kind=statement_kind(piece.node),
        names=piece.names,
        finish=finish,
        made_names=piece.made_names,
    )


def _omission(cell: Cell, piece: Piece) -> Omission:
    lines = normal_line_breaks(cell.text).split("\n")
    return Omission(
        event=cell.event,
        cell_number=cell.number,
        line=piece.line,
        end_line=piece.end_line,
        text="\n".join(lines[piece.line - 1 : piece.end_line]),
        kind=piece.kind or OmissionKind.NOT_REACHED,
        hint=piece.hint,
        requirement=piece.requirement,
        names=piece.names,
    )
