from __future__ import annotations

import threading

from airflow_ddb_hive.dynamodb import Meter, Pacer
from airflow_ddb_hive.dynamodb.lane import Lane
from airflow_ddb_hive.dynamodb.pacing import SharedBudget
from airflow_ddb_hive.model.job import IndexUsage
from tests.support.simulated_table import Clock


def test_the_meter_counts_across_threads() -> None:
    meter = Meter("T", "read", budget=50.0)

    def count() -> None:
        for _ in range(500):
            meter.add(items=2, bytes=3, requests=1, units=0.5, scanned=4)
            meter.retried("Reason")

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    usage = meter.snapshot()
    assert (usage.items, usage.bytes, usage.requests, usage.units) == (4000, 6000, 2000, 1000.0)
    assert (usage.retries, usage.throttles, usage.budget) == (2000, {"Reason": 2000}, 50.0)
    assert usage.scanned == 8000


def test_the_rate_is_of_the_time_from_the_first_request_to_the_last_answer() -> None:
    clock = Clock()
    meter = Meter("T", "read", clock=clock)
    clock.now += 100.0
    meter.begin()
    clock.now += 4.0
    meter.add(units=20.0)
    clock.now += 1.0
    meter.begin()
    meter.add(units=20.0)
    clock.now += 100.0
    usage = meter.snapshot()
    assert (usage.seconds, usage.units_per_second) == (5.0, 8.0)


def test_a_meter_that_counted_nothing_reports_nothing() -> None:
    usage = Meter("T", "read").snapshot()
    assert (usage.seconds, usage.units_per_second, usage.indexes) == (0.0, 0.0, ())


def test_indexes_are_counted_beside_the_table() -> None:
    clock = Clock()
    budget = SharedBudget(Lane(100.0, clock=clock), [Lane(10.0, clock=clock, index="ByYear")], clock=clock)
    meter = Meter("T", "write", pacer=Pacer(budget), clock=clock)
    meter.begin()
    clock.now += 2.0
    meter.add(items=4, units=12.0, indexes={"ByYear": 8.0})
    meter.retried("IndexWriteProvisionedThroughputExceeded", index="ByYear")
    usage = meter.snapshot()
    assert (usage.units, usage.budget, usage.units_per_second) == (12.0, 100.0, 2.0)
    assert usage.throttles == {"IndexWriteProvisionedThroughputExceeded": 1}
    assert usage.indexes == (
        IndexUsage(
            name="ByYear",
            units=8.0,
            budget=10.0,
            units_per_second=4.0,
            throttles={"IndexWriteProvisionedThroughputExceeded": 1},
        ),
    )


def test_the_target_is_the_one_at_the_end() -> None:
    budget = SharedBudget(Lane(100.0))
    meter = Meter("T", "read", pacer=Pacer(budget))
    budget.lane.retarget(250.0)
    assert meter.snapshot().budget == 250.0


def test_an_index_that_is_read_is_no_part_of_its_own_report() -> None:
    meter = Meter("T", "read", index="ByYear")
    meter.retried("IndexReadProvisionedThroughputExceeded", index="ByYear")
    usage = meter.snapshot()
    assert (usage.index, usage.indexes) == ("ByYear", ())
    assert usage.throttles == {"IndexReadProvisionedThroughputExceeded": 1}
