from __future__ import annotations

from typing import Any

import pytest

from airflow_ddb_hive.dynamodb.column_names import column_names
from airflow_ddb_hive.dynamodb.infer import infer_table
from airflow_ddb_hive.dynamodb.observe import merged, observe_items
from airflow_ddb_hive.model.dynamodb import TableDescription
from airflow_ddb_hive.model.inferred import InferredTable, TableSample

Item = dict[str, Any]
RESERVED = frozenset({"DATE", "TIMESTAMP"})
TABLE = TableDescription(name="T", hash_key="Id", attribute_types={"Id": "S"})


def inferred(*items: Item, portable: bool = False, description: TableDescription = TABLE) -> InferredTable:
    keyed = [{"Id": {"S": str(number)}, **item} for number, item in enumerate(items)]
    sample = TableSample(items=len(keyed), units=1.0, segments=1, complete=True)
    return infer_table(description, observe_items(keyed), sample, portable=portable, reserved=RESERVED)


def type_of(*values: Item, portable: bool = False) -> str:
    """The type of an attribute ``a`` with these values, or why it has none."""
    table = inferred(*({"a": value} for value in values), portable=portable)
    if table.left_out:
        return f"left out: {table.left_out[0].reason}"
    column = next(column for column in table.columns if column.attribute == "a")
    return f"{column.type} as {column.dynamodb_type}" if column.dynamodb_type else str(column.type)


def n(*texts: str) -> list[Item]:
    return [{"N": text} for text in texts]


NULL = {"NULL": True}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([{"S": "x"}], "string"),
        ([{"S": "x"}, NULL], "string"),
        ([NULL], "string"),
        ([{"B": "eA=="}], "binary"),
        ([{"BOOL": False}], "boolean"),
        (n("1", "-9223372036854775808", "9223372036854775807"), "bigint"),
        (n("1", "1E+3"), "bigint"),
        (n("9223372036854775808"), "decimal(38,0)"),
        (n("10000000000000000000000"), "double"),
        (n("1", "1.5", "19.99"), "double"),
        (n("0.1", "123456789012345.6"), "double"),
        (n("1.2345678901234567890"), "decimal(38,18)"),
        (n("0.12345678901234567890123456789012345678"), "decimal(38,38)"),
        (n("1E+100", "1E-100"), "double"),
        (n("1E+100", "0.12345678901234567891"), "left out: numbers of 101 digits before and 20 behind the point"),
        ([{"L": []}], "array<string>"),
        ([{"L": n("1", "2")}, {"L": []}], "array<bigint>"),
        ([{"L": n("1")}, {"L": n("1.5")}], "array<double>"),
        ([{"L": [{"L": n("1")}, NULL]}], "array<array<bigint>>"),
        ([{"SS": ["a"]}], "array<string> as SS"),
        ([{"NS": ["1", "2"]}], "array<bigint> as NS"),
        ([{"NS": ["1", "2.5"]}], "array<double> as NS"),
        ([{"NS": ["1.2345678901234567891"]}], "array<decimal(38,19)> as NS"),
        ([{"BS": ["eA=="]}], "array<binary> as BS"),
        ([{"S": "x"}, *n("1")], "left out: values of several types: N 50%, S 50%"),
        ([{"L": [{"S": "x"}, *n("1")]}], "left out: values of several types: N 50%, S 50%"),
        ([{"L": [{"SS": ["a"]}]}], "left out: a set (SS) inside a list or map"),
        ([{"SS": ["a"]}, {"L": []}], "left out: values of several types: L 50%, SS 50%"),
    ],
)
def test_a_type_holds_all_that_was_seen(values: list[Item], expected: str) -> None:
    assert type_of(*values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([{"M": {"lat": {"N": "1.5"}, "name": {"S": "x"}}}] * 2, "struct<lat:double,name:string>"),
        ([{"M": {"a": {"S": "x"}}}, {"M": {"a": NULL}}], "struct<a:string>"),
        ([{"M": {"a": {"S": "x"}}}, {"M": {"b": {"S": "x"}}}], "map<string,string> as M"),
        ([{"M": {"a": {"N": "1"}}}, {"M": {}}], "map<string,bigint>"),
        ([{"M": {"Lat": {"N": "1.5"}}}], "map<string,double>"),
        ([{"M": {"a-b": {"L": n("1")}}}], "map<string,array<bigint>>"),
        ([{"M": {}}], "map<string,string> as M"),
        ([{"L": [{"M": {"x": {"N": "1"}}}, {"M": {"x": {"N": "2"}}}]}], "array<struct<x:bigint>>"),
        ([{"M": {"p": {"M": {"K": {"S": "x"}}}}}], "struct<p:map<string,string>>"),
        (
            [{"M": {"Lat": {"N": "1"}, "Name": {"S": "x"}}}],
            "left out: maps with keys that are no lower-case names, and values of several types: N 50%, S 50%",
        ),
        (
            [{"M": {"a": {"N": "1"}}}, {"M": {"b": {"S": "x"}}}],
            "left out: maps with different keys, and values of several types: N 50%, S 50%",
        ),
    ],
)
def test_a_map_is_a_struct_only_if_nothing_is_lost(values: list[Item], expected: str) -> None:
    assert type_of(*values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (n("1.2345678901234567890"), "left out: decimal(38,18) does not run on EMR"),
        ([{"L": [{"M": {"K": {"S": "x"}}}]}], "left out: array<map<string,string>> does not run on EMR"),
        ([{"M": {"K": {"S": "x"}}}], "map<string,string> as M"),
        (n("1.5"), "double"),
    ],
)
def test_a_portable_table_has_only_types_of_emr(values: list[Item], expected: str) -> None:
    assert type_of(*values, portable=True) == expected


def test_keys_come_first_then_the_most_frequent_attributes() -> None:
    keys = TableDescription(name="T", hash_key="Id", range_key="z", attribute_types={"Id": "S", "z": "N"})
    table = inferred({"z": {"N": "1"}, "b": NULL}, {"z": {"N": "2"}, "a": NULL, "b": NULL}, description=keys)
    assert [column.attribute for column in table.columns] == ["Id", "z", "b", "a"]
    assert [table.share(column.items) for column in table.columns] == [1.0, 1.0, 1.0, 0.5]


def test_a_key_that_was_not_seen_has_its_defined_type() -> None:
    description = TableDescription(name="T", hash_key="Id", attribute_types={"Id": "S", "Num": "N", "Raw": "B"})
    table = infer_table(description, {}, TableSample(items=0, units=0.5, segments=1, complete=True))
    assert [(column.name, str(column.type)) for column in table.columns] == [
        ("id", "string"),
        ("num", "bigint"),
        ("raw", "binary"),
    ]
    assert "in no sampled item: known as a key of the table or an index" in table.columns[1].notes


def test_what_has_no_column_is_in_the_column_of_whole_items() -> None:
    table = inferred({"a,b": {"S": "x"}, "item": {"S": "y"}})
    assert [(left.attribute, left.reason) for left in table.left_out] == [
        ("a,b", "a column mapping cannot hold a comma")
    ]
    assert (table.columns[-1].name, table.columns[-1].attribute) == ("item_2", None)
    assert [column.name for column in inferred({"a": {"S": "x"}}).columns] == ["id", "a"]


def notes(table: InferredTable) -> dict[str, tuple[str, ...]]:
    return {str(column.attribute): column.notes for column in table.columns}


def test_conflicts_are_told() -> None:
    table = inferred({"id": {"N": "1"}, "date": {"S": "x"}, "Feature Name": {"S": "x"}, "e": NULL, "plain": {"S": ""}})
    found = notes(table)
    assert found["id"] == ("differs from Id by case only", "the name is made up")
    assert found["Id"] == ("differs from id by case only",)
    assert found["date"] == ("a reserved word: keep the backticks",)
    assert found["Feature Name"] == ("the name is made up",)
    assert found["e"] == ("only NULL was seen",)
    assert found["plain"] == ()
    assert notes(inferred({"a": {"N": "1.2345678901234567890"}}))["a"] == ("decimal(38,18) does not run on EMR",)


class TestColumnNames:
    def test_no_column_has_the_name_of_another_attribute_that_is_a_key(self) -> None:
        assert column_names(["ID", "x"], {"Id": "N", "x": "S"}) == {"ID": "id_2", "x": "x"}

    def test_of_keys_that_differ_by_case_none_has_the_plain_name(self) -> None:
        assert column_names(["Id", "id"], {"Id": "S", "id": "N"}) == {"Id": "id_2", "id": "id_3"}

    @pytest.mark.parametrize(
        ("attribute", "name"),
        [("Ünï", "n"), ("2nd", "c_2nd"), ("a.b c", "a_b_c"), ("…", "c"), ("__x", "__x"), ("A" * 300, "a" * 100)],
    )
    def test_a_name_that_is_no_identifier_is_made_one(self, attribute: str, name: str) -> None:
        assert column_names([attribute], {}) == {attribute: name}

    def test_names_are_unique(self) -> None:
        names = column_names(["a b", "a-b", "a_b", "a_b_2", "A_B"], {})
        assert len(set(names.values())) == 5


def test_seeing_in_parts_is_seeing_the_whole() -> None:
    items: list[Item] = [
        {"a": {"M": {"x": {"N": "1"}}}, "l": {"L": [{"N": "1.5"}]}},
        {"a": {"M": {"y": {"N": "12345678901234567890"}}}, "l": {"L": []}},
        {"l": {"L": [{"S": "s"}]}},
    ]
    whole = observe_items(items)
    parts = [observe_items([item]) for item in items]
    assert merged([part["a"] for part in parts if "a" in part]) == whole["a"]
    assert merged([part["l"] for part in parts]) == whole["l"]
