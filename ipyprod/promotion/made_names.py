"""Names that only the translation of `_` and `Out[3]` made, left out where they are passed on."""

import ast
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from ipyprod.source.statements import Finish, Statement


def join_made_names(body: Sequence[Statement]) -> tuple[Statement, ...]:
    """Bind at once under its own name what a later statement only takes over.

    out_3 = rows.mean()
    average = out_3      gives `average = rows.mean()`
    """
    reads = Counter(name for s in body for name in (*s.names.reads, *s.names.deferred_reads))
    joined: list[Statement] = []
    for statement in body:
        made = _taken_over(statement)
        place = _maker(joined, made) if reads[made] == 1 else None
        if place is None or not _may_stand_earlier(_target(statement.node), joined[place + 1 :]):
            joined.append(statement)
        else:
            joined[place] = _joined(joined[place], statement, made)
    return tuple(joined)


def _maker(body: Sequence[Statement], made: str) -> int | None:
    """Return the place of the last statement that binds a made name, None where it is none."""
    places = [place for place, statement in enumerate(body) if made in statement.names.binds]
    return places[-1] if places and _made_name(body[places[-1]]) == made else None


def _may_stand_earlier(name: str, between: Sequence[Statement]) -> bool:
    """Whether none of the statements that a binding of `name` is to move over has to do with it."""
    for statement in between:
        names = statement.names
        touched = {*names.reads, *names.deferred_reads} | names.binds | names.may_bind
        if name in touched | names.deletes | names.deferred_binds or names.is_opaque:
            return False
    return True


def _made_name(statement: Statement) -> str:
    """Return the made name that a statement binds and nothing else, "" for others."""
    if statement.finish is not Finish.DONE:
        return ""
    name = _target(statement.node)
    return name if name in statement.made_names and statement.names.binds == {name} else ""


def _taken_over(statement: Statement) -> str:
    """Return `a` of a plain `b = a`, "" for other statements."""
    if statement.finish is not Finish.DONE or not _target(statement.node):
        return ""
    value = statement.node.value if isinstance(statement.node, ast.Assign) else None
    return value.id if isinstance(value, ast.Name) else ""


def _target(node: ast.stmt) -> str:
    match node:
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name
    return ""


def _joined(maker: Statement, taker: Statement, made: str) -> Statement:
    name = _target(taker.node)
    text = name + maker.text.removeprefix(made)
    names = replace(maker.names, binds=taker.names.binds)
    comments = maker.comments + taker.comments
    node = ast.parse(text).body[0]
    return replace(
        maker, text=text, node=node, names=names, comments=comments, made_names=frozenset()
    )
