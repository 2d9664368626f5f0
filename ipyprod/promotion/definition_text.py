"""Functions and classes of the session as they stand in a module: documented, lambdas as `def`."""

import ast
import re
from collections.abc import Iterable
from dataclasses import replace

from ipyprod.promotion.indentation import indent_source
from ipyprod.promotion.sentences import comment_text, sentence_about
from ipyprod.source.statements import Statement, StatementKind

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_READING = re.compile(
    r"__(?:doc|dict|code)__|\b(?:getdoc|getsource|getsourcelines|getsourcefile|getblock|getcomments"
    r"|getmembers|vars|help|pydoc|doctest|dis)\b"
)


def quote_docstring(text: str, *, closing: str = "") -> str:
    r"""Return `text` in triple quotes, raw where it has a backslash; `closing` stands before the end.

    >>> quote_docstring("Split at blanks.")
    '\"\"\"Split at blanks.\"\"\"'
    """
    text = text.replace('"""', "'''")
    if text.endswith(('"', "\\")):
        text += " "
    return f'{"r" if chr(92) in text else ""}"""{text}{closing}"""'


def reads_docstrings(statements: Iterable[Statement]) -> bool:
    """Whether code may read docstrings or the text of code: it would see one that was added."""
    return any(_READING.search(statement.text) for statement in statements)


def definition_source(
    statement: Statement, *, summary: str = "", comments: bool = True, documented: bool = True
) -> str:
    """Return a definition's source with a docstring wherever a public one has none.

    The comment above it is its docstring, where it has no other; `summary` overrules the comment.
    Without `documented` it is left as it was.
    """
    text, above = statement.text, statement.comments
    if isinstance(statement.node, ast.Assign | ast.AnnAssign):
        text = _lambda_as_function(statement.node, text)
    node = ast.parse(text).body[0]
    if documented and isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
        told = "" if ast.get_docstring(node) is not None else comment_text(above)
        if told and not summary:
            above = ""
        text = _documented(text, node, summary or told)
    return (above if comments else "") + text + "\n"


def as_definition(statement: Statement) -> Statement:
    """Return `double = lambda x: 2 * x` as the `def` that it is, any other statement unchanged."""
    if not isinstance(statement.node, ast.Assign | ast.AnnAssign):
        return statement
    text = _lambda_as_function(statement.node, statement.text)
    node = ast.parse(text).body[0]
    if not isinstance(node, ast.FunctionDef):
        return statement
    return replace(statement, text=text, node=node, kind=StatementKind.FUNCTION)


def _lambda_as_function(node: ast.Assign | ast.AnnAssign, text: str) -> str:
    """Write `double = lambda x: 2 * x` as a `def`."""
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    made = node.value
    if not isinstance(target, ast.Name) or not isinstance(made, ast.Lambda):
        return text
    if any(isinstance(n, ast.Yield | ast.YieldFrom | ast.Await) for n in ast.walk(made)):
        return text
    value = ast.get_source_segment(text, made.body) or ast.unparse(made.body)
    if "\n" in value or isinstance(made.body, ast.NamedExpr):
        value = f"(\n{value}\n)"
    returned = indent_source(f"return {value}") if "\n" not in value else f"    return {value}"
    return f"def {target.id}({ast.unparse(made.args)}):\n{returned}"


def _documented(text: str, node: ast.stmt, summary: str) -> str:
    """Insert a docstring into `node` and, for a class, into its public methods."""
    wanted: list[tuple[ast.stmt, str]] = []
    if isinstance(node, ast.ClassDef):
        wanted += [
            (part, sentence_about(part))
            for part in node.body
            if isinstance(part, _FUNCTIONS) and _is_public(part.name) and not _is_overload(part)
        ]
    name = getattr(node, "name", "")
    if not name.startswith("_") or summary:
        sentence = summary or sentence_about(node)
        wanted.insert(0, (node, sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."))
    for part, sentence in reversed(wanted):
        if ast.get_docstring(part) is None:  # type: ignore[arg-type]  # a def or class
            text = insert_docstring(text, part, sentence)
    return text


def _is_public(name: str) -> bool:
    return not name.startswith("_") or (name.startswith("__") and name.endswith("__"))


def _is_overload(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(
        ast.unparse(d).endswith(("overload", ".setter", ".deleter")) for d in node.decorator_list
    )


def insert_docstring(text: str, node: ast.stmt, sentence: str) -> str:
    """Return `text` with `sentence` as the docstring of `node`, a function or class in it."""
    if not isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
        return text
    lines = text.split("\n")
    first = node.body[0]
    start = min([first.lineno, *(d.lineno for d in getattr(first, "decorator_list", []))])
    written = quote_docstring(sentence)
    if lines[start - 1].encode()[: first.col_offset].strip():
        line = lines[first.lineno - 1].encode()
        inner = " " * (node.col_offset + 4)
        head = line[: first.col_offset].decode().rstrip()
        rest = line[first.col_offset :].decode()
        lines[first.lineno - 1 : first.lineno] = [head, inner + written, inner + rest]
        return "\n".join(lines)
    above = start - 1
    while above > node.lineno and lines[above - 1].lstrip().startswith("#"):
        above -= 1
    margin = lines[start - 1].encode()[: first.col_offset].decode()
    lines.insert(above, margin + written)
    return "\n".join(lines)
