"""Rows as the Hive CLI prints them: tabs between cells, NULL in capitals, nested values like JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.java_text import cast_text, decimal_digits, decimal_text, floating_text
from airflow_ddb_hive.engines.local.emit.sql import let, text
from airflow_ddb_hive.engines.local.emit.utf8 import binary_text
from airflow_ddb_hive.engines.local.physical import quoted_field
from airflow_ddb_hive.model.types import ArrayType, CharType, DecimalType, HiveType, MapType, StructType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_ddb_hive.hiveql.tree import OutputColumn

__all__ = ["emit_lines", "json_text"]

_SHORT = {8: "b", 9: "t", 10: "n", 12: "f", 13: "r"}


def emit_lines(query: str, columns: Sequence[OutputColumn]) -> str:
    """Return ``SELECT <text> AS line`` over a query whose columns are ``c0`` to ``cn``.

    Example:
        >>> from airflow_ddb_hive.hiveql.tree import OutputColumn
        >>> from airflow_ddb_hive.model.types import STRING
        >>> emit_lines("SELECT 'a' AS c0", [OutputColumn("a", STRING)])
        "SELECT coalesce(r.c0, 'NULL') AS line FROM (SELECT 'a' AS c0) AS r"
    """
    cells = [f"coalesce({_cell(f'r.c{i}', column)}, 'NULL')" for i, column in enumerate(columns)]
    line = " || chr(9) || ".join(cells) or "''"
    return f"SELECT {line} AS line FROM ({query}) AS r"


def json_text(sql: str, type_: HiveType) -> str:
    """Return a value's text within a nested one, or of a nested one; NULL stays NULL or is the word ``null``."""
    match type_:
        case ArrayType() | MapType() | StructType():
            return _json(sql, type_, 0)
    return _inner(sql, type_, 0)


def _cell(sql: str, column: OutputColumn) -> str:
    type_ = column.type
    match type_:
        case ArrayType() | MapType() | StructType():
            return _json(sql, type_, 0)
        case DecimalType():
            return decimal_text(sql, type_) if column.constant else decimal_digits(sql, type_)
        case CharType(length):
            return f"rpad({sql}, {length}, ' ')"
    return _plain(sql, type_)


def _plain(sql: str, type_: HiveType) -> str:
    name = str(type_)
    if name in ("float", "double"):
        return floating_text(sql, single=name == "float")
    if name == "binary":
        return binary_text(sql)
    if name in ("date", "timestamp", "timestamp with local time zone", "interval_year_month", "interval_day_time"):
        return cast_text(sql, type_)
    return sql if name == "string" or name.startswith("varchar") else f"CAST({sql} AS VARCHAR)"


def _json(sql: str, type_: HiveType, depth: int) -> str:
    """Text of a nested value; NULL stays NULL for the caller to word."""
    match type_:
        case ArrayType(element):
            item = f"e{depth}"
            items = f"list_transform({sql}, lambda {item}: {_inner(item, element, depth + 1)})"
            return f"('[' || array_to_string({items}, ',') || ']')"
        case MapType(key, value):
            entry = f"e{depth}"
            pair = f"{_inner(f'{entry}.key', key, depth + 1)} || ':' || {_inner(f'{entry}.value', value, depth + 1)}"
            items = f"list_transform(map_entries({sql}), lambda {entry}: {pair})"
            return f"('{{' || array_to_string({items}, ',') || '}}')"
        case StructType(fields):
            return let(sql, lambda v: _struct(v, fields, depth))
    return _inner(sql, type_, depth)


def _struct(v: str, fields: tuple[tuple[str, HiveType], ...], depth: int) -> str:
    parts = [
        f"{text(chr(34) + name + chr(34) + ':')} || {_inner(f'({v}).{quoted_field(name)}', type_, depth + 1)}"
        for name, type_ in fields
    ]
    body = " || ',' || ".join(parts)
    return f"CASE WHEN {v} IS NOT NULL THEN '{{' || {body} || '}}' END"


def _inner(sql: str, type_: HiveType, depth: int) -> str:
    match type_:
        case ArrayType() | MapType() | StructType():
            value = _json(sql, type_, depth)
        case DecimalType():
            value = decimal_text(sql, type_)
        case CharType(length):
            value = _quoted(f"rpad({sql}, {length}, ' ')")
        case _:
            value = _plain(sql, type_)
            if str(type_) in ("string", "date", "timestamp", "timestamp with local time zone") or str(type_).startswith(
                "varchar"
            ):
                value = _quoted(value)
    return f"coalesce({value}, 'null')"


def _quoted(sql: str) -> str:
    return let(
        sql,
        lambda v: (
            f"('\"' || CASE WHEN regexp_matches({v}, '[\\x00-\\x1f\"\\\\]') THEN {_escaped(v)} ELSE {v} END || '\"')"
        ),
    )


def _escaped(v: str) -> str:
    sql = f"replace(replace({v}, '\\', '\\\\'), '\"', '\\\"')"
    for code in range(32):
        written = "\\" + _SHORT[code] if code in _SHORT else f"\\u{code:04x}"
        sql = f"replace({sql}, chr({code}), '{written}')"
    return sql
