"""A table, its users and their clock in one thread: what would be consumed when, to the millisecond and repeatable."""

from __future__ import annotations

import heapq
import itertools
import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from airflow_ddb_hive.dynamodb.pacing import Pacer, Reservation
from airflow_ddb_hive.dynamodb.retry import RetryPolicy, backoff_seconds
from airflow_ddb_hive.dynamodb.throttling import ThrottleCause

PAGE_BYTES = 2**20
WINDOW_SECONDS = 10.0


class Clock:
    """Seconds that pass when somebody says so."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@dataclass
class SimulatedScan:
    """Workers that read pages of a table by one pacer; ``item_bytes`` gives the size of the n-th item read.

    ``refuse`` says why a request is throttled (``None``: it is not), ``stall`` for how long a worker does nothing after
    a page. ``latency`` is a page's time, of which the service does its work in the middle.
    """

    pacer: Pacer
    clock: Clock
    workers: int = 2
    item_bytes: Callable[[int], int] = lambda _: 400
    latency: Callable[[random.Random], float] = lambda draw: 0.01 + 0.02 * draw.random()
    refuse: Callable[[float, random.Random], ThrottleCause | None] = lambda _now, _draw: None
    stall: Callable[[float, int], float] = lambda _now, _worker: 0.0
    answered: int = 0
    throttled: int = 0
    consumed: list[tuple[float, float]] = field(default_factory=list)
    limits: list[tuple[float, int]] = field(default_factory=list)
    draw: random.Random = field(default_factory=lambda: random.Random(4))  # noqa: S311 - repeatable, nothing secret

    def run(self, seconds: float) -> SimulatedScan:
        """Let all workers work for so long."""
        self.run_together([self], seconds)
        return self

    def run_together(self, scans: list[SimulatedScan], seconds: float) -> None:
        """Let the workers of several scans work side by side."""
        end = self.clock.now + seconds
        order = itertools.count()
        due = [(self.clock.now, next(order), scan._work(worker)) for scan in scans for worker in range(scan.workers)]
        heapq.heapify(due)
        while due and due[0][0] < end:
            when, _, work = heapq.heappop(due)
            self.clock.now = max(self.clock.now, when)
            heapq.heappush(due, (self.clock.now + next(work), next(order), work))
        self.clock.now = end

    def _work(self, worker: int) -> Iterator[float]:
        """Yield the seconds till this worker goes on."""
        pacer, policy = self.pacer, RetryPolicy()
        while True:
            reserved = Reservation(pacer._expected())
            attempt = 0
            while True:
                while (wait := pacer._book_or_wait(reserved)) > 0:
                    yield min(wait, 1.0)
                limit = pacer.page_limit
                self.limits.append((self.clock.now, limit))
                half = self.latency(self.draw) / 2
                yield half
                cause = self.refuse(self.clock.now, self.draw)
                if cause is None:
                    break
                attempt += 1
                self.throttled += 1
                yield half
                delay = backoff_seconds(attempt, policy, draw=self.draw.random)
                pacer.throttled([cause], delay)
                pacer.give_back(reserved)
                yield delay
            items, units = self._page(limit)
            self.consumed.append((self.clock.now, units))
            yield half
            pacer.charge(reserved, units, items=items)
            yield self.stall(self.clock.now, worker)

    def _page(self, limit: int) -> tuple[int, float]:
        size = items = 0
        while items < limit and size < PAGE_BYTES:
            size += self.item_bytes(self.answered)
            items += 1
            self.answered += 1
        return items, max(0.5, math.ceil(min(size, PAGE_BYTES) / 4096) * 0.5)


def windows(consumed: list[tuple[float, float]], begin: float, end: float) -> list[tuple[float, float]]:
    """Each window of ten seconds that begins with, or just behind, a request: its begin and its units."""
    sums: list[tuple[float, float]] = []
    times = [when for when, _ in consumed]
    prefix = list(itertools.accumulate((units for _, units in consumed), initial=0.0))
    last = first = 0
    starts = sorted({when + shift for when in times for shift in (0.0, 1e-6)} | {begin})
    for start in starts:
        if start < begin or start + WINDOW_SECONDS > end:
            continue
        while first < len(times) and times[first] < start:
            first += 1
        while last < len(times) and times[last] < start + WINDOW_SECONDS:
            last += 1
        sums.append((start, prefix[last] - prefix[first]))
    return sums
