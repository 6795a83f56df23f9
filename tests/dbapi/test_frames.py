from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal

from airflow_ddb_hive.dbapi.cursor import Cursor
from tests.dbapi.fakes import FakeResult, FakeSession

LARGE = 2**62 + 1


def frame_of(result: FakeResult):  # type: ignore[no-untyped-def] # pandas' type depends on its stubs
    return Cursor(FakeSession([result])).execute("SELECT 1").fetch_df()


def test_integers_stay_integers_beside_null() -> None:
    frame = frame_of(FakeResult({"n bigint": [LARGE, None]}))
    assert str(frame["n"].dtype) == "Int64"
    assert frame["n"][0] == LARGE
    assert frame["n"].isna().tolist() == [False, True]


def test_a_decimal_stays_a_decimal() -> None:
    value = Decimal("12345678901234567890.123456789")
    assert frame_of(FakeResult({"d decimal(38,9)": [value, None]}))["d"].tolist() == [value, None]


def test_nan_is_not_null() -> None:
    column = frame_of(FakeResult({"f double": [math.nan, None, 0.5]}))["f"]
    assert str(column.dtype) == "double[pyarrow]"
    assert [
        math.isnan(value) if value is not None else None for value in column.array.__arrow_array__().to_pylist()
    ] == [
        True,
        None,
        False,
    ]


def test_timestamps_of_any_year_stay() -> None:
    moment = dt.datetime(9999, 12, 31, 23, 59, 59, 999999)  # noqa: DTZ001 - Hive's have no zone
    frame = frame_of(FakeResult({"t timestamp": [moment]}))
    assert str(frame["t"].dtype) == "datetime64[us]"
    assert frame["t"][0].to_pydatetime() == moment


def test_nested_values_are_pythons() -> None:
    frame = frame_of(FakeResult({"m map<string,array<int>>": [{"a": [1, None]}], "s struct<x:int>": [{"x": None}]}))
    assert frame["m"][0] == {"a": [1, None]}
    assert frame["s"][0] == {"x": None}


def test_text_bytes_and_booleans() -> None:
    frame = frame_of(FakeResult({"s string": ["x", None], "b binary": [b"\xff", None], "t boolean": [True, None]}))
    assert frame["s"].tolist() == ["x", None]
    assert frame["b"].tolist() == [b"\xff", None]
    assert str(frame["t"].dtype) == "boolean"


def test_names_may_repeat() -> None:
    frame = frame_of(FakeResult({"a int": [1], "a string": ["x"]}))
    assert list(frame.columns) == ["a", "a"]
    assert frame.iloc[0].tolist() == [1, "x"]


def test_no_rows_are_an_empty_frame_with_its_columns() -> None:
    frame = frame_of(FakeResult({"n int": [], "s string": []}))
    assert frame.shape == (0, 2)
    assert str(frame["n"].dtype) == "Int32"
