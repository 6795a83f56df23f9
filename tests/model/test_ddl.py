from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.model import ddl
from airflow_ddb_hive.model.quoting import quote_text
from tests.support.rigs import HiveRig


def test_column_is_lower_case_and_attribute_keeps_its_case() -> None:
    (column,) = ddl.parse_columns({"FeatureId": "BIGINT"})
    assert (column.name, column.type, column.attribute) == ("featureid", "bigint", "FeatureId")


def test_no_columns_are_whole_items() -> None:
    assert ddl.parse_columns(None) == ddl.parse_columns({}) == ddl.WHOLE_ITEM
    assert "dynamodb.column.mapping" not in ddl.SourceTable(table_name="Music").properties()


@pytest.mark.parametrize(
    "spec",
    [
        "no type",
        [],
        ["string", ""],
        ["string", "a,b"],
        ["string", "a", "STRING"],
        ["string", "a", "S", "x"],
        ["string", 5],
        5.0,
        "struct<`a b`:string>",
        "array<struct<`x`>",
        "map<string,struct<`a;b`:string>>",
    ],
)
def test_column_that_cannot_be_is_refused(spec: Any) -> None:
    with pytest.raises(InputError):
        ddl.parse_columns({"a": spec})


def test_columns_that_are_no_mapping_are_refused() -> None:
    columns: Any = ["a", "b"]
    with pytest.raises(InputError, match="must be a mapping"):
        ddl.parse_columns(columns)


def test_hostile_attribute_cannot_leave_its_literal() -> None:
    columns = ddl.parse_columns({"a": ("string", "x') ; DROP TABLE y; --")})
    statement = ddl.create_dynamodb_table("t", ddl.SourceTable(table_name="Music", columns=columns))
    assert r"'dynamodb.column.mapping' = 'a:x\') \u003b DROP TABLE y\u003b --'" in statement
    assert statement.count(";") == 1


def test_nested_type_is_written_as_hive_writes_it() -> None:
    (column,) = ddl.parse_columns({"a": "STRUCT<Lat : DOUBLE, tags : ARRAY<STRING>>"})
    assert column.type == "struct<lat:double,tags:array<string>>"


@pytest.mark.parametrize("percent", [0, -1, "x", float("nan"), float("inf"), ""])
def test_share_of_capacity_must_be_above_zero(percent: Any) -> None:
    with pytest.raises(InputError, match="no share"):
        ddl.SourceTable(table_name="Music", read_percent=percent)


@pytest.mark.parametrize("file_format", sorted(ddl.FILE_FORMATS))
def test_every_format_says_whether_columns_are_needed(file_format: str) -> None:
    columns = ddl.parse_columns({"a": "string"})
    outcomes = []
    for given in (columns, ddl.WHOLE_ITEM):
        try:
            ddl.FileFolder(location="/x", columns=given, file_format=file_format)
        except InputError:
            outcomes.append(False)
        else:
            outcomes.append(True)
    expected = {"required": [True, False], "refused": [False, True], "optional": [True, True]}
    assert outcomes == expected[ddl.FILE_FORMATS[file_format].columns]


def test_dropping_forgets_the_definition_alone() -> None:
    assert ddl.drop_table("Music") == "DROP TABLE IF EXISTS `music`;"


@pytest.mark.integration
@pytest.mark.parametrize("file_format", ["csv", "text", "parquet"])
def test_hive_writes_and_reads_back_text_formats(hive_rig: HiveRig, tmp_path: Path, file_format: str) -> None:
    columns = ddl.parse_columns({"a": "string", "n": "bigint", "tags": "array<string>"})
    folder = ddl.FileFolder(location=str(tmp_path / "a folder, 100%"), columns=columns, file_format=file_format)
    name = f"ddl_round_trip_{file_format}"
    select = r"SELECT 'x,y\\\\z' AS a, 5L AS n, array('p', 'q,r') AS tags"
    script = (
        ddl.drop_table(name),
        *ddl.fill_folder(f"{name}_files", folder, select).split(";\n"),
        ddl.create_table(name, folder),
        ddl.select_from(name, columns),
        ddl.drop_table(name),
    )
    answer = hive_rig(*(statement.rstrip(";") for statement in script))
    assert answer.error is None
    assert answer.results[-2]["rows"] == ['x,y\\\\z\t5\t["p","q,r"]']


@pytest.mark.integration
def test_hive_reads_table_properties_back_as_they_were(hive_rig: HiveRig) -> None:
    value = "it's; ${hiveconf:x} 100%(a)s \\ end"
    answer = hive_rig(
        ddl.drop_table("ddl_properties").rstrip(";"),
        f"CREATE TABLE ddl_properties (a string) TBLPROPERTIES ('x' = {quote_text(value)})",
        "SHOW TBLPROPERTIES ddl_properties('x')",
    )
    assert [row.rstrip() for row in answer.results[2]["rows"]] == [value]
