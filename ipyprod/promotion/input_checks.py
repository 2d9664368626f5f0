"""What the code needs of its inputs, for clear errors at the top of the function.

Only what the code uses whenever it runs counts: nothing in branches, loops, handlers, lambdas and
the later parts of comprehensions.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ipyprod.promotion.plan import ClassKind, InputCheck, Parameter
from ipyprod.session.cell import TypeNote

_KEEPS_COLUMNS = frozenset(
    {"copy", "dropna", "fillna", "sort_values", "sort_index", "query", "drop_duplicates", "head",
     "tail", "sample", "assign", "astype", "ffill", "bfill", "replace", "round", "clip"}
)  # fmt: skip
# The arguments that name columns: the place of the first, or -1, and keywords.
_NAMES_COLUMNS = {
    "groupby": (0, ("by",)), "sort_values": (0, ("by",)), "set_index": (0, ("keys",)),
    "drop_duplicates": (0, ("subset",)), "duplicated": (0, ("subset",)), "dropna": (-1, ("subset",)),
    "nlargest": (1, ("columns",)), "nsmallest": (1, ("columns",)), "explode": (0, ("column",)),
    "value_counts": (0, ("subset",)), "merge": (-1, ("left_on", "on")),
    "pivot_table": (-1, ("values", "index", "columns")), "pivot": (-1, ("values", "index", "columns")),
    "melt": (-1, ("id_vars", "value_vars")),
}  # fmt: skip
_NO_COLUMN = frozenset(
    {"size", "shape", "index", "columns", "values", "dtypes", "T", "loc", "iloc", "at", "iat", "empty",
     "ndim", "axes", "attrs", "style", "plot", "hist", "boxplot", "flags", "sparse"}
)  # fmt: skip
_NEEDS_ITEM = frozenset(
    {"max", "min", "idxmax", "idxmin", "argmax", "argmin", "fit", "fit_transform"}
)
_TEXT_METHODS = frozenset(
    {"upper", "lower", "strip", "lstrip", "rstrip", "split", "splitlines", "startswith", "endswith",
     "format", "title", "casefold", "encode", "join", "partition", "removeprefix", "removesuffix"}
)  # fmt: skip
_MAPPING_METHODS = frozenset({"items", "keys", "values", "get"})


@dataclass(slots=True)
class _Needs:
    """What was found of one parameter. `added` are columns or keys that the code itself makes."""

    note: TypeNote
    known: frozenset[str] = frozenset()
    names: dict[str, None] = field(default_factory=dict)
    added: set[str] = field(default_factory=set)
    least: int = 0
    methods: set[str] = field(default_factory=set)

    def need(self, names: Iterable[str]) -> None:
        self.names.update((n, None) for n in names if n in self.known and n not in self.added)


def plan_checks(
    parameters: Iterable[Parameter], body: Iterable[ast.stmt], raised: Iterable[ast.stmt] = ()
) -> tuple[InputCheck, ...]:
    """Return what the body needs of each parameter without a default, where it was seen.

    `raised` are statements of the body whose errors are passed over: they need nothing.
    """
    needs = {
        p.name: _Needs(note=p.type, known=frozenset(name for name, _ in p.type.columns))
        for p in parameters
        if not p.default and p.type is not None and not p.type.union
    }
    reader = _Reader(needs)
    passed_over = set(map(id, raised))
    for statement in body:
        reader.statement(statement, is_certain=id(statement) not in passed_over)
    found = (_check(name, one) for name, one in needs.items())
    return tuple(one for one in found if one is not None)


def _check(name: str, needs: _Needs) -> InputCheck | None:
    kind = _class_kind(needs)
    is_frame = needs.note.qualname == "DataFrame"
    names = tuple(needs.names)
    if kind is ClassKind.ANY and not names and not needs.least:
        return None
    return InputCheck(
        name=name,
        type=needs.note,
        kind=kind,
        columns=names if is_frame else (),
        keys=() if is_frame else names,
        least=needs.least,
    )


def _class_kind(needs: _Needs) -> ClassKind:
    note = needs.note
    root = note.module.partition(".")[0]
    if root == "pandas" and note.qualname in ("DataFrame", "Series"):
        return ClassKind.OWN
    if root == "numpy" and note.qualname == "ndarray":
        return ClassKind.OWN
    if note.module != "builtins":
        return ClassKind.ANY
    if note.qualname in ("int", "float") and "arithmetic" in needs.methods:
        return ClassKind.NUMBER
    if note.qualname == "str" and needs.methods & _TEXT_METHODS:
        return ClassKind.OWN
    if note.qualname == "dict" and (needs.names or needs.methods & _MAPPING_METHODS):
        return ClassKind.MAPPING
    return ClassKind.ANY


class _Reader:
    """Reads statements in their order and notes what they need of the parameters."""

    def __init__(self, needs: dict[str, _Needs]) -> None:
        self.needs = needs
        self.holds = {name: name for name in needs}  # a name of the code -> the parameter it holds

    def statement(self, node: ast.stmt, *, is_certain: bool) -> None:
        """Note what a statement needs, where it runs for certain, and what it binds and adds."""
        if is_certain:
            for value in _certain_values(node):
                self._value(value)
        if isinstance(node, ast.With | ast.AsyncWith) and is_certain:
            for inner in node.body:
                self.statement(inner, is_certain=True)
        self._bind(node)

    def _bind(self, node: ast.stmt) -> None:
        for inner in ast.walk(node):
            match inner:
                case ast.Subscript(value=target, slice=part, ctx=ast.Store() | ast.Del()):
                    parameter = self._held(target)
                    if parameter:
                        self.needs[parameter].added.update(_texts(part))
                case ast.Attribute(value=target, attr=name, ctx=ast.Store()):
                    parameter = self._held(target)
                    if parameter:
                        self.needs[parameter].added.add(name)
        held = None
        match node:
            case ast.Assign(targets=[ast.Name()], value=value) | ast.AnnAssign(value=value):
                held = self._held(value) if value is not None else None
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load):
                self.holds.pop(inner.id, None)
                if held and isinstance(node, ast.Assign | ast.AnnAssign):
                    self.holds[inner.id] = held
            elif isinstance(inner, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
                self.holds.pop(inner.name, None)

    def _held(self, node: ast.AST) -> str | None:
        """Return the parameter whose columns or keys a value still has."""
        match node:
            case ast.Name(id=name):
                return self.holds.get(name)
            case ast.Call(func=ast.Attribute(value=inner, attr=method)) if method in _KEEPS_COLUMNS:
                return self._held(inner)
            case ast.Subscript(value=inner, slice=part) if _is_row_choice(part):
                parameter = self._held(inner)
                return parameter if parameter and self._is_frame(parameter) else None
            case ast.Subscript(
                value=ast.Attribute(value=inner, attr="loc"), slice=part
            ) if _is_row_choice(part):
                return self._held(inner)
        return None

    def _is_frame(self, parameter: str) -> bool:
        return self.needs[parameter].note.qualname == "DataFrame"

    def _value(self, node: ast.AST) -> None:
        match node:
            case ast.Subscript(ctx=ast.Load()):
                self._subscript(node)
            case ast.Attribute(value=inner, attr=name, ctx=ast.Load()):
                parameter = self._held(inner)
                if parameter and self._is_frame(parameter) and name not in _NO_COLUMN:
                    self.needs[parameter].need([name])
            case ast.Call():
                self._call(node)
                return
            case ast.BinOp(left=left, right=right):
                self._arithmetic(node, left, right)
        for part in _certain_parts(node):
            self._value(part)

    def _subscript(self, node: ast.Subscript) -> None:
        match node:
            case ast.Subscript(value=ast.Attribute(value=inner, attr="iloc" | "iat"), slice=part):
                self._item(self._held(inner), part)
            case ast.Subscript(value=ast.Attribute(value=inner, attr="loc" | "at"), slice=part):
                parameter = self._held(inner)
                match part:
                    case ast.Tuple(elts=[_, columns]) if parameter:
                        self.needs[parameter].need(_texts(columns))
            case ast.Subscript(value=inner, slice=part):
                parameter = self._held(inner)
                if parameter is None:
                    return
                needs = self.needs[parameter]
                if needs.note.qualname == "dict":
                    texts = [t for t in _texts(part) if t not in needs.added]
                    needs.names.update(dict.fromkeys(texts))
                elif self._is_frame(parameter):
                    needs.need(_texts(part))
                elif needs.note.qualname in ("list", "tuple", "ndarray", "str"):
                    self._item(parameter, part)

    def _item(self, parameter: str | None, part: ast.expr) -> None:
        match part:
            case ast.Tuple(elts=[first, *_]):
                self._item(parameter, first)
            case ast.Constant(value=int(place)):
                self._at_least(parameter, place + 1)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(place))):
                self._at_least(parameter, place)

    def _at_least(self, parameter: str | None, count: int) -> None:
        if parameter:
            self.needs[parameter].least = max(self.needs[parameter].least, count)

    def _call(self, node: ast.Call) -> None:
        match node.func:
            case ast.Attribute(value=inner, attr=method):
                parameter = self._held(inner)
                if parameter:
                    self._method(self.needs[parameter], method, node)
                if method in ("fit", "fit_transform") and node.args:
                    self._least(node.args[0])
                self._value(inner)
            case ast.Name(id="max" | "min") if len(node.args) == 1 and not node.keywords:
                self._least(node.args[0])
            case function:
                self._value(function)
        for argument in (*node.args, *(k.value for k in node.keywords)):
            self._value(argument)

    def _method(self, needs: _Needs, method: str, node: ast.Call) -> None:
        needs.methods.add(method)
        if method in _NEEDS_ITEM and needs.note.qualname != "DataFrame":
            needs.least = max(needs.least, 1)
        place, keywords = _NAMES_COLUMNS.get(method, (-1, ()))
        if needs.note.qualname == "DataFrame":
            if 0 <= place < len(node.args):
                needs.need(_texts(node.args[place]))
            for keyword in node.keywords:
                if keyword.arg in keywords:
                    needs.need(_texts(keyword.value))

    def _least(self, node: ast.expr) -> None:
        self._at_least(self._held(node), 1)

    def _arithmetic(self, node: ast.BinOp, left: ast.expr, right: ast.expr) -> None:
        if isinstance(node.op, ast.Div | ast.FloorDiv | ast.Mod) and isinstance(right, ast.Call):
            is_length = isinstance(right.func, ast.Name) and right.func.id == "len"
            if is_length and len(right.args) == 1:
                self._least(right.args[0])
        for side in (left, right):
            parameter = self._held(side)
            if parameter:
                self.needs[parameter].methods.add("arithmetic")


def _certain_values(node: ast.stmt) -> Iterator[ast.AST]:
    """Give the expressions that a statement evaluates whenever it runs, in that order."""
    match node:
        case ast.Assign(targets=targets, value=value):
            yield value
            yield from targets
        case ast.AnnAssign(target=target, value=value) if value is not None:
            yield value
            yield target
        case ast.AugAssign(target=target, value=value):
            # df["n"] += 1
            # ^^^^^^^ is read, and "n" is not new
            loaded = ast.parse(ast.unparse(target), mode="eval").body
            yield loaded
            yield value
        case ast.Expr(value=value) | ast.Return(value=value) if value is not None:
            yield value
        case ast.If(test=test) | ast.While(test=test) | ast.Assert(test=test):
            yield test
        case ast.For(iter=items) | ast.AsyncFor(iter=items):
            yield items
        case ast.With(items=contexts) | ast.AsyncWith(items=contexts):
            yield from (one.context_expr for one in contexts)


def _certain_parts(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Lambda():
            return
        case ast.IfExp(test=test):
            yield test
        case ast.BoolOp(values=values):
            yield values[0]
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            yield node.generators[0].iter
        case ast.Compare(left=left, comparators=others):
            yield left
            yield others[0]
        case _:
            yield from ast.iter_child_nodes(node)


def _is_row_choice(part: ast.expr) -> bool:
    """Whether a subscript chooses rows: a condition, or a slice.

    df[df.qty > 0]    df[~seen]    df[1:]
    """
    match part:
        case ast.Compare() | ast.Slice():
            return True
        case ast.UnaryOp(op=ast.Invert()):
            return True
        case ast.BinOp(op=ast.BitAnd() | ast.BitOr()):
            return True
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in ("isin", "notna", "isna", "notnull", "isnull", "between", "duplicated")
    return False


def _texts(part: ast.AST) -> list[str]:
    """Return the texts that a constant or a list of constants holds."""
    match part:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.List(elts=items):
            return [
                i.value for i in items if isinstance(i, ast.Constant) and isinstance(i.value, str)
            ]
    return []


def check_lines(check: InputCheck, *, class_text: str, free_name: str) -> list[str]:
    """Return the statements that check one input. `free_name` is a name that the code lacks."""
    name = check.name
    lines = []
    if check.kind is not ClassKind.ANY:
        wanted = check.kind.value or class_text.rpartition(".")[2]
        article = "an" if wanted[0] in "aeiou" else "a"
        lines += [
            f"if not isinstance({name}, {class_text}):",
            f'    raise TypeError(f"{name} must be {article} {wanted}, not {{type({name}).__name__}}")',
        ]
    for names, place, what in (
        (check.columns, f"{name}.columns", "columns"), (check.keys, name, "keys"),
    ):  # fmt: skip
        if names:
            inside = ", ".join(map(repr, names)) + ("," if len(names) == 1 else "")
            lines += [
                f"{free_name} = [key for key in ({inside}) if key not in {place}]",
                f"if {free_name}:",
                f'    raise ValueError(f"{name} lacks the {what} {{{free_name}}}")',
            ]
    if check.least:
        few = "is empty" if check.least == 1 else f"has fewer than {check.least} items"
        test = f"len({name}) == 0" if check.least == 1 else f"len({name}) < {check.least}"
        lines += [f"if {test}:", f'    raise ValueError("{name} {few}")']
    return lines
