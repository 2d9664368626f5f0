"""A whole session as a module: what stands at module level and what `main()` does."""

import ast
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from ipyprod.promotion.body import builtins_read_first
from ipyprod.promotion.import_places import DECIDES_IMPORTS, is_standard
from ipyprod.promotion.indentation import dedent_body
from ipyprod.promotion.literals import constant_binding, literal_binding, literal_source, path_roots
from ipyprod.promotion.qualified_names import shown_by_qualname
from ipyprod.source.namespaces import reaches_namespace
from ipyprod.source.statements import Finish, Statement, StatementKind


class ModuleStyle(Enum):
    """How the steps of a session are laid out."""

    MAIN = "main"  # functions at module level, the rest in main()
    SCRIPT = "script"  # top-level code in `# %%` cells


@dataclass(frozen=True, slots=True, kw_only=True)
class Knob:
    """A literal of the session that became a keyword parameter of `main()`.

    `default` is the literal as it was written.
    """

    name: str
    default: str
    node: ast.expr


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """What is logged after a statement: `arguments` are expressions for the %-format `text`."""

    text: str
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModulePlan:
    """Everything that the text of a session's module is made of.

    `body` are the statements of `main()` in the order of execution. `builtin_names` are builtins
    that the body reads before it binds a variable of the same name. `unbound_names` are variables
    that only a function binds (by `global`). With `uses_globals` the variables live at module
    level, for code that looks them up by name (`eval`, `globals()`). `logged` are log lines by the
    (event, index) of the statement that they follow, `errors` the type of error by event. `shown`
    are definitions inside `main()` whose qualified name can be seen.
    """

    style: ModuleStyle
    main_name: str
    logger_name: str
    runner_name: str
    imports: tuple[Statement, ...]
    constants: tuple[Statement, ...]
    definitions: tuple[Statement, ...]
    knobs: tuple[Knob, ...]
    body: tuple[Statement, ...]
    builtin_names: tuple[str, ...] = ()
    unbound_names: tuple[str, ...] = ()
    local_names: frozenset[str] = frozenset()
    results: tuple[str, ...] = ()
    is_async: bool = False
    uses_globals: bool = False
    needs_display: bool = False
    summary: str = ""
    logged: Mapping[tuple[int, int], LogLine] = field(default_factory=dict)
    errors: Mapping[int, str] = field(default_factory=dict)
    shown: frozenset[str] = frozenset()
    own_modules: frozenset[str] = frozenset()  # the modules of the project


def plan_module(  # noqa: PLR0913 - all that a module is made of
    statements: Collection[Statement],
    *,
    results: Collection[str] = (),
    style: ModuleStyle = ModuleStyle.MAIN,
    summary: str = "",
    logged: Mapping[tuple[int, int], LogLine] | None = None,
    errors: Mapping[int, str] | None = None,
    staying: Collection[Statement] = (),
) -> ModulePlan:
    """Decide where each statement goes. `results` are what `main()` returns, by name.

    `staying` are imports and definitions that come to the same only where they stand, and other
    statements that must not be moved.

    A statement leaves the order of execution only where that cannot be told from outside: an
    import, a definition or a constant that is bound once, whose own names all stand at module
    level.
    """
    kept = tuple(_without_console_forms(statements))
    reaches_out = any(
        s.names.is_opaque or (s.names.is_deferred_opaque and reaches_namespace(s.node))
        for s in kept
    )
    uses_globals = reaches_out and style is ModuleStyle.MAIN
    keep_knobs = style is ModuleStyle.MAIN and not uses_globals
    level = _ModuleLevel(kept, keep_knobs=keep_knobs, staying=staying)
    body = tuple(s for s in kept if s not in level.statements)
    places = {(s.event, s.index) for s in body}
    bound = frozenset(name for s in body for name in _binds(s))
    local = bound | {k.name for k in level.knobs}
    certain = frozenset(name for s in body for name in s.names.binds | s.names.may_bind)
    return ModulePlan(
        style=style,
        main_name=_free_name("main", kept),
        logger_name=_free_name("logger", kept),
        runner_name=_free_name("runner", kept),
        imports=level.imports,
        constants=level.constants,
        definitions=level.definitions,
        knobs=level.knobs,
        body=body,
        builtin_names=builtins_read_first(body, bound),
        unbound_names=tuple(sorted(local - certain - {k.name for k in level.knobs})),
        local_names=local,
        results=tuple(results),
        is_async=any(s.names.has_await for s in body),
        uses_globals=uses_globals,
        needs_display=_needs_display(kept),
        summary=summary,
        logged={place: line for place, line in (logged or {}).items() if place in places},
        errors=errors or {},
        shown=frozenset() if uses_globals or style is ModuleStyle.SCRIPT else _shown(kept),
    )


class _ModuleLevel:
    """The statements that can stand at module level without changing what any of them means."""

    def __init__(
        self, kept: tuple[Statement, ...], *, keep_knobs: bool, staying: Collection[Statement]
    ) -> None:
        self._kept = kept
        self._staying = staying
        self._bindings = Counter(name for s in kept for name in _binds(s))
        hoisted = self._hoisted_imports()
        self.imports = tuple(_unique(hoisted))
        constants = [s for s in kept if self._is_constant(s)]
        self.definitions = self._hoisted_definitions(constants)
        read = {name for s in self.definitions for name in _free_names(s)}
        literals = [s for s in constants if literal_binding(s, _target(s)) is not None]
        if not keep_knobs:
            read |= {_target(s) for s in literals}
        self.constants = tuple(s for s in constants if _target(s) in read)
        self.knob_statements = tuple(s for s in literals if s not in self.constants)
        self.knobs = tuple(_knob(s) for s in self.knob_statements)
        self.statements = (*hoisted, *self.constants, *self.definitions, *self.knob_statements)

    def _hoisted_imports(self) -> tuple[Statement, ...]:
        """Imports that mean the same at the top: no name shared with another statement's."""
        candidates: list[Statement] = []
        found: set[tuple[str, str]] = set()
        decided = False
        for statement in self._kept:
            decided = decided or bool(statement.names.ambient_writes & DECIDES_IMPORTS)
            meanings = _import_meanings(statement)
            is_settled = found.issuperset(meanings) or is_standard(statement)
            is_free = (is_settled or not decided) and statement not in self._staying
            is_plain = statement.kind is StatementKind.IMPORT and is_free
            if is_plain or statement.names.has_star_import or _is_future(statement):
                candidates.append(statement)
                found.update(meanings)
        return self._without_contested(candidates)

    def _without_contested(self, candidates: list[Statement]) -> tuple[Statement, ...]:
        """Leave out imports whose names are bound elsewhere too, to another thing."""
        while True:
            inside = [s for s in self._kept if s not in candidates]
            contested = {name for s in inside for name in _binds(s)}
            meanings: dict[str, set[str]] = {}
            for statement in candidates:
                for name, meaning in _import_meanings(statement):
                    meanings.setdefault(name, set()).add(meaning)
            contested |= {name for name, found in meanings.items() if len(found) > 1}
            rest = [s for s in candidates if not _binds(s) & contested]
            if len(rest) == len(candidates):
                return tuple(rest)
            candidates = rest

    def _is_constant(self, statement: Statement) -> bool:
        name = _target(statement)
        if not name or name.startswith("_") or self._bindings[name] != 1:
            return False
        if statement in self._staying:
            return False
        value = constant_binding(statement, name)
        if value is None or statement.finish is not Finish.DONE or "\n" in statement.text:
            return False
        if not path_roots(value) <= {n for s in self.imports for n in _binds(s)}:
            return False
        before = self._kept[: self._kept.index(statement)]
        others = [s for s in self._kept if s is not statement]
        is_read_early = any(name in s.names.reads for s in before)
        is_changed = any(name in s.names.stores | s.names.deletes for s in others)
        return not is_read_early and not is_changed

    def _hoisted_definitions(self, constants: list[Statement]) -> tuple[Statement, ...]:
        """Definitions whose names all stand at module level: the largest such set."""
        imported = frozenset(n for s in self.imports for n in _binds(s))
        constant = frozenset(_target(s) for s in constants)
        chosen = [s for s in self._kept if self._is_single_definition(s)]
        bound = frozenset(self._bindings)
        while True:
            level = imported | constant | {_target(s) for s in chosen}
            rest = [
                s
                for s in chosen
                if all(name in level or name not in bound for name in _free_names(s))
            ]
            if len(rest) == len(chosen):
                return tuple(rest)
            chosen = rest

    def _is_single_definition(self, statement: Statement) -> bool:
        if statement.kind not in (StatementKind.FUNCTION, StatementKind.CLASS):
            return False
        if statement.finish is not Finish.DONE or statement.names.deferred_binds:
            return False
        if statement in self._staying:
            return False
        if statement.names.may_change or statement.names.stores or statement.names.ambient_writes:
            return False
        name = _target(statement)
        before = self._kept[: self._kept.index(statement)]
        return self._bindings[name] == 1 and not any(name in s.names.reads for s in before)


def _target(statement: Statement) -> str:
    """Return the one name that a definition or a plain assignment binds, "" for others."""
    node = statement.node
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return node.name
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target = node.targets[0]
        return target.id if isinstance(target, ast.Name) else ""
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id
    return ""


def _binds(statement: Statement) -> frozenset[str]:
    names = statement.names
    return names.binds | names.may_bind | names.deferred_binds | names.deletes


def _free_names(statement: Statement) -> frozenset[str]:
    """Return the names that a definition needs, now or when it is called."""
    own = {_target(statement)}
    return (frozenset(statement.names.reads) | frozenset(statement.names.deferred_reads)) - own


def _is_future(statement: Statement) -> bool:
    return isinstance(statement.node, ast.ImportFrom) and statement.node.module == "__future__"


def _import_meanings(statement: Statement) -> list[tuple[str, str]]:
    """Return each bound name of an import with what it stands for."""
    node = statement.node
    if isinstance(node, ast.Import):
        return [
            (a.asname, a.name) if a.asname else (a.name.split(".")[0], a.name.split(".")[0])
            for a in node.names
        ]
    if isinstance(node, ast.ImportFrom):
        origin = "." * node.level + (node.module or "")
        return [(a.asname or a.name, f"{origin}:{a.name}") for a in node.names if a.name != "*"]
    return []


def _unique(statements: tuple[Statement, ...]) -> list[Statement]:
    """Leave out imports with the text of an earlier one."""
    seen: set[str] = set()
    unique = []
    for statement in statements:
        if statement.text not in seen:
            unique.append(statement)
        seen.add(statement.text)
    return unique


def _knob(statement: Statement) -> Knob:
    name = _target(statement)
    value = literal_binding(statement, name)
    default = literal_source(statement, value) if value is not None else "None"
    return Knob(name=name, default=default, node=value or ast.Constant(value=None))


def _shown(kept: tuple[Statement, ...]) -> frozenset[str]:
    return shown_by_qualname(kept, [None])  # anything may be among what `main()` gives back


def _free_name(wanted: str, kept: tuple[Statement, ...]) -> str:
    """Return `wanted`, with underscores behind it while the session uses that name itself."""
    taken = {name for s in kept for name in (*_binds(s), *s.names.reads, *s.names.deferred_reads)}
    while wanted in taken:
        wanted += "_"
    return wanted


def _needs_display(kept: tuple[Statement, ...]) -> bool:
    read = {name for s in kept for name in (*s.names.reads, *s.names.deferred_reads)}
    return "display" in read and not any("display" in _binds(s) for s in kept)


def _without_console_forms(statements: Collection[Statement]) -> list[Statement]:
    """Turn what means something else inside a function into what means the same there."""
    plain: list[Statement] = []
    is_own = any("display" in _binds(statement) for statement in statements)
    for statement in statements:
        if isinstance(statement.node, ast.Global):
            continue
        if not is_own and _is_display_call(statement):
            continue
        plain += _main_guard_body(statement) or [statement]
    return plain


def _is_display_call(statement: Statement) -> bool:
    node = statement.node
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
        and node.value.func.id == "display"
    )


def _main_guard_body(statement: Statement) -> list[Statement]:
    """Return what stands under `if __name__ == "__main__":`, which was true in the console."""
    node = statement.node
    guard = "__name__ == '__main__'"
    if not isinstance(node, ast.If) or ast.unparse(node.test) != guard:
        return []
    text = dedent_body(statement.text, node.body[0], node.body[-1])
    parsed = ast.parse(text).body
    inner = tuple(n for n in statement.names.reads if n != "__name__")
    names = replace(statement.names, reads=inner)
    lines = text.split("\n")
    return [
        replace(
            statement,
            text="\n".join(lines[part.lineno - 1 : part.end_lineno]),
            node=part,
            kind=StatementKind.OTHER,
            names=names,
            comments="",
        )
        for part in parsed
    ]
