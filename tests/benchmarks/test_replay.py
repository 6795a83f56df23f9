"""The replay server answers as DynamoDB does: what it gets wrong, every figure gets wrong."""

from __future__ import annotations

import http.client
import json
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from benchmarks.replay import ReplayProcess, ReplayTable, replay_server
from benchmarks.replay.flights import ATTRIBUTES, flight, stored_bytes

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ITEMS = 12_345


@pytest.fixture(scope="module")
def server() -> Iterator[ReplayProcess]:
    with replay_server(items=ITEMS, table="flights", sinks=("copy",)) as running:
        yield running


@pytest.fixture(scope="module")
def client(server: ReplayProcess) -> Iterator[DynamoDBClient]:
    client = boto3.client(
        "dynamodb",
        endpoint_url=server.url,
        region_name="us-east-1",
        aws_access_key_id="rig",
        aws_secret_access_key="rigsecret",
        config=Config(retries={"total_max_attempts": 1}),
    )
    yield client
    client.close()


def scan(client: DynamoDBClient, **options: Any) -> list[dict[str, Any]]:
    pages = client.get_paginator("scan").paginate(TableName="flights", **options)
    return [dict(page) for page in pages]


def keys(pages: list[dict[str, Any]]) -> list[str]:
    return [item["flight_id"]["N"] for page in pages for item in page["Items"]]


def test_every_item_has_a_key_of_its_own(client: DynamoDBClient) -> None:
    found = keys(scan(client))
    assert len(found) == len(set(found)) == ITEMS


@pytest.mark.parametrize("segments", [2, 7, 200])
def test_segments_share_the_items_exactly(client: DynamoDBClient, segments: int) -> None:
    options = {"TotalSegments": segments, "ProjectionExpression": "flight_id"}
    found = [key for segment in range(segments) for key in keys(scan(client, Segment=segment, **options))]
    assert sorted(found) == keys(scan(client, ProjectionExpression="flight_id"))


@pytest.mark.parametrize("limit", [1000, 5000])
def test_limit_makes_smaller_pages_of_the_same_items(client: DynamoDBClient, limit: int) -> None:
    pages = scan(client, PaginationConfig={"PageSize": limit}, ProjectionExpression="flight_id")
    assert max(page["Count"] for page in pages) <= limit
    assert keys(pages) == keys(scan(client, ProjectionExpression="flight_id"))


def test_limit_reached_at_the_end_still_gives_a_key_to_go_on_after(client: DynamoDBClient) -> None:
    pages = scan(client, PaginationConfig={"PageSize": ITEMS // 5}, TotalSegments=5, Segment=0, Select="COUNT")
    assert [page["Count"] for page in pages] == [ITEMS // 5, 0]


def test_projection_keeps_the_named_attributes_only(client: DynamoDBClient) -> None:
    page = client.scan(
        TableName="flights", Limit=1, ProjectionExpression="#y, dest", ExpressionAttributeNames={"#y": "year"}
    )
    assert page["Items"] == [{"year": {"N": "2013"}, "dest": flight(0)["dest"]}]


def test_count_gives_no_items(client: DynamoDBClient) -> None:
    pages = scan(client, Select="COUNT")
    assert sum(page["Count"] for page in pages) == ITEMS
    assert not any(page.get("Items") for page in pages)


@pytest.mark.parametrize(("consistent", "units"), [(False, 128.0), (True, 256.0)])
def test_a_full_page_costs_what_a_megabyte_costs(client: DynamoDBClient, consistent: bool, units: float) -> None:
    page = client.scan(TableName="flights", ConsistentRead=consistent, ReturnConsumedCapacity="TOTAL")
    assert page["ConsumedCapacity"] == {"TableName": "flights", "CapacityUnits": units}


def test_length_and_checksum_are_those_of_the_body(server: ReplayProcess) -> None:
    connection = http.client.HTTPConnection(server.url.partition("//")[2])
    connection.request("POST", "/", '{"TableName": "flights"}', {"X-Amz-Target": "DynamoDB_20120810.Scan"})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert int(answer.headers["Content-Length"]) == len(body)
    assert int(answer.headers["x-amz-crc32"]) == zlib.crc32(body)
    assert body == json.dumps(json.loads(body), separators=(",", ":")).encode()


def test_describe_table_knows_items_size_and_billing(client: DynamoDBClient) -> None:
    table = client.describe_table(TableName="flights")["Table"]
    assert table["ItemCount"] == ITEMS
    assert table["TableSizeBytes"] == ReplayTable(name="flights", item_count=ITEMS).size_bytes
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"


def test_a_provisioned_table_says_its_units() -> None:
    with replay_server(items=10, table="flights", provisioned=25) as running:
        request = b'{"TableName": "flights"}'
        connection = http.client.HTTPConnection(running.url.partition("//")[2])
        connection.request("POST", "/", request, {"X-Amz-Target": "DynamoDB_20120810.DescribeTable"})
        table = json.load(connection.getresponse())["Table"]
        connection.close()
    assert "BillingModeSummary" not in table
    assert table["ProvisionedThroughput"]["ReadCapacityUnits"] == 25


def test_written_items_are_counted(server: ReplayProcess, client: DynamoDBClient) -> None:
    before = server.stats()["items_written"]
    requests: list[Any] = [{"PutRequest": {"Item": flight(row)}} for row in range(24)]
    requests.append({"DeleteRequest": {"Key": {"flight_id": {"N": "1"}}}})
    answer = client.batch_write_item(RequestItems={"copy": requests}, ReturnConsumedCapacity="TOTAL")
    assert answer["UnprocessedItems"] == {}
    assert answer["ConsumedCapacity"] == [{"TableName": "copy", "CapacityUnits": 25.0}]
    assert server.stats()["items_written"] - before == 25


def test_a_batch_of_twenty_six_is_refused(client: DynamoDBClient) -> None:
    with pytest.raises(client.exceptions.ClientError, match="Too many items"):
        client.batch_write_item(RequestItems={"copy": [{"PutRequest": {"Item": flight(row)}} for row in range(26)]})


def test_an_unknown_table_is_not_found(client: DynamoDBClient) -> None:
    with pytest.raises(client.exceptions.ResourceNotFoundException, match="nowhere"):
        client.scan(TableName="nowhere")


def test_a_filter_is_refused_rather_than_ignored(client: DynamoDBClient) -> None:
    with pytest.raises(client.exceptions.ClientError, match="does not know FilterExpression"):
        client.scan(TableName="flights", FilterExpression="attribute_exists(dest)")


def test_items_are_of_the_size_that_the_figures_name() -> None:
    sample = [flight(row) for row in range(1000)]
    assert len(ATTRIBUTES) == 21
    assert 450 < sum(len(json.dumps(item, separators=(",", ":"))) for item in sample) / 1000 < 560
    assert 220 < sum(map(stored_bytes, sample)) / 1000 < 280


def test_memory_of_a_table_is_that_of_one_page() -> None:
    table = ReplayTable(name="flights", item_count=5_000_000)
    last = table.key_of(table.item_count - 1)
    assert table.row_of(last) == table.item_count - 1
    page = table.page(segment=0, total_segments=1, after_key=table.key_of(4_999_997), limit=None, attributes=())
    assert (page.count, page.last_key) == (2, None)
    assert json.loads(b"[" + page.items + b"]")[-1]["flight_id"] == {"N": str(last)}
