"""Which top-level statement of a cell raised, as a line of the text as typed."""

import ast
import difflib
from collections.abc import Mapping
from types import CodeType, TracebackType
from typing import Any


def find_failed_line(
    text: str, python: str, error: BaseException, namespace: Mapping[str, Any]
) -> int | None:
    """Give the 1-based line in `text` where the statement that raised begins, None if unknown.

    `python` is what IPython made of `text`; `namespace` is the shell's, by whose identity the
    frames of the cell itself are told from those of modules and of files run.
    """
    try:
        body = ast.parse(python).body
    except (SyntaxError, ValueError, RecursionError):
        return None
    if not body:
        return None
    lines = _top_level_lines(error.__traceback__, namespace)
    if _is_cell_magic(body):
        # %%time
        # 1 / 0     <- line 1 of the frame "<timed exec>", under the frame of the magic itself
        # A nested run, or a magic that shows the error itself, leaves the outer frame out.
        through_magic = _passed_magic(error.__traceback__)
        return _line_in_magic_body(text, lines[1:] if through_magic else lines)
    raised_at = lines[0] if lines else _line_of_late_syntax_error(error)
    statement = _statement_at(body, raised_at)
    return None if statement is None else line_in_text(text, python, _first_line(statement))


def line_in_text(text: str, python: str, line: int) -> int:
    """Translate a 1-based line of IPython's Python to a line of the text as typed.

    IPython drops leading blank lines and joins magics continued by a backslash; everything else
    keeps its line.
    """
    typed, made = text.splitlines(), python.splitlines()
    blank = 0
    while blank < len(typed) and not typed[blank].strip():
        blank += 1
    if len(typed) - blank == len(made):
        return line + blank
    matcher = difflib.SequenceMatcher(
        None, [one.strip() for one in typed], [one.strip() for one in made], autojunk=False
    )
    for _, typed_from, typed_to, made_from, made_to in matcher.get_opcodes():
        if made_from <= line - 1 < made_to:
            return min(typed_from + line - 1 - made_from, max(typed_to - 1, typed_from)) + 1
    return max(len(typed), 1)


def _is_cell_magic(body: list[ast.stmt]) -> bool:
    match body:
        case [ast.Expr(value=ast.Call(func=ast.Attribute(attr="run_cell_magic")))]:
            return True
    return False


def _line_in_magic_body(text: str, lines: list[int]) -> int:
    typed = text.splitlines()
    first = next((number for number, one in enumerate(typed, 1) if one.strip()), 1)
    if not lines:
        return first
    while first < len(typed) and not typed[first].strip():
        first += 1  # IPython drops blank lines at the top of a body as well
    statement = _statement_at(_parse_or_nothing("\n".join(typed[first:])), lines[-1])
    return first + (lines[-1] if statement is None else _first_line(statement))


def _parse_or_nothing(text: str) -> list[ast.stmt]:
    try:
        return ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError):
        return []


def _top_level_lines(traceback: TracebackType | None, namespace: Mapping[str, Any]) -> list[int]:
    """Line numbers of the frames that run code of the cell's top level, outermost first."""
    lines = []
    while traceback is not None:
        frame = traceback.tb_frame
        if frame.f_globals is namespace and _is_top_level(frame.f_code):
            lines.append(traceback.tb_lineno)
        traceback = traceback.tb_next
    return lines


def _passed_magic(traceback: TracebackType | None) -> bool:
    while traceback is not None:
        if traceback.tb_frame.f_code.co_name == "run_cell_magic":
            return True
        traceback = traceback.tb_next
    return False


def _is_top_level(code: CodeType) -> bool:
    # "<cell line: 3>" was the name until IPython 8.4, "<module>" is it now.
    return code.co_name == "<module>" or code.co_name.startswith("<cell line")


def _line_of_late_syntax_error(error: BaseException) -> int | None:
    # Of "x = 1" and "return x" only the second fails to compile, when the first has run.
    return error.lineno if isinstance(error, SyntaxError) else None


def _statement_at(body: list[ast.stmt], line: int | None) -> ast.stmt | None:
    if line is None:
        return None
    for statement in body:
        if _first_line(statement) <= line <= (statement.end_lineno or statement.lineno):
            return statement
    return None


def _first_line(statement: ast.stmt) -> int:
    decorators = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])
