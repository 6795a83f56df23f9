"""Dates, timestamps and intervals, against the answers that Hive 3.1.3 gave."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.errors import HiveSemanticError, HiveSyntaxError, JobFailedError

ANSWERS = {
    "interval '1-2' year to month": "1-2",
    "interval '3 4:5:6.789' day to second": "3 04:05:06.789000000",
    "- interval '90.5' second": "-0 00:01:30.500000000",
    "5 days": "5 00:00:00.000000000",
    "interval (1 + 1) day": "2 00:00:00.000000000",
    "date '2020-01-31' + interval 1 month - 1 day": "2020-02-28 00:00:00",
    "interval '1' month + timestamp '2020-01-31 10:00:00.123456789'": "2020-02-29 10:00:00.123456789",
    "date '2020-03-01' - timestamp '2020-03-08 00:00:00.123456789'": "-7 00:00:00.123456789",
    "interval 1 day in (interval 24 hour)": "true",
    "extract(week from date '2021-01-03')": "53",
    "second(interval '-3 4:5:6.789' day to second)": "-6",
    "floor(timestamp '2020-05-17 10:11:12.5' to week)": "2020-05-11 00:00:00",
    "cast('2020-01-05 10:11:12.1234567891' as timestamp)": "2020-01-05 10:11:12.123456789",
    "cast(cast(1.123456789 as double) as timestamp)": "1970-01-01 00:00:01.123456789",
    "cast(-1.5 as timestamp)": "1969-12-31 23:59:58.5",
    "from_unixtime(-62135596800)": "0001-01-03 00:00:00",
    "date_format('2020-01-05 10:11:12.123', 'yy MMM d EEEE u W w F D k K h a SSSSSS z Z X')": (
        "20 Jan 5 Sunday 7 2 2 1 5 10 10 10 AM 000123 UTC +0000 Z"
    ),
    "date_format(date '1582-10-10', 'yyyy-MM-dd')": "1582-09-30",
    "date_format('2020-01-05', 'bad pattern')": "NULL",
    "unix_timestamp('2020-01-05 10:11:12 PM', 'yyyy-MM-dd hh:mm:ss a')": "1578262272",
    "unix_timestamp('2020-01-05T10:11:12Z', \"yyyy-MM-dd'T'HH:mm:ssX\")": "1578219072",
    "unix_timestamp('2020-13-45', 'yyyy-MM-dd')": "1613260800",
    "from_utc_timestamp('2020-03-08 10:30:00', 'PST')": "2020-03-08 03:30:00",
    "from_utc_timestamp(timestamp '2020-01-01 00:00:00', 'nowhere')": "2020-01-01 00:00:00",
    "to_utc_timestamp(timestamp '2020-11-01 01:30:00', 'PST')": "2020-11-01 08:30:00",
    "add_months('0001-01-01', 1)": "0001-02-03",
    "months_between('2020-03-31 10:00:00', '2020-02-15 01:02:03.5')": "1.52817988",
    "date_add('9999-12-31', 1)": "+10000-01-01",
}


@pytest.fixture(scope="module")
def session() -> Iterator[LocalSession]:
    with LocalSession() as session:
        yield session


def lines(session: LocalSession, statement: str) -> list[str]:
    return list(session.execute(statement).lines())


@pytest.mark.parametrize("expression", ANSWERS)
def test_an_expression_gives_what_hive_gives(session: LocalSession, expression: str) -> None:
    assert lines(session, f"select {expression}") == [ANSWERS[expression]]


@pytest.mark.parametrize(
    "expression",
    ["interval '1' day + interval '1' year", "timestamp '2020-01-01'", "date '2020-01-01' + 5", "interval 'x' day"],
)
def test_what_hive_refuses_is_refused(session: LocalSession, expression: str) -> None:
    with pytest.raises((HiveSemanticError, HiveSyntaxError)):
        lines(session, f"select {expression}")


@pytest.fixture
def moments(session: LocalSession, tmp_path: Path) -> str:
    """A table of timestamps, two of which differ in their nanoseconds alone."""
    texts = ["2020-02-29 12:34:56.789012345", "2020-02-29 12:34:56.789012346", "9999-12-31 23:59:59.999999999", "\\N"]
    (tmp_path / "rows").write_text("\n".join(["0001-01-01 00:00:00", *texts]) + "\n", encoding="utf-8")
    lines(session, "drop table if exists moments")
    lines(session, f"create external table moments (t timestamp) location '{tmp_path}'")
    return "moments"


def test_nanoseconds_count_wherever_timestamps_are_compared(session: LocalSession, moments: str) -> None:
    assert lines(session, f"select min(t), max(t), count(distinct t) from {moments}") == [
        "0001-01-01 00:00:00\t9999-12-31 23:59:59.999999999\t4"
    ]
    assert lines(session, f"select count(*) from {moments} a join {moments} b on a.t = b.t") == ["4"]
    assert lines(session, f"select t from {moments} where t > '2020-02-29 12:34:56.789012345' order by t limit 1") == [
        "2020-02-29 12:34:56.789012346"
    ]


def test_a_batch_of_microseconds_refuses_nanoseconds_by_column(session: LocalSession, moments: str) -> None:
    with pytest.raises(JobFailedError, match="column t has a timestamp with nanoseconds"):
        list(session.execute(f"select t from {moments}").batches())


def test_a_session_has_a_zone() -> None:
    with LocalSession(hiveconfs={"hive.local.time.zone": "America/Los_Angeles"}) as session:
        assert lines(session, "select unix_timestamp('2009-03-20 11:30:01'), from_unixtime(1226446340)") == [
            "1237573801\t2008-11-11 15:32:20"
        ]
