"""What IPython tells of a run when it ends, as a `Cell`."""

import sys
from collections.abc import Mapping
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

from ipyprod.ipython.failed_line import find_failed_line, find_failed_place, raised_by_itself
from ipyprod.ipython.outcomes import error_message_of, error_type_of, outcome_of
from ipyprod.ipython.record import Run
from ipyprod.session.cell import Cell


def cell_of(
    run: Run, result: Any, error: BaseException | None, namespace: Mapping[str, Any]
) -> Cell:
    """Give the record of a run, without what was observed. `namespace` is that of the cells."""
    python = python_of(run)
    return Cell(
        event=run.event,
        number=_final_number(run, result),
        text=run.info.raw_cell,
        python=python,
        outcome=outcome_of(error),
        failed_line=_failed_line(run, python, error, result, namespace),
        failed_place=find_failed_place(python, error, namespace),
        failed_itself=raised_by_itself(error, namespace),
        error_type=error_type_of(error),
        error_message=error_message_of(error),
        replayed="\n".join(run.replayed),
        folder=run.folder,
    )


def error_of(run: Run, result: Any) -> BaseException | None:
    """Give the error that ended a run, None where there was none."""
    if result is None:
        return sys.exception() or KeyboardInterrupt()
    error = result.error_before_exec or result.error_in_exec or run.nested_error
    if error is not None:
        return error
    # %run and, until 9.7 or so, %%time show an error and then report success.
    last = getattr(sys, "last_value", None)
    may_swallow = "%" in run.info.raw_cell or run.replayed
    if may_swallow and last is not None and id(last) != run.last_error_id:
        return last
    return None


def _final_number(run: Run, result: Any) -> int:
    count = getattr(result, "execution_count", None)
    if not run.info.store_history or count is None:
        return run.number
    return int(count)


def python_of(run: Run) -> str:
    """Give the Python that IPython made of the text of a run, "" where it could not."""
    transformed = getattr(run.info, "transformed_cell", None)
    if transformed is not None and not run.macro:
        return str(transformed)
    # Before IPython 9.4 the event does not tell. This is IPython's own static translation
    # alone: the user's input transformers are not run a second time.
    try:
        return str(TransformerManager().transform_cell(run.info.raw_cell))
    except SyntaxError:
        return ""


def _failed_line(
    run: Run,
    python: str,
    error: BaseException | None,
    result: Any,
    namespace: Mapping[str, Any],
) -> int | None:
    if error is None:
        return None
    line = find_failed_line(run.info.raw_cell, python, error, namespace)
    was_swallowed = getattr(result, "success", False) is True
    is_whole_cell = run.info.raw_cell.lstrip().startswith("%%")
    if was_swallowed and not is_whole_cell:
        # The error was shown and forgotten: the statements after it ran.
        lines = [one for one in python.splitlines() if one.strip()]
        return line or 1 if len(lines) == 1 else None
    return line
