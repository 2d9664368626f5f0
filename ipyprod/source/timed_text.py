"""Code that `timeit` is given as a text, with all variables to run it among."""

import ast
from collections.abc import Callable, Iterator

from ipyprod.source.builtin_names import PYTHON_NAMES
from ipyprod.source.chains import called_name
from ipyprod.source.code_text import replace_nodes
from ipyprod.source.scopes import bound_in_body

_TIMERS = frozenset({"timeit", "repeat", "Timer"})


def with_timed_names(text: str, is_python_own: Callable[[str], bool]) -> str:
    """Write the variables that timed code uses where it is given all of them.

    timeit.timeit("f()", globals=globals())    becomes    timeit.timeit("f()", globals={"f": f})
    """
    if "globals()" not in text or not any(timer in text for timer in _TIMERS):
        return text
    tree = ast.parse(text)
    written = {
        given: _namespace(call, is_python_own)
        for call, given in _timed(tree)
        if is_python_own("globals")
    }
    return replace_nodes(text, {n: t for n, t in written.items() if t}, tree)


def _timed(tree: ast.AST) -> Iterator[tuple[ast.Call, ast.AST]]:
    """Yield the calls that time a text, each with its `globals()`."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        for keyword in call.keywords if called_name(call) in _TIMERS else ():
            if keyword.arg == "globals" and ast.unparse(keyword.value) == "globals()":
                yield call, keyword.value


def _namespace(call: ast.Call, is_python_own: Callable[[str], bool]) -> str:
    """Return the variables that the code uses as a dict, "" where the code is not written out."""
    given = [*call.args[:2], *(k.value for k in call.keywords if k.arg in {"stmt", "setup"})]
    texts = [part.value for part in given if isinstance(part, ast.Constant)]
    if len(texts) < len(given) or not texts:
        return ""
    try:
        tree = ast.parse("\n".join(str(text) for text in texts))
    except (SyntaxError, ValueError):
        return ""
    own = bound_in_body(tree.body)
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - own
    is_opaque = names & {"exec", "eval", "globals", "locals", "vars"}
    has_own = any(isinstance(n, ast.Global | ast.arg | ast.comprehension) for n in ast.walk(tree))
    if is_opaque or has_own:
        return ""
    used = sorted(n for n in names if n not in PYTHON_NAMES or not is_python_own(n))
    return "{" + ", ".join(f'"{name}": {name}' for name in used) + "}"
