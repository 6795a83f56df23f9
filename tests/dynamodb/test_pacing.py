from __future__ import annotations

import threading

import pytest

from airflow_ddb_hive.dynamodb import Pacer
from airflow_ddb_hive.dynamodb.lane import Lane
from airflow_ddb_hive.dynamodb.pacing import Reservation, SharedBudget
from airflow_ddb_hive.dynamodb.throttling import ThrottleCause
from airflow_ddb_hive.errors import JobCancelledError
from airflow_ddb_hive.model.budget import Budget
from tests.support.simulated_table import Clock

INDEX_ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/Music/index/ByYear"


class Waiting(threading.Event):
    """An event whose waits move the clock."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock

    def wait(self, timeout: float | None = None) -> bool:
        self.clock.now += timeout or 0.0
        return self.is_set()


def full(units: float) -> Budget:
    return Budget(capacity_units=units, percent=1.0)


def shared(clock: Clock, rate: float, **indexes: float) -> SharedBudget:
    lanes = [Lane(units, clock=clock, index=name) for name, units in indexes.items()]
    return SharedBudget(Lane(rate, clock=clock), lanes, clock=clock)


def test_a_request_takes_a_quarter_of_a_second_at_high_rates_and_eight_units_at_low_ones() -> None:
    for rate, units in ((1, 1.0), (5, 5.0), (20, 8.0), (100, 25.0), (3000, 750.0)):
        assert Pacer(full(rate)).request_units == units


@pytest.mark.parametrize("rate", [1, 3, 10, 100, 3000])
def test_a_page_is_less_than_a_second_of_the_budget(rate: int) -> None:
    pacer = Pacer(full(rate))
    pacer.charge(pacer.acquire(threading.Event()), 25.0, items=1000)
    assert 1 <= pacer.page_limit * 25.0 / 1000 <= rate


def test_a_page_has_at_least_one_item() -> None:
    pacer = Pacer(full(1))
    pacer.charge(1.0, 400.0, items=1)
    assert pacer.page_limit == 1


def test_items_that_become_dearer_are_believed_at_once() -> None:
    pacer = Pacer(full(100))
    pacer.charge(0.0, 10.0, items=1000)
    pacer.charge(0.0, 10.0, items=10)
    assert pacer.page_limit == 25


def test_a_small_rounded_page_changes_little() -> None:
    pacer = Pacer(full(100))
    pacer.charge(0.0, 10.0, items=1000)
    before = pacer.page_limit
    pacer.charge(0.0, 0.5, items=1)
    assert pacer.page_limit > 0.9 * before


def test_the_first_request_starts_at_once_and_the_second_when_it_is_paid() -> None:
    clock = Clock()
    pacer = Pacer(full(10), clock=clock)
    stop = Waiting(clock)
    pacer.acquire(stop, 30.0)
    assert clock.now == 1000.0
    pacer.acquire(stop, 1.0)
    assert clock.now == pytest.approx(1003.0)


def test_a_wait_ends_when_the_job_is_cancelled() -> None:
    stop = threading.Event()
    pacer = Pacer(full(1))
    pacer.charge(pacer.acquire(stop), 1000.0)
    threading.Timer(0.05, stop.set).start()
    with pytest.raises(JobCancelledError):
        pacer.acquire(stop)


def test_a_pause_holds_everybody() -> None:
    clock = Clock()
    budget = shared(clock, 1000.0)
    Pacer(budget).pause(3.0)
    assert Pacer(budget).delay() == 3.0


def test_two_pacers_of_one_budget_pay_for_each_other() -> None:
    clock = Clock()
    budget = shared(clock, 100.0)
    one, other = Pacer(budget), Pacer(budget)
    one.charge(one.acquire(Waiting(clock)), 50.0)
    assert other.delay() == pytest.approx(0.5)


def test_pacers_of_one_budget_have_experiences_of_their_own() -> None:
    budget = shared(Clock(), 100.0)
    scan, get = Pacer(budget), Pacer(budget)
    scan.charge(0.0, 10.0, items=1000)
    get.charge(0.0, 10.0, items=20)
    assert (scan.page_limit, get.page_limit) == (2500, 50)


def test_what_is_given_back_can_be_used_by_others() -> None:
    clock = Clock()
    budget = shared(clock, 10.0)
    throttled, other = Pacer(budget), Pacer(budget)
    reserved = throttled.acquire(Waiting(clock), 100.0)
    throttled.give_back(reserved)
    assert other.delay() == 0.0
    throttled.take_again(Waiting(clock), reserved)
    assert other.delay() == pytest.approx(10.0)


def test_a_new_rate_holds_from_now_on_and_forgives_nothing() -> None:
    clock = Clock()
    budget = shared(clock, 10.0)
    pacer = Pacer(budget)
    pacer.acquire(Waiting(clock), 100.0)
    with budget.lock:
        budget.lane.retarget(50.0)
    assert pacer.delay() == pytest.approx(2.0)
    assert pacer.units_per_second == 50.0


def test_writes_wait_for_the_slowest_index_that_they_feed() -> None:
    clock = Clock()
    pacer = Pacer(shared(clock, 1000.0, ByYear=10.0))
    reserved = pacer.acquire(Waiting(clock), 25.0)
    assert reserved.shares == {"ByYear": 25.0}
    pacer.charge(reserved, 50.0, items=25, indexes={"ByYear": 25.0})
    assert pacer.delay() == pytest.approx(2.5)


def test_an_index_that_is_not_fed_costs_nothing_after_the_first_answer() -> None:
    clock = Clock()
    pacer = Pacer(shared(clock, 1000.0, Sparse=1.0))
    pacer.charge(pacer.acquire(Waiting(clock), 25.0), 25.0, items=25)
    assert pacer.delay() == pytest.approx(0.025)
    assert pacer.acquire(Waiting(clock), 25.0).shares == {"Sparse": 0.0}


def test_requests_suit_the_smallest_index() -> None:
    pacer = Pacer(shared(Clock(), 1000.0, ByYear=10.0), least_request_units=1.0)
    pacer.charge(0.0, 50.0, items=25, indexes={"ByYear": 25.0})
    assert pacer.request_units == 2.5
    assert pacer.page_limit == 2


def test_indexes_are_asked_for_only_where_there_are_any() -> None:
    assert Pacer(shared(Clock(), 10.0)).capacity_mode == "TOTAL"
    assert Pacer(shared(Clock(), 10.0, ByYear=1.0)).capacity_mode == "INDEXES"


def test_a_hot_key_slows_nobody_else() -> None:
    pacer = Pacer(shared(Clock(), 1000.0))
    pacer.throttled([ThrottleCause("TableReadKeyRangeThroughputExceeded")], 3.0)
    assert pacer.delay() == 0.0


@pytest.mark.parametrize("limit", ["ProvisionedThroughputExceeded", "MaxOnDemandThroughputExceeded"])
def test_a_table_without_capacity_slows_everybody(limit: str) -> None:
    clock = Clock()
    budget = shared(clock, 1000.0)
    Pacer(budget).throttled([ThrottleCause(f"TableRead{limit}")], 0.1)
    assert Pacer(budget).delay() == pytest.approx(0.1)
    assert budget.lane.rate == 800.0


def test_an_index_without_capacity_slows_its_own_lane() -> None:
    budget = shared(Clock(), 1000.0, ByYear=100.0, ByArtist=100.0)
    Pacer(budget).throttled([ThrottleCause("IndexWriteProvisionedThroughputExceeded", INDEX_ARN)], 0.5)
    assert [lane.rate for lane in budget.lanes] == [1000.0, 80.0, 100.0]


def test_an_account_limit_is_told_to_whom_it_concerns() -> None:
    told: list[tuple[str, float]] = []
    budget = SharedBudget(Lane(10.0), on_account_limit=lambda cause, seconds: told.append((cause.reason, seconds)))
    Pacer(budget).throttled([ThrottleCause("TableReadAccountLimitExceeded")], 0.5)
    assert told == [("TableReadAccountLimitExceeded", 0.5)]
    assert budget.lane.rate == 10.0


def test_progress_of_anybody_counts() -> None:
    clock = Clock()
    budget = shared(clock, 100.0)
    one, other = Pacer(budget), Pacer(budget)
    clock.now = 1100.0
    assert one.seconds_without_progress(1000.0) == 100.0
    other.charge(1.0, 1.0)
    clock.now = 1130.0
    assert one.seconds_without_progress(1000.0) == 30.0
    one.charge(1.0, 0.0)
    assert one.seconds_without_progress(1000.0) == 30.0


def test_an_estimate_is_never_below_what_is_known() -> None:
    pacer = Pacer(full(10))
    pacer.charge(0.0, 10.0, items=20)
    assert (pacer.estimate(4), pacer.estimate(4, least=7.0), pacer.estimate(1)) == (2.0, 7.0, 1.0)


def test_a_plain_number_is_a_reservation_too() -> None:
    clock = Clock()
    pacer = Pacer(shared(clock, 10.0, ByYear=10.0))
    pacer.charge(5.0, 0.0)
    assert pacer.delay() == 0.0
    assert Reservation(5.0) == 5.0
