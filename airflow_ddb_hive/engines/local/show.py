"""SHOW, DESCRIBE and SET: answers in the layout of the Hive CLI."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.result import StatementResult, TextResult
from airflow_ddb_hive.errors import HiveSemanticError
from airflow_ddb_hive.model.settings import shown_value
from airflow_ddb_hive.model.table import DYNAMODB_HANDLER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.hiveql.statements import Describe, ShowCreateTable, ShowDatabases, ShowTables
    from airflow_ddb_hive.model.table import Column, Table

__all__ = ["describe", "show_create_table", "show_databases", "show_tables"]

_CELL_WIDTH = 20
_TEXT_CLASSES = (
    "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
    "org.apache.hadoop.mapred.TextInputFormat",
    "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
)
_PARQUET_CLASSES = (
    "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
    "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
)
_CLASSES = {"TEXTFILE": _TEXT_CLASSES, "PARQUET": _PARQUET_CLASSES}
_DYNAMODB_SERDE = "org.apache.hadoop.hive.dynamodb.DynamoDBSerDe"


def show_tables(statement: ShowTables, context: StatementContext) -> StatementResult:
    """List a database's tables.

    Raises:
        HiveSemanticError: There is no such database.
    """
    if not context.catalog.has_database(statement.database):
        raise HiveSemanticError(f"Database does not exist: {statement.database}", code=10072)
    names = _matching(context.catalog.table_names(statement.database), statement.pattern)
    return TextResult(context, ["tab_name"], [[name] for name in names])


def show_databases(statement: ShowDatabases, context: StatementContext) -> StatementResult:
    """List the databases."""
    names = _matching(context.catalog.database_names(), statement.pattern)
    return TextResult(context, ["database_name"], [[name] for name in names])


def _matching(names: Sequence[str], pattern: str | None) -> list[str]:
    """Hive's pattern language: ``*`` for any text, ``|`` between alternatives, case ignored."""
    if pattern is None:
        return list(names)
    choices = [re.escape(choice.strip()).replace(r"\*", ".*") for choice in pattern.split("|")]
    expression = re.compile("|".join(choices), re.IGNORECASE)
    return [name for name in names if expression.fullmatch(name)]


def describe(statement: Describe, context: StatementContext) -> StatementResult:
    """List a table's columns; FORMATTED and EXTENDED add where and how its rows are kept."""
    table = statement.table
    rows = [_padded(_column_cells(column, table)) for column in table.columns]
    if statement.style:
        rows = [_padded(["# col_name", "data_type", "comment"], first=22), *rows, *_details(table)]
    return TextResult(context, ["col_name", "data_type", "comment"], rows)


def _column_cells(column: Column, table: Table) -> list[str]:
    comment = column.comment or ("from deserializer" if table.storage.handler else "")
    return [column.name, str(column.type), comment]


def _padded(cells: Sequence[str], *, first: int = _CELL_WIDTH) -> list[str]:
    return [cell.ljust(first if place == 0 else _CELL_WIDTH) for place, cell in enumerate(cells)]


def _details(table: Table) -> Iterator[list[str]]:
    yield ["", " ", " "]
    yield ["# Detailed Table Information", " ", " "]
    yield from ([*_padded([key, value]), " "] for key, value in _table_facts(table))
    yield ["Table Parameters:", " ", " "]
    yield from (["", *_padded([key, value])] for key, value in _shown_properties(table))
    yield ["", " ", " "]
    yield ["# Storage Information", " ", " "]
    yield from ([*_padded([key, value]), " "] for key, value in _storage_facts(table))
    if table.storage.serde_properties:
        yield ["Storage Desc Params:", " ", " "]
        pairs = sorted(table.storage.serde_properties.items())
        yield from (["", *_padded([key, _escaped(value)])] for key, value in pairs)


def _shown_properties(table: Table) -> list[tuple[str, str]]:
    return [(key, shown_value(key, value)) for key, value in sorted(table.properties.items())]


def _table_facts(table: Table) -> Iterator[tuple[str, str]]:
    yield "Database:", table.database
    yield "Location:", table.location or "null"
    yield "Table Type:", table.kind


def _storage_facts(table: Table) -> Iterator[tuple[str, str]]:
    serde, input_format, output_format = _classes(table)
    yield "SerDe Library:", serde
    yield "InputFormat:", input_format
    yield "OutputFormat:", output_format
    if table.storage.handler:
        yield "Storage Handler:", table.storage.handler


def _classes(table: Table) -> tuple[str, str, str]:
    if table.storage.handler == DYNAMODB_HANDLER:
        return _DYNAMODB_SERDE, "null", "null"
    serde, input_format, output_format = _CLASSES.get(table.storage.file_format.upper(), _TEXT_CLASSES)
    return table.storage.serde or serde, input_format, output_format


def show_create_table(statement: ShowCreateTable, context: StatementContext) -> StatementResult:
    """Print a statement that makes this table, in Hive's layout."""
    lines = list(_create_lines(statement.table))
    return TextResult(context, ["createtab_stmt"], [[line] for line in lines])


def _create_lines(table: Table) -> Iterator[str]:
    external = "EXTERNAL " if table.kind == "EXTERNAL_TABLE" else ""
    name = table.name if table.database == "default" else f"{table.database}`.`{table.name}"
    yield f"CREATE {external}TABLE `{name}`("
    for place, column in enumerate(table.columns):
        comment = f" COMMENT {_quoted(column.comment)}" if column.comment else ""
        yield f"  `{column.name}` {column.type}{comment}{')' if place == len(table.columns) - 1 else ', '}"
    if table.comment:
        yield f"COMMENT {_quoted(table.comment)}"
    yield from _storage_lines(table)
    if table.location is not None and table.storage.handler is None:
        yield "LOCATION"
        yield f"  {_quoted(table.location)}"
    yield from _property_lines("TBLPROPERTIES (", dict(_shown_properties(table)))


def _storage_lines(table: Table) -> Iterator[str]:
    serde, input_format, output_format = _classes(table)
    if table.storage.handler:
        yield "STORED BY "
        yield f"  {_quoted(table.storage.handler)} "
    else:
        yield "ROW FORMAT SERDE "
        yield f"  {_quoted(serde)} "
    yield from _property_lines("WITH SERDEPROPERTIES ( ", table.storage.serde_properties)
    if not table.storage.handler:
        yield "STORED AS INPUTFORMAT "
        yield f"  {_quoted(input_format)} "
        yield "OUTPUTFORMAT "
        yield f"  {_quoted(output_format)}"


def _property_lines(head: str, pairs: Mapping[str, str]) -> Iterator[str]:
    items = sorted(pairs.items())
    if not items:
        return
    yield head
    for place, (key, value) in enumerate(items):
        yield f"  {_quoted(key)}={_quoted(value)}{')' if place == len(items) - 1 else ', '}"


def _quoted(text: str) -> str:
    return "'" + _escaped(text).replace("'", "\\'") + "'"


def _escaped(text: str) -> str:
    r"""Control characters as Hive prints them: ``\n``, ``\t``, ``\u0001``."""
    short = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\\": "\\\\"}
    return "".join(short.get(char) or (f"\\u{ord(char):04X}" if char < " " else char) for char in text)
