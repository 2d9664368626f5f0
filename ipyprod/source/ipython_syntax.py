"""Cells of the console as plain Python: magics, shell commands and questions translated."""

import ast
import re
from collections.abc import Callable
from dataclasses import replace
from textwrap import dedent
from typing import TypeGuard

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
from ipyprod.source.comments import comments_above, statement_source
from ipyprod.source.console_calls import ConsoleNames, Site, leaves_console
from ipyprod.source.displays import DisplayNames
from ipyprod.source.interpolation import Part, expand
from ipyprod.source.known_modules import KnownModules
from ipyprod.source.magics import DISPLAY_CALLS, HELP_CALLS, SHELL_CALLS, translate_magic
from ipyprod.source.names import analyze_statement
from ipyprod.source.pieces import Piece, names_in
from ipyprod.source.session_names import SessionNames
from ipyprod.source.statements import BROKEN, OmissionKind, StatementNames
from ipyprod.source.translations import ConsoleUse, Translation, dropped, refused

_CONSOLE_HINT = "get_ipython() exists in the console only: write the Python that it stands for"
_REPLAYING = re.compile(r"run_line_magic\('(?:run|rerun|edit|ed|paste|cpaste)'|\.run_cell\(")
_ALLOW_AWAIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


class CellTranslator:
    """Translates the cells of one session, in order; it knows what is bound so far."""

    def __init__(self, session: Session, transform: Callable[[str], str]) -> None:
        self._transform = transform
        self._names = SessionNames(session)
        self._console = ConsoleNames()
        self._displays = DisplayNames()
        self._known = KnownModules()
        self._cell: Cell
        self._modules: set[str] = set()
        self._locals: set[str] = set()

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
        ran = cell.outcome is Outcome.OK
        return self._block(python, match_lines(python, text, numbers), ran=ran)

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
        piece.node = ast.parse(piece.text).body[0]
        piece.known = self._known.within(piece.text)
        piece.names = names_in(piece.text, piece.known)
        self._known.note(
            piece.node,
            piece.names,
            is_done=self._cell.outcome is Outcome.OK,
            observed=self._cell.observation.bound,
        )
        self._names.bound |= piece.names.binds | piece.names.may_bind | piece.names.deferred_binds
        self._names.bound -= piece.names.deletes
        return piece

    def _names_of(self, node: ast.stmt) -> StatementNames:
        return analyze_statement(node, dict(self._known.within(ast.unparse(node))))

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
            _add_comments(made, comments_above(code, tree.body, index))
            broken = None if ran else _compile_error(node)
            if broken is not None:
                made = [Piece(line=made[0].line, end_line=made[-1].end_line, kind=broken)]
            pieces += made
        return _mark_unreached(pieces)

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
            and not _runs_as_main(node)
        ):
            return [self._watched(Piece(line=first, end_line=last, text=text))]
        self._locals = _bound_anywhere(node)
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
        if _runs_as_main(node):
            return self._main_block(code, node, typed)
        others = self._displays.other_imports(node)
        if others:
            self._displays.note(node, frozenset())
            return [self._watched(Piece(line=first, end_line=last, text=others))]
        if not sites and not self._displays.shows(node) and not self._console.mentions(node):
            return [self._watched(Piece(line=first, end_line=last, text=text))]
        return self._edited(code, node, sites, Piece(line=first, end_line=last, text=text))

    def _is_set_up(self, node: ast.stmt) -> bool:
        """Note what belongs to the console alone: its names, its library, its end."""
        if self._console.is_set_up(node) or leaves_console(node):
            return True
        if not self._displays.is_set_up(node):
            return False
        self._displays.note(node, frozenset())
        return True

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

    def _main_block(self, code: CodeText, node: ast.If, typed: TypedLines) -> list[Piece]:
        """Take the body of `if __name__ == "__main__":` out: in the console it always ran."""
        first, last = node.body[0], node.end_lineno or node.lineno
        line, start = first.lineno, code.span(first)[0]
        if not code.text[code.line_start(start) : start].strip():
            line = (node.test.end_lineno or node.lineno) + 1
            start = code.line_end(code.span(node.test)[1]) + 1
        end = trailing_comment(code.text, code.span(node)[1])
        body = dedent(code.text[start:end])
        if _is_same_tree(body, node.body):
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
            return dropped() if is_display else refused(_CONSOLE_HINT)
        return SHELL_CALLS[method](use) if method in SHELL_CALLS else translate_magic(use)

    def _expand(self, text: str) -> tuple[Part, ...]:
        return expand(text, lambda name: name in self._locals or self._names.is_bound(name))

    def _module(self, name: str) -> str:
        self._modules.add(name)
        return self._names.module_alias(name)

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
                    line=lines[0], end_line=lines[1], kind=OmissionKind.REFUSED, hint=_CONSOLE_HINT
                )
            ]
        for node in nodes:
            piece = self._watched(Piece(line=lines[0], end_line=lines[1], text=own.segment(node)))
            if translation.is_line_list:
                piece.gives_line_list = isinstance(node, ast.Expr)
                piece.line_list = _target_of(node)
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
            names, reads=_without_console(names.reads), binds=names.binds | translation.binds
        )
        if is_assigned:
            kind, hint = OmissionKind.REFUSED, hint or "the console gives a result of its own here"
        elif translation.timed:
            names, kind, hint = self._timed(translation.timed, names, kind)
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
        if translation.binds:
            pieces.append(self._captured(translation, lines))
        return pieces

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
            return [self._refused(piece, node, _CONSOLE_HINT)]
        if not changed.body:
            return [Piece(line=piece.line, end_line=piece.end_line, kind=OmissionKind.DISPLAY)]
        if self._console.mentions(changed):
            return [self._refused(piece, node, _CONSOLE_HINT)]
        imports = self.import_pieces(needed, piece.line, piece.end_line)
        return [*imports, self._watched(replace(piece, text=text))]

    def _refused(self, piece: Piece, node: ast.stmt, hint: str) -> Piece:
        names = self._names_of(node)
        names = replace(names, reads=_without_console(names.reads))
        self._names.bound |= names.binds | names.may_bind
        return replace(piece, text="", kind=OmissionKind.REFUSED, hint=hint, names=names)

    def _edit(
        self, code: CodeText, site: Site, blocks: dict[int, int]
    ) -> tuple[int, int, str] | Piece:
        if site.statement is None or site.block is None:
            translation = self._translation(site.call)
            if not translation.expression:
                return Piece(line=0, end_line=0, hint=translation.hint or _CONSOLE_HINT)
            return (*code.span(site.call), translation.expression)
        locals_before, modules = self._locals, self._modules
        made = self._console_statement(code, site.statement, site.call, all_on(1, 1))
        self._locals, self._modules = locals_before, modules
        for piece in made:
            if piece.kind in {OmissionKind.REFUSED, *BROKEN}:
                return piece
        texts = [piece.text for piece in made if piece.kind is None and not _is_import(piece)]
        modules.update(
            _module_of(piece) for piece in made if piece.kind is None and _is_import(piece)
        )
        return self._in_place(code, site.statement, site.block, texts, blocks)

    def _in_place(
        self,
        code: CodeText,
        statement: ast.stmt,
        block: list[ast.stmt],
        texts: list[str],
        blocks: dict[int, int],
    ) -> tuple[int, int, str] | Piece:
        start, end = code.span(statement)
        line_start = code.line_start(start)
        indent = code.text[line_start:start]
        if indent.strip():  # `if x: get_ipython()...` on one line
            if any("\n" in text for text in texts):
                return Piece(line=0, end_line=0, hint=_CONSOLE_HINT)
            return start, end, "; ".join(texts) or "pass"
        if texts:
            written = "\n".join(texts).replace("\n", f"\n{indent}")
            if not _is_same_code("\n".join(texts), indent, written):
                return Piece(line=0, end_line=0, hint="move the line out of the block")
            return start, end, written
        blocks[id(block)] = blocks.get(id(block), 0) + 1
        line_end = code.line_end(end)
        alone = not code.text[end:line_end].strip(" \t;")
        if blocks[id(block)] < len(block) and alone and line_end < len(code.text):
            return line_start, line_end + 1, ""
        return start, end, "pass"

    def _watched(self, piece: Piece) -> Piece:
        """Analyse a plain statement and note what it does to the names that matter here."""
        self._named(piece)
        binds = piece.names.binds | piece.names.may_bind
        self._console.forget(binds)
        if piece.node is not None:
            self._displays.note(piece.node, binds)
        piece.made_names |= piece.names.binds & self._names.taken
        return piece


def _add_comments(pieces: list[Piece], comments: str) -> None:
    for piece in pieces:
        if piece.kind is None and not (piece.made_names and _is_import(piece)):
            piece.comments = comments + piece.comments
            return


def _runs_as_main(node: ast.stmt) -> TypeGuard[ast.If]:
    match node:
        case ast.If(
            test=ast.Compare(
                left=ast.Name(id="__name__"),
                ops=[ast.Eq()],
                comparators=[ast.Constant(value="__main__")],
            ),
            orelse=[],
        ):
            return True
    return False


def _is_same_tree(text: str, body: list[ast.stmt]) -> bool:
    try:
        return ast.dump(ast.parse(text)) == ast.dump(ast.Module(body, []))
    except SyntaxError:
        return False


def _is_same_code(text: str, indent: str, indented: str) -> bool:
    """Tell whether indenting a text changed its layout only, and no string in it."""
    block = ast.parse(f"if 1:\n{indent or ' '}{indented}").body[0]
    inner = block.body if isinstance(block, ast.If) else []
    return ast.dump(ast.Module(inner, [])) == ast.dump(ast.parse(text))


def _mark_unreached(pieces: list[Piece]) -> list[Piece]:
    broken = False
    for piece in pieces:
        piece.follows_failure = piece.follows_failure or broken
        broken = broken or piece.kind in BROKEN
    return pieces


def _compile_error(node: ast.stmt) -> OmissionKind | None:
    """Tell what keeps one statement from compiling: IPython compiles them one at a time."""
    try:
        compile(ast.Module([node], []), "<cell>", "exec", flags=_ALLOW_AWAIT, dont_inherit=True)
    except SyntaxError as error:
        is_outside = "outside function" in (error.msg or "")
        return OmissionKind.OUTSIDE_FUNCTION if is_outside else OmissionKind.SYNTAX_ERROR
    except (ValueError, RecursionError):
        return OmissionKind.SYNTAX_ERROR
    return None


def _bound_anywhere(node: ast.AST) -> set[str]:
    names = {
        child.id
        for child in ast.walk(node)
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store)
    }
    return names | {child.arg for child in ast.walk(node) if isinstance(child, ast.arg)}


def _target_of(node: ast.stmt) -> str:
    match node:
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name
    return ""


def _is_import(piece: Piece) -> bool:
    return isinstance(piece.node, ast.Import) and bool(piece.made_names)


def _module_of(piece: Piece) -> str:
    return piece.node.names[0].name if isinstance(piece.node, ast.Import) else ""


def _without_console(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if name != "get_ipython")
