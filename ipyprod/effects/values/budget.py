"""How long a look may take: processor time of this thread, and some work in any case."""

from time import perf_counter, thread_time

from ipyprod.effects.values.marks import Fingerprint, LookEndedError

_GRACE = 20
_MOST_MORE_SECONDS = 0.004
_SHORTEST_LOOK_TO_REMEMBER = 0.0005
# Objects that are looked at however slow the machine is, so that no small value is unknown by chance.
_LEAST_OBJECTS = 300


class Budget:
    """Processor time that is left; a slow or busy machine makes no small value unknown."""

    __slots__ = ("_is_late", "_more_left", "_thread_end", "_wall_end", "grace", "work_left")

    def __init__(self, seconds: float, least_objects: int = _LEAST_OBJECTS) -> None:
        self._is_late = False
        self._more_left = _MOST_MORE_SECONDS
        self.grace = _GRACE  # how many values may be followed when nothing is left
        self.work_left = least_objects
        self._wall_end = perf_counter() + seconds
        self._thread_end = thread_time() + seconds

    def is_spent(self) -> bool:
        """Whether nothing is left: the time is up, and what is looked at in any case is done."""
        return self.work_left <= 0 and self._is_time_up()

    def _is_time_up(self) -> bool:
        if self._is_late:
            return True
        # Processor time never runs ahead of the wall clock, which costs a tenth to read.
        if perf_counter() > self._wall_end:
            self._is_late = thread_time() > self._thread_end
        return self._is_late

    def extend(self, seconds: float) -> None:
        """Allow more for what is done once in a process, within bounds of its own."""
        more = min(seconds, self._more_left)
        self._more_left -= more
        self._wall_end += more
        self._thread_end += more

    def count(self, objects: int) -> None:
        """Count `objects` as looked at."""
        self.work_left -= objects

    def check(self, objects: int = 0) -> None:
        """Count `objects` as looked at, and end the look where nothing is left.

        Raises:
            LookEndedError: the budget is spent.
        """
        self.work_left -= objects
        if self.is_spent():
            raise LookEndedError

    def is_too_small_for(self, last: Fingerprint) -> bool:
        """Whether the last look at a value shows that another one would not end in time."""
        return (
            last.seconds > _SHORTEST_LOOK_TO_REMEMBER
            and last.objects > self.work_left
            and last.seconds > self.left()
        )

    def left(self) -> float:
        """Return the seconds that are left, negative where they were overspent."""
        return self._thread_end - thread_time()
