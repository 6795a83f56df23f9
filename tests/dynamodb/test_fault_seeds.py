"""Whole statements against a DynamoDB that fails in every way there is: nothing is lost, doubled or altered."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.errors import AccessError, DdbHiveError, InputError, ServiceError, ThrottledError
from airflow_ddb_hive.model.access import AwsAccess
from tests.support.fault_plan import CARRIER_FAULTS, ERROR_FAULTS, THROTTLE_FAULTS, FaultPlan
from tests.support.fault_server import FaultServer, fault_server
from tests.support.fault_table import Item, StoredTable

DDL = """CREATE EXTERNAL TABLE {name} (id bigint, s string, n double)
STORED BY 'org.apache.hadoop.hive.dynamodb.DynamoDBStorageHandler'
TBLPROPERTIES ('dynamodb.table.name'='{name}', 'dynamodb.column.mapping'='id:id,s:s,n:n',
  'dynamodb.throughput.read.percent'='1.0', 'dynamodb.throughput.write.percent'='1.0')"""
ITEMS = """CREATE EXTERNAL TABLE {name}_items (item map<string,string>)
STORED BY 'org.apache.hadoop.hive.dynamodb.DynamoDBStorageHandler'
TBLPROPERTIES ('dynamodb.table.name'='{name}',
  'dynamodb.throughput.read.percent'='1.0', 'dynamodb.throughput.write.percent'='1.0')"""
COUNT = 400


def source(count: int = COUNT) -> StoredTable:
    table = StoredTable("source", page_bytes=400)
    table.fill({"id": {"N": str(n)}, "s": {"S": f'é"{n}\n'}, "n": {"N": f"{n}.5"}} for n in range(count))
    return table


def session(server: FaultServer, **settings: str) -> LocalSession:
    access = AwsAccess(region="us-east-1", access_key_id="a", secret_access_key="b", dynamodb_endpoint_url=server.url)
    opened = LocalSession(access=access, hiveconfs={"ddb_hive.retry.duration": "60", **settings})
    for name in server.tables:
        opened.execute(DDL.format(name=name)).close()
        opened.execute(ITEMS.format(name=name)).close()
    return opened


def run(server: FaultServer, *statements: str, **settings: str) -> None:
    with session(server, **settings) as opened:
        for statement in statements:
            for _ in opened.execute(statement).batches():
                pass


def our_threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.startswith(("ddb-hive", "scan-", "write-"))]


@pytest.mark.parametrize("seed", range(4))
def test_a_scan_to_parquet_loses_doubles_and_alters_nothing(seed: int, tmp_path: Path) -> None:
    plan = FaultPlan(seed=seed, share=0.3)
    with fault_server(source(), plan=plan) as server:
        run(
            server,
            f"INSERT OVERWRITE LOCAL DIRECTORY '{tmp_path}' STORED AS PARQUET SELECT id, s, n FROM source",
            **{"dynamodb.scan.segments": "3"},
        )
    assert plan.met.total() >= 5
    rows = pq.read_table(tmp_path).to_pydict()
    found = sorted(zip(*rows.values(), strict=True))
    assert found == [(n, f'é"{n}\n', n + 0.5) for n in range(COUNT)]
    assert our_threads() == []


@pytest.mark.parametrize("seed", range(4))
def test_a_copy_of_whole_items_loses_doubles_and_alters_nothing(seed: int) -> None:
    plan = FaultPlan(seed=100 + seed, share=0.3)
    with fault_server(source(), StoredTable("target"), plan=plan) as server:
        run(server, "INSERT INTO TABLE target_items SELECT item FROM source_items")
        assert server.tables["target"].items == server.tables["source"].items
    assert plan.met.total() >= 5
    assert our_threads() == []


@pytest.mark.parametrize("seed", range(2))
def test_an_import_and_a_deletion_lose_double_and_alter_nothing(seed: int, tmp_path: Path) -> None:
    plan = FaultPlan(seed=200 + seed, share=0.3)
    keys = random.Random(seed).sample(range(COUNT), 150)  # noqa: S311 - any keys
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "rows").write_text("".join(f"{n}\x01row {n}\x01{n}.25\n" for n in range(COUNT)))
    (tmp_path / "gone").mkdir()
    (tmp_path / "gone" / "rows").write_text("".join(f"{n}\x01\n" for n in keys))
    with fault_server(StoredTable("target"), plan=plan) as server:
        run(
            server,
            f"CREATE EXTERNAL TABLE everything (id bigint, s string, n double) LOCATION '{tmp_path}/full'",
            f"CREATE EXTERNAL TABLE gone (id bigint, s string) LOCATION '{tmp_path}/gone'",
            "INSERT INTO TABLE target SELECT id, s, n FROM everything",
            "SET dynamodb.deletion.mode=true",
            "INSERT INTO TABLE target SELECT id, s, CAST(NULL AS double) FROM gone",
        )
        stored = {int(item["id"]["N"]): item for item in server.tables["target"].items.values()}
    assert sorted(stored) == sorted(set(range(COUNT)) - set(keys))
    assert all(item["s"] == {"S": f"row {n}"} and float(item["n"]["N"]) == n + 0.25 for n, item in stored.items())
    assert plan.met.total() >= 5


@pytest.mark.parametrize(
    "fault", [*ERROR_FAULTS, *CARRIER_FAULTS, *THROTTLE_FAULTS[::5], "odd-error:ThrottlingException"]
)
def test_a_table_is_described_scanned_and_written_whatever_one_answer_was(fault: str) -> None:
    plan = FaultPlan(first=["", "", fault, "", fault, fault, "", fault, fault, ""])
    with fault_server(source(60), StoredTable("target"), plan=plan) as server:
        run(server, "INSERT INTO TABLE target SELECT id, s, n FROM source", **{"dynamodb.scan.segments": "1"})
        assert server.tables["target"].items == server.tables["source"].items
    assert plan.met[fault] == 5


@pytest.mark.parametrize("seed", range(3))
def test_the_last_row_of_a_key_is_the_one_that_stays_in_the_ledger_too(seed: int, tmp_path: Path) -> None:
    plan = FaultPlan(seed=300 + seed, share=0.35, operations=["BatchWriteItem"])
    rows = [f"{n % 40}\x01turn {n // 40}\x010\n" for n in range(800)]
    (tmp_path / "rows").write_text("".join(rows))
    with fault_server(StoredTable("target"), plan=plan) as server:
        run(
            server,
            f"CREATE EXTERNAL TABLE rows_of (id bigint, s string, n double) LOCATION '{tmp_path}'",
            "INSERT INTO TABLE target SELECT id, s, n FROM rows_of",
        )
        stored = server.tables["target"].items
        histories: dict[object, list[int]] = {}
        for _, _, key, item in server.service.ledger.history:
            histories.setdefault(key, []).append(int((item or {})["s"]["S"].removeprefix("turn ")))
    assert {item["s"]["S"] for item in stored.values()} == {"turn 19"}
    assert len(stored) == 40
    # Never an older row over a newer one, however often a request was sent again.
    assert all(turns == sorted(turns) for turns in histories.values())


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("error:AccessDeniedException", AccessError),
        ("error:ExpiredTokenException", AccessError),
        ("error:UnrecognizedClientException", AccessError),
        ("error:ResourceNotFoundException", DdbHiveError),
        ("error:SerializationException", InputError),
        ("error:ValidationException", DdbHiveError),
    ],
)
@pytest.mark.parametrize("statement", ["SELECT * FROM source", "INSERT INTO TABLE target SELECT id, s, n FROM source"])
def test_what_does_not_pass_ends_a_statement_at_once(fault: str, error: type[DdbHiveError], statement: str) -> None:
    operation = "Scan" if statement.startswith("SELECT") else "BatchWriteItem"
    # A refused batch is sent by halves down to single items: enough refusals for all of them.
    plan = FaultPlan(first=[fault] * 1000, operations=[operation])
    with fault_server(source(60), StoredTable("target"), plan=plan) as server:
        started = time.monotonic()
        with pytest.raises(error) as caught:
            run(server, statement)
        assert time.monotonic() - started < 5
        assert not isinstance(caught.value, ServiceError)
        assert server.tables["target"].items == {}
    assert our_threads() == []


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("500", ServiceError),
        ("cut-to-nothing", ServiceError),
        ("corrupt", ServiceError),
        ("no-items", ServiceError),
        ("reset-after", ServiceError),
        ("html-400", ServiceError),
        ("throttle:ThrottlingException:TableReadProvisionedThroughputExceeded", ThrottledError),
        ("all-unprocessed", ThrottledError),
    ],
)
def test_what_never_gets_better_ends_when_the_time_for_retries_is_over(
    fault: str, error: type[DdbHiveError], tmp_path: Path
) -> None:
    writes = fault == "all-unprocessed"
    plan = FaultPlan(first=[fault] * 10_000, operations=["BatchWriteItem" if writes else "Scan"])
    target = "INTO TABLE target" if writes else f"OVERWRITE LOCAL DIRECTORY '{tmp_path}/out'"
    with fault_server(source(60), StoredTable("target"), plan=plan) as server:
        started = time.monotonic()
        with pytest.raises(error):
            run(server, f"INSERT {target} SELECT id, s, n FROM source", **{"ddb_hive.retry.duration": "1"})
        assert time.monotonic() - started < 12
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())
    assert our_threads() == []


@pytest.mark.parametrize("role", ["read", "write"])
def test_the_budget_is_held_by_the_ledger_whatever_fails(role: str) -> None:
    plan = FaultPlan(seed=7, share=0.2, faults=["500", "reset-after", "cut", "corrupt", "unprocessed", "slow"])
    wide: list[Item] = [{"id": {"N": str(n)}, "s": {"S": "x" * 900}, "n": {"N": "1"}} for n in range(420)]
    table = StoredTable("source", page_bytes=40_000, read_units=20 if role == "read" else 0)
    table.fill(wide)
    target = StoredTable("target", write_units=60 if role == "write" else 0)
    statement = "SELECT * FROM source" if role == "read" else "INSERT INTO TABLE target SELECT id, s, n FROM source"
    with fault_server(table, target, plan=plan) as server:
        run(server, statement, **{"dynamodb.scan.segments": "4"})
        name, rate, one_request = ("source", 20.0, 5.0) if role == "read" else ("target", 60.0, 25.0)
        for seconds in (2.0, 5.0):
            most = server.service.ledger.most_in_window(name, role, seconds)
            assert most <= rate * seconds * 1.05 + rate * 0.4 + one_request
    assert Counter(server.asked[n][0] for n in range(len(server.asked)))["DescribeTable"] < 10
