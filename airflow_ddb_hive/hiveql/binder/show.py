"""SHOW."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.binder.conditions import read_conditions
from airflow_ddb_hive.hiveql.binder.names import table_name
from airflow_ddb_hive.hiveql.session_statements import (
    ShowColumns,
    ShowFunctions,
    ShowPartitions,
    ShowProperties,
    ShowTableExtended,
    ShowViews,
)
from airflow_ddb_hive.hiveql.statements import ShowCreateTable, ShowDatabases, ShowTables, Statement

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_ddb_hive.hiveql.binder.context import Context
    from airflow_ddb_hive.hiveql.grammar.cursor import Cursor
    from airflow_ddb_hive.hiveql.tree import Position
    from airflow_ddb_hive.model.table import Table

__all__ = ["bind_show"]

_CONTEXT = "show statement"
_NOT_SHOWN = {
    "COMPACTIONS": "there are no transactional tables here",
    "CONF": "docs/reference lists the settings that mean something here",
    "CURRENT": "there are no roles here",
    "GRANT": "there are no users or roles here",
    "LOCKS": "there is no lock manager here",
    "MATERIALIZED": "there are no materialized views here",
    "PRINCIPALS": "there are no users or roles here",
    "RESOURCE": "there are no resource plans here",
    "ROLE": "there are no users or roles here",
    "ROLES": "there are no users or roles here",
    "TRANSACTIONS": "there are no transactions here",
}


def bind_show(cursor: Cursor, context: Context) -> Statement:
    """Bind a statement that begins with SHOW."""
    start = cursor.expect("SHOW").position
    word = cursor.word
    reader = _READERS.get(word.value) if word.kind == "word" else None
    if reader is not None:
        return reader(cursor, context, start)
    if word.kind == "word" and word.value in _NOT_SHOWN:
        raise cursor.unsupported(f"SHOW {word.value} is not supported: {_NOT_SHOWN[word.value]}", start)
    raise cursor.error("ddl statement")


def _databases(cursor: Cursor, _context: Context, start: Position) -> Statement:
    cursor.advance()
    pattern = cursor.string(_CONTEXT) if cursor.take("LIKE") else None
    return ShowDatabases(pattern=pattern, position=start)


def _tables(cursor: Cursor, context: Context, start: Position) -> Statement:
    cursor.advance()
    return ShowTables(database=_database(cursor, context), pattern=_pattern(cursor), position=start)


def _views(cursor: Cursor, context: Context, start: Position) -> Statement:
    cursor.advance()
    return ShowViews(database=_database(cursor, context), pattern=_pattern(cursor), position=start)


def _database(cursor: Cursor, context: Context) -> str:
    if not (cursor.take("IN") or cursor.take("FROM")):
        return context.database
    place = cursor.position
    return context.need_database(cursor.identifier(_CONTEXT), place)


def _pattern(cursor: Cursor) -> str | None:
    """Take a pattern; of a bare name Hive takes the first and the last letter for quotes."""
    named = cursor.take("LIKE")
    if cursor.word.kind == "string":
        return cursor.string(_CONTEXT)
    if cursor.at_identifier():
        return cursor.identifier(_CONTEXT)[1:-1]
    if named:
        raise cursor.error(_CONTEXT)
    return None


def _create_table(cursor: Cursor, context: Context, start: Position) -> Statement:
    cursor.advance()
    cursor.expect("TABLE", _CONTEXT)
    return ShowCreateTable(table=_named(cursor, context), position=start)


def _named(cursor: Cursor, context: Context) -> Table:
    database, name, place = table_name(cursor, context)
    return context.table(database, name, place)


def _partitions(cursor: Cursor, context: Context, start: Position) -> Statement:
    cursor.advance()
    table = _named(cursor, context)
    conditions = read_conditions(cursor, table).conditions if cursor.at("PARTITION") else ()
    return ShowPartitions(table=table, partition=conditions, position=start)


def _columns(cursor: Cursor, context: Context, start: Position) -> Statement:
    cursor.advance()
    if not (cursor.take("FROM") or cursor.take("IN")):
        raise cursor.error(_CONTEXT)
    database, name, place = table_name(cursor, context)
    if cursor.take("FROM") or cursor.take("IN"):
        there = cursor.position
        database = context.need_database(cursor.identifier(_CONTEXT), there)
    pattern = cursor.string(_CONTEXT) if cursor.take("LIKE") or cursor.word.kind == "string" else None
    return ShowColumns(table=context.table(database, name, place), pattern=pattern, position=start)


def _functions(cursor: Cursor, _context: Context, start: Position) -> Statement:
    cursor.advance()
    named = cursor.take("LIKE")
    pattern = None
    if cursor.word.kind == "string":
        pattern = cursor.string(_CONTEXT)
    elif named or cursor.word.kind != "end":
        pattern = cursor.identifier(_CONTEXT)
    return ShowFunctions(pattern=pattern, position=start)


def _properties(cursor: Cursor, context: Context, start: Position) -> Statement:
    cursor.advance()
    table = _named(cursor, context)
    key = None
    if cursor.take("("):
        key = cursor.string(_CONTEXT)
        cursor.expect(")", _CONTEXT)
    return ShowProperties(table=table, key=key, position=start)


def _table_extended(cursor: Cursor, context: Context, start: Position) -> Statement:
    cursor.advance()
    cursor.expect("EXTENDED", _CONTEXT)
    database = _database(cursor, context)
    cursor.expect("LIKE", _CONTEXT)
    place = cursor.position
    pattern = cursor.string(_CONTEXT) if cursor.word.kind == "string" else cursor.identifier(_CONTEXT)
    if not cursor.at("PARTITION"):
        return ShowTableExtended(database=database, pattern=pattern, position=start)
    found = read_conditions(cursor, context.table(database, pattern.lower(), place))
    return ShowTableExtended(
        database=database, pattern=pattern, partition=found.conditions, shown=found.shown, position=start
    )


_READERS: dict[str, Callable[[Cursor, Context, Position], Statement]] = {
    "COLUMNS": _columns,
    "CREATE": _create_table,
    "DATABASES": _databases,
    "FUNCTIONS": _functions,
    "PARTITIONS": _partitions,
    "SCHEMAS": _databases,
    "TABLE": _table_extended,
    "TABLES": _tables,
    "TBLPROPERTIES": _properties,
    "VIEWS": _views,
}
