"""Cells of the console as plain Python: magics, shell commands and questions translated."""

import ast
import re
from collections.abc import Callable
from dataclasses import replace
from textwrap import dedent, indent

from ipyprod.session.cell import Cell, Outcome, Session
from ipyprod.source.code_text import (
    CodeText,
    TypedLines,
    all_on,
    match_lines,
    normal_line_breaks,
    replace_spans,
    start_of,
    trailing_comment,
)
from ipyprod.source.comments import begins_paragraph, comments_above, statement_source
from ipyprod.source.console_calls import Site, leaves_console
from ipyprod.source.magics import DISPLAY_CALLS, HELP_CALLS, SHELL_CALLS, translate_magic
from ipyprod.source.piece_maker import PieceMaker
from ipyprod.source.pieces import Piece
from ipyprod.source.star_imports import StarImports
from ipyprod.source.statement_forms import (
    CONSOLE_HINT,
    add_comments,
    bound_anywhere,
    compile_error,
    in_place,
    is_import,
    is_same_tree,
    mark_unreached,
    module_of,
    runs_as_main,
    target_of,
    without_console,
)
from ipyprod.source.statements import BROKEN, OmissionKind, StatementNames
from ipyprod.source.translations import Translation, dropped, refused
from ipyprod.source.written_code import written_statements

_MANY_LINES = re.compile(r'"""|\'\'\'|\\\n')  # an indented line may not mean the same
_REPLAYING = re.compile(r"run_line_magic\('(?:run|rerun|edit|ed|paste|cpaste)'|\.run_cell\(")


class CellTranslator(PieceMaker):
    """Translates the cells of one session, in order."""

    def __init__(self, session: Session, transform: Callable[[str], str]) -> None:
        super().__init__(session)
        self._transform = transform
        self._session = session
        self._stars = StarImports(session)

    def translate(self, cell: Cell) -> list[Piece]:
        """Divide a cell into plain Python statements and what is left out, in order."""
        # Code that was run again cannot be divided among several lines that ran some.
        several = len(_REPLAYING.findall(cell.python)) > 1
        self._cell = replace(cell, replayed="") if several else cell
        text = normal_line_breaks(cell.text)
        count = text.rstrip("\n").count("\n") + 1
        if not text.strip():
            return []
        numbers = TypedLines(tuple(range(1, count + 1)), tuple(range(1, count + 1)))
        python = normal_line_breaks(cell.python)
        if not python.strip():
            return [Piece(line=1, end_line=count, kind=OmissionKind.SYNTAX_ERROR)]
        if self._cell.replayed and python.strip() == text.strip() and text.strip().isidentifier():
            # a macro: the code that its name stands for was run
            return self._run_code(Translation(code=self._cell.replayed), "", (1, count))
        ran = cell.outcome is Outcome.OK
        return self._block(python, match_lines(python, text, numbers), ran=ran)

    # Blocks: a cell, the body of a cell magic, the code of %time or %rerun.

    def _block(self, python: str, typed: TypedLines, *, ran: bool = False) -> list[Piece]:
        try:
            tree = ast.parse(python)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            last = typed.end(python.rstrip("\n").count("\n") + 1)
            return [Piece(line=typed.start(1), end_line=last, kind=OmissionKind.SYNTAX_ERROR)]
        code = CodeText(python)
        pieces: list[Piece] = []
        for index, node in enumerate(tree.body):
            made = self._statement(code, tree, index, typed)
            add_comments(made, comments_above(code, tree.body, index))
            line = start_of(node)[0]
            if made:
                made[0].begins_paragraph = begins_paragraph(code, tree.body, index)
            for piece in made:
                piece.place = sum(start_of(other)[0] == line for other in tree.body[:index])
            broken = None if ran else compile_error(node)
            if broken is not None:
                made = [Piece(line=made[0].line, end_line=made[-1].end_line, kind=broken)]
            pieces += made
        return mark_unreached(pieces)

    def _console_code(self, source: str, typed: TypedLines) -> list[Piece]:
        """Translate text as typed in the console that stands on the given lines."""
        source = normal_line_breaks(source)
        if not source.strip():
            return []
        try:
            python = normal_line_breaks(self._transform(source))
        except SyntaxError:
            python = source
        if len(typed.first) == 1:
            return self._block(python, typed)
        return self._block(python, match_lines(python, source, typed))

    def _statement(
        self, code: CodeText, tree: ast.Module, index: int, typed: TypedLines
    ) -> list[Piece]:
        node = tree.body[index]
        first, last = typed.start(start_of(node)[0]), typed.end(node.end_lineno or node.lineno)
        text = statement_source(code, tree.body, index)
        if (
            not self._console.may_be_in(text)
            and not self._displays.may_be_in(text)
            and "IPython" not in text
            and not leaves_console(node)
            and not runs_as_main(node)
        ):
            star = self._stars.written_out(node, self._cell)
            written = written_statements(node) if self._can_be_written_out() else ()
            return [
                self._watched(Piece(line=first, end_line=last, text=part))
                for part in written or (star or text,)
            ]
        self._locals = bound_anywhere(node)
        sites = list(self._console.sites(tree.body[index : index + 1]))
        if sites and sites[0].statement is node:
            return self._console_statement(code, node, sites[0].call, typed)
        if self._is_set_up(node):
            return [
                Piece(
                    line=first,
                    end_line=last,
                    kind=OmissionKind.DISPLAY,
                    names=self._names_of(node),
                )
            ]
        if runs_as_main(node):
            return self._main_block(code, node, typed)
        others = self._displays.other_imports(node)
        if others:
            self._displays.note(node, frozenset())
            kept = self._watched(Piece(line=first, end_line=last, text=others))
            names = self._names_of(node)
            names = replace(names, binds=names.binds - kept.names.binds)
            left_out = Piece(line=first, end_line=last, kind=OmissionKind.DISPLAY, names=names)
            return [kept, left_out]
        if not sites and not self._displays.shows(node) and not self._console.mentions(node):
            return [self._watched(Piece(line=first, end_line=last, text=text))]
        return self._edited(code, node, sites, Piece(line=first, end_line=last, text=text))

    def _can_be_written_out(self) -> bool:
        """Whether `exec` is Python's own, and what it is given ran to its end."""
        return self._cell.outcome is Outcome.OK and self._names.is_python_own("exec")

    def _is_set_up(self, node: ast.stmt) -> bool:
        """Note what belongs to the console alone: its names, its library, its end."""
        if self._console.is_set_up(node) or leaves_console(node):
            return True
        if not self._displays.is_set_up(node):
            return False
        self._displays.note(node, frozenset())
        return True

    def _main_block(self, code: CodeText, node: ast.If, typed: TypedLines) -> list[Piece]:
        """Take the body of `if __name__ == "__main__":` out: in the console it always ran."""
        first, last = node.body[0], node.end_lineno or node.lineno
        line, start = first.lineno, code.span(first)[0]
        if not code.text[code.line_start(start) : start].strip():
            line = (node.test.end_lineno or node.lineno) + 1
            start = code.line_end(code.span(node.test)[1]) + 1
        end = trailing_comment(code.text, code.span(node)[1])
        body = dedent(code.text[start:end])
        if is_same_tree(body, node.body):
            lines = range(line, last + 1)
            return self._block(
                body, TypedLines(tuple(map(typed.start, lines)), tuple(map(typed.end, lines)))
            )
        base = code.span(node)[0]
        text = replace_spans(code.segment(node), [(*code.span(node.test), "True")], base)
        return self._block(text, all_on(typed.start(node.lineno), typed.end(last)))

    def _translation(self, call: ast.Call) -> Translation:
        method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if method in DISPLAY_CALLS:
            return dropped()
        if method in HELP_CALLS:
            return dropped(OmissionKind.HELP)
        if method == "run_cell" and self._cell.replayed:
            return Translation(code=self._cell.replayed)
        use = self._use(call)
        if use is None:
            first = call.args[0] if call.args else None
            is_display = isinstance(first, ast.Constant) and first.value in (
                "matplotlib",
                "config",
                "load_ext",
            )
            return dropped() if is_display else refused(CONSOLE_HINT)
        return SHELL_CALLS[method](use) if method in SHELL_CALLS else translate_magic(use)

    # Statements that are one use of the console.

    def _console_statement(
        self, code: CodeText, node: ast.stmt, call: ast.Call, typed: TypedLines
    ) -> list[Piece]:
        first, last = typed.start(node.lineno), typed.end(node.end_lineno or node.lineno)
        prefix = code.text[code.span(node)[0] : code.span(call)[0]]
        self._modules = set()
        translation = self._translation(call)
        modules = tuple(sorted(self._modules))
        if translation.code is not None:
            return self._run_code(translation, prefix, (first, last))
        if translation.omission is None and (translation.expression or not prefix):
            text = prefix + (translation.expression or translation.text)
            return self._translated(text, modules, (first, last), translation)
        if translation.omission is None:
            return [
                *self._translated(translation.text, modules, (first, last), translation),
                self._plain(f"{prefix}None", first, last),
            ]
        if prefix and translation.expression:
            return self._translated(
                prefix + translation.expression, modules, (first, last), translation
            )
        return [self._omission(translation, node, modules, (first, last), is_assigned=bool(prefix))]

    def _translated(
        self, text: str, modules: tuple[str, ...], lines: tuple[int, int], translation: Translation
    ) -> list[Piece]:
        pieces = self.import_pieces(modules, *lines)
        own = CodeText(text)
        try:
            nodes = ast.parse(text).body
        except SyntaxError:
            hint = "this assignment from the console cannot be written in Python"
            return [Piece(line=lines[0], end_line=lines[1], kind=OmissionKind.REFUSED, hint=hint)]
        if any(self._console.mentions(node) for node in nodes):
            return [
                Piece(
                    line=lines[0], end_line=lines[1], kind=OmissionKind.REFUSED, hint=CONSOLE_HINT
                )
            ]
        for node in nodes:
            piece = self._watched(Piece(line=lines[0], end_line=lines[1], text=own.segment(node)))
            if translation.is_line_list:
                piece.gives_line_list = isinstance(node, ast.Expr)
                piece.line_list = target_of(node)
            pieces.append(piece)
        return pieces

    def _omission(
        self,
        translation: Translation,
        node: ast.stmt,
        modules: tuple[str, ...],
        lines: tuple[int, int],
        *,
        is_assigned: bool,
    ) -> Piece:
        kind, hint = translation.omission, translation.hint
        names = self._names_of(node)
        names = replace(
            names, reads=without_console(names.reads), binds=names.binds | translation.binds
        )
        if is_assigned:
            kind, hint = OmissionKind.REFUSED, hint or "the console gives a result of its own here"
        elif translation.timed:
            names, kind, hint = self._timed(translation.timed, names, kind)
        if kind is OmissionKind.REFUSED:
            names = self._with_seen(names)
        self._names.bound |= names.binds
        return Piece(
            line=lines[0],
            end_line=lines[1],
            kind=kind,
            hint=hint,
            requirement=translation.requirement,
            expression=translation.expression,
            modules=modules,
            names=names,
        )

    def _with_seen(self, names: StatementNames) -> StatementNames:
        """Add what the cell was seen to bind and change: what is refused may have done it."""
        seen = self._cell.observation
        others = self._names.bound_in(self._cell.python)
        return replace(
            names,
            may_bind=names.may_bind | (seen.bound - others - names.binds),
            may_change=names.may_change | (seen.changed - others),
        )

    def _timed(
        self, source: str, names: StatementNames, kind: OmissionKind | None
    ) -> tuple[StatementNames, OmissionKind | None, str]:
        """Refuse timed code that was seen to change a value: it ran any number of times."""
        bound = set(self._names.bound)
        pieces = self._console_code(source, all_on(1, 1))
        self._names.bound = bound
        touched = {
            name for piece in pieces for name in (*piece.names.reads, *piece.names.may_change)
        }
        changed = touched & self._cell.observation.changed
        if not changed:
            return names, kind, ""
        hint = f"the timed code changed {', '.join(sorted(changed))} as often as it ran: run it once instead"
        return replace(names, may_change=frozenset(changed)), OmissionKind.REFUSED, hint

    def _run_code(
        self, translation: Translation, prefix: str, lines: tuple[int, int]
    ) -> list[Piece]:
        body_lines = range(lines[0] + translation.code_line, lines[1] + 1)
        typed = all_on(*lines)
        if translation.code_line and len(body_lines) > 1:
            typed = TypedLines(tuple(body_lines), tuple(body_lines))
        elif translation.code_line and body_lines:
            typed = all_on(body_lines[0], body_lines[0])
        pieces = self._console_code(translation.code or "", typed)
        for piece in pieces:
            piece.is_quiet = piece.is_quiet or translation.is_quiet
            piece.may_be_quiet = piece.may_be_quiet or translation.gives_result
        if prefix:
            pieces = self._assign_result(pieces, prefix, translation, lines)
        if not translation.binds:
            return pieces
        return self._printed(translation, pieces, lines) or [
            *pieces,
            self._captured(translation, lines),
        ]

    def _printed(
        self, translation: Translation, pieces: list[Piece], lines: tuple[int, int]
    ) -> list[Piece]:
        """Return captured code whose printed text is read later, none where that cannot be.

        %%capture out
        print(total)
        ...
        out.stdout
            ^ kept by what `out` becomes
        """
        name = min(translation.binds)
        body = "\n".join(piece.text for piece in pieces)
        is_read = any(f"{name}.stdout" in cell.text for cell in self._session.cells)
        is_plain = body and not any(piece.kind for piece in pieces) and not _MANY_LINES.search(body)
        if not is_read or not is_plain or len(translation.binds) > 1:
            return []
        modules = ("contextlib", "io", "types")
        contextlib, io, types = map(self._names.module_alias, modules)
        printed = self._names.fresh(f"{name}_text")
        text = (
            f"with {contextlib}.redirect_stdout({io}.StringIO()) as {printed}:\n"
            f"{indent(body, '    ')}\n"
            f"{name} = {types}.SimpleNamespace(stdout={printed}.getvalue())"
        )
        made = self._translated(text, modules, lines, translation)
        for piece in made:
            piece.made_names |= frozenset({printed}) & piece.names.binds
        return made

    def _captured(self, translation: Translation, lines: tuple[int, int]) -> Piece:
        self._names.bound |= translation.binds
        names = StatementNames(binds=translation.binds)
        hint = translation.hint
        return Piece(
            line=lines[0],
            end_line=lines[0],
            kind=OmissionKind.REFUSED,
            is_quiet=True,
            hint=hint,
            names=names,
        )

    def _assign_result(
        self, pieces: list[Piece], prefix: str, translation: Translation, lines: tuple[int, int]
    ) -> list[Piece]:
        last = pieces[-1] if pieces else None
        if (
            translation.gives_result
            and last
            and last.kind is None
            and isinstance(last.node, ast.Expr)
        ):
            value = f"{prefix}{last.text}"
            return [*pieces[:-1], self._watched(replace(last, text=value))]
        return [*pieces, self._plain(f"{prefix}None", *lines)]

    # Statements that use the console somewhere inside.

    def _edited(
        self, code: CodeText, node: ast.stmt, sites: list[Site], piece: Piece
    ) -> list[Piece]:
        edits: list[tuple[int, int, str]] = []
        modules: set[str] = set()
        self._modules = modules
        blocks: dict[int, int] = {}
        for site in sites:
            edit = self._edit(code, site, blocks)
            if isinstance(edit, Piece):
                return [self._refused(piece, node, edit.hint)]
            edits.append(edit)
        needed = tuple(sorted(modules))
        shown = self._displays.edits(code, node, [site.statement or site.call for site in sites])
        if shown is None:
            return [
                self._refused(
                    piece, node, "it keeps something of IPython's: look at the plain value instead"
                )
            ]
        edits += shown
        base = code.span(node)[0]
        text = replace_spans(piece.text, edits, base) if edits else piece.text
        try:
            changed = ast.parse(text)
        except SyntaxError:
            return [self._refused(piece, node, CONSOLE_HINT)]
        if not changed.body:
            return [Piece(line=piece.line, end_line=piece.end_line, kind=OmissionKind.DISPLAY)]
        if self._console.mentions(changed):
            return [self._refused(piece, node, CONSOLE_HINT)]
        imports = self.import_pieces(needed, piece.line, piece.end_line)
        return [*imports, self._watched(replace(piece, text=text))]

    def _refused(self, piece: Piece, node: ast.stmt, hint: str) -> Piece:
        names = self._names_of(node)
        names = replace(names, reads=without_console(names.reads))
        self._names.bound |= names.binds | names.may_bind
        return replace(piece, text="", kind=OmissionKind.REFUSED, hint=hint, names=names)

    def _edit(
        self, code: CodeText, site: Site, blocks: dict[int, int]
    ) -> tuple[int, int, str] | Piece:
        if site.statement is None or site.block is None:
            translation = self._translation(site.call)
            if not translation.expression:
                return Piece(line=0, end_line=0, hint=translation.hint or CONSOLE_HINT)
            return (*code.span(site.call), translation.expression)
        locals_before, modules = self._locals, self._modules
        made = self._console_statement(code, site.statement, site.call, all_on(1, 1))
        self._locals, self._modules = locals_before, modules
        for piece in made:
            if piece.kind in {OmissionKind.REFUSED, *BROKEN}:
                return piece
        texts = [piece.text for piece in made if piece.kind is None and not is_import(piece)]
        modules.update(
            module_of(piece) for piece in made if piece.kind is None and is_import(piece)
        )
        return in_place(code, site.statement, site.block, texts, blocks)
