"""The text of a planned function and of what stands beside it."""

import ast
import textwrap
from dataclasses import replace

from ipyprod.promotion.body import (
    annotated,
    as_local,
    body_source,
    empty_kind,
    is_empty_container,
    restored_builtins,
    starts_paragraph,
    with_builtins,
)
from ipyprod.promotion.companions import bound_names
from ipyprod.promotion.definition_checks import with_checks
from ipyprod.promotion.definition_text import (
    definition_source,
    quote_docstring,
    reads_docstrings,
)
from ipyprod.promotion.docstring import write_docstring
from ipyprod.promotion.imports import import_names
from ipyprod.promotion.indentation import indent_source
from ipyprod.promotion.input_checks import check_lines
from ipyprod.promotion.plan import (
    ClassKind,
    CopyKind,
    InputCheck,
    PromotionPlan,
    RenderedFunction,
)
from ipyprod.promotion.qualified_names import with_qualified_names
from ipyprod.promotion.type_hints import Hint, hint_of, is_converted
from ipyprod.promotion.unused_names import unused_names, without_targets
from ipyprod.session.cell import TypeNote
from ipyprod.source.statements import Statement, StatementKind


def render_function(plan: PromotionPlan) -> RenderedFunction:
    """Return the source of the planned function, not formatted yet."""
    return _Renderer(plan).render()


class _Renderer:
    """Collects the imports that the text turns out to need while it is written."""

    def __init__(self, plan: PromotionPlan) -> None:
        self.plan = plan
        self.names = import_names(s.node for s in plan.imports)
        self.imports = [s.text for s in plan.imports]
        self.classes = frozenset(
            c.name for c in plan.companions if c.statement.kind is StatementKind.CLASS
        )
        self.taken = frozenset({plan.name, *(c.name for c in plan.companions)})
        own = bound_names([*plan.body, *plan.nested]) | {p.name for p in plan.parameters}
        self.local = own | _bound_later(plan)

    def render(self) -> RenderedFunction:
        documented = not reads_docstrings(_own_code(self.plan))
        companions = [
            (c.name, definition_source(c.statement, documented=documented))
            for c in self.plan.companions
        ]
        if self.plan.definition is not None:
            text = definition_source(
                self.plan.definition,
                summary=self.plan.summary,
                comments=False,
                documented=documented,
            )
            checks = self._checks()
            text = with_checks(text, checks) if checks else text
        else:
            text = self._function()
        if self.plan.is_named:
            companions.append((self.plan.tuple_name, self._named_tuple()))
        return RenderedFunction(
            name=self.plan.name,
            text=text,
            imports=tuple(dict.fromkeys(self.imports)),
            companions=tuple(companions),
        )

    def _hint(self, note: TypeNote | None) -> str:
        hint: Hint = hint_of(
            note, self.names, self.classes, taken=self.taken, typed_arrays=self.plan.typed_arrays
        )
        self.imports += hint.imports
        return hint.text

    def _function(self) -> str:
        plan = self.plan
        hints = {p.name: self._parameter_hint(p.name, p.type) for p in plan.parameters}
        returned = self._returned(hints)
        text = write_docstring(plan, hints, returned)
        docstring = quote_docstring(text, closing="\n\n" if "\n" in text else "")
        lines = [*self._checks(), *self._prologue()]
        lines += self._statements()
        if plan.returns:
            value = ", ".join(r.name for r in plan.returns)
            lines.append(
                f"return {self.plan.tuple_name}({value})" if plan.is_named else f"return {value}"
            )
        body = "\n".join(line for line in lines if line)
        keyword = "async def" if plan.is_async else "def"
        head = f"{keyword} {plan.name}({self._signature(hints)}) -> {returned}:"
        return "\n".join([head, textwrap.indent(docstring, "    "), indent_source(body), ""])

    def _parameter_hint(self, name: str, note: TypeNote | None) -> str:
        text = self._hint(note)
        if text == "None":
            return self._hint(None)
        after = next((v.type for v in self.plan.variables if v.name == name), None)
        if after is not None and not _same_kind(note, after):
            takes_both = note is not None and is_converted(name, self.plan.body)
            both = TypeNote(module="typing", qualname="Union", union=(note, after))  # type: ignore[arg-type]  # see takes_both
            return self._hint(both if takes_both else None)
        return text

    def _returned(self, hints: dict[str, str]) -> str:
        plan = self.plan
        if plan.result is not None:
            return self._hint(plan.result_type)
        texts = [self._hint(r.type) for r in plan.returns]
        hints.update(
            {
                r.name: text
                for r, text in zip(plan.returns, texts, strict=True)
                if r.name not in hints
            }
        )
        if plan.is_named:
            return self.plan.tuple_name
        if len(texts) > 1:
            return f"tuple[{', '.join(texts)}]"
        return texts[0] if texts else "None"

    def _signature(self, hints: dict[str, str]) -> str:
        parts: list[str] = []
        for parameter in self.plan.parameters:
            if parameter.is_keyword_only and "*" not in parts:
                parts.append("*")
            default = f" = {parameter.default}" if parameter.default else ""
            parts.append(f"{parameter.name}: {hints[parameter.name]}{default}")
        return ", ".join(parts)

    def _checks(self) -> list[str]:
        taken = self.local | self.taken | {"key"} | _own_names(self.plan)
        free_name = next(n for n in ("missing", "missing_names", "missing_") if n not in taken)
        return [
            line
            for check in self.plan.checks
            for line in check_lines(check, class_text=self._class(check), free_name=free_name)
        ]

    def _class(self, check: InputCheck) -> str:
        if check.kind is ClassKind.NUMBER:
            self.imports.append("import numbers")
            return "numbers.Real"
        if check.kind is ClassKind.MAPPING:
            self.imports.append("from collections.abc import Mapping")
            return "Mapping"
        if check.kind is ClassKind.ANY:
            return ""
        hint = hint_of(check.type, self.names, self.classes, taken=self.taken)
        self.imports += hint.imports
        return hint.text

    def _prologue(self) -> list[str]:
        plan = self.plan
        shared = self._shared_names() if plan.uses_globals else []
        lines = shared[:1]
        for name in plan.rebound_builtins:
            self.imports.append("import builtins")
            hint = "" if plan.uses_globals else f": {self._hint(None)}"
            lines.append(f"{name}{hint} = builtins.{name}")
        together = {name for names in plan.joint_copies for name in names}
        for names in plan.joint_copies:
            self.imports.append("import copy")
            value = ", ".join(names)
            lines.append(f"{value} = copy.deepcopy(({value}))")
        for parameter in plan.parameters:
            if parameter.name in together or parameter.copy in (CopyKind.NONE, CopyKind.UNSAFE):
                continue
            if parameter.copy is CopyKind.DEEP:
                self.imports.append("import copy")
            lines.append(parameter.copy.value.format(name=parameter.name))
        made = bound_names([*plan.body, *plan.nested]) | {p.name for p in plan.parameters}
        missing = [] if plan.uses_globals else sorted(_bound_later(plan) - made)
        lines.extend(f"{name}: {self._hint(None)}" for name in missing)
        outer = frozenset[str]() if plan.uses_globals else self.local
        texts = ((s, with_qualified_names(s.text, plan.shown)) for s in plan.nested)
        nested = [s.comments + as_local(text, outer) for s, text in texts]
        return [*lines, *shared[1:], *nested]

    def _shared_names(self) -> list[str]:
        """Return what makes the variables those of the module, where code looks them up by name.

        First the declaration, then what puts the parameters there.
        """
        given = {p.name for p in self.plan.parameters}
        own = sorted(self.local - given)
        passed = ", ".join(f"{name}={name}" for name in sorted(given))
        return [
            f"global {', '.join(own)}" if own else "",
            f"globals().update({passed})" if passed else "",
        ]

    def _statements(self) -> list[str]:
        errors = {(s.event, s.index): error for s, error in self.plan.raised}
        types = {v.name: v.type for v in self.plan.variables}
        parameters = {p.name for p in self.plan.parameters}
        kept = parameters | {r.name for r in self.plan.returns}
        unused = unused_names((*self.plan.body, *self.plan.nested), kept)
        seen: set[str] = set()
        before = None
        lines = []
        for statement in self.plan.body:
            error = errors.get((statement.event, statement.index), "")
            if error:
                error = self._error(error)
            text = without_targets(statement.text, unused, types)
            plain = replace(statement, text=with_qualified_names(text, self.plan.shown))
            is_result, is_global = statement is self.plan.result, self.plan.uses_globals
            source = body_source(
                plain, self.local, error=error, is_result=is_result, is_global=is_global
            )
            local = frozenset[str]() if is_global else self.local
            uncovered = restored_builtins(statement, self.plan.body, local)
            if uncovered:
                self.imports.append("import builtins")
                source = with_builtins(source, uncovered)
            name = is_empty_container(statement.node)
            if name and not is_global and name not in seen | parameters:
                source = annotated(source, name, self._empty_hint(statement.node, types.get(name)))
            seen |= statement.names.binds
            is_parted = bool(source) and starts_paragraph(statement, before)
            lines.append(f"\n{source}" if is_parted else source)
            before = statement
        return lines

    def _empty_hint(self, node: ast.stmt, note: TypeNote | None) -> str:
        """Return what an empty container is declared as: what came to be in it."""
        kind = empty_kind(node)
        if note is None:
            return kind
        return self._hint(note if note.qualname == kind else None)

    def _error(self, error: str) -> str:
        self.imports.append("import contextlib")
        module, _, name = error.rpartition(".")
        if module == "__main__":
            return name
        if module:
            self.imports.append(f"import {module}")
        return error

    def _named_tuple(self) -> str:
        self.imports.append("from typing import NamedTuple")
        fields = [f"    {r.name}: {self._hint(r.type)}" for r in self.plan.returns]
        doc = f'    """What `{self.plan.name}` returns."""\n'
        return "\n".join([f"class {self.plan.tuple_name}(NamedTuple):", doc, *fields]) + "\n"


def _bound_later(plan: PromotionPlan) -> set[str]:
    """Return the names that functions inside the function bind: they are its variables too."""
    return {n for s in (*plan.nested, *plan.body) for n in s.names.deferred_binds}


def _own_code(plan: PromotionPlan) -> list[Statement]:
    """Return every statement of the session that stands in the module."""
    own = [*plan.body, *plan.nested, *(c.statement for c in plan.companions)]
    return own if plan.definition is None else [*own, plan.definition]


def _own_names(plan: PromotionPlan) -> set[str]:
    """Return every name that stands in a definition that is promoted as it is."""
    if plan.definition is None:
        return set()
    return {n.id for n in ast.walk(plan.definition.node) if isinstance(n, ast.Name)}


def _same_kind(before: TypeNote | None, after: TypeNote) -> bool:
    """Whether a type checker lets a variable of the one type be bound to the other."""
    if before is None:
        return True
    if before.module.partition(".")[0] in ("pandas", "sklearn"):
        return True  # no type information without stubs
    return (before.module, before.qualname) == (after.module, after.qualname)
