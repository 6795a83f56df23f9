"""Sizes as DynamoDB counts them, asked of DynamoDB itself by filling an item to its limit."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from airflow_ddb_hive.dynamodb.encode import LARGEST_ITEM_BYTES
from airflow_ddb_hive.dynamodb.item_size import connector_size, stored_size

NUMBERS = (
    *("0", "1", "-1", "11", "-11", "111", "1111", "1.5", "15.5", "0.1", "0.01", "0.001", "1e10", "1e11", "100", "120"),
    *("-0.5", "1E-130", "9.9E125", "123456789.123456789", "1" * 38, "-" + "1" * 38),
)
VALUES: list[dict[str, Any]] = [
    *({"N": text} for text in NUMBERS),
    {"S": "é"},
    {"S": ""},
    {"BOOL": True},
    {"NULL": True},
    {"L": []},
    {"M": {}},
    {"L": [{"S": "a"}, {"L": [{"N": "1"}]}]},
    {"M": {"é": {"M": {"k": {"BOOL": False}}}}},
    {"SS": ["a", "bc"]},
    {"NS": ["1", "200", "-3.5"]},
]


@pytest.mark.integration
def test_a_stored_size_is_what_dynamodb_counts(dynamodb_local: str) -> None:
    client = boto3.client(
        "dynamodb",
        endpoint_url=dynamodb_local,
        region_name="us-east-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )
    client.create_table(
        TableName="Sizes",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    try:
        for value in VALUES:
            item: dict[str, Any] = {"id": {"S": "k"}, "a": value, "pad": {"S": ""}}
            room = LARGEST_ITEM_BYTES - stored_size(item)
            client.put_item(TableName="Sizes", Item=item | {"pad": {"S": "x" * room}})
            with pytest.raises(ClientError, match="maximum allowed size"):
                client.put_item(TableName="Sizes", Item=item | {"pad": {"S": "x" * (room + 1)}})
    finally:
        client.delete_table(TableName="Sizes")
        client.close()


@pytest.mark.parametrize(
    ("value", "size"),
    [({"N": "100"}, 3), ({"B": "aGk="}, 2), ({"BS": ["aGk=", "aA=="]}, 3), ({"L": [{"S": "é"}, {"NULL": True}]}, 2)],
)
def test_the_connector_counts_text_and_nothing_around_it(value: dict[str, object], size: int) -> None:
    assert connector_size({"a": value}) == 1 + size


def test_text_that_is_no_number_is_counted_as_text() -> None:
    assert stored_size({"a": {"N": "abc"}}) == 4
