"""Partitions that a query's conditions rule out are not opened: here a file in them is broken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.errors import DdbHiveError

ROWS = "select 1, 'good', 1 union all select 2, 'good', 2 union all select 3, 'bad', 3 union all select 4, null, null"


def rows_of(session: LocalSession, script: str) -> list[str]:
    rows: list[str] = []
    for result in session.run_script(script):
        rows = list(result.lines())
        result.close()
    return sorted(rows)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[LocalSession]:
    with LocalSession(warehouse=str(tmp_path)) as session:
        rows_of(
            session,
            "set hive.exec.dynamic.partition.mode=nonstrict;"
            "create table p (a int) partitioned by (ds string, hr int) stored as parquet;"
            f"insert into p partition (ds, hr) {ROWS}",
        )
        broken = list((tmp_path / "p" / "ds=bad" / "hr=3").iterdir())
        assert len(broken) == 1
        broken[0].write_bytes(b"no parquet file")
        yield session


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("select a from p where ds = 'good'", ["1", "2"]),
        ("select a from p where ds like 'g%' and a > 1", ["2"]),
        ("select a from p where hr + 1 = 3", ["2"]),
        ("select a from p where hr is null", ["4"]),
        ("select count(*) from p where not (ds = 'bad')", ["3"]),
        ("select x.a from p x join p y on x.hr = y.hr where x.ds = 'good' and y.hr < 2", ["1"]),
        ("select a from p where hr = 1 union all select a from p where hr = 2", ["1", "2"]),
        ("select max(a) from (select a, hr from p) t where t.hr between 1 and 2", ["2"]),
    ],
)
def test_a_partition_that_is_ruled_out_is_not_opened(session: LocalSession, query: str, rows: list[str]) -> None:
    assert rows_of(session, query) == rows


@pytest.mark.parametrize(
    "query",
    [
        "select a from p",
        "select a from p where ds = 'bad'",
        "select a from p where ds = 'good' or a = 3",
        "select a from p where ds in (select max(ds) from p)",
        "select x.a from p x left join p y on x.hr = y.hr and y.ds = 'good' where x.a > 0",
    ],
)
def test_a_partition_that_may_have_rows_is_opened(session: LocalSession, query: str) -> None:
    with pytest.raises(DdbHiveError, match="ds=bad"):
        rows_of(session, query)
