"""Names of libraries and of Python that the session gave another meaning: `time.sleep = n.append`."""

import ast
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from ipyprod.lineage.session_code import NO_TOKENS, Code, Tokens
from ipyprod.source.chains import root_name
from ipyprod.source.statements import Statement

_SETTING = frozenset({"setattr", "delattr"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """What a use of a name may come to now: what it may change, run, and the state it is part of.

    time.sleep = n.append
                 ^ `time.sleep(3)` changes `n`
    """

    names: frozenset[str] = frozenset()
    tokens: Tokens = NO_TOKENS
    states: frozenset[str] = frozenset()


def attributes_set(nodes: Iterable[ast.AST]) -> frozenset[tuple[str, str]]:
    """Return the attributes that code sets or deletes, each behind the name that leads to it."""
    found: set[tuple[str, str]] = set()
    for part in nodes:
        if isinstance(part, ast.Attribute) and not isinstance(part.ctx, ast.Load):
            found.add((root_name(part), part.attr))
        elif isinstance(part, ast.Call) and getattr(part.func, "id", "") in _SETTING:
            found.update(
                (root_name(part.args[0]), one.value)
                for one in part.args[1:2]
                if isinstance(one, ast.Constant) and isinstance(one.value, str)
            )
    return frozenset(found)


def uses_of(
    statement: Statement,
    codes: Iterable[Code],
    replaced: Mapping[str, Replacement],
    bound: Collection[str],
) -> Replacement:
    """Return what a statement, with the session code that it calls, may come to by such names.

    A name that is `bound` in the session is a variable, whatever is called so elsewhere.
    """
    attributes, used = set(statement.names.attributes), set(statement.names.reads)
    for code in codes:
        attributes |= code.names.attributes
        used |= set(code.names.deferred_reads)
    used = attributes | (used - set(bound))
    return joined(replaced[name] for name in used & replaced.keys())


def joined(several: Iterable[Replacement]) -> Replacement:
    """Return all of these in one."""
    several = tuple(several)
    return Replacement(
        names=frozenset[str]().union(*(one.names for one in several)),
        tokens=NO_TOKENS.union(*(one.tokens for one in several)),
        states=frozenset[str]().union(*(one.states for one in several)),
    )
