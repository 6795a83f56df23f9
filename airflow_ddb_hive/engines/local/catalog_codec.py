"""Tables as JSON and back, for the catalog file of a warehouse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.model.table import Column, StorageDescriptor, Table
from airflow_ddb_hive.model.types import parse_type

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["table_from_json", "table_to_json"]


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
        "storage": {
            "file_format": table.storage.file_format,
            "serde": table.storage.serde,
            "serde_properties": dict(table.storage.serde_properties),
            "handler": table.storage.handler,
        },
        "location": table.location,
        "properties": dict(table.properties),
        "comment": table.comment,
        "view_text": table.view_text,
    }


def table_from_json(data: Mapping[str, Any]) -> Table:
    """Rebuild a table from :func:`table_to_json`."""
    return Table(
        database=data["database"],
        name=data["name"],
        columns=tuple(_column_from_json(column) for column in data["columns"]),
        partition_columns=tuple(_column_from_json(column) for column in data["partition_columns"]),
        kind=data["kind"],
        storage=StorageDescriptor(**data["storage"]),
        location=data["location"],
        properties=data["properties"],
        comment=data["comment"],
        view_text=data["view_text"],
    )


def _column_to_json(column: Column) -> dict[str, Any]:
    return {"name": column.name, "type": str(column.type), "comment": column.comment}


def _column_from_json(data: Mapping[str, Any]) -> Column:
    return Column(data["name"], parse_type(data["type"]), data["comment"])
