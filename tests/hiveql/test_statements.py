"""DDL, DML and commands."""

from __future__ import annotations

import pytest

from airflow_ddb_hive.errors import HiveSemanticError, HiveSyntaxError
from airflow_ddb_hive.hiveql import bind_statement
from airflow_ddb_hive.hiveql.statements import (
    CreateDatabase,
    CreateTable,
    CreateTableAs,
    Describe,
    DirectorySink,
    DropDatabase,
    DropTable,
    InsertStatement,
    LoadData,
    SetStatement,
    ShowCreateTable,
    ShowDatabases,
    ShowTables,
    Statement,
    TableSink,
    UseDatabase,
)
from airflow_ddb_hive.hiveql.tree import Cast, Project
from airflow_ddb_hive.model.table import DYNAMODB_HANDLER
from tests.hiveql.catalogs import MemoryCatalog


def created(text: str, catalog: MemoryCatalog) -> CreateTable:
    statement = bind_statement(text, catalog=catalog)
    assert isinstance(statement, CreateTable)
    return statement


def test_a_dynamodb_table_keeps_handler_and_properties(catalog: MemoryCatalog) -> None:
    statement = created(
        "CREATE EXTERNAL TABLE IF NOT EXISTS Features (Id BIGINT COMMENT 'key', tags array<string>)\n"
        f"COMMENT 'all' STORED BY '{DYNAMODB_HANDLER}'\n"
        "TBLPROPERTIES ('dynamodb.table.name' = 'Features', \"dynamodb.column.mapping\"='id:Id')",
        catalog,
    )
    table = statement.table
    assert statement.if_not_exists
    assert table.is_dynamodb
    assert (table.name, table.kind, table.comment) == ("features", "EXTERNAL_TABLE", "all")
    assert [(c.name, str(c.type), c.comment) for c in table.columns] == [
        ("id", "bigint", "key"),
        ("tags", "array<string>", None),
    ]
    assert table.properties["dynamodb.table.name"] == "Features"


def test_external_may_be_a_property(catalog: MemoryCatalog) -> None:
    assert created("create table x (a int) tblproperties ('EXTERNAL'='TRUE')", catalog).table.kind == "EXTERNAL_TABLE"


def test_delimiters_are_kept_under_hives_names(catalog: MemoryCatalog) -> None:
    storage = created(
        r"create table x (a int) row format delimited fields terminated by '\t' escaped by '\\' "
        r"collection items terminated by '\002' map keys terminated by '\u0003' lines terminated by '\n' "
        "null defined as 'NULL' stored as textfile location 's3://b/x'",
        catalog,
    ).table.storage
    assert storage.serde_properties == {
        "field.delim": "\t",
        "serialization.format": "\t",
        "escape.delim": "\\",
        "collection.delim": "\x02",
        "mapkey.delim": "\x03",
        "line.delim": "\n",
        "serialization.null.format": "NULL",
    }


def test_a_serde_keeps_its_properties(catalog: MemoryCatalog) -> None:
    storage = created(
        "create table x (a string) row format serde 'org.x.Csv' with serdeproperties ('separatorChar'=';')", catalog
    ).table.storage
    assert (storage.serde, storage.serde_properties) == ("org.x.Csv", {"separatorChar": ";"})


def test_create_like_copies_columns(catalog: MemoryCatalog) -> None:
    assert [column.name for column in created("create table x like u", catalog).table.columns] == ["id", "name", "i"]


def test_create_as_select_takes_the_querys_columns(catalog: MemoryCatalog) -> None:
    statement = bind_statement("create table x stored as parquet as select id, i + 1 as n from u", catalog=catalog)
    assert isinstance(statement, CreateTableAs)
    assert [(c.name, str(c.type)) for c in statement.table.columns] == [("id", "int"), ("n", "bigint")]
    assert statement.table.storage.file_format == "PARQUET"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("create table x (a int, A string)", 10036),
        ("create table nodb.x (a int)", 10072),
        ("create table x (a int) as select 1", 10065),
        ("create external table x as select 1 as a", 10070),
        ("insert into t select 1", 10044),
        ("insert into u select id, name, array(1) from u", 10044),
        ("insert into u (id, nope) select 1, 2", 10337),
        ("insert into nope select 1", 10001),
        ("load data inpath '/x' into table nope", 10001),
        ("describe nope", 10001),
    ],
)
def test_statements_that_do_not_fit_have_hives_code(text: str, code: int, catalog: MemoryCatalog) -> None:
    with pytest.raises(HiveSemanticError) as caught:
        bind_statement(text, catalog=catalog)
    assert caught.value.code == code


def test_an_insert_converts_to_the_targets_types(catalog: MemoryCatalog) -> None:
    statement = bind_statement("insert overwrite table u select s, i, d from t", catalog=catalog)
    assert isinstance(statement, InsertStatement)
    assert isinstance(statement.sink, TableSink)
    assert statement.sink.overwrite
    assert [str(column.type) for column in statement.relation.columns] == ["int", "string", "bigint"]
    assert isinstance(statement.relation, Project)
    assert all(isinstance(expression, Cast) for expression in statement.relation.expressions)


def test_an_insert_may_name_columns_and_give_values(catalog: MemoryCatalog) -> None:
    statement = bind_statement("insert into u (name, id) values ('a', 1), ('b', null)", catalog=catalog)
    assert isinstance(statement, InsertStatement)
    assert isinstance(statement.sink, TableSink)
    assert statement.sink.columns == (1, 0)


def test_from_may_come_first(catalog: MemoryCatalog) -> None:
    statement = bind_statement("from t insert overwrite table u select i, s, b where i > 1", catalog=catalog)
    assert isinstance(statement, InsertStatement)


def test_a_directory_keeps_its_format(catalog: MemoryCatalog) -> None:
    statement = bind_statement(
        "insert overwrite local directory '/tmp/x' row format delimited fields terminated by ',' select i from t",
        catalog=catalog,
    )
    assert isinstance(statement, InsertStatement)
    assert isinstance(statement.sink, DirectorySink)
    assert (statement.sink.path, statement.sink.local) == ("/tmp/x", True)  # noqa: S108 (a name in a script, no file)
    assert statement.sink.storage.serde_properties["field.delim"] == ","


def test_lines_may_only_end_with_a_newline(catalog: MemoryCatalog) -> None:
    with pytest.raises(HiveSyntaxError, match="only supports newline"):
        bind_statement("create table x (a int) row format delimited lines terminated by ';'", catalog=catalog)


def test_load_data_says_what_goes_where(catalog: MemoryCatalog) -> None:
    statement = bind_statement("load data local inpath 'a.txt' overwrite into table u", catalog=catalog)
    assert isinstance(statement, LoadData)
    assert (statement.path, statement.local, statement.overwrite, statement.table.name) == ("a.txt", True, True, "u")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("set", SetStatement(key=None)),
        ("SET hive.x", SetStatement(key="hive.x")),
        ("set a = 'b = c' ", SetStatement(key="a", value="'b = c'")),
        ("-- note\nset a=1", SetStatement(key="a", value="1")),
        ("use default", UseDatabase(name="default")),
        ("show tables", ShowTables(database="default")),
        ("show tables in default like 'f*'", ShowTables(database="default", pattern="f*")),
        ("show databases", ShowDatabases()),
        ("drop table if exists x", DropTable(database="default", name="x", if_exists=True)),
        ("drop view d.v", DropTable(database="d", name="v", view=True)),
        ("create database if not exists d", CreateDatabase(name="d", if_not_exists=True)),
        ("drop schema if exists d cascade", DropDatabase(name="d", if_exists=True, cascade=True)),
    ],
)
def test_commands_become_statements(text: str, expected: Statement, catalog: MemoryCatalog) -> None:
    assert bind_statement(text, catalog=catalog) == expected


def test_describe_and_show_find_the_table(catalog: MemoryCatalog) -> None:
    described = bind_statement("describe formatted u", catalog=catalog)
    shown = bind_statement("show create table u", catalog=catalog)
    assert isinstance(described, Describe)
    assert isinstance(shown, ShowCreateTable)
    assert (described.style, described.table.name, shown.table.name) == ("formatted", "u", "u")
