from __future__ import annotations

from collections.abc import Mapping

import pytest

from airflow_ddb_hive.model.dynamodb import IndexDescription, TableDescription
from airflow_ddb_hive.model.emr import emr_findings, emr_notice, is_portable
from airflow_ddb_hive.model.table import DYNAMODB_HANDLER, Column, StorageDescriptor, Table
from airflow_ddb_hive.model.types import parse_type

NAMED = {"dynamodb.table.name": "T"}


def table(
    columns: dict[str, str],
    properties: Mapping[str, str] | None = None,
    *,
    mapping: str | None = None,
    partitions: tuple[Column, ...] = (),
) -> Table:
    mapped = ",".join(f"{name}:{name}" for name in columns) if mapping is None else mapping
    return Table(
        database="default",
        name="t",
        columns=tuple(Column(name, parse_type(text)) for name, text in columns.items()),
        kind="EXTERNAL_TABLE",
        partition_columns=partitions,
        storage=StorageDescriptor(handler=DYNAMODB_HANDLER),
        properties={**NAMED, "dynamodb.column.mapping": mapped, **(properties or {})},
    )


def found(*, severity: str | None = None, of: Table, description: TableDescription | None = None) -> list[str]:
    return [f.code for f in emr_findings(of, description) if severity in (None, f.severity)]


PORTABLE = [
    *("string", "bigint", "double", "binary", "boolean", "array<string>", "array<array<bigint>>"),
    *("map<string,string>", "map<string,bigint>", "map<string,array<double>>", "struct<a:string,b:array<binary>>"),
]
FOREIGN = {
    "tinyint": "bigint",
    "smallint": "bigint",
    "int": "bigint",
    "float": "double",
    "decimal(10,2)": "double, which keeps 15 digits, or the item column, which keeps all",
    "date": "string",
    "timestamp": "string",
    "varchar(3)": "string",
    "char(3)": "string",
    "map<bigint,string>": "map<string,…>",
    "array<int>": "bigint",
    "map<string,decimal(4,1)>": "double, which keeps 15 digits, or the item column, which keeps all",
    "struct<a:string,b:array<date>>": "string",
}


@pytest.mark.parametrize("text", PORTABLE)
def test_what_the_connector_has_is_portable(text: str) -> None:
    assert is_portable(parse_type(text))
    assert found(of=table({"c": text}), severity="error") == []
    assert emr_notice(table({"c": text})) is None


@pytest.mark.parametrize("text", FOREIGN)
def test_a_type_that_the_connector_does_not_have_is_an_error(text: str) -> None:
    assert not is_portable(parse_type(text))
    (finding, *_) = emr_findings(table({"id": "string", "c": text}))
    assert (finding.severity, finding.code, finding.column) == ("error", "type", "c")
    assert finding.subject == f"column c {parse_type(text)}"
    assert finding.remedy == f"use {FOREIGN[text]}"


@pytest.mark.parametrize(
    "text", ["array<map<string,string>>", "map<string,map<string,string>>", "struct<a:map<string,string>>"]
)
def test_a_nested_map_of_strings_is_an_error(text: str) -> None:
    assert "nested-map" in found(of=table({"c": text}), severity="error")
    assert not is_portable(parse_type(text))


def test_a_struct_is_a_warning() -> None:
    (finding,) = emr_findings(table({"c": "array<struct<a:string>>"}))
    assert (finding.severity, finding.code) == ("warning", "struct")
    assert "lower case" in finding.message


@pytest.mark.parametrize(
    ("properties", "code", "severity"),
    [
        ({"ddb_hive.index.name": "by-name"}, "local-property", "error"),
        ({"ddb_hive.role.arn": "arn"}, "local-property", "error"),
        ({"ddb_hive.emr.notice": "false"}, "local-property", "warning"),
        ({"dynamodb.numberOfSplits": "4"}, "no-effect", "warning"),
        ({"dynamodb.scan.segmets": "4"}, "no-effect", "warning"),
        ({"dynamodb.awsSecretAccessKey": "s"}, "no-effect", "warning"),
        ({"dynamodb.table.name": ""}, "table-name", "error"),
    ],
)
def test_a_property_that_means_nothing_on_emr_is_found(properties: dict[str, str], code: str, severity: str) -> None:
    (finding,) = emr_findings(table({"id": "string"}, properties))
    assert (finding.code, finding.severity, finding.column) == (code, severity, None)


@pytest.mark.parametrize(
    "properties", [{"dynamodb.yarn.enabled": "false"}, {"dynamodb.scan.segments": "4"}, {"comment": "x"}]
)
def test_a_property_that_works_on_emr_is_not_found(properties: dict[str, str]) -> None:
    assert emr_findings(table({"id": "string"}, properties)) == ()


def test_a_partitioned_table_reads_as_empty() -> None:
    day = Column("day", parse_type("string"))
    assert found(of=table({"id": "string"}, partitions=(day,)), severity="error") == ["partitioned"]


class TestKeyNames:
    """The connector compares a column with the key whose name it has, not with its attribute."""

    SWAPPED = table({"id": "string", "k": "string"}, mapping="id:other,k:id")

    def test_a_column_with_the_name_of_anothers_attribute_may_be_taken_for_it(self) -> None:
        (finding,) = emr_findings(self.SWAPPED)
        assert (finding.code, finding.column) == ("key-name", "id")

    def test_with_the_description_only_keys_count(self) -> None:
        by_id = TableDescription(name="T", hash_key="ID", attribute_types={"ID": "S"})
        assert found(of=self.SWAPPED, description=by_id) == ["key-name"]
        by_other = TableDescription(name="T", hash_key="pk", attribute_types={"pk": "S"})
        assert found(of=self.SWAPPED, description=by_other) == []

    def test_a_column_with_the_name_of_its_attribute_is_none(self) -> None:
        assert found(of=table({"id": "string"}, mapping="id:ID")) == []


def test_a_condition_on_a_binary_key_is_a_warning_where_the_key_is_known() -> None:
    keyed = table({"id": "binary"})
    index = IndexDescription(name="i", kind="global", hash_key="id")
    description = TableDescription(name="T", hash_key="id", attribute_types={"id": "B"}, indexes=(index,))
    assert found(of=keyed) == []
    assert found(of=keyed, description=description) == ["binary-key"]


def test_one_line_names_all_that_does_not_run() -> None:
    made = table({"id": "string", "price": "decimal(10,2)", "n": "int"}, {"ddb_hive.index.name": "i"})
    assert emr_notice(made) == (
        "table t does not run on EMR: column price decimal(10,2), column n int, property ddb_hive.index.name"
    )


def test_a_table_of_files_has_no_findings() -> None:
    assert emr_findings(Table(database="d", name="t", columns=(Column("n", parse_type("int")),))) == ()
