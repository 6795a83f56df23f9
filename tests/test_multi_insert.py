"""A multi-insert of which one sink fails: a clear error, the other targets as before, nothing left behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from airflow_ddb_hive import dbapi
from benchmarks import ours
from benchmarks.replay import ReplayProcess, replay_server

ITEMS = 20_000
TABLE, SINK = "flights", "flights_copy"


@pytest.fixture(scope="module")
def server() -> Iterator[ReplayProcess]:
    with replay_server(items=ITEMS, table=TABLE, sinks=(SINK,)) as running:
        yield running


@pytest.fixture
def cursor(server: ReplayProcess, tmp_path: Path) -> Iterator[dbapi.Cursor]:
    with dbapi.connect(endpoint_url=server.url, region="us-east-1", warehouse=str(tmp_path / "w")) as connection:
        made = connection.cursor()
        made.execute(ours.dynamodb_table("big", TABLE, percent="100"))
        made.execute(ours.dynamodb_table("target", SINK, percent="100"))
        made.execute(f"CREATE TABLE kept (dest string, n bigint) LOCATION '{tmp_path / 'kept'}'")
        made.execute("INSERT INTO kept VALUES ('as before', 1)")
        yield made


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


BELOW_A_FILE = "INSERT OVERWRITE LOCAL DIRECTORY '@FILE/below' SELECT dest, flight_id"
_KEY = "if(dest = 'DEN', NULL, flight_id)"
TO_ITEMS = "INSERT INTO TABLE target SELECT " + ", ".join(
    _KEY if name == "flight_id" else f"`{name}`" for name in ours.COLUMN_NAMES
)


@pytest.mark.parametrize("failing", [BELOW_A_FILE, TO_ITEMS], ids=["files", "items"])
@pytest.mark.parametrize(
    "kept", ["SELECT dest, 1", "SELECT dest, count(*) GROUP BY dest"], ids=["batch-by-batch", "spooled"]
)
@pytest.mark.parametrize("failing_first", [True, False])
def test_the_others_are_as_before_when_one_sink_fails(
    server: ReplayProcess, cursor: dbapi.Cursor, tmp_path: Path, failing: str, kept: str, failing_first: bool
) -> None:
    (tmp_path / "file").write_text("no folder")
    before, threads = names(tmp_path), set(threading.enumerate())
    inserts = [f"INSERT OVERWRITE TABLE kept {kept}", failing.replace("@FILE", str(tmp_path / "file"))]
    read = server.stats()["items_read"]
    with pytest.raises(dbapi.Error, match=r"below a file|flight_id"):
        cursor.execute("FROM big " + " ".join(reversed(inserts) if failing_first else inserts))
    assert server.stats()["items_read"] - read <= ITEMS
    cursor.execute("SELECT * FROM kept")
    assert cursor.fetchall() == [("as before", 1)]
    assert names(tmp_path) == before
    assert left(threads) == []


def test_all_targets_are_written_from_one_read(server: ReplayProcess, cursor: dbapi.Cursor, tmp_path: Path) -> None:
    read = server.stats()["items_read"]
    cursor.execute(
        "FROM big INSERT OVERWRITE TABLE kept SELECT dest, count(*) GROUP BY dest "
        f"INSERT OVERWRITE LOCAL DIRECTORY '{tmp_path / 'out'}' SELECT flight_id WHERE dest = 'SEA'"
    )
    assert server.stats()["items_read"] - read == ITEMS
    cursor.execute("SELECT sum(n), max(if(dest = 'SEA', n, 0)) FROM kept")
    ((total, miami),) = cursor.fetchall()
    lines = [line for part in (tmp_path / "out").iterdir() for line in part.read_text().splitlines()]
    assert (total, len(lines)) == (ITEMS, miami)


def left(before: set[threading.Thread]) -> list[str]:
    """Names of the threads that live on; one that is just returning gets two seconds."""
    deadline = time.monotonic() + 2
    while (alive := set(threading.enumerate()) - before) and time.monotonic() < deadline:
        time.sleep(0.02)
    return sorted(thread.name for thread in alive)
