"""CREATE VIEW, and the query that a view stands for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.binder.context import semantic_error
from airflow_ddb_hive.hiveql.binder.macros import expanded
from airflow_ddb_hive.hiveql.binder.names import table_name
from airflow_ddb_hive.hiveql.binder.queries import QueryBinder
from airflow_ddb_hive.hiveql.binder.storage import read_properties
from airflow_ddb_hive.hiveql.grammar.queries import QueryReader
from airflow_ddb_hive.hiveql.statements import CreateView
from airflow_ddb_hive.model.table import Column, Table

if TYPE_CHECKING:
    from airflow_ddb_hive.hiveql.binder.context import Context
    from airflow_ddb_hive.hiveql.grammar.cursor import Cursor
    from airflow_ddb_hive.hiveql.statements import Statement
    from airflow_ddb_hive.hiveql.tree import OutputColumn, Position

__all__ = ["bind_alter_view_as", "bind_create_view", "read_view_query"]

_Names = tuple[tuple[str, str | None], ...]


def bind_create_view(cursor: Cursor, context: Context, start: Position) -> Statement:
    """Bind what follows CREATE in ``CREATE [OR REPLACE] VIEW``."""
    or_replace = cursor.take("OR", "REPLACE")
    cursor.expect("VIEW", "ddl statement")
    exists = cursor.take("IF", "NOT", "EXISTS")
    database, name, _ = table_name(cursor, context)
    context.need_database(database)
    names = _column_names(cursor) if cursor.at("(") else ()
    comment = cursor.string() if cursor.take("COMMENT") else None
    partitions = _partition_names(cursor) if cursor.take("PARTITIONED", "ON") else ()
    properties = read_properties(cursor) if cursor.take("TBLPROPERTIES") else {}
    cursor.expect("AS", "create view statement")
    text, columns = read_view_query(cursor, context, names)
    table = Table(
        database=database,
        name=name,
        columns=tuple(column for column in columns if column.name not in partitions),
        partition_columns=tuple(column for column in columns if column.name in partitions),
        kind="VIRTUAL_VIEW",
        properties=properties,
        comment=comment,
        view_text=text,
        view_database=context.database,
    )
    return CreateView(table=table, if_not_exists=exists, or_replace=or_replace, position=start)


def bind_alter_view_as(
    cursor: Cursor, context: Context, start: Position, named: tuple[str, str, Position]
) -> Statement:
    """Bind ``ALTER VIEW name AS query``; comment and properties of the view stay.

    Raises:
        HiveSemanticError: There is no such view (10216), or it is a table (10218).
    """
    database, name, place = named
    view = context.catalog.find_table(database, name)
    if view is None:
        message = "Cannot ALTER VIEW AS SELECT if view currently does not exist"
        raise semantic_error(10216, f"{message}: {database}.{name}", place, table=f"{database}.{name}")
    if view.view_text is None:
        message = f"Existing table is not a view: {database}.{name}"
        raise semantic_error(10218, message, place, table=view.qualified_name)
    cursor.take("AS")
    text, columns = read_view_query(cursor, context)
    changed = replace(view, columns=columns, partition_columns=(), view_text=text, view_database=context.database)
    return CreateView(table=changed, or_replace=True, position=start)


def read_view_query(cursor: Cursor, context: Context, names: _Names = ()) -> tuple[str, tuple[Column, ...]]:
    """Take a view's query to the end of the statement; return its text and its columns.

    Raises:
        HiveSemanticError: The query does not fit, or its columns have no names of their own.
    """
    first = cursor.word
    node = QueryReader(cursor).query()
    cursor.end()
    text = cursor.text[first.start : cursor.words[-1].start].strip()
    found = QueryBinder(context).bind(expanded(node, context)).columns
    return text, _columns(found, names)


def _columns(found: tuple[OutputColumn, ...], names: _Names) -> tuple[Column, ...]:
    if names and len(names) != len(found):
        raise semantic_error(
            None,
            "The number of columns produced by the SELECT clause does not match the number of column names specified "
            "by CREATE VIEW",
        )
    columns = [Column(column.name, column.type) for column in found]
    if names:
        given = zip(columns, names, strict=True)
        columns = [replace(column, name=name, comment=comment) for column, (name, comment) in given]
    for column in columns:
        if sum(other.name == column.name for other in columns) > 1:
            raise semantic_error(10036, f"Duplicate column name: {column.name}")
    return tuple(columns)


def _column_names(cursor: Cursor) -> _Names:
    cursor.expect("(")
    found = [_column_name(cursor)]
    while cursor.take(","):
        found.append(_column_name(cursor))
    cursor.expect(")", "column name comment list")
    return tuple(found)


def _column_name(cursor: Cursor) -> tuple[str, str | None]:
    name = cursor.identifier("column name comment")
    return name, cursor.string() if cursor.take("COMMENT") else None


def _partition_names(cursor: Cursor) -> tuple[str, ...]:
    return tuple(name for name, _ in _column_names(cursor))
