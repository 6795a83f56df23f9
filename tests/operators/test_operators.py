"""What each operator asks the engine for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from airflow_ddb_hive._compat import AirflowFailException
from airflow_ddb_hive.errors import HiveSyntaxError, InputError
from airflow_ddb_hive.hiveql.tree import OutputColumn
from airflow_ddb_hive.model.types import BIGINT, DecimalType
from airflow_ddb_hive.operators import (
    DynamoDBExportOperator,
    DynamoDBHiveOperator,
    DynamoDBImportOperator,
    DynamoDBJoinOperator,
    DynamoDBQueryOperator,
)
from airflow_ddb_hive.testing import FakeEngine

Run = Callable[[Any, FakeEngine], Any]
MUSIC = {"Artist": "string", "year": ("bigint", "Year"), "tags": ["array<string>", "Tags", "SS"]}
WAREHOUSE = '{"conn_type": "dynamodb_hive", "extra": {"warehouse": "s3://lake/warehouse"}}'


def test_export_of_whole_items_is_one_map_column_in_default_text() -> None:
    task = DynamoDBExportOperator(task_id="t", table_name="Music", location="s3://lake/music/")
    name = "ddb_export_music_6279fddc"
    assert task.build_job().hql == (
        f"DROP TABLE IF EXISTS `{name}`;\n"
        f"CREATE EXTERNAL TABLE `{name}` (`item` map<string,string>)\n"
        "STORED BY 'org.apache.hadoop.hive.dynamodb.DynamoDBStorageHandler'\n"
        "TBLPROPERTIES ('dynamodb.table.name' = 'Music');\n"
        "INSERT OVERWRITE DIRECTORY 's3://lake/music/'\n"
        f"SELECT `item` FROM `{name}`;\n"
        f"DROP TABLE IF EXISTS `{name}`;"
    )


def test_export_of_columns_names_mapping_types_index_and_share() -> None:
    task = DynamoDBExportOperator(
        task_id="t",
        table_name="Music",
        location="/out",
        file_format="parquet",
        columns=MUSIC,
        index_name="ByYear",
        read_percent="0.25",
    )
    hql = task.build_job().hql
    assert "(`artist` string, `year` bigint, `tags` array<string>)" in hql
    assert "'dynamodb.column.mapping' = 'artist:Artist,year:Year,tags:Tags'" in hql
    assert "'dynamodb.type.mapping' = 'tags:SS'" in hql
    assert "'ddb_hive.index.name' = 'ByYear'" in hql
    assert "'dynamodb.throughput.read.percent' = '0.25'" in hql
    assert "STORED AS PARQUET\nLOCATION '/out';\nINSERT OVERWRITE TABLE `ddb_export_music_" in hql
    assert "_files`\nSELECT `artist`, `year`, `tags` FROM" in hql


def test_a_join_to_parquet_needs_the_names_of_its_columns(run: Run) -> None:
    tables = {"music": {"table_name": "Music", "columns": {"artist": "string"}}}
    arguments: dict[str, Any] = {"tables": tables, "hql": "SELECT artist FROM music;", "location": "/out"}
    arguments["file_format"] = "parquet"
    with pytest.raises(AirflowFailException, match="columns="):
        run(DynamoDBJoinOperator(task_id="t", **arguments), FakeEngine())
    hql = DynamoDBJoinOperator(task_id="t", **arguments, columns={"artist": "string"}).build_job().hql
    assert "(`artist` string)\nSTORED AS PARQUET\nLOCATION '/out';" in hql
    assert "_rows_" in hql


def test_export_returns_the_folder(run: Run) -> None:
    task = DynamoDBExportOperator(task_id="t", table_name="Music", location="s3://lake/music/")
    assert run(task, FakeEngine()) == "s3://lake/music/"


@pytest.mark.parametrize(
    "arguments",
    [
        {"table_name": "Mu'sic"},
        {"table_name": "Music; DROP TABLE x"},
        {"location": " "},
        {"file_format": "orc"},
        {"file_format": "csv"},
        {"file_format": "text"},
        {"columns": MUSIC},
        {"columns": {"a` string) --": "string"}, "file_format": "csv"},
        {"columns": {"a": "string) STORED AS ORC --"}, "file_format": "csv"},
        {"columns": {"a": "string", "A": "string"}, "file_format": "csv"},
        {"columns": {"a": ("string", "b,c:d")}, "file_format": "csv"},
        {"read_percent": 0},
        {"index_name": "by year"},
    ],
)
def test_export_refuses_what_cannot_be(arguments: dict[str, Any]) -> None:
    task = DynamoDBExportOperator(**{"task_id": "t", "table_name": "Music", "location": "s3://lake/m/", **arguments})
    with pytest.raises(InputError):
        task.build_job()


def test_import_reads_what_export_wrote() -> None:
    task = DynamoDBImportOperator(task_id="t", table_name="Music", location="s3://lake/music/", write_percent=1)
    statements = task.build_job().hql.split(";\n")
    files, table = "`ddb_files_music_6279fddc`", "`ddb_import_music_6279fddc`"
    assert statements[2] == (f"CREATE EXTERNAL TABLE {files} (`item` map<string,string>)\nLOCATION 's3://lake/music/'")
    assert "'dynamodb.throughput.write.percent' = '1.0'" in statements[3]
    assert statements[4] == f"INSERT INTO TABLE {table}\nSELECT `item` FROM {files}"


def test_csv_is_escaped_both_ways() -> None:
    arguments: dict[str, Any] = {"task_id": "t", "table_name": "Music", "location": "/m", "columns": MUSIC}
    clause = r"ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' ESCAPED BY '\\'"
    for operator in (DynamoDBExportOperator, DynamoDBImportOperator):
        assert clause in operator(file_format="csv", **arguments).build_job().hql


def test_query_returns_rows_that_json_can_carry(run: Run) -> None:
    engine = FakeEngine(columns=(OutputColumn("n", BIGINT), OutputColumn("d", DecimalType(5, 2))), rows=[(2**60, None)])
    task = DynamoDBQueryOperator(task_id="t", hql="SELECT n, d FROM x", max_rows=3)
    assert run(task, engine) == {
        "columns": [{"name": "n", "type": "bigint"}, {"name": "d", "type": "decimal(5,2)"}],
        "rows": [["1152921504606846976", None]],
    }
    assert engine.jobs[0].keep_rows == 4


def test_query_with_more_rows_than_allowed_fails_and_names_the_limit(run: Run) -> None:
    engine = FakeEngine(columns=(OutputColumn("n", BIGINT),), rows=[(1,), (2,)])
    with pytest.raises(AirflowFailException, match="max_rows=1"):
        run(DynamoDBQueryOperator(task_id="t", hql="SELECT n FROM x", max_rows=1), engine)


def test_query_without_a_query_fails(run: Run) -> None:
    with pytest.raises(AirflowFailException, match="has no query"):
        run(DynamoDBQueryOperator(task_id="t", hql="SET a=b"), FakeEngine())


def test_query_refuses_columns_of_no_table() -> None:
    with pytest.raises(InputError, match="give table_name too"):
        DynamoDBQueryOperator(task_id="t", hql="SELECT 1", columns={"a": "string"}).build_job()


def test_join_writes_to_a_folder() -> None:
    task = DynamoDBJoinOperator(
        task_id="t",
        tables={
            "music": {"table_name": "Music", "columns": MUSIC, "read_percent": 0.5},
            "labels": {"location": "/labels", "file_format": "csv", "columns": {"name": "string"}},
        },
        hql="SELECT m.artist FROM music m JOIN labels l ON m.artist = l.name ;\n",
        location="s3://lake/joined/",
        file_format="csv",
    )
    hql = task.build_job().hql
    assert "CREATE EXTERNAL TABLE `labels` (`name` string)\nROW FORMAT DELIMITED" in hql
    assert hql.endswith("SELECT m.artist FROM music m JOIN labels l ON m.artist = l.name ;")


def test_join_returns_rows_without_a_folder(run: Run) -> None:
    engine = FakeEngine(columns=(OutputColumn("n", BIGINT),), rows=[(1,)])
    task = DynamoDBJoinOperator(task_id="t", tables={"music": {"table_name": "Music"}}, hql="SELECT 1 AS n")
    assert run(task, engine)["rows"] == [[1]]


@pytest.mark.parametrize(
    "tables",
    [
        {},
        {"music": {}},
        {"music": {"table_name": "Music", "location": "/m"}},
        {"music": {"table_name": "Music", "file_format": "csv"}},
        {"mu`sic": {"table_name": "Music"}},
        {"music": {"location": "/m", "file_format": "item", "index_name": "x"}},
    ],
)
def test_join_refuses_tables_that_say_too_little_or_too_much(tables: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        DynamoDBJoinOperator(task_id="t", tables=tables, hql="SELECT 1").build_job()


@pytest.mark.parametrize(
    ("task", "warehouse"),
    [
        (DynamoDBHiveOperator(task_id="t", hql="SELECT 1"), "s3://lake/warehouse"),
        (DynamoDBExportOperator(task_id="t", table_name="Music", location="/m"), None),
        (
            DynamoDBJoinOperator(task_id="t", tables={"music": {"table_name": "Music"}}, hql="SELECT 1", location="/m"),
            None,
        ),
    ],
)
def test_declared_tables_are_private_and_scripts_see_the_warehouse(
    run: Run, monkeypatch: pytest.MonkeyPatch, task: Any, warehouse: str | None
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_DYNAMODB_HIVE_DEFAULT", WAREHOUSE)
    engine = FakeEngine()
    run(task, engine)
    assert engine.jobs[0].warehouse == warehouse


def test_a_final_error_says_where_in_the_script(run: Run) -> None:
    error = HiveSyntaxError("cannot recognize input near 'SELEC'", line=2, column=0)
    task = DynamoDBHiveOperator(task_id="t", hql="SELECT 1;\nSELEC 2")
    with pytest.raises(AirflowFailException, match="ParseException line 2:0 cannot recognize input near 'SELEC'"):
        run(task, FakeEngine(error=error))
