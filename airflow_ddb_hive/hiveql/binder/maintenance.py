"""TRUNCATE, MSCK and ANALYZE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.binder.conditions import read_conditions
from airflow_ddb_hive.hiveql.binder.context import semantic_error
from airflow_ddb_hive.hiveql.binder.names import table_name
from airflow_ddb_hive.hiveql.table_statements import AnalyzeTable, RepairTable, TruncateTable

if TYPE_CHECKING:
    from airflow_ddb_hive.hiveql.binder.context import Context
    from airflow_ddb_hive.hiveql.grammar.cursor import Cursor
    from airflow_ddb_hive.hiveql.statements import Statement
    from airflow_ddb_hive.hiveql.tree import Position
    from airflow_ddb_hive.model.table import Table

__all__ = ["bind_analyze", "bind_msck", "bind_truncate"]


def bind_truncate(cursor: Cursor, context: Context) -> Statement:
    """Bind TRUNCATE TABLE [PARTITION]."""
    start = cursor.expect("TRUNCATE").position
    cursor.expect("TABLE", "truncate table statement")
    table, place = _table(cursor, context)
    if table.kind != "MANAGED_TABLE":
        message = f"Cannot truncate non-managed table {table.name}."
        raise semantic_error(10146, message, place, table=table.qualified_name)
    if not cursor.at("PARTITION"):
        _refuse_columns(cursor)
        return TruncateTable(table=table, position=start)
    found = read_conditions(cursor, table)
    _refuse_columns(cursor)
    return TruncateTable(table=table, partition=found.conditions, shown=found.shown, position=start)


def _refuse_columns(cursor: Cursor) -> None:
    if cursor.at("COLUMNS"):
        raise cursor.unsupported("TRUNCATE … COLUMNS is not supported: INSERT OVERWRITE the table with NULL for them")


def bind_msck(cursor: Cursor, context: Context) -> Statement:
    """Bind MSCK [REPAIR] TABLE name [ADD | DROP | SYNC PARTITIONS]."""
    start = cursor.expect("MSCK").position
    repair = cursor.take("REPAIR")
    cursor.expect("TABLE", "msck statement")
    table, place = _table(cursor, context)
    if table.view_text is not None or table.storage.handler is not None:
        kind = "a view" if table.view_text is not None else "a table without files"
        raise semantic_error(None, f"MSCK cannot look at {kind}: {table.name}", place, table=table.qualified_name)
    add, drop = True, False
    for word, what in {"ADD": (True, False), "DROP": (False, True), "SYNC": (True, True)}.items():
        if cursor.take(word):
            add, drop = what
            cursor.expect("PARTITIONS", "msck statement")
            break
    return RepairTable(table=table, repair=repair, add=add, drop=drop, position=start)


def bind_analyze(cursor: Cursor, context: Context) -> Statement:
    """Bind ANALYZE TABLE … COMPUTE STATISTICS, all of whose names must be there."""
    start = cursor.expect("ANALYZE").position
    cursor.expect("TABLE", "analyze statement")
    table, place = _table(cursor, context)
    if table.view_text is not None:
        raise semantic_error(10091, "ANALYZE is not supported for views", place, table=table.qualified_name)
    if cursor.at("PARTITION"):
        read_conditions(cursor, table)
    if cursor.take("CACHE"):
        cursor.expect("METADATA", "analyze statement")
        return AnalyzeTable(table=table, position=start)
    cursor.expect("COMPUTE", "analyze statement")
    cursor.expect("STATISTICS", "analyze statement")
    if cursor.take("FOR"):
        cursor.expect("COLUMNS", "analyze statement")
        _check_columns(cursor, table)
    cursor.take("NOSCAN")
    return AnalyzeTable(table=table, position=start)


def _check_columns(cursor: Cursor, table: Table) -> None:
    names = [column.name for column in table.columns]
    while cursor.at_identifier() and not cursor.at("NOSCAN"):
        place = cursor.position
        name = cursor.identifier("analyze statement")
        if name not in names:
            message = f"Invalid column reference '{name}' (possible columns are [{', '.join(names)}])"
            raise semantic_error(10002, message, place, table=table.qualified_name)
        if not cursor.take(","):
            return


def _table(cursor: Cursor, context: Context) -> tuple[Table, Position]:
    database, name, place = table_name(cursor, context)
    return context.table(database, name, place), place
