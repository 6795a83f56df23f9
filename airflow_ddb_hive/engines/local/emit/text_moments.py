"""From text to dates, timestamps and intervals, by CAST and as a cell of a text file (``lazy``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.instants import instant
from airflow_ddb_hive.engines.local.emit.sql import let

if TYPE_CHECKING:
    from airflow_ddb_hive.model.types import HiveType

__all__ = ["text_to_date", "text_to_day_time", "text_to_timestamp", "text_to_year_month"]


def _date_of(v: str, tail: str, year: str) -> str:
    """A date whose month and day may be too large: they carry over, as Java's lenient calendar does."""
    form = f"'^ *({year})-([0-9]{{1,2}})-([0-9]{{1,2}}){tail}'"
    found = f"regexp_extract({v}, {form}, ['y', 'm', 'd'])"

    def made(parts: str) -> str:
        first = f"make_date(greatest(CAST({parts}.y AS INTEGER), 1), 1, 1)"
        months, days = (f"CAST({parts}.{part} AS INTEGER) - 1" for part in ("m", "d"))
        return f"CASE WHEN {parts}.y <> '' THEN CAST({first} + to_months({months}) + to_days({days}) AS DATE) END"

    return let(found, made)


def text_to_date(sql: str, _target: HiveType, *, lazy: bool = False, strict: bool = False) -> str:
    """``2020-1-31``; after a blank anything may follow, and unless ``strict`` a ``T`` or a zone, too."""
    tail = "( .*)?$" if strict else "([ T].*|Z|[+-][0-9:]+)?$"

    def convert(v: str) -> str:
        regular = f"length({v}) = 10 AND CAST(TRY_CAST({v} AS DATE) AS VARCHAR) = {v}"
        day = _date_of(v, "( .*)?$", "[0-9]{4,5}") if lazy else _date_of(v, tail, "[0-9]{1,5}")
        return f"CASE WHEN {regular} THEN TRY_CAST({v} AS DATE) ELSE {day} END"

    return let(sql, convert)


def text_to_timestamp(sql: str, _target: HiveType, *, lazy: bool = False) -> str:
    """``2020-01-01 10:11:12.123456789``; CAST also takes a date, and leaves out what it cannot read behind it."""

    def convert(v: str) -> str:
        regular = f"length({v}) BETWEEN 19 AND 26 AND CAST(TRY_CAST({v} AS TIMESTAMP) AS VARCHAR) = {v}"
        plain = f"{{'t': TRY_CAST({v} AS TIMESTAMP), 'n': CAST(0 AS SMALLINT)}}"
        return f"CASE WHEN {regular} THEN {plain} ELSE {_irregular_timestamp(v, lazy=lazy)} END"

    return let(sql, convert)


_CLOCK = "([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})"


def _irregular_timestamp(v: str, *, lazy: bool) -> str:
    """With a fraction of nine digits, and for CAST more; a zone, which has no fraction before it, means nothing."""
    year = "[0-9]{4,5}" if lazy else "[0-9]{1,5}"
    tail = "([.][0-9]{1,9})? *$" if lazy else "(?:([.][0-9]+) *| *|Z|[+-][0-9:]+)$"
    form = f"'^ *{year}-[0-9]{{1,2}}-[0-9]{{1,2}}[ T]{_CLOCK}{tail}'"
    found = f"regexp_extract({v}, {form}, ['h', 'm', 's', 'f'])"
    day = f"CAST({_date_of(v, '[ T].*$', year)} AS TIMESTAMP)"

    def made(parts: str) -> str:
        hours, minutes, whole = (f"CAST({parts}.{part} AS BIGINT)" for part in "hms")
        fraction = f"rpad({parts}.f[2:10], 9, '0')"
        total = f"(({hours} * 60 + {minutes}) * 60 + {whole})"
        clock = f"to_microseconds({total} * 1000000 + CAST({fraction}[1:6] AS BIGINT))"
        exact = instant(f"{day} + {clock}", f"CAST({fraction}[7:9] AS SMALLINT)")
        return f"CASE WHEN {parts}.h <> '' THEN {exact} ELSE {'NULL' if lazy else _without_clock(v)} END"

    return let(found, made)


def _without_clock(v: str) -> str:
    """A date, behind a blank anything; or a date, ``T``, hours and minutes."""
    minutes = f"regexp_extract({v}, 'T([0-9]{{2}}):([0-9]{{2}})$', ['h', 'm'])"

    def clock(parts: str) -> str:
        minute = f"coalesce(TRY_CAST({parts}.h AS BIGINT) * 60 + TRY_CAST({parts}.m AS BIGINT), 0)"
        day = f"CAST({_date_of(v, '( .*|T[0-9]{2}:[0-9]{2}|Z|[+-][0-9:]+)?$', '[0-9]{1,5}')} AS TIMESTAMP)"
        return instant(f"{day} + to_minutes({minute})")

    return let(minutes, clock)


def text_to_year_month(sql: str, _target: HiveType) -> str:
    """``-1-2``: at most eleven months."""
    form = "'^ *([+-]?)([0-9]+)-([0-9]{1,2}) *$'"

    def made(parts: str) -> str:
        months = f"(TRY_CAST({parts}.y AS INTEGER) * 12 + TRY_CAST({parts}.m AS INTEGER))"
        known = f"TRY_CAST({parts}.m AS INTEGER) BETWEEN 0 AND 11"
        return f"CASE WHEN {known} THEN CASE WHEN {parts}.s = '-' THEN -{months} ELSE {months} END END"

    return let(f"regexp_extract({sql}, {form}, ['s', 'y', 'm'])", made)


def text_to_day_time(sql: str, _target: HiveType) -> str:
    """``-3 4:05:06.789``."""
    form = "'^ *([+-]?)([0-9]+) ([0-9]+):([0-9]+):([0-9]+)([.][0-9]+)? *$'"

    def made(parts: str) -> str:
        days, hours, minutes, whole = (f"TRY_CAST({parts}.{part} AS BIGINT)" for part in "dhms")
        total = f"((({days} * 24 + {hours}) * 60 + {minutes}) * 60 + {whole})"
        nano = f"CAST(rpad({parts}.f[2:10], 9, '0') AS BIGINT)"
        known = f"{hours} BETWEEN 0 AND 23 AND {minutes} BETWEEN 0 AND 59 AND {whole} BETWEEN 0 AND 59"
        value = f"(CAST({total} AS HUGEINT) * 1000000000 + {nano})"
        return f"CASE WHEN {known} THEN CASE WHEN {parts}.g = '-' THEN -{value} ELSE {value} END END"

    return let(f"regexp_extract({sql}, {form}, ['g', 'd', 'h', 'm', 's', 'f'])", made)
