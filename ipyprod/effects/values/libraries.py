"""Objects of the standard library and others that need a rule of their own."""

import _thread
import pathlib
import random
import sqlite3
import sys
from typing import Any

from ipyprod.effects.values.kinds import is_session_type, module_of, mro_of, qualname_of
from ipyprod.effects.values.layout import plan_for
from ipyprod.effects.values.look import Look, Rule, part
from ipyprod.effects.values.marks import OpaqueValueError

_OPAQUE_MODULES = frozenset({"_thread", "_csv", "_socket", "_ssl", "_io", "select", "mmap"})


def library_rule(kind: type) -> Rule | None:
    """Return the rule for objects that need one of their own, None for all others."""
    if issubclass(kind, pathlib.PurePath):
        return _path
    if issubclass(kind, random.Random):
        return _random
    if issubclass(kind, sqlite3.Connection):
        return _connection
    if kind is _thread.LockType:
        return lambda obj, _look: part(("lock", obj.locked()))
    if kind is _thread.RLock:
        return lambda obj, _look: part(("lock", repr(obj)))
    if module_of(kind) in _OPAQUE_MODULES:
        return _refuse
    return _ctypes_rule(kind) or _sympy_rule(kind)


def _path(obj: Any, _look: Look) -> Any:
    kind = type(obj)
    if any(is_session_type(cls) for cls in mro_of(kind)):
        raise OpaqueValueError(qualname_of(kind))
    return part((qualname_of(kind), pathlib.PurePath.__str__(obj)))


def _random(obj: Any, _look: Look) -> Any:
    if obj is random._inst:  # noqa: SLF001 - ambient state
        return part("the global generator")
    plan = plan_for(type(obj))
    if issubclass(type(obj), random.SystemRandom):
        return part("no state")
    return part("Random", (random.Random.getstate(obj), dict(plan.read_dict.__get__(obj))))


def _connection(obj: Any, look: Look) -> Any:
    look.is_one_way = True
    kind = sqlite3.Connection
    state = (kind.total_changes.__get__(obj), kind.in_transaction.__get__(obj))
    return part("connection", state)


def _refuse(obj: Any, _look: Look) -> Any:
    raise OpaqueValueError(qualname_of(type(obj)))


def _ctypes_rule(kind: type) -> Rule | None:
    ctypes: Any = sys.modules.get("ctypes")
    if ctypes is None or not issubclass(
        kind, (ctypes.Structure, ctypes.Array, ctypes.c_int.__base__)
    ):
        return None
    held = "_objects"  # what the memory points to
    return lambda obj, _look: part(
        (qualname_of(kind), bytes(memoryview(obj))), (getattr(obj, held),)
    )


def _sympy_rule(kind: type) -> Rule | None:
    sympy: Any = sys.modules.get("sympy")
    matrix = getattr(sympy, "MutableDenseMatrix", None)
    if matrix is None or is_session_type(kind):
        return None
    if issubclass(kind, (matrix, sympy.MutableSparseMatrix)):
        return lambda obj, _look: part("matrix", (tuple(obj.shape), obj.flat()))
    return None
