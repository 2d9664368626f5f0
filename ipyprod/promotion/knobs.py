"""Which literals of a snippet become keyword parameters, and what is told about them."""

import ast
import io
import tokenize
from collections.abc import Collection, Iterable

from ipyprod.lineage.graph import LineageGraph
from ipyprod.promotion.companions import Surroundings, bound_names
from ipyprod.promotion.literals import literal_binding, literal_source, literal_type
from ipyprod.promotion.plan import Parameter
from ipyprod.promotion.seen_types import all_types
from ipyprod.promotion.sentences import comment_text
from ipyprod.session.cell import TypeNote
from ipyprod.source.statements import Finish, Statement

_MOST_VALUES = 4
_LONGEST_VALUE = 16
_LONGEST_KNOB = 100


def inner_knobs(
    snippet: tuple[Statement, ...], kept: Collection[str], returned: Collection[str]
) -> dict[str, Statement]:
    """Return the names that the snippet binds once, to a literal, and uses only after that.

    `kept` are names that stay what they are. Where everything in `returned` would be a knob, what
    is bound last is the result and no knob.
    """
    found: dict[str, Statement] = {}
    for place, statement in enumerate(snippet):
        for name in statement.names.binds:
            if any(_uses(s, name) for s in snippet[:place]):
                continue  # a value from before the snippet
            if literal_binding(statement, name) is None or name in kept:
                continue
            if any(_uses(s, name) for s in snippet[:place]):
                continue  # what it was before matters too
            others = [s for s in snippet if s is not statement]
            if name in bound_names(others) or not _is_short(statement) or _changes(others, name):
                continue
            if statement.finish is Finish.DONE and any(_uses(s, name) for s in others):
                found[name] = statement
    if returned and all(name in found for name in returned):
        return {name: s for name, s in found.items() if name not in returned}
    return found


def _is_short(statement: Statement) -> bool:
    """Whether a literal reads as a setting; a text of several lines is data."""
    return "\n" not in statement.text and len(statement.text) <= _LONGEST_KNOB


def _changes(statements: Iterable[Statement], name: str) -> bool:
    return any(name in s.names.deletes or name in s.names.deferred_binds for s in statements)


def _uses(statement: Statement, name: str) -> bool:
    return name in statement.names.reads or name in statement.names.deferred_reads


def choose_knobs(
    graph: LineageGraph,
    around: Surroundings,
    inner: dict[str, Statement],
    *,
    keywords: Collection[str],
    required: Collection[str],
) -> dict[str, Statement]:
    """Return the inputs that become keyword parameters with their literal as the default.

    `keywords` are asked for; `required` are to be parameters without a default.
    """
    found = dict(inner)
    for name, statement in around.literals.items():
        bindings = [s for s in graph.statements if name in s.names.binds | s.names.may_bind]
        only_literals = all(literal_binding(s, name) is not None for s in bindings)
        if only_literals and name not in around.local and _is_short(statement):
            found[name] = statement
    found |= {n: s for n, s in around.literals.items() if n in keywords}
    return {n: s for n, s in found.items() if n not in required}


def knob_parameter(graph: LineageGraph, name: str, statement: Statement) -> Parameter:
    """Return the keyword parameter made of a knob's binding."""
    value = literal_binding(statement, name)
    if value is None:
        return Parameter(name=name, type=None)
    note: TypeNote | None = literal_type(value)
    if note is not None and note.qualname == "NoneType":
        note = _optional(all_types(graph, name))
    return Parameter(
        name=name,
        type=note,
        default=literal_source(statement, value),
        is_keyword_only=True,
        comment=_comment(graph, name, statement),
        tried=_tried(graph, name),
    )


def _comment(graph: LineageGraph, name: str, statement: Statement) -> str:
    """Return the comment above or beside a knob, or one of its earlier bindings."""
    earlier = [s for s in graph.statements if name in s.names.binds and s is not statement]
    for binding in (statement, *reversed(earlier)):
        if literal_binding(binding, name) is not None:
            text = comment_text(binding.comments) or comment_text(_trailing_comment(binding.text))
            if text:
                return text
    return ""


def _optional(seen: tuple[TypeNote, ...]) -> TypeNote | None:
    """Return the type of a knob that is None by default: what it was at other times, or None."""
    others = {note.qualname: note for note in seen if note.qualname != "NoneType"}
    if not others:
        return None
    nothing = TypeNote(module="builtins", qualname="NoneType")
    return TypeNote(module="typing", qualname="Union", union=(*others.values(), nothing))


def _trailing_comment(text: str) -> str:
    """Return the comment at the end of a statement of one line."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        return ""
    return next((t.string for t in tokens if t.type == tokenize.COMMENT), "")


def _tried(graph: LineageGraph, name: str) -> str:
    """Return the values that the session gave a knob, "" where it had only one."""
    found: dict[str, ast.expr] = {}
    for statement in graph.statements:
        value = literal_binding(statement, name) if name in statement.names.binds else None
        if value is not None and statement.finish is Finish.DONE:
            found.setdefault(literal_source(statement, value), value)
    numbers = {source: _number(value) for source, value in found.items()}
    if len(found) < 2:  # noqa: PLR2004  # the default says it all
        return ""
    known = {source: number for source, number in numbers.items() if number is not None}
    if len(known) == len(found):
        ordered = sorted(known, key=lambda source: known[source])
        return f"{ordered[0]} to {ordered[-1]}"
    sources = list(found)[-_MOST_VALUES:]
    return ", ".join(sources) if all(len(s) <= _LONGEST_VALUE for s in sources) else ""


def _number(value: ast.expr) -> float | None:
    try:
        number = ast.literal_eval(value)
    except ValueError:
        return None
    return float(number) if type(number) in (int, float) else None
