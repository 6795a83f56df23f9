"""Tables in the real DynamoDB Local, and sessions on them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.model.access import AwsAccess

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

MakeTable = Callable[[list[dict[str, Any]]], str]
"""Makes a table with partition key ``id`` (a string) that holds these items in DynamoDB's JSON; returns its name."""


@pytest.fixture
def client(dynamodb_local: str) -> DynamoDBClient:
    return boto3.client("dynamodb", endpoint_url=dynamodb_local, region_name="us-east-1")


@pytest.fixture
def make_table(client: DynamoDBClient) -> Iterator[MakeTable]:
    made = []

    def make(items: list[dict[str, Any]]) -> str:
        name = f"T{uuid.uuid4().hex}"
        client.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        made.append(name)
        for start in range(0, len(items), 25):
            requests: Any = [{"PutRequest": {"Item": item}} for item in items[start : start + 25]]
            client.batch_write_item(RequestItems={name: requests})
        return name

    yield make
    for name in made:
        client.delete_table(TableName=name)


@pytest.fixture
def session(dynamodb_local: str) -> Iterator[LocalSession]:
    with LocalSession(access=AwsAccess(region="us-east-1", dynamodb_endpoint_url=dynamodb_local)) as session:
        yield session


def ddl(hive_name: str, table: str, columns: str, mapping: str, extra: str = "") -> str:
    """A CREATE EXTERNAL TABLE over a DynamoDB table."""
    mapped = f', "dynamodb.column.mapping" = "{mapping}"' if mapping else ""
    return (
        f"CREATE EXTERNAL TABLE {hive_name} ({columns}) "
        "STORED BY 'org.apache.hadoop.hive.dynamodb.DynamoDBStorageHandler' "
        f'TBLPROPERTIES ("dynamodb.table.name" = "{table}"{mapped}{extra})'
    )
