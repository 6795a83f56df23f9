"""TIMESTAMP WITH LOCAL TIME ZONE: an instant, kept as a timestamp of UTC, that is written in the session's zone."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.instants import date_text, instant, micros
from airflow_ddb_hive.engines.local.emit.sql import let, text

if TYPE_CHECKING:
    from airflow_ddb_hive.model.types import HiveType

__all__ = ["local_epoch_seconds", "local_text", "local_to_timestamp", "text_to_local", "timestamp_to_local"]

_SESSION_ZONE = "current_setting('TimeZone')"
_FORM = (
    "'^([0-9]{4}-[0-9]{2}-[0-9]{2})(?: ([0-9]{2}:[0-9]{2}:[0-9]{2})(?:[.]([0-9]{1,9}))?)? ?"
    "([A-Z][A-Za-z0-9_/+:-]*|[+-][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?$'"
)
_LONG_FRACTION = "'([.][0-9]{9})[0-9]+'"
_OFFSET = "'^(?:UTC|GMT|UT)?([+-])([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?$'"


_SHORT_REGIONS = frozenset({"CET", "EET", "MET", "PRC", "ROK", "WET"})


@functools.cache
def _region_names() -> list[str]:
    """The names of the tz database that Java knows as regions: of the short ones only few are."""
    import duckdb

    with duckdb.connect(":memory:") as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM pg_timezone_names()").fetchall()]
    return sorted(name for name in names if name in _SHORT_REGIONS or not re.fullmatch("[A-Z]{3}", name))


def local_to_timestamp(sql: str) -> str:
    """Return an instant's clock in the session's zone, as a timestamp."""
    return let(sql, lambda v: instant(_local(v), f"({v}).n"))


def timestamp_to_local(sql: str) -> str:
    """Return the instant at which the session's zone shows a timestamp."""
    return let(
        sql,
        lambda v: instant(f"CAST(CAST({micros(v)} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS TIMESTAMP)", f"({v}).n"),
    )


def local_text(sql: str) -> str:
    """Return an instant's text: ``2020-01-01 10:00:00.0 Asia/Tokyo``."""

    def written(v: str) -> str:
        fraction = f"rtrim(strftime({_local(v)}, '%f') || lpad(CAST(({v}).n AS VARCHAR), 3, '0'), '0')"
        shown = f"CASE WHEN {fraction} = '' THEN '0' ELSE {fraction} END"
        day = date_text(f"CAST({_local(v)} AS DATE)")
        return f"({day} || strftime({_local(v)}, ' %H:%M:%S.') || {shown} || ' ' || {_SESSION_ZONE})"

    return let(sql, written)


def local_epoch_seconds(sql: str) -> str:
    """Return an instant's whole seconds since 1970."""
    return f"(epoch_us(date_trunc('second', {micros(sql)})) // 1000000)"


def text_to_local(sql: str, _target: HiveType, *, lazy: bool = False) -> str:
    """``2020-01-01 10:00:00.5 Asia/Tokyo``: the clock and the zone, without which the session's is meant, may miss.

    CAST leaves out blanks around it and digits behind the ninth of the fraction.
    """

    def parsed(v: str) -> str:
        return let(f"regexp_extract({v}, {_FORM}, ['d', 'c', 'f', 'z'])", _made)

    return let(sql if lazy else f"regexp_replace(trim({sql}), {_LONG_FRACTION}, '\\1')", parsed)


def _made(parts: str) -> str:
    # Java takes the 30th of February for its last day, but no 32nd.
    first = f"TRY_CAST({parts}.d[:8] || '01' AS DATE)"
    day = f"TRY_CAST({parts}.d[9:] AS INTEGER)"
    date = f"CASE WHEN {day} BETWEEN 1 AND 31 THEN least({first} + {day} - 1, last_day({first})) END"
    clock = f"CASE WHEN {parts}.c = '' THEN TIME '00:00:00' ELSE TRY_CAST({parts}.c AS TIME) END"
    fraction = f"rpad({parts}.f, 9, '0')"
    within = f"to_microseconds(CAST({fraction}[:6] AS BIGINT))"
    moment = f"CASE WHEN {parts}.d <> '' AND {parts}.c[:2] < '24' THEN {date} + {clock} + {within} END"
    return let(moment, lambda m: instant(_in_utc(m, f"{parts}.z"), f"CAST({fraction}[7:] AS SMALLINT)"))


def _in_utc(moment: str, zone: str) -> str:
    known = ", ".join(text(name) for name in _region_names())
    found = f"regexp_extract({zone}, {_OFFSET}, ['g', 'h', 'm', 's'])"

    def shifted(parts: str) -> str:
        size = f"(CAST({parts}.h AS INTEGER) * 60 + CAST({parts}.m AS INTEGER)) * 60"
        east = f"{size} + coalesce(TRY_CAST({parts}.s AS INTEGER), 0)"
        signed = f"CASE {parts}.g WHEN '-' THEN -1 ELSE 1 END * ({east})"
        whole = f"{parts}.h <> '' AND {parts}.h <= '18' AND {parts}.m < '60' AND {parts}.s < '60'"
        return f"CASE WHEN {whole} AND {east} <= 64800 THEN {moment} - to_seconds({signed}) END"

    named = f"CASE WHEN {zone} = '' THEN {_SESSION_ZONE} WHEN {zone} IN ({known}) THEN {zone} END"
    return (
        f"CASE WHEN {zone} IN ('Z', 'UTC', 'GMT', 'UT') THEN {moment} "
        f"WHEN {zone} = '' OR {zone} IN ({known}) THEN ({moment} AT TIME ZONE ({named})) AT TIME ZONE 'UTC' "
        f"ELSE {let(found, shifted)} END"
    )


def _local(v: str) -> str:
    return f"CAST({micros(v)} AT TIME ZONE 'UTC' AS TIMESTAMP)"
