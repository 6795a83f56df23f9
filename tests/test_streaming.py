"""Streaming, proven from outside: a table of 5 M items whose server counts the pages that were asked for."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from airflow_ddb_hive import dbapi
from benchmarks import memory, ours
from benchmarks.measure import environment, peak_megabytes
from benchmarks.replay import ReplayProcess, replay_server
from benchmarks.replay.process import CHECKOUT

ITEMS = 5_000_000
TABLE = "flights"
DDL = ours.dynamodb_table(TABLE, TABLE, percent="100")
MOST_MEGABYTES = 400
NEARLY_EQUAL = 1.25


@pytest.fixture(scope="module")
def server() -> Iterator[ReplayProcess]:
    with replay_server(items=ITEMS, table=TABLE) as running:
        yield running


@contextmanager
def shell(
    server: ReplayProcess, folder: Path, query: str, *, stdout: int = subprocess.PIPE
) -> Iterator[subprocess.Popen[bytes]]:
    """``ddb-hive -e`` as a child process that is gone afterwards."""
    command = ours.cli_command(f"{DDL};\n{query}", warehouse=folder / "warehouse")
    with (
        (folder / "stderr").open("wb") as stderr,
        subprocess.Popen(command, cwd=CHECKOUT, env=environment(server.url), stdout=stdout, stderr=stderr) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


def peak_once_read(process: subprocess.Popen[bytes], server: ReplayProcess, items: int) -> float:
    """The peak of a running process at the moment when the server has handed out so many items."""
    while server.stats()["items_read"] < items:
        if process.poll() is not None:
            pytest.fail(f"the shell ended with status {process.returncode} before {items:,} items")
        time.sleep(0.05)
    peak = peak_megabytes(process.pid)
    assert peak is not None
    return peak


def peak_until_end(process: subprocess.Popen[bytes]) -> float:
    peak = 0.0
    while process.poll() is None:
        peak = peak_megabytes(process.pid) or peak
        time.sleep(0.05)
    return peak


def test_first_row_is_printed_before_a_twentieth_of_the_pages_was_fetched(
    server: ReplayProcess, tmp_path: Path
) -> None:
    before = server.stats()
    with shell(server, tmp_path, "SELECT flight_id, dest FROM flights") as process:
        assert process.stdout is not None
        row = process.stdout.readline()
        after = server.stats()
    assert len(row.split(b"\t")) == 2, (tmp_path / "stderr").read_text()
    assert after["pages"] - before["pages"] < before["page_count"] / 20


def test_limit_stops_within_fifty_pages(server: ReplayProcess, tmp_path: Path) -> None:
    before = server.stats()["pages"]
    with shell(server, tmp_path, "SELECT * FROM flights LIMIT 10") as process:
        rows, _ = process.communicate()
    assert len(rows.splitlines()) == 10, (tmp_path / "stderr").read_text()
    assert process.returncode == 0
    time.sleep(0.2)  # what was still under way is counted as well
    assert server.stats()["pages"] - before <= 50


needs_proc = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peaks are read from Linux's /proc")


@needs_proc
@pytest.mark.parametrize(
    "columns",
    [pytest.param("flight_id, dest", id="two-columns"), pytest.param("*", id="all-columns", marks=pytest.mark.slow)],
)
def test_memory_of_an_export_does_not_grow_from_one_million_items_to_five(tmp_path: Path, columns: str) -> None:
    query = "INSERT OVERWRITE LOCAL DIRECTORY '@OUT' STORED AS PARQUET SELECT @COLUMNS FROM flights"
    query = query.replace("@OUT", str(tmp_path / "out")).replace("@COLUMNS", columns)
    with replay_server(items=ITEMS, table=TABLE) as fresh, shell(fresh, tmp_path, query) as process:
        at_one_million = peak_once_read(process, fresh, 1_000_000)
        at_the_end = peak_until_end(process)
        read = fresh.stats()["items_read"]
    assert (process.returncode, read) == (0, ITEMS), (tmp_path / "stderr").read_text()
    assert at_the_end < NEARLY_EQUAL * at_one_million
    assert at_the_end < MOST_MEGABYTES


JOIN_ITEMS = 400_000
IN_SHORT = (
    "big b JOIN small s ON",
    "small s JOIN big b ON",
    "small s LEFT JOIN",
    "GROUP BY of all",
    "self-join",
    "UNION ALL",
)


@needs_proc
@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case.name, marks=[] if case.name.startswith(IN_SHORT) else [pytest.mark.slow])
        for case in memory.cases(JOIN_ITEMS)
    ],
)
def test_a_query_gives_its_rows_in_bounded_memory_and_reads_a_table_once(
    joined_server: ReplayProcess, case: memory.Case
) -> None:
    outcome = memory.run_case(case, joined_server)
    assert outcome.broken(case, JOIN_ITEMS) == ""


@pytest.fixture(scope="module")
def joined_server() -> Iterator[ReplayProcess]:
    with replay_server(items=JOIN_ITEMS, table=TABLE) as running:
        yield running


@pytest.mark.slow
@needs_proc
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in memory.cases(ITEMS)])
def test_five_million_items_stay_within_the_promised_memory(server: ReplayProcess, case: memory.Case) -> None:
    outcome = memory.run_case(case, server)
    assert outcome.broken(case, ITEMS) == ""


@needs_proc
def test_memory_of_a_select_does_not_grow_with_the_rows_that_were_printed(tmp_path: Path) -> None:
    query = "SELECT flight_id, dest FROM flights"
    with (
        replay_server(items=ITEMS, table=TABLE) as fresh,
        shell(fresh, tmp_path, query, stdout=subprocess.DEVNULL) as process,
    ):
        early = peak_once_read(process, fresh, 500_000)
        late = peak_once_read(process, fresh, 2_500_000)
    assert late < NEARLY_EQUAL * early
    assert late < MOST_MEGABYTES


def test_a_reader_that_stops_reading_stops_the_scan(server: ReplayProcess, tmp_path: Path) -> None:
    with shell(server, tmp_path, "SELECT * FROM flights") as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        pages = pages_when_quiet(server)
        time.sleep(0.5)
        assert server.stats()["pages"] == pages
        process.stdout.close()
        assert process.wait(timeout=30) != 0


def pages_when_quiet(server: ReplayProcess) -> int:
    """The number of pages once a second has gone by without a new one."""
    pages, quiet_since = -1, time.monotonic()
    while time.monotonic() < quiet_since + 1:
        now = int(server.stats()["pages"])
        if now != pages:
            pages, quiet_since = now, time.monotonic()
        time.sleep(0.05)
    return pages


def finished(cursor: dbapi.Cursor) -> None:
    cursor.execute("SELECT flight_id FROM flights LIMIT 10")
    assert len(cursor.fetchall()) == 10


def counted(cursor: dbapi.Cursor) -> None:
    cursor.execute("SELECT COUNT(*) FROM flights")
    assert cursor.fetchall() == [(ITEMS,)]


def failed(cursor: dbapi.Cursor) -> None:
    """A bigint column over a number that is none fails the job, as it does in the connector."""
    with pytest.raises(dbapi.Error):
        cursor.execute("SELECT air_time FROM misread").fetchall()


def abandoned(cursor: dbapi.Cursor) -> None:
    cursor.execute("SELECT * FROM flights")
    assert cursor.fetchone() is not None
    cursor.close()


def cancelled(cursor: dbapi.Cursor) -> None:
    cursor.execute("SELECT * FROM flights")
    assert cursor.fetchone() is not None
    cursor.cancel()


def superseded(cursor: dbapi.Cursor) -> None:
    cursor.execute("SELECT * FROM flights")
    assert cursor.fetchone() is not None
    finished(cursor)


@pytest.mark.parametrize("statement", [finished, counted, failed, abandoned, cancelled, superseded])
def test_no_feed_thread_is_alive_after_a_statement(
    server: ReplayProcess, tmp_path: Path, statement: Callable[[dbapi.Cursor], None]
) -> None:
    misread = DDL.replace("TABLE flights", "TABLE misread").replace("`air_time` double", "`air_time` bigint")
    with dbapi.connect(endpoint_url=server.url, region="us-east-1", warehouse=str(tmp_path)) as connection:
        cursor = connection.cursor()
        cursor.execute(DDL)
        cursor.execute(misread)
        before = set(threading.enumerate())
        statement(cursor)
        assert threads_left(before) == []
        asked = server.stats()["pages"]
        time.sleep(0.3)
        assert server.stats()["pages"] == asked


def threads_left(before: set[threading.Thread]) -> list[str]:
    """Names of the threads that live on; one that is just returning gets two seconds."""
    deadline = time.monotonic() + 2
    while (left := set(threading.enumerate()) - before) and time.monotonic() < deadline:
        time.sleep(0.02)
    return sorted(thread.name for thread in left)
