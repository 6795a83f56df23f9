"""Whole items: every item of DynamoDB goes out as it came in, whatever is in it and whoever spelt it."""

from __future__ import annotations

import base64
import json
import threading
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airflow_ddb_hive.dynamodb import DynamoDB, ItemWriter, Meter, Pacer, TableReader
from airflow_ddb_hive.dynamodb.encode_item import item_fragments, wire_value
from airflow_ddb_hive.dynamodb.item_text import TO_CONNECTOR
from airflow_ddb_hive.model.budget import Budget
from airflow_ddb_hive.model.dynamodb import AttributeColumn, ReadRequest
from airflow_ddb_hive.model.types import parse_type
from tests.dynamodb.test_write import boto_client, local_table

ITEM_TYPE = pa.map_(pa.string(), pa.string())
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ['"', "\\", "\n\t\x01", "\u2028", '{"s":"x"}', "a/b", '":"', "{}", "é𝄞", "x" * 400]
)
NUMBERS = st.builds(
    lambda digits, exponent, sign: f"{sign}{digits}e{exponent}",
    st.from_regex(r"[1-9][0-9]{0,37}", fullmatch=True),
    st.integers(-120, 80),
    st.sampled_from(["", "-"]),
) | st.sampled_from(["0", "1.5", "12345678901234567890123456789012345678"])
BINARIES = st.binary(max_size=8).map(lambda content: base64.b64encode(content).decode())
SCALARS = (
    TEXTS.map(lambda text: {"S": text})
    | NUMBERS.map(lambda text: {"N": text})
    | BINARIES.map(lambda text: {"B": text})
    | st.booleans().map(lambda flag: {"BOOL": flag})
    | st.just({"NULL": True})
    | st.lists(TEXTS.filter(bool), min_size=1, max_size=3, unique=True).map(lambda some: {"SS": some})
    | st.lists(st.integers(-50, 50).map(str), min_size=1, max_size=3, unique=True).map(lambda some: {"NS": some})
    | st.lists(BINARIES.filter(bool), min_size=1, max_size=3, unique=True).map(lambda some: {"BS": some})
)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6) | st.sampled_from(
    ["M", "s", "S", '"']
)
VALUES: st.SearchStrategy[dict[str, Any]] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda some: {"L": some})
        | st.dictionaries(NAMES, inner, max_size=3).map(lambda some: {"M": some})
    ),
    max_leaves=6,
)
ITEMS = st.dictionaries(NAMES.filter(lambda name: name != "id"), VALUES, min_size=1, max_size=5)


def connector_value(value: dict[str, Any]) -> dict[str, Any]:
    ((tag, content),) = value.items()
    if tag == "L":
        content = [connector_value(element) for element in content]
    elif tag == "M":
        content = {name: connector_value(element) for name, element in content.items()}
    return {TO_CONNECTOR[tag]: content}


def column(items: list[dict[str, str | None]]) -> pa.MapArray:
    return pa.array([list(item.items()) for item in items], ITEM_TYPE)


@given(st.lists(ITEMS, min_size=1, max_size=4), st.booleans(), st.integers(0, 2))
def test_an_item_comes_back_from_its_text_whoever_spelt_it(
    items: list[dict[str, Any]], connector: bool, before: int
) -> None:
    spell = connector_value if connector else dict
    texts: list[dict[str, str | None]] = [
        {name: json.dumps(spell(value), ensure_ascii=name == "M") for name, value in item.items()} for item in items
    ]
    padding: list[dict[str, str | None]] = [{"gone": '{"s":"x"}'}] * before
    fragments, _ = item_fragments(column(padding + texts).slice(before), frozenset(), [])
    assert [json.loads("{" + text + "}") for text in fragments.to_pylist()] == items


@given(ITEMS)
def test_a_value_in_dynamodbs_own_spelling_is_itself(item: dict[str, Any]) -> None:
    assert {name: wire_value(name, value) for name, value in item.items()} == item


def test_own_columns_nulls_and_earlier_entries_of_a_name_are_left_out_and_keys_stand_apart() -> None:
    cells = pa.array(
        [
            [("id", '{"n":"1"}'), ("a", '{"s":"old"}'), ("own", "{}"), ("b", None), ("a", '{"s":"new"}')],
            [("own", "no JSON")],
            [("b", '{"n":7}'), ("id", '{"N":"2"}')],
        ],
        ITEM_TYPE,
    )
    fragments, keys = item_fragments(cells, frozenset({"own"}), ["id", "absent"])
    assert fragments.to_pylist() == ['"id":{"N":"1"},"a":{"S":"new"}', None, '"b":{"N":"7"},"id":{"N":"2"}']
    assert keys["id"].to_pylist() == ['"id":{"N":"1"}', None, '"id":{"N":"2"}']
    assert keys["absent"].to_pylist() == [None] * 3


@pytest.mark.integration
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ITEMS, min_size=1, max_size=20))
def test_a_copy_by_whole_items_is_the_same_table(dynamodb_local: str, items: list[dict[str, Any]]) -> None:
    client = boto_client(dynamodb_local)
    with local_table(dynamodb_local) as db:
        whole = (AttributeColumn("i", parse_type("map<string,string>"), None, "ITEM"),)
        given_items = [{"id": {"N": str(number)}} | item for number, item in enumerate(items)]
        write(db, whole, given_items)
        before = client.scan(TableName="Refused")["Items"]
        request = ReadRequest(table_name="Refused", columns=whole, total_segments=1)
        pacer, meter = Pacer(Budget(capacity_units=10_000)), Meter("Refused", "read")
        reader = TableReader(db, request, ["i"], pacer, meter, threading.Event(), description=db.describe("Refused"))
        batches = list(reader.stream())
        for item in before:
            client.delete_item(TableName="Refused", Key={"id": item["id"]})
        with ItemWriter(db, db.describe("Refused"), whole, pacer, Meter("Refused", "write")) as target:
            for batch in batches:
                target.write(batch)
        after = client.scan(TableName="Refused")["Items"]
    by_key = {item["id"]["N"]: item for item in after}
    assert len(before) == len(items)
    assert by_key == {item["id"]["N"]: item for item in before}


def write(db: DynamoDB, whole: tuple[AttributeColumn, ...], items: list[dict[str, Any]]) -> None:
    texts: list[dict[str, str | None]] = [{name: json.dumps(value) for name, value in item.items()} for item in items]
    with ItemWriter(
        db, db.describe("Refused"), whole, Pacer(Budget(capacity_units=10_000)), Meter("Refused", "write")
    ) as target:
        target.write(pa.record_batch({"i": column(texts)}))
