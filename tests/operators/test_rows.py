from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.hiveql.tree import OutputColumn
from airflow_ddb_hive.model.types import BIGINT, parse_type
from airflow_ddb_hive.operators.rows import json_value, read_rows, text_table
from airflow_ddb_hive.testing import FakeResultSet

VALUES = [
    ("bigint", 2**53, 2**53),
    ("bigint", 2**53 + 1, "9007199254740993"),
    ("bigint", -(2**63), "-9223372036854775808"),
    ("boolean", True, True),
    ("double", 0.1, 0.1),
    ("double", float("nan"), "NaN"),
    ("double", float("-inf"), "-Infinity"),
    ("decimal(38,10)", Decimal("1E+3"), "1000"),
    ("decimal(5,2)", Decimal("1.50"), "1.50"),
    ("binary", b"\x00\xff", "AP8="),
    ("date", date(2024, 2, 29), "2024-02-29"),
    ("timestamp", datetime(2024, 2, 29, 1, 2, 3, 120000), "2024-02-29 01:02:03.12"),  # noqa: DTZ001 - as Hive's are
    ("timestamp", datetime(2024, 2, 29, 1, 2, 0), "2024-02-29 01:02:00"),  # noqa: DTZ001 - as Hive's are
    ("array<decimal(3,1)>", [Decimal("0.5"), None], ["0.5", None]),
    ("map<string,bigint>", [("a", 2**60)], {"a": "1152921504606846976"}),
    ("map<bigint,string>", {1: "x"}, {"1": "x"}),
    ("struct<a:binary,b:array<bigint>>", {"a": b"x", "b": [1]}, {"a": "eA==", "b": [1]}),
    ("string", None, None),
]


@pytest.mark.parametrize(("hive_type", "value", "expected"), VALUES)
def test_value_survives_json_exactly(hive_type: str, value: Any, expected: Any) -> None:
    converted = json_value(value, parse_type(hive_type))
    assert converted == expected
    assert json.loads(json.dumps(converted, allow_nan=False)) == expected


def _numbers(count: int) -> FakeResultSet:
    return FakeResultSet((OutputColumn("n", BIGINT),), ((i,) for i in range(count)), batch_rows=10)


def test_as_many_rows_as_allowed_come_back() -> None:
    assert read_rows(_numbers(25), 25, must_fit=True) == [[i] for i in range(25)]


def test_one_row_too_many_is_an_error_that_names_the_limit() -> None:
    result = _numbers(26)
    with pytest.raises(InputError, match="more than max_rows=25"):
        read_rows(result, 25, must_fit=True)
    assert result.closed


def test_rows_for_the_log_stop_at_the_limit_without_reading_on() -> None:
    def endless() -> Any:
        number = 0
        while True:
            yield (number,)
            number += 1

    result = FakeResultSet((OutputColumn("n", BIGINT),), endless(), batch_rows=10)
    assert read_rows(result, 15, must_fit=False) == [[i] for i in range(15)]
    assert result.closed


def test_no_rows_are_no_rows() -> None:
    assert read_rows(_numbers(0), 5, must_fit=True) == []


def test_table_cuts_long_cells_and_keeps_one_line_a_row() -> None:
    table = text_table(["text"], [["x" * 100], ["two\nlines"]])
    assert len(table.splitlines()) == 4
    assert "…" in table
    assert r"two\nlines" in table
