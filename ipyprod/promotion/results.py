"""What a snippet gives back: what later cells read, and what it made last."""

import ast
from collections.abc import Collection

from ipyprod.lineage.graph import LineageGraph
from ipyprod.lineage.snippets import live_out
from ipyprod.promotion.companions import bound_names, is_code, position_of
from ipyprod.promotion.copies import MUTATORS, is_used_up
from ipyprod.promotion.seen_types import type_after, type_before
from ipyprod.session.cell import SideEffectKind
from ipyprod.source.chains import root_name
from ipyprod.source.names import analyze_statement
from ipyprod.source.statements import Finish, Statement, StatementKind

_PEEKS = frozenset(
    {"head", "tail", "info", "describe", "sample", "shape", "dtypes", "columns", "index", "dtype",
     "ndim", "size", "memory_usage", "nunique", "unique", "keys"}
)  # fmt: skip
_PEEK_CALLS = frozenset({"print", "display", "type", "len", "help", "dir", "id", "repr", "pprint"})
_BLOCKS = (
    ast.For, ast.AsyncFor, ast.While, ast.If, ast.With, ast.AsyncWith, ast.Try, ast.TryStar,
    ast.Match,
)  # fmt: skip
_DRAWN_ON = frozenset({"Axes", "Figure", "Axes3D", "PolarAxes"})
_SCOPES = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def is_peek(node: ast.stmt) -> bool:
    """Whether `node` only shows what is there: a name, an attribute, `df.head()`, `print(x)`."""
    if not isinstance(node, ast.Expr):
        return False
    value = node.value
    if isinstance(value, ast.Name | ast.Constant | ast.Attribute):
        return True
    if isinstance(value, ast.Tuple):
        return all(isinstance(item, ast.Name) for item in value.elts)
    if isinstance(value, ast.Call):
        function = value.func
        if isinstance(function, ast.Attribute):
            return function.attr in _PEEKS
        return isinstance(function, ast.Name) and function.id in _PEEK_CALLS
    return False


def returned_names(graph: LineageGraph, ran: list[Statement]) -> list[str]:
    """Return what later cells read and the result, in the order of the last binding."""
    positions = [position_of(s) for s in ran]
    defined = {n for s in ran if is_definition(s) for n in s.names.binds}
    bound = bound_names(s for s in ran if not is_definition(s))
    names = [n for n in live_out(graph, positions) if n in bound or n not in defined]
    # where something is given back for sure, what was only looked at is a result as well
    made = _results(graph, _without_looks(graph, ran) if names else ran)
    names += [n for n in made if n not in names]
    gone = _deleted_last(graph, {s.event for s in ran})
    names = [n for n in names if n not in gone and not _is_code(graph, n, ran[-1])]
    last = {name: place for place, s in enumerate(ran) for name in graph.effects(s).changes}
    last |= {name: place for place, s in enumerate(ran) for name in graph.effects(s).binds}
    return sorted(names, key=lambda name: last.get(name, -1))


def _without_looks(graph: LineageGraph, ran: list[Statement]) -> list[Statement]:
    """Return the statements that do more than to show a value: `scores.mean()`."""
    return [
        s for s in ran
        if not isinstance(s.node, ast.Expr) or graph.effects(s).changes or graph.effects(s).outputs
    ]  # fmt: skip


def _deleted_last(graph: LineageGraph, events: Collection[int]) -> set[str]:
    """Return the names that were there no more after the last of these events that touched them."""
    gone: set[str] = set()
    for cell in graph.session.cells:
        if cell.event in events:
            gone -= cell.observation.bound
            gone |= cell.observation.deleted
    return gone


def result_expression(graph: LineageGraph, ran: list[Statement]) -> Statement | None:
    """Return the last statement where its value is what the snippet is for."""
    last = ran[-1]
    is_shown = isinstance(last.node, ast.Expr) and last.finish is not Finish.RAISED
    is_drawing = "pyplot" in (*graph.effects(last).outputs, *graph.effects(last).ambient_writes)
    if is_drawing and not _gives_axes(graph, last):
        return None  # the lines that `plt.plot` gives are nobody's result
    if SideEffectKind.FILE_WRITTEN in side_effects(graph, last):
        return None  # how many characters were written
    return last if is_shown and not is_peek(last.node) else None


def _gives_axes(graph: LineageGraph, statement: Statement) -> bool:
    """Whether a statement shows the axes or figure that it drew on: `df.plot.bar()`."""
    cells = (c for c in graph.session.cells if c.event == statement.event)
    note = next((c.observation.result for c in cells), None)
    is_artist = note is not None and note.module.startswith("matplotlib.")
    return is_artist and note.qualname in _DRAWN_ON  # type: ignore[union-attr]  # see is_artist


def side_effects(graph: LineageGraph, statement: Statement) -> frozenset[SideEffectKind]:
    """Return the kinds of outside effects that the cell of a statement had."""
    cell = next((c for c in graph.session.cells if c.event == statement.event), None)
    return frozenset(e.kind for e in cell.observation.side_effects) if cell else frozenset()


def is_definition(statement: Statement) -> bool:
    """Whether a statement imports or defines something, and makes no data."""
    return statement.kind is StatementKind.IMPORT or is_code(statement)


def _results(graph: LineageGraph, ran: list[Statement]) -> list[str]:
    """Return what the snippet binds or changes last, where nothing in it reads that again."""
    read: set[str] = set()
    deleted: set[str] = set()
    bound = bound_names(s for s in ran if not is_definition(s))
    own = bound_names(ran) | {n for s in ran for n in s.names.reads}
    for statement in reversed(ran):
        if is_peek(statement.node) or is_definition(statement):
            continue
        made = [
            n for n in made_by(graph, statement)
            if n in own and n not in read | deleted and not _is_code(graph, n, statement)
        ]  # fmt: skip
        if not made and isinstance(statement.node, ast.Expr):
            changed = graph.effects(statement).certain_changes & bound - read - deleted
            made = sorted(n for n in changed if not _is_used_up(graph, n, statement))
        if made:
            return made
        read |= set(statement.names.reads) - statement.names.binds
        deleted |= statement.names.deletes
    return []


def _is_code(graph: LineageGraph, name: str, statement: Statement) -> bool:
    """Whether `name` stands for a function, a class, a module or a builtin."""
    found = graph.definition(name, (statement.event, statement.index + 1))
    return is_definition(found) if found is not None else name not in graph.session.live


def made_by(graph: LineageGraph, statement: Statement) -> list[str]:
    """Return the names that a statement binds or changes for their own sake.

    A loop that adds to something is there for that; else for what it binds.
    """
    seen = graph.effects(statement).binds
    names = [n for n in _bound_by(statement) if n in seen]
    if isinstance(statement.node, _BLOCKS):
        return _filled_by(graph, statement) or names
    changed = statement.names.stores
    if isinstance(statement.node, ast.Expr):
        changed = changed | _changed_by_call(graph, statement)
    return names + [n for n in _written_order(statement) if n in changed and n not in names]


def _changed_by_call(graph: LineageGraph, statement: Statement) -> frozenset[str]:
    """Return what a call is made for: its receiver, and what was seen to change.

    model.fit(X, y)
    ^ what a cell binds and changes is seen as bound only: the text decides there
    """
    effects = graph.effects(statement)
    receiver = _receiver(statement.node)
    return frozenset(
        name
        for name in effects.changes - effects.weak_changes
        if (name in effects.certain_changes or name == receiver or _is_new(graph, name, statement))
        and not _is_used_up(graph, name, statement)
    )


def _filled_by(graph: LineageGraph, statement: Statement) -> list[str]:
    """Return what a loop or branch adds to: names that it reads before it binds them.

    for row in rows:
        word = row[0]       `row` and `word` are scratch
        count[word] += 1    `count` is what the loop is for
    """
    effects, names = graph.effects(statement), statement.names
    carried = set(names.reads)
    strong = (names.binds | names.may_bind | names.stores | _mutated(statement.node)) & carried
    certain = strong & (effects.binds | effects.changes) or effects.certain_changes & carried
    found = certain or (effects.changes - effects.weak_changes) & carried
    return [
        n
        for n in _written_order(statement)
        if n in found and not _is_used_up(graph, n, statement) and not _is_code(graph, n, statement)
    ]


def _mutated(node: ast.stmt) -> set[str]:
    """Return the receivers of methods that change what they belong to: `out.append(x)`."""
    found = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute):
            root = root_name(inner.func.value)
            if root and inner.func.attr in MUTATORS:
                found.add(root)
    return found


def _bound_by(statement: Statement) -> list[str]:
    """Return the names that a statement binds for later, in the order in which they are written."""
    bound = (statement.names.binds | statement.names.may_bind) - scratch_names(statement)
    return [n for n in _written_order(statement) if n in bound and n != "_"]


def scratch_names(statement: Statement) -> set[str]:
    """Return the names that a statement binds for itself: loop variables, files and the like."""
    scratch: set[str] = set()
    for inner in ast.walk(statement.node):
        if isinstance(inner, ast.For | ast.AsyncFor | ast.While):
            scratch |= _used_up_in_rounds(inner, statement)
        if isinstance(inner, ast.For | ast.AsyncFor):
            scratch |= _names_in(inner.target)
        elif isinstance(inner, ast.withitem) and inner.optional_vars is not None:
            scratch |= _names_in(inner.optional_vars)
        elif isinstance(inner, ast.ExceptHandler) and inner.name:
            scratch.add(inner.name)
        elif isinstance(inner, _SCOPES):
            walruses = (n.target for n in ast.walk(inner) if isinstance(n, ast.NamedExpr))
            scratch |= {target.id for target in walruses}
    return scratch


def _used_up_in_rounds(loop: ast.For | ast.AsyncFor | ast.While, statement: Statement) -> set[str]:
    """Return the names that each round of a loop binds anew and uses itself, and no other code.

    for fold in folds:
        score = test(fold)      every round has its own `score`,
        scores.append(score)    and the last one is no result
    """
    read: set[str] = set()
    made: set[str] = set()
    used: set[str] = set()
    for part in loop.body:
        names = analyze_statement(part)
        reads = {*names.reads, *names.deferred_reads}
        used |= made & reads
        read |= reads
        made |= names.binds - read
    inside = {id(store) for part in loop.body for store in _stores(part)}
    return used - {s.id for s in _stores(statement.node) if id(s) not in inside}


def _stores(node: ast.AST) -> list[ast.Name]:
    found = [n for n in ast.walk(node) if isinstance(n, ast.Name)]
    return [n for n in found if isinstance(n.ctx, ast.Store)]


def _written_order(statement: Statement) -> list[str]:
    """Return the names of a statement in the order in which they are written."""
    found = [n for n in ast.walk(statement.node) if isinstance(n, ast.Name)]
    found.sort(key=lambda n: (n.lineno, n.col_offset))
    return list(dict.fromkeys(n.id for n in found))


def _receiver(node: ast.stmt) -> str:
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=value))):
            return root_name(value)
    return ""


def _is_new(graph: LineageGraph, name: str, statement: Statement) -> bool:
    """Whether `name` was bound in the cell of the statement."""
    found = graph.definition(name, position_of(statement))
    return found is not None and found.event == statement.event


def _is_used_up(graph: LineageGraph, name: str, statement: Statement) -> bool:
    """Whether `name` is an iterator, a file or the like, whose change is only its progress."""
    note = type_after(graph, name, statement) or type_before(graph, name, statement.event)
    return note is not None and is_used_up(note)


def _names_in(node: ast.expr) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
