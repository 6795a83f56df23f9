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
        ("c map<int,string>", {MAPPING: "c:c"}, "Unsupported Hive type: map<int,string>. Column c needs another type"),
        (
            "c array<map<bigint,string>>",
            {MAPPING: "c:c"},
            "Unsupported Hive type: array<map<bigint,string>>. Column c needs another type",
        ),
        (
            "c struct<a:map<int,string>>",
            {MAPPING: "c:c"},
            "Unsupported Hive type: struct<a:map<int,string>>. Column c needs another type",
        ),
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


@pytest.mark.parametrize(
    ("columns", "properties", "kind", "expected"),
    [
        # Each row has the error of the row above it, and one that is found earlier.
        ("id bigint", {MAPPING: "id:id"}, "EXTERNAL_TABLE", "The key element id does not match type."),
        (
            "id bigint; i map<string,string>; j map<string,string>",
            {MAPPING: "id:id"},
            "EXTERNAL_TABLE",
            "Only one column can be mapped to item map type map<string,string>",
        ),
        (
            "id bigint; i map<string,string>; j map<string,string>; s string",
            {MAPPING: "id:id,s:s", TYPES: "s:N"},
            "EXTERNAL_TABLE",
            "The DynamoDB type N does not support Hive type string",
        ),
        (
            "id bigint; s string",
            {MAPPING: "id:id,s:s", TYPES: "s:NULL"},
            "EXTERNAL_TABLE",
            "class org.apache.hadoop.hive.dynamodb.type.HiveDynamoDBNullType does not support this operation.",
        ),
        (
            "id bigint; s string",
            {MAPPING: "id:id,s:s,x:X", TYPES: "s:N"},
            "EXTERNAL_TABLE",
            "Could not find column(s) for column mapping(s): x:X",
        ),
        (
            "id bigint; s string",
            {MAPPING: "id:id,x:X", TYPES: "s:N"},
            "EXTERNAL_TABLE",
            "Could not find column mapping for column: s",
        ),
        (
            "id bigint; n string; s string",
            {MAPPING: "id:id,n:,x:X", TYPES: "s:N"},
            "EXTERNAL_TABLE",
            "Invalid column mapping for column: n",
        ),
        (
            "id bigint; s string",
            {MAPPING: "id:id,x:X", TYPES: "s:N"},
            "MANAGED_TABLE",
            "Only EXTERNAL tables are supported for DynamoDB.",
        ),
        (
            "id bigint; s string; c map<int,string>",
            {MAPPING: "id:id,x:X", TYPES: "s:N"},
            "MANAGED_TABLE",
            "Unsupported Hive type: map<int,string>",
        ),
        (
            "s string; c map<int,string>",
            {MAPPING: "id:id,x:X", TYPES: "s:XX"},
            "MANAGED_TABLE",
            "Unsupported DynamoDB type: XX",
        ),
        (
            "s string; c map<int,string>",
            {MAPPING: "id:id,oops", TYPES: "s:XX"},
            "MANAGED_TABLE",
            "Invalid entry in mapping oops",
        ),
    ],
)
def test_of_several_errors_the_one_that_the_connector_finds_first_is_told(
    columns: str, properties: Mapping[str, str], kind: str, expected: str
) -> None:
    assert message(columns, properties, kind=kind).startswith(expected)


@pytest.mark.parametrize("status", ["CREATING", "DELETING"])
def test_a_table_that_comes_or_goes_is_found_before_its_mapping_is_checked(status: str) -> None:
    assert message("s string", {}, status=status) == f"Table Things is in state {status}"
    assert message("s string", {}, status=status, kind="MANAGED_TABLE").startswith("Only EXTERNAL")


@pytest.mark.parametrize("column", ["num", "NUM"])
def test_a_key_of_an_index_is_checked_by_the_columns_name_in_any_case(column: str) -> None:
    table = Table(
        database="default",
        name="t",
        columns=(Column(column, parse_type("string")),),
        kind="EXTERNAL_TABLE",
        properties={MAPPING: "num:Elsewhere"},
    )
    description = TableDescription(name="T", hash_key="id", attribute_types={"id": "S", "Num": "N"})
    with pytest.raises(MappingError, match=f"The key element {column} does not match type. DynamoDB Type: N Hive type"):
        resolve_mapping(table, description)


def test_a_key_mapped_to_a_column_of_another_name_is_not_checked() -> None:
    (column,) = resolved("other bigint", {MAPPING: "other:id"})
    assert column.attribute == "id"


def test_an_attribute_may_hold_a_colon_and_blanks() -> None:
    (column,) = resolved("c string", {MAPPING: "c:a:b: c"})
    assert column.attribute == "a:b: c"


def test_a_blank_behind_a_comma_belongs_to_the_column() -> None:
    assert message("id string; n bigint", {MAPPING: "id:id, n:n"}) == "Could not find column mapping for column: n"


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
