"""How long a look may take, in processor time of this thread."""

import time

from ipyprod.effects.values.marks import LookEndedError


class Budget:
    """Processor time that is left; a busy machine makes no value unknown."""

    __slots__ = ("_thread_end", "_wall_end")

    def __init__(self, seconds: float) -> None:
        self._wall_end = time.perf_counter() + seconds
        self._thread_end = time.thread_time() + seconds

    def is_spent(self) -> bool:
        """Whether nothing is left."""
        # Processor time never runs ahead of the wall clock, which costs a tenth to read.
        return time.perf_counter() > self._wall_end and time.thread_time() > self._thread_end

    def check(self) -> None:
        """End the look where nothing is left.

        Raises:
            LookEndedError: the budget is spent.
        """
        if self.is_spent():
            raise LookEndedError

    def left(self) -> float:
        """Return the seconds that are left, negative where they were overspent."""
        return self._thread_end - time.thread_time()
