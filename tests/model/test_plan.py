"""Sums over a plan's tables."""

from __future__ import annotations

from airflow_ddb_hive.model.estimate import Bounds, CapacityEstimate
from airflow_ddb_hive.model.plan import OutputPlan, StatementPlan


def test_bounds_add_and_an_open_one_stays_open() -> None:
    assert Bounds(1, 2) + Bounds(3, 4) == Bounds(4, 6)
    assert Bounds(1, 2) + Bounds(3) == Bounds(4)
    assert Bounds(3).times(2) == Bounds(6)
    assert Bounds(3, 9).at_most(5) == Bounds(3, 5)
    assert Bounds(3).to_dict() == {"low": 3, "high": None}


def test_a_plan_without_tables_takes_nothing() -> None:
    plan = StatementPlan(kind="query", inputs=(), output=OutputPlan(kind="caller", rows=Bounds.exactly(1)))
    nothing = Bounds.exactly(0)
    assert (plan.read_units, plan.write_units, plan.seconds, plan.dollars) == (nothing,) * 4
    assert plan.to_dict()["total"]["seconds"] == {"low": 0, "high": 0}


def test_time_is_at_least_the_slowest_tables_and_at_most_all_of_them_together() -> None:
    estimate = CapacityEstimate.of(Bounds(10), Bounds(20, 40), units_per_second=10, price_per_million=1)
    output = OutputPlan(kind="dynamodb", rows=Bounds(10), estimate=estimate)
    plan = StatementPlan(kind="insert", inputs=(), output=output)
    assert (plan.seconds, plan.write_units) == (Bounds(2.0, 4.0), Bounds(20, 40))
    assert estimate.to_dict()["items"] == {"low": 10, "high": None}
