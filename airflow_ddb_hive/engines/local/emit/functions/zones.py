"""Time zones by every name that Java knows; a name that it does not know is GMT.

See https://docs.oracle.com/javase/8/docs/api/java/util/TimeZone.html#getTimeZone-java.lang.String-.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.instants import instant, micros
from airflow_ddb_hive.engines.local.emit.sql import let, text
from airflow_ddb_hive.hiveql.tree import Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_ddb_hive.engines.local.emit.functions.emitter import Emitter
    from airflow_ddb_hive.hiveql.tree import Call

__all__ = ["from_utc", "java_zone", "to_utc"]

_SHORT: dict[str, str | int] = {
    "ACT": "Australia/Darwin",
    "AET": "Australia/Sydney",
    "AGT": "America/Argentina/Buenos_Aires",
    "ART": "Africa/Cairo",
    "AST": "America/Anchorage",
    "BET": "America/Sao_Paulo",
    "BST": "Asia/Dhaka",
    "CAT": "Africa/Harare",
    "CNT": "America/St_Johns",
    "CST": "America/Chicago",
    "CTT": "Asia/Shanghai",
    "EAT": "Africa/Addis_Ababa",
    "ECT": "Europe/Paris",
    "EST": -18000,
    "HST": -36000,
    "IET": "America/Indiana/Indianapolis",
    "IST": "Asia/Kolkata",
    "JST": "Asia/Tokyo",
    "MIT": "Pacific/Apia",
    "MST": -25200,
    "NET": "Asia/Yerevan",
    "NST": "Pacific/Auckland",
    "PLT": "Asia/Karachi",
    "PNT": "America/Phoenix",
    "PRT": "America/Puerto_Rico",
    "PST": "America/Los_Angeles",
    "SST": "Pacific/Guadalcanal",
    "VST": "Asia/Ho_Chi_Minh",
}
_OFFSET = re.compile(r"GMT([+-])(\d{1,2})(?::?(\d{2}))?")
_MOST_HOURS, _MOST_MINUTES = 23, 59


@functools.cache
def _names() -> frozenset[str]:
    import duckdb

    with duckdb.connect(":memory:") as connection:
        return frozenset(name for (name,) in connection.execute("SELECT name FROM pg_timezone_names()").fetchall())


def java_zone(name: str) -> str | int:
    """Return the zone that Java understands by a name: one of the tz database, or seconds east of Greenwich.

    Example:
        >>> java_zone("PST"), java_zone("GMT+3"), java_zone("nowhere")
        ('America/Los_Angeles', 10800, 0)
    """
    if name in _SHORT:
        return _SHORT[name]
    offset = _OFFSET.fullmatch(name)
    if offset is not None:
        hours, minutes = int(offset[2]), int(offset[3] or 0)
        if hours > _MOST_HOURS or minutes > _MOST_MINUTES:
            return 0
        return (-1 if offset[1] == "-" else 1) * (hours * 3600 + minutes * 60)
    return name if name in _names() else 0


def _shifted(direction: int) -> Emitter:
    def emit(call: Call, arguments: Sequence[str]) -> str:
        zone = call.arguments[1]
        moment, name = arguments
        if isinstance(zone, Literal):
            if zone.value is None:
                return f"CASE WHEN FALSE THEN {moment} END"
            return _in_zone(moment, java_zone(str(zone.value)), direction)
        return let(name, lambda z: let(moment, lambda v: _by_column(v, z, direction)))

    return emit


def _in_zone(moment: str, zone: str | int, direction: int) -> str:
    if isinstance(zone, int):
        return let(moment, lambda v: instant(f"{micros(v)} + to_seconds({direction * zone})", f"({v}).n"))
    return let(moment, lambda v: instant(_local(micros(v), text(zone), direction), f"({v}).n"))


def _local(moment: str, zone: str, direction: int) -> str:
    if direction > 0:
        return f"(({moment} AT TIME ZONE 'UTC') AT TIME ZONE {zone})"
    later = f"(({moment} AT TIME ZONE {zone}) AT TIME ZONE 'UTC')"

    def first(v: str) -> str:
        """Where a clock is put back an hour comes twice: Java means the first."""
        earlier = f"({v} - INTERVAL 1 HOUR)"
        back = f"(({earlier} AT TIME ZONE 'UTC') AT TIME ZONE {zone})"
        return f"CASE WHEN {back} = {moment} THEN {earlier} ELSE {v} END"

    return let(later, first)


def _by_column(v: str, z: str, direction: int) -> str:
    """Zones that stand in the rows: names, Java's short ones, and offsets."""
    named = {short: zone for short, zone in _SHORT.items() if isinstance(zone, str)}
    fixed = {short: zone for short, zone in _SHORT.items() if isinstance(zone, int)}
    full = " ".join(f"WHEN {text(short)} THEN {text(zone)}" for short, zone in named.items())
    names = ", ".join(text(name) for name in sorted(_names()))
    known = f"CASE {z} {full} ELSE CASE WHEN {z} IN ({names}) THEN {z} END END"
    seconds = " ".join(f"WHEN {text(short)} THEN {zone}" for short, zone in fixed.items())
    form = "'^GMT[+-]([0-9]{1,2}):?([0-9]{2})?$'"
    hours, minutes = (f"TRY_CAST(regexp_extract({z}, {form}, {group}) AS BIGINT)" for group in (1, 2))
    sign = f"CASE WHEN contains({z}, '-') THEN -1 ELSE 1 END"
    offset = f"coalesce({hours} * 3600, 0) + coalesce({minutes}, 0) * 60"
    east = f"CASE {z} {seconds} ELSE {sign} * ({offset}) END"
    shifted = f"{micros(v)} + to_seconds({direction} * ({east}))"
    fixed_zone = f"{z} IN ({', '.join(text(short) for short in fixed)})"

    def moved(zone: str) -> str:
        return instant(
            f"CASE WHEN {z} IS NULL THEN NULL WHEN {fixed_zone} OR {zone} IS NULL THEN {shifted} "
            f"ELSE {_local(micros(v), zone, direction)} END",
            f"({v}).n",
        )

    return let(known, moved)


from_utc: Emitter = _shifted(1)
to_utc: Emitter = _shifted(-1)
