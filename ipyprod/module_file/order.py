"""Which names a module needs at which point of its execution."""

import ast
import symtable
from collections.abc import Iterator
from functools import lru_cache

from ipyprod.module_file.bindings import Definition
from ipyprod.module_file.layout import Block, Layout


@lru_cache(maxsize=4096)  # asked for every definition of a file, before and after an edit
def global_reads(source: str) -> frozenset[str]:
    """Names of the module's scope that code reads, now or when its functions are called."""
    try:
        table = symtable.symtable(source, "<module>", "exec")
    except (SyntaxError, ValueError, RecursionError):
        return frozenset()
    return frozenset(_reads(table))


def unmet_needs(layout: Layout) -> frozenset[tuple[str, str]]:
    """Pairs (binder, name): code that is executed before a name of the module that it needs.

    The code of functions counts where something is called while the module is imported.
    """
    bound_anywhere = {binding.name for binding in layout.bindings}
    code = {
        block.definition.name: layout.source(block) for block in layout.blocks if block.definition
    }
    bound: set[str] = set()
    unmet: set[tuple[str, str]] = set()
    for block in layout.blocks:
        needs = _needs_at_import(block, code) & bound_anywhere
        own = {binding.name for binding in block.bindings}
        who = ",".join(sorted(own)) or layout.source(block)
        unmet.update((who, name) for name in needs - bound - own)
        bound |= own
    return frozenset(unmet)


def _needs_at_import(block: Block, code: dict[str, str]) -> set[str]:
    names: set[str] = set()
    calls = False
    for statement in block.nodes:
        for node in _executed(statement):
            calls = calls or isinstance(node, ast.Call)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                names.add(node.id)
        calls = calls or bool(getattr(statement, "decorator_list", ()))
    if not calls:
        return names
    todo = list(names)
    while todo:
        for name in global_reads(code.get(todo.pop(), "")) - names:
            names.add(name)
            todo.append(name)
    return names


def _executed(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a statement that run when it is executed: no bodies of functions."""
    yield node
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        arguments = node.args
        parts: list[ast.AST] = [*arguments.defaults, *(d for d in arguments.kw_defaults if d)]
        if isinstance(node, Definition):
            parts += node.decorator_list
            parts += [node.returns] if node.returns else []
            every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
            parts += [a.annotation for a in every if a.annotation]
        for part in parts:
            yield from _executed(part)
        return
    for child in ast.iter_child_nodes(node):
        yield from _executed(child)


def _reads(table: symtable.SymbolTable) -> Iterator[str]:
    for symbol in table.get_symbols():
        at_module = table.get_type() == "module" or symbol.is_global()
        if symbol.is_referenced() and at_module:
            yield symbol.get_name()
    for child in table.get_children():
        yield from _reads(child)
