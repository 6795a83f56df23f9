"""DESCRIBE: columns, and where and how a table's or partition's rows are kept, in the layout of the Hive CLI."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.describe_extended import extended_text
from airflow_ddb_hive.engines.local.folders import files_below
from airflow_ddb_hive.engines.local.owner import user_name
from airflow_ddb_hive.engines.local.result import StatementResult, TextResult
from airflow_ddb_hive.engines.local.show_create import escaped
from airflow_ddb_hive.errors import HiveSemanticError
from airflow_ddb_hive.hiveql.binder.describe import part_type
from airflow_ddb_hive.model.partition_filter import matching_partitions
from airflow_ddb_hive.model.settings import shown_value
from airflow_ddb_hive.model.storage_classes import storage_classes
from airflow_ddb_hive.model.types import StructType

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.hiveql.session_statements import DescribeColumn, DescribePartition
    from airflow_ddb_hive.hiveql.statements import Describe
    from airflow_ddb_hive.model.table import Column, Constraint, Partition, StorageDescriptor, Table

__all__ = ["describe", "describe_column", "describe_partition"]

_WIDTH = 20
_NAMES = ["col_name", "data_type", "comment"]
_STATISTICS = (
    "min",
    "max",
    "num_nulls",
    "distinct_count",
    "avg_col_len",
    "max_col_len",
    "num_trues",
    "num_falses",
    "bitvector",
)
_FROM_SERDE = "from deserializer"
_BLANK = ["", " ", " "]


def describe(statement: Describe, context: StatementContext) -> StatementResult:
    """List a table's columns; FORMATTED and EXTENDED add where and how its rows are kept."""
    table = statement.table
    rows = list(_columns(table, table.columns, statement.style))
    if statement.style == "extended":
        rows += [_BLANK, ["Detailed Table Information", extended_text(table), ""]]
    elif statement.style:
        rows += [_BLANK, *_table_details(table, context)]
    return TextResult(context, _NAMES, rows)


def describe_partition(statement: DescribePartition, context: StatementContext) -> StatementResult:
    """List a partition's columns, and where and how its rows are kept.

    Raises:
        HiveSemanticError: There is no such partition.
    """
    table = statement.table
    found = matching_partitions(context.catalog.partitions(table), statement.partition)
    if not found:
        raise HiveSemanticError(f"Partition not found {statement.shown}", code=10006, table=table.qualified_name)
    partition = found[0]
    rows = list(_columns(table, partition.columns or table.columns, statement.style))
    if statement.style == "extended":
        rows += [_BLANK, ["Detailed Partition Information", extended_text(table, partition), ""]]
    elif statement.style:
        rows += [_BLANK, *_partition_details(table, partition, context)]
    return TextResult(context, _NAMES, rows)


def describe_column(statement: DescribeColumn, context: StatementContext) -> StatementResult:
    """Show a column, or a part of one; a struct as its fields."""
    table, (first, *parts) = statement.table, statement.path
    type_ = next(column.type for column in table.columns if column.name == first)
    for part in parts:
        type_ = part_type(type_, part) or type_
    name = statement.path[-1]
    if statement.style == "formatted":
        return _statistics(name, str(type_), context)
    fields = type_.fields if isinstance(type_, StructType) else ((name, type_),)
    return TextResult(context, _NAMES, [_padded([one, str(kind), _FROM_SERDE]) for one, kind in fields])


def _statistics(name: str, type_: str, context: StatementContext) -> StatementResult:
    """Hive's table of a column's statistics, of which there are none here."""
    values = {"col_name": name, "data_type": type_, **dict.fromkeys(_STATISTICS, ""), "comment": _FROM_SERDE}
    shown = {"bitvector": "bitVector"}
    rest = [" "] * (len(values) - 2)
    rows = [[*_padded([shown.get(key, key), value]), *rest] for key, value in values.items()]
    return TextResult(context, list(values), rows)


def _columns(table: Table, columns: Sequence[Column], style: str) -> Iterator[list[str]]:
    header = _header() if style == "formatted" else None
    if header is not None:
        yield header
    yield from (_column_row(column, table) for column in columns)
    if not table.partition_columns:
        return
    partition_rows = [_column_row(column, table) for column in table.partition_columns]
    if header is None:
        yield from partition_rows
    yield from ([*_BLANK], ["# Partition Information", " ", " "], _header(), *partition_rows)


def _header() -> list[str]:
    return _padded(["# col_name", "data_type", "comment"], first=_WIDTH + 2)


def _column_row(column: Column, table: Table) -> list[str]:
    comment = column.comment or (_FROM_SERDE if table.storage.handler else "")
    return _padded([column.name, str(column.type), comment])


def _padded(cells: Sequence[str], *, first: int = _WIDTH) -> list[str]:
    return [cell.ljust(first if place == 0 else _WIDTH) for place, cell in enumerate(cells)]


def _table_details(table: Table, context: StatementContext) -> Iterator[list[str]]:
    yield ["# Detailed Table Information", " ", " "]
    yield from ([*_padded([key, value]), " "] for key, value in _table_facts(table))
    yield ["Table Parameters:", " ", " "]
    yield from _parameters(_properties(table, context))
    yield _BLANK
    yield from _storage_rows(table, table.storage)
    if table.view_text is not None:
        yield _BLANK
        yield ["# View Information", " ", " "]
        yield from ([*_padded([key, value]), " "] for key, value in _view_facts(table))
    if table.constraints:
        yield from _constraint_rows(table)


def _partition_details(table: Table, partition: Partition, context: StatementContext) -> Iterator[list[str]]:
    yield ["# Detailed Partition Information", " ", " "]
    facts = (
        ("Partition Value:", f"[{', '.join(partition.values)}]"),
        ("Database:", table.database),
        ("Table:", table.name),
        ("CreateTime:", "UNKNOWN"),
        ("LastAccessTime:", "UNKNOWN"),
        ("Location:", partition.location or ""),
    )
    yield from ([*_padded([key, value]), " "] for key, value in facts)
    yield ["Partition Parameters:", " ", " "]
    counted = _file_counts(partition.location, context)
    yield from _parameters({**partition.properties, **counted})
    yield _BLANK
    yield from _storage_rows(table, partition.storage or table.storage)


def _table_facts(table: Table) -> Iterator[tuple[str, str]]:
    yield "Database:", table.database
    yield "OwnerType:", "USER"
    yield "Owner:", user_name()
    made = int(table.properties.get("transient_lastDdlTime", "0"))
    yield "CreateTime:", time.strftime("%a %b %d %H:%M:%S UTC %Y", time.gmtime(made)) if made else "UNKNOWN"
    yield "LastAccessTime:", "UNKNOWN"
    yield "Retention:", "0"
    if table.view_text is None:
        yield "Location:", table.location or "null"
    yield "Table Type:", table.kind


def _properties(table: Table, context: StatementContext) -> dict[str, str]:
    properties = {key: shown_value(key, value) for key, value in table.properties.items()}
    if table.comment:
        properties["comment"] = table.comment
    if table.kind == "EXTERNAL_TABLE":
        properties["EXTERNAL"] = "TRUE"
    elif table.view_text is None and not table.partition_columns:
        properties |= _file_counts(table.location, context)
    if table.partition_columns and table.view_text is None:
        properties["numPartitions"] = str(len(context.catalog.partitions(table)))
    return properties


def _file_counts(location: str | None, context: StatementContext) -> dict[str, str]:
    sizes = [info.size for info in files_below(context.stores, location)] if location is not None else []
    return {"numFiles": str(len(sizes)), "totalSize": str(sum(sizes))}


def _parameters(properties: dict[str, str]) -> Iterator[list[str]]:
    for key, value in sorted(properties.items()):
        for place, line in enumerate(value.split("\n")):
            yield ["", *_padded([key if place == 0 else "", line])]


def _storage_rows(table: Table, storage: StorageDescriptor) -> Iterator[list[str]]:
    classes = storage_classes(storage)
    serde = "null" if table.view_text is not None else classes.serde
    facts = [
        ("SerDe Library:", serde),
        ("InputFormat:", classes.input_format or "null"),
        ("OutputFormat:", classes.output_format or "null"),
        ("Compressed:", "No"),
        ("Num Buckets:", str(storage.buckets)),
        ("Bucket Columns:", f"[{', '.join(storage.bucket_columns)}]"),
        ("Sort Columns:", f"[{', '.join(_order(*key) for key in storage.sort_columns)}]"),
    ]
    if storage.handler:
        facts.append(("Storage Handler:", storage.handler))
    if storage.stored_as_directories:
        facts.append(("Stored As SubDirectories:", "Yes"))
    if storage.skewed_columns:
        facts.append(("Skewed Columns:", f"[{', '.join(storage.skewed_columns)}]"))
        rows = ", ".join(f"[{', '.join(row)}]" for row in storage.skewed_values)
        facts.append(("Skewed Values:", f"[{rows}]"))
    yield ["# Storage Information", " ", " "]
    yield from ([*_padded([key, value]), " "] for key, value in facts)
    if table.view_text is None:
        yield ["Storage Desc Params:", " ", " "]
        given = {"serialization.format": "1", **storage.serde_properties}
        yield from (["", *_padded([key, escaped(value)])] for key, value in sorted(given.items()))


def _order(name: str, descending: bool) -> str:
    return f"Order(col:{name}, order:{0 if descending else 1})"


def _view_facts(table: Table) -> Iterator[tuple[str, str]]:
    yield "View Original Text:", table.view_text or ""
    yield "View Expanded Text:", table.view_text or ""
    yield "View Rewrite Enabled:", "No"


_TITLES = {
    "primary key": "# Primary Key",
    "foreign key": "# Foreign Keys",
    "unique": "# Unique Constraints",
    "not null": "# Not Null Constraints",
    "default": "# Default Constraints",
    "check": "# Check Constraints",
}


def _constraint_rows(table: Table) -> Iterator[list[str]]:
    yield _BLANK
    yield ["# Constraints", " ", " "]
    for kind, title in _TITLES.items():
        found = [one for one in table.constraints if one.kind == kind]
        if not found:
            continue
        yield _BLANK
        yield [title, " ", " "]
        yield [*_padded(["Table:", table.qualified_name]), " "]
        for constraint in found:
            yield [*_padded(["Constraint Name:", constraint.name]), " "]
            yield from _constraint_facts(constraint, table)
            yield _BLANK


def _constraint_facts(constraint: Constraint, table: Table) -> Iterator[list[str]]:
    column = ", ".join(constraint.columns)
    if constraint.kind == "primary key":
        yield [*_padded(["Column Names:", column]), " "]
    elif constraint.kind == "foreign key":
        for place, parent in enumerate(constraint.parent_columns):
            child = constraint.columns[place] if place < len(constraint.columns) else ""
            key = f"Parent Column Name:{_qualified(constraint, table)}.{parent}"
            yield [*_padded([key, f"Column Name:{child}", f"Key Sequence:{place + 1}"])]
    elif constraint.kind in ("default", "check"):
        what = "Default" if constraint.kind == "default" else "Check"
        yield [*_padded([f"Column Name:{column}", f"{what} Value:{constraint.expression}"]), " "]
    else:
        yield [*_padded(["Column Name:", column]), " "]


def _qualified(constraint: Constraint, table: Table) -> str:
    parent = constraint.parent_table or ""
    return parent if "." in parent else f"{table.database}.{parent}"
