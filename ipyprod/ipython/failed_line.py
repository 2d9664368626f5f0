"""Which top-level statement of a cell raised, as a line of the text as typed."""

import ast
import difflib
from collections.abc import Mapping
from itertools import islice
from types import CodeType, TracebackType
from typing import Any

from ipyprod.source.statement_forms import runs_as_main

_LOOKING_UP = frozenset({"__getattr__", "__getattribute__"})


def find_failed_line(
    text: str, python: str, error: BaseException, namespace: Mapping[str, Any]
) -> int | None:
    """Give the 1-based line in `text` where the statement that raised begins, None if unknown.

    What stands under `if __name__ == "__main__":` counts as the top level.

    `python` is what IPython made of `text`; `namespace` is the shell's, by whose identity the
    frames of the cell itself are told from those of modules and of files run.
    """
    try:
        body = _ran_at_top(ast.parse(python).body)
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


def find_failed_place(
    python: str, error: BaseException | None, namespace: Mapping[str, Any]
) -> int | None:
    """Tell which of the statements that begin on the failed line raised, from 0; None if unknown.

    a = 1; b = f(); c = 2
           ^ 1
    """
    start = None if error is None else _start_of_failure(error.__traceback__, namespace)
    if start is None:
        return None
    try:
        body = _ran_at_top(ast.parse(python).body)
    except (SyntaxError, ValueError, RecursionError):
        return None
    if _is_cell_magic(body):
        return None
    before = [statement for statement in body if _first_position(statement) <= start]
    if not before:
        return None
    return sum(_first_line(other) == _first_line(before[-1]) for other in before[:-1])


def raised_by_itself(error: BaseException | None, namespace: Mapping[str, Any]) -> bool:
    """Whether the top level of a cell raised an error, and no function that it called.

    A class that looks up attributes by itself, as a frame does, counts for the cell.
    """
    is_own = False
    traceback = None if error is None else error.__traceback__
    while traceback is not None:
        frame = traceback.tb_frame
        if frame.f_globals is namespace and _is_top_level(frame.f_code):
            is_own = True
        elif frame.f_globals is namespace or frame.f_code.co_name not in _LOOKING_UP:
            is_own = False
        traceback = traceback.tb_next
    return is_own


def _ran_at_top(body: list[ast.stmt]) -> list[ast.stmt]:
    """Give the statements of a cell, those under `if __name__ == "__main__":` one by one."""
    found: list[ast.stmt] = []
    for statement in body:
        found += _ran_at_top(statement.body) if runs_as_main(statement) else [statement]
    return found


def _start_of_failure(
    traceback: TracebackType | None, namespace: Mapping[str, Any]
) -> tuple[int, int] | None:
    """Give line and column (in bytes) of what the cell's top level did when it failed."""
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if traceback.tb_frame.f_globals is namespace and _is_top_level(code):
            # one position an instruction, each of which is two bytes
            place = next(islice(code.co_positions(), traceback.tb_lasti // 2, None), None)
            if place is None or place[0] is None or place[2] is None:
                return None
            return place[0], place[2]
        traceback = traceback.tb_next
    return None


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
    return _first_position(statement)[0]


def _first_position(statement: ast.stmt) -> tuple[int, int]:
    parts = [statement, *getattr(statement, "decorator_list", [])]
    return min((part.lineno, part.col_offset) for part in parts)
