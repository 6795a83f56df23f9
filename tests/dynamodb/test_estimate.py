"""Estimates against figures worked out by hand, and against what DynamoDB Local says it consumed."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_ddb_hive.dynamodb.describe import description_of
from airflow_ddb_hive.dynamodb.estimate import estimate_read, estimate_write, table_figures
from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.model.budget import Budget
from airflow_ddb_hive.model.dynamodb import AccessPath, Condition, IndexDescription, KeyRange, TableDescription
from airflow_ddb_hive.model.estimate import Bounds

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

FAST = Budget(capacity_units=1e6)
INDEX = IndexDescription(name="ByGenre", kind="global", hash_key="Genre", item_count=100, size_bytes=40_960)
MUSIC = TableDescription(
    name="Music", hash_key="Artist", range_key="Song", item_count=1000, size_bytes=4_096_000, indexes=(INDEX,)
)


def ranges(count: int, sort: Condition | None = None) -> tuple[KeyRange, ...]:
    return tuple(KeyRange({"S": f"a{number}"}, sort) for number in range(count))


WHOLE_KEY = Condition("Song", "=", ({"S": "Call Me"},))


class TestScan:
    def test_it_costs_half_a_unit_for_4_kb_of_the_table(self) -> None:
        assert estimate_read(MUSIC, AccessPath(), FAST).units.low == 500

    def test_consistent_reads_cost_twice_as_much(self) -> None:
        eventual, strong = (estimate_read(MUSIC, AccessPath(), FAST, consistent=c).units for c in (False, True))
        assert strong.low == 2 * eventual.low
        assert strong.high == pytest.approx(2 * (eventual.high or 0), rel=0.01)

    def test_all_items_are_evaluated_whatever_the_filter(self) -> None:
        path = AccessPath(filter=Condition("Year", "=", ({"N": "1990"},)))
        assert estimate_read(MUSIC, path, FAST).items == Bounds.exactly(1000)

    def test_an_index_has_its_own_size(self) -> None:
        estimate = estimate_read(MUSIC, AccessPath(index_name="ByGenre"), FAST)
        assert (estimate.items, estimate.units.low) == (Bounds.exactly(100), 5)

    def test_each_page_may_be_rounded_up_once(self) -> None:
        units = estimate_read(MUSIC, AccessPath(), FAST, segments=8).units
        assert units.high is not None
        assert units.high - units.low == 0.5 * (8 + 4 + 1)  # segments, pages of 1 MB, and one that suits the rate

    def test_an_empty_table_costs_its_segments_at_most(self) -> None:
        empty = TableDescription(name="Empty", hash_key="Id")
        assert estimate_read(empty, AccessPath(), FAST, segments=2).units == Bounds(0, 1.0)

    def test_a_limit_ends_with_its_items_however_large_they_are(self) -> None:
        whole, limited = (estimate_read(MUSIC, AccessPath(), FAST, most_items=most) for most in (None, 3))
        assert (limited.items, limited.units.low) == (Bounds.exactly(3), 0.5)
        assert limited.units.high is not None
        assert whole.units.high is not None
        assert 0.5 <= limited.units.high <= whole.units.high

    def test_a_limit_of_nothing_may_read_nothing(self) -> None:
        assert estimate_read(MUSIC, AccessPath(), FAST, most_items=0).units.low == 0

    def test_an_unknown_index_is_refused_with_those_that_are_there(self) -> None:
        with pytest.raises(InputError, match="table Music has no index ByYear: it has ByGenre"):
            table_figures(MUSIC, "ByYear")


class TestQuery:
    def test_how_many_items_a_partition_has_is_only_bounded(self) -> None:
        estimate = estimate_read(MUSIC, AccessPath(kind="query", ranges=ranges(3)), FAST)
        assert estimate.items == Bounds(0, 1000)
        assert estimate.units.low == 1.5
        assert 501.5 <= (estimate.units.high or 0) < 510

    def test_a_whole_key_has_one_item_at_most(self) -> None:
        estimate = estimate_read(MUSIC, AccessPath(kind="query", ranges=ranges(3, WHOLE_KEY)), FAST)
        assert estimate.items == Bounds(0, 3)
        assert (estimate.units.high or 0) < 3 * 50 + 25

    def test_a_whole_key_of_an_index_may_have_more_items(self) -> None:
        path = AccessPath(kind="query", index_name="ByGenre", ranges=ranges(3, WHOLE_KEY))
        assert estimate_read(MUSIC, path, FAST).items == Bounds(0, 100)


class TestGet:
    def test_each_key_costs_half_a_unit_at_least_and_its_item_at_most(self) -> None:
        estimate = estimate_read(MUSIC, AccessPath(kind="get", ranges=ranges(4, WHOLE_KEY)), FAST)
        assert (estimate.items, estimate.units) == (Bounds(0, 4), Bounds(2.0, 200.0))

    def test_never_more_than_one_rounding_a_key_beyond_the_table(self) -> None:
        keys = AccessPath(kind="get", ranges=ranges(500, WHOLE_KEY))
        assert estimate_read(MUSIC, keys, FAST).units == Bounds(250.0, 750.0)


def test_nothing_costs_nothing() -> None:
    estimate = estimate_read(MUSIC, AccessPath(kind="nothing"), FAST)
    assert (estimate.items, estimate.units, estimate.seconds, estimate.dollars) == (Bounds.exactly(0),) * 4


def test_time_follows_the_budget_and_cost_the_price() -> None:
    budget = Budget(capacity_units=100, percent=0.25)
    estimate = estimate_read(MUSIC, AccessPath(), budget, price_per_million=0.2)
    assert estimate.seconds.low == 20.0
    assert estimate.dollars.low == pytest.approx(500 * 0.2 / 1e6)


def test_slow_readers_take_small_pages_and_may_pay_for_more_roundings() -> None:
    slow = estimate_read(MUSIC, AccessPath(), Budget(capacity_units=2)).units
    fast = estimate_read(MUSIC, AccessPath(), FAST).units
    assert slow.low == fast.low
    assert (slow.high or 0) > (fast.high or 0)


@given(
    st.integers(0, 10**9),
    st.integers(0, 10**12),
    st.integers(0, 200),
    st.sampled_from(["scan", "query", "get", "nothing"]),
    st.one_of(st.none(), st.integers(0, 10**6)),
    st.booleans(),
)
def test_the_lower_bound_never_exceeds_the_upper(
    items: int, size: int, keys: int, kind: Any, most: int | None, consistent: bool
) -> None:
    table = TableDescription(name="T", hash_key="h", range_key="Song", item_count=items, size_bytes=size)
    path = AccessPath(kind=kind, ranges=ranges(keys, WHOLE_KEY if kind == "get" else None))
    estimate = estimate_read(table, path, Budget(capacity_units=50), consistent=consistent, most_items=most)
    for bounds in (estimate.items, estimate.units, estimate.seconds, estimate.dollars):
        assert bounds.high is not None
        assert 0 <= bounds.low <= bounds.high


class TestWrite:
    def test_each_item_costs_a_unit_at_least(self) -> None:
        estimate = estimate_write(Bounds(10, 40), Budget(capacity_units=20))
        assert (estimate.items, estimate.units, estimate.seconds.low) == (Bounds(10, 40), Bounds(10), 1.0)

    def test_large_items_cost_a_unit_for_each_kb(self) -> None:
        assert estimate_write(Bounds.exactly(2), FAST, least_bytes=10_000).units == Bounds(10)

    def test_no_rows_cost_nothing(self) -> None:
        assert estimate_write(Bounds.exactly(0), FAST).units == Bounds.exactly(0)

    def test_the_list_price_is_five_times_that_of_reading(self) -> None:
        assert estimate_write(Bounds.exactly(10**6), FAST).dollars.low == pytest.approx(0.625)


@pytest.mark.integration
class TestAgainstDynamoDBLocal:
    """DynamoDB Local's own figures are exact, so its consumption must lie within the bounds."""

    @pytest.fixture
    def client(self, dynamodb_local: str) -> DynamoDBClient:
        return boto3.client("dynamodb", endpoint_url=dynamodb_local, region_name="us-east-1")

    @pytest.fixture
    def table(self, client: DynamoDBClient) -> Any:
        name = f"T{uuid.uuid4().hex}"
        client.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "s", "KeyType": "RANGE"}],
            AttributeDefinitions=[
                {"AttributeName": "p", "AttributeType": "S"},
                {"AttributeName": "s", "AttributeType": "N"},
                {"AttributeName": "g", "AttributeType": "S"},
            ],
            BillingMode="PAY_PER_REQUEST",
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "ByG",
                    "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
        )
        for number in range(120):
            item: dict[str, Any] = {"p": {"S": str(number % 4)}, "s": {"N": str(number)}}
            item["v"] = {"S": "x" * (13 * number * (1 + number % 7))}
            if number % 3:
                item["g"] = {"S": "k"}
            client.put_item(TableName=name, Item=item)
        yield name
        client.delete_table(TableName=name)

    def described(self, client: DynamoDBClient, table: str) -> TableDescription:
        return description_of(client.describe_table(TableName=table)["Table"])

    @pytest.mark.parametrize("consistent", [False, True])
    @pytest.mark.parametrize("segments", [1, 5])
    def test_a_scan_consumes_what_was_estimated(
        self, client: DynamoDBClient, table: str, segments: int, consistent: bool
    ) -> None:
        estimate = estimate_read(
            self.described(client, table), AccessPath(), FAST, segments=segments, consistent=consistent
        )
        units, items = 0.0, 0
        for segment in range(segments):
            pages = client.get_paginator("scan").paginate(
                TableName=table,
                Segment=segment,
                TotalSegments=segments,
                ConsistentRead=consistent,
                ReturnConsumedCapacity="TOTAL",
            )
            for page in pages:
                units += page["ConsumedCapacity"]["CapacityUnits"]
                items += page["ScannedCount"]
        assert estimate.items == Bounds.exactly(items)
        assert estimate.units.low <= units <= (estimate.units.high or 0)
        assert (estimate.units.high or 0) <= 1.2 * estimate.units.low

    def test_a_scan_of_an_index_does_too(self, client: DynamoDBClient, table: str) -> None:
        estimate = estimate_read(self.described(client, table), AccessPath(index_name="ByG"), FAST)
        answer = client.scan(TableName=table, IndexName="ByG", ReturnConsumedCapacity="TOTAL")
        assert estimate.items == Bounds.exactly(answer["ScannedCount"]) == Bounds.exactly(80)
        assert estimate.units.low <= answer["ConsumedCapacity"]["CapacityUnits"] <= (estimate.units.high or 0)

    def test_a_query_does_too(self, client: DynamoDBClient, table: str) -> None:
        path = AccessPath(kind="query", ranges=(KeyRange({"S": "1"}),))
        estimate = estimate_read(self.described(client, table), path, FAST)
        answer = client.query(
            TableName=table,
            KeyConditionExpression="p = :p",
            ExpressionAttributeValues={":p": {"S": "1"}},
            ReturnConsumedCapacity="TOTAL",
        )
        assert answer["ScannedCount"] == 30
        assert estimate.items.low <= 30 <= (estimate.items.high or 0)
        assert estimate.units.low <= answer["ConsumedCapacity"]["CapacityUnits"] <= (estimate.units.high or 0)

    @pytest.mark.parametrize("consistent", [False, True])
    def test_a_get_does_too(self, client: DynamoDBClient, table: str, consistent: bool) -> None:
        numbers = range(7, 119, 3)
        keys: Any = [{"p": {"S": str(number % 4)}, "s": {"N": str(number)}} for number in numbers]
        path = AccessPath(
            kind="get", ranges=tuple(KeyRange(key["p"], Condition("s", "=", (key["s"],))) for key in keys)
        )
        estimate = estimate_read(self.described(client, table), path, FAST, consistent=consistent)
        answer = client.batch_get_item(
            RequestItems={table: {"Keys": keys, "ConsistentRead": consistent}}, ReturnConsumedCapacity="TOTAL"
        )
        units = answer["ConsumedCapacity"][0]["CapacityUnits"]
        assert estimate.items == Bounds(0, len(keys))
        assert estimate.units.low <= units <= (estimate.units.high or 0)

    def test_writes_cost_at_least_what_was_estimated(self, client: DynamoDBClient, table: str) -> None:
        items: Any = [{"p": {"S": "new"}, "s": {"N": str(n)}, "v": {"S": "x" * 3000}} for n in range(20)]
        answer = client.batch_write_item(
            RequestItems={table: [{"PutRequest": {"Item": item}} for item in items]}, ReturnConsumedCapacity="TOTAL"
        )
        least = estimate_write(Bounds.exactly(20), FAST, least_bytes=20 * 3000).units.low
        assert 20 < least <= answer["ConsumedCapacity"][0]["CapacityUnits"]
