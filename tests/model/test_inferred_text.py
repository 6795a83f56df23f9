from __future__ import annotations

from typing import Any

import pytest

from airflow_ddb_hive.model.dynamodb import IndexDescription, TableDescription
from airflow_ddb_hive.model.emr import emr_findings
from airflow_ddb_hive.model.inferred import InferredColumn, InferredTable, LeftOutAttribute, TableSample
from airflow_ddb_hive.model.inferred_text import hive_table, inferred_ddl, type_text
from airflow_ddb_hive.model.types import parse_type

RESERVED = frozenset({"DATE"})


def column(name: str, text: str, attribute: str | None = None, **more: Any) -> InferredColumn:
    return InferredColumn(name=name, attribute=attribute or name, type=parse_type(text), items=4, **more)


def ddl(*columns: InferredColumn, left_out: tuple[LeftOutAttribute, ...] = (), **facts: Any) -> list[str]:
    description = TableDescription(name="My.Table", hash_key="id", attribute_types={"id": "S"}, **facts)
    sample = TableSample(items=4, units=2.5, segments=16, complete=not left_out)
    inferred = InferredTable(description=description, sample=sample, columns=columns, left_out=left_out)
    table = hive_table(inferred, {"dynamodb.region": "eu-west-1"})
    assert inferred.to_dict()["table"]["name"] == "My.Table"
    return inferred_ddl(inferred, table, emr_findings(table, description), RESERVED).splitlines()


def test_a_script_has_facts_and_then_the_statement() -> None:
    assert ddl(column("id", "string"), column("tags", "array<string>", "Tags", dynamodb_type="SS")) == [
        "-- DynamoDB table My.Table: about 0 items, 0 bytes, provisioned",
        "-- Key: id (S)",
        "-- Seen: the whole table, 4 items from 16 segment(s), for 2.5 read units",
        "-- Runs on EMR as it is",
        "CREATE EXTERNAL TABLE `my_table` (",
        "-- id, 100.0% of the items",
        "  `id` string,",
        "-- Tags, 100.0% of the items",
        "  `tags` array<string>",
        ")",
        "STORED BY 'org.apache.hadoop.hive.dynamodb.DynamoDBStorageHandler'",
        "TBLPROPERTIES (",
        "  'dynamodb.table.name' = 'My.Table',",
        "  'dynamodb.column.mapping' = 'id:id,tags:Tags',",
        "  'dynamodb.type.mapping' = 'tags:SS',",
        "  'dynamodb.region' = 'eu-west-1'",
        ");",
    ]


def test_what_has_no_column_is_named_with_the_column_that_holds_it() -> None:
    item = InferredColumn(name="item", attribute=None, type=parse_type("map<string,string>"), items=4)
    left = LeftOutAttribute(attribute="a,b", items=1, reason="a column mapping cannot hold a comma")
    lines = ddl(column("id", "string"), item, left_out=(left,))
    assert "-- Only in column item: a,b, 25.0% of the items: a column mapping cannot hold a comma" in lines
    assert "-- Seen: a sample, 4 items from 16 segment(s), for 2.5 read units" in lines


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"on_demand": True}, "on demand"),
        ({"on_demand": True, "read_capacity_units": 100}, "on demand, 100 read and ? write units a second"),
        ({"read_capacity_units": 5, "write_capacity_units": 6}, "5 read and 6 write units a second"),
    ],
)
def test_the_capacity_is_told(facts: dict[str, Any], words: str) -> None:
    assert ddl(column("id", "string"), **facts)[0].endswith(f"bytes, {words}")


def test_indexes_are_told_with_their_own_capacity() -> None:
    index = IndexDescription(
        name="by-x", kind="global", hash_key="x", range_key="id", read_capacity_units=7, write_capacity_units=8
    )
    lines = ddl(column("id", "string"), indexes=(index,), read_capacity_units=1, write_capacity_units=1)
    assert "-- Index by-x (global): x (?), id (S), projects ALL, 7 read and 8 write units a second" in lines


def test_no_character_of_a_name_gets_out_of_its_comment() -> None:
    name = "a'b\"c`;\n${x}%(y)s\\é"
    lines = ddl(column("c", "string", name, notes=("one; two",)))
    (comment,) = (line for line in lines if line.startswith("-- a"))
    assert comment == (
        "-- a<U+0027>b<U+0022>c<U+0060><U+003B><U+000A><U+0024><U+007B>x<U+007D><U+0025>(y)s<U+005C><U+00E9>, "
        "100.0% of the items, one, two"
    )


def test_fields_stand_in_backticks_where_they_must() -> None:
    text = type_text(parse_type("map<string,struct<`date`:array<bigint>,`_x`:string,n:double>>"), RESERVED)
    assert text == "map<string,struct<`date`:array<bigint>,`_x`:string,n:double>>"


def test_what_does_not_run_on_emr_is_told() -> None:
    lines = ddl(column("price", "decimal(38,2)"), column("s", "struct<a:string>"))
    assert any(line.startswith("-- Does not run on EMR: column price decimal(38,2): ") for line in lines)
    assert any(line.startswith("-- On EMR: column s struct<a:string>: writing makes") for line in lines)
