"""Statements that failed before they did anything: mostly names that were mistyped."""

import ast
import builtins
import re
from collections.abc import Collection, Generator, Iterable, Mapping
from dataclasses import dataclass

from ipyprod.source.statements import Statement

_HARMLESS = frozenset({"enumerate", "zip", "range", "reversed", "len"})
_CONTAINERS = frozenset({"list", "tuple", "dict", "set", "frozenset", "str", "range", "ndarray"})
_UNKNOWN_NAME = re.compile(r"name '(\w+)' is not defined")
_UNKNOWN_ATTRIBUTE = re.compile(r"(?:'(\w+)' object|module '([\w.]+)') has no attribute '(\w+)'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """The error with which a cell stopped: its type, and the first line of its message.

    `is_own` says that the cell's own code raised it, not a function that it called.
    """

    type: str
    message: str
    is_own: bool = False


def did_nothing(
    statement: Statement,
    failure: Failure,
    *,
    bound: Collection[str],
    kinds: Mapping[str, str],
) -> bool:
    """Whether a statement that failed stopped at a name or attribute that is not there, ahead of any call.

    `bound` are the names that had a value, `kinds` the types by variable and modules by alias.
    """
    # print(total, add(row), lenght)  add(row) took place
    # prnt(total, add(row))           nothing did
    held = {name for name, kind in kinds.items() if kind in _CONTAINERS}
    harmless = _HARMLESS - set(bound)
    order = _Order(held=held, harmless=harmless, is_own=failure.is_own, kinds=kinds)
    steps = order.all_steps(_expressions(statement.node, all_of_it=failure.is_own))
    if failure.type == "NameError":
        found = _UNKNOWN_NAME.match(failure.message)
        name = found[1] if found else ""
        if not name or name in bound or hasattr(builtins, name):
            return False
        return any(isinstance(step, ast.Name) and step.id == name for step in steps)
    if failure.type == "AttributeError":
        found = _UNKNOWN_ATTRIBUTE.match(failure.message)
        if not found:
            return False
        kind = found[1] or found[2]
        if failure.is_own:
            named = [s for s in ast.walk(statement.node) if _names_attribute(s, found[3])]
            return len(named) == 1 and any(step is named[0] for step in steps)
        return any(_is_attribute(step, found[3], kind, kinds) for step in steps)
    return failure.type == "BufferError" and _is_plain_call(statement.node)


def _is_plain_call(node: ast.stmt) -> bool:
    """Whether a statement only calls a method, with nothing to work out before.

    data.append(74)
    ^ a BufferError says that a view of `data` kept it from being resized
    """
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name()), args=args, keywords=[])):
            return all(isinstance(given, (ast.Constant, ast.Name)) for given in args)
    return False


def _names_attribute(step: ast.AST, attribute: str) -> bool:
    return isinstance(step, ast.Attribute) and step.attr == attribute


def _is_attribute(step: ast.AST, attribute: str, kind: str, kinds: Mapping[str, str]) -> bool:
    if not isinstance(step, ast.Attribute) or not _names_attribute(step, attribute):
        return False
    return isinstance(step.value, ast.Name) and kinds.get(step.value.id) == kind


def _expressions(node: ast.stmt, *, all_of_it: bool) -> list[ast.expr]:
    """Return the expressions that a statement evaluates, in this order; the first at least.

    With `all_of_it` also where a value is stored: `df.lco[rows, "a"] = 0` fails at `df.lco`.
    """
    if all_of_it:
        match node:
            case ast.Assign(targets=[ast.Subscript(value=base, slice=index)], value=value):
                return [value, base, index]
            case ast.Assign(targets=[ast.Attribute(value=base)], value=value):
                return [value, base]
            case ast.AugAssign(target=ast.Attribute() | ast.Subscript() as target, value=value):
                return [target, value]
    first = _first_expression(node)
    return [] if first is None else [first]


def _first_expression(node: ast.stmt) -> ast.expr | None:
    """Return the expression that a statement evaluates first."""
    match node:
        case ast.Expr(value=first) | ast.Assign(value=first) | ast.AnnAssign(value=first):
            return first
        case ast.If(test=first) | ast.While(test=first) | ast.Assert(test=first):
            return first
        case ast.For(iter=first) | ast.AugAssign(target=ast.Name(), value=first):
            return first
        case ast.With(items=[ast.withitem(context_expr=first), *_]):
            return first
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """The order in which code looks up names; `held` are variables with values to go through.

    With `is_own` no function that the statement called has raised: what it looks up goes on past an
    item that is taken out of something.
    """

    held: Collection[str]
    harmless: Collection[str]
    is_own: bool
    kinds: Mapping[str, str]

    def all_steps(self, parts: Iterable[ast.AST]) -> Generator[ast.AST, None, bool]:
        """Yield what `steps` does for expressions that are evaluated one after the other."""
        return (yield from self._all(parts))

    def steps(self, node: ast.AST | None) -> Generator[ast.AST, None, bool]:
        """Yield names and attributes in the order in which they are looked up, up to a call.

        Whatever can run code of others, or may be skipped, ends it too. Returns whether it ended.
        """
        passed = self._passed_parts(node) if self.is_own else None
        if passed is not None:
            return (yield from self._all(passed))
        match node:
            case ast.Name() | ast.Constant():
                yield node
                return False
            case ast.Attribute(value=inner):
                if (yield from self.steps(inner)):
                    return True
                yield node
                return False
            case ast.Call(func=func, args=arguments, keywords=keywords):
                given = [*arguments, *(keyword.value for keyword in keywords)]
                ended = yield from self._all([func, *given])
                return ended or not self._is_harmless(func, given)
            case ast.BinOp(left=first, right=second):
                return (yield from self._all([first, second]))
            case ast.List(elts=parts) | ast.Tuple(elts=parts):
                return (yield from self._all(parts))
            case ast.UnaryOp(operand=inner):
                return (yield from self.steps(inner))
            case ast.ListComp(elt=made, generators=[one]) | ast.SetComp(elt=made, generators=[one]):
                if not self._is_held(one.iter):
                    yield from self.steps(one.iter)
                    return True
                yield from self._all([one.iter, *one.ifs, made])
            case ast.Subscript(value=first) | ast.Compare(left=first):
                yield from self.steps(first)
            case ast.BoolOp(values=[first, *_]):
                yield from self.steps(first)
        return True

    def _all(self, parts: Iterable[ast.AST]) -> Generator[ast.AST, None, bool]:
        for part in parts:
            if (yield from self.steps(part)):
                return True
        return False

    def _passed_parts(self, node: ast.AST | None) -> list[ast.expr] | None:
        """Return the parts of what changes nothing but by the functions that it calls, if any."""
        match node:
            case ast.Subscript(value=base, slice=index) if self._is_quiet(base):
                return [base, index]
            case ast.Slice(lower=lower, upper=upper, step=step):
                return [part for part in (lower, upper, step) if part is not None]
            case ast.Starred(value=inner) | ast.FormattedValue(value=inner):
                return [inner]
            case ast.JoinedStr(values=parts):
                return parts
        return None

    def _is_quiet(self, base: ast.AST) -> bool:
        """Whether taking an item leaves what it is taken of alone: of a defaultdict it does not."""
        inner = base
        while isinstance(inner, ast.Attribute | ast.Subscript):
            inner = inner.value
        kind = self.kinds.get(inner.id, "") if isinstance(inner, ast.Name) else ""
        return kind not in {"", "defaultdict"}

    def _is_held(self, node: ast.AST) -> bool:
        if isinstance(node, ast.Call):
            return self._is_harmless(node.func, node.args)
        return isinstance(node, ast.Constant) or (
            isinstance(node, ast.Name) and node.id in self.held
        )

    def _is_harmless(self, func: ast.AST, given: Iterable[ast.AST]) -> bool:
        """Whether a call only counts or goes through what is held: `enumerate(rows)`."""
        is_known = isinstance(func, ast.Name) and func.id in self.harmless
        return is_known and all(self._is_held(part) for part in given)
