"""Tables as JSON and back, for the catalog file of a warehouse."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.model.table import Column, Constraint, Partition, StorageDescriptor, Table
from airflow_ddb_hive.model.types import parse_type

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["partition_from_json", "partition_to_json", "table_from_json", "table_to_json"]


def table_to_json(table: Table) -> dict[str, Any]:
    """Return a table as plain JSON values.

    Example:
        >>> from airflow_ddb_hive.model.types import BIGINT
        >>> table = Table(database="default", name="t", columns=(Column("a", BIGINT),))
        >>> table_from_json(table_to_json(table)) == table
        True
    """
    return {
        "database": table.database,
        "name": table.name,
        "columns": [_column_to_json(column) for column in table.columns],
        "partition_columns": [_column_to_json(column) for column in table.partition_columns],
        "kind": table.kind,
        "storage": asdict(table.storage),
        "location": table.location,
        "properties": dict(table.properties),
        "comment": table.comment,
        "view_text": table.view_text,
        "view_database": table.view_database,
        "constraints": [asdict(constraint) for constraint in table.constraints],
    }


def table_from_json(data: Mapping[str, Any]) -> Table:
    """Rebuild a table from :func:`table_to_json`."""
    return Table(
        database=data["database"],
        name=data["name"],
        columns=tuple(_column_from_json(column) for column in data["columns"]),
        partition_columns=tuple(_column_from_json(column) for column in data["partition_columns"]),
        kind=data["kind"],
        storage=_storage_from_json(data["storage"]),
        location=data["location"],
        properties=data["properties"],
        comment=data["comment"],
        view_text=data["view_text"],
        view_database=data.get("view_database"),
        constraints=tuple(_constraint_from_json(constraint) for constraint in data.get("constraints", ())),
    )


def partition_to_json(partition: Partition) -> dict[str, Any]:
    """Return a partition as plain JSON values.

    Example:
        >>> partition = Partition(values=("2026-01-31",), location="s3://b/p")
        >>> partition_from_json(partition_to_json(partition)) == partition
        True
    """
    columns = partition.columns
    return {
        "values": list(partition.values),
        "location": partition.location,
        "storage": None if partition.storage is None else asdict(partition.storage),
        "columns": None if columns is None else [_column_to_json(column) for column in columns],
        "properties": dict(partition.properties),
    }


def partition_from_json(data: Mapping[str, Any]) -> Partition:
    """Rebuild a partition from :func:`partition_to_json`."""
    columns = data["columns"]
    return Partition(
        values=tuple(data["values"]),
        location=data["location"],
        storage=None if data["storage"] is None else _storage_from_json(data["storage"]),
        columns=None if columns is None else tuple(_column_from_json(column) for column in columns),
        properties=data["properties"],
    )


def _storage_from_json(data: Mapping[str, Any]) -> StorageDescriptor:
    """JSON has lists where the noun has tuples."""
    return StorageDescriptor(**{key: _tuples(value) for key, value in data.items()})


def _constraint_from_json(data: Mapping[str, Any]) -> Constraint:
    return Constraint(**{key: _tuples(value) for key, value in data.items()})


def _tuples(value: Any) -> Any:
    return tuple(_tuples(part) for part in value) if isinstance(value, list) else value


def _column_to_json(column: Column) -> dict[str, Any]:
    return {"name": column.name, "type": str(column.type), "comment": column.comment}


def _column_from_json(data: Mapping[str, Any]) -> Column:
    return Column(data["name"], parse_type(data["type"]), data["comment"])
