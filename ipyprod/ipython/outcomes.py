"""Errors and modules, told in words that outlive them."""

from typing import Any

from ipyprod.session.cell import Outcome


def outcome_of(error: BaseException | None) -> Outcome:
    """Say how a cell ended that raised `error`, or nothing."""
    if error is None:
        return Outcome.OK
    # A cancelled coroutine is how a kernel interrupts an asynchronous cell.
    is_interrupt = isinstance(error, KeyboardInterrupt) or type(error).__name__ == "CancelledError"
    return Outcome.INTERRUPTED if is_interrupt else Outcome.FAILED


def error_type_of(error: BaseException | None) -> str:
    """Give the error's class, qualified where it is no builtin and none of the session."""
    if error is None:
        return ""
    # Python 3.13 has an `_IncompleteInputError` for what every version calls a SyntaxError.
    kind = next(
        one
        for one in type(error).__mro__
        if one.__module__ != "builtins" or not one.__name__.startswith("_")
    )
    in_plain_sight = kind.__module__ in ("builtins", "__main__")
    return kind.__qualname__ if in_plain_sight else f"{kind.__module__}.{kind.__qualname__}"


def error_message_of(error: BaseException | None) -> str:
    """Give the first line of the error's text."""
    if error is None:
        return ""
    try:
        return (str(error).splitlines() or [""])[0]
    except Exception:  # noqa: BLE001 - the user's own exception class may fail here
        return ""


def module_file(module: Any) -> str:
    """Give the file of a module, "" where it has none. A lazy module is not asked: it would load."""
    try:
        file = object.__getattribute__(module, "__file__")
    except Exception:  # noqa: BLE001 - anything may stand in `sys.modules`
        return ""
    return file if isinstance(file, str) else ""
