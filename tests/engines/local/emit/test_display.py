"""How values are printed."""

from __future__ import annotations

import itertools

import duckdb
import pytest

from airflow_ddb_hive.engines.local.emit import emit_cells, emit_lines
from airflow_ddb_hive.engines.local.emit.java_text import cast_text
from airflow_ddb_hive.engines.local.emit.utf8 import binary_text
from airflow_ddb_hive.hiveql.tree import OutputColumn
from airflow_ddb_hive.model.delimited import DelimitedOptions
from airflow_ddb_hive.model.types import DecimalType


@pytest.mark.parametrize(
    ("value", "digits", "cast"),
    [("0.1", "0.10", "0.1"), ("-0.05", "-0.05", "-0.05"), ("0", "0.00", "0"), ("0.99", "0.99", "0.99")],
)
def test_a_decimal_below_one_has_its_zero(value: str, digits: str, cast: str) -> None:
    column = OutputColumn("d", DecimalType(2, 2))
    query = f"SELECT CAST('{value}' AS DECIMAL(2,2)) AS c0"
    assert duckdb.execute(emit_lines(query, [column])).fetchall() == [(digits,)]
    assert duckdb.execute(emit_cells(query, [column], DelimitedOptions())).fetchall() == [(digits,)]
    assert duckdb.execute(f"SELECT {cast_text('c0', column.type)} FROM ({query})").fetchall() == [(cast,)]


def test_bytes_that_are_no_utf8_are_replaced_as_java_does() -> None:
    # Every kind of lead, following and impossible byte beside every other.
    kinds = (0x00, 0x41, 0x80, 0x90, 0xA0, 0xBF, 0xC0, 0xC3, 0xE0, 0xE2, 0xED, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5, 0xFF)
    values = [bytes(some) for length in range(4) for some in itertools.product(kinds, repeat=length)]
    texts = duckdb.execute(f"SELECT {binary_text('c0')} FROM (SELECT unnest($1) AS c0)", [values]).fetchall()
    assert texts == [(value.decode("utf-8", "replace"),) for value in values]
