"""DDL and utility statements, bound."""

from __future__ import annotations

import pytest

from airflow_ddb_hive.errors import HiveSemanticError, HiveSyntaxError, UnsupportedSqlError
from airflow_ddb_hive.hiveql import bind_statement
from airflow_ddb_hive.hiveql.alterations import ChangeColumn, SetProperties, SetSkew
from airflow_ddb_hive.hiveql.session_statements import DescribeColumn, Resources, ShowFunctions, SourceFile
from airflow_ddb_hive.hiveql.statements import CreateTable
from airflow_ddb_hive.hiveql.table_statements import AlterDatabase, AlterTable, RenameTable
from airflow_ddb_hive.model.table import DYNAMODB_HANDLER, StorageDescriptor, Table
from tests.hiveql.catalogs import MemoryCatalog


def altered(text: str, catalog: MemoryCatalog) -> AlterTable:
    statement = bind_statement(text, catalog=catalog)
    assert isinstance(statement, AlterTable)
    return statement


def test_change_column_knows_its_place(catalog: MemoryCatalog) -> None:
    change = altered("ALTER TABLE u CHANGE COLUMN id id2 bigint COMMENT 'c' AFTER name", catalog).change
    assert isinstance(change, ChangeColumn)
    assert (change.name, change.column.name, change.column.comment, change.after) == ("id", "id2", "c", "name")


def test_skew_has_its_values(catalog: MemoryCatalog) -> None:
    change = altered("ALTER TABLE u SKEWED BY (id, name) ON ((1,'x'),(2,'y')) STORED AS DIRECTORIES", catalog).change
    assert change == SetSkew(columns=("id", "name"), values=(("1", "x"), ("2", "y")), directories=True)


def test_rename_may_name_a_database(catalog: MemoryCatalog) -> None:
    statement = bind_statement("ALTER TABLE u RENAME TO default.w", catalog=catalog)
    assert isinstance(statement, RenameTable)
    assert (statement.database, statement.name) == ("default", "w")


def test_a_database_gets_properties(catalog: MemoryCatalog) -> None:
    statement = bind_statement("ALTER DATABASE default SET DBPROPERTIES ('a'='b')", catalog=catalog)
    assert statement == AlterDatabase(name="default", properties={"a": "b"})


def test_a_dynamodb_table_takes_properties_and_no_new_columns_or_name(catalog: MemoryCatalog) -> None:
    storage = StorageDescriptor(handler=DYNAMODB_HANDLER)
    catalog.tables["default", "d"] = Table(database="default", name="d", columns=(), storage=storage)
    change = altered("ALTER TABLE d SET TBLPROPERTIES ('dynamodb.column.mapping'='a:b')", catalog).change
    assert change == SetProperties(properties={"dynamodb.column.mapping": "a:b"})
    for text in ("ALTER TABLE d ADD COLUMNS (x int)", "ALTER TABLE d RENAME TO e"):
        with pytest.raises(HiveSemanticError, match="non-native") as caught:
            bind_statement(text, catalog=catalog)
        assert caught.value.code == 10134


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("alter table u foo", 1, 14),
        ("alter table u set foo", 1, 18),
        ("alter table u comment 'x'", 1, 14),
        ("show foo", 1, 5),
        ("show columns u", 1, 13),
        ("describe default.u.a", 1, 18),
        ("desc table u", 1, 5),
        ("create foo", 1, 7),
        ("drop foo", 1, 5),
        ("alter foo", 1, 6),
        ("truncate u", 1, 9),
        ("create macro zz(x int) x", 1, 7),
        ("show databases 'd*'", 1, 15),
    ],
)
def test_what_the_grammar_refuses_has_its_place(text: str, line: int, column: int, catalog: MemoryCatalog) -> None:
    with pytest.raises(HiveSyntaxError) as caught:
        bind_statement(text, catalog=catalog)
    assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("update u set id = 1", 10294),
        ("delete from u where id = 1", 10294),
        ("merge into u using t on u.id = t.i when matched then delete", 10294),
        ("create table p (a int, primary key (a))", 10326),
        ("create table p (a int default 'x')", 10326),
        ("create table p (a int check (nope > 1))", 10326),
        ("create external table p (a int not null)", 10326),
        ("alter table u add columns (c int) cascade", 10410),
        ("drop function upper", 10301),
        ("create table p", 10043),
        ("create table p (a int, A int)", 10036),
        ("create table p stored as foo as select 1", None),
    ],
)
def test_what_means_nothing_has_hives_code(text: str, code: int | None, catalog: MemoryCatalog) -> None:
    with pytest.raises(HiveSemanticError) as caught:
        bind_statement(text, catalog=catalog)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "text",
    ["grant select on table u to user bob", "start transaction", "lock table u shared", "show roles", "set role r"],
)
def test_statements_without_a_meaning_here_are_refused_by_name(text: str, catalog: MemoryCatalog) -> None:
    with pytest.raises(UnsupportedSqlError) as caught:
        bind_statement(text, catalog=catalog)
    assert caught.value.message.upper().startswith(text.split(maxsplit=1)[0].upper())
    assert (caught.value.line, caught.value.column) == (1, 0)


def test_input_formats_of_hive_stand_for_their_words(catalog: MemoryCatalog) -> None:
    statement = bind_statement(
        "CREATE TABLE s (a int) ROW FORMAT SERDE 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' "
        "STORED AS INPUTFORMAT 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat' OUTPUTFORMAT "
        "'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat'",
        catalog=catalog,
    )
    assert isinstance(statement, CreateTable)
    assert statement.table.storage == StorageDescriptor(file_format="PARQUET")
    with pytest.raises(UnsupportedSqlError, match="Cannot find class 'nope'"):
        bind_statement("CREATE TABLE s (a int) STORED AS INPUTFORMAT 'nope' OUTPUTFORMAT 'x'", catalog=catalog)


def test_commands_of_the_cli_are_no_sql(catalog: MemoryCatalog) -> None:
    assert bind_statement("source /a/b-c.sql", catalog=catalog) == SourceFile(path="/a/b-c.sql")
    added = bind_statement("add file /a/x.py s3://b/y.py", catalog=catalog)
    assert added == Resources(action="add", kind="FILE", paths=("/a/x.py", "s3://b/y.py"))
    assert bind_statement("show functions like 'con*'", catalog=catalog) == ShowFunctions(pattern="con*")


def test_a_nested_column_is_described_by_its_path(catalog: MemoryCatalog) -> None:
    statement = bind_statement("DESCRIBE t st.x", catalog=catalog)
    assert isinstance(statement, DescribeColumn)
    assert statement.path == ("st", "x")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("create temporary macro m(x int) x + z", "Expected columns [x] but found [x, z]"),
        ("create temporary macro m(x int, x int) x", "more than once"),
        ("create temporary macro m(x int) sum(x)", "Not yet supported place for UDAF"),
    ],
)
def test_a_macro_that_is_no_expression_of_its_parameters_is_refused(
    text: str, message: str, catalog: MemoryCatalog
) -> None:
    with pytest.raises(HiveSemanticError) as caught:
        bind_statement(text, catalog=catalog)
    assert message in caught.value.message
