"""Finds keys, passwords and personal paths in code before it is written anywhere."""

import ast
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

_SECRET_WORDS = re.compile(
    r"(?:^|_)(?:pass(?:word|wd|phrase|code)?|pwd|secret|api_?key|access_?key|auth_?key|token|"
    r"private_?key|secret_?key|credentials?|client_?secret|encryption_?key|signing_?key|"
    r"account_?key|license_?key|bearer|jwt|pat|dsn)(?:_?\d+)?$"
)
_NOT_SECRET = re.compile(
    r"(?:^|_)(?:max|min|num|n|pad|eos|bos|unk|mask|sep|cls|stop|special|start|end|next|last|first|"
    r"count|public|page|sort|primary|foreign|partition|cache|token_type)(?:_|$)|"
    r"_(?:name|column|col|field|path|file|url|env|var|header|prefix|length|len|id)$"
)
_FORMATS = (
    ("an AWS access key", re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")),
    ("a GitHub token", re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,})")),
    ("a GitLab token", re.compile(r"\bglpat-[\w-]{20,}")),
    ("an API key", re.compile(r"\b(?:sk|rk|pk)[-_](?:[a-z]+[-_])*[A-Za-z0-9_-]{20,}")),
    ("a Slack token", re.compile(r"\bxox[abprse]-[\w-]{10,}")),
    ("a Google key", re.compile(r"\b(?:AIza[\w-]{35}|ya29\.[\w-]{20,}|GOCSPX-[\w-]{20,})")),
    ("a Hugging Face token", re.compile(r"\bhf_[A-Za-z0-9]{30,}")),
    ("a package index token", re.compile(r"\b(?:pypi-[\w-]{50,}|npm_[A-Za-z0-9]{36})")),
    ("a mail service key", re.compile(r"\b(?:SG\.[\w-]{16,}\.[\w-]{16,}|key-[0-9a-f]{32})\b")),
    ("a web token", re.compile(r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*")),
    ("a private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")),
    ("a webhook", re.compile(r"hooks\.slack\.com/services/T\w+/B\w+/\w+")),
    ("a storage key", re.compile(r"AccountKey=[A-Za-z0-9+/=]{20,}")),
)
_URL_PASSWORD = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/:@]*:(?P<value>[^\s/@]+)@", re.IGNORECASE)
_PAIR = re.compile(
    r"(?:^|[\s;&?,])(?P<name>[A-Za-z_-]*(?:password|passwd|pwd|secret|api[_-]?key|token))"
    r"\s*=\s*(?P<value>[^\s;&,'\"]{4,})",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"^(?:Bearer|Basic|Token)\s+(?P<value>(?=\S*[\d=])[\w.~+/=-]{8,})$", re.IGNORECASE
)
_PLACEHOLDER = re.compile(
    r"^(?:|none|null|true|false|x+|\*+|\.+|-+|test|dummy|example|changeme|todo|tbd|"
    r"(?:your|my|the|insert|enter|replace|put)[\s_-].*|.*(?:_here|placeholder|example|xxxx)|"
    r"<.*>|\{.*\}|\$\{?\w+\}?|%\(?\w+\)?s?|(?:os\.)?environ.*)$",
    re.IGNORECASE,
)
_RANDOM = re.compile(r"^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9+/_=-]{32,}$")
_ENOUGH_BITS = 4.2
_PERSONAL = re.compile(
    r"(?:^|[\s=:'\"])(?P<path>(?:/home/|/Users/|[A-Za-z]:[\\/]+(?:Users|Documents and Settings)[\\/]+)"
    r"(?!shared[\\/]|public[\\/])[^\s\\/:'\"]+[^\s'\"]*|/root/[^\s'\"]+)",
    re.IGNORECASE,
)
_LOOKUPS = frozenset({"getenv", "get", "getpass", "get_password", "pop", "input"})
_COLUMN_CALLS = frozenset({"groupby", "sort_values", "drop", "merge", "rename", "get_dummies"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A place in code that should not be written. `line` is 1-based, `column` 0-based.

    `what` never holds the secret itself; `hint` is the code to use instead.
    """

    line: int
    column: int
    what: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalPath:
    """An absolute path of somebody's own folder. `line` is 1-based, `column` 0-based."""

    line: int
    column: int
    path: str


def find_secrets(text: str) -> tuple[Secret, ...]:
    """Find what looks like a key, token or password in Python code, comments included.

    Rules: a literal under a secret-like name (assignment, default, argument, key, attribute,
    comparison), the formats of well-known services, passwords in URLs, connection strings and
    headers, and long random strings. Code that does not parse is searched for the formats alone.
    """
    found: dict[tuple[int, int], Secret] = {}
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        tree = ast.Module(body=[], type_ignores=[])
    docstrings = _docstrings(tree)
    for node in ast.walk(tree):
        for name, value in _named_values(node):
            if _is_secret_name(name) and _is_secret_value(_literal(value)):
                _note(found, value, f"the value of {name}", name)
        content = _literal(node)
        if content and node not in docstrings:
            what = _secret_in(content)
            if what:
                _note(found, node, what, what.split(" ", 1)[1])
    lines = {secret.line for secret in found.values()}
    for number, line in enumerate(text.split("\n"), 1):
        what = _by_format(line)
        if what and number not in lines and not _is_inside(found, tree, number):
            found[number, 0] = _secret(number, 0, what, what.split(" ", 1)[1])
    return tuple(found[place] for place in sorted(found))


def find_personal_paths(text: str) -> tuple[PersonalPath, ...]:
    """Find absolute paths into somebody's home folder in the string literals of code."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return ()
    found: list[PersonalPath] = []
    for node in ast.walk(tree):
        match = _PERSONAL.search(_literal(node) or "")
        if match and isinstance(node, ast.expr):
            column = node.col_offset
            found.append(PersonalPath(line=node.lineno, column=column, path=match["path"]))
    return tuple(sorted(found, key=lambda path: (path.line, path.column)))


def _named_values(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _targets(target, node.value)
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr):
        if node.value is not None:
            yield _name_of(node.target), node.value
    elif isinstance(node, ast.keyword) and node.arg:
        yield node.arg, node.value
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            yield (_literal(key) if key else "") or "", value
    elif isinstance(node, ast.arguments):
        yield from _defaults(node)
    elif isinstance(node, ast.Compare):
        yield _name_of(node.left), node.comparators[0]
    elif isinstance(node, ast.Call) and len(node.args) >= 2:  # noqa: PLR2004 - a name and a value
        # set_option("api_key", "..."), os.environ.setdefault("TOKEN", "...")
        called = _name_of(node.func)
        if called not in _LOOKUPS | _COLUMN_CALLS:
            yield _literal(node.args[0]) or "", node.args[1]
    elif isinstance(node, ast.Tuple | ast.List) and len(node.elts) == 2:  # noqa: PLR2004 - a pair
        first = _literal(node.elts[0]) or ""
        if first.lower() in ("authorization", "x-api-key"):
            yield first, node.elts[1]


def _defaults(node: ast.arguments) -> Iterator[tuple[str, ast.AST]]:
    places = [*node.posonlyargs, *node.args][::-1]
    for argument, default in zip(places, node.defaults[::-1], strict=False):
        yield argument.arg, default
    for argument, keyword_default in zip(node.kwonlyargs, node.kw_defaults, strict=True):
        if keyword_default is not None:
            yield argument.arg, keyword_default


def _targets(target: ast.AST, value: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    # user, password = "ann", "..."
    both = isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List)
    if both and len(target.elts) == len(value.elts):  # type: ignore[attr-defined]  # see both
        for one, other in zip(target.elts, value.elts, strict=True):  # type: ignore[attr-defined]
            yield from _targets(one, other)
        return
    yield _name_of(target), value


def _name_of(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript):
        return _literal(node.slice) or ""
    return ""


def _is_secret_name(name: str) -> bool:
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("-", "_").replace(" ", "_").lower()
    return bool(_SECRET_WORDS.search(snake)) and not _NOT_SECRET.search(snake)


def _is_secret_value(value: str | None) -> bool:
    if not value or len(value) < 4 or _PLACEHOLDER.match(value):  # noqa: PLR2004 - no password
        return False
    # token = "all tokens that were seen": prose and names of columns are no secrets
    return " " not in value.strip() or _HEADER.match(value) is not None


def _literal(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant):
        value = node.value
        return (
            value.decode("latin-1")
            if isinstance(value, bytes)
            else (value if isinstance(value, str) else None)
        )
    if isinstance(node, ast.JoinedStr):
        parts = [_literal(part) for part in node.values]
        return "".join("{}" if part is None else part for part in parts)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        # "...".encode()
        return _literal(node.func.value) if node.func.attr in ("encode", "strip") else None
    if isinstance(node, ast.Call) and _name_of(node.func) in ("SecretStr", "str", "bytes"):
        return _literal(node.args[0]) if node.args else None
    return None


def _secret_in(content: str) -> str:
    by_format = _by_format(content)
    if by_format:
        return by_format
    for pattern, what in (
        (_URL_PASSWORD, "a URL password"),
        (_PAIR, "a connection password"),
        (_HEADER, "an authorization header"),
    ):
        match = pattern.search(content)
        if match and not _PLACEHOLDER.match(match["value"]) and "{}" not in match["value"]:
            return what
    return "a random string" if _RANDOM.match(content) and _bits(content) > _ENOUGH_BITS else ""


def _by_format(content: str) -> str:
    return next((what for what, pattern in _FORMATS if pattern.search(content)), "")


def _bits(content: str) -> float:
    counts = Counter(content).values()
    return -sum(n / len(content) * math.log2(n / len(content)) for n in counts)


def _docstrings(tree: ast.AST) -> set[ast.AST]:
    """Strings that stand alone: prose, in which only service formats could matter."""
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and not _by_format(_literal(node.value) or "")
    }


def _is_inside(found: dict[tuple[int, int], Secret], tree: ast.AST, line: int) -> bool:
    """Whether a line is in the middle of a string that was found already."""
    return any(
        isinstance(node, ast.Constant)
        and (node.lineno, node.col_offset) in found
        and node.lineno <= line <= (node.end_lineno or node.lineno)
        for node in ast.walk(tree)
    )


def _note(found: dict[tuple[int, int], Secret], node: ast.AST, what: str, name: str) -> None:
    line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
    found.setdefault((line, column), _secret(line, column, what, name))


def _secret(line: int, column: int, what: str, name: str) -> Secret:
    variable = re.sub(r"\W+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)).strip("_").upper()
    return Secret(line=line, column=column, what=what, hint=f'os.environ["{variable}"]')
