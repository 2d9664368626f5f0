"""Plain sentences about code, for docstrings that nobody wrote."""

import ast
import re

from ipyprod.promotion.literals import double_quoted
from ipyprod.source.statements import Statement

_VERBS = frozenset(
    """accept access add adjust aggregate allow append apply archive arrange assemble assert assign
    attach average backup build cache calculate call cancel capture cast center change check choose
    clean clear clip close cluster collapse collect combine compare compile complete compress
    compute concatenate configure connect construct convert copy count create crop cut decode
    decrease define delete deliver derive describe detect determine disable discard display divide
    do download draw drop dump edit embed emit enable encode encrypt ensure enter enumerate estimate
    evaluate examine exclude execute expand explode explore export extend extract fetch fill filter
    find finish fit fix flag flatten flip fold follow forecast format forward freeze generate get
    give group handle hash hide hold identify ignore implement import include increase increment
    index infer inherit initialize insert inspect install interpolate intersect invert issue iterate
    join keep keep label launch limit link list listen load locate lock log look lower make manage
    map mark mask match max maximize measure melt merge min minimize modify monitor move multiply
    name normalize notify obtain offset open order organize output overwrite pack pad parse partition
    pass paste perform persist pick pivot plan play plot pop populate post predict prefix prepare
    preprocess print process produce profile promote provide prune publish pull push put query queue
    raise randomize rank read rebuild receive record reduce refresh register reindex remove rename
    render reorder repeat replace report represent request require resample reset reshape resize
    resolve restore retrieve return reverse rotate round run sample save scale scan score scrape
    search select send separate serialize set shift show shuffle simulate skip slice smooth solve
    sort split square standardize start stop store strip submit subtract sum summarize swap switch
    synchronize tag take test throw tokenize train transform translate transpose trim truncate try
    tune turn unpack update upload use validate verify visualize wait walk warn weigh wrap write
    yield zip""".split()  # noqa: SIM905 - a table reads better as text
)
_SPECIAL = {
    "__init__": "Set up a new instance.",
    "__repr__": "Return the text that shows the object in full.",
    "__str__": "Return the object as text.",
    "__len__": "Return the number of items.",
    "__iter__": "Go through the items.",
    "__next__": "Return the next item.",
    "__contains__": "Return whether the item is there.",
    "__getitem__": "Return one item.",
    "__setitem__": "Set one item.",
    "__delitem__": "Remove one item.",
    "__call__": "Run the object as a function.",
    "__eq__": "Return whether both are equal.",
    "__lt__": "Return whether the object comes before the other.",
    "__hash__": "Return the hash.",
    "__bool__": "Return whether the object counts as true.",
    "__add__": "Return the sum.",
    "__sub__": "Return the difference.",
    "__mul__": "Return the product.",
    "__truediv__": "Return the quotient.",
    "__neg__": "Return the negative.",
    "__enter__": "Enter the context.",
    "__exit__": "Leave the context.",
    "__aenter__": "Enter the context.",
    "__aexit__": "Leave the context.",
    "__aiter__": "Go through the items.",
    "__anext__": "Return the next item.",
    "__post_init__": "Finish a new instance.",
    "__getattr__": "Return an attribute that is not set.",
}
_LONGEST = 60
_MOST_FIELDS = 4
_LINKS = frozenset({"of", "from", "to", "by", "in", "for", "with", "at", "on", "and"})


def is_imperative(text: str) -> bool:
    """Whether a sentence does not begin with a verb in another form: "Returns the sum"."""
    first = re.split(r"\W", text.strip(), maxsplit=1)[0].lower()
    if first in _VERBS:
        return True
    for ending, base in (("ies", "y"), ("es", ""), ("s", ""), ("ing", ""), ("ing", "e"),
                         ("ed", ""), ("ed", "e")):  # fmt: skip
        if first.endswith(ending) and first.removesuffix(ending) + base in _VERBS:
            return False
    return True


def comment_text(comments: str) -> str:
    """Return comment lines as running text, "" where they are code or have no words."""
    lines = [line.strip().lstrip("#%").strip() for line in comments.split("\n")]
    text = " ".join(line for line in lines if line)
    if not text or not text[0].isalpha() or _is_code("\n".join(lines)):
        return ""
    return text[0].upper() + text[1:]


def comment_sentences(body: tuple[Statement, ...]) -> tuple[str, str]:
    """Return the comment at the top of `body` as a summary and what follows it.

    Both are "" where there is none, or where it speaks of the first line alone: that line was a
    cell of its own.
    """
    if not body or (len(body) > 1 and body[1].event != body[0].event):
        return "", ""
    text = comment_text(body[0].comments)
    summary, _, rest = text.partition(". ")
    if not text or len(summary) > _LONGEST + 20 or not is_imperative(summary):
        return "", ""
    return summary, rest.strip()


def _is_code(text: str) -> bool:
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError):
        return False
    plain = (ast.Name, ast.Constant)
    return not all(isinstance(s, ast.Expr) and isinstance(s.value, plain) for s in body)


def sentence_about(node: ast.stmt) -> str:
    """Return a first docstring line for a function or class."""
    if isinstance(node, ast.ClassDef):
        words = " ".join(_words(node.name)) or f"`{node.name}`"
        fields = [f"`{name}`" for name in _fields(node)]
        parts = [", ".join(fields[:-1]), *fields[-1:]] if len(fields) > 1 else fields
        holding = f" with {' and '.join(parts)}" if 0 < len(fields) <= _MOST_FIELDS else ""
        return f"{'An' if words[:1] in 'aeiou' else 'A'} {words}{holding}."
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return ""
    if node.name in _SPECIAL:
        return _SPECIAL[node.name]
    if node.name.startswith("__") and node.name.endswith("__"):
        return f"Implement `{node.name}`."
    body = [s for s in node.body if not _is_docstring(s)]
    if len(body) == 1 and isinstance(body[0], ast.Return) and body[0].value is not None:
        value = source_of(body[0].value)
        is_plain = "\n" not in value and "`" not in value and f"{node.name}(" not in value
        if len(value) < _LONGEST and is_plain:
            return f"Return `{value}`."
    return _sentence_of_name(node)


def source_of(node: ast.expr) -> str:
    """Return an expression as black would write it on one line."""
    source = ast.unparse(node)
    has_parts = any(isinstance(inner, ast.JoinedStr) for inner in ast.walk(node))
    return source if has_parts else double_quoted(source)


def imperative_words(name: str) -> str:
    """Return a name that begins with a verb as words: "Write report", "" for any other name."""
    first, *rest = _words(name) or [name]
    return " ".join([first.capitalize(), *rest]) if first in _VERBS and rest else ""


def _fields(node: ast.ClassDef) -> list[str]:
    """Return the public attributes that a class or its `__init__` sets."""
    names: dict[str, None] = {}
    for part in node.body:
        targets = part.targets if isinstance(part, ast.Assign) else [getattr(part, "target", None)]
        names.update(dict.fromkeys(t.id for t in targets if isinstance(t, ast.Name)))
        if isinstance(part, ast.FunctionDef) and part.name == "__init__":
            for inner in ast.walk(part):
                match inner:
                    case ast.Attribute(value=ast.Name(id="self"), attr=attribute, ctx=ast.Store()):
                        names[attribute] = None
    return [name for name in names if not name.startswith("_")]


def _sentence_of_name(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    first, *rest = _words(node.name) or [node.name]
    taken = [
        a.arg for a in (*node.args.posonlyargs, *node.args.args) if a.arg not in ("self", "cls")
    ]
    subject = f"`{taken[0]}`" if taken else "it"
    if first in ("is", "has", "are") and rest:
        return f"Return whether {subject} {first} {' '.join(rest)}."
    if first == "to" and rest:
        return f"Convert {subject} to {' '.join(rest)}."
    if first == "get" and rest:
        return f"Return the {' '.join(rest)}."
    if first in _VERBS:
        what = " ".join(rest) or (subject if taken else "")
        return f"{first.capitalize()} {what}".rstrip() + "."
    while rest and rest[-1] in _LINKS:
        rest.pop()
    phrase = " ".join([first, *rest])
    if any(ast.unparse(d).endswith("contextmanager") for d in node.decorator_list):
        return f"Manage a `{node.name}` context."
    own = list(_own_nodes(node))
    if any(isinstance(n, ast.Yield | ast.YieldFrom) for n in own):
        return f"Yield the {phrase}."
    if any(isinstance(n, ast.Return) and n.value is not None for n in own):
        link = " " if first.endswith("ed") and not rest else " of "
        return f"Return the {phrase}{link}{subject}." if taken else f"Return the {phrase}."
    return f"Run the {phrase}."


def _own_nodes(node: ast.AST) -> list[ast.AST]:
    """Return the nodes of a function's body, inner functions and classes left out."""
    found: list[ast.AST] = []
    pending = list(ast.iter_child_nodes(node))
    inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    while pending:
        current = pending.pop()
        found.append(current)
        if not isinstance(current, inner):
            pending += ast.iter_child_nodes(current)
    return found


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _words(name: str) -> list[str]:
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)
    return [part if part.isupper() and len(part) > 1 else part.lower() for part in parts]
