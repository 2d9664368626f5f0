"""What one statement reads, binds, deletes and may change, with Python's scopes."""

import ast
from collections.abc import Mapping

from ipyprod.source.chains import last_name
from ipyprod.source.expressions import is_chain
from ipyprod.source.purity import SUPPRESSING
from ipyprod.source.scopes import Flow, Origins
from ipyprod.source.simple_statements import SimpleStatementReader
from ipyprod.source.statements import StatementNames


def analyze_statement(node: ast.stmt, modules: Mapping[str, str] | None = None) -> StatementNames:
    """Say what the text of a top-level statement does with the names of the global scope.

    `modules` maps the names that are bound to modules, or to functions and classes of modules, to
    their real dotted names: `{"np": "numpy", "seed": "numpy.random.seed"}`; `imported_names` makes
    the entries. A name mapped to "" is known to be no builtin. None stands for the customary
    aliases (`np`, `pd`, `plt` ...).
    """
    reader = StatementReader(modules)
    reader.read_statement(node, is_outermost=True)
    return reader.found.finished()


def imported_names(node: ast.stmt) -> Mapping[str, str]:
    """Give the names that an import binds, with the real dotted names of what they stand for.

    `import a.b` gives `{"a": "a"}`, `import a.b as c` gives `{"c": "a.b"}`. A relative import and
    a star give nothing.
    """
    if isinstance(node, ast.Import):
        return {
            alias.asname
            or alias.name.partition(".")[0]: (
                alias.name if alias.asname else alias.name.partition(".")[0]
            )
            for alias in node.names
        }
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return {
            alias.asname or alias.name: f"{node.module}.{alias.name}"
            for alias in node.names
            if alias.name != "*"
        }
    return {}


def sets_late_annotations(node: ast.stmt) -> bool:
    """Tell whether Python keeps annotations as text from this statement on."""
    if not isinstance(node, ast.ImportFrom) or node.module != "__future__":
        return False
    return any(alias.name == "annotations" for alias in node.names)


class StatementReader(SimpleStatementReader):
    """Reads statements in the order of execution."""

    def read_statement(self, node: ast.stmt, *, is_outermost: bool = False) -> None:
        """Read one statement."""
        if is_outermost and isinstance(node, ast.Expr | ast.Assign):
            self.reset_candidate = node.value
        reader = getattr(self, f"_do_{type(node).__name__}", None)
        if reader is not None:
            reader(node)

    def read_body(self, body: list[ast.stmt]) -> None:
        """Read statements one after another."""
        for statement in body:
            self.read_statement(statement)

    def _do_If(self, node: ast.If) -> None:
        self.read(node.test)
        if _is_main_guard(node.test) and not node.orelse:
            self.read_body(node.body)
            return
        before = self.found.flow
        with self.found.branch():
            self.read_body(node.body)
            after_body, self.found.flow = self.found.flow, before
            self.read_body(node.orelse)
        self.found.flow = after_body.joined(self.found.flow)

    def _do_For(self, node: ast.For | ast.AsyncFor) -> None:
        origins = self.read(node.iter)
        self.found.consume(self.consumed(node.iter))
        if isinstance(node, ast.AsyncFor):
            self.found.change(origins)
            self._note_await()
        before = self.found.flow
        with self.found.branch():
            self._assign(node.target, None, origins)
            self._read_loop(node, before)

    _do_AsyncFor = _do_For

    def _do_While(self, node: ast.While) -> None:
        self.read(node.test)
        before = self.found.flow
        with self.found.branch():
            self._read_loop(node, before)

    def _read_loop(self, node: ast.For | ast.AsyncFor | ast.While, before: Flow) -> None:
        self.read_body(node.body)
        after = before.weakened_by(Flow(self.found.flow.bound, self.found.flow.gone))
        after = Flow(after.bound - self._deleted_in(node.body), after.gone)
        self.found.flow = after
        self.read_body(node.orelse)
        has_break = any(isinstance(part, ast.Break) for s in node.body for part in ast.walk(s))
        if has_break:
            self.found.flow = after.joined(self.found.flow)

    def _deleted_in(self, body: list[ast.stmt]) -> frozenset[str]:
        """Names that a body may delete, by `del` or at the end of `except ... as e`."""
        parts = [part for statement in body for part in ast.walk(statement)]
        names = {p.id for p in parts if isinstance(p, ast.Name) and isinstance(p.ctx, ast.Del)}
        names |= {p.name for p in parts if isinstance(p, ast.ExceptHandler) and p.name}
        return frozenset(names)

    def _do_With(self, node: ast.With | ast.AsyncWith) -> None:
        before = self.found.flow
        may_stop = False
        if isinstance(node, ast.AsyncWith):
            self._note_await()
        for item in node.items:
            origins = self.read(item.context_expr)
            if is_chain(item.context_expr) or isinstance(node, ast.AsyncWith):
                self.found.change(origins)
            may_stop |= _made_by(item.context_expr) in SUPPRESSING
            if item.optional_vars is not None:
                self._assign(item.optional_vars, None, origins)
        if not may_stop:
            self.read_body(node.body)
            return
        before = self.found.flow
        with self.found.branch():
            self.read_body(node.body)
        self.found.flow = self._anywhere_in(before, node.body)

    _do_AsyncWith = _do_With

    def _note_await(self) -> None:
        if not self.found.scope.is_deferred:
            self.found.has_await = True

    def _anywhere_in(self, before: Flow, body: list[ast.stmt]) -> Flow:
        """Give what is certain when a run may have left anywhere in `body`."""
        weak = before.weakened_by(Flow(self.found.flow.bound, self.found.flow.gone))
        return Flow(weak.bound - self._deleted_in(body), weak.gone)

    def _do_Try(self, node: ast.Try) -> None:
        before = self.found.flow
        self.found.depth += bool(node.handlers)
        self.read_body(node.body)
        interrupted = self._anywhere_in(before, node.body)
        self.found.depth -= bool(node.handlers)
        with self.found.branch():
            self.read_body(node.orelse)
            end = self.found.flow
            for handler in node.handlers:
                self.found.flow = interrupted
                self._read_handler(handler)
                end = end.joined(self.found.flow)
        self._read_finally(node, interrupted, end)

    _do_TryStar = _do_Try

    def _read_finally(self, node: ast.Try, interrupted: Flow, end: Flow) -> None:
        self.found.flow = end
        if not node.finalbody:
            return
        weak = Flow(interrupted.bound & end.bound, interrupted.gone & end.gone)
        self.found.flow = weak
        self.read_body(node.finalbody)
        final = self.found.flow
        bound, gone = final.bound - weak.bound, final.gone - weak.gone
        # what happens in a branch of the final part is not certain, but neither is the contrary
        kept = end.bound - _named(node.finalbody, ast.Del)
        left = end.gone - _named(node.finalbody, ast.Store)
        self.found.flow = Flow(kept - gone | bound, left - bound | gone, end.is_dead)

    def _read_handler(self, handler: ast.ExceptHandler) -> None:
        self.read(handler.type)
        if handler.name:
            self.found.bind(handler.name)
        self.read_body(handler.body)
        if handler.name:
            self.found.delete(handler.name)

    def _do_Match(self, node: ast.Match) -> None:
        origins = self.read(node.subject)
        before = self.found.flow
        end = Flow(is_dead=True)
        is_exhaustive = False
        with self.found.branch():
            for case in node.cases:
                self.found.flow = before
                self._read_pattern(case.pattern, origins)
                self.read(case.guard)
                self.read_body(case.body)
                end = end.joined(self.found.flow)
                is_exhaustive |= case.guard is None and _matches_all(case.pattern)
        self.found.flow = end if is_exhaustive else end.joined(before)

    def _read_pattern(self, pattern: ast.pattern, origins: Origins) -> None:
        for part in ast.iter_child_nodes(pattern):
            if isinstance(part, ast.expr):
                self.read(part)
            elif isinstance(part, ast.pattern):
                self._read_pattern(part, origins)
        name = getattr(pattern, "rest", None) or getattr(pattern, "name", None)
        if isinstance(name, str):
            self.found.bind(name, origins)


def _is_main_guard(test: ast.expr) -> bool:
    return ast.unparse(test) in {"__name__ == '__main__'", "'__main__' == __name__", "True"}


def _made_by(node: ast.expr) -> str:
    while isinstance(node, ast.Call):
        node = node.func
    return last_name(node)


def _matches_all(pattern: ast.pattern) -> bool:
    if isinstance(pattern, ast.MatchOr):
        return any(_matches_all(part) for part in pattern.patterns)
    return isinstance(pattern, ast.MatchAs) and pattern.pattern is None


def _named(body: list[ast.stmt], context: type[ast.expr_context]) -> set[str]:
    parts = (part for statement in body for part in ast.walk(statement))
    return {
        part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, context)
    }
