"""Which parameters a snippet changes, and how each is copied first."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from ipyprod.lineage.graph import LineageGraph
from ipyprod.promotion.fresh_values import bound_value, is_fresh, is_immutable
from ipyprod.promotion.plan import CopyKind
from ipyprod.promotion.seen_types import type_after
from ipyprod.session.cell import TypeNote
from ipyprod.source.statements import Finish, Statement

_NO_SAFE_COPY = (
    "sqlite3",
    "_io",
    "_thread",
    "socket",
    "sqlalchemy.",
    "h5py.",
    "tkinter",
)
# Packages whose objects `copy.deepcopy` refuses, or gives back as they are.
_NEVER_COPIED = frozenset(
    {
        "_contextvars", "_csv", "_queue", "_weakrefset", "asyncio", "concurrent", "csv", "logging",
        "matplotlib", "mmap", "multiprocessing", "queue", "shelve", "subprocess", "threading",
        "weakref", "zipfile",
    }
)  # fmt: skip
_HOOKS = frozenset({"__deepcopy__", "__reduce__", "__reduce_ex__", "__setstate__"})
_GENERATORS = frozenset({"Generator", "RandomState", "Random", "SystemRandom"})
_NO_SAFE_COPY_NAMES = frozenset({"generator", "module", "coroutine", "async_generator"})
_SHARING = frozenset(
    {"memmap", "memoryview", "mappingproxy", "dict_keys", "dict_values", "dict_items"}
)
_SHALLOW = {"list": CopyKind.LIST, "dict": CopyKind.DICT, "set": CopyKind.SET}
MUTATORS = frozenset(
    {
        "append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse",
        "update", "setdefault", "popitem", "add", "discard",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyPlan:
    """How parameters are copied. `shared_memory` are groups that no copy keeps together."""

    kinds: Mapping[str, CopyKind] = field(default_factory=dict)
    joint: tuple[tuple[str, ...], ...] = ()
    shared_memory: tuple[tuple[str, ...], ...] = ()


def plan_copies(
    graph: LineageGraph, snippet: tuple[Statement, ...], types: Mapping[str, TypeNote | None]
) -> CopyPlan:
    """Decide for each parameter in `types` how it is copied before the snippet changes it."""
    changed = changed_parameters(graph, snippet, types)
    changed = {name for name in changed if not is_immutable(types[name])}
    kinds: dict[str, CopyKind] = {}
    joint: list[tuple[str, ...]] = []
    shared: list[tuple[str, ...]] = []
    for group in _groups(graph, snippet, types):
        if not changed.intersection(group):
            continue
        if all(_deep_copies(types[name], graph) for name in group):
            joint.append(group)
            kinds.update(dict.fromkeys(group, CopyKind.DEEP))
        else:
            shared.append(group)
            kinds.update(dict.fromkeys(group, CopyKind.UNSAFE))
    for name in types:
        if name in changed and name not in kinds:
            kind = copy_kind(types[name], name, snippet)
            is_refused = kind is CopyKind.DEEP and _makes_up_attributes(types[name], graph)
            kinds[name] = CopyKind.UNSAFE if is_refused else kind
    return CopyPlan(kinds=kinds, joint=tuple(joint), shared_memory=tuple(shared))


def without_deep_copies(plan: CopyPlan) -> CopyPlan:
    """Return the plan for values of which `copy.deepcopy` turned out to be impossible."""
    kinds = {
        name: CopyKind.UNSAFE if kind is CopyKind.DEEP else kind
        for name, kind in plan.kinds.items()
    }
    return CopyPlan(kinds=kinds, shared_memory=(*plan.joint, *plan.shared_memory))


def changed_parameters(
    graph: LineageGraph, snippet: tuple[Statement, ...], names: Mapping[str, TypeNote | None]
) -> set[str]:
    """Return the parameters whose object, as the caller passed it, the snippet changes.

    What was seen of a parameter decides while it is bound to what was passed; of what was made of
    it, the text: after `df = df[df.qty > 0]` a change of `df` is none of the caller's.
    """
    holding: dict[str, set[str]] = {name: {name} for name in names}
    as_passed = set(names)
    changed: set[str] = set()
    for statement in snippet:
        effects = graph.effects(statement)
        changes = effects.changes - effects.weak_changes
        for name in changes:
            held = holding.get(name, set())
            changed |= {one for one in held if one not in as_passed or one in changes}
        as_passed -= effects.binds
        shares = dict(statement.names.shares)
        before = dict(holding)
        for name in effects.binds:
            sources = shares.get(name, frozenset())
            held = {p for source in sources for p in before.get(source, set())}
            value = bound_value(statement.node)
            if value is not None and is_fresh(value, type_after(graph, name, statement)):
                held = set()
            is_certain = name in effects.kills and statement.finish is not Finish.RAISED
            holding[name] = held if is_certain else held | before.get(name, set())
    return changed


def copy_kind(note: TypeNote | None, name: str, snippet: tuple[Statement, ...]) -> CopyKind:
    """Return the idiom by which a value of this type is copied before it is changed."""
    if note is None:
        return CopyKind.DEEP
    if note.union:
        return CopyKind.UNSAFE if _holds_outside(note) else CopyKind.DEEP
    if note.is_callable or has_no_safe_copy(note):
        return CopyKind.UNSAFE  # `copy.deepcopy` gives back a function or class as it is
    deep = CopyKind.UNSAFE if _holds_outside(note) else CopyKind.DEEP
    root = note.module.partition(".")[0]
    is_sparse = note.module.startswith("scipy.sparse")
    if root == "pandas" or is_sparse or (root == "xarray" and note.qualname == "DataArray"):
        return CopyKind.METHOD
    if root == "numpy" and note.qualname == "ndarray":
        return deep if note.dtype == "object" else CopyKind.METHOD
    if note.module == "builtins" and note.qualname in _SHALLOW:
        items_are_safe = bool(note.arguments) and all(is_immutable(a) for a in note.arguments)
        if items_are_safe or all(_changes_top_level(s, name) for s in snippet):
            return _SHALLOW[note.qualname]
    return deep


def _holds_outside(note: TypeNote) -> bool:
    """Whether a container holds what has no safe copy: an open file, a lock, a generator."""
    inner = (*note.arguments, *note.union)
    return not note.is_callable and any(
        has_no_safe_copy(one) or _holds_outside(one) for one in inner
    )


def has_no_safe_copy(note: TypeNote) -> bool:
    """Whether no copy of such a value is one of its own.

    It stands for something outside, is there to be used up, shows another object, or keeps its
    state in a closure.
    """
    if note.module.partition(".")[0] in _NEVER_COPIED:
        return True
    is_view = note.module in ("builtins", "numpy") and note.qualname in _SHARING
    return is_view or note.is_callable or is_used_up(note)


def _makes_up_attributes(note: TypeNote | None, graph: LineageGraph) -> bool:
    """Whether the class of a value answers for attributes that it does not have.

    def __getattr__(self, name): return getattr(self.inner, name)
                                                ^ not there yet when a copy is asked for more
    """
    if note is None or not note.is_session_type:
        return False
    made = graph.definition(note.qualname)
    body = made.node.body if made is not None and isinstance(made.node, ast.ClassDef) else []
    methods = {part.name for part in body if isinstance(part, ast.FunctionDef)}
    return "__getattr__" in methods and methods.isdisjoint(_HOOKS)


def is_used_up(note: TypeNote) -> bool:
    """Whether a change of such a value is progress: an iterator, a file, random numbers."""
    is_generator = note.qualname in _GENERATORS and "random" in note.module
    is_outside = note.module.startswith(_NO_SAFE_COPY) or note.qualname in _NO_SAFE_COPY_NAMES
    return note.is_iterator or is_generator or is_outside


def _groups(
    graph: LineageGraph, snippet: tuple[Statement, ...], types: Mapping[str, TypeNote | None]
) -> list[tuple[str, ...]]:
    """Return the sets of two and more parameters that share an object when the snippet begins."""
    start = (snippet[0].event, snippet[0].index)
    before = [(s.event, s.index) for s in graph.statements if (s.event, s.index) < start]
    if not before:
        return []
    mutable = [name for name in types if not is_immutable(types[name])]
    groups = [tuple(n for n in mutable if n in group) for group in graph.groups_at(before[-1])]
    return [group for group in dict.fromkeys(groups) if len(group) > 1]


def _deep_copies(note: TypeNote | None, graph: LineageGraph) -> bool:
    """Whether `copy.deepcopy` keeps what a value of this type shares with another."""
    if note is None:
        return True
    is_library = note.module.partition(".")[0] in ("numpy", "pandas")
    if is_library or note.is_callable or has_no_safe_copy(note) or _holds_outside(note):
        return False
    return not _makes_up_attributes(note, graph)


def _changes_top_level(statement: Statement, name: str) -> bool:
    """Whether `statement` changes `name` by replacing, adding or removing items at most."""
    names = statement.names
    if name not in names.stores | names.may_change | set(names.reads):
        return True
    if _only_measures(statement.node, name):
        return True
    match statement.node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=receiver), attr=method))):
            return receiver == name and method in MUTATORS
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=receiver))]):
            return receiver == name
        case ast.Delete(targets=[ast.Subscript(value=ast.Name(id=receiver))]):
            return receiver == name
        case ast.AugAssign(target=ast.Name(id=receiver)):
            return receiver == name
    return False


def _only_measures(node: ast.stmt, name: str) -> bool:
    """Whether a statement takes no more of `name` than a number or an answer: `len(rows)`."""
    measured: set[ast.AST] = set()
    for inner in ast.walk(node):
        match inner:
            case ast.Call(func=ast.Name(id="len" | "bool" | "id"), args=[ast.Name() as one]):
                measured.add(one)
            case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[ast.Name() as one]):
                measured.add(one)
    mentions = [n for n in ast.walk(node) if isinstance(n, ast.Name) and n.id == name]
    return bool(mentions) and all(one in measured for one in mentions)
