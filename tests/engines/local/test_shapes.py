"""Cells made by Arrow are the cells made by SQL."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest

from airflow_ddb_hive.engines.local.shapes import cells_shape
from airflow_ddb_hive.model.arrow import arrow_type
from airflow_ddb_hive.model.delimited import DelimitedOptions
from airflow_ddb_hive.model.table import Column
from airflow_ddb_hive.model.types import parse_type

COLUMNS = [
    Column("m", parse_type("map<string,string>")),
    Column("n", parse_type("bigint")),
    Column("s", parse_type("string")),
]
MAPS = [{"a": "1", "b": None}, {}, None, {"": ""}, {"é": "\n", "x": "\\N"}, None, {"last": "one"}]
NUMBERS = [1, -(2**63), None, 2**63 - 1, 0, 7, 8]
TEXTS = ["a", "", None, "\x01", "b", "c", "\N{GRINNING FACE}"]


def batch() -> pa.RecordBatch:
    arrays = [
        pa.array([None if one is None else list(one.items()) for one in MAPS], arrow_type(COLUMNS[0].type)),
        pa.array(NUMBERS, pa.int64()),
        pa.array(TEXTS, pa.string()),
    ]
    return pa.RecordBatch.from_arrays(arrays, names=["c0", "c1", "c2"])


@pytest.mark.parametrize("part", [slice(0, 7), slice(1, 4), slice(3, 7), slice(2, 3), slice(0, 0)])
@pytest.mark.parametrize(
    "properties", [{}, {"collection.delim": ";", "mapkey.delim": "=", "serialization.null.format": "-"}]
)
def test_arrow_and_sql_make_the_same_cells(part: slice, properties: dict[str, str]) -> None:
    shape = cells_shape(COLUMNS, DelimitedOptions.from_properties(properties))
    rows = batch().slice(part.start, part.stop - part.start)
    assert shape.arrow is not None
    by_arrow = [list(row.values()) for row in shape.arrow(rows).to_pylist()]
    connection = duckdb.connect()
    connection.register("rows", pa.Table.from_batches([rows]))
    by_sql = [list(row) for row in connection.sql(shape.sql("SELECT * FROM rows")).fetchall()]
    assert by_arrow == by_sql


@pytest.mark.parametrize("column", ["double", "array<string>", "timestamp", "char(3)", "map<string,bigint>"])
def test_other_types_are_left_to_sql(column: str) -> None:
    assert cells_shape([Column("x", parse_type(column))], DelimitedOptions()).arrow is None


def test_escapes_are_left_to_sql() -> None:
    assert cells_shape(COLUMNS, DelimitedOptions(escape="\\")).arrow is None
