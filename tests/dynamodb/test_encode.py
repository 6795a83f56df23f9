from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from airflow_ddb_hive.dynamodb import ItemEncoder
from airflow_ddb_hive.errors import WriteRefusedError
from airflow_ddb_hive.model.arrow import arrow_type
from airflow_ddb_hive.model.dynamodb import ITEM, AttributeColumn, TableDescription
from airflow_ddb_hive.model.types import parse_type

DESCRIPTION = TableDescription(name="Music", hash_key="id", attribute_types={"id": "N"})
KEY = AttributeColumn("id", parse_type("bigint"), "id", "N")


def encoder(*columns: AttributeColumn, delete: bool = False, null_serialization: bool = False) -> ItemEncoder:
    return ItemEncoder(description=DESCRIPTION, columns=columns, delete=delete, null_serialization=null_serialization)


def written(hive_type: str, tag: str, value: Any, *, null_serialization: bool = False) -> Any:
    """The attribute ``a`` of the one item that a value makes; ``None`` if it has none."""
    column = AttributeColumn("c", parse_type(hive_type), None if tag == ITEM else "a", tag)
    values = pa.array([value], arrow_type(column.type))
    batch = pa.RecordBatch.from_arrays([pa.array([1]), values], names=["k", "c"])
    encoded = encoder(KEY, column, null_serialization=null_serialization).encode(batch)
    item: dict[str, Any] = json.loads(encoded.requests[0])["PutRequest"]["Item"]
    return item.get("a")


@pytest.mark.parametrize(
    ("hive_type", "tag", "value", "expected"),
    [
        ("string", "S", 'a"\\\n\x01é', {"S": 'a"\\\n\x01é'}),
        ("string", "S", 'say "hi" \\', {"S": 'say "hi" \\'}),
        ("string", "S", "", {"S": ""}),
        ("string", "S", None, None),
        ("bigint", "N", -(2**63), {"N": "-9223372036854775808"}),
        ("decimal(38,2)", "N", Decimal("1.20"), {"N": "1.20"}),
        ("binary", "B", b"hi", {"B": "aGk="}),
        ("boolean", "BOOL", False, {"BOOL": False}),
        ("date", "S", dt.date(2020, 2, 29), {"S": "2020-02-29"}),
        ("timestamp", "S", dt.datetime(2020, 2, 29, 1, 2, 3), {"S": "2020-02-29 01:02:03"}),  # noqa: DTZ001 - Hive's have no zone
        ("timestamp", "S", dt.datetime(2020, 2, 29, 1, 2, 0, 500000), {"S": "2020-02-29 01:02:00.5"}),  # noqa: DTZ001 - as above
        ("array<string>", "SS", ["a", "b"], {"SS": ["a", "b"]}),
        ("array<bigint>", "NS", [1], {"NS": ["1"]}),
        ("array<binary>", "BS", [b"hi"], {"BS": ["aGk="]}),
        ("array<string>", "SS", [], None),
        ("array<string>", "L", [], {"L": []}),
        ("map<string,bigint>", "M", [], {"M": {}}),
        ("map<string,bigint>", "M", [("x", 1)], {"M": {"x": {"N": "1"}}}),
        ("struct<a:boolean>", "M", {"a": True}, {"M": {"a": {"BOOL": True}}}),
        ("array<map<string,string>>", "L", [[("k", "v")]], {"L": [{"M": {"k": {"S": "v"}}}]}),
        ("map<string,string>", ITEM, [("a", '{"l":[]}')], {"L": []}),
        ("map<string,string>", ITEM, [("a", '{"n":12345678901234567890.5}')], {"N": "12345678901234567890.5"}),
        ("map<string,string>", ITEM, [("a", '{"nULLValue":true}')], {"NULL": True}),
        ("map<string,string>", ITEM, [("a", '{"BOOL":true}')], {"BOOL": True}),
        ("map<string,string>", ITEM, [("a", None), ("b", '{"s":"x"}')], None),
    ],
)
def test_a_value_is_written_as_the_type_table_says(hive_type: str, tag: str, value: Any, expected: Any) -> None:
    assert written(hive_type, tag, value) == expected


@pytest.mark.parametrize(
    ("hive_type", "tag", "value", "expected"),
    [
        ("string", "S", None, {"NULL": True}),
        ("array<string>", "SS", [], {"NULL": True}),
        ("array<string>", "L", ["a", None], {"L": [{"S": "a"}, {"NULL": True}]}),
        ("map<string,string>", "M", [("x", None)], {"M": {"x": {"NULL": True}}}),
        ("struct<a:bigint>", "M", {"a": None}, {"M": {"a": {"NULL": True}}}),
    ],
)
def test_null_serialization_writes_nulls(hive_type: str, tag: str, value: Any, expected: Any) -> None:
    assert written(hive_type, tag, value, null_serialization=True) == expected


@pytest.mark.parametrize(
    ("hive_type", "tag", "value", "text"),
    [
        ("array<string>", "L", ["a", None], "Null element found in list: [a, null]"),
        ("array<string>", "SS", ["a", None], "Null element found in list: [a, null]"),
        ("array<boolean>", "L", [True, None], "Null element found in list: [true, null]"),
        ("map<string,string>", "M", [("x", None)], "Null field found in map: {x=null}"),
        ("struct<a:bigint>", "M", {"a": None}, "Null field found in struct: [null]"),
        ("double", "N", float("nan"), "A value provided cannot be converted into a number: nan"),
        ("array<double>", "NS", [float("inf")], "A value provided cannot be converted into a number: inf"),
        ("map<string,string>", ITEM, [("a", "{}")], "Supplied AttributeValue is empty"),
        ("map<string,string>", ITEM, [("a", "{'s':")], "attribute a is not written as JSON"),
        ("map<string,string>", ITEM, [("a", '{"l":"x"}')], "attribute a has a value of type L"),
        ("map<string,string>", ITEM, [], "Hive data cannot be null."),
        ("map<string,string>", ITEM, None, "Hive data cannot be null."),
    ],
)
def test_what_dynamodb_cannot_hold_is_refused_with_table_and_reason(
    hive_type: str, tag: str, value: Any, text: str
) -> None:
    with pytest.raises(WriteRefusedError) as caught:
        written(hive_type, tag, value)
    assert caught.value.message.startswith(text)
    assert "Music" in caught.value.message


def test_a_null_in_a_set_is_refused_even_with_null_serialization() -> None:
    with pytest.raises(WriteRefusedError, match=r"Null element"):
        written("array<string>", "SS", [None], null_serialization=True)


def test_a_missing_key_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(WriteRefusedError, match=r"required keys.*id of table Music"):
        encoder(KEY).encode(pa.record_batch({"k": pa.array([1, None], pa.int64())}))
    other = AttributeColumn("s", parse_type("string"), "s", "S")
    with pytest.raises(WriteRefusedError, match=r"required keys.*id of table Music"):
        encoder(other).encode(pa.record_batch({"s": ["x"]}))


def test_an_item_over_400_kb_is_refused_with_its_key() -> None:
    text = AttributeColumn("s", parse_type("string"), "s", "S")
    fits = pa.record_batch({"k": [7], "s": ["x" * (409_600 - 5)]})
    assert len(encoder(KEY, text).encode(fits).requests) == 1
    with pytest.raises(WriteRefusedError, match=r'size of 409601 was given.*{"id":{"N":"7"}}'):
        encoder(KEY, text).encode(pa.record_batch({"k": [7], "s": ["x" * (409_600 - 4)]}))


def test_one_and_one_point_nought_are_one_key() -> None:
    key = AttributeColumn("id", parse_type("decimal(5,2)"), "id", "N")
    batch = pa.record_batch({"k": pa.array([Decimal("1.00"), Decimal("1.50"), Decimal("100.00")])})
    whole = AttributeColumn("i", parse_type("map<string,string>"), None, ITEM)
    items = pa.array([[("id", '{"n":"1"}')], [("id", '{"n":"1.5"}')], [("id", '{"n":"1e2"}')]], arrow_type(whole.type))
    assert encoder(key).encode(batch).keys == encoder(whole).encode(pa.record_batch({"i": items})).keys


def test_a_column_of_its_own_wins_over_the_whole_item_even_when_null() -> None:
    own = AttributeColumn("s", parse_type("string"), "s", "S")
    whole = AttributeColumn("i", parse_type("map<string,string>"), None, ITEM)
    items = pa.array([[("id", '{"n":"1"}'), ("s", '{"s":"item"}')]] * 2, arrow_type(whole.type))
    batch = pa.record_batch({"i": items, "s": pa.array(["own", None])})
    encoded = [json.loads(request)["PutRequest"]["Item"] for request in encoder(whole, own).encode(batch).requests]
    assert encoded == [{"id": {"N": "1"}, "s": {"S": "own"}}, {"id": {"N": "1"}}]


def test_the_later_of_two_columns_on_one_attribute_wins() -> None:
    one = AttributeColumn("a", parse_type("string"), "x", "S")
    two = AttributeColumn("b", parse_type("string"), "x", "S")
    batch = pa.record_batch({"k": [1, 2], "a": ["a", "a"], "b": ["b", None]})
    encoded = [
        json.loads(request)["PutRequest"]["Item"]["x"] for request in encoder(KEY, one, two).encode(batch).requests
    ]
    assert encoded == [{"S": "b"}, {"S": "a"}]
