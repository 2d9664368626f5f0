"""Design first: a function that is only declared, and how a promotion departs from it."""

import ast
import builtins
import keyword
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ipyprod.errors import SelectionError
from ipyprod.promotion.definition_text import quote_docstring
from ipyprod.promotion.docstring import write_docstring
from ipyprod.promotion.imports import ImportNames
from ipyprod.promotion.literals import is_literal, literal_type
from ipyprod.promotion.plan import (
    DocstringStyle,
    Parameter,
    PromotionPlan,
    RenderedFunction,
    ReturnValue,
)
from ipyprod.promotion.type_hints import hint_of
from ipyprod.session.cell import TypeNote

_FORM = 'write %ipyprod stub "clean(df, limit=3) -> df"'
_CUSTOMARY = {
    "pd": "import pandas as pd",
    "np": "import numpy as np",
    "Any": "from typing import Any",
}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """A signature as it was asked for.

    `node` is the empty function; `returned` are the names or the type after the arrow.
    """

    node: Function
    returned: tuple[ast.expr, ...] = ()

    @property
    def name(self) -> str:
        """The name of the function."""
        return self.node.name


def parse_design(text: str) -> Design:
    """Read "clean(df, limit=3) -> df"; several results are separated by commas.

    Raises:
        SelectionError: it is no signature; nothing was written.
    """
    head, _, tail = text.strip().removesuffix(":").partition("->")
    is_async = head.lstrip().startswith("async ")
    head = head.strip().removeprefix("async ").strip().removeprefix("def ").strip()
    if not re.fullmatch(r"\w+\s*\(.*\)", head, re.DOTALL):
        raise _refusal(f"{text.strip()!r} is no signature")
    try:
        source = f"{'async ' if is_async else ''}def {head}: ..."
        compile(source, "<design>", "exec", dont_inherit=True)  # also sees a name given twice
        node = ast.parse(source).body[0]
        value = ast.parse(f"({tail.strip()},)", mode="eval").body if tail.strip() else None
    except (SyntaxError, ValueError) as error:
        raise _refusal(f"{text.strip()!r} is no signature ({error.args[0]})") from None
    if not isinstance(node, Function) or keyword.issoftkeyword(node.name):
        raise _refusal(f"{text.strip()!r} is no signature")
    if node.args.vararg or node.args.kwarg:
        raise _refusal("a design names each of its parameters: no * and no ** before a name")
    returned = tuple(value.elts) if isinstance(value, ast.Tuple) else ()
    return Design(node=node, returned=returned)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the session says of the names in a design: their types, and its imports."""

    types: Mapping[str, TypeNote]
    names: ImportNames
    imports: Mapping[str, str]  # the name that an import binds -> the import


def render_design(
    design: Design, around: Surroundings, *, doc: str, style: DocstringStyle
) -> RenderedFunction:
    """Return the stub: typed, documented, and raising `NotImplementedError`.

    Raises:
        SelectionError: an annotation or a default names what is not known.
    """
    writer = _Writer(design, around)
    parameters = tuple(writer.parameters())
    hints = dict(writer.hints)
    returns = [writer.returned(one) for one in design.returned]
    written = [hint for _, hint in returns]
    whole = f"tuple[{', '.join(written)}]" if len(written) > 1 else (written or ["None"])[0]
    named = tuple(ReturnValue(name=name, type=None) for name, _ in returns if name)
    hints |= {name: hint for name, hint in returns if name and name not in hints}
    summary = doc or (f"Return {', '.join(f'`{r.name}`' for r in named)}." if named else "")
    plan = PromotionPlan(
        name=design.name,
        parameters=parameters,
        body=(),
        returns=named,
        imports=(),
        companions=(),
        summary=summary or f"{design.name.replace('_', ' ').strip().capitalize()}.",
        style=style,
    )
    text = write_docstring(plan, hints, whole)
    docstring = quote_docstring(text, closing="\n" if "\n" in text else "")
    start = "async def" if isinstance(design.node, ast.AsyncFunctionDef) else "def"
    lines = [
        f"{start} {design.name}({', '.join(_signature(parameters, hints))}) -> {whole}:",
        textwrap.indent(docstring, "    "),
        "    raise NotImplementedError",
        "",
    ]
    return RenderedFunction(
        name=design.name,
        text="\n".join(lines),
        imports=tuple(dict.fromkeys(writer.imports)),
    )


def _signature(parameters: tuple[Parameter, ...], hints: Mapping[str, str]) -> Iterator[str]:
    has_star = False
    for one in parameters:
        if one.is_keyword_only and not has_star:
            has_star = True
            yield "*"
        yield f"{one.name}: {hints[one.name]}" + (f" = {one.default}" if one.default else "")


class _Writer:
    """Collects the imports that the types of a design need."""

    def __init__(self, design: Design, around: Surroundings) -> None:
        self.design = design
        self.around = around
        self.imports: list[str] = []
        self.hints: dict[str, str] = {}

    def parameters(self) -> Iterator[Parameter]:
        """Give the parameters; one with a default is keyword-only, as in a promoted function."""
        given = self.design.node.args
        placed = [*given.posonlyargs, *given.args]
        defaults = [None] * (len(placed) - len(given.defaults)) + list(given.defaults)
        pairs = [*zip(placed, defaults, strict=True)]
        only = {a.arg for a in given.kwonlyargs}
        pairs += zip(given.kwonlyargs, given.kw_defaults, strict=True)
        pairs.sort(key=lambda pair: pair[1] is not None or pair[0].arg in only)
        for argument, default in pairs:
            self.hints[argument.arg] = self._hint(argument, default)
            yield Parameter(
                name=argument.arg,
                type=None,
                default=self._known(default) if default is not None else "",
                is_keyword_only=default is not None or argument.arg in only,
            )

    def returned(self, value: ast.expr) -> tuple[str, str]:
        """Give the name and the type of a result: a variable of the session, or a type."""
        if isinstance(value, ast.Name):
            note = self.around.types.get(value.id)
            if value.id in self.hints:
                return value.id, self.hints[value.id]
            if note is not None and not note.is_callable:
                return value.id, self._written(note)
            if not hasattr(builtins, value.id) and value.id not in self.around.imports:
                return value.id, self._written(None)
        return "", self._known(value)

    def _hint(self, argument: ast.arg, default: ast.expr | None) -> str:
        if argument.annotation is not None:
            return self._known(argument.annotation)
        note = self.around.types.get(argument.arg)
        if note is None and default is not None and is_literal(default):
            note = literal_type(default)
        return self._written(note)

    def _written(self, note: TypeNote | None) -> str:
        hint = hint_of(note, self.around.names, ())
        self.imports += hint.imports
        return hint.text

    def _known(self, value: ast.expr) -> str:
        for node in ast.walk(value):
            if not isinstance(node, ast.Name) or hasattr(builtins, node.id):
                continue
            found = self.around.imports.get(node.id) or _CUSTOMARY.get(node.id)
            if found is None:
                raise _refusal(f"{node.id} in the design is neither imported nor a builtin")
            self.imports.append(found)
        return ast.unparse(value)


def is_stub(node: ast.stmt) -> bool:
    """Whether a function is only declared: a docstring at most, then `NotImplementedError`."""
    if not isinstance(node, Function):
        return False
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    if len(body) != 1 or not isinstance(body[0], ast.Raise):
        return False
    raised = body[0].exc.func if isinstance(body[0].exc, ast.Call) else body[0].exc
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"


def stub_summary(node: ast.stmt) -> str:
    """Return the first line of a stub's docstring."""
    text = ast.get_docstring(node) if isinstance(node, Function) else None
    return text.partition("\n")[0] if text else ""


def departures(design: ast.stmt, made: ast.stmt) -> tuple[str, ...]:
    """Return where a function departs from its design, a sentence each."""
    if not isinstance(design, Function) or not isinstance(made, Function):
        return (f"the design is a {_kind(design)}, this is a {_kind(made)}",)
    found = [*_parameter_departures(design, made)]
    if _text(design.returns) != _text(made.returns):
        found.append(f"it returns {_text(made.returns)}; the design says {_text(design.returns)}")
    wanted, given = _returned_names(design), _returned_names(made)
    if wanted and given and wanted != given:
        found.append(f"it returns {', '.join(given)}; the design says {', '.join(wanted)}")
    if type(design) is not type(made):
        found.append(f"it is a {_kind(made)}; the design says {_kind(design)}")
    return tuple(found)


def _parameter_departures(design: Function, made: Function) -> Iterator[str]:
    wanted, given = _parameters(design), _parameters(made)
    for name in wanted.keys() - given.keys():
        yield f"it does not take {name}, which the design has"
    for name in given.keys() - wanted.keys():
        yield f"it takes {name}, which the design does not have"
    common = [name for name in wanted if name in given]
    for name in common:
        hint, default, is_keyword = given[name]
        old_hint, old_default, was_keyword = wanted[name]
        if hint != old_hint and old_hint not in ("", "Any"):
            yield f"{name} is {hint}; the design says {old_hint}"
        if default != old_default:
            yield f"{name} {_by_default(default)}; the design says: {_by_default(old_default)}"
        elif is_keyword != was_keyword:
            yield f"{name} is given by {_way(by_name=is_keyword)}; the design says by {_way(by_name=was_keyword)}"
    order = [name for name in given if name in common]
    if order != common and not any(wanted[name][2] for name in common):
        yield f"its parameters come as {', '.join(order)}; the design says {', '.join(common)}"


def _parameters(node: Function) -> dict[str, tuple[str, str, bool]]:
    """Return (annotation, default, is keyword-only) of each parameter."""
    given = node.args
    placed = [*given.posonlyargs, *given.args]
    defaults = [None] * (len(placed) - len(given.defaults)) + list(given.defaults)
    found = {
        argument.arg: (_text(argument.annotation), _text(default), False)
        for argument, default in zip(placed, defaults, strict=True)
    }
    return found | {
        argument.arg: (_text(argument.annotation), _text(default), True)
        for argument, default in zip(given.kwonlyargs, given.kw_defaults, strict=True)
    }


def _returned_names(node: Function) -> list[str]:
    """Return the names in the section "Returns" of a docstring in numpy style."""
    text = ast.get_docstring(node) or ""
    section = re.search(r"^Returns\n-+\n((?:.+\n?)*)", text, re.MULTILINE)
    return re.findall(r"^(\w+) :", section[1], re.MULTILINE) if section else []


def _text(node: ast.expr | None) -> str:
    return ast.unparse(node) if node is not None else ""


def _by_default(default: str) -> str:
    return f"is {default} by default" if default else "has no default"


def _way(*, by_name: bool) -> str:
    return "name" if by_name else "place"


def _kind(node: ast.stmt) -> str:
    names = {ast.ClassDef: "class", ast.AsyncFunctionDef: "coroutine function"}
    return names.get(type(node), "function")


def _refusal(problem: str) -> SelectionError:
    return SelectionError(problem, hint=f"{_FORM}; nothing was written")
