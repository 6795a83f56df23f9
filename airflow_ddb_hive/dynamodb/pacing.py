"""Keeps everything that reads or writes one table within one rate of capacity units.

A request reserves what it will probably cost before it is sent and is charged what DynamoDB says it cost. The
schedule is a line in time: reserving *u* units at *r* units a second moves the moment at which the next request may
start by ``u / r`` seconds, so over any stretch of time consumption follows the target and there is no initial burst.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import JobCancelledError

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_ddb_hive.model.budget import Budget

__all__ = ["Pacer"]

_CATCH_UP_SECONDS = 0.4
"""Unused time that may be made up for: 4 % of ten seconds, so that latency does not lower the rate."""

_LARGEST_READ_UNITS = 256.0
"""One page of 1 MB, read consistently."""

_SMOOTHING = 0.3


class Pacer:
    """One budget, shared by all threads that use a table in one role.

    Example:
        >>> from airflow_ddb_hive.model.budget import Budget
        >>> pacer = Pacer(Budget(capacity_units=100), clock=lambda: 0.0)
        >>> pacer.acquire(threading.Event())
        1.0
        >>> pacer.charge(1.0, 25.0, items=50)
        >>> pacer.delay(), pacer.page_limit
        (0.5, 100)

    Args:
        budget: The rate.
        clock: Seconds that only grow.
        unit_items: A first guess at units an item, until answers tell.
    """

    def __init__(
        self,
        budget: Budget,
        *,
        clock: Callable[[], float] = time.monotonic,
        unit_items: float = 1.0,
    ) -> None:
        self.budget = budget
        self._rate = budget.units_per_second
        self._clock = clock
        self._lock = threading.Lock()
        self._next_start: float | None = None
        self._units_per_item = unit_items
        self._units_per_request = 1.0
        self._measured = False

    def acquire(self, stop: threading.Event, units: float | None = None) -> float:
        """Wait until a request may start; return the units reserved for it, to be given to :meth:`charge`.

        Raises:
            JobCancelledError: ``stop`` was set while waiting.
        """
        while True:
            wait = self._reserve_or_wait(units)
            if wait <= 0:
                return -wait
            if stop.wait(min(wait, 1.0)):
                raise JobCancelledError("the job was cancelled while it waited for its share of capacity")

    def _reserve_or_wait(self, units: float | None) -> float:
        """Seconds to wait, or minus the units reserved."""
        with self._lock:
            now = self._clock()
            start = now if self._next_start is None else self._next_start
            if start > now:
                return start - now
            reserved = units if units is not None else min(self._units_per_request, _LARGEST_READ_UNITS)
            self._next_start = max(start, now - _CATCH_UP_SECONDS) + reserved / self._rate
            return -reserved

    def charge(self, reserved: float, consumed: float, *, items: int = 0) -> None:
        """Replace a reservation by what the request really consumed for ``items`` items."""
        with self._lock:
            self._next_start = (self._next_start or self._clock()) + (consumed - reserved) / self._rate
            if consumed <= 0:
                return
            weight = _SMOOTHING if self._measured else 1.0
            self._units_per_request += weight * (consumed - self._units_per_request)
            if items > 0:
                self._units_per_item += weight * (consumed / items - self._units_per_item)
                self._measured = True

    def pause(self, seconds: float) -> None:
        """Let nobody start for a while: the table or the account is throttled."""
        with self._lock:
            self._next_start = max(self._next_start or 0.0, self._clock() + seconds)

    def delay(self) -> float:
        """Seconds until the next request may start."""
        with self._lock:
            return max(0.0, (self._next_start or 0.0) - self._clock())

    def estimate(self, items: int) -> float:
        """What a request for so many items will probably consume."""
        with self._lock:
            return max(1.0, items * self._units_per_item)

    @property
    def page_limit(self) -> int:
        """The number of items whose cost is about one second's budget, at least one."""
        with self._lock:
            return max(1, int(self._rate / max(self._units_per_item, 1e-6)))
