"""Statements of plain Python as pieces, and what is known of names when each is made."""

import ast
from dataclasses import replace

from ipyprod.session.cell import Cell, Outcome, Session
from ipyprod.source.console_calls import ConsoleNames
from ipyprod.source.displays import DisplayNames
from ipyprod.source.interpolation import Part, expand
from ipyprod.source.known_modules import KnownModules
from ipyprod.source.magics import SHELL_CALLS
from ipyprod.source.names import analyze_statement
from ipyprod.source.namespace_items import with_plain_names
from ipyprod.source.pieces import Piece, names_in
from ipyprod.source.session_names import SessionNames
from ipyprod.source.statements import StatementNames
from ipyprod.source.timed_text import with_timed_names
from ipyprod.source.translations import ConsoleUse
from ipyprod.source.written_code import with_written_expressions


class PieceMaker:
    """Makes pieces in the order of a session; it knows what is bound so far."""

    def __init__(self, session: Session) -> None:
        self._names = SessionNames(session)
        self._console = ConsoleNames()
        self._displays = DisplayNames()
        self._known = KnownModules()
        self._cell: Cell
        self._modules: set[str] = set()
        self._locals: set[str] = set()
        self._folders: list[str] = []  # what `%pushd` left, each under a name

    def fresh_name(self, base: str) -> str:
        """Give a name like `base` that nothing in the session uses."""
        return self._names.fresh(base)

    def import_pieces(self, modules: tuple[str, ...], line: int, end_line: int) -> list[Piece]:
        """Give the imports that a translation needs."""
        return [self._import(module, line, end_line) for module in modules]

    def _import(self, module: str, line: int, end_line: int) -> Piece:
        alias = self._names.module_alias(module)
        text = f"import {module}" if alias == module else f"import {module} as {alias}"
        return self._plain(text, line, end_line, made_names=frozenset({alias}))

    def plain_piece(self, text: str, line: int) -> Piece:
        """Give one more statement of plain Python that stands at `line`."""
        return self._plain(text, line, line)

    def _plain(
        self, text: str, line: int, end_line: int, *, made_names: frozenset[str] = frozenset()
    ) -> Piece:
        piece = Piece(line=line, end_line=end_line, text=text, made_names=made_names)
        return self._named(piece)

    def _named(self, piece: Piece) -> Piece:
        piece.text = with_timed_names(with_plain_names(piece.text), self._names.is_python_own)
        if self._names.is_python_own("eval"):
            piece.text = with_written_expressions(piece.text)
        piece.node = ast.parse(piece.text).body[0]
        piece.known = self._known.within(piece.text)
        piece.names = names_in(piece.text, piece.known)
        observation = self._cell.observation
        self._known.note(
            piece.node,
            piece.names,
            is_done=self._is_done(piece),
            observed=observation.bound,
            is_seen=observation.is_complete,
        )
        self._names.bound |= piece.names.binds | piece.names.may_bind | piece.names.deferred_binds
        self._names.bound -= piece.names.deletes
        return piece

    def _is_done(self, piece: Piece) -> bool:
        """Whether a piece ran to its end for certain: its cell did, or failed on a line below it."""
        failed_line = self._cell.failed_line
        is_above = failed_line is not None and piece.end_line < failed_line
        return self._cell.outcome is Outcome.OK or is_above

    def _names_of(self, node: ast.stmt) -> StatementNames:
        return analyze_statement(node, dict(self._known.within(ast.unparse(node))))

    def _watched(self, piece: Piece) -> Piece:
        """Analyse a plain statement and note what it does to the names that matter here."""
        self._named(piece)
        binds = piece.names.binds | piece.names.may_bind
        self._console.forget(binds)
        if piece.node is not None:
            self._displays.note(piece.node, binds)
        piece.made_names |= piece.names.binds & self._names.taken
        return piece

    def _expand(self, text: str) -> tuple[Part, ...]:
        return expand(text, lambda name: name in self._locals or self._names.is_bound(name))

    def _module(self, name: str) -> str:
        self._modules.add(name)
        return self._names.module_alias(name)

    def _use(self, call: ast.Call) -> ConsoleUse | None:
        """Read a call of the console; None where its arguments are not plain text."""
        method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        texts = [
            arg.value
            for arg in call.args
            if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
        ]
        if len(texts) != len(call.args) or call.keywords:
            return None
        use = ConsoleUse(
            name=method,
            line=texts[0] if texts else "",
            cell=self._cell,
            expand=self._expand,
            module=self._module,
            fresh_name=self._names.fresh,
            folders=self._folders,
        )
        match method, texts:
            case "run_line_magic", [name, line]:
                return replace(use, name=name.lstrip("%"), line=line)
            case ("magic" | "run_line_magic"), [text]:
                name, _, line = text.partition(" ")
                return replace(use, name=name.lstrip("%"), line=line)
            case "run_cell_magic", [name, line, body]:
                return replace(use, name=name, line=line, body=body)
        return use if method in SHELL_CALLS else None
