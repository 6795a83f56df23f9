"""Nothing is lost, doubled or altered, whatever the service and the network do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa
import pytest

from airflow_ddb_hive.dynamodb import DynamoDB, ItemWriter, Meter, Pacer, RetryPolicy, TableReader
from airflow_ddb_hive.dynamodb import client as client_module
from airflow_ddb_hive.dynamodb.threads import await_end
from airflow_ddb_hive.errors import (
    AccessError,
    DdbHiveError,
    InputError,
    JobCancelledError,
    NotFoundError,
    ServiceError,
    ThrottledError,
    WriteRefusedError,
)
from airflow_ddb_hive.model.access import AwsAccess
from airflow_ddb_hive.model.budget import Budget
from airflow_ddb_hive.model.dynamodb import AttributeColumn, ReadRequest, ScanUnit, TableDescription
from airflow_ddb_hive.model.types import BIGINT, STRING
from tests.support.faulty_dynamodb import FaultyDynamoDB, faulty_dynamodb

COLUMNS = (AttributeColumn("id", BIGINT, "id", "N"), AttributeColumn("s", STRING, "s", "S"))
DESCRIPTION = TableDescription(name="Faulty", hash_key="id", attribute_types={"id": "N"})
PASSING = ["throttle:TableReadProvisionedThroughputExceeded", "limit", "500", "502", "503", "504", "reset"]
CORRUPT = ["truncate", "short", "corrupt"]


@contextmanager
def connected(url: str, *, seconds: float = 20.0) -> Iterator[DynamoDB]:
    access = AwsAccess(region="us-east-1", access_key_id="a", secret_access_key="b", dynamodb_endpoint_url=url)
    policy = RetryPolicy(retry_seconds=seconds, base_delay=0.005, longest_delay=0.02)
    with DynamoDB.connect(access, policy=policy) as db:
        yield db


def reader(
    db: DynamoDB, meter: Meter, *, stop: threading.Event | None = None, segments: int | None = None
) -> TableReader:
    request = ReadRequest(table_name="Faulty", columns=COLUMNS, total_segments=segments)
    pacer = Pacer(Budget(capacity_units=40_000))
    stop = stop or threading.Event()
    return TableReader(db, request, ["c0", "c1"], pacer, meter, stop, description=DESCRIPTION)


def rows(batches: Iterator[pa.RecordBatch]) -> list[tuple[int, str]]:
    return sorted((row["c0"], row["c1"]) for batch in batches for row in batch.to_pylist())


def stored(server: FaultyDynamoDB) -> list[tuple[int, str]]:
    return sorted((int(item["id"]["N"]), item["s"]["S"]) for item in server.items.values())


@pytest.mark.parametrize("fault", [*PASSING, *CORRUPT])
def test_a_read_survives_what_passes(fault: str) -> None:
    with faulty_dynamodb() as server, connected(server.url) as db:
        server.fill(95)
        server.faults.extend([fault, "", fault, fault, "", "", fault])
        meter = Meter("Faulty", "read")
        assert rows(reader(db, meter, segments=3).stream(workers=2)) == stored(server)
        assert meter.snapshot().retries == 4
        assert meter.snapshot().items == 95


@pytest.mark.parametrize("fault", [*PASSING, *CORRUPT, "unprocessed"])
def test_a_write_survives_what_passes(fault: str) -> None:
    with faulty_dynamodb([fault, "", fault, fault]) as server, connected(server.url) as db:
        batch = pa.record_batch({"a": list(range(130)), "b": [f"é{n}\n" for n in range(130)]})
        meter = Meter("Faulty", "write")
        pacer = Pacer(Budget(capacity_units=40_000))
        with ItemWriter(db, DESCRIPTION, COLUMNS, pacer, meter) as writer:
            writer.write(batch)
        assert stored(server) == [(n, f"é{n}\n") for n in range(130)]
        assert meter.snapshot().items == 130
        assert meter.snapshot().retries >= 3


@pytest.mark.parametrize("fault", ["500", *CORRUPT])
def test_a_read_that_never_gets_better_fails(fault: str) -> None:
    with faulty_dynamodb([fault] * 1000) as server, connected(server.url, seconds=0.2) as db:
        server.fill(5)
        with pytest.raises(ServiceError, match=r"Faulty|bytes|DynamoDB at"):
            list(reader(db, Meter("Faulty", "read"), segments=1).batches(ScanUnit(0, 1)))


def test_throttling_without_end_names_its_reason() -> None:
    reason = "TableReadKeyRangeThroughputExceeded"
    with faulty_dynamodb([f"throttle:{reason}"] * 1000) as server, connected(server.url, seconds=0.2) as db:
        meter = Meter("Faulty", "read")
        with pytest.raises(ThrottledError, match=reason) as caught:
            rows(reader(db, meter, segments=1).stream())
        assert caught.value.code == "ProvisionedThroughputExceededException"
        assert caught.value.request_id == "REQUEST1"
        assert meter.snapshot().throttles[reason] >= 2


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("denied", AccessError),
        ("expired", AccessError),
        ("unknown", AccessError),
        ("missing", NotFoundError),
        ("validation", InputError),
    ],
)
def test_what_does_not_pass_fails_at_once(fault: str, error: type[DdbHiveError]) -> None:
    with faulty_dynamodb([fault]) as server, connected(server.url) as db:
        with pytest.raises(error):
            db.describe("Faulty")
        assert len(server.operations) == 1


def test_a_refused_item_is_told_by_the_writer_and_ends_it() -> None:
    with faulty_dynamodb(["validation"]) as server, connected(server.url) as db:
        writer = ItemWriter(db, DESCRIPTION, COLUMNS, Pacer(Budget(capacity_units=100)), Meter("Faulty", "write"))
        writer.write(pa.record_batch({"a": [1], "b": ["x"]}))
        with pytest.raises(WriteRefusedError):
            writer.close()
    assert not _our_threads()


def test_an_endpoint_that_nobody_serves_is_named() -> None:
    with connected("http://127.0.0.1:9") as db, pytest.raises(ServiceError, match=r"127\.0\.0\.1:9"):
        db.describe("Faulty")


def test_the_last_row_of_a_key_wins_across_batches_and_faults() -> None:
    with faulty_dynamodb(["unprocessed", "500", "reset"]) as server, connected(server.url) as db:
        meter = Meter("Faulty", "write")
        with ItemWriter(db, DESCRIPTION, COLUMNS, Pacer(Budget(capacity_units=40_000)), meter) as writer:
            for turn in range(8):
                writer.write(
                    pa.record_batch({"a": [n % 30 for n in range(90)], "b": [f"{turn}-{n}" for n in range(90)]})
                )
        assert stored(server) == [(n, f"7-{60 + n}") for n in range(30)]


def test_deletion_sends_keys_only() -> None:
    with faulty_dynamodb() as server, connected(server.url) as db:
        server.fill(3)
        pacer, meter = Pacer(Budget(capacity_units=100)), Meter("Faulty", "write")
        with ItemWriter(db, DESCRIPTION, COLUMNS, pacer, meter, delete=True) as writer:
            writer.write(pa.record_batch({"a": [0, 2], "b": ["x", None]}))
        assert list(server.items) == [1]
        requests = server.operations[-1][1]["RequestItems"]["Faulty"]
        assert requests[0] == {"DeleteRequest": {"Key": {"id": {"N": "0"}}}}


def _our_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith(("scan-", "write-"))]


def test_no_thread_is_left_when_a_stream_is_closed_early() -> None:
    with faulty_dynamodb() as server, connected(server.url) as db:
        server.fill(500)
        stream = reader(db, Meter("Faulty", "read"), segments=4).stream(workers=3, read_ahead=1)
        next(stream)
        stream.close()
        assert not _our_threads()


def test_no_thread_is_left_when_a_stream_fails() -> None:
    with faulty_dynamodb(["", "", "denied"]) as server, connected(server.url) as db:
        server.fill(500)
        with pytest.raises(AccessError):
            list(reader(db, Meter("Faulty", "read"), segments=4).stream(workers=3))
        assert not _our_threads()


def test_no_thread_is_left_when_a_job_is_cancelled() -> None:
    stop = threading.Event()
    with faulty_dynamodb() as server, connected(server.url) as db:
        server.fill(500)
        stream = reader(db, Meter("Faulty", "read"), stop=stop, segments=4).stream(workers=3, read_ahead=1)
        next(stream)
        stop.set()
        with pytest.raises(JobCancelledError):
            list(stream)
        assert not _our_threads()


def test_a_writer_that_is_aborted_leaves_no_thread() -> None:
    with faulty_dynamodb(["500"] * 1000) as server, connected(server.url) as db:
        writer = ItemWriter(db, DESCRIPTION, COLUMNS, Pacer(Budget(capacity_units=40_000)), Meter("Faulty", "write"))
        writer.write(pa.record_batch({"a": list(range(60)), "b": ["x"] * 60}))
        writer.abort()
        assert not _our_threads()


def test_a_count_brings_no_items() -> None:
    with faulty_dynamodb() as server, connected(server.url) as db:
        server.fill(35)
        pacer = Pacer(Budget(capacity_units=40_000))
        request = ReadRequest(table_name="Faulty", columns=())
        batches = list(TableReader(db, request, [], pacer, Meter("Faulty", "read"), threading.Event()).stream())
        assert sum(batch.num_rows for batch in batches) == 35
        assert batches[0].schema.names == ["c_"]
        assert {body.get("Select") for operation, body in server.operations if operation == "Scan"} == {"COUNT"}


def test_empty_pages_in_front_are_read_over() -> None:
    with faulty_dynamodb() as server, connected(server.url) as db:
        server.fill(5)
        seen = iter([{"Count": 0, "ScannedCount": 9, "Items": [], "LastEvaluatedKey": {"id": {"N": "-1"}}}] * 2)
        plain = server._scan
        server._scan = lambda body: next(seen, None) or plain(body)  # type: ignore[method-assign]  # two answers by hand
        assert len(rows(reader(db, Meter("Faulty", "read")).stream())) == 5


def test_an_answer_that_never_comes_holds_a_cancelled_job_for_the_read_timeout_at_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert client_module._READ_SECONDS < 10
    monkeypatch.setattr(client_module, "_READ_SECONDS", 0.3)
    stop = threading.Event()
    with faulty_dynamodb(["hang"] * 1000) as server, connected(server.url) as db:
        writer = ItemWriter(
            db, DESCRIPTION, COLUMNS, Pacer(Budget(capacity_units=100)), Meter("Faulty", "write"), stop=stop
        )
        writer.write(pa.record_batch({"a": [1], "b": ["x"]}))

        def cancel() -> None:
            server.hanging.wait()
            stop.set()

        canceller = threading.Thread(target=cancel)
        canceller.start()
        with pytest.raises(JobCancelledError):
            writer.close()
        with pytest.raises(JobCancelledError):
            rows(reader(db, Meter("Faulty", "read"), stop=stop, segments=1).stream())
        canceller.join()
        assert not _our_threads()


def test_a_thread_that_the_network_holds_is_left_behind_once_the_job_has_ended() -> None:
    held, ended = threading.Event(), threading.Event()
    thread = threading.Thread(target=held.wait, daemon=True)
    thread.start()
    ended.set()
    await_end([thread], ended, seconds=0.01)
    assert thread.is_alive()
    held.set()
    await_end([thread], threading.Event())
    assert not thread.is_alive()
