"""The docstring of a function, in numpy style."""

import textwrap

from ipyprod.promotion.plan import CopyKind, Parameter, PromotionPlan
from ipyprod.session.cell import TypeNote

_WIDTH = 88
_COLUMN_LIMIT = 8


def write_docstring(plan: PromotionPlan, hints: dict[str, str], returned: str) -> str:
    """Return the docstring's text without quotes, not indented.

    `hints` are the annotations of the parameters and returned names, `returned` that of the value.
    """
    parts = [summary_of(plan)]
    if plan.parameters:
        entries = [_parameter(p, hints.get(p.name, "Any")) for p in plan.parameters]
        parts.append(_section("Parameters", entries))
    returns = [_entry(f"{r.name} : {hints.get(r.name, 'Any')}", seen(r.type)) for r in plan.returns]
    if plan.result is not None:
        returns = [_entry(returned, seen(plan.result_type))]
    if returns:
        parts.append(_section("Returns", returns))
    return "\n\n".join(parts).replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


def summary_of(plan: PromotionPlan) -> str:
    """Return the first line: what was asked for, the comment, or what the function makes."""
    text = " ".join(plan.summary.split()) or _plain_sentence(plan)
    return text if text.endswith((".", "!", "?")) else text + "."


def seen(note: TypeNote | None) -> str:
    """Return what was seen of a value beyond its type: "5 rows x 2 columns: city (object), ..."."""
    if note is None:
        return ""
    if note.columns and note.shape:
        shown = ", ".join(f"{name} ({dtype})" for name, dtype in note.columns[:_COLUMN_LIMIT])
        more = "" if len(note.columns) <= _COLUMN_LIMIT else ", ..."
        count = note.column_count or len(note.columns)
        return f"{_count(note.shape[0], 'row')} x {_count(count, 'column')}: {shown}{more}."
    if note.shape is not None and note.dtype:
        if note.qualname == "Series":
            return f"{_count(note.shape[0], 'value')}, {note.dtype}."
        return f"Shape {note.shape}, {note.dtype}."
    if (
        note.length is not None
        and note.module == "builtins"
        and note.qualname not in ("str", "bytes")
    ):
        return f"{_count(note.length, 'item')}."
    return ""


def _plain_sentence(plan: PromotionPlan) -> str:
    made = _names([r.name for r in plan.returns])
    used = _names([p.name for p in plan.parameters if not p.default])
    if plan.result is not None:
        made = f"`{' '.join(plan.result.text.split())}`"
        if len(made) < _WIDTH - 20:
            return f"Return {made}"
        made = "a value"
    if made and made == used:
        is_copied = all(p.copy not in (CopyKind.NONE, CopyKind.UNSAFE) for p in plan.parameters)
        return f"Return a changed copy of {made}" if is_copied else f"Change {made}"
    if not made:
        return f"Run the steps of `{plan.name}`" + (f" on {used}" if used else "")
    return f"Make {made} from {used}" if used else f"Make {made}"


def _names(names: list[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    if len(quoted) < 2:  # noqa: PLR2004  # one name needs no "and"
        return "".join(quoted)
    return ", ".join(quoted[:-1]) + " and " + quoted[-1]


def _parameter(parameter: Parameter, hint: str) -> str:
    head = f"{parameter.name} : {hint}"
    if parameter.default and "\n" not in parameter.default:
        head += f", default {parameter.default}"
    text = seen(parameter.type)
    if parameter.comment:
        comment = parameter.comment[0].upper() + parameter.comment[1:]
        text = comment if comment.endswith(".") else comment + "."
    return _entry(head, text)


def _entry(head: str, text: str) -> str:
    lines = textwrap.wrap(text, _WIDTH - 8)
    return "\n".join([head, *(f"    {line}" for line in lines)])


def _section(title: str, entries: list[str]) -> str:
    return "\n".join([title, "-" * len(title), *entries])


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}" + ("" if number == 1 else "s")
