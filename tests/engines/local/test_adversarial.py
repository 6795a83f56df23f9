"""Whatever a statement waits for, it ends within ten seconds of being asked to, with no thread, file or folder left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from airflow_ddb_hive import dbapi
from airflow_ddb_hive.engines.local import LocalEngine, LocalSession
from airflow_ddb_hive.errors import AccessError, InputError, JobCancelledError
from airflow_ddb_hive.model.access import AwsAccess
from airflow_ddb_hive.model.job import Job, JobState
from tests.support.fault_plan import FaultPlan
from tests.support.fault_server import FaultServer, fault_server
from tests.support.fault_table import StoredTable
from tests.support.waiting import once

CHECKOUT = Path(__file__).parents[3]
MOST_SECONDS = 10.0
DDL = """CREATE EXTERNAL TABLE IF NOT EXISTS {name} (id bigint, s string)
STORED BY 'org.apache.hadoop.hive.dynamodb.DynamoDBStorageHandler'
TBLPROPERTIES ('dynamodb.table.name'='{name}', 'dynamodb.column.mapping'='id:id,s:s')"""
NUMBERS = "CREATE EXTERNAL TABLE IF NOT EXISTS numbers (n bigint) LOCATION '{folder}'"
SORT = "SELECT a.n, b.n FROM numbers a CROSS JOIN numbers b CROSS JOIN numbers c ORDER BY a.n + b.n * c.n DESC, b.n"
ROWS = 600


def stored(count: int = ROWS) -> StoredTable:
    table = StoredTable("source", page_bytes=1500)
    table.fill({"id": {"N": str(n)}, "s": {"S": "x" * 20}} for n in range(count))
    return table


def access(server: FaultServer) -> AwsAccess:
    return AwsAccess(region="us-east-1", access_key_id="a", secret_access_key="b", dynamodb_endpoint_url=server.url)


def write_numbers(folder: Path) -> Path:
    (folder / "numbers").mkdir()
    (folder / "numbers" / "part").write_text("".join(f"{n}\n" for n in range(4000)))
    return folder / "numbers"


def our_threads() -> list[str]:
    """Threads of ours; one that is just returning gets two seconds."""
    names: list[str] = []
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        names = [t.name for t in threading.enumerate() if t.name.startswith(("ddb-hive", "scan-", "write-"))]
        if not names:
            break
        time.sleep(0.02)
    return names


@contextmanager
def shell(server: FaultServer, folder: Path, script: str) -> Iterator[subprocess.Popen[bytes]]:
    """``ddb-hive -e`` with a temporary folder of its own, so that debris is seen."""
    (folder / "tmp").mkdir()
    env = os.environ | {
        "TMPDIR": str(folder / "tmp"),
        "AWS_ENDPOINT_URL_DYNAMODB": server.url,
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    code = "import sys; from airflow_ddb_hive.cli import main; sys.exit(main())"
    settings = ["--hiveconf", "ddb_hive.memory.limit=100MB", "--hiveconf", "dynamodb.scan.segments=1"]
    command = [sys.executable, "-c", code, "-S", *settings, "-e", script]
    with (
        (folder / "errors").open("wb") as errors,
        subprocess.Popen(command, cwd=CHECKOUT, env=env, stdout=subprocess.DEVNULL, stderr=errors) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


def debris(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


SCAN = "SELECT * FROM source"
EXPORT = "INSERT OVERWRITE LOCAL DIRECTORY '@OUT' STORED AS PARQUET SELECT * FROM source"
COPY = "INSERT INTO TABLE target SELECT * FROM source"
SORTED = "INSERT OVERWRITE LOCAL DIRECTORY '@OUT' STORED AS PARQUET SELECT s, count(*) FROM source GROUP BY s"
HELD = {
    "scan, a page that never comes": (SCAN, "Scan", "hang"),
    "scan, a page in drops": (SCAN, "Scan", "drip"),
    "scan, a head in drops": (SCAN, "Scan", "drip-head"),
    "export, a page that never comes": (EXPORT, "Scan", "hang"),
    "aggregate, a page in drops": (SORTED, "Scan", "drip"),
    "copy, an answer that never comes": (COPY, "BatchWriteItem", "hang-after"),
    "copy, an answer in drops": (COPY, "BatchWriteItem", "drip"),
    "lookup, an answer that never comes": (SCAN, "DescribeTable", "hang"),
}


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("held", HELD)
def test_a_signal_ends_a_shell_that_the_network_holds(
    held: str, number: signal.Signals, status: int, tmp_path: Path
) -> None:
    statement, operation, fault = HELD[held]
    plan = FaultPlan(first=["", "", *[fault] * 100], operations=[operation])
    script = ";".join([DDL.format(name="source"), DDL.format(name="target"), statement])
    with fault_server(stored(), StoredTable("target"), plan=plan) as server:
        out = tmp_path / "out"
        with shell(server, tmp_path, script.replace("@OUT", str(out))) as process:
            assert server.hanging.wait(60), (tmp_path / "errors").read_text()
            asked = time.monotonic()
            process.send_signal(number)
            assert process.wait(timeout=60) == status
            assert time.monotonic() - asked < MOST_SECONDS
        assert (tmp_path / "errors").read_text() == ""
        assert debris(tmp_path / "tmp") == []
        assert not out.exists() or debris(out) == []


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("statement", [SORT, f"INSERT OVERWRITE LOCAL DIRECTORY '@OUT' STORED AS PARQUET {SORT}"])
def test_a_signal_ends_a_sort_that_spills(statement: str, number: signal.Signals, status: int, tmp_path: Path) -> None:
    script = f"{NUMBERS.format(folder=write_numbers(tmp_path))};{statement.replace('@OUT', str(tmp_path / 'out'))}"
    with fault_server() as server, shell(server, tmp_path, script) as process:
        once(lambda: list((tmp_path / "tmp").glob("ddb-hive-scratch-spill-*/files/*")) or process.poll() is not None)
        asked = time.monotonic()
        process.send_signal(number)
        assert process.wait(timeout=60) == status, (tmp_path / "errors").read_text()
        assert time.monotonic() - asked < MOST_SECONDS
    assert debris(tmp_path / "tmp") == []
    assert not (tmp_path / "out").exists() or debris(tmp_path / "out") == []


@pytest.mark.parametrize("page", [1, 5, 10])
def test_a_feed_that_fails_while_parquet_is_written_leaves_no_file_and_its_own_error(page: int, tmp_path: Path) -> None:
    plan = FaultPlan(first=[*[""] * page, "error:AccessDeniedException"], operations=["Scan"])
    with fault_server(stored(), plan=plan) as server, LocalSession(access=access(server)) as session:
        session.execute(DDL.format(name="source")).close()
        with pytest.raises(AccessError) as caught:
            session.execute(EXPORT.replace("@OUT", str(tmp_path / "out")))
        assert caught.value.code == "AccessDeniedException"
        assert debris(tmp_path) in ([], ["out"])
        assert our_threads() == []
        assert len(list(session.execute(SCAN).lines())) == ROWS


@pytest.mark.parametrize("query", ["SELECT s, count(*) FROM source GROUP BY s", "SELECT * FROM source ORDER BY id"])
def test_a_feed_that_fails_below_an_aggregate_or_sort_keeps_its_own_error(query: str, tmp_path: Path) -> None:
    plan = FaultPlan(first=[*[""] * 9, "error:AccessDeniedException"], operations=["Scan"])
    with fault_server(stored(), plan=plan) as server, LocalSession(access=access(server)) as session:
        session.execute(DDL.format(name="source")).close()
        with pytest.raises(AccessError):
            session.execute(f"INSERT OVERWRITE LOCAL DIRECTORY '{tmp_path}/out' STORED AS PARQUET {query}")
        assert debris(tmp_path) in ([], ["out"])
        assert our_threads() == []


@contextmanager
def cancelled_when(happened: Callable[[], object], cancel: Callable[[], None]) -> Iterator[None]:
    def wait() -> None:
        once(happened)
        cancel()

    thread = threading.Thread(target=wait, name="canceller")
    thread.start()
    try:
        yield
    finally:
        thread.join()


@pytest.mark.parametrize("held", HELD)
def test_cancelling_ends_what_the_network_holds_and_the_session_goes_on(held: str, tmp_path: Path) -> None:
    statement, operation, fault = HELD[held]
    plan = FaultPlan(operations=[operation])
    with (
        fault_server(stored(), StoredTable("target"), plan=plan) as server,
        LocalSession(access=access(server), hiveconfs={"dynamodb.scan.segments": "1"}) as session,
    ):
        for name in ("source", "target"):
            session.execute(DDL.format(name=name)).close()
        plan.first.extend([*([] if operation == "DescribeTable" else ["", ""]), *[fault] * 4])
        before = time.monotonic()
        with cancelled_when(server.hanging.is_set, session.cancel), pytest.raises(JobCancelledError):
            list(session.execute(statement.replace("@OUT", str(tmp_path / "out"))).lines())
        assert time.monotonic() - before < MOST_SECONDS
        assert our_threads() == []
        assert debris(tmp_path) in ([], ["out"])
        plan.first.clear()
        assert len(list(session.execute(SCAN).lines())) == ROWS


def test_cancelling_a_sort_ends_it_and_the_session_goes_on(tmp_path: Path) -> None:
    with LocalSession(hiveconfs={"ddb_hive.memory.limit": "100MB"}) as session:
        session.execute(NUMBERS.format(folder=write_numbers(tmp_path))).close()
        lines = session.execute(SORT).lines()
        timer = threading.Timer(1.0, session.cancel)
        timer.start()
        before = time.monotonic()
        with pytest.raises(JobCancelledError):
            next(lines)
        assert time.monotonic() - before < MOST_SECONDS
        assert our_threads() == []
        assert list(session.execute("SELECT max(n) FROM numbers").lines()) == ["3999"]


def test_a_job_that_is_cancelled_in_the_engine_ends_with_its_thread(tmp_path: Path) -> None:
    plan = FaultPlan(first=["", *["drip"] * 10], operations=["Scan"])
    with fault_server(stored(), plan=plan) as server:
        engine = LocalEngine()
        statement = EXPORT.replace("@OUT", str(tmp_path / "out"))
        handle = engine.submit(Job(hql=f"{DDL.format(name='source')};{statement}", access=access(server)))
        assert server.hanging.wait(60)
        before = time.monotonic()
        engine.cancel(handle)
        assert time.monotonic() - before < MOST_SECONDS
        assert engine.state(handle) is JobState.CANCELLED
        assert our_threads() == []
        assert debris(tmp_path) in ([], ["out"])


def test_an_interrupt_while_rows_are_fetched_ends_the_statement_and_the_connection_goes_on(tmp_path: Path) -> None:
    plan = FaultPlan(first=["", *["hang"] * 2], operations=["Scan"])
    with (
        fault_server(stored(), plan=plan) as server,
        dbapi.connect(endpoint_url=server.url, region="us-east-1", warehouse=str(tmp_path)) as connection,
    ):
        cursor = connection.cursor()
        cursor.execute(DDL.format(name="source"))
        cursor.execute("SET dynamodb.scan.segments=1")
        cursor.execute(SCAN)
        before = time.monotonic()
        interrupt = lambda: os.kill(os.getpid(), signal.SIGINT)  # noqa: E731 - one expression
        with cancelled_when(server.hanging.is_set, interrupt), pytest.raises(KeyboardInterrupt):
            cursor.fetchall()
        assert time.monotonic() - before < MOST_SECONDS
        cursor.close()
        assert our_threads() == []
        plan.first.clear()
        assert len(connection.cursor().execute(SCAN).fetchall()) == ROWS


def test_a_result_that_is_left_early_ends_all_threads_behind_it() -> None:
    with fault_server(stored()) as server, LocalSession(access=access(server)) as session:
        session.execute(DDL.format(name="source")).close()
        for query in (SCAN, "SELECT s, count(*) OVER (PARTITION BY s) FROM source"):
            lines = session.execute(query).lines()
            next(lines)
            lines.close()  # type: ignore[attr-defined] # the iterator is a generator
            assert our_threads() == []


def test_a_session_that_is_closed_while_a_statement_runs_ends_it() -> None:
    plan = FaultPlan(first=["", *["hang"] * 2], operations=["Scan"])
    with fault_server(stored(), plan=plan) as server:
        session = LocalSession(access=access(server), hiveconfs={"dynamodb.scan.segments": "1"})
        session.execute(DDL.format(name="source")).close()
        result = session.execute(SCAN)
        before = time.monotonic()
        with cancelled_when(server.hanging.is_set, session.close), pytest.raises((JobCancelledError, InputError)):
            list(result.lines())
        assert time.monotonic() - before < MOST_SECONDS
        assert our_threads() == []
        with pytest.raises(InputError, match="closed"):
            session.execute("SELECT 1")


def test_a_session_that_is_closed_while_an_insert_runs_ends_it() -> None:
    plan = FaultPlan(first=["", *["hang"] * 4], operations=["BatchWriteItem"])
    with fault_server(stored(), StoredTable("target"), plan=plan) as server:
        session = LocalSession(access=access(server))
        for name in ("source", "target"):
            session.execute(DDL.format(name=name)).close()
        before = time.monotonic()
        with cancelled_when(server.hanging.is_set, session.close), pytest.raises((JobCancelledError, InputError)):
            session.execute(COPY)
        assert time.monotonic() - before < MOST_SECONDS
        assert our_threads() == []


def test_what_a_killed_process_left_is_removed_at_the_next_start(tmp_path: Path) -> None:
    script = f"{NUMBERS.format(folder=write_numbers(tmp_path))};{SORT}"
    with fault_server() as server, shell(server, tmp_path, script) as process:
        once(lambda: list((tmp_path / "tmp").glob("ddb-hive-scratch-spill-*/files/*")) or process.poll() is not None)
        process.kill()
        process.wait()
        left = debris(tmp_path / "tmp")
        assert left
        env = os.environ | {"TMPDIR": str(tmp_path / "tmp")}
        code = "from airflow_ddb_hive.engines.local import LocalSession as S; list(S().execute('SELECT 1').lines())"
        subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, env=env, check=True, stdout=subprocess.DEVNULL)
    assert not set(left) & set(debris(tmp_path / "tmp"))


def test_what_a_living_process_uses_stays_when_another_one_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with LocalSession() as one:
        list(one.execute("SELECT 1").lines())
        before = debris(tmp_path)
        with LocalSession() as other:
            list(other.execute("SELECT 1").lines())
        assert set(before) <= set(debris(tmp_path))
        assert list(one.execute("SELECT 2").lines()) == ["2"]
    assert debris(tmp_path) == []
