"""The writer against a server that fails on purpose, and against DynamoDB Local."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import boto3
import pyarrow as pa
import pytest

from airflow_ddb_hive.dynamodb import DynamoDB, ItemWriter, Meter, Pacer, RetryPolicy
from airflow_ddb_hive.dynamodb.batch_send import BatchSender
from airflow_ddb_hive.errors import ThrottledError, WriteRefusedError
from airflow_ddb_hive.model.access import AwsAccess
from airflow_ddb_hive.model.budget import Budget
from airflow_ddb_hive.model.dynamodb import AttributeColumn, TableDescription
from airflow_ddb_hive.model.types import BIGINT, STRING, parse_type
from tests.support.faulty_dynamodb import FaultyDynamoDB, faulty_dynamodb
from tests.support.waiting import once

COLUMNS = (AttributeColumn("id", BIGINT, "id", "N"), AttributeColumn("s", STRING, "s", "S"))
DESCRIPTION = TableDescription(name="Faulty", hash_key="id", attribute_types={"id": "N"})
FAULTS = ["", "", "", "unprocessed", "500", "503", "reset", "limit", "throttle", "truncate", "corrupt"]


@contextmanager
def connected(url: str, *, seconds: float = 20.0) -> Iterator[DynamoDB]:
    access = AwsAccess(region="us-east-1", access_key_id="a", secret_access_key="b", dynamodb_endpoint_url=url)
    policy = RetryPolicy(retry_seconds=seconds, base_delay=0.001, longest_delay=0.01)
    with DynamoDB.connect(access, policy=policy) as db:
        yield db


def writer(db: DynamoDB, meter: Meter | None = None, units: float = 40_000, **options: Any) -> ItemWriter:
    pacer = Pacer(Budget(capacity_units=units))
    return ItemWriter(db, DESCRIPTION, COLUMNS, pacer, meter or Meter("Faulty", "write"), **options)


def rows(pairs: list[tuple[int, str]]) -> pa.RecordBatch:
    return pa.record_batch({"a": [key for key, _ in pairs], "b": [text for _, text in pairs]})


def stored(server: FaultyDynamoDB) -> dict[int, str]:
    return {int(item["id"]["N"]): item["s"]["S"] for item in server.items.values()}


@pytest.mark.parametrize("seed", range(6))
def test_whatever_fails_the_last_row_of_each_key_is_there_and_no_other(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret, the same faults in each run
    pairs = [(chance.randrange(120), f"row {number}") for number in range(900)]
    faults = [chance.choice(FAULTS) for _ in range(60)]
    with faulty_dynamodb(faults) as server, connected(server.url) as db:
        meter = Meter("Faulty", "write")
        with writer(db, meter) as target:
            start = 0
            while start < len(pairs):
                end = start + chance.randrange(1, 90)
                target.write(rows(pairs[start:end]))
                start = end
        assert stored(server) == dict(pairs)
        usage = meter.snapshot()
        assert usage.items + usage.replaced == len(pairs)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_fails_deletion_removes_the_given_keys_and_no_other(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret, the same faults in each run
    gone = [chance.randrange(200) for _ in range(300)]
    faults = [chance.choice(FAULTS) for _ in range(20)]
    with faulty_dynamodb(faults) as server, connected(server.url) as db:
        server.fill(200)
        with writer(db, delete=True) as target:
            target.write(rows([(key, "") for key in gone]))
        assert set(stored(server)) == set(range(200)) - set(gone)


def test_a_key_is_in_one_request_once_and_its_earlier_rows_are_counted() -> None:
    meter = Meter("Faulty", "write")
    with faulty_dynamodb() as server, connected(server.url) as db:
        with writer(db, meter) as target:
            target.write(rows([(1, "first"), (2, "x"), (1, "second"), (1, "third")]))
        assert stored(server) == {1: "third", 2: "x"}
    assert (meter.snapshot().items, meter.snapshot().replaced) == (2, 2)


@pytest.mark.parametrize(
    ("options", "most"), [({}, 25), ({"batch_items": 10}, 10), ({"batch_items": 100}, 25), ({"batch_bytes": 250}, 4)]
)
def test_a_request_holds_what_the_settings_allow(options: dict[str, Any], most: int) -> None:
    with faulty_dynamodb() as server, connected(server.url) as db:
        with writer(db, **options) as target:
            target.write(rows([(key, "12345") for key in range(10, 90)]))
        sizes = [len(body["RequestItems"]["Faulty"]) for _, body in server.operations]
        assert max(sizes) == most
        assert sum(sizes) == 80


def test_a_request_costs_no_more_than_its_share_of_a_small_budget() -> None:
    with faulty_dynamodb() as server, connected(server.url) as db:
        with writer(db, units=20) as target:
            target.write(rows([(key, "x" * 3000) for key in range(8)]))
        sizes = [len(body["RequestItems"]["Faulty"]) for _, body in server.operations]
        assert sum(sizes) == 8
        assert max(sizes) <= 5


@pytest.mark.integration
def test_an_item_that_only_dynamodb_refuses_is_found_and_the_rest_of_its_batch_written(dynamodb_local: str) -> None:
    with local_table(dynamodb_local) as db:
        numbers = AttributeColumn("n", parse_type("double"), "n", "N")
        values = [1.0] * 24
        values[17] = 1e300
        batch = pa.record_batch({"id": list(range(24)), "n": values})
        description = db.describe("Refused")
        target = ItemWriter(
            db, description, (COLUMNS[0], numbers), Pacer(Budget(capacity_units=1000)), Meter("Refused", "write")
        )
        target.write(batch)
        with pytest.raises(WriteRefusedError) as caught:
            target.close()
        message = caught.value.message
        assert "Number overflow" in message
        assert 'the item of table Refused with the key {"id":{"N":"17"}}' in message
        there = len(boto_client(dynamodb_local).scan(TableName="Refused")["Items"])
        assert there > 0
        assert f"{there} items of this statement are in table Refused already" in message


@pytest.mark.integration
def test_refused_items_stop_no_other_item_of_their_batch_and_the_first_is_told(dynamodb_local: str) -> None:
    numbers = ["1e300" if key in {2, 3, 17} else "1" for key in range(25)]
    puts = [f'{{"PutRequest":{{"Item":{{"id":{{"N":"{key}"}},"n":{{"N":"{n}"}}}}}}}}' for key, n in enumerate(numbers)]
    with local_table(dynamodb_local) as db:
        pacer = Pacer(Budget(capacity_units=1000))
        sender = BatchSender(db, db.describe("Refused"), pacer, Meter("Refused", "write"), threading.Event())
        with pytest.raises(WriteRefusedError, match=r'the key {"id":{"N":"2"}}'):
            sender.send([put.encode() for put in puts])
        there = {int(item["id"]["N"]) for item in boto_client(dynamodb_local).scan(TableName="Refused")["Items"]}
    assert there == set(range(25)) - {2, 3, 17}
    assert sender.done_items == 22


def test_a_refused_row_tells_how_many_came_before_it() -> None:
    with faulty_dynamodb() as server, connected(server.url) as db:
        target = writer(db)
        target.write(rows([(key, "x") for key in range(100)]))
        once(lambda: stored(server))
        with pytest.raises(WriteRefusedError) as caught:
            target.write(pa.record_batch({"a": pa.array([None], pa.int64()), "b": ["x"]}))
        written = len(stored(server))
        assert f"; {written} items of this statement are in table Faulty already" in caught.value.message
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("write-")]


def test_items_that_always_come_back_end_the_job_with_the_reason() -> None:
    with faulty_dynamodb(["unprocessed"] * 10_000) as server, connected(server.url, seconds=0.1) as db:
        server.takes_nothing = True
        target = writer(db)
        target.write(rows([(1, "x")]))
        with pytest.raises(ThrottledError, match="UnprocessedItems"):
            target.close()


def boto_client(url: str) -> Any:
    return boto3.client(
        "dynamodb", endpoint_url=url, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )


@contextmanager
def local_table(url: str, kind: str = "N") -> Iterator[DynamoDB]:
    client = boto_client(url)
    client.create_table(
        TableName="Refused",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": kind}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    try:
        with connected(url) as db:
            yield db
    finally:
        client.delete_table(TableName="Refused")
        client.close()


@pytest.mark.integration
def test_number_keys_that_are_equal_are_one_item_whatever_their_spelling(dynamodb_local: str) -> None:
    with local_table(dynamodb_local) as db:
        decimals = (AttributeColumn("id", parse_type("decimal(20,5)"), "id", "N"), COLUMNS[1])
        whole = (AttributeColumn("i", parse_type("map<string,string>"), None, "ITEM"),)
        description, pacer = db.describe("Refused"), Pacer(Budget(capacity_units=1000))
        keys = [Decimal(text) for text in ("1.00000", "100.00000", "-0.50000", "1.0", "0", "100")]
        batch = pa.record_batch({"id": pa.array(keys, pa.decimal128(20, 5)), "s": list("abcdef")})
        with ItemWriter(db, description, decimals, pacer, Meter("Refused", "write")) as target:
            target.write(batch)
        texts = ["1", "1.0", "1e0", "+1", "01", "1E2", "100.0", "-0", "0.0", "-5e-1"]
        items = [[("id", f'{{"n":"{text}"}}'), ("s", f'{{"s":"{text}"}}')] for text in texts]
        cells = pa.array(items, pa.map_(pa.string(), pa.string()))
        with ItemWriter(db, description, whole, pacer, Meter("Refused", "write")) as target:
            target.write(pa.record_batch({"i": cells}))
        found = {
            item["id"]["N"]: item["s"]["S"] for item in boto_client(dynamodb_local).scan(TableName="Refused")["Items"]
        }
        assert found == {"1": "01", "100": "100.0", "0": "0.0", "-0.5": "-5e-1"}
