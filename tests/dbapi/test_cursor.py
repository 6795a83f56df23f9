from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from airflow_ddb_hive import dbapi
from airflow_ddb_hive.dbapi.cursor import Cursor
from airflow_ddb_hive.errors import BadValueError, HiveSemanticError
from tests.dbapi.fakes import FakeResult, FakeSession


def numbers(count: int = 5) -> FakeResult:
    return FakeResult({"n bigint": list(range(count))}, rows=count)


def executed(result: FakeResult) -> Cursor:
    return Cursor(FakeSession([result])).execute("SELECT n FROM t")


def test_rows_are_read_from_front_to_back_in_any_portions() -> None:
    cursor = executed(numbers(7))
    assert cursor.fetchone() == (0,)
    assert cursor.fetchmany(3) == [(1,), (2,), (3,)]
    assert next(cursor) == (4,)
    assert cursor.fetchall() == [(5,), (6,)]
    assert cursor.fetchone() is None
    assert cursor.fetchmany(2) == []
    assert list(cursor) == []


def test_fetchmany_takes_arraysize() -> None:
    cursor = executed(numbers())
    assert cursor.fetchmany() == [(0,)]
    cursor.arraysize = 3
    assert cursor.fetchmany() == [(1,), (2,), (3,)]


def test_only_the_batches_that_are_needed_are_pulled() -> None:
    result = numbers(100)
    executed(result).fetchmany(3)
    assert result.pulled == 2


def test_a_large_batch_is_read_whole() -> None:
    result = FakeResult({"n bigint": list(range(5000))}, batch_rows=5000)
    assert executed(result).fetchall() == [(number,) for number in range(5000)]


def test_values_are_pythons() -> None:
    moment = dt.datetime(2024, 2, 29, 12, 30, 1, 5)  # noqa: DTZ001 - Hive's timestamps have no zone
    values: dict[str, object] = {
        "i bigint": 2**63 - 1,
        "d decimal(38,10)": Decimal("1234567890123456789.0123456789"),
        "f double": 0.5,
        "s string": "é",
        "b binary": b"\xff\x00",
        "t boolean": True,
        "day date": dt.date(1, 1, 1),
        "ts timestamp": moment,
        "l array<map<string,int>>": [{"a": 1}, {}],
        "m map<string,array<int>>": {"k": [1, None]},
        "st struct<a:int,m:map<string,string>>": {"a": None, "m": {"x": "y"}},
    }
    nulls = dict.fromkeys(values)
    result = FakeResult({name: [values[name], nulls[name]] for name in values})
    assert executed(result).fetchall() == [tuple(values.values()), tuple(nulls.values())]


def test_the_description_has_hive_types_and_a_decimals_digits() -> None:
    cursor = executed(FakeResult({"n bigint": [], "p decimal(12,2)": [], "m map<string,string>": []}))
    assert cursor.description == [
        ("n", "bigint", None, None, None, None, True),
        ("p", "decimal(12,2)", None, None, 12, 2, True),
        ("m", "map<string,string>", None, None, None, None, True),
    ]


def test_without_a_query_there_is_no_description() -> None:
    cursor = Cursor(FakeSession([FakeResult(rows=12)]))
    assert (cursor.description, cursor.rowcount) == (None, -1)
    cursor.execute("INSERT INTO t SELECT 1")
    assert (cursor.description, cursor.rowcount) == (None, 12)


def test_the_rowcount_of_a_query_is_known_at_its_end() -> None:
    cursor = executed(numbers(3))
    cursor.fetchmany(3)
    assert cursor.rowcount == -1
    assert cursor.fetchone() is None
    assert cursor.rowcount == 3


def test_parameters_go_to_the_session_as_they_are() -> None:
    session = FakeSession([numbers()])
    Cursor(session).execute("SELECT %(a)s", {"a": Decimal(1)})
    assert session.asked == [("SELECT %(a)s", {"a": Decimal(1)})]


def test_executing_again_ends_the_former_result() -> None:
    first, second = numbers(), numbers()
    cursor = Cursor(FakeSession([first, second])).execute("a")
    cursor.fetchone()
    cursor.execute("b")
    assert first.closed
    assert cursor.fetchone() == (0,)


def test_a_statement_that_fails_leaves_no_rows_of_the_former_one() -> None:
    cursor = Cursor(FakeSession([numbers(), HiveSemanticError("no", code=10001)])).execute("a")
    with pytest.raises(dbapi.ProgrammingError):
        cursor.execute("b")
    assert cursor.description is None
    with pytest.raises(dbapi.ProgrammingError, match="no rows to fetch"):
        cursor.fetchone()


def test_an_error_between_rows_is_peps() -> None:
    cursor = executed(FakeResult({"n int": [1]}, fails=BadValueError("no number", table="t")))
    assert cursor.fetchone() == (1,)
    with pytest.raises(dbapi.DataError) as caught:
        cursor.fetchone()
    assert caught.value.table == "t"


def test_an_error_between_lines_is_peps() -> None:
    lines = executed(FakeResult({"n int": [1]}, fails=BadValueError("no number"))).lines()
    assert next(lines) == "1"
    with pytest.raises(dbapi.DataError):
        next(lines)


def test_executemany_runs_each_set_and_keeps_no_rows() -> None:
    results = [numbers(), numbers()]
    session = FakeSession(results)
    cursor = Cursor(session).executemany("SELECT %(a)s", [{"a": 1}, {"a": 2}])
    assert [parameters for _, parameters in session.asked] == [{"a": 1}, {"a": 2}]
    assert all(result.closed for result in results)
    with pytest.raises(dbapi.ProgrammingError):
        cursor.fetchone()


def test_a_script_keeps_the_rows_of_its_last_statement() -> None:
    first, last = numbers(), numbers(2)
    cursor = Cursor(FakeSession([first, FakeResult(), last])).executescript("SELECT 1; CREATE x; SELECT 2;")
    assert first.closed
    assert not last.closed
    assert cursor.fetchall() == [(0,), (1,)]


def test_the_rest_of_the_rows_comes_as_arrow() -> None:
    cursor = executed(numbers(5))
    cursor.fetchone()
    table = cursor.fetch_arrow_table()
    assert table.column("n").to_pylist() == [1, 2, 3, 4]
    assert cursor.fetchone() is None
    assert cursor.fetch_arrow_table().num_rows == 0


def test_no_rows_have_their_arrow_types_all_the_same() -> None:
    table = executed(FakeResult({"p decimal(12,2)": []})).fetch_arrow_table()
    assert str(table.schema.field("p").type) == "decimal128(12, 2)"


def test_lines_are_the_sessions() -> None:
    cursor = executed(FakeResult({"a int": [1, 2], "b string": ["x", "y"]}, rows=2))
    assert list(cursor.lines()) == ["1\tx", "2\ty"]
    assert cursor.rowcount == 2
    assert list(cursor.lines()) == []


def test_lines_go_on_where_they_were_left() -> None:
    cursor = executed(numbers(3))
    assert next(cursor.lines()) == "0"
    assert list(cursor.lines()) == ["1", "2"]


def test_lines_after_all_rows_are_none() -> None:
    cursor = executed(numbers(3))
    cursor.fetchall()
    assert list(cursor.lines()) == []


def test_lines_are_the_rest_of_the_rows() -> None:
    cursor = executed(numbers())
    first = cursor.fetchone()
    assert first is not None
    rest = list(cursor.lines())
    assert [str(first[0]), *rest] == list(executed(numbers()).lines())
    assert list(cursor.lines()) == []


def test_rows_after_the_first_lines_are_refused() -> None:
    other = executed(numbers())
    next(other.lines())
    with pytest.raises(dbapi.NotSupportedError, match="fetch rows first"):
        other.fetchone()


def test_a_closed_cursor_is_closed() -> None:
    result = numbers()
    with executed(result) as cursor:
        cursor.fetchone()
    assert result.closed
    cursor.close()
    for use in (cursor.fetchone, lambda: cursor.execute("SELECT 1"), cursor.lines):
        with pytest.raises(dbapi.InterfaceError):
            use()


def test_cancel_reaches_the_session() -> None:
    session = FakeSession([numbers()])
    cursor = Cursor(session).execute("a")
    cursor.cancel()
    assert session.cancelled == 1
    cursor.close()
    cursor.cancel()
    assert session.cancelled == 1


def test_sizes_are_taken_and_change_nothing() -> None:
    cursor = executed(numbers(1))
    cursor.setinputsizes([1])
    cursor.setoutputsize(10, 0)
    assert cursor.fetchall() == [(0,)]
