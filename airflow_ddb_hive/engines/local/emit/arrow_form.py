"""Between the engine's own form of timestamps and intervals and the one that Arrow batches have.

In Arrow a timestamp has microseconds and an interval is its text; see ``model/arrow.py`` and ``instants.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.instants import (
    day_time_text,
    instant,
    instant_text,
    plain_instant,
    year_month_text,
)
from airflow_ddb_hive.engines.local.emit.local_moments import local_text, text_to_local
from airflow_ddb_hive.engines.local.emit.sql import let
from airflow_ddb_hive.engines.local.emit.text_moments import text_to_day_time, text_to_year_month
from airflow_ddb_hive.engines.local.physical import quoted_field
from airflow_ddb_hive.model.types import (
    INTERVAL_DAY_TIME,
    INTERVAL_YEAR_MONTH,
    TIMESTAMP,
    TIMESTAMP_LOCAL,
    ArrayType,
    HiveType,
    MapType,
    StructType,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from airflow_ddb_hive.hiveql.tree import OutputColumn
    from airflow_ddb_hive.model.table import Column

__all__ = ["arrow_value", "emit_exact", "emit_typed", "engine_value", "has_own_form"]

_OWN = (TIMESTAMP, TIMESTAMP_LOCAL, INTERVAL_DAY_TIME, INTERVAL_YEAR_MONTH)


def has_own_form(type_: HiveType) -> bool:
    """Whether values of a type, or parts of them, are not the same to the engine and to Arrow.

    Example:
        >>> has_own_form(ArrayType(TIMESTAMP)), has_own_form(MapType(TIMESTAMP, TIMESTAMP).key)
        (True, True)
    """
    match type_:
        case ArrayType(element):
            return has_own_form(element)
        case MapType(key, value):
            return has_own_form(key) or has_own_form(value)
        case StructType(fields):
            return any(has_own_form(field) for _, field in fields)
    return type_ in _OWN


def emit_typed(query: str, columns: Sequence[OutputColumn | Column], *, timestamps_as_text: bool = False) -> str:
    """Return a SELECT of a query's columns in Arrow's form; with ``timestamps_as_text`` nothing of them is lost.

    Example:
        >>> from airflow_ddb_hive.hiveql.tree import OutputColumn
        >>> from airflow_ddb_hive.model.types import STRING
        >>> emit_typed("SELECT 'a' AS c0", [OutputColumn("a", STRING)])
        "SELECT 'a' AS c0"
    """
    if not any(has_own_form(column.type) for column in columns):
        return query
    cells = []
    for place, column in enumerate(columns):
        value = f"r.c{place}"
        as_text = timestamps_as_text and column.type == TIMESTAMP
        cells.append(f"{instant_text(value) if as_text else arrow_value(value, column.type, column.name)} AS c{place}")
    return f"SELECT {', '.join(cells)} FROM ({query}) AS r"


def emit_exact(query: str, columns: Sequence[Column]) -> str:
    """Return a SELECT of a query's columns as files take them: timestamps are exact, intervals their text.

    Example:
        >>> from airflow_ddb_hive.model.table import Column
        >>> emit_exact("SELECT c0 FROM t", [Column("a", TIMESTAMP)])
        'SELECT c0 FROM t'
    """
    texts = {INTERVAL_DAY_TIME: day_time_text, INTERVAL_YEAR_MONTH: year_month_text}
    if not any(column.type in texts for column in columns):
        return query
    cells = [
        f"{texts[column.type](f'r.c{place}') if column.type in texts else f'r.c{place}'} AS c{place}"
        for place, column in enumerate(columns)
    ]
    return f"SELECT {', '.join(cells)} FROM ({query}) AS r"


def arrow_value(sql: str, type_: HiveType, column: str) -> str:
    """Return a value in Arrow's form; a timestamp with nanoseconds is an error that names the column."""

    def leaf(value: str, leaf_type: HiveType) -> str:
        if leaf_type == TIMESTAMP:
            return plain_instant(value, column)
        if leaf_type == TIMESTAMP_LOCAL:
            return local_text(value)
        return day_time_text(value) if leaf_type == INTERVAL_DAY_TIME else year_month_text(value)

    return _converted(sql, type_, leaf, 0)


def engine_value(sql: str, type_: HiveType) -> str:
    """Return a value of an Arrow batch in the engine's form."""

    def leaf(value: str, leaf_type: HiveType) -> str:
        if leaf_type == TIMESTAMP:
            return instant(f"CAST({value} AS TIMESTAMP)")
        if leaf_type == TIMESTAMP_LOCAL:
            return text_to_local(value, leaf_type)
        parse = text_to_day_time if leaf_type == INTERVAL_DAY_TIME else text_to_year_month
        return parse(value, leaf_type)

    return _converted(sql, type_, leaf, 0)


def _converted(sql: str, type_: HiveType, leaf: Callable[[str, HiveType], str], depth: int) -> str:
    if not has_own_form(type_):
        return sql
    match type_:
        case ArrayType(element):
            item = f"e9{depth}"
            return f"list_transform({sql}, lambda {item}: {_converted(item, element, leaf, depth + 1)})"
        case MapType(key, value):
            keys = _converted(f"map_keys({sql})", ArrayType(key), leaf, depth + 1)
            values = _converted(f"map_values({sql})", ArrayType(value), leaf, depth + 1)
            return f"CASE WHEN {sql} IS NOT NULL THEN map({keys}, {values}) END"
        case StructType(fields):
            return let(sql, lambda v: _struct(v, fields, leaf, depth))
    return leaf(sql, type_)


def _struct(v: str, fields: tuple[tuple[str, HiveType], ...], leaf: Callable[[str, HiveType], str], depth: int) -> str:
    packed = ", ".join(
        f"{quoted_field(name)} := {_converted(f'({v}).{quoted_field(name)}', type_, leaf, depth + 1)}"
        for name, type_ in fields
    )
    return f"CASE WHEN {v} IS NOT NULL THEN struct_pack({packed}) END"
