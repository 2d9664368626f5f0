"""A result that was named a cell later is named where it is made."""

import ast
from collections.abc import Collection, Sequence
from dataclasses import replace

from ipyprod.source.statements import Finish, Statement, StatementNames


def name_results_at_once(statements: Collection[Statement]) -> tuple[Statement, ...]:
    """Let a result carry from the start the one name that it was given afterwards.

    out_3 = df.describe()
    table = out_3
    ^ was `_`: becomes `table = df.describe()`, where nobody can tell the difference
    """
    kept = list(statements)
    for giving in list(kept):
        names = _given_and_made(giving)
        place = kept.index(giving)
        making = next((s for s in kept[:place] if names and _makes(s, names[1])), None)
        if making is None or not _is_unseen(kept, making, giving):
            continue
        kept[kept.index(making)] = _named(making, *names, comments=giving.comments)
        kept.remove(giving)
    return tuple(kept)


def _given_and_made(statement: Statement) -> tuple[str, ...]:
    """Return both names of `table = out_3`."""
    match statement.node:
        case ast.Assign(targets=[ast.Name(id=given)], value=ast.Name(id=made)):
            return (given, made) if statement.finish is Finish.DONE else ()
    return ()


def _makes(statement: Statement, name: str) -> bool:
    """Whether a statement is `name = ...` by translation alone, the user's name it never was."""
    match statement.node:
        case ast.Assign(targets=[ast.Name(id=made)]):
            is_own = made == name and name in statement.made_names
            return is_own and statement.finish is Finish.DONE
    return False


def _is_unseen(kept: Sequence[Statement], making: Statement, giving: Statement) -> bool:
    """Whether nothing reads the result under its first name, or knows the second one before."""
    given, made = _given_and_made(giving)
    others = [s for s in kept if s is not making and s is not giving]
    earlier = kept[: kept.index(giving)]
    is_opaque = any(s.names.is_opaque or s.names.is_deferred_opaque for s in kept)
    is_read = any(made in _mentioned(s.names) for s in others)
    is_known = any(given in _mentioned(s.names) for s in earlier)
    return not (is_opaque or is_read or is_known)


def _mentioned(names: StatementNames) -> frozenset[str]:
    bound = names.binds | names.may_bind | names.deletes | names.deferred_binds
    return bound | frozenset(names.reads) | frozenset(names.deferred_reads)


def _named(statement: Statement, given: str, made: str, *, comments: str) -> Statement:
    """Return the statement that makes a result, with the name `given` in place of `made`."""
    text = given + statement.text.removeprefix(made)
    names = statement.names
    return replace(
        statement,
        text=text,
        node=ast.parse(text).body[0],
        comments=statement.comments + comments,
        names=replace(
            names,
            binds=names.binds - {made} | {given},
            shares=tuple((given if n == made else n, held) for n, held in names.shares),
        ),
        made_names=statement.made_names - {made},
    )
