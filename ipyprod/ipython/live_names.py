"""The user's names in a shell's namespace, and the names that a text can mean."""

import ast
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

_WORD = re.compile(r"[^\W\d]\w*")
# `_`, `__`, `_i`, `_ii`, `_7`, `_i7` and the rest that IPython keeps for itself.
_CONSOLE_NAME = re.compile(r"_{1,3}|_i{1,3}|_i?\d+|_exit_code")
# What every module's namespace holds by itself.
_MODULE_NAMES = frozenset(
    {
        "__annotations__",
        "__builtin__",
        "__builtins__",
        "__cached__",
        "__doc__",
        "__file__",
        "__loader__",
        "__name__",
        "__package__",
        "__spec__",
    }
)
# What can bind or change names that its text does not show.
_OPAQUE = re.compile(
    r"import\s*\*|\b(?:exec|eval|globals|run_cell|user_ns|push|reset)\b"
    r"|\b(?:locals|vars)\b(?!\s*\(\s*\w)"  # `vars(person)` leads to nothing but what it names
    r"|^\s*(?:run|rerun|pylab|load|edit|store|macro|reset)\b",
    re.MULTILINE,
)
_MAGIC = re.compile(r"^\s*%{1,2}(\w*)", re.MULTILINE)
# Magics that touch nothing but what stands beside or below them.
_PLAIN_MAGICS = frozenset(
    {
        "time", "timeit", "capture", "prun", "writefile", "file", "bash", "sh", "script", "sx",
        "system", "pip", "conda", "cd", "pwd", "ls", "env", "set_env", "matplotlib", "who",
        "whos", "who_ls", "pinfo", "pinfo2", "pdoc", "psource", "pdef", "pfile", "precision",
        "history", "hist", "colors", "xmode", "pdb", "alias", "lsmagic", "magic", "quickref",
        "cat", "promote", "session_to_module", "freeze_env", "ipyprod", "html", "HTML",
        "markdown", "javascript", "js", "latex", "svg",
    }
)  # fmt: skip


def live_names(namespace: Mapping[str, Any], hidden: Mapping[str, Any]) -> frozenset[str]:
    """Give the names that the user bound, without the console's own.

    `hidden` is the shell's `user_ns_hidden`: what was there before the user came. A hidden name
    that was bound again is the user's, as for `%who`.
    """
    return frozenset(
        name
        for name, value in list(namespace.items())
        if isinstance(name, str)
        and name.isidentifier()
        and not (name in hidden and hidden[name] is value)
        and name not in _MODULE_NAMES
        and not _CONSOLE_NAME.fullmatch(name)
    )


def words_of(text: str) -> frozenset[str]:
    """Give every identifier in a text, strings, comments and magics included.

    A superset of the names that it uses: a look too many is cheaper than parsing, and names in
    strings (`df.query("a > @limit")`) are among them.
    """
    words = _WORD.findall(text)
    if text.isascii():
        return frozenset(words)
    # Python compares identifiers in NFKC (language reference, 2.3).
    return frozenset(words) | {unicodedata.normalize("NFKC", word) for word in words}


def is_opaque(text: str) -> bool:
    """Whether a text can bind or change names that it does not show."""
    if _OPAQUE.search(text) is not None:
        return True
    return not _PLAIN_MAGICS.issuperset(_MAGIC.findall(text))


def bound_in_text(python: str) -> frozenset[str]:
    """Give the names that code binds anywhere in it; "" and broken code bind none."""
    try:
        tree = ast.parse(python)
    except (SyntaxError, ValueError, RecursionError):
        return frozenset()
    names: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                names.add(name)
            case ast.ClassDef(name=name):
                names.add(name)
            case ast.alias(name=name, asname=alias):
                names.add(alias or name.split(".")[0])
            case ast.ExceptHandler(name=str(name)):
                names.add(name)
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                names.add(name)
            case ast.MatchMapping(rest=str(name)):
                names.add(name)
    return frozenset(names)
