from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from typing import Any

import boto3
import pyarrow as pa
import pytest

from airflow_ddb_hive.dynamodb import DynamoDB, ItemWriter, Meter, Pacer, RetryPolicy, TableReader
from airflow_ddb_hive.dynamodb.describe import description_of
from airflow_ddb_hive.errors import AccessError, InputError, NotFoundError, WriteRefusedError
from airflow_ddb_hive.model.access import AwsAccess
from airflow_ddb_hive.model.budget import Budget
from airflow_ddb_hive.model.dynamodb import ITEM, AttributeColumn, ReadRequest, TableDescription
from airflow_ddb_hive.model.types import parse_type

ATTRIBUTES: dict[str, Any] = {
    "size": {"S": "a reserved word"},
    "blob": {"B": b"\x00\x01"},
    "l": {"L": [{"N": "1"}, {"M": {}}, {"L": []}]},
    "m": {"M": {"M": {"S": "é\n\u2028"}}},
    "set": {"NS": ["1", "2.5"]},
    "none": {"NULL": True},
}


def access(url: str) -> AwsAccess:
    return AwsAccess(region="us-east-1", access_key_id="a", secret_access_key="b", dynamodb_endpoint_url=url)


def make_table(url: str) -> str:
    name = f"T{uuid.uuid4().hex}"
    client = boto3.client("dynamodb", endpoint_url=url, region_name="us-east-1")
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "N"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for number in range(60):
        client.put_item(TableName=name, Item={"id": {"N": str(number)}, **ATTRIBUTES})
    client.close()
    return name


@pytest.fixture(
    params=[
        pytest.param("dynamodb_local", marks=pytest.mark.oracle("dynamodb-local")),
        pytest.param("moto_server", marks=pytest.mark.oracle("moto")),
    ]
)
def server(request: pytest.FixtureRequest) -> Iterator[tuple[DynamoDB, str]]:
    url = request.getfixturevalue(request.param)
    with DynamoDB.connect(access(url)) as db:
        yield db, make_table(url)


def read(db: DynamoDB, table: str, *columns: AttributeColumn, segments: int | None = None) -> list[dict[str, Any]]:
    request = ReadRequest(table_name=table, columns=columns, total_segments=segments, page_limit=7)
    names = [column.column for column in columns]
    pacer = Pacer(Budget(capacity_units=40_000))
    reader = TableReader(db, request, names, pacer, Meter(table, "read"), threading.Event())
    return [row for batch in reader.stream() for row in batch.to_pylist()]


@pytest.mark.integration
@pytest.mark.parametrize("segments", [None, 5])
def test_a_table_is_read_once_and_whole(server: tuple[DynamoDB, str], segments: int | None) -> None:
    db, table = server
    number = AttributeColumn("id", parse_type("bigint"), "id", "N")
    word = AttributeColumn("w", parse_type("string"), "size", "S")
    rows = read(db, table, number, word, segments=segments)
    assert sorted(row["id"] for row in rows) == list(range(60))
    assert {row["w"] for row in rows} == {"a reserved word"}


@pytest.mark.integration
def test_whole_items_are_copied_exactly(server: tuple[DynamoDB, str]) -> None:
    db, table = server
    whole = AttributeColumn("i", parse_type("map<string,string>"), None, ITEM)
    before = sorted(sorted(row["i"]) for row in read(db, table, whole))
    rows = pa.record_batch({"i": pa.array([dict(item) for item in before], pa.map_(pa.string(), pa.string()))})
    pacer, meter = Pacer(Budget(capacity_units=40_000)), Meter(table, "write")
    with ItemWriter(db, db.describe(table), [whole], pacer, meter, delete=True) as writer:
        writer.write(rows)
    assert read(db, table, whole) == []
    with ItemWriter(db, db.describe(table), [whole], pacer, meter) as writer:
        writer.write(rows)
    assert sorted(sorted(row["i"]) for row in read(db, table, whole)) == before
    assert meter.snapshot().items == 120


@pytest.mark.integration
def test_duplicate_set_elements_are_refused_by_dynamodb_and_told(dynamodb_local: str) -> None:
    table = make_table(dynamodb_local)
    columns = [
        AttributeColumn("id", parse_type("bigint"), "id", "N"),
        AttributeColumn("s", parse_type("array<string>"), "s", "SS"),
    ]
    with DynamoDB.connect(access(dynamodb_local)) as db:
        writer = ItemWriter(db, db.describe(table), columns, Pacer(Budget(capacity_units=100)), Meter(table, "write"))
        writer.write(pa.record_batch({"id": [1], "s": [["a", "b", "a"]]}))
        with pytest.raises(WriteRefusedError, match="duplicates"):
            writer.close()


@pytest.mark.integration
def test_a_table_that_is_not_there_is_named(dynamodb_local: str) -> None:
    with DynamoDB.connect(access(dynamodb_local)) as db, pytest.raises(NotFoundError, match="Nowhere") as caught:
        db.describe("Nowhere")
    assert caught.value.table == "Nowhere"


@pytest.mark.integration
def test_a_session_brings_its_credentials_and_region(dynamodb_local: str) -> None:
    session = boto3.Session(aws_access_key_id="x", aws_secret_access_key="y", region_name="eu-west-1")
    table = make_table(dynamodb_local)
    with DynamoDB.connect(AwsAccess(dynamodb_endpoint_url=dynamodb_local), session=session) as db:
        assert db.describe(table).item_count == 60
    with DynamoDB.connect(AwsAccess(), session=session) as db:
        assert "eu-west-1" in db.endpoint_url


def test_without_a_region_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    with pytest.raises(InputError, match=r"dynamodb\.region"):
        DynamoDB.connect(AwsAccess())


def test_an_unknown_profile_is_an_input_error() -> None:
    with pytest.raises(InputError, match="nobody"):
        DynamoDB.connect(AwsAccess(profile="nobody", region="us-east-1"))


def test_an_endpoint_that_is_no_url_is_an_input_error() -> None:
    with pytest.raises(InputError, match="endpoint"):
        DynamoDB.connect(access("nonsense"))


def test_without_credentials_nothing_is_sent_or_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with (
        DynamoDB.connect(AwsAccess(region="us-east-1", dynamodb_endpoint_url="http://127.0.0.1:9")) as db,
        pytest.raises(AccessError, match="AWS_ACCESS_KEY_ID"),
    ):
        db.describe("T")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"}}, (True, None)),
        (
            {
                "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
                "OnDemandThroughput": {"MaxReadRequestUnits": 50},
                "WarmThroughput": {"ReadUnitsPerSecond": 12000},
            },
            (True, 50),
        ),
        (
            {
                "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
                "OnDemandThroughput": {"MaxReadRequestUnits": -1},
                "WarmThroughput": {"ReadUnitsPerSecond": 12000},
            },
            (True, 12000),
        ),
        ({"ProvisionedThroughput": {"ReadCapacityUnits": 7}}, (False, 7)),
    ],
)
def test_capacity_is_the_narrowest_that_is_known(fields: dict[str, Any], expected: tuple[bool, int | None]) -> None:
    keys = [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}]
    description = description_of({"TableName": "T", "KeySchema": keys, **fields})
    assert (description.on_demand, description.read_capacity_units) == expected
    assert description.key_attributes == ("id", "at")


@pytest.mark.parametrize(
    ("columns", "sizes"),
    [
        ((AttributeColumn("id", parse_type("bigint"), "id", "N"),), ((0, 1), (64 * 2**20 + 1, 2), (2**40, 32))),
        ((), ((0, 1), (8 * 2**20 + 1, 2), (2**40, 32))),
    ],
)
def test_segments_grow_with_the_table(columns: tuple[AttributeColumn, ...], sizes: tuple[tuple[int, int], ...]) -> None:
    with DynamoDB.connect(access("http://127.0.0.1:9"), policy=RetryPolicy(connect_attempts=1)) as db:
        for size, segments in sizes:
            description = TableDescription(name="T", hash_key="id", size_bytes=size)
            reader = TableReader(
                db,
                ReadRequest(table_name="T", columns=columns),
                [column.column for column in columns],
                Pacer(Budget(capacity_units=1)),
                Meter("T", "read"),
                threading.Event(),
                description=description,
            )
            assert len(reader.units()) == segments
