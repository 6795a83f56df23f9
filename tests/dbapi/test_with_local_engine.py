"""The DB-API with the real engine."""

from __future__ import annotations

import datetime as dt
import threading
from decimal import Decimal

import pytest

from airflow_ddb_hive import dbapi


def test_values_and_types_of_a_query() -> None:
    with dbapi.connect() as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT 1 AS a, 'x' AS b, 2.55BD AS c, array(1, 2) AS d, map('k', 'v') AS e")
        assert [column[:2] for column in cursor.description or []] == [
            ("a", "int"),
            ("b", "string"),
            ("c", "decimal(3,2)"),
            ("d", "array<int>"),
            ("e", "map<string,string>"),
        ]
        assert cursor.fetchall() == [(1, "x", Decimal("2.55"), [1, 2], {"k": "v"})]


@pytest.mark.parametrize(
    "value", [1, 2**40, -5, Decimal("1.50"), 'it\'s; a -- \\ "text" %s', None, True, dt.date(2024, 2, 29)]
)
def test_a_parameter_comes_back_as_it_went(value: object) -> None:
    with dbapi.connect() as connection:
        row = connection.cursor().execute("SELECT %(v)s", {"v": value}).fetchone()
    assert row == (value,)


def test_lines_after_some_rows_are_hives() -> None:
    with dbapi.connect() as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT n, cast(n as double), NULL, array(n) FROM (SELECT 1 n UNION ALL SELECT 2) x ORDER BY n")
        assert cursor.fetchone() == (1, 1.0, None, [1])
        assert list(cursor.lines()) == ["2\t2.0\tNULL\t[2]"]


def test_lines_are_hives() -> None:
    with dbapi.connect() as connection:
        cursor = connection.cursor().execute("SELECT 1, NULL, map('k', array(1))")
        assert list(cursor.lines()) == ['1\tNULL\t{"k":[1]}']


def test_a_script_keeps_its_last_rows_and_variables() -> None:
    with dbapi.connect(hivevars={"n": "7"}) as connection:
        cursor = connection.cursor().executescript("SET a=1; SELECT 1; SELECT ${n};")
        assert cursor.fetchall() == [(7,)]


def test_an_unknown_table_is_a_programming_error_with_its_place() -> None:
    with dbapi.connect() as connection, pytest.raises(dbapi.ProgrammingError) as caught:
        connection.cursor().execute("SELECT 1\nFROM nope")
    assert (caught.value.code, caught.value.line, caught.value.column) == (10001, 2, 5)


def test_no_thread_is_left_after_closing_in_the_middle() -> None:
    before = set(threading.enumerate())
    with dbapi.connect() as connection:
        connection.cursor().execute("SELECT 1 UNION ALL SELECT 2").fetchone()
    assert not set(threading.enumerate()) - before
