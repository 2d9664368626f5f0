"""What a cell showed besides its result, as far as IPython keeps it."""

from typing import Any


def output_size(shell: Any, number: int) -> int:
    """Count what cell `number` printed and displayed so far, its result apart.

    IPython keeps it from 9.1 on, in the terminal alone; elsewhere the answer is 0.
    """
    outputs = getattr(shell.history_manager, "outputs", None)
    if not isinstance(outputs, dict):
        return 0
    return sum(
        len(output.bundle.get("stream", "1"))
        for output in outputs.get(number, ())
        if output.output_type != "execute_result"
    )
