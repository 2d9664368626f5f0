"""The docstring of a function, in numpy or Google style."""

import ast
import textwrap

from ipyprod.promotion.literals import double_quoted
from ipyprod.promotion.plan import CopyKind, DocstringStyle, Parameter, PromotionPlan
from ipyprod.promotion.raised_errors import RaisedError, raised_errors
from ipyprod.promotion.sentences import imperative_words
from ipyprod.promotion.uses import first_use
from ipyprod.session.cell import TypeNote

_WIDTH = 88
_COLUMN_LIMIT = 8
_DRAWN = frozenset({"Figure", "Axes"})


def write_docstring(plan: PromotionPlan, hints: dict[str, str], returned: str) -> str:
    """Return the docstring's text without quotes, not indented.

    `hints` are the annotations of the parameters and returned names, `returned` that of the value.
    """
    parts = [summary_of(plan)]
    if plan.description:
        parts.append(textwrap.fill(_sentence(plan.description), _WIDTH - 4))
    write = _google_sections if plan.style is DocstringStyle.GOOGLE else _numpy_sections
    return "\n\n".join([*parts, *write(plan, hints, returned)])


def _numpy_sections(plan: PromotionPlan, hints: dict[str, str], returned: str) -> list[str]:
    sections = []
    if plan.parameters:
        entries = [
            _entry(_numpy_head(p, hints.get(p.name, "Any")), _about(plan, p))
            for p in plan.parameters
        ]
        sections.append(_section("Parameters", entries))
    returns = [_entry(f"{r.name} : {hints.get(r.name, 'Any')}", seen(r.type)) for r in plan.returns]
    if plan.result is not None:
        returns = [_entry(returned, seen(plan.result_type))]
    if returns:
        sections.append(_section("Returns", returns))
    errors = raised_errors(plan)
    if errors:
        sections.append(_section("Raises", [_entry(e.name, _condition(e)) for e in errors]))
    if plan.example:
        sections.append(_section("Examples", list(plan.example)))
    return sections


def _google_sections(plan: PromotionPlan, hints: dict[str, str], returned: str) -> list[str]:
    sections = []
    if plan.parameters:
        entries = [
            _google_entry(f"{p.name} ({hints.get(p.name, 'Any')})", _about(plan, p))
            for p in plan.parameters
        ]
        sections.append("\n".join(["Args:", *entries]))
    returns = [
        f"`{r.name}`" + (f", {_lower(seen(r.type))}" if seen(r.type) else ".") for r in plan.returns
    ]
    if plan.result is not None:
        returns = [seen(plan.result_type) or "The value."]
    if returns:
        sections.append(f"Returns:\n{_google_entry(returned, ' '.join(returns))}")
    errors = raised_errors(plan)
    if errors:
        entries = [_google_entry(e.name, _condition(e) or "See the code.") for e in errors]
        sections.append("\n".join(["Raises:", *entries]))
    if plan.example:
        sections.append("\n".join(["Examples:", *(f"    {line}" for line in plan.example)]))
    return sections


def summary_of(plan: PromotionPlan) -> str:
    """Return the first line: what was asked for, the comment, or what the function makes."""
    return _sentence(" ".join(plan.summary.split()) or _plain_sentence(plan))


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
        if note.qualname in ("Series", "Index") or note.qualname.endswith("Index"):
            return f"{_count(note.shape[0], 'value')}, {note.dtype}."
        return f"Shape {note.shape}, {note.dtype}."
    if note.qualname in ("list", "dict", "set", "frozenset", "tuple") and note.length is not None:
        return "" if note.is_fixed_tuple else f"{_count(note.length, 'item')}."
    return ""


def _plain_sentence(plan: PromotionPlan) -> str:
    made = _names([r.name for r in plan.returns])
    used = _names([p.name for p in plan.parameters if not p.default])
    if plan.result is not None:
        made = f"`{double_quoted(' '.join(plan.result.text.split()))}`"
        if len(made) < _WIDTH - 20 and "`" not in made[1:-1]:
            return f"Return {made}"
        made = "a value"
    told = imperative_words(plan.name)
    if not made and told:
        return f"{told} from {used}" if used else told
    if not made:
        return f"Run the steps of `{plan.name}`" + (f" on {used}" if used else "")
    verb = _verb(plan)
    given = [p.name for p in plan.parameters if not p.default]
    changed = [r.name for r in plan.returns if r.name in given]
    if changed and len(changed) == len(plan.returns):
        return _change_sentence(plan, verb, changed, [n for n in given if n not in changed])
    word = "to" if verb == "Fit" else "from"
    return f"{verb} {made} {word} {used}" if used else f"{verb} {made}"


def _change_sentence(plan: PromotionPlan, verb: str, changed: list[str], others: list[str]) -> str:
    """Say what becomes of parameters that are given back."""
    what, by = _names(changed), _names(others)
    if verb == "Fit":
        return f"Fit {what} to {by}" if by else f"Fit {what}"
    if verb == "Draw":
        return f"Draw {by} on {what}" if by else f"Draw on {what}"
    kinds = [p.copy for p in plan.parameters if p.name in changed]
    in_place = plan.is_inplace or CopyKind.UNSAFE in kinds
    sentence = f"Change {what} in place" if in_place else f"Return a changed copy of {what}"
    return f"{sentence}, given {by}" if by else sentence


def _verb(plan: PromotionPlan) -> str:
    """Return the word for how the result is made: drawn, fitted, loaded or computed."""
    if len(plan.returns) > 1:
        return "Compute"
    note = plan.returns[0].type if plan.returns else plan.result_type
    if note is not None and note.qualname in _DRAWN:
        return "Draw"
    name = plan.returns[0].name if plan.returns else ""
    for statement in plan.body:
        match statement.node:
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=i), attr="fit"))):
                if i == name:
                    return "Fit"
            case ast.Assign(targets=[ast.Name(id=i)], value=ast.Call(func=ast.Attribute(attr=a))):
                if i == name and a in ("fit", "fit_predict", "fit_transform"):
                    return "Fit"
                if i == name and a.startswith(("read_", "load")):
                    return "Load"
    return "Compute"


def _names(names: list[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    if len(quoted) < 2:  # noqa: PLR2004  # one name needs no "and"
        return "".join(quoted)
    return ", ".join(quoted[:-1]) + " and " + quoted[-1]


def _numpy_head(parameter: Parameter, hint: str) -> str:
    return f"{parameter.name} : {hint}{_comma(_default(parameter))}"


def _default(parameter: Parameter) -> str:
    has_default = parameter.default and "\n" not in parameter.default
    return f"default {double_quoted(parameter.default)}" if has_default else ""


def _about(plan: PromotionPlan, parameter: Parameter) -> str:
    text = _sentence(parameter.comment) if parameter.comment else seen(parameter.type)
    if parameter.tried:
        text = f"{text} Values tried: {double_quoted(parameter.tried)}.".strip()
    use = "" if text else first_use(parameter.name, (*plan.body, *plan.nested))
    return f"Used in `{double_quoted(use)}`." if use else text


def _condition(error: RaisedError) -> str:
    return error.reason or (f"If `{error.condition}`." if error.condition else "")


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else text + "."


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _comma(text: str) -> str:
    return f", {text}" if text else ""


def _entry(head: str, text: str) -> str:
    lines = textwrap.wrap(text, _WIDTH - 8)
    return "\n".join([head, *(f"    {line}" for line in lines)])


def _google_entry(head: str, text: str) -> str:
    lines = textwrap.wrap(f"{head}: {text}" if text else f"{head}:", _WIDTH - 8)
    return "\n        ".join([f"    {lines[0]}", *lines[1:]])


def _section(title: str, entries: list[str]) -> str:
    return "\n".join([title, "-" * len(title), *entries])


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}" + ("" if number == 1 else "s")
