"""What one statement could do as far as its text goes, and questions about that."""

import ast
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from ipyprod.lineage.held_states import is_output
from ipyprod.lineage.item_stores import ItemStore
from ipyprod.lineage.library_settings import Settings
from ipyprod.lineage.name_facts import NameFacts
from ipyprod.lineage.session_code import Called, Code, immediate_nodes
from ipyprod.session.cell import Observation
from ipyprod.source.statements import Finish, Statement

# Statements that do one thing, so that nothing in them sees what they bind.
SIMPLE = (ast.Expr, ast.Assign, ast.AnnAssign)
_CONTAINERS = frozenset({"list", "dict", "set", "deque", "defaultdict", "OrderedDict"})
_FILLING_METHODS = frozenset(
    {"append", "appendleft", "add", "insert", "extend", "setdefault", "update"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An object that a statement may put objects of the names `held` into.

    `near` are the names that shared with it before, None where that is not known; with `is_fill`
    it is a container, and they come into the container itself: `rows.append(row)`.
    """

    stored: str
    held: frozenset[str]
    near: frozenset[str] | None
    is_fill: bool


@dataclass(slots=True)
class TextEffects:
    """One statement's effects as far as text goes.

    `patches` are classes that may be changed, each with the names whose objects change with it,
    unless it was seen unchanged. `unwatched` are those of `changes` that nobody looks at when the
    cell runs: that they were not seen to change says nothing. `remembered` are functions that only
    keep what they would compute again, `remembered_files` those that would while the files that
    they read are what they were. `asked` are names whose object is certainly left alone; with
    `only_asks` that is all the statement names, figures included; one that `draws` changes a
    figure. `ending` are the names on which it depends whether an object comes to its end here,
    `repeatable` those of what is gone through and stays as it is.
    """

    statement: Statement
    reads: dict[str, None] = field(default_factory=dict)
    changes: set[str] = field(default_factory=set)
    unwatched: set[str] = field(default_factory=set)
    remembered: set[str] = field(default_factory=set)
    remembered_files: set[str] = field(default_factory=set)
    asked: frozenset[str] = frozenset()
    only_asks: bool = False
    draws: bool = False
    ending: set[str] = field(default_factory=set)
    patches: dict[str, set[str]] = field(default_factory=dict)
    certain_binds: frozenset[str] = frozenset()
    may_bind: frozenset[str] = frozenset()
    ambient_reads: set[str] = field(default_factory=set)
    ambient_writes: set[str] = field(default_factory=set)
    weak_writes: set[str] = field(default_factory=set)  # most likely of an import beside it
    only_read: set[str] = field(default_factory=set)  # by code that does not write it
    is_opaque: bool = False
    can_do_anything: bool = False
    outputs: tuple[str, ...] = ()
    attributes: frozenset[str] = frozenset()  # with those in the code that it calls
    imports: frozenset[str] = frozenset()  # words of what that code, or its own, imports
    repeatable: frozenset[str] = frozenset()
    settings: Settings = field(default_factory=Settings)
    item_store: ItemStore | None = None
    links: tuple[Link, ...] = ()

    @property
    def touches(self) -> frozenset[str]:
        """Names that the statement binds, perhaps binds or deletes."""
        return self.certain_binds | self.may_bind | self.statement.names.deletes


def shares_of(found: TextEffects) -> dict[str, frozenset[str]]:
    """Return what each name may hold after the statement: a figure holds none of what it shows."""
    apart = found.asked if found.draws else frozenset[str]()
    shares = {
        name: held - apart for name, held in found.statement.names.shares if name not in apart
    }
    return shares if isinstance(found.statement.node, SIMPLE) else _handed_through(shares)


def _handed_through(shares: dict[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Add what names may hold by way of others that are bound in the same statement.

    try: a = [f]
    finally: b = a
    """
    while True:
        more = {
            name: held.union(*(shares[n] for n in held if n in shares))
            for name, held in shares.items()
        }
        if more == shares:
            return shares
        shares = more


def bound_before_use(found: TextEffects, called: Called) -> frozenset[str]:
    """Return the names whose former object the statement does not come by: it binds them first.

    with open("b.txt") as f: rows = f.read()
    ^ leaves alone what `f` was before
    """
    names = found.statement.names
    if found.is_opaque:
        return frozenset()
    used = called.changes.union(names.reads, names.deferred_reads, called.reads)
    return (names.binds | names.may_bind) - used


def uses_result(statement: Statement, *, apart: Collection[str] = ()) -> bool:
    """Whether something is done to what a call returned: `f().append(1)`, `g(f())`.

    Calls of the functions named in `apart` are left out.
    """
    for part in immediate_nodes(statement.node):
        if isinstance(part, (ast.Attribute, ast.Subscript)):
            if any(isinstance(inner, ast.Call) for inner in ast.walk(part.value)):
                return True
        elif isinstance(part, ast.Call) and getattr(part.func, "id", None) not in apart:
            given = [*part.args, *(keyword.value for keyword in part.keywords)]
            if any(isinstance(inner, ast.Call) for g in given for inner in ast.walk(g)):
                return True
    return False


def filled_by(statement: Statement) -> str:
    """Return the name of what a statement puts something into, "" where it may go deeper.

    rows.append(row); table[key] = row
    ^                 ^
    rows[0].append(row)
    ^ no: it may go into what other names hold, too
    """
    match statement.node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method))):
            return name if method in _FILLING_METHODS else ""
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name))]):
            return name
    return ""


def links_of(statement: Statement, facts: NameFacts) -> tuple[Link, ...]:
    """Return what a statement may put objects into; `facts` are those of the moment before it."""
    names, is_simple = statement.names, isinstance(statement.node, SIMPLE)
    filled = filled_by(statement)
    return tuple(
        Link(
            stored=stored,
            held=held,
            near=facts.sharing.partners(stored) if is_simple else None,
            is_fill=stored == filled and facts.kinds.get(stored) in _CONTAINERS,
        )
        for stored, held in names.shares
        if stored in names.stores or stored in names.may_change
    )


def goes_on_after_failure(statement: Statement) -> bool:
    """Whether something in the statement could fail, or did, and what follows it ran all the same."""
    if statement.finish is Finish.RAISED:
        return True
    catching = (ast.Try, ast.TryStar, ast.With)
    return any(isinstance(part, catching) for part in immediate_nodes(statement.node))


def names_given(statement: Statement) -> set[str]:
    """Return the names in what calls and operators of the statement are given: `f(rows)`, `a + b`."""
    given: list[ast.AST] = []
    for part in immediate_nodes(statement.node):
        if isinstance(part, ast.Call):
            given += [*part.args, *part.keywords]
        elif isinstance(part, (ast.BinOp, ast.Compare, ast.AugAssign)):
            given.append(part)
        elif isinstance(part, ast.Subscript):
            given.append(part.slice)
    return {n.id for some in given for n in ast.walk(some) if isinstance(n, ast.Name)}


def looked_at(observation: Observation) -> frozenset[str]:
    """Return the names whose values were looked at after a cell."""
    looked = observation.bound | observation.changed | observation.weak
    return looked | observation.unchanged | observation.unknown


def outputs_of(found: TextEffects, called: Called, known: dict[int, Code]) -> tuple[str, ...]:
    """Return what a statement leaves behind, as far as its text goes: files, figures, prints."""
    outputs = [s for s in sorted(found.ambient_writes) if is_output(s)]
    called_names: Collection[str] = found.statement.names.calls.union(
        *(known[token].names.calls for token in called.tokens)
    )
    deferred = {name for token in called.tokens for name in known[token].names.deferred_reads}
    if {"print", "display"} & (set(called_names) | deferred):
        outputs.append("print")
    return tuple(outputs)


def taken_in_turn(found: TextEffects, kinds: Mapping[str, str]) -> set[str]:
    """Return the sets of which an item is taken: the next one is another, as no look can tell.

    s.add(1); s.pop()
    ^ of equal content before and after
    """
    if "pop" not in found.statement.names.attributes:
        return set()
    return {name for name in found.changes if kinds.get(name) == "set"}
