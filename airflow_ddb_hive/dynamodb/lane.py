"""The schedule of one budget: when the next request may start, however many threads and readers share it.

A lane holds a level of units. A request adds what it will probably cost, and later what it cost more or less than
that; time takes units away at the lane's rate. A request may start while the level is not above zero, so over any
stretch of time consumption follows the rate and there is no initial burst. Time that nobody used is made up for by a
little only: what a level may fall below zero is a part of a second's budget.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Lane"]

_LONGEST_CATCH_UP_SECONDS = 0.4
_SHORTEST_CATCH_UP_SECONDS = 0.1
_WINDOW_TOLERANCE_SECONDS = 0.5
"""5 % of ten seconds: made-up time and the last request together may cost so much."""

_SLOWER = 0.8
"""What a throttle leaves of the rate."""

_RECOVERY_PER_SECOND = 0.2
"""The share of the target by which the rate grows each second after ``_HOLD_SECONDS`` without a throttle."""

_CAREFUL_RECOVERY_PER_SECOND = 0.02
_CAREFUL_SECONDS = 5.0
_NEAR = 0.9
"""After repeated throttles the rate grows slowly for some seconds from this part of what was too much the last time."""

_HOLD_SECONDS = 1.0
_LEAST_SHARE = 0.05
_LONGEST_PAUSE_SECONDS = 0.2
_SMOOTHING = 0.3
_INSTANT_SECONDS = 1e-6
"""Less is no wait: a clock may not see so short a time pass."""


class Lane:
    """One budget's schedule; whoever uses it holds the lock that all lanes of one pacer share.

    Example:
        >>> lane = Lane(50.0, clock=lambda: 0.0)
        >>> lane.book(25.0)
        >>> lane.wait_seconds()
        0.5

    Args:
        rate: Units a second.
        clock: Seconds that only grow.
        index: The index that it is the budget of, ``None`` for the table.
    """

    def __init__(self, rate: float, *, clock: Callable[[], float] = time.monotonic, index: str | None = None) -> None:
        self.index = index
        self.target = rate
        self.lost_seconds = 0.0
        self._clock = clock
        self._level = 0.0
        self._updated = clock()
        self._share = 1.0
        self._careful_share = 1.0
        self._slowed_at: float | None = None
        self._paused_until = self._updated
        self._usual_cost = 0.0

    @property
    def rate(self) -> float:
        """Units a second, now: the target, or less while the table is throttled."""
        return max(min(1.0, self.target), self.target * self._share)

    def retarget(self, rate: float) -> None:
        """Change the rate from now on; what is owed in units stays owed."""
        self._flow()
        self.target = rate

    def wait_seconds(self) -> float:
        """Seconds until the next request may start."""
        self._flow()
        wait = max(self._level / self.rate, self._paused_until - self._updated)
        return wait if wait > _INSTANT_SECONDS else 0.0

    def book(self, units: float) -> None:
        """Add units that a request takes, or take back, below zero, what it did not."""
        self._flow()
        self._level += units

    def settle(self, reserved: float, consumed: float) -> None:
        """Replace what was booked for a request by what it consumed."""
        self.book(consumed - reserved)
        if consumed > 0:
            self._usual_cost += _SMOOTHING * (consumed - self._usual_cost)

    def pause(self, seconds: float) -> None:
        """Let nobody start for a while."""
        self._flow()
        self._paused_until = max(self._paused_until, self._updated + seconds)

    def slow_down(self, seconds: float) -> None:
        """React to a throttle: nobody starts for a while, and then at a lower rate, which recovers by and by.

        Throttles within a second of each other are one, for the requests under way met the same shortage. The pause is
        short whatever the request's own is, for that grows with its attempts, and others may have had none.
        """
        self.pause(min(seconds, _LONGEST_PAUSE_SECONDS))
        since = math.inf if self._slowed_at is None else self._updated - self._slowed_at
        if since >= _HOLD_SECONDS:
            self._careful_share = _NEAR * self._share if since < 2 * _CAREFUL_SECONDS else 1.0
            self._share = max(_LEAST_SHARE, self._share * _SLOWER)
            self._slowed_at = self._updated

    def _flow(self) -> None:
        """Let the time since the last look take its units away."""
        now = self._clock()
        seconds = max(0.0, now - self._updated)
        self._updated = max(now, self._updated)
        self._level -= self._recovered(seconds) * seconds
        least = -self._catch_up_seconds() * self.rate
        if self._level < least:
            self.lost_seconds += (least - self._level) / self.rate
            self._level = least

    def _recovered(self, seconds: float) -> float:
        """Let the rate recover; return what it was on average in the last ``seconds``."""
        before = self.rate
        if self._slowed_at is not None and self._share < 1.0:
            since = self._updated - self._slowed_at
            growing = max(0.0, min(seconds, since - _HOLD_SECONDS))
            careful = self._share >= self._careful_share and since < _CAREFUL_SECONDS
            speed = _CAREFUL_RECOVERY_PER_SECOND if careful else _RECOVERY_PER_SECOND
            self._share = min(1.0, self._share + speed * growing)
        return (before + self.rate) / 2

    def _catch_up_seconds(self) -> float:
        request_seconds = self._usual_cost / self.target
        return min(
            _LONGEST_CATCH_UP_SECONDS, max(_SHORTEST_CATCH_UP_SECONDS, _WINDOW_TOLERANCE_SECONDS - request_seconds)
        )
