"""Dates and times. Hive's timestamps have no zone; what needs one (``unix_timestamp``) takes UTC."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.functions.emitter import Emitter, form
from airflow_ddb_hive.engines.local.emit.functions.string import literal_text
from airflow_ddb_hive.engines.local.emit.sql import let, text
from airflow_ddb_hive.errors import UnsupportedSqlError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_ddb_hive.hiveql.tree import Call, Expression

__all__ = ["DATES", "strftime_pattern"]

_LETTERS = {
    "yyyy": "%Y",
    "yy": "%y",
    "MM": "%m",
    "MMM": "%b",
    "MMMM": "%B",
    "dd": "%d",
    "d": "%-d",
    "M": "%-m",
    "HH": "%H",
    "H": "%-H",
    "hh": "%I",
    "mm": "%M",
    "ss": "%S",
    "SSS": "%g",
    "a": "%p",
    "E": "%a",
    "EEE": "%a",
    "EEEE": "%A",
    "DDD": "%j",
    "y": "%Y",
}
_TOKEN = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']")


def strftime_pattern(java: str) -> str:
    """Return a SimpleDateFormat pattern in strftime's letters.

    Example:
        >>> strftime_pattern("yyyy-MM-dd'T'HH:mm:ss")
        '%Y-%m-%dT%H:%M:%S'

    Raises:
        UnsupportedSqlError: The pattern has a letter that strftime cannot say.
    """
    out = []
    end = 0
    for match in _TOKEN.finditer(java):
        token = match.group()
        if match.start() != end:
            break
        end = match.end()
        if match.group(2):
            if token not in _LETTERS:
                raise UnsupportedSqlError(f"the date pattern {java!r} has {token!r}, which is not supported")
            out.append(_LETTERS[token])
        else:
            literal = (match.group(1) or "").replace("''", "'") or "'" if token.startswith("'") else token
            out.append(literal.replace("%", "%%"))
    if end != len(java):
        raise UnsupportedSqlError(f"the date pattern {java!r} cannot be read")
    return "".join(out)


def _pattern(argument: Expression, what: str) -> str:
    return text(strftime_pattern(literal_text(argument, what)))


def _date_format(call_: Call, arguments: Sequence[str]) -> str:
    return f"strftime({arguments[0]}, {_pattern(call_.arguments[1], 'the pattern of date_format')})"


def _from_unixtime(call_: Call, arguments: Sequence[str]) -> str:
    pattern = (
        _pattern(call_.arguments[1], "the pattern of from_unixtime")
        if len(arguments) > 1
        else text("%Y-%m-%d %H:%M:%S")
    )
    return f"strftime(make_timestamp(CAST({arguments[0]} AS BIGINT) * 1000000), {pattern})"


def _epoch(sql: str) -> str:
    return f"CAST(epoch_us(date_trunc('second', CAST({sql} AS TIMESTAMP))) // 1000000 AS BIGINT)"


def _unix_timestamp(call_: Call, arguments: Sequence[str]) -> str:
    if not arguments:
        return _epoch("(now() AT TIME ZONE 'UTC')")
    if str(call_.arguments[0].type) in ("date", "timestamp"):
        return _epoch(arguments[0])
    pattern = _pattern(call_.arguments[1], "the pattern of unix_timestamp") if len(arguments) > 1 else None
    return _epoch(f"try_strptime({arguments[0]}, {pattern or text('%Y-%m-%d %H:%M:%S')})")


def _part(name: str) -> Emitter:
    return form(f"CAST({name}({{0}}) AS INTEGER)")


def _add_months(call_: Call, arguments: Sequence[str]) -> str:
    """The last day of a month stays the last day."""
    pattern = _pattern(call_.arguments[2], "the pattern of add_months") if arguments[2:] else text("%Y-%m-%d")

    def moved(v: str) -> str:
        day = f"CAST({v} + to_months({arguments[1]}) AS DATE)"
        return f"strftime(CASE WHEN {v} = last_day({v}) THEN last_day({day}) ELSE {day} END, {pattern})"

    return let(arguments[0], moved)


_UNITS = {"MONTH": "month", "MON": "month", "MM": "month", "YEAR": "year", "YYYY": "year", "YY": "year"}
_UNITS |= {"QUARTER": "quarter", "Q": "quarter"}


def _trunc(call_: Call, arguments: Sequence[str]) -> str:
    if str(call_.type) != "string":
        raise UnsupportedSqlError("trunc of a number is not supported: use floor or round")
    unit = _UNITS.get(literal_text(call_.arguments[1], "the unit of trunc").upper())
    if unit is None:
        return "CAST(NULL AS VARCHAR)"
    value = (
        arguments[0] if str(call_.arguments[0].type) in ("date", "timestamp") else f"TRY_CAST({arguments[0]} AS DATE)"
    )
    return f"strftime(date_trunc('{unit}', {value}), '%Y-%m-%d')"


_DAYS = {name: place for place, name in enumerate(("SU", "MO", "TU", "WE", "TH", "FR", "SA"))}


def _next_day(call_: Call, arguments: Sequence[str]) -> str:
    name = literal_text(call_.arguments[1], "the day of next_day").upper()
    full = ("SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY")
    place = _DAYS.get(name[:2])
    if place is None or name not in (full[place], full[place][:3], full[place][:2]):
        return "CAST(NULL AS VARCHAR)"
    return let(
        arguments[0], lambda v: f"CAST({v} + CAST((6 + {place} - dayofweek({v})) % 7 + 1 AS INTEGER) AS VARCHAR)"
    )


def _months_between(call_: Call, arguments: Sequence[str]) -> str:
    if call_.arguments[2:]:
        raise UnsupportedSqlError("months_between is supported with two arguments alone")

    def between(a: str, b: str) -> str:
        months = f"((year({a}) - year({b})) * 12 + month({a}) - month({b}))"
        whole = f"(day({a}) = day({b}) OR ({a}::DATE = last_day({a}) AND {b}::DATE = last_day({b})))"
        seconds_a, seconds_b = (f"(day({v}) * 86400 + epoch({v} - date_trunc('day', {v})))" for v in (a, b))
        part = f"({seconds_a} - {seconds_b}) / 2678400"
        return f"CASE WHEN {whole} THEN CAST({months} AS DOUBLE) ELSE round({months} + {part}, 8) END"

    return let(arguments[0], lambda a: let(arguments[1], lambda b: between(a, b)))


def _zone(direction: str) -> Emitter:
    def emit(_call: Call, arguments: Sequence[str]) -> str:
        if direction == "from":
            return f"((({arguments[0]}) AT TIME ZONE 'UTC') AT TIME ZONE {arguments[1]})"
        return f"((({arguments[0]}) AT TIME ZONE {arguments[1]}) AT TIME ZONE 'UTC')"

    return emit


DATES: dict[str, Emitter] = {
    "add_months": _add_months,
    "current_date": form("CAST(now() AT TIME ZONE 'UTC' AS DATE)"),
    "current_timestamp": form("date_trunc('millisecond', now() AT TIME ZONE 'UTC')"),
    "date_add": form("({0} + {1})"),
    "date_format": _date_format,
    "date_sub": form("({0} - {1})"),
    "datediff": form("CAST({0} - {1} AS INTEGER)"),
    "day": _part("day"),
    "dayofweek": form("CAST(dayofweek({0}) + 1 AS INTEGER)"),
    "from_unixtime": _from_unixtime,
    "from_utc_timestamp": _zone("from"),
    "hour": _part("hour"),
    "last_day": form("CAST(last_day({0}) AS VARCHAR)"),
    "minute": _part("minute"),
    "month": _part("month"),
    "months_between": _months_between,
    "next_day": _next_day,
    "quarter": _part("quarter"),
    "second": _part("second"),
    "to_date": form("CAST({0} AS DATE)"),
    "to_unix_timestamp": _unix_timestamp,
    "to_utc_timestamp": _zone("to"),
    "trunc": _trunc,
    "unix_timestamp": _unix_timestamp,
    "weekofyear": _part("weekofyear"),
    "year": _part("year"),
}
"""Date functions by the names that bound calls carry."""
