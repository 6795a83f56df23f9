"""Queries and fetches by key lose, double and alter nothing, whatever the service and the network do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from airflow_ddb_hive.dynamodb import DynamoDB, Meter, Pacer, RetryPolicy, TableReader
from airflow_ddb_hive.errors import AccessError, JobCancelledError, NotFoundError, ThrottledError
from airflow_ddb_hive.model.access import AwsAccess
from airflow_ddb_hive.model.budget import Budget
from airflow_ddb_hive.model.dynamodb import AccessPath, AttributeColumn, Condition, KeyRange, RangeUnit, ReadRequest
from airflow_ddb_hive.model.types import BIGINT, STRING
from tests.support.fault_plan import CARRIER_FAULTS, ERROR_FAULTS, THROTTLE_FAULTS, FaultPlan
from tests.support.fault_server import FaultServer, fault_server
from tests.support.fault_table import StoredTable

COLUMNS = (
    AttributeColumn("h", STRING, "h", "S"),
    AttributeColumn("r", BIGINT, "r", "N"),
    AttributeColumn("s", STRING, "s", "S"),
)
GROUPS, EACH = 12, 25
ROWS = sorted((f"g{group}", number, f'é"{group}.{number}\n') for group in range(GROUPS) for number in range(EACH))
RANGES = tuple(KeyRange({"S": f"g{group}"}) for group in range(GROUPS))
KEYS = tuple(
    KeyRange({"S": f"g{group}"}, Condition("r", "=", ({"N": str(number)},)))
    for group in range(GROUPS)
    for number in range(EACH + 1)
)
"""Of all items, and one that is absent in each group."""

SCAN, QUERY, GET = AccessPath(), AccessPath(kind="query", ranges=RANGES), AccessPath(kind="get", ranges=KEYS)


def stored() -> StoredTable:
    table = StoredTable("T", hash_key="h", range_key="r", types={"h": "S", "r": "N"}, page_bytes=300)
    table.fill({"h": {"S": h}, "r": {"N": str(r)}, "s": {"S": s}} for h, r, s in ROWS)
    return table


@contextmanager
def connected(server: FaultServer, *, seconds: float = 20.0) -> Iterator[DynamoDB]:
    access = AwsAccess(region="us-east-1", access_key_id="a", secret_access_key="b", dynamodb_endpoint_url=server.url)
    policy = RetryPolicy(retry_seconds=seconds, base_delay=0.002, longest_delay=0.01)
    with DynamoDB.connect(access, policy=policy) as db:
        yield db


def reader(
    db: DynamoDB, path: AccessPath, *, meter: Meter | None = None, stop: threading.Event | None = None, **options: Any
) -> TableReader:
    request = ReadRequest(table_name="T", columns=options.pop("columns", COLUMNS), path=path, **options)
    names = [column.column for column in request.columns]
    pacer = Pacer(Budget(capacity_units=80_000))
    return TableReader(db, request, names, pacer, meter or Meter("T", "read"), stop or threading.Event())


def rows(made: TableReader) -> list[tuple[Any, ...]]:
    return sorted(tuple(row.values()) for batch in made.stream() for row in batch.to_pylist())


def our_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("scan-")]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("path", [SCAN, QUERY, GET], ids=["scan", "query", "get"])
def test_a_read_survives_any_mixture_of_faults(path: AccessPath, seed: int) -> None:
    plan = FaultPlan(seed=seed, share=0.35, operations=["Scan", "Query", "BatchGetItem"])
    with fault_server(stored(), plan=plan) as server, connected(server) as db:
        meter = Meter("T", "read")
        assert rows(reader(db, path, meter=meter, page_limit=20)) == ROWS
        assert meter.snapshot().items == len(ROWS)
    assert plan.met.total() >= 1
    assert our_threads() == []


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("path", [SCAN, QUERY, GET], ids=["scan", "query", "get"])
def test_a_count_survives_any_mixture_of_faults(path: AccessPath, seed: int) -> None:
    plan = FaultPlan(seed=50 + seed, share=0.35, operations=["Scan", "Query", "BatchGetItem"])
    with fault_server(stored(), plan=plan) as server, connected(server) as db:
        batches = list(reader(db, path, columns=(), page_limit=20).stream())
    assert sum(batch.num_rows for batch in batches) == len(ROWS)


@pytest.mark.parametrize(
    "fault", [*ERROR_FAULTS, *CARRIER_FAULTS, *THROTTLE_FAULTS[::11], "unprocessed", "all-unprocessed"]
)
@pytest.mark.parametrize(("path", "operation"), [(QUERY, "Query"), (GET, "BatchGetItem")], ids=["query", "get"])
def test_a_range_and_a_batch_of_keys_survive_each_fault(path: AccessPath, operation: str, fault: str) -> None:
    plan = FaultPlan(first=["", fault, fault, fault], operations=[operation])
    with fault_server(stored(), plan=plan) as server, connected(server) as db:
        meter = Meter("T", "read")
        assert rows(reader(db, path, meter=meter)) == ROWS
        assert meter.snapshot().items == len(ROWS)
        assert meter.snapshot().retries >= (0 if operation == "Query" and "unprocessed" in fault else 3)
    assert plan.met[fault] == 3


def test_keys_that_are_never_answered_fail_in_the_end() -> None:
    plan = FaultPlan(share=1.0, faults=["all-unprocessed"], operations=["BatchGetItem"])
    with fault_server(stored(), plan=plan) as server, connected(server, seconds=0.2) as db:
        meter = Meter("T", "read")
        with pytest.raises(ThrottledError, match="UnprocessedKeys") as caught:
            rows(reader(db, GET, meter=meter))
    assert caught.value.table == "T"
    assert meter.snapshot().retries >= 2
    assert meter.snapshot().units == 0
    assert our_threads() == []


def test_keys_that_are_left_out_are_asked_for_alone() -> None:
    plan = FaultPlan(seed=5, first=["unprocessed"], operations=["BatchGetItem"])
    with fault_server(stored(), plan=plan) as server, connected(server) as db:
        made = reader(db, AccessPath(kind="get", ranges=KEYS[:26]))
        (unit,) = made.units()
        pages = list(made.pages(unit))
    assert sum(page.count for page in pages) == 25
    assert len(pages) == 2
    assert all(page.last_key is None for page in pages)


@pytest.mark.parametrize("path", [SCAN, QUERY, GET], ids=["scan", "query", "get"])
def test_a_refusal_keeps_its_class_and_leaves_no_thread(path: AccessPath) -> None:
    denied = FaultPlan(first=["", "error:AccessDeniedException"], operations=["Scan", "Query", "BatchGetItem"])
    with fault_server(stored(), plan=denied) as server, connected(server) as db:
        with pytest.raises(AccessError):
            rows(reader(db, path))
        assert our_threads() == []
        server.tables.pop("T")
        with pytest.raises(NotFoundError):
            rows(reader(db, path))


@pytest.mark.parametrize("path", [SCAN, QUERY, GET], ids=["scan", "query", "get"])
def test_no_thread_is_left_when_a_reader_is_closed_early_or_cancelled(path: AccessPath) -> None:
    stop = threading.Event()
    with fault_server(stored()) as server, connected(server) as db:
        stream = reader(db, path, page_limit=5).stream(read_ahead=1)
        next(stream)
        stream.close()
        assert our_threads() == []
        stream = reader(db, path, stop=stop, page_limit=5).stream(read_ahead=1)
        next(stream)
        stop.set()
        with pytest.raises(JobCancelledError):
            list(stream)
        assert our_threads() == []


def test_keys_that_wait_to_be_asked_again_can_be_cancelled() -> None:
    stop = threading.Event()
    plan = FaultPlan(share=1.0, faults=["all-unprocessed"], operations=["BatchGetItem"])
    with fault_server(stored(), plan=plan) as server, connected(server) as db:
        made = reader(db, GET, stop=stop)
        threading.Timer(0.1, stop.set).start()
        with pytest.raises(JobCancelledError):
            list(made.pages(RangeUnit(KEYS[:10])))


@pytest.mark.parametrize(("consistent", "units"), [(False, 0.5), (True, 1.0)])
def test_units_are_estimated_where_the_server_does_not_say(consistent: bool, units: float) -> None:
    with fault_server(stored()) as server, connected(server) as db:
        answer = server.service.answer

        def silent(operation: str, body: dict[str, Any]) -> dict[str, Any]:
            return {name: value for name, value in answer(operation, body).items() if name != "ConsumedCapacity"}

        server.service.answer = silent  # type: ignore[method-assign]  # a server of another make
        for path, expected in ((QUERY, GROUPS * 3 * units), (GET, len(KEYS) * units)):
            meter = Meter("T", "read")
            rows(reader(db, path, meter=meter, consistent=consistent, page_limit=10))
            assert meter.snapshot().units == expected
