"""EXPLAIN: which forms and statements are taken, and how the others are refused."""

from __future__ import annotations

import pytest

from airflow_ddb_hive.errors import DdbHiveError, HiveSyntaxError, UnsupportedSqlError
from airflow_ddb_hive.hiveql import bind_statement
from airflow_ddb_hive.hiveql.statements import CreateTableAs, Explain, InsertStatement, LoadData, QueryStatement
from airflow_ddb_hive.hiveql.tree import Position
from tests.hiveql.catalogs import MemoryCatalog

TAKEN = {
    "SELECT i FROM t": QueryStatement,
    "FROM t SELECT i": QueryStatement,
    "WITH q AS (SELECT i FROM t) SELECT * FROM q": QueryStatement,
    "(SELECT i FROM t)": QueryStatement,
    "INSERT INTO u SELECT i, s, b FROM t": InsertStatement,
    "INSERT OVERWRITE DIRECTORY '/x' SELECT i FROM t": InsertStatement,
    "WITH q AS (SELECT i, s, b FROM t) INSERT INTO u SELECT * FROM q": InsertStatement,
    "CREATE TABLE made AS SELECT i FROM t": CreateTableAs,
    "LOAD DATA INPATH '/x' INTO TABLE u": LoadData,
}


def refused(text: str, catalog: MemoryCatalog) -> DdbHiveError:
    with pytest.raises(DdbHiveError) as caught:
        bind_statement(text, catalog=catalog)
    return caught.value


@pytest.mark.parametrize(("text", "kind"), TAKEN.items())
@pytest.mark.parametrize("style", ["", "extended", "formatted"])
def test_statements_that_read_or_write_rows_are_explained(
    text: str, kind: type, style: str, catalog: MemoryCatalog
) -> None:
    statement = bind_statement(f"explain {style} {text}", catalog=catalog)
    assert isinstance(statement, Explain)
    assert isinstance(statement.statement, kind)
    assert statement.style == style
    assert statement.statement == bind_statement(text, catalog=catalog)


def test_formatted_wins_over_extended_as_in_hive(catalog: MemoryCatalog) -> None:
    for words in ("EXTENDED FORMATTED", "FORMATTED EXTENDED"):
        statement = bind_statement(f"EXPLAIN {words} SELECT 1", catalog=catalog)
        assert isinstance(statement, Explain)
        assert statement.style == "formatted"


def test_both_statements_know_where_they_begin(catalog: MemoryCatalog) -> None:
    statement = bind_statement("EXPLAIN\n  SELECT i FROM t", catalog=catalog, origin=Position(4, 0))
    assert isinstance(statement, Explain)
    assert statement.position == Position(4, 0)
    assert statement.statement.position == Position(5, 2)


@pytest.mark.parametrize(
    "style",
    [
        "ANALYZE",
        "AUTHORIZATION",
        "DEPENDENCY",
        "LOGICAL",
        "REOPTIMIZATION",
        "REWRITE",
        "VECTORIZATION",
        "EXTENDED LOGICAL",
    ],
)
def test_hives_other_forms_are_refused_by_name_and_place(style: str, catalog: MemoryCatalog) -> None:
    error = refused(f"EXPLAIN {style} SELECT i FROM t", catalog)
    word = style.rsplit(maxsplit=1)[-1]
    assert isinstance(error, UnsupportedSqlError)
    assert error.message == f"EXPLAIN {word} is not supported: use EXPLAIN, EXTENDED or FORMATTED"
    assert (error.line, error.column) == (1, 8 + len(style) - len(word))


@pytest.mark.parametrize("style", ["AST", "CBO", "DEBUG", "JOINCOST", "LOCKS"])
def test_forms_that_hive_3_does_not_know_are_its_syntax_errors(style: str, catalog: MemoryCatalog) -> None:
    error = refused(f"EXPLAIN {style} SELECT i FROM t", catalog)
    assert isinstance(error, HiveSyntaxError)
    assert error.hive_text() == (
        f"FAILED: ParseException line 1:8 cannot recognize input near '{style}' 'SELECT' 'i' in explain statement"
    )


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("DROP TABLE t", "DROP"),
        ("SHOW TABLES", "SHOW"),
        ("USE default", "USE"),
        ("DESCRIBE t", "DESCRIBE"),
        ("CREATE TABLE z (a int)", "CREATE without AS SELECT"),
        ("CREATE DATABASE z", "CREATE without AS SELECT"),
    ],
)
def test_statements_without_rows_are_refused(text: str, what: str, catalog: MemoryCatalog) -> None:
    error = refused(f"EXPLAIN {text}", catalog)
    assert isinstance(error, UnsupportedSqlError)
    assert error.message == f"EXPLAIN of {what} is not supported: it reads and writes no rows"
    assert (error.line, error.column) == (1, 8)


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("EXPLAIN", "'<EOF>' '<EOF>' '<EOF>'"),
        ("EXPLAIN FORMATTED", "'<EOF>' '<EOF>' '<EOF>'"),
        ("EXPLAIN nonsense", "'nonsense' '<EOF>' '<EOF>'"),
        ("EXPLAIN EXPLAIN SELECT 1", "'EXPLAIN' 'SELECT' '1'"),
    ],
)
def test_what_hives_grammar_refuses_is_refused_in_its_words(text: str, near: str, catalog: MemoryCatalog) -> None:
    error = refused(text, catalog)
    assert isinstance(error, HiveSyntaxError)
    assert error.message == f"cannot recognize input near {near} in explain statement"


def test_an_unknown_table_is_an_error_at_its_place(catalog: MemoryCatalog) -> None:
    error = refused("EXPLAIN SELECT * FROM missing", catalog)
    assert (error.code, error.line, error.column) == (10001, 1, 22)
