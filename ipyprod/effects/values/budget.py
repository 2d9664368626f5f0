"""How long a look may take, in processor time of this thread."""

from time import perf_counter, thread_time

from ipyprod.effects.values.marks import LookEndedError

_GRACE = 20
_SMALL_GRACE = 100
_MOST_MORE_SECONDS = 0.004


class Budget:
    """Processor time that is left; a busy machine makes no value unknown."""

    __slots__ = ("_is_spent", "_more_left", "_thread_end", "_wall_end", "grace", "small_grace")

    def __init__(self, seconds: float) -> None:
        self._is_spent = False
        self._more_left = _MOST_MORE_SECONDS
        # How many values may be followed, and small ones looked at, when nothing is left: where
        # those are all, nothing is unknown on the slowest machine.
        self.grace = _GRACE
        self.small_grace = _SMALL_GRACE
        self._wall_end = perf_counter() + seconds
        self._thread_end = thread_time() + seconds

    def is_spent(self) -> bool:
        """Whether nothing is left."""
        if self._is_spent:
            return True
        # Processor time never runs ahead of the wall clock, which costs a tenth to read.
        if perf_counter() > self._wall_end:
            self._is_spent = thread_time() > self._thread_end
        return self._is_spent

    def extend(self, seconds: float) -> None:
        """Allow more for what is done once in a process, within bounds of its own."""
        more = min(seconds, self._more_left)
        self._more_left -= more
        self._wall_end += more
        self._thread_end += more

    def check(self) -> None:
        """End the look where nothing is left.

        Raises:
            LookEndedError: the budget is spent.
        """
        if self.is_spent():
            raise LookEndedError

    def left(self) -> float:
        """Return the seconds that are left, negative where they were overspent."""
        return self._thread_end - thread_time()
