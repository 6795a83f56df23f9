"""Arithmetic of dates, timestamps and intervals, and what makes intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.functions.calendar import from_label, label
from airflow_ddb_hive.engines.local.emit.instants import instant, micros, moved, nanoseconds_between
from airflow_ddb_hive.engines.local.emit.sql import let, raise_error
from airflow_ddb_hive.engines.local.emit.text_moments import text_to_day_time, text_to_year_month
from airflow_ddb_hive.hiveql.tree import Literal
from airflow_ddb_hive.model.types import DATE, INTERVAL_DAY_TIME, INTERVAL_YEAR_MONTH, TIMESTAMP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_ddb_hive.engines.local.emit.functions.emitter import Emitter
    from airflow_ddb_hive.hiveql.tree import Call
    from airflow_ddb_hive.model.types import HiveType

__all__ = ["INTERVALS", "is_temporal", "temporal_arithmetic"]

_TEMPORAL = (DATE, TIMESTAMP, INTERVAL_DAY_TIME, INTERVAL_YEAR_MONTH)
_INTERVALS = (INTERVAL_DAY_TIME, INTERVAL_YEAR_MONTH)
_DAY = 86_400 * 10**9


def is_temporal(call: Call) -> bool:
    """Whether a call's arguments are dates, timestamps or intervals."""
    return any(argument.type in _TEMPORAL for argument in call.arguments)


def temporal_arithmetic(symbol: str, call: Call, arguments: Sequence[str]) -> str:
    """Return ``+`` or ``-`` of dates, timestamps and intervals; days have 24 hours, as no zone is looked at."""
    (left, right), (a, b) = (argument.type for argument in call.arguments), arguments
    if left in _INTERVALS and right in _INTERVALS:
        return f"({a} {symbol} {b})"
    if left in _INTERVALS:
        return _moved(symbol, (b, right), (a, left))
    if right in _INTERVALS:
        return _moved(symbol, (a, left), (b, right))
    if left == DATE and right == DATE:
        return f"(CAST(datediff('day', {b}, {a}) AS HUGEINT) * {_DAY})"
    return nanoseconds_between(_as_timestamp(a, left), _as_timestamp(b, right))


def _as_timestamp(sql: str, type_: HiveType) -> str:
    return instant(f"CAST({sql} AS TIMESTAMP)") if type_ == DATE else sql


def _moved(symbol: str, point: tuple[str, HiveType], interval: tuple[str, HiveType]) -> str:
    (sql, type_), (step, step_type) = point, interval
    if step_type == INTERVAL_DAY_TIME:
        return moved(_as_timestamp(sql, type_), step, symbol)
    if type_ == DATE:
        return _by_months(symbol, sql, step)

    def of_moment(v: str) -> str:
        day = f"CAST({micros(v)} AS DATE)"
        clock = f"({micros(v)} - CAST({day} AS TIMESTAMP))"
        return instant(f"CAST({_by_months(symbol, day, step)} AS TIMESTAMP) + {clock}", f"({v}).n")

    return let(sql, of_moment)


def _by_months(symbol: str, day: str, months: str) -> str:
    return from_label(f"CAST({label(day)} {symbol} to_months({months}) AS DATE)")


_MONTHS = {"YEAR": 12, "MONTH": 1}
_NANOSECONDS = {"DAY": _DAY, "HOUR": 3_600 * 10**9, "MINUTE": 60 * 10**9}


def _of_unit(call: Call, arguments: Sequence[str]) -> str:
    """``INTERVAL (value) unit`` over the value's text; what is no number is an error, as in Hive."""
    unit, value = call.arguments[0], arguments[1]
    name = str(unit.value) if isinstance(unit, Literal) else ""
    if name == "YEAR TO MONTH":
        return _required(value, "INTEGER", text_to_year_month(value, INTERVAL_YEAR_MONTH))
    if name == "DAY TO SECOND":
        return _required(value, "HUGEINT", text_to_day_time(value, INTERVAL_DAY_TIME))
    if name in _MONTHS:
        return _required(value, "INTEGER", f"(TRY_CAST({_whole(value)} AS INTEGER) * {_MONTHS[name]})")
    if name in _NANOSECONDS:
        count = f"CAST(TRY_CAST({_whole(value)} AS INTEGER) AS HUGEINT)"
        return _required(value, "HUGEINT", f"({count} * {_NANOSECONDS[name]})")
    return _required(value, "HUGEINT", _seconds(value))


def _whole(value: str) -> str:
    return f"nullif(regexp_extract({value}, '^[+-]?[0-9]+$'), '')"


def _seconds(value: str) -> str:
    form = "'^([+-]?)([0-9]+)([.][0-9]*)?$'"

    def counted(parts: str) -> str:
        nano = f"TRY_CAST({parts}.s AS HUGEINT) * 1000000000 + CAST(rpad({parts}.f[2:10], 9, '0') AS HUGEINT)"
        return f"CASE WHEN {parts}.g = '-' THEN -({nano}) ELSE {nano} END"

    return let(f"regexp_extract({value}, {form}, ['g', 's', 'f'])", counted)


def _required(value: str, type_: str, made: str) -> str:
    refused = raise_error("a value is no interval of the unit that stands behind it")
    return f"CASE WHEN {value} IS NOT NULL THEN coalesce({made}, CAST({refused} AS {type_})) END"


INTERVALS: dict[str, Emitter] = {
    "internal_interval": _of_unit,
    # The conversion is the argument's own cast.
    "interval_day_time": lambda _call, arguments: arguments[0],
    "interval_year_month": lambda _call, arguments: arguments[0],
}
"""What makes intervals, by the names that bound calls carry."""
