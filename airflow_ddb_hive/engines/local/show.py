"""SHOW: answers in the layout of the Hive CLI."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.folders import files_below
from airflow_ddb_hive.engines.local.function_answers import HIVE_NAMES
from airflow_ddb_hive.engines.local.owner import user_name
from airflow_ddb_hive.engines.local.result import StatementResult, TextResult
from airflow_ddb_hive.errors import HiveSemanticError
from airflow_ddb_hive.model.partition_filter import matching_partitions
from airflow_ddb_hive.model.settings import shown_value
from airflow_ddb_hive.model.storage_classes import storage_classes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.hiveql.session_statements import (
        ShowColumns,
        ShowFunctions,
        ShowProperties,
        ShowTableExtended,
        ShowViews,
    )
    from airflow_ddb_hive.hiveql.statements import ShowDatabases, ShowTables
    from airflow_ddb_hive.model.table import Column, Table

__all__ = [
    "show_columns",
    "show_databases",
    "show_functions",
    "show_properties",
    "show_table_extended",
    "show_tables",
    "show_views",
]

_CELL_WIDTH = 20
_THRIFT_TYPES = {"int": "i32", "bigint": "i64", "smallint": "i16", "tinyint": "byte", "boolean": "bool"}


def show_tables(statement: ShowTables, context: StatementContext) -> StatementResult:
    """List a database's tables and views.

    Raises:
        HiveSemanticError: There is no such database.
    """
    if not context.catalog.has_database(statement.database):
        raise HiveSemanticError(f"Database does not exist: {statement.database}", code=10072)
    names = _matching(context.catalog.table_names(statement.database), statement.pattern)
    return TextResult(context, ["tab_name"], [[name] for name in names])


def show_views(statement: ShowViews, context: StatementContext) -> StatementResult:
    """List a database's views."""
    names = _matching(context.catalog.table_names(statement.database), statement.pattern)
    tables = [context.catalog.find_table(statement.database, name) for name in names]
    views = [table.name for table in tables if table is not None and table.view_text is not None]
    return TextResult(context, ["tab_name"], [[name] for name in views])


def show_databases(statement: ShowDatabases, context: StatementContext) -> StatementResult:
    """List the databases."""
    names = _matching(context.catalog.database_names(), statement.pattern)
    return TextResult(context, ["database_name"], [[name] for name in names])


def show_columns(statement: ShowColumns, context: StatementContext) -> StatementResult:
    """List a table's columns, partition columns among them, by name."""
    table = statement.table
    names = sorted(column.name for column in (*table.columns, *table.partition_columns))
    found = _matching(names, statement.pattern)
    return TextResult(context, ["field"], [[name.ljust(_CELL_WIDTH)] for name in found])


def show_functions(statement: ShowFunctions, context: StatementContext) -> StatementResult:
    """List Hive's functions and the session's macros."""
    names = sorted({*HIVE_NAMES, *context.macros})
    return TextResult(context, ["tab_name"], [[name] for name in _matching(names, statement.pattern)])


def show_properties(statement: ShowProperties, context: StatementContext) -> StatementResult:
    """List a table's properties, or give one."""
    table, key = statement.table, statement.key
    properties = {**table.properties, **({"comment": table.comment} if table.comment else {})}
    if key is not None and key not in properties:
        rows = [[f"Table {table.qualified_name} does not have property: {key}", " "]]
    elif key is not None:
        rows = [[key, shown_value(key, properties[key])]]
    else:
        rows = [[name, shown_value(name, value)] for name, value in sorted(properties.items())]
    return TextResult(context, ["prpt_name", "prpt_value"], rows)


def _matching(names: Iterable[str], pattern: str | None) -> list[str]:
    """Hive's pattern language: ``*`` for any text, ``|`` between alternatives, a dot for any letter; case ignored."""
    if pattern is None:
        return list(names)
    choices = [re.escape(choice.strip()).replace(r"\*", ".*").replace(r"\.", ".") for choice in pattern.split("|")]
    expression = re.compile("|".join(choices).replace("..*", ".*"), re.IGNORECASE)
    return [name for name in names if expression.fullmatch(name)]


def show_table_extended(statement: ShowTableExtended, context: StatementContext) -> StatementResult:
    """Describe tables' or one partition's place and files.

    Raises:
        HiveSemanticError: There is no such partition.
    """
    rows: list[list[str]] = []
    for name in _matching(context.catalog.table_names(statement.database), statement.pattern):
        table = context.catalog.find_table(statement.database, name)
        if table is None:
            continue
        location = table.location
        if statement.partition is not None:
            found = matching_partitions(context.catalog.partitions(table), statement.partition)
            if not found:
                message = f"Partition not found {statement.shown}"
                raise HiveSemanticError(message, code=10006, table=table.qualified_name)
            location = found[0].location
        rows += [[line] for line in _extended_lines(table, location, context)]
    return TextResult(context, ["tab_name"], rows)


def _extended_lines(table: Table, location: str | None, context: StatementContext) -> Iterator[str]:
    classes = storage_classes(table.storage)
    yield f"tableName:{table.name}"
    yield f"owner:{user_name()}"
    yield f"location:{location or 'null'}"
    yield f"inputformat:{classes.input_format or 'null'}"
    yield f"outputformat:{classes.output_format or 'null'}"
    yield f"columns:{_struct('columns', table.columns)}"
    yield f"partitioned:{'true' if table.partition_columns else 'false'}"
    yield f"partitionColumns:{_struct('partition_columns', table.partition_columns) if table.partition_columns else ''}"
    sizes = [info.size for info in files_below(context.stores, location)] if location is not None else []
    yield f"totalNumberFiles:{len(sizes)}"
    yield f"totalFileSize:{sum(sizes)}"
    yield f"maxFileSize:{max(sizes, default=0)}"
    yield f"minFileSize:{min(sizes, default=0)}"
    yield "lastAccessTime:0"
    yield f"lastUpdateTime:{int(table.properties.get('transient_lastDdlTime', '0')) * 1000}"
    yield ""


def _struct(name: str, columns: tuple[Column, ...]) -> str:
    fields = ", ".join(f"{_THRIFT_TYPES.get(str(column.type), str(column.type))} {column.name}" for column in columns)
    return f"struct {name} {{ {fields}}}"
