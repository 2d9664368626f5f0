"""A session's statements as one program."""

import ast

from ipyprod.source.statements import (
    Finish,
    ParsedSession,
    Statement,
    StatementKind,
    StatementNames,
)
from ipyprod.verification.replay import Replay, write_replay


def statement(text: str, event: int, line: int = 1, finish: Finish = Finish.DONE) -> Statement:
    return Statement(
        event=event,
        index=0,
        cell_number=event + 1,
        line=line,
        end_line=line + text.count("\n"),
        text=text,
        node=ast.parse(text).body[0],
        kind=StatementKind.OTHER,
        names=StatementNames(),
        finish=finish,
    )


def replay(*statements: Statement, interrupted: frozenset[int] = frozenset()) -> Replay:
    parsed = ParsedSession(statements=statements, omissions=())
    return write_replay(parsed, interrupted=interrupted)


def test_statements_are_joined_in_order_and_every_line_has_its_place():
    made = replay(statement("x = 1", 0), statement("for i in x:\n    pass", 2, line=4))
    assert made.text == "x = 1\nfor i in x:\n    pass\n"
    assert made.places == ("In [1], line 1", "In [3], line 4", "In [3], line 5")


def test_a_statement_that_raised_is_tried_again():
    made = replay(statement("f('''a\nb''')", 0, finish=Finish.RAISED))
    namespace: dict[str, object] = {}
    exec(made.text, namespace)
    assert len(made.places) == made.text.count("\n")


def test_a_statement_that_was_stopped_by_hand_is_left_out():
    endless = statement("while True: pass", 3, finish=Finish.RAISED)
    assert replay(endless, interrupted=frozenset({3})).text == ""


def test_future_imports_come_first():
    made = replay(statement("x = 1", 0), statement("from __future__ import annotations", 1))
    assert made.text.startswith("from __future__")
    assert made.places[0] == "In [2], line 1"
