"""Names in strings: pandas' query and eval, formulas of statistics libraries."""

import ast
import re
from collections.abc import Iterator

_AT_NAME = re.compile(r"@([A-Za-z_]\w*)")
_CALLED_IN_FORMULA = re.compile(r"(?<![\w.])([A-Za-z_]\w*)(?:\.\w+)*\s*\(")
_FORMULA = re.compile(r"^[\w\s.+*:/^()\[\],'\"=<>&|-]*~[\w\s.+*:/^()\[\],'\"=<>&|%{}-]+$")
_SELECTED_FROM = re.compile(
    r"(?i)\b(?:from|join|into|update)\s+([a-z_]\w*(?:(?:\s+(?:as\s+)?\w+)?\s*,\s*[a-z_]\w*)*)"
)
# What formula languages (patsy, formulaic) define themselves.
_FORMULA_BUILTINS = frozenset(
    [
        "C",
        "Q",
        "I",
        "Treatment",
        "Sum",
        "Poly",
        "Helmert",
        "Diff",
        "center",
        "standardize",
        "scale",
        "bs",
        "cr",
        "cc",
        "te",
        "poly",
        "lag",
        "hashed",
        "contr",
        "log",
        "log2",
        "log10",
        "exp",
        "exp10",
        "exp2",
    ]
)


def _constant_parts(node: ast.expr) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def names_in_query(node: ast.expr) -> tuple[str, ...]:
    """Give the names marked with @ in a string for `DataFrame.query` or `DataFrame.eval`."""
    return tuple(name for text in _constant_parts(node) for name in _AT_NAME.findall(text))


def names_in_expression(node: ast.expr) -> tuple[str, ...]:
    """Give every name in a string for `pandas.eval`, in the order of the text."""
    found: list[str] = []
    for text in _constant_parts(node):
        for line in text.replace("@", "").splitlines():
            found += _names_in_code(line)
    return tuple(found)


def _names_in_code(text: str) -> list[str]:
    try:
        tree = ast.parse(text.strip())
    except (SyntaxError, ValueError):
        return []
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    loaded = [node for node in nodes if isinstance(node.ctx, ast.Load)]
    return [node.id for node in sorted(loaded, key=lambda node: (node.lineno, node.col_offset))]


def names_in_sql(node: ast.expr) -> tuple[str, ...]:
    """Give what a query selects from: polars and duckdb find a frame by the name of its variable.

    pl.sql("select a from df join other using (k)")
                          ^^ ... and `other`
    """
    return tuple(
        name.strip()
        for text in _constant_parts(node)
        for names in _SELECTED_FROM.findall(text)
        for name in re.findall(r"(?:^|,)\s*([A-Za-z_]\w*)", names)
    )


def looks_like_formula(text: str) -> bool:
    """Tell whether `text` reads as "response ~ terms"."""
    return text.count("~") == 1 and _FORMULA.match(text.strip()) is not None


def names_in_formula(text: str) -> tuple[str, ...]:
    """Give the functions (or their modules) that a formula calls in its caller's namespace.

    The formula `y ~ np.log(x) + f(z)` gives `np` and `f`; columns are looked up in the data.
    """
    called = _CALLED_IN_FORMULA.findall(text)
    return tuple(name for name in called if name not in _FORMULA_BUILTINS)
