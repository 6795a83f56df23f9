"""Names of tables as statements write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow_ddb_hive.hiveql.binder.context import Context
    from airflow_ddb_hive.hiveql.grammar.cursor import Cursor
    from airflow_ddb_hive.hiveql.tree import Position

__all__ = ["table_name"]


def table_name(cursor: Cursor, context: Context) -> tuple[str, str, Position]:
    """Take ``[database.]table``."""
    position = cursor.position
    name = cursor.identifier("table name")
    if cursor.take("."):
        return name, cursor.identifier("table name"), position
    return context.database, name, position
