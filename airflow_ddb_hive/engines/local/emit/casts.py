"""Conversions between Hive types: what CAST gives, NULL where Hive gives NULL.

One table from (kind, kind) to SQL. Measured against Hive 3.1.3 over columns of text tables.
"""

from __future__ import annotations

from collections.abc import Callable

from airflow_ddb_hive.engines.local.emit.instants import instant, micros, seconds
from airflow_ddb_hive.engines.local.emit.java_text import cast_text
from airflow_ddb_hive.engines.local.emit.local_moments import (
    local_text,
    local_to_timestamp,
    text_to_local,
    timestamp_to_local,
)
from airflow_ddb_hive.engines.local.emit.sql import let, raise_error, wrap
from airflow_ddb_hive.engines.local.emit.text_moments import (
    text_to_date,
    text_to_day_time,
    text_to_timestamp,
    text_to_year_month,
)
from airflow_ddb_hive.engines.local.emit.text_values import (
    text_to_boolean,
    text_to_decimal,
    text_to_floating,
    text_to_integer,
)
from airflow_ddb_hive.engines.local.physical import duckdb_type, quoted_field
from airflow_ddb_hive.errors import UnsupportedSqlError
from airflow_ddb_hive.model.types import (
    DOUBLE,
    STRING,
    ArrayType,
    CharType,
    DecimalType,
    HiveType,
    MapType,
    StructType,
    VarcharType,
)

__all__ = ["emit_cast", "kind_of"]

Conversion = Callable[[str, HiveType, HiveType], str]

_INTEGERS = ("tinyint", "smallint", "int", "bigint")
_RANGES = {"tinyint": 7, "smallint": 15, "int": 31, "bigint": 63}


def kind_of(hive_type: HiveType) -> str:
    """Return the row of the conversion table that a type belongs to.

    Example:
        >>> kind_of(VarcharType(3)), kind_of(DecimalType(5, 2))
        ('text', 'decimal')
    """
    match hive_type:
        case DecimalType():
            return "decimal"
        case VarcharType() | CharType():
            return "text"
        case ArrayType() | MapType() | StructType():
            return "nested"
    name = str(hive_type)
    if name in _INTEGERS:
        return "integer"
    if name in ("float", "double"):
        return "floating"
    return {"string": "text", "timestamp with local time zone": "local"}.get(name, name)


def _plain(sql: str, _source: HiveType, target: HiveType) -> str:
    return f"CAST({sql} AS {duckdb_type(target)})"


def _null_if_too_large(sql: str, _source: HiveType, target: HiveType) -> str:
    return f"TRY_CAST({sql} AS {duckdb_type(target)})"


def _null(_sql: str, _source: HiveType, target: HiveType) -> str:
    return f"CAST(NULL AS {duckdb_type(target)})"


def _fails(sql: str, source: HiveType, target: HiveType) -> str:
    """Hive compiles such a cast and ends the query at the first value."""
    reason = f"Error evaluating CAST of a {source} as {target}"
    if kind_of(source) == "binary":
        reason = "Hive 2 Internal error: unsupported conversion from type: binary"
    return f"CAST(CASE WHEN {sql} IS NOT NULL THEN {raise_error(reason)} END AS {duckdb_type(target)})"


def _integer_to_integer(sql: str, source: HiveType, target: HiveType) -> str:
    if _RANGES[str(source)] <= _RANGES[str(target)]:
        return f"CAST({sql} AS {duckdb_type(target)})"
    # A bigint near its end would overflow when half the range is added: mask first.
    mask = (1 << _RANGES[str(target)] + 1) - 1
    return wrap(f"(CAST({sql} AS BIGINT) & {mask})", str(target))


def _floating_to_integer(sql: str, _source: HiveType, target: HiveType) -> str:
    name = str(target)
    bits = 63 if name == "bigint" else 31
    wide = "BIGINT" if name == "bigint" else "INTEGER"

    def saturate(v: str) -> str:
        return (
            f"CASE WHEN isnan({v}) THEN 0 WHEN {v} >= {2**bits}::DOUBLE THEN {2**bits - 1} "
            f"WHEN {v} <= {-(2**bits)}::DOUBLE THEN {-(2**bits)} ELSE CAST(trunc({v}) AS {wide}) END"
        )

    saturated = let(sql, saturate)
    if name in ("tinyint", "smallint"):
        mask = (1 << _RANGES[name] + 1) - 1
        return wrap(f"(CAST({saturated} AS BIGINT) & {mask})", name)
    return f"CAST({saturated} AS {wide})"


def _to_float(sql: str, source: HiveType, target: HiveType) -> str:
    if str(source) != "double" or str(target) != "float":
        return f"CAST({sql} AS {duckdb_type(target)})"
    return let(
        sql,
        lambda v: (
            f"CASE WHEN {v} IS NULL THEN NULL ELSE coalesce(TRY_CAST({v} AS FLOAT), "
            f"CASE WHEN {v} > 0 THEN 'infinity'::FLOAT ELSE '-infinity'::FLOAT END) END"
        ),
    )


def _floating_to_decimal(sql: str, _source: HiveType, target: HiveType) -> str:
    return f"TRY_CAST(CAST({sql} AS VARCHAR) AS {duckdb_type(target)})"


def _decimal_to_integer(sql: str, source: HiveType, target: HiveType) -> str:
    whole = f"trunc({sql})" if isinstance(source, DecimalType) and source.scale else sql
    return f"TRY_CAST({whole} AS {duckdb_type(target)})"


def _boolean_to_number(sql: str, _source: HiveType, target: HiveType) -> str:
    return f"TRY_CAST(CAST({sql} AS TINYINT) AS {duckdb_type(target)})"


def _number_to_boolean(sql: str, _source: HiveType, _target: HiveType) -> str:
    return f"({sql} <> 0)"


def _timestamp_to_integer(sql: str, _source: HiveType, target: HiveType) -> str:
    return f"TRY_CAST({seconds(sql)} AS {duckdb_type(target)})"


def _timestamp_to_floating(sql: str, _source: HiveType, target: HiveType) -> str:
    def convert(v: str) -> str:
        whole, micro = seconds(v), f"epoch_us({micros(v)})"
        fraction = f"(({micro} - {whole} * 1000000) * 1000 + ({v}).n)"
        return f"CAST(CAST({whole} AS DOUBLE) + {fraction} / 1000000000 AS {duckdb_type(target)})"

    return let(sql, convert)


def _timestamp_to_decimal(sql: str, source: HiveType, target: HiveType) -> str:
    # Hive takes the way over DOUBLE: a decimal has no more of the fraction than a double.
    return _floating_to_decimal(_timestamp_to_floating(sql, source, DOUBLE), DOUBLE, target)


def _timestamp_to_boolean(sql: str, _source: HiveType, _target: HiveType) -> str:
    return let(sql, lambda v: f"(epoch_us({micros(v)}) <> 0 OR ({v}).n <> 0)")


def _timestamp_to_date(sql: str, _source: HiveType, _target: HiveType) -> str:
    return f"CAST({micros(sql)} AS DATE)"


def _date_to_timestamp(sql: str, _source: HiveType, _target: HiveType) -> str:
    return instant(f"CAST({sql} AS TIMESTAMP)")


def _milliseconds_to_timestamp(sql: str, _source: HiveType, _target: HiveType) -> str:
    return instant(f"TRY(make_timestamp(CAST({sql} AS BIGINT) * 1000))")


def _floating_to_timestamp(sql: str, _source: HiveType, _target: HiveType) -> str:
    return _decimal_to_timestamp(
        f"TRY_CAST(CAST(CAST({sql} AS DOUBLE) AS VARCHAR) AS DECIMAL(38,18))", _source, _target
    )


def _decimal_to_timestamp(sql: str, source: HiveType, _target: HiveType) -> str:
    """Seconds; digits behind the ninth are cut off."""
    scale = source.scale if isinstance(source, DecimalType) else 18

    def convert(v: str) -> str:
        whole = f"TRY_CAST(trunc({v}) AS BIGINT)" if scale else f"TRY_CAST({v} AS BIGINT)"
        rest = f"CAST(trunc(CAST({v} - trunc({v}) AS DECIMAL(27,18)) * 1000000000) AS BIGINT)" if scale else "0"
        # A fraction below zero is one of the second before.
        micro = f"TRY(make_timestamp(({whole} - 1) * 1000000 + (1000000000 + {rest}) // 1000))"
        return instant(micro, f"(1000000000 + {rest}) % 1000")

    return let(sql, convert)


def _to_text(sql: str, source: HiveType, target: HiveType) -> str:
    value = sql if kind_of(source) == "text" else cast_text(sql, source)
    match target:
        case VarcharType(length):
            return f"left({value}, {length})"
        case CharType(length):
            return f"rtrim(left({value}, {length}), ' ')"
    return value


def _text_to_binary(sql: str, source: HiveType, _target: HiveType) -> str:
    """A CHAR's bytes have the spaces that fill it up."""
    return f"encode(rpad({sql}, {source.length}, ' '))" if isinstance(source, CharType) else f"encode({sql})"


def _local_to_date(sql: str, _source: HiveType, _target: HiveType) -> str:
    return f"CAST({micros(local_to_timestamp(sql))} AS DATE)"


def _over_text(convert: Callable[[str, HiveType], str]) -> Conversion:
    """An instant becomes a number by way of its text, which is none."""
    return lambda sql, _source, target: convert(local_text(sql), target)


def _from_text(convert: Callable[[str, HiveType], str]) -> Conversion:
    return lambda sql, _source, target: convert(sql, target)


_CONVERSIONS: dict[tuple[str, str], Conversion] = {
    ("integer", "integer"): _integer_to_integer,
    ("integer", "floating"): _plain,
    ("integer", "decimal"): _null_if_too_large,
    ("integer", "boolean"): _number_to_boolean,
    ("integer", "timestamp"): _milliseconds_to_timestamp,
    ("floating", "integer"): _floating_to_integer,
    ("floating", "floating"): _to_float,
    ("floating", "decimal"): _floating_to_decimal,
    ("floating", "boolean"): _number_to_boolean,
    ("floating", "timestamp"): _floating_to_timestamp,
    ("decimal", "integer"): _decimal_to_integer,
    ("decimal", "floating"): _plain,
    ("decimal", "decimal"): _null_if_too_large,
    ("decimal", "boolean"): _number_to_boolean,
    ("decimal", "timestamp"): _decimal_to_timestamp,
    ("boolean", "integer"): _boolean_to_number,
    ("boolean", "floating"): _boolean_to_number,
    ("boolean", "decimal"): _boolean_to_number,
    ("boolean", "timestamp"): _milliseconds_to_timestamp,
    ("date", "timestamp"): _date_to_timestamp,
    ("date", "integer"): _null,
    ("date", "floating"): _null,
    ("date", "boolean"): _null,
    ("date", "decimal"): _fails,
    **{(kind, to): _fails for kind in ("interval_year_month", "interval_day_time") for to in ("decimal", "timestamp")},
    ("timestamp", "date"): _timestamp_to_date,
    ("timestamp", "integer"): _timestamp_to_integer,
    ("timestamp", "floating"): _timestamp_to_floating,
    ("timestamp", "decimal"): _timestamp_to_decimal,
    ("timestamp", "boolean"): _timestamp_to_boolean,
    ("text", "integer"): _from_text(text_to_integer),
    ("text", "floating"): _from_text(text_to_floating),
    ("text", "decimal"): _from_text(text_to_decimal),
    ("text", "boolean"): _from_text(text_to_boolean),
    ("text", "date"): _from_text(text_to_date),
    ("text", "timestamp"): _from_text(text_to_timestamp),
    ("text", "local"): _from_text(text_to_local),
    ("date", "local"): lambda sql, *_: timestamp_to_local(instant(f"CAST({sql} AS TIMESTAMP)")),
    ("timestamp", "local"): lambda sql, *_: timestamp_to_local(sql),
    ("local", "timestamp"): lambda sql, *_: local_to_timestamp(sql),
    ("local", "date"): _local_to_date,
    ("local", "text"): _to_text,
    ("local", "boolean"): _over_text(text_to_boolean),
    ("local", "integer"): _null,
    ("local", "floating"): _null,
    ("local", "decimal"): _fails,
    ("text", "interval_year_month"): _from_text(text_to_year_month),
    ("text", "interval_day_time"): _from_text(text_to_day_time),
    ("interval_year_month", "text"): _to_text,
    ("interval_day_time", "text"): _to_text,
    ("text", "binary"): _text_to_binary,
    ("binary", "text"): _to_text,
    **{(kind, "text"): _to_text for kind in ("integer", "floating", "decimal", "boolean", "date", "timestamp", "text")},
}


_BRIDGED = ("integer", "floating", "boolean")
_BRIDGE = DecimalType(38, 18)


def _bridged(sql: str, source: HiveType, target: HiveType) -> tuple[str, HiveType]:
    """Hive makes any decimal a DECIMAL(38,18) before a class of its converts it: NULL where that is too small."""
    if not isinstance(source, DecimalType) or not (kind_of(target) in _BRIDGED or target == STRING):
        return sql, source
    if source.scale <= _BRIDGE.scale and source.precision - source.scale <= _BRIDGE.precision - _BRIDGE.scale:
        return sql, source
    return f"TRY_CAST({sql} AS {duckdb_type(_BRIDGE)})", _BRIDGE


def emit_cast(sql: str, source: HiveType, target: HiveType, *, wide: bool = False) -> str:
    """Return the conversion of a value, from the SQL of one to the SQL of the other.

    ``wide`` is the conversion that functions such as COALESCE do by themselves: no decimal is too large for it.

    Example:
        >>> from airflow_ddb_hive.model.types import BIGINT, INT
        >>> emit_cast("t1.c0", INT, BIGINT)
        'CAST(t1.c0 AS BIGINT)'

    Raises:
        UnsupportedSqlError: Hive has no such conversion, or this engine refuses it.
    """
    if source == target:
        return sql
    if kind_of(source) == "void":
        return f"CAST({sql} AS {duckdb_type(target)})"
    if kind_of(source) == "nested" or kind_of(target) == "nested":
        return _nested(sql, source, target)
    if not wide:
        sql, source = _bridged(sql, source, target)
    conversion = _CONVERSIONS.get((kind_of(source), kind_of(target)))
    if conversion is None and kind_of(source) == "binary":
        conversion = _fails
    if conversion is None:
        raise UnsupportedSqlError(f"a {source} cannot be cast to {target}")
    return conversion(sql, source, target)


def _nested(sql: str, source: HiveType, target: HiveType) -> str:
    match source, target:
        case ArrayType(inner), ArrayType(outer):
            return let(
                sql, lambda v: f"list_transform({v}, lambda e{len(sql)}: {emit_cast(f'e{len(sql)}', inner, outer)})"
            )
        case StructType(fields), StructType(wanted) if len(fields) == len(wanted):
            return let(sql, lambda v: _struct(v, fields, wanted))
        case MapType(key, value), MapType(new_key, new_value):
            keys = _nested(f"map_keys({sql})", ArrayType(key), ArrayType(new_key))
            values = _nested(f"map_values({sql})", ArrayType(value), ArrayType(new_value))
            return f"CASE WHEN {sql} IS NULL THEN NULL ELSE map({keys}, {values}) END"
    raise UnsupportedSqlError(f"a {source} cannot be cast to {target}")


def _struct(v: str, fields: tuple[tuple[str, HiveType], ...], wanted: tuple[tuple[str, HiveType], ...]) -> str:
    packed = ", ".join(
        f"{quoted_field(new)} := {emit_cast(f'({v}).{quoted_field(old)}', old_type, new_type)}"
        for (old, old_type), (new, new_type) in zip(fields, wanted, strict=True)
    )
    return f"CASE WHEN {v} IS NULL THEN NULL ELSE struct_pack({packed}) END"
