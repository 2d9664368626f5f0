"""The `{expression}` and `$name` of commands and magics, as IPython fills them in."""

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from string import Formatter

from ipyprod.source.builtin_names import BUILTIN_NAMES

# IPython.utils.text.DollarFormatter: a dollar name outside single quotes.
_DOLLAR_NAME = re.compile(r"(.*?)\$(\$?[\w\.]+)(?=([^']*'[^']*')*[^']*$)")


@dataclass(frozen=True, slots=True)
class Field:
    """An expression that is filled in; `conversion` is "", "r", "s" or "a"."""

    expression: str
    conversion: str = ""


Part = str | Field


def expand(text: str, is_bound: Callable[[str], bool]) -> tuple[Part, ...]:
    """Split a text into literal parts and fields.

    IPython leaves the text as it is, braces and all, where any of its fields does not evaluate:
    `awk '{print $1}'` is one literal. `is_bound` tells whether a name has a value at this point.
    """
    try:
        parts = _parts(text)
    except (ValueError, SyntaxError):
        return (text,)
    if all(is_bound(name) for part in parts if isinstance(part, Field) for name in _names(part)):
        return parts
    return (text,)


def as_literal(parts: tuple[Part, ...]) -> str | None:
    """Give the text of parts without a field, None where there is a field."""
    return "".join(map(str, parts)) if not any(isinstance(p, Field) for p in parts) else None


def write_string(parts: tuple[Part, ...]) -> str:
    """Write the parts as a Python string expression."""
    literal = as_literal(parts)
    if literal is not None:
        return quote(literal)
    fields = [part for part in parts if isinstance(part, Field)]
    quotes = [q for q in "\"'" if not any(q in field.expression for field in fields)]
    if not quotes or any(re.search(r"[\\#\n]", field.expression) for field in fields):
        return _format_call(parts, fields)
    body = "".join(
        _escape(part, quotes[0]) if isinstance(part, str) else _written_field(part)
        for part in parts
    )
    return f"f{quotes[0]}{body}{quotes[0]}"


def quote(text: str) -> str:
    """Write a string literal, in double quotes where that needs no escape."""
    written = repr(text)
    if written.startswith("'") and '"' not in text:
        return f'"{written[1:-1]}"'
    return written


def _parts(text: str) -> tuple[Part, ...]:
    parts: list[Part] = []
    for literal, name, spec, conversion in Formatter().parse(text):
        done, pending = 0, ""
        for match in _DOLLAR_NAME.finditer(literal):
            if match[2].startswith("$"):
                pending += match[1] + match[2]
            else:
                parts += [pending + match[1], _field(match[2], "")]
                pending = ""
            done = match.end()
        parts.append(pending + literal[done:])
        if name is not None:
            parts.append(_field(f"{name}:{spec}" if spec else name, conversion or ""))
    return _joined(parts)


def _field(expression: str, conversion: str) -> Field:
    ast.parse(expression, mode="eval")
    if conversion not in ("", "r", "s", "a"):
        raise ValueError(conversion)
    return Field(expression.strip(), conversion)


def _joined(parts: list[Part]) -> tuple[Part, ...]:
    joined: list[Part] = []
    for part in parts:
        last = joined[-1] if joined else None
        if isinstance(part, str) and isinstance(last, str):
            joined[-1] = last + part
        elif part != "":
            joined.append(part)
    return tuple(joined) or ("",)


def _names(field: Field) -> set[str]:
    tree = ast.parse(field.expression, mode="eval")
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    bound = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    return {node.id for node in names} - bound - BUILTIN_NAMES


def _written_field(field: Field) -> str:
    conversion = f"!{field.conversion}" if field.conversion else ""
    opening = "{ " if field.expression.startswith("{") else "{"
    return f"{opening}{_guarded(field.expression)}{conversion}}}"


def _guarded(expression: str) -> str:
    """Parenthesise what an f-string would take for a format or a conversion: a lambda, `!=`."""
    return f"({expression})" if ":" in expression or "!" in expression else expression


def _escape(text: str, mark: str) -> str:
    special = {"\\": "\\\\", mark: f"\\{mark}", "{": "{{", "}": "}}"}
    return "".join(special.get(char) or repr(char)[1:-1].replace("\\'", "'") for char in text)


def _format_call(parts: tuple[Part, ...], fields: list[Field]) -> str:
    template = "".join(
        (
            part.replace("{", "{{").replace("}", "}}")
            if isinstance(part, str)
            else "{" + (f"!{part.conversion}" if part.conversion else "") + "}"
        )
        for part in parts
    )
    arguments = ", ".join(field.expression for field in fields)
    return f"{quote(template)}.format({arguments})"
