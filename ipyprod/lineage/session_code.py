"""The functions and classes of the session that names lead to, and what calling them does."""

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from ipyprod.source.chains import last_name
from ipyprod.source.purity import (
    CALLBACK_METHODS,
    CONSUMING_BUILTINS,
    EAGER_CALLBACKS,
    EAGER_METHODS,
    EAGER_READERS,
    KEYED_BUILTINS,
    PURE_BUILTINS,
    PURE_METHODS,
)
from ipyprod.source.statements import Statement, StatementKind, StatementNames

Tokens = frozenset[int]  # code is known by the number of the statement that made it
NO_TOKENS: Tokens = frozenset()
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_RUNNING = (
    ast.Call, ast.For, ast.AsyncFor, ast.With, ast.AsyncWith, ast.comprehension, ast.BinOp,
    ast.UnaryOp, ast.Compare, ast.AugAssign, ast.Attribute, ast.Subscript, ast.Await, ast.Starred,
    ast.FormattedValue, ast.BoolOp, ast.If, ast.While, ast.Delete, ast.ImportFrom,
)  # fmt: skip
_CALLING = (
    ast.Call, ast.For, ast.AsyncFor, ast.With, ast.AsyncWith, ast.comprehension, ast.Await, ast.Delete,
    ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Match,
)  # fmt: skip
_DATACLASS = frozenset({"dataclass", "dataclasses.dataclass"})
_REMEMBERING = frozenset({"cache", "lru_cache"})
_FIELD = frozenset({"field", "dataclasses.field"})
_MAKING = frozenset({"__init__", "__post_init__", "__new__"})
# Modules by their customary names whose own functions draw nothing.
_NEVER_DRAWING = frozenset(
    {"np", "numpy", "pd", "pandas", "plt", "mpl", "math", "os", "json", "re"}
)
_HOLDERS = (ast.List, ast.Dict, ast.Set, ast.Call, ast.ListComp, ast.DictComp, ast.SetComp)


def immediate_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that run when the statement runs: no bodies of functions."""
    pending: list[ast.AST] = [node]
    while pending:
        current = pending.pop()
        yield current
        if isinstance(current, ast.Lambda):
            pending += current.args.defaults
        elif isinstance(current, (ast.FunctionDef, ast.AsyncFunctionDef)):
            defaults = [d for d in current.args.kw_defaults if d is not None]
            pending += [*current.decorator_list, *current.args.defaults, *defaults]
        else:
            pending += ast.iter_child_nodes(current)


def runs_code(statement: Statement) -> bool:
    """Whether the statement, when it runs, can call anything that a name leads to."""
    node = statement.node
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and (
        node.decorator_list or getattr(node, "bases", None) or getattr(node, "keywords", None)
    ):
        return True
    return any(isinstance(part, _RUNNING) for part in immediate_nodes(node))


def has_call(statement: Statement) -> bool:
    """Whether the statement calls anything at all, or runs another's code by importing it."""
    parts = immediate_nodes(statement.node)
    calling = (ast.Call, ast.Import, ast.ImportFrom, ast.With, ast.AsyncWith, ast.For, ast.Await)
    return any(isinstance(part, calling) for part in parts) or bool(
        getattr(statement.node, "decorator_list", None)
    )


def may_draw(statement: Statement) -> bool:
    """Whether the statement calls something that nobody knows to leave random generators alone."""
    calls = [part for part in immediate_nodes(statement.node) if isinstance(part, ast.Call)]
    return any(not _leaves_generators_alone(call.func) for call in calls)


def _leaves_generators_alone(func: ast.expr) -> bool:
    if isinstance(func, ast.Name):
        return func.id in PURE_BUILTINS | CONSUMING_BUILTINS
    if not isinstance(func, ast.Attribute):
        return False
    if isinstance(func.value, ast.Name) and func.value.id in _NEVER_DRAWING:
        return True
    return func.attr in PURE_METHODS - CALLBACK_METHODS


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What a definition or a lambda of the session does once it is called.

    `keeps_state`: a call can change the callable itself. `makes_code`: the result of a call can
    run code of this one again. `methods` are the names by which an instance can be changed. Of a
    class, `run_by` are the attributes whose use can run its code; None where any use can.
    """

    names: StatementNames
    is_class: bool = False
    makes_class: bool = False  # in a function, loop or branch
    is_shared_by_instances: bool = False
    keeps_state: bool = False
    makes_code: bool = False
    methods: frozenset[str] = frozenset()
    run_by: frozenset[str] | None = None
    is_remembering: bool = False  # `@lru_cache`: results are kept for the next call
    handed_on: frozenset[str] = frozenset()  # names that it does more with than call them
    settings: frozenset[str] = frozenset()  # names through which it sets state of a library
    sets: frozenset[tuple[str, str]] = frozenset()  # attributes, each behind the name it is set by
    imports: frozenset[str] = frozenset()  # the words of its imports


def _changes_something(function: ast.AST) -> bool:
    for part in ast.walk(function):
        if isinstance(part, (ast.Attribute, ast.Subscript)) and not isinstance(part.ctx, ast.Load):
            return True
        if isinstance(part, ast.Call):
            return True
        if isinstance(part, (ast.AugAssign, ast.For, ast.Yield, ast.YieldFrom)):
            return True
    return False


def _reaches_class(method: ast.AST) -> bool:
    """Whether a method can change its class: `type(self).count += 1`, `self.__class__.count = 1`."""
    return any(
        (isinstance(part, ast.Name) and part.id == "type")
        or (isinstance(part, ast.Attribute) and part.attr == "__class__")
        for part in ast.walk(method)
    )


def _run_by(node: ast.ClassDef) -> frozenset[str] | None:
    """Return the attributes whose use can run code of the class, None where any use can.

    @dataclass
    class Walker: ...
    ^ `walker.pos` runs nothing; a base class, a metaclass, a descriptor or `__add__` may see to it
    """
    makers = [d.func if isinstance(d, ast.Call) else d for d in node.decorator_list]
    if node.bases or node.keywords or any(ast.unparse(m) not in _DATACLASS for m in makers):
        return None
    methods: set[str] = set()
    for part in node.body:
        if isinstance(part, _FUNCTIONS[:2]):
            methods.add(part.name)
        elif isinstance(part, (ast.Assign, ast.AnnAssign)):
            if not _is_no_descriptor(part.value):
                return None
        elif not isinstance(part, (ast.Pass, ast.Expr)):
            return None
    has_special = any(name.startswith("__") and name not in _MAKING for name in methods)
    return None if has_special else frozenset(methods)


def _is_no_descriptor(value: ast.expr | None) -> bool:
    if isinstance(value, ast.Call):
        return ast.unparse(value.func) in _FIELD
    return value is None or isinstance(value, (ast.Constant, ast.UnaryOp, ast.Tuple, *_HOLDERS))


def stays_quiet(code: Code, statement: Statement) -> bool:
    """Whether a use of an object of a class, or of the class, runs none of its code."""
    if code.run_by is None or code.run_by & statement.names.attributes:
        return False
    return not any(isinstance(part, _CALLING) for part in immediate_nodes(statement.node))


def code_of(statement: Statement) -> Code | None:
    """Describe the code that the statement makes, None where it makes none."""
    code = _code_of(statement)
    if code is None:
        return None
    parts = list(ast.walk(statement.node))
    called = {id(part.func) for part in parts if isinstance(part, ast.Call)}
    used = {p.id for p in parts if isinstance(p, ast.Name) and id(p) not in called}
    handed_on = frozenset(used.intersection(code.names.deferred_reads))
    return replace(code, handed_on=handed_on, imports=imported_words(parts))


def imported_words(parts: Iterable[ast.AST]) -> frozenset[str]:
    """Return the words of the modules that imports among `parts` name: `from pkg.core import go`."""
    found: set[str] = set()
    for part in parts:
        if isinstance(part, ast.Import):
            found.update(word for alias in part.names for word in alias.name.split("."))
        elif isinstance(part, ast.ImportFrom):
            found.update((part.module or "").split("."), (alias.name for alias in part.names))
    return frozenset(found)


def _code_of(statement: Statement) -> Code | None:
    node, names = statement.node, statement.names
    if isinstance(node, ast.ClassDef):
        methods = [part for part in node.body if isinstance(part, _FUNCTIONS[:2])]
        changing = {m.name for m in methods if m.name != "__init__" and _changes_something(m)}
        # an attribute of the class that its instances change together, a counter of the class
        shared = any(
            isinstance(part, (ast.Assign, ast.AnnAssign)) and isinstance(part.value, _HOLDERS)
            for part in node.body
        ) or any(method.decorator_list for method in methods)
        shared |= any(map(_reaches_class, methods))
        is_shared = shared or bool(set(names.binds) & set(names.deferred_changes))
        return Code(
            names=names, is_class=True, makes_code=True, methods=frozenset(changing),
            is_shared_by_instances=is_shared, keeps_state=is_shared, run_by=_run_by(node),
        )  # fmt: skip
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        defaults = [*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)]
        inner = [part for stmt in node.body for part in ast.walk(stmt)]
        makers = (*_FUNCTIONS, ast.ClassDef, ast.Yield, ast.YieldFrom, ast.GeneratorExp, ast.Await)
        return Code(
            names=names,
            keeps_state=any(not isinstance(d, (ast.Constant, ast.UnaryOp)) for d in defaults)
            or bool(node.decorator_list)
            or bool(set(names.binds) & set(names.deferred_changes)),
            makes_code=any(isinstance(part, makers) for part in inner)
            or isinstance(node, ast.AsyncFunctionDef),
            makes_class=any(isinstance(part, ast.ClassDef) for part in inner),
            is_remembering=any(_decorator_name(d) in _REMEMBERING for d in node.decorator_list),
        )
    makes = list(_late_parts(node))
    if not makes:
        return None
    generators = [part for part in makes if isinstance(part, ast.GeneratorExp)]
    used = {n.id for g in generators for n in ast.walk(g) if isinstance(n, ast.Name)}
    late = dict.fromkeys((*names.deferred_reads, *(n for n in names.reads if n in used)))
    names = replace(names, deferred_reads=tuple(late))
    makes_class = any(isinstance(part, ast.ClassDef) for part in ast.walk(node))
    return Code(names=names, makes_code=True, keeps_state=bool(generators), makes_class=makes_class)


def _decorator_name(decorator: ast.expr) -> str:
    return last_name(decorator.func if isinstance(decorator, ast.Call) else decorator)


def _late_parts(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what the statement makes that runs later: not what `sum(... for ...)` uses at once."""
    pending = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, (ast.GeneratorExp, *_FUNCTIONS, ast.ClassDef)):
            yield current
            continue
        children = list(ast.iter_child_nodes(current))
        if isinstance(current, ast.Call):
            function = current.func
            lazy = _used_at_once(function)
            if lazy:
                children = [c for c in children if not isinstance(c, lazy)]
                children = [c for c in children
                            if not (isinstance(c, ast.keyword) and isinstance(c.value, lazy))]  # fmt: skip
        pending += children


def _used_at_once(function: ast.expr) -> tuple[type[ast.AST], ...]:
    """Return the kinds of arguments that a call of `function` uses up before it returns."""
    if isinstance(function, ast.Attribute) and function.attr in EAGER_METHODS:
        return (ast.GeneratorExp, ast.Lambda)
    if isinstance(function, ast.Name) and function.id in EAGER_CALLBACKS:
        return (
            (ast.GeneratorExp, ast.Lambda) if function.id in KEYED_BUILTINS else (ast.GeneratorExp,)
        )
    return (ast.GeneratorExp,) if last_name(function) in EAGER_READERS else ()


@dataclass(slots=True)
class Called:
    """What the code that a statement calls does, all of it together."""

    reads: dict[str, None] = field(default_factory=dict)
    changes: set[str] = field(default_factory=set)
    binds: set[str] = field(default_factory=set)
    ambient_reads: set[str] = field(default_factory=set)
    ambient_writes: set[str] = field(default_factory=set)
    only_read: set[str] = field(default_factory=set)  # ambient state that some code reads alone
    tokens: set[int] = field(default_factory=set)
    settings: set[str] = field(default_factory=set)
    handed_on: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    imports: set[str] = field(default_factory=set)
    is_opaque: bool = False


def follow(
    tokens: Iterable[int], codes: Callable[[str], Tokens], known: Callable[[int], Code]
) -> Called:
    """Gather what the code behind `tokens` does, through every name that it leads to."""
    found = Called()
    pending = sorted(tokens)
    while pending:
        token = pending.pop()
        if token in found.tokens:
            continue
        found.tokens.add(token)
        names = known(token).names
        found.reads.update(dict.fromkeys(names.deferred_reads))
        found.changes |= names.deferred_changes
        found.binds |= names.deferred_binds
        found.ambient_reads |= names.deferred_ambient_reads
        found.ambient_writes |= names.deferred_ambient_writes
        found.only_read |= names.deferred_ambient_reads - names.deferred_ambient_writes
        found.settings |= known(token).settings
        found.handed_on |= known(token).handed_on
        found.attributes |= names.attributes
        found.imports |= known(token).imports
        found.is_opaque |= names.is_deferred_opaque
        for name in names.deferred_reads:
            pending += codes(name)
    return found


def is_plain_definition(statement: Statement) -> bool:
    """Whether nothing that the statement makes can have been called by it."""
    if statement.kind in {StatementKind.FUNCTION, StatementKind.CLASS}:
        return True
    node = statement.node
    return isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(
        node.value, (ast.Lambda, ast.GeneratorExp)
    )
