"""Names as options give them."""

import builtins
import keyword

from ipyprod.errors import SelectionError


def check_name(name: str) -> None:
    """Refuse what cannot be the name of a function.

    Raises:
        SelectionError: it is no identifier, a keyword, or the name of a builtin.
    """
    if not name.isidentifier() or not name.strip("_"):
        raise SelectionError(
            f"{name!r} is no name for a function",
            hint="use letters, digits and _; nothing was written",
        )
    if keyword.iskeyword(name) or keyword.issoftkeyword(name):
        raise SelectionError(
            f"{name!r} is a keyword of Python", hint=f"use {name}_; nothing was written"
        )
    if hasattr(builtins, name):
        raise SelectionError(
            f"{name!r} would hide the builtin of that name",
            hint=f"use {name}_; nothing was written",
        )


def split_names(text: str) -> tuple[str, ...]:
    """Take names apart that commas or blanks separate, each once.

    Raises:
        SelectionError: one of them is no identifier.
    """
    names = tuple(dict.fromkeys(text.replace(",", " ").split()))
    for name in names:
        if not name.isidentifier():
            raise SelectionError(f"{name!r} is no name of a variable", hint="nothing was written")
    return names
