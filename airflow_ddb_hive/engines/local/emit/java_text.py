"""How Java writes numbers, dates and times as text: Hive's casts, files and CLI all use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.instants import date_text, day_time_text, instant_text, year_month_text
from airflow_ddb_hive.engines.local.emit.sql import let
from airflow_ddb_hive.engines.local.emit.utf8 import binary_text
from airflow_ddb_hive.model.types import DecimalType, HiveType

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["cast_text", "decimal_digits", "decimal_text", "floating_text"]


def floating_text(sql: str, *, single: bool) -> str:
    """Return Java's text of a float or double: ``1.0E10``, ``NaN``, ``-Infinity``.

    Values from 0.001 to 10 million, which are most, take DuckDB's own shortest text.
    """
    return let(sql, lambda v: _floating(v, single=single))


def _floating(v: str, *, single: bool) -> str:
    return (
        f"CASE WHEN abs({v}) >= 0.001 AND abs({v}) < 10000000 OR {v} = 0 THEN CAST({v} AS VARCHAR) "
        f"WHEN {v} IS NULL THEN NULL WHEN isnan({v}) THEN 'NaN' "
        f"WHEN isinf({v}) THEN CASE WHEN {v} > 0 THEN 'Infinity' ELSE '-Infinity' END "
        f"ELSE CASE WHEN {v} < 0 THEN '-' ELSE '' END || {_scientific(f'abs({v})', single=single)} END"
    )


def _scientific(magnitude: str, *, single: bool) -> str:
    smallest, shortest = ("1.5E-45", "1.4E-45") if single else ("5E-324", "4.9E-324")
    significant_bits = 24 if single else 53
    whole = (
        f"{magnitude} < 9223372036854775807 AND {magnitude} >= {2 ** (significant_bits + 3)} "
        f"AND trunc({magnitude}) = {magnitude}"
    )
    plain = f"CAST({magnitude} AS VARCHAR)"
    return (
        f"CASE WHEN {magnitude} <= {smallest}::DOUBLE THEN '{shortest}' "
        f"WHEN {whole} THEN {_from_whole(f'CAST({magnitude} AS HUGEINT)', significant_bits)} "
        f"ELSE {_from_text(plain)} END"
    )


def _from_whole(whole: str, significant_bits: int) -> str:
    """Digits of a large whole number: Java's FloatingDecimal keeps more of them than the shortest form has."""

    def digits(v: str) -> str:
        # The number of digits below the unit of the last significant bit, less one bit.
        spare = f"(length(bin({v})) - {significant_bits + 2})"
        drop = f"(length(CAST(1::HUGEINT << greatest({spare}, 0)::INTEGER AS VARCHAR)) - 1)"
        power = f"CAST(pow(10, {drop}) AS HUGEINT)"
        half = f"CASE WHEN {drop} > 0 AND 2 * ({v} % {power}) >= {power} THEN 1 ELSE 0 END"
        kept = f"CAST(({v} // {power}) + {half} AS VARCHAR)"
        return let(kept, lambda k: _joined(k, f"length({k}) + {drop} - 1"))

    return let(whole, digits)


def _from_text(plain: str) -> str:
    """Re-arrange DuckDB's ``123.4``, ``0.0001`` or ``1.5e+20``."""

    def arrange(s: str) -> str:
        mantissa = f"split_part({s}, 'e', 1)"
        exponent = f"coalesce(TRY_CAST(nullif(split_part({s}, 'e', 2), '') AS INTEGER), 0)"
        digits = f"ltrim(replace({mantissa}, '.', ''), '0')"
        leading = f"(length(replace({mantissa}, '.', '')) - length({digits}))"
        return _joined(digits, f"length(split_part({mantissa}, '.', 1)) + {exponent} - 1 - {leading}")

    return let(plain, arrange)


def _joined(digits: str, exponent: str) -> str:
    return (
        f"{digits}[1] || '.' || coalesce(nullif(rtrim({digits}[2:], '0'), ''), '0') || 'E' || "
        f"CAST({exponent} AS VARCHAR)"
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
    "interval_year_month": year_month_text,
    "interval_day_time": day_time_text,
}
