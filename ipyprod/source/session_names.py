"""Which names a session uses for what, so that the translation takes none of them."""

import ast
import builtins
import re
from functools import lru_cache

from ipyprod.session.cell import Session

# Names that the console puts into every namespace.
_CONSOLE_NAME = re.compile(
    r"_{1,3}|_\d+|_oh|Out|_i{1,3}|_i\d+|_ih|In|_dh|get_ipython|display|exit|quit"
)
_NAME = re.compile(r"[^\W\d]\w*")


class SessionNames:
    """The names of a session: those in use, those that it binds, those bound so far."""

    def __init__(self, session: Session) -> None:
        self._words: set[str] = set(session.live) | set(session.unrecorded)
        self._stored: set[str] = set()
        self._plain_imports: set[str] = set()
        for cell in session.cells:
            self._words.update(_NAME.findall(cell.text), _NAME.findall(cell.replayed))
            self._note_bindings(cell.python)
        self._known = (session.live | session.unrecorded) - self._stored
        self.taken: set[str] = set()
        self.bound: set[str] = set()

    def is_bound(self, name: str) -> bool:
        """Tell whether a name has a value at the present point of the session."""
        if name in self.bound or name in self._known or hasattr(builtins, name):
            return True
        return bool(_CONSOLE_NAME.fullmatch(name))

    def bound_in(self, python: str) -> frozenset[str]:
        """Give the names that the text of a cell binds."""
        return frozenset[str]().union(*_bindings(python))

    def is_python_own(self, name: str) -> bool:
        """Tell whether a builtin still is what Python calls so."""
        return name not in self.bound

    def fresh(self, base: str) -> str:
        """Give a name like `base` that nothing in the session uses; the next call gives another."""
        name, count = base, 2
        while name in self._words or name in self.taken or hasattr(builtins, name):
            name, count = f"{base}_{count}", count + 1
        self.taken.add(name)
        return name

    def module_alias(self, module: str) -> str:
        """Give the name under which a module can be imported without taking one of the session."""
        if module not in self._stored | (self._known - self._plain_imports):
            return module
        name = f"{module}_module"
        while name in self._words:
            name += "_"
        return name

    def _note_bindings(self, python: str) -> None:
        stored, plain_imports = _bindings(python)
        self._stored |= stored
        self._plain_imports |= plain_imports


@lru_cache(maxsize=8192)
def _bindings(python: str) -> tuple[frozenset[str], frozenset[str]]:
    """Give the names that code binds, those of a plain `import module` apart."""
    stored: set[str] = set()
    plain_imports: set[str] = set()
    try:
        tree = ast.parse(python)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset(), frozenset()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Import):
            stored.update(_stored_names(node))
            continue
        for alias in node.names:
            if alias.asname is None:
                plain_imports.add(alias.name.split(".")[0])
            else:
                stored.add(alias.asname)
    return frozenset(stored), frozenset(plain_imports)


def _stored_names(node: ast.AST) -> list[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            return [name]
        case ast.ImportFrom(names=names):
            return [alias.asname or alias.name for alias in names]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.arg(arg=name):
            return [name]
        case (
            ast.ExceptHandler(name=str(name))
            | ast.MatchAs(name=str(name))
            | ast.MatchStar(name=str(name))
        ):
            return [name]
        case ast.MatchMapping(rest=str(name)):
            return [name]
        case ast.Global(names=names):
            return names
    return []
