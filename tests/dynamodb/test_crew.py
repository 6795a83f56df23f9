"""A thread more is started only where the budget has room for it and the last one was of use."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from airflow_ddb_hive.dynamodb.crew import Crew


@dataclass
class Meters:
    """What a crew looks at."""

    now: float = 0.0
    lost: float = 0.0
    units: float = 0.0

    def crew(self, threads: int = 2, most: int = 6) -> Crew:
        return Crew(threads, most, lost_seconds=lambda: self.lost, units=lambda: self.units, clock=lambda: self.now)

    def pass_time(self, seconds: float, *, rate: float, lost_share: float) -> None:
        self.now += seconds
        self.units += rate * seconds
        self.lost += lost_share * seconds


def test_threads_are_added_while_each_brings_more() -> None:
    meters = Meters()
    crew = meters.crew()
    for number in range(4):
        meters.pass_time(0.6, rate=100.0 * (2 + number), lost_share=0.5)
        assert crew.wants_more()
    assert crew.threads == 6


def test_there_are_never_more_than_may_be() -> None:
    meters = Meters()
    crew = meters.crew(most=3)
    for number in range(5):
        meters.pass_time(0.6, rate=100.0 * 2**number, lost_share=0.5)
        crew.wants_more()
    assert crew.threads == 3


def test_a_budget_that_is_used_needs_no_more() -> None:
    meters = Meters()
    crew = meters.crew()
    meters.pass_time(0.6, rate=100.0, lost_share=0.04)
    assert not crew.wants_more()


def test_two_threads_that_brought_nothing_are_the_last() -> None:
    meters = Meters()
    crew = meters.crew()
    answers = []
    for rate in (100.0, 101.0, 99.0, 500.0, 900.0):
        meters.pass_time(0.6, rate=rate, lost_share=0.5)
        answers.append(crew.wants_more())
    assert answers == [True, False, False, False, False]


@pytest.mark.parametrize("seconds", [0.0, 0.1, 0.49])
def test_a_moment_is_too_short_to_judge(seconds: float) -> None:
    meters = Meters()
    crew = meters.crew()
    meters.pass_time(seconds, rate=100.0, lost_share=1.0)
    assert not crew.wants_more()
