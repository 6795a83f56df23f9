"""Keeps everything that reads or writes one table within one rate of capacity units.

A request reserves what it will probably cost before it is sent and is charged what DynamoDB says it cost. The schedule
(:class:`~airflow_ddb_hive.dynamodb.lane.Lane`) belongs to the table and role, and to each index whose capacity the
requests use; all pacers that share it keep one budget together. What requests cost is each pacer's own experience, for
one of them may scan and another fetch by key.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from airflow_ddb_hive.dynamodb.cost_model import CostModel
from airflow_ddb_hive.dynamodb.lane import Lane
from airflow_ddb_hive.dynamodb.throttling import Scope
from airflow_ddb_hive.errors import JobCancelledError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from airflow_ddb_hive.dynamodb.throttling import ThrottleCause
    from airflow_ddb_hive.model.budget import Budget

__all__ = ["Pacer", "Reservation", "SharedBudget"]

_LARGEST_READ_UNITS = 256.0
"""One page of 1 MB, read consistently."""

_REQUEST_SECONDS = 0.25
"""The part of a second's budget that one request should take, so that windows are kept and rounding costs little."""

_LEAST_REQUEST_UNITS = 8.0
"""Smaller requests would waste more than 3 % by rounding up; but none should take more than a second's budget."""


class Reservation(float):
    """The units of the table that a request reserved, and with them those of its indexes.

    Example:
        >>> Reservation(2.5, {"ByYear": 1.0}) + 1
        3.5
    """

    __slots__ = ("shares",)

    def __new__(cls, units: float, shares: Mapping[str, float] | None = None) -> Reservation:
        """Make the number and keep the indexes' shares beside it."""
        reservation = super().__new__(cls, units)
        reservation.shares = dict(shares or {})
        return reservation

    shares: dict[str, float]


class SharedBudget:
    """The lanes of one table and role, shared by all that use it; a lane for each index that its writes feed.

    Args:
        lane: The schedule of the table, or of the index that is read.
        indexes: The schedules of the global indexes that writes feed.
        clock: Seconds that only grow.
        on_account_limit: Told of a throttle that concerns the whole account, with the seconds of the pause.
        before_wait: Called by each request's thread first, outside of all locks: asks for the capacity again.
    """

    def __init__(
        self,
        lane: Lane,
        indexes: Iterable[Lane] = (),
        *,
        clock: Callable[[], float] = time.monotonic,
        on_account_limit: Callable[[ThrottleCause, float], None] | None = None,
        before_wait: Callable[[threading.Event], None] | None = None,
    ) -> None:
        self.lane = lane
        self.indexes = {str(index.index): index for index in indexes}
        self.lock = threading.Lock()
        self.clock = clock
        self.on_account_limit = on_account_limit
        self.before_wait = before_wait
        self.progressed_at: float | None = None

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """All lanes."""
        return (self.lane, *self.indexes.values())

    def slow_down(self, seconds: float) -> None:
        """React to a throttle that concerns all lanes."""
        with self.lock:
            for lane in self.lanes:
                lane.slow_down(seconds)


class Pacer:
    """One user of a budget: a scan, a writer, and all their threads.

    Example:
        >>> from airflow_ddb_hive.model.budget import Budget
        >>> pacer = Pacer(Budget(capacity_units=100), clock=lambda: 0.0)
        >>> reserved = pacer.acquire(threading.Event())
        >>> pacer.charge(reserved, 25.0, items=50)
        >>> pacer.delay(), pacer.page_limit
        (0.5, 25)

    Args:
        budget: The rate, of a schedule of the pacer's own; or the schedule that it shares with others.
        clock: Seconds that only grow, for a schedule of its own.
        unit_items: A first guess at units an item, until answers tell.
        least_request_units: The least that a request should cost, where a second's budget allows it.
    """

    def __init__(
        self,
        budget: Budget | SharedBudget,
        *,
        clock: Callable[[], float] = time.monotonic,
        unit_items: float = 1.0,
        least_request_units: float = _LEAST_REQUEST_UNITS,
    ) -> None:
        if not isinstance(budget, SharedBudget):
            budget = SharedBudget(Lane(budget.units_per_second, clock=clock), clock=clock)
        self._shared = budget
        self._lock = self._shared.lock
        self._costs = CostModel(unit_items)
        self._least_request_units = least_request_units

    def acquire(self, stop: threading.Event, units: float | None = None) -> Reservation:
        """Wait until a request may start; return the units reserved for it, to be given to :meth:`charge`.

        Raises:
            JobCancelledError: ``stop`` was set while waiting.
        """
        reservation = Reservation(self._expected() if units is None else units)
        self.take_again(stop, reservation)
        return reservation

    def take_again(self, stop: threading.Event, reservation: float) -> None:
        """Wait until a request may be sent again, and reserve for it what was reserved before.

        Raises:
            JobCancelledError: ``stop`` was set while waiting.
        """
        if self._shared.before_wait is not None:
            self._shared.before_wait(stop)
        while (wait := self._book_or_wait(reservation)) > 0:
            if stop.wait(min(wait, 1.0)):
                raise JobCancelledError("the job was cancelled while it waited for its share of capacity")

    def _book_or_wait(self, reservation: float) -> float:
        """Seconds to wait; 0 if the units are booked."""
        with self._lock:
            wait = max(lane.wait_seconds() for lane in self._shared.lanes)
            if wait > 0:
                return wait
            self._shared.lane.book(reservation)
            for name, lane in self._shared.indexes.items():
                share = reservation * self._costs.index_ratio(name)
                lane.book(share)
                _shares(reservation)[name] = share
            return 0.0

    def give_back(self, reservation: float) -> None:
        """Free what a request reserved that was refused and so consumed nothing."""
        with self._lock:
            self._shared.lane.book(-reservation)
            for name, share in _shares(reservation).items():
                self._shared.indexes[name].book(-share)

    def charge(
        self, reserved: float, consumed: float, *, items: int = 0, indexes: Mapping[str, float] | None = None
    ) -> None:
        """Replace a reservation by what the request really consumed for ``items`` items.

        Args:
            reserved: What :meth:`acquire` returned.
            consumed: All units, those of ``indexes`` included.
            items: The items that were evaluated, 0 if nobody knows.
            indexes: The units of each global index that a write fed.
        """
        shares, parts = _shares(reserved), dict(indexes or {})
        own = max(0.0, consumed - sum(parts.values()))
        with self._lock:
            self._shared.lane.settle(reserved, own)
            for name, lane in self._shared.indexes.items():
                lane.settle(shares.get(name, 0.0), parts.get(name, 0.0))
            if consumed <= 0:
                return
            self._shared.progressed_at = self._shared.clock()
            self._costs.learn(own, items)
            self._costs.learn_indexes(own, parts)

    def throttled(self, causes: Iterable[ThrottleCause], seconds: float) -> None:
        """Slow down whom a throttle concerns: nobody for a hot key, else a lane, or all of the account."""
        for cause in causes:
            if cause.scope is Scope.ACCOUNT and self._shared.on_account_limit is not None:
                self._shared.on_account_limit(cause, seconds)
            elif cause.scope is not Scope.KEY:
                with self._lock:
                    self._lane_of(cause.index).slow_down(seconds)

    def pause(self, seconds: float, *, index: str | None = None) -> None:
        """Let nobody start for a while."""
        with self._lock:
            self._lane_of(index).pause(seconds)

    def _lane_of(self, index: str | None) -> Lane:
        return self._shared.lane if index is None else self._shared.indexes.get(index, self._shared.lane)

    def delay(self) -> float:
        """Seconds until the next request may start."""
        with self._lock:
            return max(lane.wait_seconds() for lane in self._shared.lanes)

    def estimate(self, items: int, *, least: float = 0.0) -> float:
        """What a request for so many items will probably consume of the table; ``least`` is known otherwise."""
        with self._lock:
            return max(1.0, least, items * self._costs.units_per_item)

    def seconds_without_progress(self, since: float) -> float:
        """Seconds from ``since``, or from the last answer that anybody had of this budget, till now."""
        with self._lock:
            return self._shared.clock() - max(since, self._shared.progressed_at or since)

    @property
    def page_limit(self) -> int:
        """The number of items whose cost is that of one request, at least one."""
        with self._lock:
            return self._page_limit()

    @property
    def request_units(self) -> float:
        """The most units that one request should cost: a second's budget or less."""
        with self._lock:
            return self._request_units()

    @property
    def capacity_mode(self) -> str:
        """What to ask for as ``ReturnConsumedCapacity``."""
        return "INDEXES" if self._shared.indexes else "TOTAL"

    @property
    def units_per_second(self) -> float:
        """The target."""
        return self._shared.lane.target

    @property
    def index_units_per_second(self) -> dict[str, float]:
        """The target of each index that writes feed."""
        return {name: lane.target for name, lane in self._shared.indexes.items()}

    @property
    def lost_seconds(self) -> float:
        """Seconds of budget that nobody has used; grows when there are too few threads."""
        return self._shared.lane.lost_seconds

    def _expected(self) -> float:
        with self._lock:
            return self._costs.request_units(self._page_limit(), _LARGEST_READ_UNITS)

    def _page_limit(self) -> int:
        return max(1, int(self._request_units() / max(self._costs.units_per_item, 1e-6)))

    def _request_units(self) -> float:
        units = self._part(self._shared.lane)
        for name, lane in self._shared.indexes.items():
            ratio = self._costs.index_ratio(name)
            if ratio > 0:
                units = min(units, self._part(lane) / ratio)
        return units

    def _part(self, lane: Lane) -> float:
        return max(_REQUEST_SECONDS * lane.rate, min(self._least_request_units, lane.rate))


def _shares(reservation: float) -> dict[str, float]:
    return reservation.shares if isinstance(reservation, Reservation) else {}
