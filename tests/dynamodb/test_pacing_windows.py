"""In every ten seconds consumption is within 5 % of the target, or one request's units if that is more."""

from __future__ import annotations

import random
from typing import Any

import pytest

from airflow_ddb_hive.dynamodb import Pacer
from airflow_ddb_hive.dynamodb.lane import Lane
from airflow_ddb_hive.dynamodb.pacing import SharedBudget
from airflow_ddb_hive.dynamodb.throttling import ThrottleCause
from airflow_ddb_hive.model.budget import Budget
from tests.support.simulated_table import WINDOW_SECONDS, Clock, SimulatedScan, windows

TABLE = ThrottleCause("TableReadProvisionedThroughputExceeded")
HOT = ThrottleCause("TableReadKeyRangeThroughputExceeded")


def scan(rate: float, workers: int, seconds: float, *, unit_items: float = 0.05, **options: Any) -> SimulatedScan:
    clock = Clock()
    pacer = Pacer(Budget(capacity_units=rate, percent=1.0), clock=clock, unit_items=unit_items)
    return SimulatedScan(pacer, clock, workers=workers, **options).run(seconds)


def shares(done: SimulatedScan, rate: float) -> tuple[float, float, float]:
    """The least and the most that a window held, and what is allowed, as parts of the target."""
    consumed = sorted(done.consumed)
    target = rate * WINDOW_SECONDS
    sums = [units for _, units in windows(consumed, 1000.0, consumed[-1][0])]
    allowed = max(0.05 * target, *(units for _, units in consumed))
    return min(sums) / target, max(sums) / target, allowed / target + 1e-9


@pytest.mark.parametrize("workers", [1, 2, 30])
@pytest.mark.parametrize("rate", [1, 3, 8, 10, 32, 100, 333, 1000, 3000])
def test_scans_of_any_rate_and_number_of_threads(rate: int, workers: int) -> None:
    least, most, allowed = shares(scan(rate, workers, 40 if rate < 1000 else 22), rate)
    assert 1 - allowed <= least
    assert most <= 1 + allowed


def test_counts_and_filtered_scans_to_forty_thousand() -> None:
    least, most, allowed = shares(scan(40_000, 64, 21, item_bytes=lambda _: 40_000), 40_000)
    assert 1 - allowed <= least
    assert most <= 1 + allowed


@pytest.mark.parametrize("rate", [2, 10, 100, 1000])
def test_a_table_whose_statistics_are_unknown_begins_with_small_pages(rate: int) -> None:
    done = scan(rate, 8, 22, unit_items=50.0)
    least, most, allowed = shares(done, rate)
    assert 1 - allowed <= least
    assert most <= 1 + allowed
    assert done.limits[0][1] <= max(1, rate / 50)


@pytest.mark.parametrize("rate", [50, 100, 1000, 3000])
def test_items_that_grow_forty_times_in_mid_table(rate: int) -> None:
    done = scan(rate, 4, 40, unit_items=100 / 8192, item_bytes=lambda n: 100 if n < 12 * rate * 80 else 4000)
    least, most, allowed = shares(done, rate)
    assert max(units for _, units in done.consumed) > 40 or rate == 50
    assert 1 - allowed <= least
    assert most <= 1 + allowed


@pytest.mark.parametrize("rate", [1, 10])
def test_pages_larger_than_a_second_of_the_budget_are_paid_for_before_the_next_one(rate: int) -> None:
    """Items of 300 KB among small ones: nobody can know, so a page may cost more; the average holds all the same."""
    done = scan(rate, 8, 600, unit_items=100 / 8192, item_bytes=lambda n: 300_000 if n % 997 == 996 else 50)
    total = sum(units for _, units in done.consumed)
    assert abs(total / (600 * rate) - 1) <= 0.02 + 128 / (600 * rate)


@pytest.mark.parametrize("rate", [10, 100, 1000])
def test_the_end_of_a_long_stall_is_no_burst(rate: int) -> None:
    def stall(now: float, _worker: int) -> float:
        return 20.0 if 1015.0 <= now < 1020.0 else 0.0

    done = scan(rate, 4, 60, stall=stall)
    _, most, allowed = shares(done, rate)
    assert most <= 1 + allowed
    after = [units for when, units in done.consumed if 1041.0 <= when < 1051.0]
    assert abs(sum(after) / (10 * rate) - 1) <= allowed


@pytest.mark.parametrize("rate", [10, 100, 1000, 3000])
def test_a_single_throttle_leaves_the_window_whole(rate: int) -> None:
    hits = [TABLE]

    def refuse(now: float, _draw: random.Random) -> ThrottleCause | None:
        return hits.pop() if hits and now > 1012.0 else None

    done = scan(rate, 8, 30, refuse=refuse)
    least, most, allowed = shares(done, rate)
    assert done.throttled == 1
    assert 1 - allowed <= least
    assert most <= 1 + allowed


@pytest.mark.parametrize("cause", [TABLE, HOT])
def test_requests_that_were_held_back_do_not_come_all_at_once(cause: ThrottleCause) -> None:
    def refuse(now: float, _draw: random.Random) -> ThrottleCause | None:
        return cause if 1010.0 <= now < 1016.0 else None

    rate = 3000
    done = scan(rate, 30, 40, refuse=refuse)
    _, most, allowed = shares(done, rate)
    assert done.throttled > 30
    assert most <= 1 + allowed
    after = sum(units for when, units in done.consumed if 1025.0 <= when < 1035.0)
    assert abs(after / (10 * rate) - 1) <= allowed


def test_a_table_that_gives_half_is_used_to_its_half_with_few_throttles() -> None:
    """The table has a bucket of its own: 500 units a second, one second of them saved up."""
    consumed: list[tuple[float, float]] = []
    tokens, at, seen = 500.0, 1000.0, 0

    def refuse(now: float, _draw: random.Random) -> ThrottleCause | None:
        nonlocal tokens, at, seen
        tokens = min(500.0, tokens + 500.0 * (now - at)) - sum(units for _, units in consumed[seen:])
        at, seen = now, len(consumed)
        return TABLE if tokens <= 0 else None

    done = scan(1000, 8, 60, refuse=refuse, consumed=consumed)
    used = sum(units for when, units in consumed if when >= 1010.0) / 50
    assert 425 <= used <= 510
    assert done.throttled < 0.5 * len(consumed)


def test_hot_keys_slow_only_those_who_meet_them() -> None:
    def refuse(_now: float, draw: random.Random) -> ThrottleCause | None:
        return HOT if draw.random() < 0.1 else None

    done = scan(1000, 16, 30, refuse=refuse)
    least, most, allowed = shares(done, 1000)
    assert done.throttled > 10
    assert 1 - allowed <= least
    assert most <= 1 + allowed


def test_two_scans_of_one_table_keep_one_budget_together() -> None:
    clock = Clock()
    budget = SharedBudget(Lane(500.0, clock=clock), clock=clock)
    users = [Pacer(budget, unit_items=0.05), Pacer(budget, unit_items=0.05)]
    one = SimulatedScan(users[0], clock, workers=3)
    other = SimulatedScan(users[1], clock, workers=3, item_bytes=lambda _: 3000, consumed=one.consumed)
    both = SimulatedScan(users[0], clock, workers=0, consumed=one.consumed)
    both.run_together([one, other], 30)
    least, most, allowed = shares(both, 500)
    assert 1 - allowed <= least
    assert most <= 1 + allowed


def test_a_capacity_that_changes_is_followed_at_once() -> None:
    clock = Clock()
    budget = SharedBudget(Lane(100.0, clock=clock), clock=clock)
    done = SimulatedScan(Pacer(budget, unit_items=0.05), clock, workers=4).run(20)
    budget.lane.retarget(400.0)
    done.run(20)
    budget.lane.retarget(50.0)
    done.run(20)
    for begin, rate in ((1005.0, 100.0), (1024.0, 400.0), (1048.0, 50.0)):
        taken = sum(units for when, units in done.consumed if begin <= when < begin + 10)
        assert abs(taken / (10 * rate) - 1) <= 0.06
