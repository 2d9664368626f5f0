"""`display(x)` and the rest of IPython's library: looks and set-up, which no module needs."""

import ast
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeGuard

from ipyprod.source.code_text import CodeText

_PACKAGE = "IPython"


class DisplayNames:
    """The names of a session that are IPython's: `display`, and whatever is imported from it."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {"display": "IPython.display.display"}  # name -> real name

    def note(self, node: ast.stmt, binds: frozenset[str]) -> None:
        """Note what a statement binds: a name of the session's own is IPython's no more."""
        imported = _imported_in(node)
        for name in binds - imported.keys():
            self._names.pop(name, None)
        self._names |= imported

    def may_be_in(self, text: str) -> bool:
        """Tell whether a text holds one of the names: a cheap look before a close one."""
        return any(name in text for name in self._names)

    def shows(self, node: ast.AST) -> bool:
        """Tell whether a node uses or imports anything of IPython's."""
        with self._without(_bound_first(node)):
            return bool(_imported_in(node)) or any(self._real_name(n) for n in ast.walk(node))

    @contextmanager
    def _without(self, own: Collection[str]) -> Iterator[None]:
        """Take some names for the session's own meanwhile."""
        names = self._names
        self._names = {name: real for name, real in names.items() if name not in own}
        try:
            yield
        finally:
            self._names = names

    def is_set_up(self, node: ast.stmt) -> bool:
        """Tell whether a statement imports from IPython alone, or sets an attribute in it."""
        match node:
            case ast.Import(names=names):
                return all(_is_own(alias.name) for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                return _is_own(module)
            case ast.Assign(targets=[ast.Attribute() as target], value=value):
                return bool(self._real_name(target)) and not self.shows(value)
            case ast.Try() | ast.If():
                # try:
                #     from IPython.display import display
                # except ImportError:
                #     display = print
                imported = _imported_in(node)
                return bool(imported) and _all_bound(node) <= imported.keys()
        return False

    def other_imports(self, node: ast.stmt) -> str:
        """Give `import os` for `import os, IPython`, "" where IPython is not among them."""
        if not isinstance(node, ast.Import) or not any(_is_own(a.name) for a in node.names):
            return ""
        others = [ast.alias(a.name, a.asname) for a in node.names if not _is_own(a.name)]
        return ast.unparse(ast.Import(others))

    def edits(
        self, code: CodeText, node: ast.stmt, skipped: Iterable[ast.AST]
    ) -> list[tuple[int, int, str]] | None:
        """Give the spans to replace, None where something of IPython's is a value that is kept."""
        with self._without(_bound_first(node)):
            return self._edits(code, node, skipped)

    def _edits(
        self, code: CodeText, node: ast.stmt, skipped: Iterable[ast.AST]
    ) -> list[tuple[int, int, str]] | None:
        done = {child for root in skipped for child in ast.walk(root)}
        edits: list[tuple[int, int, str]] = []
        for parent in ast.walk(node):
            for call in ast.iter_child_nodes(parent):
                if call in done or not isinstance(call, ast.Call):
                    continue
                real = self._real_name(call.func)
                is_statement = isinstance(parent, ast.Expr)
                if not real or not (is_statement or real.endswith(".display")):
                    continue
                if any(keyword.arg in ("display_id", None) for keyword in call.keywords):
                    return None
                text = self._instead(code, call, real, is_look=parent is node)
                edits.append((*code.span(call), text))
                done.update(ast.walk(call))
        rest = [child for child in ast.walk(node) if child not in done]
        is_kept = bool(_imported_in(node)) or any(self._real_name(child) for child in rest)
        return None if is_kept else edits

    def _instead(self, code: CodeText, call: ast.Call, real: str, *, is_look: bool) -> str:
        """Write what a call comes to: a look at what it shows, or a print of that in a block."""
        values = list(self._values(code, call))
        if real.endswith(".display"):
            return _as_look(values) if is_look else f"print({', '.join(values)})"
        return _as_look(values) or ("" if is_look else "pass")

    def _values(self, code: CodeText, call: ast.Call) -> Iterator[str]:
        """Give the arguments that are shown: of `display(HTML(x))` it is `x`."""
        is_display = self._real_name(call.func).endswith(".display")
        for argument in call.args:
            if isinstance(argument, ast.Call) and self._real_name(argument.func):
                yield from self._values(code, argument)
            elif is_display or not isinstance(argument, ast.Constant):
                yield code.segment(argument)

    def _real_name(self, node: ast.AST) -> str:
        """Give the dotted name of something of IPython's, "" for anything else."""
        if isinstance(node, ast.Attribute):
            owner = self._real_name(node.value)
            return f"{owner}.{node.attr}" if owner else ""
        if not isinstance(node, ast.Name) or isinstance(node.ctx, ast.Store):
            return ""
        return self._names.get(node.id, "")


def _bound_first(node: ast.AST) -> set[str]:
    """Give the names that a statement binds before it reads them: no longer IPython's in it.

    for model in models:
        display = CurveDisplay.from_estimator(model, X, y)
        display.plot()
        ^ the session's own
    """
    is_first: dict[str, bool] = {}
    for part in _in_order(node):
        if isinstance(part, ast.Name):
            is_first.setdefault(part.id, isinstance(part.ctx, ast.Store))
        elif isinstance(part, ast.arg):
            is_first.setdefault(part.arg, True)
    return {name for name, bound in is_first.items() if bound}


def _in_order(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and what is in it in the order in which it runs, as far as binding goes."""
    yield node
    children = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        children.sort(key=lambda child: child is not node.value)
    elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
        children.sort(key=lambda child: child is not node.iter)
    elif isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        children.sort(key=lambda child: not isinstance(child, ast.comprehension))
    for child in children:
        yield from _in_order(child)


def _imported_in(node: ast.AST) -> dict[str, str]:
    """Give the names that a statement imports from IPython, anywhere in it."""
    found: dict[str, str] = {}
    for child in ast.walk(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                if _is_own(alias.name):
                    found[alias.asname or _PACKAGE] = alias.name if alias.asname else _PACKAGE
        elif isinstance(child, ast.ImportFrom) and _is_own(child.module or "") and not child.level:
            found |= {a.asname or a.name: f"{child.module}.{a.name}" for a in child.names}
    return found


def _all_bound(node: ast.stmt) -> set[str]:
    names = {child.id for child in ast.walk(node) if _is_store(child)}
    for child in ast.walk(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name.partition(".")[0] for alias in child.names}
        elif isinstance(child, ast.FunctionDef | ast.ClassDef):
            names.add(child.name)
    return names


def _is_store(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def _is_own(module: str) -> bool:
    return module.partition(".")[0] == _PACKAGE


def _as_look(values: list[str]) -> str:
    if not values:
        return ""
    if len(values) > 1:
        return f"({', '.join(values)})"
    return f"({values[0]})" if "\n" in values[0] else values[0].lstrip("*")
