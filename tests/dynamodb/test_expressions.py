"""What conditions mean to DynamoDB, and what it takes of them: asked of the real DynamoDB Local."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from airflow_ddb_hive.dynamodb.expressions import (
    LONGEST_EXPRESSION,
    Placeholders,
    attributes_of,
    filter_text,
    fits,
    key_condition_text,
)
from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.model.dynamodb import AllOf, AnyOf, AttributeValue, Condition, KeyRange, Predicate


def number(value: float | str) -> AttributeValue:
    return {"N": str(value)}


def text(value: str) -> AttributeValue:
    return {"S": value}


ITEMS: dict[str, dict[str, Any]] = {
    "one": {"size": {"N": "1"}, "a.b": {"S": "Call me"}},
    "two": {"size": {"N": "2"}, "a.b": {"S": "calling"}, "flag": {"BOOL": True}},
    "ten": {"size": {"N": "10.0"}},
    "text": {"size": {"S": "2"}, "flag": {"NULL": True}},
    "none": {},
}


@pytest.fixture(scope="module")
def scanned(dynamodb_local: str) -> Iterator[Any]:
    """Says which items pass a filter."""
    client = boto3.client("dynamodb", endpoint_url=dynamodb_local, region_name="us-east-1")
    name = f"E{uuid.uuid4().hex}"
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for key, item in ITEMS.items():
        client.put_item(TableName=name, Item={"id": {"S": key}, **item})

    def scan(expression: str, marks: Placeholders) -> set[str]:
        found = client.scan(TableName=name, FilterExpression=expression, **marks.fields())["Items"]
        return {item["id"]["S"] for item in found}

    yield scan
    client.delete_table(TableName=name)
    client.close()


SIZE_IS_TWO = Condition("size", "=", (number(2),))
SIZE_IS_ONE = Condition("size", "=", (number(1),))


@pytest.mark.integration
@pytest.mark.parametrize(
    ("predicate", "ids"),
    [
        (Condition("size", "=", (number(2),)), {"two"}),
        (Condition("size", "=", (text("2"),)), {"text"}),
        (Condition("size", "=", (number("1e1"),)), {"ten"}),
        (Condition("size", "<>", (number(2),)), {"one", "ten"}),
        (Condition("size", "<", (number(2),)), {"one"}),
        (Condition("size", "<=", (number(2),)), {"one", "two"}),
        (Condition("size", ">", (number(2),)), {"ten"}),
        (Condition("size", ">=", (number(2),)), {"two", "ten"}),
        (Condition("size", "between", (number(2), number(10))), {"two", "ten"}),
        (Condition("size", "in", (number(1), text("2"))), {"one", "text"}),
        (Condition("size", "in", tuple(number(n) for n in range(2, 250))), {"two", "ten"}),
        (Condition("a.b", "begins_with", (text("Call"),)), {"one"}),
        (Condition("flag", "=", ({"BOOL": True},)), {"two"}),
        (Condition("flag", "exists"), {"two", "text"}),
        (Condition("flag", "not_exists"), {"one", "ten", "none"}),
        (AllOf((AnyOf((SIZE_IS_ONE, SIZE_IS_TWO)), Condition("flag", "exists"))), {"two"}),
        (AnyOf((AllOf((SIZE_IS_TWO, Condition("flag", "exists"))), SIZE_IS_ONE)), {"one", "two"}),
        (AllOf((AllOf((AllOf((SIZE_IS_TWO,)),)),)), {"two"}),
        (AnyOf((AnyOf((SIZE_IS_ONE,)), AnyOf((SIZE_IS_TWO, SIZE_IS_ONE)))), {"one", "two"}),
        (AllOf((Condition("size", "in", tuple(number(n) for n in range(150))), SIZE_IS_TWO)), {"two"}),
        (AllOf((Condition("size", "<>", (number(1),)), Condition("a.b", "exists"))), {"two"}),
    ],
)
def test_a_predicate_selects_what_it_says(scanned: Any, predicate: Predicate, ids: set[str]) -> None:
    marks = Placeholders()
    asked = filter_text(predicate, marks)
    assert scanned(asked, marks) == ids


def sizes() -> Iterator[tuple[str, Predicate]]:
    """Predicates on both sides of each limit."""
    for parts in (149, 150, 151):
        yield f"{parts} comparisons", AnyOf(tuple(Condition("size", "=", (number(n),)) for n in range(parts)))
        yield (
            f"{parts} betweens",
            AllOf(tuple(Condition("size", "between", (number(n), number(n + 1))) for n in range(parts))),
        )
    for parts in (75, 76):
        yield f"{parts} unequal", AllOf(tuple(Condition("size", "<>", (number(n),)) for n in range(parts)))
    for values in (100, 101, 650, 680, 690, 700):
        yield f"IN of {values}", Condition("size", "in", tuple(number(n) for n in range(values)))


@pytest.mark.integration
@pytest.mark.parametrize("predicate", [pytest.param(predicate, id=name) for name, predicate in sizes()])
def test_what_fits_is_what_dynamodb_takes(scanned: Any, predicate: Predicate, monkeypatch: pytest.MonkeyPatch) -> None:
    said = fits(predicate)
    with monkeypatch.context() as patch:
        patch.setattr("airflow_ddb_hive.dynamodb.expressions.LONGEST_EXPRESSION", 1 << 20)
        patch.setattr("airflow_ddb_hive.dynamodb.expressions._MOST_OPERATORS", 1 << 20)
        marks = Placeholders()
        asked = filter_text(predicate, marks)
    outcome = contextlib.nullcontext() if said else pytest.raises(ClientError, match="ValidationException")
    with outcome:
        scanned(asked, marks)


@pytest.mark.parametrize("predicate", [AllOf(()), AnyOf(()), Condition("a", "in", ()), AllOf((SIZE_IS_ONE, AnyOf(())))])
def test_a_condition_of_nothing_has_no_expression(predicate: Predicate) -> None:
    assert not fits(predicate)
    with pytest.raises(InputError, match="leave it to the engine"):
        filter_text(predicate, Placeholders())


def test_values_beyond_two_megabytes_do_not_fit() -> None:
    assert not fits(Condition("a", "in", tuple(text(f"{n}" + "x" * 40_000) for n in range(50))))


def test_a_filter_beyond_the_limits_says_so() -> None:
    several = Condition("size", "in", tuple(number(n) for n in range(2000)))
    with pytest.raises(InputError, match=str(LONGEST_EXPRESSION)):
        filter_text(several, Placeholders())


def test_names_and_values_are_sent_once() -> None:
    marks = Placeholders()
    asked = filter_text(AllOf((SIZE_IS_ONE, Condition("size", ">=", (number(1),)))), marks)
    assert asked == "#n0=:v0 AND #n0>=:v0"
    assert marks.fields() == {
        "ExpressionAttributeNames": {"#n0": "size"},
        "ExpressionAttributeValues": {":v0": {"N": "1"}},
    }


def test_a_copy_of_placeholders_is_independent() -> None:
    marks = Placeholders()
    marks.name("a")
    other = marks.copy()
    other.value(number(1))
    assert other.name("b") == "#n1"
    assert marks.fields() == {"ExpressionAttributeNames": {"#n0": "a"}}


@pytest.mark.parametrize(
    ("sort", "asked"),
    [
        (None, "#n0=:v0"),
        (Condition("r", "=", (number(1),)), "#n0=:v0 AND #n1=:v1"),
        (Condition("r", "<", (number(1),)), "#n0=:v0 AND #n1<:v1"),
        (Condition("r", "between", (number(1), number(2))), "#n0=:v0 AND #n1 BETWEEN :v1 AND :v2"),
        (Condition("r", "begins_with", (text("a"),)), "#n0=:v0 AND begins_with(#n1,:v1)"),
    ],
)
def test_a_range_is_a_key_condition(sort: Condition | None, asked: str) -> None:
    assert key_condition_text(("h", "r"), KeyRange(text("x"), sort), Placeholders()) == asked


def test_the_attributes_of_a_predicate_are_told() -> None:
    assert attributes_of(AllOf((SIZE_IS_ONE, AnyOf((Condition("b", "exists"), SIZE_IS_TWO))))) == {"size", "b"}
    assert attributes_of(None) == frozenset()
