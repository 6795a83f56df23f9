"""The bodies of read requests, and what is refused before any of them is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from airflow_ddb_hive.dynamodb.requests import ReadBodies, check_readable, key_schema, unprojected
from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.model.dynamodb import (
    ITEM,
    AccessPath,
    AttributeColumn,
    Condition,
    IndexDescription,
    KeyRange,
    ReadRequest,
    ScanUnit,
    TableDescription,
)
from airflow_ddb_hive.model.types import BIGINT, STRING, parse_type

WORD = AttributeColumn("w", STRING, "size", "S")
DOTTED = AttributeColumn("d", STRING, "a.b", "S")
COUNTED = AttributeColumn("n", BIGINT, "n", "N")
WHOLE = AttributeColumn("i", parse_type("map<string,string>"), None, ITEM)

MUSIC = TableDescription(
    name="Music",
    hash_key="Artist",
    range_key="Song",
    indexes=(
        IndexDescription(name="ByYear", kind="global", hash_key="Year", projection="INCLUDE", included=("size",)),
        IndexDescription(name="All", kind="global", hash_key="Year", range_key="Song"),
        IndexDescription(name="ByDate", kind="local", hash_key="Artist", range_key="Date", projection="KEYS_ONLY"),
    ),
)
ONE = KeyRange({"S": "A"}, Condition("Song", "=", ({"S": "x"},)))


def request(*columns: AttributeColumn, **path: Any) -> ReadRequest:
    return ReadRequest(table_name="Music", columns=columns, path=AccessPath(**path))


def scan(asked: ReadRequest) -> dict[str, Any]:
    body: dict[str, Any] = msgspec.json.decode(ReadBodies(asked, MUSIC).scan(ScanUnit(0, 1), None, None))
    return body


def test_a_scan_projects_each_attribute_once_through_names() -> None:
    assert scan(request(WORD, DOTTED, WORD)) == {
        "TableName": "Music",
        "ReturnConsumedCapacity": "TOTAL",
        "ProjectionExpression": "#n0,#n1",
        "ExpressionAttributeNames": {"#n0": "size", "#n1": "a.b"},
    }


def test_a_column_whose_values_may_not_fit_brings_the_keys_along() -> None:
    names = scan(request(COUNTED))["ExpressionAttributeNames"]
    assert list(names.values()) == ["n", "Artist", "Song"]


def test_whole_items_are_not_projected_whatever_else_is_read() -> None:
    assert scan(request(WORD, WHOLE)) == {"TableName": "Music", "ReturnConsumedCapacity": "TOTAL"}


def test_a_count_selects_nothing() -> None:
    body = scan(request())
    assert body["Select"] == "COUNT"
    assert "ProjectionExpression" not in body


def test_filter_and_projection_share_their_names() -> None:
    body = scan(request(DOTTED, filter=Condition("a.b", "=", ({"S": "x"},))))
    assert body["FilterExpression"] == "#n0=:v0"
    assert body["ProjectionExpression"] == "#n0"
    assert body["ExpressionAttributeNames"] == {"#n0": "a.b"}


def test_a_page_says_segment_start_and_limit() -> None:
    start = {"Artist": {"N": "12345678901234567890123456789012345678"}}
    body = msgspec.json.decode(ReadBodies(request(WORD), MUSIC).scan(ScanUnit(2, 7), start, 5))
    assert (body["Segment"], body["TotalSegments"], body["ExclusiveStartKey"], body["Limit"]) == (2, 7, start, 5)


def test_a_query_asks_by_the_keys_of_its_index() -> None:
    asked = replace(request(WORD, kind="query", index_name="All"), consistent=False)
    sort = KeyRange({"N": "1999"}, Condition("Song", "begins_with", ({"S": "C"},)))
    body = msgspec.json.decode(ReadBodies(asked, MUSIC).query(sort, None, None))
    assert body["IndexName"] == "All"
    assert body["KeyConditionExpression"] == "#n1=:v0 AND begins_with(#n2,:v1)"
    assert body["ExpressionAttributeNames"] == {"#n0": "size", "#n1": "Year", "#n2": "Song"}


def test_a_get_asks_for_keys_that_are_bytes() -> None:
    bodies = ReadBodies(replace(request(WORD, kind="get"), consistent=True), MUSIC)
    body = msgspec.json.decode(bodies.get([bodies.key(ONE), b'{"Artist":{"S":"as it came"}}']))
    assert body == {
        "RequestItems": {
            "Music": {
                "ConsistentRead": True,
                "ProjectionExpression": "#n0",
                "ExpressionAttributeNames": {"#n0": "size"},
                "Keys": [{"Artist": {"S": "A"}, "Song": {"S": "x"}}, {"Artist": {"S": "as it came"}}],
            }
        },
        "ReturnConsumedCapacity": "TOTAL",
    }


def test_a_count_by_get_asks_for_keys_only() -> None:
    body = msgspec.json.decode(ReadBodies(request(kind="get"), MUSIC).get([b"{}"]))
    assert list(body["RequestItems"]["Music"]["ExpressionAttributeNames"].values()) == ["Artist", "Song"]


@pytest.mark.parametrize("part", [KeyRange({"S": "A"}), KeyRange({"S": "A"}, Condition("Song", ">", ({"S": "x"},)))])
def test_a_get_needs_whole_keys(part: KeyRange) -> None:
    with pytest.raises(InputError, match="whole key"):
        ReadBodies(request(WORD, kind="get"), MUSIC).key(part)


def many() -> tuple[AttributeColumn, ...]:
    return tuple(AttributeColumn(f"c{n}", STRING, f"a{n}", "S") for n in range(800))


def test_more_attributes_than_an_expression_holds_are_read_as_whole_items() -> None:
    assert "ProjectionExpression" not in scan(request(*many()))
    assert scan(request(*many(), index_name="ByDate"))["Select"] == "ALL_ATTRIBUTES"


def test_a_local_index_that_lacks_attributes_gives_whole_items_on_demand() -> None:
    assert scan(request(WHOLE, index_name="ByDate"))["Select"] == "ALL_ATTRIBUTES"
    assert unprojected(request(WHOLE, index_name="ByDate"), MUSIC) == ("*",)
    assert unprojected(request(WORD, index_name="ByDate"), MUSIC) == ("size",)
    assert unprojected(request(index_name="ByDate"), MUSIC) == ()
    assert unprojected(request(WORD, index_name="ByYear"), MUSIC) == ()


def test_keys_are_those_of_what_is_read() -> None:
    assert key_schema(request(), MUSIC) == ("Artist", "Song")
    assert key_schema(request(index_name="ByYear"), MUSIC) == ("Year",)
    assert key_schema(request(index_name="All"), MUSIC) == ("Year", "Song")


WORD_IS_X = Condition("size", "=", ({"S": "x"},))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (request(WORD, index_name="Nope"), ["Nope", "ByYear, All, ByDate"]),
        (replace(request(WORD, index_name="All"), consistent=True), ["index All", "ddb_hive.consistent.read"]),
        (request(DOTTED, index_name="ByYear"), ["index ByYear of table Music", "attribute a.b", "project"]),
        (request(WHOLE, index_name="ByYear"), ["index ByYear", "whole items"]),
        (request(filter=Condition("d", "exists"), index_name="ByYear"), ["index ByYear", "attribute d"]),
        (request(kind="query", filter=WORD_IS_X, index_name="ByDate"), ["index ByDate", "attribute size"]),
        (request(WORD, kind="get", ranges=(ONE,), index_name="All"), ["index All", "query it"]),
        (request(WORD, kind="query", filter=Condition("Song", "exists")), ["may not ask for keys", "Song"]),
    ],
)
def test_what_an_index_cannot_do_is_refused_by_name(asked: ReadRequest, words: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        ReadBodies(asked, MUSIC)
    assert all(word in caught.value.message for word in words), caught.value.message
    assert caught.value.table == "Music"


@pytest.mark.parametrize(
    "asked",
    [
        request(WORD, COUNTED, index_name="All"),
        request(WORD, index_name="ByYear", filter=WORD_IS_X),
        request(WHOLE, index_name="All"),
        request(index_name="ByYear"),
        replace(request(WORD, index_name="ByDate"), consistent=True),
        replace(request(WORD), consistent=True),
    ],
)
def test_what_an_index_can_do_is_let_through(asked: ReadRequest) -> None:
    check_readable(asked, MUSIC)
