"""SHOW CREATE TABLE: a statement that makes a table or view again, in Hive's layout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.result import StatementResult, TextResult
from airflow_ddb_hive.model.settings import shown_value
from airflow_ddb_hive.model.storage_classes import storage_classes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.hiveql.statements import ShowCreateTable
    from airflow_ddb_hive.model.table import Column, StorageDescriptor, Table

__all__ = ["escaped", "show_create_table"]

_NOT_SHOWN = frozenset({"EXTERNAL", "comment", "numFiles", "totalSize", "numRows", "rawDataSize"})


def show_create_table(statement: ShowCreateTable, context: StatementContext) -> StatementResult:
    """Print a statement that makes this table."""
    table = statement.table
    lines = _table_lines(table) if table.view_text is None else [_view_line(table)]
    return TextResult(context, ["createtab_stmt"], [[line] for line in lines])


def _view_line(table: Table) -> str:
    name = table.name if table.database == "default" else f"{table.database}.{table.name}"
    return f"CREATE VIEW `{name}` AS {table.view_text}"


def _table_lines(table: Table) -> Iterator[str]:
    temporary = "TEMPORARY " if table.temporary else ""
    external = "EXTERNAL " if table.kind == "EXTERNAL_TABLE" else ""
    # Hive 3.1.3 itself writes `database.name` as one quoted name, which nothing reads.
    name = table.name if table.database == "default" else f"{table.database}`.`{table.name}"
    yield f"CREATE {temporary}{external}TABLE `{name}`("
    yield from _column_lines(table.columns)
    if table.comment:
        yield f"COMMENT {_quoted(table.comment)}"
    if table.partition_columns:
        yield "PARTITIONED BY ( "
        yield from _column_lines(table.partition_columns)
    yield from _layout_lines(table.storage)
    yield from _storage_lines(table)
    if table.location is not None and table.storage.handler is None:
        yield "LOCATION"
        yield f"  {_quoted(table.location)}"
    properties = {key: shown_value(key, value) for key, value in table.properties.items() if key not in _NOT_SHOWN}
    yield from _property_lines("TBLPROPERTIES (", properties)


def _column_lines(columns: Sequence[Column]) -> Iterator[str]:
    for place, column in enumerate(columns):
        comment = f" COMMENT {_quoted(column.comment)}" if column.comment else ""
        yield f"  `{column.name}` {column.type}{comment}{')' if place == len(columns) - 1 else ', '}"


def _layout_lines(storage: StorageDescriptor) -> Iterator[str]:
    if storage.bucket_columns:
        yield "CLUSTERED BY ( "
        yield f"  {', '.join(storage.bucket_columns)}) "
        if storage.sort_columns:
            yield "SORTED BY ( "
            keys = (f"{name} {'DESC' if descending else 'ASC'}" for name, descending in storage.sort_columns)
            yield f"  {', '.join(keys)}) "
        yield f"INTO {storage.buckets} BUCKETS"
    if storage.skewed_columns:
        yield f"SKEWED BY ({','.join(storage.skewed_columns)})"
        values = ",".join(f"({','.join(_quoted(value) for value in row)})" for row in storage.skewed_values)
        yield f"  ON ({values})"
        if storage.stored_as_directories:
            yield "  STORED AS DIRECTORIES"


def _storage_lines(table: Table) -> Iterator[str]:
    classes = storage_classes(table.storage)
    if table.storage.handler:
        yield "STORED BY "
        yield f"  {_quoted(table.storage.handler)} "
    else:
        yield "ROW FORMAT SERDE "
        yield f"  {_quoted(classes.serde)} "
    yield from _property_lines("WITH SERDEPROPERTIES ( ", table.storage.serde_properties, end=" ")
    if not table.storage.handler:
        yield "STORED AS INPUTFORMAT "
        yield f"  {_quoted(classes.input_format or '')} "
        yield "OUTPUTFORMAT "
        yield f"  {_quoted(classes.output_format or '')}"


def _property_lines(head: str, pairs: Mapping[str, str], *, end: str = "") -> Iterator[str]:
    items = sorted(pairs.items())
    if not items:
        return
    yield head
    for place, (key, value) in enumerate(items):
        yield f"  {_quoted(key)}={_quoted(value)}{')' + end if place == len(items) - 1 else ', '}"


def _quoted(text: str) -> str:
    return "'" + escaped(text).replace("'", "\\'") + "'"


def escaped(text: str) -> str:
    r"""Return text with control characters as Hive prints them: ``\n``, ``\t``, ``\u0001``.

    Example:
        >>> print(escaped("a\tb"))
        a\tb
    """
    short = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\\": "\\\\"}
    return "".join(short.get(char) or (f"\\u{ord(char):04X}" if char < " " else char) for char in text)
