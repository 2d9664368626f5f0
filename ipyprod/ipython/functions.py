"""The magics as Python functions, with the same parameter names."""

import builtins
from typing import Any

from IPython import get_ipython

from ipyprod.errors import IpyprodError
from ipyprod.ipython.display import error_lines
from ipyprod.ipython.extension import find_extension
from ipyprod.ipython.options import FREEZE_ENV, PROMOTE, SESSION_TO_MODULE, Command, find_subcommand


def promote(  # noqa: PLR0913 - one parameter for each option of the magic
    name: str,
    cells: str = "",
    *,
    from_: str = "",
    given: str = "",
    to: str = "",
    params: str = "",
    keywords: str = "",
    returns: str = "",
    doc: str = "",
    named: bool = False,
    inplace: bool = False,
    validate: bool = False,
    test: bool = False,
    force: bool = False,
    dry_run: bool = False,
    check: bool | None = None,
) -> Any:
    """Put a function made of cells into a module and bind it in the session; see `%promote`."""
    return _run(PROMOTE, locals())


def session_to_module(  # noqa: PLR0913 - as above
    file: str | None = None,
    *,
    flat: bool = False,
    script: bool = False,
    targets: str = "",
    force: bool = False,
    dry_run: bool = False,
    check: bool | None = None,
) -> Any:
    """Write the whole session as one module; see `%session_to_module`."""
    return _run(SESSION_TO_MODULE, locals())


def freeze_env(
    file: str | None = None,
    *,
    module: str | None = None,
    check: bool = False,
    force: bool = False,
    dry_run: bool = False,
) -> Any:
    """Write what the session needs as pinned requirements; see `%freeze_env`."""
    return _run(FREEZE_ENV, locals())


def why(name: str) -> Any:
    """Show the lines that a variable depends on; see `%ipyprod why`."""
    return _run_subcommand("why", locals())


def check(file: str | None = None, *, timeout_seconds: float | None = None) -> Any:
    """Run the session or a module in a clean interpreter and compare; see `%ipyprod check`."""
    return _run_subcommand("check", locals())


def undo(count: int = 1, *, file: str = "", force: bool = False) -> Any:
    """Take the last writes back; see `%ipyprod undo`."""
    return _run_subcommand("undo", locals())


def log(*, file: str = "") -> Any:
    """List every write, newest first; see `%ipyprod log`."""
    return _run_subcommand("log", locals())


def diff(name: str = "") -> Any:
    """Compare what was promoted with file and session; see `%ipyprod diff`."""
    return _run_subcommand("diff", locals())


def stub(
    signature: str, *, to: str = "", doc: str = "", force: bool = False, dry_run: bool = False
) -> Any:
    """Declare a function that a later promotion fills in; see `%ipyprod stub`."""
    return _run_subcommand("stub", locals())


def status() -> Any:
    """Show every cell, what it made, and what could mislead; see `%ipyprod`."""
    return _run_subcommand("status", {})


def _run_subcommand(name: str, arguments: dict[str, Any]) -> Any:
    command = find_subcommand(name)
    if command is None:
        raise IpyprodError(f"There is no command {name!r}")
    return _run(command, arguments)


def _run(command: Command, arguments: dict[str, Any]) -> Any:
    given = {name: value for name, value in arguments.items() if value is not None}
    try:
        return _console().run(command, given)
    except IpyprodError as error:
        # IPython shows what this gives in place of a traceback; other callers never ask for it.
        lines = error_lines(error)
        error._render_traceback_ = lambda: lines  # type: ignore[attr-defined] # IPython looks for it
        raise


def _console() -> Any:
    # IPython puts `get_ipython` into builtins while a cell runs: that is the shell of the caller,
    # also where several live in one process. Outside of cells there is only the global one.
    own = getattr(builtins, "get_ipython", get_ipython)
    extension = find_extension(own())
    if extension is None:
        raise IpyprodError("ipyprod is not loaded in this console", hint="%load_ext ipyprod")
    return extension.console
