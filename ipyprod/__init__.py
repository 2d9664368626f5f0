"""Turn the lines that worked in an IPython session into a proven, documented module."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ipyprod.ipython.functions import (
        check,
        diff,
        freeze_env,
        log,
        promote,
        session_to_module,
        status,
        stub,
        undo,
        why,
    )

__version__ = "0.1.0"

__all__ = [
    "check",
    "diff",
    "freeze_env",
    "load_ipython_extension",
    "log",
    "promote",
    "session_to_module",
    "status",
    "stub",
    "undo",
    "unload_ipython_extension",
    "why",
]


def __getattr__(name: str) -> Any:
    """Import the console's functions when one is asked for: IPython costs 80 to 155 ms."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from ipyprod.ipython import functions  # noqa: PLC0415 - lazy on purpose

    return getattr(functions, name)


def __dir__() -> list[str]:
    """List the public names, those not imported yet included."""
    return sorted([*globals(), *__all__])


def load_ipython_extension(shell: Any) -> None:
    """Start watching `shell` and give it the magics (`%load_ext ipyprod`)."""
    from ipyprod.ipython.extension import install  # noqa: PLC0415 - lazy on purpose

    install(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Stop watching and leave `shell` as it was (`%unload_ext ipyprod`)."""
    from ipyprod.ipython.extension import remove  # noqa: PLC0415 - lazy on purpose

    remove(shell)
