"""Dates and times. Hive's timestamps have no zone; UNIX_TIMESTAMP and FROM_UNIXTIME read them in the session's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.casts import emit_cast, kind_of
from airflow_ddb_hive.engines.local.emit.functions.calendar import (
    ADOPTED,
    era_year,
    from_label,
    label,
    labelled_moment,
    week_of_year,
)
from airflow_ddb_hive.engines.local.emit.functions.date_patterns import (
    Field,
    formatted,
    named_text,
    parsed_seconds,
    read_pattern,
    zoned_seconds,
)
from airflow_ddb_hive.engines.local.emit.functions.emitter import Emitter, form
from airflow_ddb_hive.engines.local.emit.functions.string import literal_text
from airflow_ddb_hive.engines.local.emit.functions.temporal import INTERVALS
from airflow_ddb_hive.engines.local.emit.functions.zones import from_utc, to_utc
from airflow_ddb_hive.engines.local.emit.instants import date_text, instant, micros, milliseconds
from airflow_ddb_hive.engines.local.emit.local_moments import local_epoch_seconds
from airflow_ddb_hive.engines.local.emit.sql import let, text, wrap
from airflow_ddb_hive.engines.local.emit.text_moments import text_to_date
from airflow_ddb_hive.errors import UnsupportedSqlError
from airflow_ddb_hive.hiveql.tree import Literal
from airflow_ddb_hive.model.types import (
    DATE,
    INTERVAL_DAY_TIME,
    INTERVAL_YEAR_MONTH,
    STRING,
    TIMESTAMP,
    TIMESTAMP_LOCAL,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from airflow_ddb_hive.hiveql.tree import Call, Expression

__all__ = ["DATES"]

_DEFAULT_PATTERN = "yyyy-MM-dd HH:mm:ss"


def _fields(pattern: str, what: str) -> list[Field]:
    fields = read_pattern(pattern)
    if fields is None:
        raise UnsupportedSqlError(f"{what} {pattern!r} is none that Java reads: put text in single quotes")
    return fields


def _is_null(argument: Expression) -> bool:
    return isinstance(argument, Literal) and argument.value is None


def _day(call: Call, sql: str) -> str:
    """The date of a function that reads text by itself: nothing but a blank may follow the day."""
    return text_to_date(sql, DATE, strict=True) if call.arguments[0].type == STRING else sql


def _days_later(day: str, count: str) -> str:
    """A date some days later; NULL beyond the engine's calendar."""

    def bounded(d: str) -> str:
        later = f"(datediff('day', DATE '1970-01-01', {d}) + {count})"
        known = f"{later} BETWEEN -2147483646 AND 2147483646"
        return f"CAST(CASE WHEN {known} THEN DATE '1970-01-01' + CAST({later} AS INTEGER) END AS DATE)"

    return let(day, bounded)


def _of_day(body: Callable[..., str]) -> Emitter:
    return lambda call, arguments: body(_day(call, arguments[0]), *arguments[1:])


def _date_format(call: Call, arguments: Sequence[str]) -> str:
    """NULL where the pattern is none."""
    if _is_null(call.arguments[1]):
        return "CAST(NULL AS VARCHAR)"
    fields = read_pattern(literal_text(call.arguments[1], "the pattern of date_format"))
    return "CAST(NULL AS VARCHAR)" if fields is None else formatted(micros(arguments[0]), fields)


def _from_unixtime(call: Call, arguments: Sequence[str]) -> str:
    what = "the pattern of from_unixtime"
    if call.arguments[1:] and _is_null(call.arguments[1]):
        return "CAST(NULL AS VARCHAR)"
    pattern = literal_text(call.arguments[1], what) if call.arguments[1:] else _DEFAULT_PATTERN
    # Java counts milliseconds, which wrap.
    whole = let(arguments[0], lambda v: _bounded(v, wrap(f"CAST({v} AS HUGEINT) * 1000", "bigint") + " // 1000"))
    moment = f"CAST(make_timestamptz({whole} * 1000000) AS TIMESTAMP)"
    return formatted(moment, _fields(pattern, what))


def _bounded(v: str, wrapped: str) -> str:
    seconds = f"CASE WHEN abs(CAST({v} AS HUGEINT)) < {2**53} THEN {v} ELSE {wrapped} END"
    return let(
        f"CAST({seconds} AS BIGINT)", lambda s: f"CASE WHEN {s} BETWEEN -9000000000000 AND 9000000000000 THEN {s} END"
    )


def _unix_timestamp(call: Call, arguments: Sequence[str]) -> str:
    if not arguments:
        return "CAST(epoch_us(now()) // 1000000 AS BIGINT)"
    type_ = call.arguments[0].type
    if type_ == DATE:
        return zoned_seconds(f"CAST({arguments[0]} AS TIMESTAMP)")
    if type_ == TIMESTAMP_LOCAL:
        return local_epoch_seconds(arguments[0])
    if type_ == TIMESTAMP:
        return zoned_seconds(f"date_trunc('second', {micros(arguments[0])})")
    what = "the pattern of unix_timestamp"
    if call.arguments[1:] and _is_null(call.arguments[1]):
        return "CAST(NULL AS BIGINT)"
    pattern = literal_text(call.arguments[1], what) if call.arguments[1:] else _DEFAULT_PATTERN
    return parsed_seconds(arguments[0], _fields(pattern, what), pattern)


def _day_part(name: str) -> Emitter:
    def emit(call: Call, arguments: Sequence[str]) -> str:
        type_, value = call.arguments[0].type, arguments[0]
        if type_ == INTERVAL_YEAR_MONTH:
            return _signed(value, "{v} // 12" if name == "year" else "{v} % 12")
        if type_ == INTERVAL_DAY_TIME:
            return _signed(value, "{v} // 86400000000000")
        day = label(_day(call, value))
        if name == "year":
            return let(day, lambda d: f"CAST({era_year(d)} AS INTEGER)")
        return f"CAST({name}({day}) AS INTEGER)"

    return emit


_CLOCK = {"hour": "{v} // 3600000000000 % 24", "minute": "{v} // 60000000000 % 60", "second": "{v} // 1000000000 % 60"}


def _clock_part(name: str) -> Emitter:
    def emit(call: Call, arguments: Sequence[str]) -> str:
        if call.arguments[0].type == INTERVAL_DAY_TIME:
            return _signed(arguments[0], _CLOCK[name])
        return f"CAST({name}({micros(arguments[0])}) AS INTEGER)"

    return emit


def _signed(value: str, part: str) -> str:
    """A part of an interval has the interval's sign."""
    return let(value, lambda v: f"CAST(sign({v}) * ({part.format(v=f'abs({v})')}) AS INTEGER)")


_OF_WEEKS = "EuwWY"


def _true_moment(v: str) -> str:
    """A moment by its name in the older calendar, for what is counted by weekdays."""
    return f"CASE WHEN {v} >= {ADOPTED} THEN {v} ELSE CAST({from_label(f'CAST({v} AS DATE)')} AS TIMESTAMP) END"


_MOST_MONTHS = 3_000_000
"""More months than that would leave the engine's calendar."""


def _add_months(call: Call, arguments: Sequence[str]) -> str:
    """The last day of a month stays the last day; with a pattern the clock stays, too."""
    pattern = literal_text(call.arguments[2], "the pattern of add_months") if arguments[2:] else "yyyy-MM-dd"
    has_clock = call.arguments[0].type == TIMESTAMP
    moment = labelled_moment(micros(arguments[0])) if has_clock else label(arguments[0])

    months = f"CASE WHEN {arguments[1]} BETWEEN -{_MOST_MONTHS} AND {_MOST_MONTHS} THEN {arguments[1]} END"

    def added(v: str) -> str:
        day = f"CAST({v} + to_months({months}) AS DATE)"
        kept = f"CASE WHEN CAST({v} AS DATE) = last_day({v}) THEN last_day({day}) ELSE {day} END"
        clock = f" + ({v} - CAST(CAST({v} AS DATE) AS TIMESTAMP))" if has_clock else ""
        return f"CAST({kept} AS TIMESTAMP){clock}"

    # The sum bears the older calendar's name already, so that only its text is made.
    fields = _fields(pattern, "the pattern of add_months")
    weekday = any(field.letter in _OF_WEEKS for field in fields if field.letter)
    return let(let(moment, added), lambda v: named_text(v, _true_moment(v) if weekday else v, fields))


_UNITS = {"MONTH": "month", "MON": "month", "MM": "month", "YEAR": "year", "YYYY": "year", "YY": "year"}
_UNITS |= {"QUARTER": "quarter", "Q": "quarter"}


def _trunc(call: Call, arguments: Sequence[str]) -> str:
    if str(call.type) != "string":
        raise UnsupportedSqlError("trunc of a number is not supported: use floor or round")
    type_ = call.arguments[0].type
    is_text = kind_of(type_) == "text"
    value = text_to_date(arguments[0], DATE, strict=True) if is_text else emit_cast(arguments[0], type_, DATE)

    def cut(unit: str) -> str:
        return date_text(f"CAST(date_trunc('{unit}', {value}) AS DATE)")

    if isinstance(call.arguments[1], Literal):
        unit = _UNITS.get(str(call.arguments[1].value).upper())
        return "CAST(NULL AS VARCHAR)" if unit is None else cut(unit)
    branches = " ".join(f"WHEN {text(name)} THEN {cut(unit)}" for name, unit in _UNITS.items())
    return f"CASE upper({arguments[1]}) {branches} END"


_DAYS = ("SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY")
_DAY_PLACES = {name: place for place, day in enumerate(_DAYS) for name in (day, day[:3], day[:2])}


def _next_day(call: Call, arguments: Sequence[str]) -> str:
    def after(v: str, place: str) -> str:
        return date_text(f"({v} + CAST((6 + {place} - dayofweek({v})) % 7 + 1 AS INTEGER))")

    day = _day(call, arguments[0])
    if isinstance(call.arguments[1], Literal):
        found = _DAY_PLACES.get(str(call.arguments[1].value).upper())
        return "CAST(NULL AS VARCHAR)" if found is None else let(day, lambda v: after(v, str(found)))
    branches = " ".join(f"WHEN {text(name)} THEN {place}" for name, place in _DAY_PLACES.items())
    place = f"CASE upper({arguments[1]}) {branches} END"
    return let(day, lambda v: let(place, lambda p: after(v, p)))


def _months_between(call: Call, arguments: Sequence[str]) -> str:
    """Whole months between equal days and between last days; else 31sts of a month, seconds counted."""
    rounded = call.arguments[2] if call.arguments[2:] else None
    if rounded is not None and not isinstance(rounded, Literal):
        raise UnsupportedSqlError("the third argument of months_between must be constant")
    exact = rounded is not None and rounded.value is False

    def between(a: str, b: str) -> str:
        months = f"(({era_year(a)} - {era_year(b)}) * 12 + month({a}) - month({b}))"
        last = f"(CAST({a} AS DATE) = last_day({a}) AND CAST({b} AS DATE) = last_day({b}))"
        of_a, of_b = (
            f"(((day({v}) * 24 + hour({v})) * 60 + minute({v})) * 60 + CAST(second({v}) AS INTEGER))" for v in (a, b)
        )
        total = f"{months} + ({of_a} - {of_b}) / 2678400"
        part = f"({total})" if exact else f"round({total}, 8)"
        return f"CASE WHEN day({a}) = day({b}) OR {last} THEN CAST({months} AS DOUBLE) ELSE {part} END"

    first, second = (labelled_moment(micros(argument)) for argument in arguments[:2])
    return let(first, lambda a: let(second, lambda b: between(a, b)))


def _floor(unit: str) -> Emitter:
    return lambda _call, arguments: instant(f"CAST(date_trunc('{unit}', {micros(arguments[0])}) AS TIMESTAMP)")


_FLOORS = ("year", "quarter", "month", "week", "day", "hour", "minute", "second")

DATES: dict[str, Emitter] = {
    "add_months": _add_months,
    "current_date": form("current_date"),
    "current_timestamp": lambda _call, _arguments: instant("current_localtimestamp()"),
    "date_add": _of_day(lambda day, count: _days_later(day, f"CAST({count} AS BIGINT)")),
    "date_format": _date_format,
    "date_sub": _of_day(lambda day, count: _days_later(day, f"-CAST({count} AS BIGINT)")),
    "datediff": form("CAST({0} - {1} AS INTEGER)"),
    "day": _day_part("day"),
    "dayofmonth": _day_part("day"),
    "dayofweek": _of_day("CAST(dayofweek({}) + 1 AS INTEGER)".format),
    **{f"floor_{unit}": _floor(unit) for unit in _FLOORS},
    "from_unixtime": _from_unixtime,
    "from_utc_timestamp": from_utc,
    "hour": _clock_part("hour"),
    "last_day": _of_day(lambda day: date_text(f"last_day({day})")),
    "minute": _clock_part("minute"),
    "month": _day_part("month"),
    "months_between": _months_between,
    "next_day": _next_day,
    "quarter": form("CAST(quarter({0}) AS INTEGER)"),
    "second": _clock_part("second"),
    "to_date": _of_day("CAST({} AS DATE)".format),
    "to_epoch_milli": lambda _call, arguments: milliseconds(arguments[0]),
    "to_unix_timestamp": _unix_timestamp,
    "to_utc_timestamp": to_utc,
    "trunc": _trunc,
    "unix_timestamp": _unix_timestamp,
    "weekofyear": _of_day(week_of_year),
    "year": _day_part("year"),
    **INTERVALS,
}
"""Date functions by the names that bound calls carry."""
