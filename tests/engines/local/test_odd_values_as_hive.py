"""What real Hive 3.1.3 answered over columns whose values a function does not take, and settings that change a cast."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.errors import DdbHiveError, HiveSemanticError, JobFailedError

SETUP = (
    "create table t (i int, s string, b binary, m decimal(10,2))",
    "insert into t values (1,'a',cast('x' as binary),1.25),(2,'b',cast('1' as binary),2.50),(null,null,null,null)",
    "create table n (p int, i int, k int)",
    "insert into n values (1,2,1),(1,3,2),(1,4,3),(1,3,4),(1,2,5),(1,5,6),(2,3,1),(2,2,2),(2,1,3)",
    "create table ti (a tinyint, i int, l bigint, b boolean, f float, d decimal(5,2))",
    "insert into ti values (-36,-200,1599900600,true,1.5,2.5),(null,null,null,null,null,null)",
)


@pytest.fixture(scope="module")
def session() -> Iterator[LocalSession]:
    with LocalSession() as session:
        for statement in SETUP:
            _rows(session, statement)
        yield session


def _rows(session: LocalSession, text: str) -> list[str]:
    rows: list[str] = []
    for result in session.run_script(text):
        rows = list(result.lines()) if result.columns is not None else []
        result.close()
    return rows


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("select percentile(i, 1.5) from t where i > 50", ["NULL"]),
        ("select b = i from t where b is null", ["NULL"]),
        ("select b <=> i from t where b is null", ["true"]),
        ("select k, ntile(i) over (order by k) from n where p = 1", ["1\t1", "2\t1", "3\t1", "4\t2", "5\t2", "6\t2"]),
        ("select k, ntile(i) over (order by k desc) from n where p = 2", ["3\t1", "2\t1", "1\t1"]),
        (
            "select k, ntile(i) over (partition by p order by k desc) from n where p = 1",
            ["6\t1", "5\t1", "4\t2", "3\t3", "2\t4", "1\t5"],
        ),
        ("select sum('a'), avg('a'), variance('a'), std('a') from t", ["0.0\t0.0\tNULL\tNULL"]),
        ("select sum(m * (1 - m)) from t", ["-4.0625"]),
    ],
)
def test_a_value_that_is_not_reached_fails_nothing(session: LocalSession, query: str, rows: list[str]) -> None:
    assert _rows(session, query) == rows


@pytest.mark.parametrize("keys", ["i grouping sets ((i), ())", "i"])
def test_computed_arguments_stand_beside_grouping_sets(session: LocalSession, keys: str) -> None:
    found = _rows(session, f"select variance('3'), sum(m * (1 - m)) from t where i = 1 group by {keys}")
    assert set(found) == {"0.0\t-0.3125"}


_SHARE = "Percentile value must be within the range of 0 to 1."
_BINARY = "Hive 2 Internal error: unsupported conversion from type: binary"


@pytest.mark.parametrize(
    ("query", "kind", "message"),
    [
        ("select percentile(i, 1.5) from t", JobFailedError, _SHARE),
        ("select percentile(i, array(0.5, 1.5)) from t", JobFailedError, _SHARE),
        ("select b = i from t", JobFailedError, _BINARY),
        ("select i from t where b < m", JobFailedError, _BINARY),
        ("select b between i and i from t", JobFailedError, _BINARY),
        ("select ntile(i) over (order by s) from t", JobFailedError, "ntile() takes a whole number above 0: / by zero"),
        ("select ntile(0) over (order by s) from t", JobFailedError, "ntile() takes a whole number above 0: / by zero"),
        ("select b in (s) from t", HiveSemanticError, "The arguments for IN should be the same type!"),
        ("select case i when b then 1 end from t", HiveSemanticError, '"int" is expected but "binary" is found'),
    ],
)
def test_a_failure_says_what_is_wrong_first(
    session: LocalSession, query: str, kind: type[DdbHiveError], message: str
) -> None:
    with pytest.raises(kind) as caught:
        _rows(session, query)
    assert message in str(caught.value)
    if kind is JobFailedError:
        assert str(caught.value).startswith(message)


def test_whole_numbers_are_seconds_where_a_setting_says_so(session: LocalSession) -> None:
    casts = ", ".join(f"cast({name} as timestamp)" for name in ("a", "i", "l", "b", "f", "d"))
    _rows(session, "set hive.int.timestamp.conversion.in.seconds=true")
    try:
        (row,) = _rows(session, f"select {casts} from ti where i is not null")
        assert row.split("\t") == [
            "1969-12-31 23:59:24",
            "1969-12-31 23:56:40",
            "2020-09-12 08:50:00",
            "1970-01-01 00:00:01",
            "1970-01-01 00:00:01.5",
            "1970-01-01 00:00:02.5",
        ]
        assert _rows(session, "select timestamp(i), from_utc_timestamp(i, 'UTC') from ti where i is not null") == [
            "1969-12-31 23:56:40\t1969-12-31 23:59:59.8"
        ]
        # What an INSERT converts by itself is milliseconds in Hive, whatever is set.
        _rows(session, "create table moments (t timestamp); insert into moments select i from ti where i is not null")
        assert _rows(session, "select * from moments") == ["1969-12-31 23:59:59.8"]
    finally:
        _rows(session, "set hive.int.timestamp.conversion.in.seconds=false")
    assert _rows(session, "select cast(i as timestamp) from ti where i is not null") == ["1969-12-31 23:59:59.8"]


_TEXTS = "('12'), (' 7'), ('1.5'), ('x'), ('99999999999'), ('-3'), (''), (null), ('+4'), ('1e2'), ('8 ')"
_AS_INT = ["12", "NULL", "NULL", "NULL", "NULL", "-3", "NULL", "NULL", "4", "NULL", "NULL"]
_AS_DOUBLE = ["12.0", "7.0", "1.5", "NULL", "9.9999999999E10", "-3.0", "NULL", "NULL", "4.0", "100.0", "8.0"]


@pytest.mark.parametrize("stored", ["orc", "rcfile"])
def test_text_in_a_file_is_read_as_the_number_that_its_column_became(session: LocalSession, stored: str) -> None:
    for statement in (
        "set hive.metastore.disallow.incompatible.col.type.changes=false",
        f"create table changed_{stored} (k string) stored as {stored}",
        f"insert into changed_{stored} values {_TEXTS}",
        f"alter table changed_{stored} change k k int",
    ):
        _rows(session, statement)
    assert _rows(session, f"select * from changed_{stored}") == _AS_INT
    _rows(session, f"alter table changed_{stored} change k k double")
    assert _rows(session, f"select * from changed_{stored}") == _AS_DOUBLE
