"""State of a library that a statement sets: a table that it fills, an option that it chooses.

Nobody can see where a library keeps such state, so it is ambient state for all that comes after,
`library:NAME` by the imported name through which it was set. What has a state of its own, such as
`rcParams` or `os.environ`, is not meant.
"""

import ast
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from ipyprod.lineage.session_code import immediate_nodes
from ipyprod.source.chains import imported_name, last_name, root_name
from ipyprod.source.purity import IMPURE_FUNCTIONS, is_pure_function
from ipyprod.source.statements import Statement
from ipyprod.source.word_sets import word_set

LIBRARY = "library:"
GIVEN = "given:"  # "given:signal": code of the session that a library was given to call
# `set_config(...)`, `mpl.colormaps.register(...)`
_SETTING = re.compile(r"_*(un|re)?(set|register|config|enable|disable|basicConfig)", re.IGNORECASE)
# `np_config.add(...)` may set something, `sm.add_constant(X)` may only be looked at.
_PERHAPS_SETTING = re.compile(
    r"(use|init|install|uninstall|activate|deactivate|patch|extension|options?|append|extend|insert"
    r"|update|add|seed|switch|load|push|pop|clear)(_|$|[A-Z])"
)
# `np.seterrcall(note)`, `signal.signal(number, stop)`: what is given is called some time later.
_GIVING = re.compile(
    f"{_SETTING.pattern}|.*(call|hook|trace|profile|signal|handler)", re.IGNORECASE
)
# They set what no value shows, whatever they return: modes of files, limits.
_UNSHOWN = word_set("""
    os.chmod os.lchmod os.fchmod os.utime os.umask os.dup2 os.set_blocking os.nice time.tzset shutil.copymode shutil.copystat csv.field_size_limit
    scipy.special.seterr threading.stack_size sys.setswitchinterval
    """)
_UNSHOWN_METHODS = word_set("chmod lchmod set_inheritable")
# Functions that do nothing which a later line could tell.
_IDLE = frozenset({"time.sleep", "gc.collect", "sys.stdout.flush", "sys.stderr.flush"})
_SENSITIVE = (ast.Call, ast.BinOp, ast.Attribute, ast.Subscript, ast.Compare, ast.For, ast.With)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """States of libraries that a statement sets by its text.

    `certain` are set: an item or attribute is stored, or code that is called does such a thing.
    `called` are set by a call, if it did not come to change a variable instead; `perhaps` too, if
    its result was not what it was made for. `silent` is the state that a call set if it was seen
    to do nothing else at all, "" where the statement is no call of a library. `given` are names of
    libraries that may keep what the statement hands them, and call it later.
    """

    certain: frozenset[str] = frozenset()
    called: frozenset[str] = frozenset()
    perhaps: frozenset[str] = frozenset()
    silent: str = ""
    given: frozenset[str] = frozenset()


def find_settings(
    statement: Statement, called: Collection[str], imported: Mapping[str, str]
) -> Settings:
    """Find what a statement sets; `called` are the names through which the code it calls does.

    `imported` maps the names bound to imported things to what these are called in full.
    """
    nodes = list(immediate_nodes(statement.node))
    given = frozenset(_giving_roots(nodes)) & imported.keys()
    if any(not state.startswith("module:") for state in statement.names.ambient_writes):
        return Settings(certain=_states(called, imported), given=given)
    call = _called_for_effect(statement.node)
    full_name = imported_name(call.func, imported) if call is not None else ""
    return Settings(
        certain=_states({*called, *_stored_roots(nodes)}, imported) | _unshown(nodes, imported),
        called=_states(_setting_roots(nodes, _SETTING), imported),
        perhaps=_states(_perhaps_setting_roots(nodes), imported),
        silent=LIBRARY + full_name if full_name and not _is_harmless(full_name) else "",
        given=given,
    )


def settings_later(statement: Statement) -> frozenset[str]:
    """Return the names through which the code that a statement makes sets state, once called."""
    if any(not s.startswith("module:") for s in statement.names.deferred_ambient_writes):
        return frozenset()
    nodes = list(ast.walk(statement.node))
    called = _setting_roots(nodes, _SETTING) | _perhaps_setting_roots(nodes)
    return frozenset(_stored_roots(nodes) | called)


def can_depend_on_settings(node: ast.AST) -> bool:
    """Whether code can come out another way by the state of a library: it calls or computes."""
    return any(isinstance(part, _SENSITIVE) for part in ast.walk(node))


def imported_things(node: ast.stmt) -> list[tuple[str, str]]:
    """Return each name that an import binds, with the full name of what it stands for."""
    if isinstance(node, ast.Import):
        plain = [(a.name.partition(".")[0],) * 2 for a in node.names if not a.asname]
        return plain + [(a.asname, a.name) for a in node.names if a.asname]
    if isinstance(node, ast.ImportFrom):
        origin = node.module or ""
        return [(a.asname or a.name, f"{origin}.{a.name}") for a in node.names]
    return []


def _states(roots: Collection[str], imported: Mapping[str, str]) -> frozenset[str]:
    return frozenset(LIBRARY + root for root in roots if root in imported)


def roots_of(states: Collection[str]) -> frozenset[str]:
    """Return the names through which states of libraries were set."""
    return frozenset(state.removeprefix(LIBRARY) for state in states)


def _stored_roots(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the names through which attributes or items are set or deleted.

    BoxStyle._style_list["angled"] = angled
    ^
    """
    stored = (ast.Attribute, ast.Subscript)
    return {
        root_name(part)
        for part in nodes
        if isinstance(part, stored) and not isinstance(part.ctx, ast.Load)
    }


def _setting_roots(nodes: Iterable[ast.AST], names: re.Pattern[str]) -> set[str]:
    """Return the names through which something by one of `names` is called for its effect."""
    found: set[str] = set()
    for part in nodes:
        call = _called_for_effect(part)
        callees = [call.func] if call is not None else _decorators(part)
        found.update(root_name(callee) for callee in callees if names.match(last_name(callee)))
    return found


def _giving_roots(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the names through which a library is given something to call: as a whole statement."""
    made = [
        part.value if isinstance(part, ast.Assign) else _called_for_effect(part) for part in nodes
    ]
    callees = [one.func for one in made if isinstance(one, ast.Call)]
    callees += [callee for part in nodes for callee in _decorators(part)]
    return {root_name(callee) for callee in callees if _GIVING.match(last_name(callee))}


def _perhaps_setting_roots(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the same for names that may mean something else: not of what a call just made."""
    plain = [part for part in nodes if not _is_on_result(part)]
    return _setting_roots(plain, _PERHAPS_SETTING)


def _is_on_result(node: ast.AST) -> bool:
    """`copy.deepcopy(a).append(3)` changes what nobody has."""
    call = _called_for_effect(node)
    return call is not None and any(isinstance(part, ast.Call) for part in ast.walk(call.func))


def _decorators(node: ast.AST) -> list[ast.expr]:
    """Return what decorates a definition: `@xr.register_dataset_accessor("geo")`."""
    found = getattr(node, "decorator_list", [])
    return [part.func if isinstance(part, ast.Call) else part for part in found]


def _called_for_effect(node: ast.AST) -> ast.Call | None:
    """Return the call that makes up a whole statement, None where it is another."""
    if not isinstance(node, ast.Expr):
        return None
    value = node.value.value if isinstance(node.value, ast.Await) else node.value
    return value if isinstance(value, ast.Call) else None


def _unshown(nodes: Iterable[ast.AST], imported: Mapping[str, str]) -> frozenset[str]:
    """Return the states that calls set which nobody can see, by what is called."""
    calls = [part.func for part in nodes if isinstance(part, ast.Call)]
    names = {imported_name(func, imported) for func in calls} & _UNSHOWN
    names |= {last_name(f) for f in calls if isinstance(f, ast.Attribute)} & _UNSHOWN_METHODS
    return frozenset(LIBRARY + name for name in names)


def _is_harmless(full_name: str) -> bool:
    # what is known to change its arguments changes nothing else
    is_known = is_pure_function(full_name) or full_name in IMPURE_FUNCTIONS
    return full_name in _IDLE or is_known
