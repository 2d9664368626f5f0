"""Statements without others in them: assignments, imports, `del`, `return`."""

import ast
import sys

from ipyprod.source.ambient_text import Ambient, states_of_name
from ipyprod.source.definitions import DefinitionReader
from ipyprod.source.expressions import is_chain
from ipyprod.source.findings import LATE_ANNOTATIONS
from ipyprod.source.scopes import NOTHING, Flow, Origins, ScopeKind


class SimpleStatementReader(DefinitionReader):
    """Reads simple statements, and stores to targets of any kind."""

    def _do_Expr(self, node: ast.Expr) -> None:
        self.read(node.value)

    def _do_Return(self, node: ast.Return) -> None:
        self.read(node.value)
        self._stop()

    def _do_Raise(self, node: ast.Raise) -> None:
        self.read(node.exc)
        self.read(node.cause)
        self._stop()

    def _do_Break(self, node: ast.Break | ast.Continue) -> None:  # noqa: ARG002 - by its type
        self._stop()

    _do_Continue = _do_Break

    def _stop(self) -> None:
        self.found.flow = Flow(self.found.flow.bound, self.found.flow.gone, is_dead=True)

    def _do_Assert(self, node: ast.Assert) -> None:
        self.read(node.test)
        before = self.found.flow
        with self.found.branch():
            self.read(node.msg)
        self.found.flow = before

    def _do_Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            self._delete(target)

    def _delete(self, target: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self.found.delete(target.id)
        elif isinstance(target, ast.Tuple | ast.List):
            for part in target.elts:
                self._delete(part)
        else:
            self._store(target, NOTHING)

    def _do_Assign(self, node: ast.Assign) -> None:
        origins = self.read(node.value)
        for target in node.targets:
            self._assign(target, node.value, origins)
        self._share_targets(node, origins)

    def _share_targets(self, node: ast.Assign, origins: Origins) -> None:
        """`a = b = []` and `fig, ax = subplots()`: what is bound together may share."""
        is_new = not isinstance(node.value, ast.Constant | ast.JoinedStr | ast.Compare | ast.Tuple)
        targets = node.targets
        is_pair = isinstance(targets[0], ast.Tuple | ast.List)
        if not is_new or (len(targets) == 1 and not (is_pair and isinstance(node.value, ast.Call))):
            return
        names = frozenset(
            part.id
            for target in targets
            for part in ast.walk(target)
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
        )
        if self.found.scope.kind is ScopeKind.MODULE:
            self.found.share(names, names | origins)

    def _assign(self, target: ast.expr, value: ast.expr | None, origins: Origins) -> None:
        if isinstance(target, ast.Name):
            self.found.bind(target.id, origins)
            if isinstance(value, ast.Lambda):
                self.found.own_functions.add(target.id)
        elif isinstance(target, ast.Starred):
            self._assign(target.value, None, origins)
        elif isinstance(target, ast.Tuple | ast.List):
            self._unpack(target, value, origins)
        else:
            self._store(target, origins)

    def _unpack(
        self, target: ast.Tuple | ast.List, value: ast.expr | None, origins: Origins
    ) -> None:
        if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts):
            parts = [*target.elts, *value.elts]
            if not any(isinstance(part, ast.Starred) for part in parts):
                for place, part in zip(target.elts, value.elts, strict=True):
                    self._assign(place, part, self.peek(part) & origins)
                return
        if value is not None and not isinstance(value, ast.Tuple | ast.List):
            self.found.consume(self.consumed(value))
        for place in target.elts:
            self._assign(place, None, origins)

    def _store(self, target: ast.expr, origins: Origins) -> None:
        """`x.a = v`, `x[i] = v`, `del x[i]`: the object of x changes and may hold that of v."""
        if not isinstance(target, ast.Attribute | ast.Subscript):
            self.read(target)
            return
        holder = self.read(target.value)
        if isinstance(target, ast.Subscript):
            self.read(target.slice)
        else:
            self.found.attributes.add(target.attr)
        module = self.found.full_name(target.value)
        if module:
            self._store_in_module(module, target)
        self.found.store(holder, is_certain=is_chain(target.value))
        self.found.share(holder, origins)

    def _store_in_module(self, module: str, target: ast.Attribute | ast.Subscript) -> None:
        attribute = f".{target.attr}" if isinstance(target, ast.Attribute) else ""
        states = set(states_of_name(module + attribute))
        if attribute and not states:
            states.add(f"module:{module}")
        if not attribute and not states:
            states.add(f"module:{module.rpartition('.')[0] or module}")
        self.found.note_ambient(Ambient(writes=states))

    def _do_AugAssign(self, node: ast.AugAssign) -> None:
        self.found.note_ambient(Ambient(reads={"decimal", "numpy.errstate"}))
        if not isinstance(node.target, ast.Name):
            holder = self.read(node.target.value)
            if isinstance(node.target, ast.Subscript):
                self.read(node.target.slice)
            self._store_quietly(node, holder, self.read(node.value))
            return
        own = self.found.read(node.target.id)
        origins = self.read(node.value)
        self.found.store(own, is_certain=True)
        self.found.consume(self.consumed(node.value))
        self.found.bind(node.target.id, own | origins)

    def _store_quietly(self, node: ast.AugAssign, holder: Origins, origins: Origins) -> None:
        target = node.target
        if isinstance(target, ast.Attribute | ast.Subscript):
            if isinstance(target, ast.Attribute):
                self.found.attributes.add(target.attr)
            module = self.found.full_name(target.value)
            if module:
                self._store_in_module(module, target)
            self.found.store(holder, is_certain=is_chain(target.value))
        self.found.consume(self.consumed(node.value))
        self.found.share(holder, origins)

    def _do_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._assign(node.target, node.value, self.read(node.value))
        elif not isinstance(node.target, ast.Name):
            self._read_target(node.target)
        is_local = self.found.scope.kind is ScopeKind.FUNCTION
        if not is_local:
            self.read_annotation(node.annotation)

    def _read_target(self, target: ast.expr) -> None:
        if isinstance(target, ast.Attribute | ast.Subscript):
            self.read(target.value)
            if isinstance(target, ast.Subscript):
                self.read(target.slice)

    def _do_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._note_import(alias.name, 0)
            owner = alias.name.rpartition(".")[0]
            if owner and alias.asname:
                self.found.note_ambient(Ambient(reads={f"module:{owner}"}))
            self.found.bind(alias.asname or alias.name.partition(".")[0])

    def _do_ImportFrom(self, node: ast.ImportFrom) -> None:
        self._note_import(node.module or "", node.level)
        if node.module and not node.level:
            self.found.note_ambient(Ambient(reads={f"module:{node.module}"}))
        for alias in node.names:
            if node.module == "__future__" and alias.name == "annotations":
                self.found.note_ambient(Ambient(writes={LATE_ANNOTATIONS}))
            if alias.name == "*":
                self.found.has_star_import = True
            else:
                self.found.bind(alias.asname or alias.name)

    def _note_import(self, module: str, level: int) -> None:
        """Where a module comes from depends on sys.path, and on the folder that it starts with.

        One that stands in `sys.modules` is taken from there, of the standard library too.
        """
        self.found.note_ambient(Ambient(reads={"sys.modules"}))
        if level or module.partition(".")[0] not in sys.stdlib_module_names:
            self.found.note_ambient(Ambient(reads={"sys.path", "cwd"}))
