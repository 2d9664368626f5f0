"""Assignments of a literal to one name: what can become a default or a constant."""

import ast
import io
import tokenize

from ipyprod.session.cell import TypeNote
from ipyprod.source.statements import Statement

_PATH_NAMES = frozenset({"Path", "PurePath", "PosixPath", "WindowsPath"})


def is_literal(node: ast.expr) -> bool:
    """Whether `node` is a number, string, bool, None, path or a tuple of these."""
    match node:
        case ast.Constant(value=value):
            return value is not Ellipsis
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=ast.Constant(value=int() | float())):
            return True
        case ast.Tuple(elts=elements):
            return all(is_literal(element) for element in elements)
        case ast.Call(func=function, args=[ast.Constant(value=str())], keywords=[]):
            return _is_path_class(function)
    return False


def literal_binding(statement: Statement, name: str) -> ast.expr | None:
    """Return the literal that `statement` binds `name` to, and nothing else; None otherwise."""
    match statement.node:
        case ast.Assign(targets=[ast.Name(id=target)], value=value):
            pass
        case ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value):
            pass
        case _:
            return None
    return value if target == name and is_literal(value) else None


def constant_binding(statement: Statement, name: str) -> ast.expr | None:
    """Return the literal or the compiled pattern that `statement` binds `name` to, else None."""
    match statement.node:
        case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
            return value if is_literal(value) or _is_pattern(value) else None
    return literal_binding(statement, name)


def _is_pattern(node: ast.expr) -> bool:
    """Whether `node` is `re.compile` of a text, with flags or without: such a pattern never changes."""
    match node:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="re"), attr="compile"),
            args=[ast.Constant(value=str() | bytes()), *flags],
            keywords=keywords,
        ):
            flags = [*flags, *(keyword.value for keyword in keywords)]
            allowed = (ast.Attribute, ast.Name, ast.BinOp, ast.BitOr, ast.Load)
            return all(isinstance(part, allowed) for flag in flags for part in ast.walk(flag))
    return False


def literal_source(statement: Statement, value: ast.expr) -> str:
    """Return `value` as it was typed in `statement`."""
    source = ast.get_source_segment(statement.text, value) or ast.unparse(value)
    if isinstance(value, ast.Tuple) and not source.startswith("("):
        return f"({source})"
    return source


def literal_type(value: ast.expr) -> TypeNote:
    """Return the type of a literal, as the live value would have shown it."""
    if isinstance(value, ast.Tuple):
        return TypeNote(
            module="builtins",
            qualname="tuple",
            arguments=tuple(literal_type(element) for element in value.elts),
            is_fixed_tuple=True,
        )
    if isinstance(value, ast.Call):
        return TypeNote(module="pathlib", qualname="Path", public_module="pathlib")
    if isinstance(value, ast.UnaryOp):
        return literal_type(value.operand)
    constant = value.value if isinstance(value, ast.Constant) else None
    return TypeNote(module="builtins", qualname=type(constant).__name__)


def path_roots(value: ast.expr) -> frozenset[str]:
    """Return the imported names that a path or a pattern needs: `Path`, `pathlib`, `re`."""
    return frozenset(node.id for node in ast.walk(value) if isinstance(node, ast.Name))


def _is_path_class(function: ast.expr) -> bool:
    match function:
        case ast.Name(id=name):
            return name in _PATH_NAMES
        case ast.Attribute(value=ast.Name(id="pathlib"), attr=name):
            return name in _PATH_NAMES
    return False


def double_quoted(source: str) -> str:
    """Return `source` with plain strings in double quotes, as black writes them."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError):
        return source
    lines = source.split("\n")
    for token in reversed(tokens):
        inner = token.string[1:-1]
        is_plain = token.string[:1] == "'" and not {'"', "\\", "'", "\n"} & set(inner)
        if token.type == tokenize.STRING and is_plain:
            (row, start), (_, end) = token.start, token.end
            line = lines[row - 1]
            lines[row - 1] = f'{line[:start]}"{inner}"{line[end:]}'
    return "\n".join(lines)
