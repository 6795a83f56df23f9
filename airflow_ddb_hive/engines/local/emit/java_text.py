"""How Java writes numbers, dates and times as text: Hive's casts, files and CLI all use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.instants import date_text, day_time_text, instant_text, year_month_text
from airflow_ddb_hive.engines.local.emit.local_moments import local_text
from airflow_ddb_hive.engines.local.emit.sql import let
from airflow_ddb_hive.engines.local.emit.utf8 import binary_text
from airflow_ddb_hive.model.types import DecimalType, HiveType

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["cast_text", "decimal_digits", "decimal_text", "floating_text"]


def floating_text(sql: str, *, single: bool) -> str:
    """Return Java's text of a float or double: ``1.0E10``, ``NaN``, ``-Infinity``.

    Doubles from 0.001 to 10 million, which are most, take DuckDB's own shortest text; a kernel writes the others.

    Example:
        >>> floating_text("c0", single=True)
        'java_text_of_float(c0)'
    """
    if single:
        return f"java_text_of_float({sql})"
    return let(
        sql,
        lambda v: (
            f"CASE WHEN abs({v}) >= 0.001 AND abs({v}) < 10000000 OR {v} = 0 THEN CAST({v} AS VARCHAR) "
            f"ELSE java_text_of_double({v}) END"
        ),
    )


def decimal_digits(sql: str, hive_type: DecimalType) -> str:
    """Return the text of a decimal with all digits of its scale; DuckDB leaves out the zero of ``0.5`` as (1,1).

    Example:
        >>> decimal_digits("x", DecimalType(12, 2))
        'CAST(x AS VARCHAR)'
    """
    plain = f"CAST({sql} AS VARCHAR)"
    if hive_type.precision > hive_type.scale:
        return plain
    return f"regexp_replace({plain}, '^(-?)[.]', '\\10.')"


def decimal_text(sql: str, hive_type: DecimalType) -> str:
    """Return the text of a decimal without trailing zeros, as HiveDecimal has it.

    Example:
        >>> decimal_text("x", DecimalType(10, 0))
        'CAST(x AS VARCHAR)'
    """
    digits = decimal_digits(sql, hive_type)
    return f"rtrim(rtrim({digits}, '0'), '.')" if hive_type.scale else digits


def cast_text(sql: str, hive_type: HiveType) -> str:
    """Return the text that ``CAST(x AS STRING)`` gives for a primitive."""
    name = str(hive_type)
    if name == "boolean":
        return f"CASE {sql} WHEN TRUE THEN 'TRUE' WHEN FALSE THEN 'FALSE' END"
    if name in ("float", "double"):
        return floating_text(sql, single=name == "float")
    if isinstance(hive_type, DecimalType):
        return decimal_text(sql, hive_type)
    written = _WRITTEN.get(name)
    return f"CAST({sql} AS VARCHAR)" if written is None else written(sql)


_WRITTEN: dict[str, Callable[[str], str]] = {
    "binary": binary_text,
    "date": date_text,
    "timestamp": instant_text,
    "timestamp with local time zone": local_text,
    "interval_year_month": year_month_text,
    "interval_day_time": day_time_text,
}
