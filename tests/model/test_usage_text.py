from __future__ import annotations

from airflow_ddb_hive.model.job import IndexUsage, StatementReport, TableUsage
from airflow_ddb_hive.model.usage_text import usage_text


def test_target_and_achieved_rate_stand_beside_the_units() -> None:
    usage = TableUsage(
        table="T", role="read", items=2000, requests=3, units=1500, budget=500.0, seconds=3.0, units_per_second=499.5
    )
    assert usage_text(usage) == (
        "T: read 2,000 items, 0.0 MB, 3 requests, 1,500.0 units, target 500.0 units/s, achieved 499.5"
    )


def test_throttles_are_told_by_reason() -> None:
    usage = TableUsage(table="T", role="write", items=1, requests=3, units=2.0, throttles={"a": 1, "b": 2}, retries=3)
    assert usage_text(usage) == (
        "T: wrote 1 item, 0.0 MB, 3 requests, 2.0 units, 3 retried, throttled 1 time by a, throttled 2 times by b"
    )


def test_an_index_that_is_read_is_named() -> None:
    assert usage_text(TableUsage(table="T", role="read", index="ByYear")).startswith("T (index ByYear): read 0 items")


def test_indexes_that_writes_feed_have_parts_of_their_own() -> None:
    index = IndexUsage(name="ByYear", units=5.0, throttles={"IndexWriteProvisionedThroughputExceeded": 4})
    text = usage_text(TableUsage(table="T", role="write", units=10.0, indexes=(index,)))
    assert text.endswith("; index ByYear: 5.0 units, throttled 4 times by IndexWriteProvisionedThroughputExceeded")


def test_the_report_carries_indexes_as_plain_values() -> None:
    usage = TableUsage(table="T", role="write", indexes=(IndexUsage(name="ByYear", units=5.0),))
    data = StatementReport(statement="s", usage=(usage,)).to_dict()
    assert data["usage"][0]["indexes"] == [
        {"name": "ByYear", "units": 5.0, "budget": 0.0, "units_per_second": 0.0, "throttles": {}},
    ]
