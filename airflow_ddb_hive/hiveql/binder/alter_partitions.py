"""ALTER TABLE … ADD, DROP, RENAME and EXCHANGE PARTITION."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.binder.conditions import Conditions, read_comparisons, read_conditions
from airflow_ddb_hive.hiveql.binder.context import semantic_error
from airflow_ddb_hive.hiveql.binder.names import table_name
from airflow_ddb_hive.hiveql.table_statements import AddPartitions, DropPartitions, ExchangePartition, RenamePartition
from airflow_ddb_hive.model.table import Partition

if TYPE_CHECKING:
    from airflow_ddb_hive.hiveql.binder.context import Context
    from airflow_ddb_hive.hiveql.grammar.cursor import Cursor
    from airflow_ddb_hive.hiveql.statements import Statement
    from airflow_ddb_hive.hiveql.tree import Position
    from airflow_ddb_hive.model.table import Table

__all__ = ["bind_add", "bind_drop_partitions", "bind_exchange", "bind_rename"]


def bind_add(cursor: Cursor, table: Table, start: Position) -> Statement:
    """Bind ``ADD [IF NOT EXISTS] PARTITION (…) [LOCATION text] …``."""
    cursor.expect("ADD")
    exists = cursor.take("IF", "NOT", "EXISTS")
    partitions: list[Partition] = []
    while True:
        spec = read_conditions(cursor, table)
        _whole(spec, table)
        if "" in spec.values:
            empty = table.partition_columns[spec.values.index("")].name
            message = f"partition spec is invalid; field {empty} does not exist or is empty"
            raise semantic_error(None, message, spec.position, table=table.qualified_name)
        location = cursor.string("add partition statement") if cursor.take("LOCATION") else None
        partitions.append(Partition(values=spec.values, location=_below(table, location)))
        if not cursor.at("PARTITION"):
            return AddPartitions(table=table, partitions=tuple(partitions), if_not_exists=exists, position=start)


def _below(table: Table, location: str | None) -> str | None:
    """A relative location lies below the table's."""
    if location is None or location.startswith("/") or ":/" in location:
        return location
    return f"{(table.location or '').rstrip('/')}/{location}"


def _whole(spec: Conditions, table: Table) -> None:
    """Refuse a clause that does not give every partition column a value."""
    width = len(table.partition_columns)
    if len(spec.conditions) != width:
        message = f"{table.qualified_name}: partition spec {spec.shown} doesn't contain all ({width}) partition columns"
        raise semantic_error(None, message, spec.position, table=table.qualified_name)


def bind_drop_partitions(cursor: Cursor, table: Table, start: Position) -> Statement:
    """Bind ``DROP [IF EXISTS] PARTITION (…), PARTITION (…) [PURGE]``."""
    cursor.expect("DROP")
    exists = cursor.take("IF", "EXISTS")
    clauses = [read_comparisons(cursor, table).conditions]
    while cursor.take(","):
        clauses.append(read_comparisons(cursor, table).conditions)
    cursor.take("PURGE")
    return DropPartitions(table=table, clauses=tuple(clauses), if_exists=exists, position=start)


def bind_rename(cursor: Cursor, table: Table, old: Conditions, start: Position) -> Statement:
    """Bind what follows ``PARTITION (…) RENAME TO``."""
    new = read_conditions(cursor, table)
    _whole(old, table)
    _whole(new, table)
    return RenamePartition(table=table, old=old.values, new=new.values, position=start)


def bind_exchange(cursor: Cursor, context: Context, table: Table, start: Position) -> Statement:
    """Bind what follows ``EXCHANGE``.

    Raises:
        HiveSemanticError: The tables don't have the same columns (10235).
    """
    conditions = read_conditions(cursor, table)
    cursor.expect("WITH", "alter exchange partition")
    cursor.expect("TABLE", "alter exchange partition")
    database, name, place = table_name(cursor, context)
    source = context.table(database, name, place)
    if _shape(source) != _shape(table):
        message = "Tables have incompatible schemas and their partitions  cannot be exchanged."
        raise semantic_error(10235, message, place, table=source.qualified_name)
    return ExchangePartition(
        table=table, source=source, partition=conditions.conditions, shown=conditions.shown, position=start
    )


def _shape(table: Table) -> list[tuple[str, str]]:
    return [(column.name, str(column.type)) for column in (*table.columns, *table.partition_columns)]
