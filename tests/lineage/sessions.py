"""Sessions for tests: cells played for real, with what a perfect watcher would have seen."""

import ast
import copy
import gc
import os
import pickle
import random
import types
from dataclasses import replace
from typing import Any

import matplotlib as mpl
import numpy as np

from ipyprod.lineage.graph import LineageGraph, build_lineage
from ipyprod.session.cell import Cell, Observation, Outcome, Session
from ipyprod.source.parsing import parse_session

mpl.use("agg")
ATOMIC = (int, float, complex, bool, str, bytes, type(None), range, np.generic)
GLOBAL = (types.ModuleType, types.BuiltinFunctionType, type)


def content(value: Any) -> Any:  # noqa: PLR0912 - one kind of value a branch
    """Return a deep picture of a value; None where there is no sure way."""
    try:
        if isinstance(value, (types.GeneratorType,)):
            if value.gi_frame is None:
                return "done"
            items = [i for i in gc.get_referents(value) if isinstance(i, (*ATOMIC, list, dict))
                     or _is_iterator(i)]
            items = [i for i in items if not (isinstance(i, dict) and "__builtins__" in i)]
            return value.gi_frame.f_lasti, [content(i) for i in items if i is not value]
        if isinstance(value, types.FunctionType):
            cells = [c.cell_contents for c in value.__closure__ or ()]
            parts = (value.__defaults__, value.__dict__, cells)
            return id(value), [[content(part) for part in _flat(p)] for p in parts]
        if isinstance(value, type):
            return [(k, id(v), content(v) if isinstance(v, (list, dict)) else v)
                    for k, v in vars(value).items() if isinstance(v, (*ATOMIC, list, dict, types.FunctionType))
                    and k != "__dict__"]
        if isinstance(value, types.ModuleType):
            return "module"
        kept = vars(value) if hasattr(value, "__dict__") else None
        if kept is not None and not hasattr(value, "dtype"):
            kind = type(value)
            if kind.__module__ == "__session__":
                return kind.__qualname__, [(k, content(v)) for k, v in kept.items()]
        if type(value).__module__.startswith("matplotlib"):
            return None  # a copy of a figure becomes pyplot's current one
        if type(value).__module__.startswith("networkx"):
            return repr(dict(value.nodes)), repr(dict(value.adj))
        if type(value).__module__ == "itertools" and type(value).__name__ in {"count", "cycle"}:
            return repr(value) if type(value).__name__ == "count" else None
        if isinstance(value, types.MethodType):
            return content(value.__self__), content(value.__func__)
        if _is_iterator(value):
            return [content(i) for i in gc.get_referents(value)], value.__reduce__()[2:]
        if isinstance(value, (list, tuple)):
            return [content(v) for v in value]
        if isinstance(value, dict):
            return [(k, content(v)) for k, v in value.items()]
        return pickle.dumps(copy.deepcopy(value))
    except Exception:
        return None


def _is_iterator(value: Any) -> bool:
    return hasattr(value, "__next__")


def _flat(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value.items()]
    return list(value or ())


def reach(value: Any) -> frozenset[int]:
    """Return the ids of the mutable objects that a value reaches."""
    seen: dict[int, Any] = {}
    pending = [value]
    while pending:
        item = pending.pop()
        if id(item) in seen or isinstance(item, (*ATOMIC, types.ModuleType, types.CodeType, type)):
            continue
        if isinstance(item, dict) and "__builtins__" in item:
            continue
        seen[id(item)] = item
        if isinstance(item, np.ndarray):
            root = item
            while isinstance(root.base, np.ndarray):
                root = root.base
            seen[id(root)] = root
            continue
        if len(seen) > 3000:
            break
        if isinstance(item, types.FunctionType):
            pending += [*(item.__defaults__ or ()), *(c.cell_contents for c in item.__closure__ or ()), item.__dict__]
        elif type(item).__module__.startswith(("matplotlib", "builtins")) and not isinstance(
            item, (list, dict, set, tuple)) and not _is_iterator(item):
            figure = getattr(item, "figure", None)
            if figure is not None:
                seen[id(figure)] = figure
        else:
            pending += gc.get_referents(item)
            kind = type(item)
            if kind.__module__ == "__session__":
                pending += [v for v in vars(kind).values() if isinstance(v, (list, dict, set))]
    return frozenset(seen)


def users(space: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in space.items() if not k.startswith("__")}


def groups_of(reaches: dict[str, frozenset[int]]) -> set[frozenset[str]]:
    holders: dict[int, set[str]] = {}
    for name, ids in reaches.items():
        for one in ids:
            holders.setdefault(one, set()).add(name)
    return {frozenset(names) for names in holders.values() if len(names) > 1}


def ambient_now() -> dict[str, Any]:
    return {
        "random": hash(random.getstate()),
        "numpy.random": pickle.dumps(np.random.get_state()),
        "os.environ": dict(os.environ),
        "cwd": os.getcwd(),
    }


def run_cell(text: str, name: str, space: dict[str, Any]) -> Any:
    """Run a cell as the console does; return the value of its last expression."""
    body = ast.parse(text).body
    shown = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body=body, type_ignores=[]), name, "exec"), space)
    return eval(compile(ast.Expression(shown.value), name, "eval"), space) if shown else None


def play(cells: list[str]) -> tuple[Session, dict[str, Any]]:
    """Run the cells in one namespace; return the session as a perfect watcher saw it."""
    space: dict[str, Any] = {"__name__": "__session__"}
    recorded = []
    for event, text in enumerate(cells):
        before = users(dict(space))
        contents = {k: content(v) for k, v in before.items()}
        reached = {k: reach(v) for k, v in before.items()}
        ambient = ambient_now()
        outcome, line, result = Outcome.OK, None, None
        try:
            result = run_cell(text, f"<cell {event}>", space)
        except Exception as error:
            outcome = Outcome.FAILED
            trace, line = error.__traceback__, None
            while trace is not None:
                if trace.tb_frame.f_code.co_filename == f"<cell {event}>" and trace.tb_frame.f_code.co_name == "<module>":
                    line = trace.tb_lineno
                trace = trace.tb_next
        after = users(space)
        same = [k for k in before if k in after and after[k] is before[k]]
        changed, unchanged, unknown = set(), set(), set()
        for name in same:
            now = content(after[name])
            if now is None or contents[name] is None:
                unknown.add(name)
            else:
                (unchanged if now == contents[name] else changed).add(name)
        new_ambient = ambient_now()
        groups = groups_of(reached) | groups_of({k: reach(v) for k, v in after.items()})
        seen = Observation(
            is_complete=True,
            has_result=result is not None,
            bound=frozenset(k for k in after if k not in before or after[k] is not before[k]),
            deleted=frozenset(before.keys() - after.keys()),
            changed=frozenset(changed), unchanged=frozenset(unchanged), unknown=frozenset(unknown),
            groups=tuple(groups),
            ambient=frozenset(k for k in ambient if ambient[k] != new_ambient[k]),
        )
        recorded.append(Cell(event=event, number=event + 1, text=text, python=text + "\n",
                             outcome=outcome, failed_line=line, observation=seen))
    live = frozenset(users(space))
    return Session(cells=tuple(recorded), live=live), space


def blinded(session: Session) -> Session:
    """Return the same session as one that nothing was seen of."""
    return replace(
        session, cells=tuple(replace(c, observation=Observation()) for c in session.cells)
    )


def lineage(session: Session) -> LineageGraph:
    return build_lineage(session, parse_session(session, transform=lambda text: text))


def code_of(sliced: Any) -> str:
    """Return the program of a slice, failed statements wrapped as the later stages do."""
    lines = []
    for line in sliced.kept:
        text = line.statement.text
        if line.statement.finish.value != "done":
            body = "\n".join("    " + part for part in text.split("\n"))
            text = f"try:\n{body}\nexcept Exception:\n    pass"
        lines.append(text)
    return "\n".join(lines) + "\n"


def rerun(sliced: Any) -> dict[str, Any]:
    space: dict[str, Any] = {"__name__": "__session__"}
    exec(compile(code_of(sliced), "<slice>", "exec"), space)
    return space
