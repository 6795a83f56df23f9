from __future__ import annotations

import threading

import pytest

from airflow_ddb_hive.dynamodb import Meter, Pacer
from airflow_ddb_hive.errors import JobCancelledError
from airflow_ddb_hive.model.budget import Budget


class Clock:
    """Seconds that pass when somebody waits."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Waiting(threading.Event):
    """An event whose waits move the clock."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock

    def wait(self, timeout: float | None = None) -> bool:
        self.clock.now += timeout or 0.0
        return self.is_set()


def consumption(rate: float, units: float, seconds: float, latency: float) -> list[tuple[float, float]]:
    """When one reader after another consumed how much."""
    clock = Clock()
    pacer = Pacer(Budget(capacity_units=rate, percent=1.0), clock=clock)
    taken = []
    while clock.now < 1000.0 + seconds:
        reserved = pacer.acquire(Waiting(clock))
        taken.append((clock.now, units))
        clock.now += latency
        pacer.charge(reserved, units, items=int(units * 2))
    return taken


@pytest.mark.parametrize(
    ("rate", "units", "latency"), [(100, 1, 0.001), (100, 50, 0.02), (5, 128, 0.1), (3000, 128, 0.02), (10, 0.5, 0.0)]
)
def test_any_ten_seconds_stay_within_five_percent_or_one_request(rate: float, units: float, latency: float) -> None:
    taken = consumption(rate, units, 120 if rate > 5 else 400, latency)
    allowed = max(rate * 10 * 0.05, units)
    settled = [(when, u) for when, u in taken if when >= 1030]
    for start, _ in settled:
        if start + 10 > taken[-1][0]:
            break
        inside = sum(u for when, u in settled if start <= when < start + 10)
        assert abs(inside - rate * 10) <= allowed + 1e-6


def test_a_page_is_about_one_second_of_the_budget() -> None:
    pacer = Pacer(Budget(capacity_units=100))
    pacer.charge(1.0, 25.0, items=50)
    assert pacer.page_limit == 100


def test_a_page_has_at_least_one_item() -> None:
    pacer = Pacer(Budget(capacity_units=1, percent=1.0))
    pacer.charge(1.0, 400.0, items=1)
    assert pacer.page_limit == 1


def test_a_wait_ends_when_the_job_is_cancelled() -> None:
    stop = threading.Event()
    pacer = Pacer(Budget(capacity_units=1, percent=1.0))
    pacer.charge(pacer.acquire(stop), 1000.0)
    threading.Timer(0.05, stop.set).start()
    with pytest.raises(JobCancelledError):
        pacer.acquire(stop)


def test_a_pause_holds_everybody() -> None:
    clock = Clock()
    pacer = Pacer(Budget(capacity_units=1000), clock=clock)
    pacer.pause(3.0)
    assert pacer.delay() == 3.0


def test_the_meter_counts_across_threads() -> None:
    meter = Meter("T", "read", budget=50.0)

    def count() -> None:
        for _ in range(500):
            meter.add(items=2, bytes=3, requests=1, units=0.5)
            meter.retried("Reason")

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    usage = meter.snapshot()
    assert (usage.items, usage.bytes, usage.requests, usage.units) == (4000, 6000, 2000, 1000.0)
    assert (usage.retries, usage.throttles, usage.budget) == (2000, {"Reason": 2000}, 50.0)
