"""DESCRIBE of tables, columns, partitions, databases and functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.binder.conditions import read_conditions
from airflow_ddb_hive.hiveql.binder.context import semantic_error
from airflow_ddb_hive.hiveql.binder.names import table_name
from airflow_ddb_hive.hiveql.session_statements import (
    DescribeColumn,
    DescribeDatabase,
    DescribeFunction,
    DescribePartition,
)
from airflow_ddb_hive.hiveql.statements import Describe, Statement
from airflow_ddb_hive.model.types import ArrayType, MapType, StructType

if TYPE_CHECKING:
    from airflow_ddb_hive.hiveql.binder.context import Context
    from airflow_ddb_hive.hiveql.grammar.cursor import Cursor
    from airflow_ddb_hive.hiveql.tree import Position
    from airflow_ddb_hive.model.table import Table
    from airflow_ddb_hive.model.types import HiveType

__all__ = ["bind_describe", "part_type"]

_CONTEXT = "describe statement"


def bind_describe(cursor: Cursor, context: Context) -> Statement:
    """Bind a statement that begins with DESCRIBE or DESC."""
    start = cursor.advance().position
    if cursor.take("DATABASE") or cursor.take("SCHEMA"):
        extended = cursor.take("EXTENDED")
        place = cursor.position
        name = context.need_database(cursor.identifier(_CONTEXT), place)
        return DescribeDatabase(name=name, extended=extended, position=start)
    if cursor.take("FUNCTION"):
        return _function(cursor, start)
    style = cursor.advance().text.lower() if cursor.at("EXTENDED") or cursor.at("FORMATTED") else ""
    qualified = cursor.peek().text == "."
    if not cursor.at_identifier():
        raise cursor.error(_CONTEXT)
    database, name, place = table_name(cursor, context)
    if qualified:
        context.need_database(database, place)
    table = context.table(database, name, place)
    if cursor.at("PARTITION"):
        return _partition(cursor, table, style, start)
    if cursor.at_identifier():
        return DescribeColumn(table=table, path=_path(cursor, table), style=style, position=start)
    return Describe(table=table, style=style, position=start)


def _function(cursor: Cursor, start: Position) -> Statement:
    extended = cursor.take("EXTENDED")
    word = cursor.word
    if word.kind not in ("word", "quoted", "string", "sign"):
        raise cursor.error(_CONTEXT)
    cursor.advance()
    name = word.text if word.kind in ("word", "sign") else word.value
    return DescribeFunction(name=name.lower(), extended=extended, position=start)


def _partition(cursor: Cursor, table: Table, style: str, start: Position) -> Statement:
    found = read_conditions(cursor, table)
    if len(found.conditions) != len(table.partition_columns):
        message = f"partition spec {found.shown} doesn't contain all ({len(table.partition_columns)}) partition columns"
        raise semantic_error(None, message, found.position, table=table.qualified_name)
    if cursor.at_identifier():
        return DescribeColumn(table=table, path=_path(cursor, table), style=style, position=start)
    return DescribePartition(table=table, partition=found.conditions, shown=found.shown, style=style, position=start)


def _path(cursor: Cursor, table: Table) -> tuple[str, ...]:
    """Take a column, and fields or ``$elem$``, ``$key$`` and ``$value$`` within it.

    Raises:
        HiveSemanticError: There is no such column or field.
    """
    place = cursor.position
    path = [cursor.identifier(_CONTEXT)]
    names = [column.name for column in table.columns]
    if path[0] not in names:
        raise _missing(path[0], names, place)
    type_ = table.columns[names.index(path[0])].type
    while cursor.take("."):
        place = cursor.position
        part = _part(cursor)
        inner = part_type(type_, part)
        if inner is None:
            raise _missing(part, [name for name, _ in type_.fields] if isinstance(type_, StructType) else [], place)
        path.append(part)
        type_ = inner
    return tuple(path)


def _part(cursor: Cursor) -> str:
    if not cursor.take("$"):
        return cursor.identifier(_CONTEXT)
    name = cursor.identifier(_CONTEXT)
    cursor.expect("$", _CONTEXT)
    return f"${name}$"


def part_type(type_: HiveType, part: str) -> HiveType | None:
    """The type of a field, element, key or value of a type; ``None`` if it has no such part.

    Example:
        >>> from airflow_ddb_hive.model.types import parse_type
        >>> str(part_type(parse_type("array<struct<a:int>>"), "$elem$"))
        'struct<a:int>'
    """
    if isinstance(type_, ArrayType) and part == "$elem$":
        return type_.element
    if isinstance(type_, MapType) and part in ("$key$", "$value$"):
        return type_.key if part == "$key$" else type_.value
    if isinstance(type_, StructType):
        return dict(type_.fields).get(part)
    return None


def _missing(name: str, names: list[str], place: Position) -> Exception:
    shown = ", ".join(f"{index}:{known}" for index, known in enumerate(names))
    return semantic_error(None, f"cannot find field {name} from [{shown}]", place)
