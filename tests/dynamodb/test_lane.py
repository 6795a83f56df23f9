from __future__ import annotations

import pytest

from airflow_ddb_hive.dynamodb.lane import Lane
from tests.support.simulated_table import Clock


def lane_at(rate: float) -> tuple[Lane, Clock]:
    clock = Clock()
    return Lane(rate, clock=clock), clock


def test_unused_time_is_made_up_for_by_a_little_only() -> None:
    lane, clock = lane_at(100.0)
    clock.now += 3600.0
    assert lane.wait_seconds() == 0.0
    lane.book(45.0)
    assert lane.wait_seconds() == pytest.approx(0.05)


def test_large_requests_leave_less_to_make_up_for() -> None:
    lane, clock = lane_at(100.0)
    for _ in range(50):
        lane.settle(0.0, 100.0)
    clock.now += 3600.0
    lane.book(15.0)
    assert lane.wait_seconds() == pytest.approx(0.05)


def test_what_nobody_used_is_counted() -> None:
    lane, clock = lane_at(100.0)
    clock.now += 10.0
    lane.wait_seconds()
    assert lane.lost_seconds == pytest.approx(9.6)


def test_a_throttle_lowers_the_rate_and_it_recovers() -> None:
    lane, clock = lane_at(100.0)
    lane.slow_down(0.1)
    assert lane.rate == 80.0
    rates = []
    for _ in range(5):
        clock.now += 0.5
        lane.wait_seconds()
        rates.append(round(lane.rate))
    assert rates == [80, 80, 90, 100, 100]


def test_throttles_at_the_same_time_are_one() -> None:
    lane, clock = lane_at(100.0)
    for _ in range(10):
        lane.slow_down(0.1)
        clock.now += 0.05
    assert lane.rate == 80.0


def test_a_throttle_holds_the_others_for_a_moment_only() -> None:
    lane, _ = lane_at(100.0)
    lane.slow_down(5.0)
    assert lane.wait_seconds() == pytest.approx(0.2)


def test_throttles_that_go_on_lower_the_rate_to_a_twentieth_and_never_below_one_unit() -> None:
    for rate, least in ((1000.0, 50.0), (4.0, 1.0), (0.5, 0.5)):
        lane, clock = lane_at(rate)
        for _ in range(100):
            lane.slow_down(0.1)
            clock.now += 1.0
        assert lane.rate == pytest.approx(least)


def test_one_throttle_costs_less_than_five_percent_of_ten_seconds() -> None:
    lane, clock = lane_at(100.0)
    lane.slow_down(0.05)
    taken = 0.0
    end = clock.now + 10.0
    while clock.now < end:
        wait = lane.wait_seconds()
        if wait:
            clock.now += wait
            continue
        lane.book(1.0)
        taken += 1.0
    assert 950 <= taken <= 1000


def test_a_clock_that_stands_still_takes_nothing_away() -> None:
    lane, clock = lane_at(100.0)
    lane.book(100.0)
    clock.now -= 5.0
    assert lane.wait_seconds() == 1.0
