"""A session's statements as one program that does again what they did."""

import ast
from dataclasses import dataclass

from ipyprod.source.statements import Finish, ParsedSession, Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """The program, and for each of its lines (from 1) the place in the session it comes from."""

    text: str
    places: tuple[str, ...]


def write_replay(parsed: ParsedSession, *, interrupted: frozenset[int] = frozenset()) -> Replay:
    """Join every statement that ran, in order.

    A statement that raised is tried again and its error passed over. `interrupted` are the events
    of cells that were stopped by hand: what was running then is left out, it might never end.
    """
    futures: list[Statement] = []
    others: list[Statement] = []
    for statement in parsed.statements:
        if statement.finish is Finish.RAISED and statement.event in interrupted:
            continue
        is_future = isinstance(statement.node, ast.ImportFrom) and (
            statement.node.module == "__future__"
        )
        (futures if is_future else others).append(statement)
    lines: list[str] = []
    places: list[str] = []
    for statement in futures + others:
        text = _statement_text(statement)
        lines.append(text)
        places.extend(_places(statement, text.count("\n") + 1))
    return Replay(text="\n".join([*lines, ""]), places=tuple(places))


def _statement_text(statement: Statement) -> str:
    if statement.finish is not Finish.RAISED:
        return statement.text
    passed_over = ast.ExceptHandler(
        type=ast.Name(id="BaseException", ctx=ast.Load()), name=None, body=[ast.Pass()]
    )
    tried = ast.Try(body=[statement.node], handlers=[passed_over], orelse=[], finalbody=[])
    return ast.unparse(ast.fix_missing_locations(tried))


def _places(statement: Statement, count: int) -> list[str]:
    last = statement.end_line
    lines = (min(statement.line + place, last) for place in range(count))
    return [f"In [{statement.cell_number}], line {line}" for line in lines]
