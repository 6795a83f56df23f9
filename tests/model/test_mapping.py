from __future__ import annotations

from collections.abc import Mapping

import pytest

from airflow_ddb_hive.errors import InputError, MappingError
from airflow_ddb_hive.model.dynamodb import AttributeColumn, TableDescription
from airflow_ddb_hive.model.mapping import dynamodb_table_name, parse_mapping, resolve_mapping
from airflow_ddb_hive.model.table import Column, Table
from airflow_ddb_hive.model.types import parse_type

MAPPING = "dynamodb.column.mapping"
TYPES = "dynamodb.type.mapping"


def resolved(
    columns: str,
    properties: Mapping[str, str],
    *,
    kind: str = "EXTERNAL_TABLE",
    status: str = "ACTIVE",
    key_type: str = "S",
) -> tuple[AttributeColumn, ...]:
    parsed = tuple(
        Column(name, parse_type(text)) for name, _, text in (part.partition(" ") for part in columns.split("; "))
    )
    table = Table(database="default", name="t", columns=parsed, kind=kind, properties=properties)
    description = TableDescription(name="Things", hash_key="id", attribute_types={"id": key_type}, status=status)
    return resolve_mapping(table, description)


def message(
    columns: str, properties: Mapping[str, str], *, kind: str = "EXTERNAL_TABLE", status: str = "ACTIVE"
) -> str:
    with pytest.raises((MappingError, InputError)) as caught:
        resolved(columns, properties, kind=kind, status=status)
    return caught.value.message


@pytest.mark.parametrize(
    ("columns", "properties", "expected"),
    [
        ("id string; n bigint", {MAPPING: "id:id,n:"}, "Invalid column mapping for column: n"),
        ("id string; n bigint", {MAPPING: "id:id,:n"}, "Could not find column mapping for column: n"),
        ("id string", {}, "Could not find column mapping for column: id"),
        ("id string", {MAPPING: ""}, "Could not find column mapping for column: id"),
        (
            "id string",
            {MAPPING: "id:id,x:Y,z:Z"},
            "Could not find column(s) for column mapping(s): x:Y,z:Z",
        ),
        ("id string", {MAPPING: "id:id,oops"}, "Invalid entry in mapping oops: write column:attribute"),
        ("c map<int,string>", {MAPPING: "c:c"}, "Unsupported Hive type: map<int,string>"),
        ("c array<map<bigint,string>>", {MAPPING: "c:c"}, "Unsupported Hive type: array<map<bigint,string>>"),
        ("c struct<a:map<int,string>>", {MAPPING: "c:c"}, "Unsupported Hive type: struct<a:map<int,string>>"),
        ("c array<string>", {MAPPING: "c:c", TYPES: "c:XX"}, "Unsupported DynamoDB type: XX"),
        ("c array<string>", {MAPPING: "c:c", TYPES: "c:ss"}, "Unsupported DynamoDB type: ss"),
        ("c array<string>", {MAPPING: "c:c", TYPES: "c: SS"}, "Unsupported DynamoDB type:  SS"),
        ("c string", {MAPPING: "c:c", TYPES: "c:"}, "Unsupported DynamoDB type: "),
        (
            "c array<boolean>",
            {MAPPING: "c:c", TYPES: "c:NS"},
            "The DynamoDB type NS does not support Hive type array<boolean>",
        ),
        ("c double", {MAPPING: "c:c", TYPES: "c:NS"}, "The DynamoDB type NS does not support Hive type double"),
        (
            "a map<string,string>; b map<string,string>",
            {},
            "Only one column can be mapped to item map type map<string,string>",
        ),
        (
            "id bigint; k string",
            {MAPPING: "id:other,k:id"},
            "The key element id does not match type. DynamoDB Type: S Hive type: bigint",
        ),
        (
            "id map<string,string>",
            {},
            "The key element id does not match type. DynamoDB Type: S Hive type: map<string,string>",
        ),
    ],
)
def test_a_table_that_does_not_fit_is_refused_in_the_connectors_words(
    columns: str, properties: Mapping[str, str], expected: str
) -> None:
    assert message(columns, properties) == expected


def test_only_external_tables_are_mapped() -> None:
    words = "Only EXTERNAL tables are supported for DynamoDB."
    assert message("id string", {MAPPING: "id:id"}, kind="MANAGED_TABLE") == words
    assert resolved("id string", {MAPPING: "id:id", "EXTERNAL": "TRUE"}, kind="MANAGED_TABLE")


@pytest.mark.parametrize("status", ["CREATING", "DELETING"])
def test_a_table_that_comes_or_goes_is_refused(status: str) -> None:
    assert message("id string", {MAPPING: "id:id"}, status=status) == f"Table Things is in state {status}"


@pytest.mark.parametrize(
    ("hive_type", "types", "expected"),
    [
        ("string", "", "S"),
        ("bigint", "", "N"),
        ("double", "", "N"),
        ("binary", "", "B"),
        ("boolean", "", "BOOL"),
        ("array<string>", "", "L"),
        ("array<string>", "c:SS", "SS"),
        ("array<bigint>", "C:NS", "NS"),
        ("array<double>", "c:NS", "NS"),
        ("array<binary>", "c:BS", "BS"),
        ("map<string,bigint>", "", "M"),
        ("map<string,string>", "c:M", "M"),
        ("struct<a:string>", "", "M"),
        ("decimal(12,2)", "", "N"),
        ("tinyint", "", "N"),
        ("float", "", "N"),
        ("date", "", "S"),
        ("timestamp", "", "S"),
        ("varchar(3)", "", "S"),
        ("char(3)", "", "S"),
    ],
)
def test_each_type_has_its_attribute_type(hive_type: str, types: str, expected: str) -> None:
    (column,) = resolved(f"c {hive_type}", {MAPPING: "c:C", TYPES: types})
    assert (column.attribute, column.dynamodb_type) == ("C", expected)


def test_a_map_of_strings_is_the_whole_item_and_its_entry_is_dropped() -> None:
    (column,) = resolved("i map<string,string>", {MAPPING: "i:x"})
    assert (column.attribute, column.dynamodb_type) == (None, "ITEM")


def test_an_item_and_a_map_can_stand_side_by_side() -> None:
    columns = resolved("i map<string,string>; m map<string,string>", {MAPPING: "m:m", TYPES: "m:M"})
    assert [column.dynamodb_type for column in columns] == ["ITEM", "M"]


def test_a_map_of_strings_kept_as_a_map_needs_its_entry() -> None:
    assert message("m map<string,string>", {TYPES: "m:M"}) == "Could not find column mapping for column: m"


def test_the_last_entry_for_a_column_counts_and_nothing_is_trimmed() -> None:
    assert parse_mapping("a:x,A:y, b:z,,") == {"a": "y", " b": "z"}
    with pytest.raises(InputError):
        parse_mapping("a:x,,b:y")


def test_a_type_for_an_unknown_column_does_no_harm() -> None:
    assert resolved("id string", {MAPPING: "id:id", TYPES: "zz:SS"})


def test_two_columns_may_share_an_attribute() -> None:
    columns = resolved("a string; b string", {MAPPING: "a:x,b:x"})
    assert [column.attribute for column in columns] == ["x", "x"]


def test_the_dynamodb_table_is_named_by_its_property() -> None:
    table = Table(database="default", name="t", columns=(), properties={"dynamodb.table.name": "Things"})
    assert dynamodb_table_name(table) == "Things"
