"""TIMESTAMP WITH LOCAL TIME ZONE, against the answers that Hive 3.1.3 gave over a text table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.errors import HiveSemanticError, UnsupportedSqlError

CELLS = {
    "2020-01-01 10:00:00": "2020-01-01 10:00:00.0 UTC",
    "2020-01-01 10:00:00 Asia/Tokyo": "2020-01-01 01:00:00.0 UTC",
    "2020-01-01 10:00:00 GMT+3": "NULL",
    "2020-01-01 10:00:00 +05:30": "2020-01-01 04:30:00.0 UTC",
    "2020-01-01T10:00:00Z": "NULL",
    "2020-01-01 10:00:00.123456789 America/Los_Angeles": "2020-01-01 18:00:00.123456789 UTC",
    "2020-01-01": "2020-01-01 00:00:00.0 UTC",
    "2020-01-01 Asia/Tokyo": "2019-12-31 15:00:00.0 UTC",
    "2020-01-01 10:00:00+01:00": "2020-01-01 09:00:00.0 UTC",
    "2020-01-01 10:00:00 PST": "NULL",
    "2020-03-08 02:30:00 America/Los_Angeles": "2020-03-08 10:30:00.0 UTC",
    " 2020-01-01 10:00:00 UTC ": "NULL",
    "2020-02-30 10:00:00 UTC": "2020-02-29 10:00:00.0 UTC",
    "2020-01-01 25:00:00 UTC": "NULL",
    "2020-01-01 10:00:00 UTC+02:00": "2020-01-01 08:00:00.0 UTC",
    "2020-01-01 10:00:00 asia/tokyo": "NULL",
    "2020-01-01 10:00:00 EST": "NULL",
    "2020-01-01 10:00:00.1234567890 UTC": "NULL",
}
COMPUTED = {
    "cast(l as string)": "2019-12-31 17:00:00.0 America/Los_Angeles",
    "cast(l as varchar(12))": "2019-12-31 1",
    "cast(l as int)": "NULL",
    "cast(l as boolean)": "true",
    "year(l)": "2019",
    "hour(l)": "17",
    "to_date(l)": "2019-12-31",
    "unix_timestamp(l)": "1577840400",
    "from_utc_timestamp(l, 'Asia/Tokyo')": "2020-01-01 02:00:00",
    "array(l)": '["2019-12-31 17:00:00.0 America/Los_Angeles"]',
    "l = '2019-12-31 17:00:00'": "true",
    "l = timestamp '2019-12-31 17:00:00'": "true",
    "timestamplocaltz '2020-01-01 10:00:00 Asia/Tokyo'": "2019-12-31 17:00:00.0 America/Los_Angeles",
}


def lines(session: LocalSession, statement: str) -> list[str]:
    return list(session.execute(statement).lines())


@pytest.fixture
def session() -> Iterator[LocalSession]:
    with LocalSession() as session:
        yield session


def loaded(session: LocalSession, folder: Path, cells: list[str]) -> None:
    rows = folder / "rows.txt"
    rows.write_text("".join(f"{cell}\n" for cell in cells), encoding="utf-8")
    for statement in (
        "create table l (l timestamp with local time zone) row format delimited fields terminated by '|'",
        f"load data local inpath '{rows}' into table l",
    ):
        lines(session, statement)


def test_a_cell_is_an_instant_in_the_zone_that_it_names(session: LocalSession, tmp_path: Path) -> None:
    loaded(session, tmp_path, list(CELLS))
    assert lines(session, "select * from l") == list(CELLS.values())


def test_an_instant_is_shown_and_taken_apart_in_the_zone_of_the_session(tmp_path: Path) -> None:
    with LocalSession(hiveconfs={"hive.local.time.zone": "America/Los_Angeles"}) as session:
        loaded(session, tmp_path, ["2020-01-01 10:00:00 Asia/Tokyo"])
        shown = lines(session, f"select {', '.join(COMPUTED)} from l")
    assert shown == ["\t".join(COMPUTED.values())]


def test_a_cast_trims_its_text_and_cuts_its_fraction(session: LocalSession) -> None:
    cast = "cast(' 2020-01-01 10:00:00.1234567890 UTC ' as timestamp with local time zone)"
    assert lines(session, f"select {cast}") == ["2020-01-01 10:00:00.123456789 UTC"]


@pytest.mark.parametrize("asked", ["cast(1 as timestamplocaltz)", "timestamplocaltz '2020-01-01'"])
def test_what_is_no_instant_is_refused(session: LocalSession, asked: str) -> None:
    with pytest.raises(HiveSemanticError):
        lines(session, f"select {asked}")


@pytest.mark.parametrize("stored", ["orc", "parquet"])
def test_typed_files_hold_no_instant(session: LocalSession, stored: str) -> None:
    with pytest.raises(UnsupportedSqlError, match=r"column a: .* hold no timestamp with local time zone"):
        lines(session, f"create table p (a timestamp with local time zone) stored as {stored}")
