"""Decides how many threads fetch side by side: as many as the budget can use, none that brings nothing."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Crew"]

_LOOK_SECONDS = 0.5
_LOST_SHARE = 0.05
"""The part of a budget that may be left unused before another thread is worth it."""

_GAIN = 1.05
_MOST_FAILURES = 2


class Crew:
    """Asks for another thread while some of the budget is left unused and the last thread brought something.

    Example:
        >>> seconds = iter([0.0, 0.6])
        >>> crew = Crew(
        ...     2, 8, lost_seconds=iter([0.0, 0.4]).__next__, units=iter([0.0, 100.0]).__next__, clock=seconds.__next__
        ... )
        >>> crew.wants_more()
        True

    Args:
        threads: How many there are at first.
        most: How many there may be.
        lost_seconds: Seconds of budget that nobody has used so far.
        units: Units used so far.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        threads: int,
        most: int,
        *,
        lost_seconds: Callable[[], float],
        units: Callable[[], float],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.threads = threads
        self._most = most
        self._lost_seconds = lost_seconds
        self._units = units
        self._clock = clock
        self._lock = threading.Lock()
        self._seen = (clock(), lost_seconds(), units())
        self._best = 0.0
        self._failures = 0

    def wants_more(self) -> bool:
        """Whether the caller should start another thread, which then counts as started."""
        with self._lock:
            now = self._clock()
            before, lost_before, units_before = self._seen
            seconds = now - before
            if self.threads >= self._most or self._failures >= _MOST_FAILURES or seconds < _LOOK_SECONDS:
                return False
            lost, units = self._lost_seconds(), self._units()
            self._seen = (now, lost, units)
            if lost - lost_before <= _LOST_SHARE * seconds:
                return False
            return self._grows((units - units_before) / seconds)

    def _grows(self, rate: float) -> bool:
        if rate < _GAIN * self._best:
            # The last one brought nothing: the processor, the network or the reader of the rows is the limit.
            self._failures += 1
            return False
        self._best = rate
        self._failures = 0
        self.threads += 1
        return True
