"""Timestamps with nanoseconds, and intervals: what DuckDB has no type for, as SQL over types that it has.

A timestamp is a struct of its microseconds ``t`` and the nanoseconds ``n`` (0 to 999) beyond them, never with a NULL
inside; so DuckDB compares, orders, groups and joins it by itself. A day-time interval is its nanoseconds, a
year-month interval its months.
"""

from __future__ import annotations

from airflow_ddb_hive.engines.local.emit.sql import let, raise_error

__all__ = [
    "date_text",
    "day_time_text",
    "instant",
    "instant_literal",
    "instant_of_nanoseconds",
    "instant_text",
    "micros",
    "milliseconds",
    "moved",
    "nanoseconds_between",
    "plain_instant",
    "seconds",
    "year_month_text",
]

_SHIFT = 10**24
"""Makes any nanoseconds positive, so that a division rounds down."""


def instant(micro: str, nano: str = "0") -> str:
    """Return a timestamp of a DuckDB TIMESTAMP and the nanoseconds beyond it.

    Example:
        >>> instant("t1.c0")
        "CASE WHEN t1.c0 IS NOT NULL THEN {'t': t1.c0, 'n': CAST(0 AS SMALLINT)} END"
    """
    return let(micro, lambda v: f"CASE WHEN {v} IS NOT NULL THEN {{'t': {v}, 'n': CAST({nano} AS SMALLINT)}} END")


def instant_literal(written: str) -> str:
    """Return the constant of ``2020-01-01 10:11:12.123456789``, its fraction of at most nine digits.

    Example:
        >>> instant_literal("2020-01-01 00:00:00.123456789")
        "{'t': CAST('2020-01-01 00:00:00.123456' AS TIMESTAMP), 'n': CAST(789 AS SMALLINT)}"
    """
    whole, _, fraction = written.partition(".")
    nano = int(fraction.ljust(9, "0")[6:9] or 0)
    exact = f"{whole}.{fraction[:6]}" if fraction else whole
    return f"{{'t': CAST('{exact}' AS TIMESTAMP), 'n': CAST({nano} AS SMALLINT)}}"


def micros(sql: str) -> str:
    """Return a timestamp's DuckDB TIMESTAMP, without the nanoseconds beyond it.

    Example:
        >>> micros("t1.c0")
        'CAST((t1.c0).t AS TIMESTAMP)'
    """
    # The type of a NULL that DuckDB has folded would be lost.
    return f"CAST(({sql}).t AS TIMESTAMP)"


def seconds(sql: str) -> str:
    """Return a timestamp's whole seconds since 1970, rounded down."""
    return f"(epoch_us(date_trunc('second', {micros(sql)})) // 1000000)"


def milliseconds(sql: str) -> str:
    """Return a timestamp's whole milliseconds since 1970, rounded down."""
    return f"(epoch_us(date_trunc('milliseconds', {micros(sql)})) // 1000)"


def plain_instant(sql: str, column: str) -> str:
    """Return a DuckDB TIMESTAMP of a timestamp; one that has nanoseconds is an error that names the column."""
    lost = raise_error(
        f"column {column} has a timestamp with nanoseconds, which its target cannot hold: cast it to string, "
        "or cut it to microseconds"
    )
    return let(sql, lambda v: f"CASE WHEN ({v}).n <> 0 THEN CAST({lost} AS TIMESTAMP) ELSE ({v}).t END")


def instant_of_nanoseconds(sql: str) -> str:
    """Return the timestamp that is a number of nanoseconds (HUGEINT) after 1970."""

    def split(v: str) -> str:
        micro = f"TRY(make_timestamp(CAST(({v} + {_SHIFT}::HUGEINT) // 1000 - {_SHIFT // 1000}::HUGEINT AS BIGINT)))"
        return instant(micro, f"({v} + {_SHIFT}::HUGEINT) % 1000")

    return let(sql, split)


def _nanoseconds(v: str) -> str:
    return f"(CAST(epoch_us(({v}).t) AS HUGEINT) * 1000 + ({v}).n)"


def moved(sql: str, interval: str, sign: str) -> str:
    """Return a timestamp ``+`` or ``-`` a day-time interval."""
    return let(sql, lambda v: instant_of_nanoseconds(f"({_nanoseconds(v)} {sign} {interval})"))


def nanoseconds_between(later: str, earlier: str) -> str:
    """Return the day-time interval between two timestamps.

    Before 1970 Hive rounds seconds up while it counts the fraction from below: milliseconds make it a second more.
    """

    def counted(v: str) -> str:
        extra = (
            f"CASE WHEN epoch_us({micros(v)}) < 0 AND millisecond({micros(v)}) % 1000 <> 0 THEN 1000000000 ELSE 0 END"
        )
        return f"({_nanoseconds(v)} + {extra})"

    return let(later, lambda a: let(earlier, lambda b: f"({counted(a)} - {counted(b)})"))


def date_text(sql: str) -> str:
    """Return a date's text as Java prints it: years before 1 as years of their era, a plus before five digits."""

    def written(v: str) -> str:
        regular = f"{v} BETWEEN DATE '0001-01-01' AND DATE '9999-12-31'"
        before = f"lpad(CAST(1 - year({v}) AS VARCHAR), 4, '0') || strftime({v}, '-%m-%d')"
        return (
            f"CASE WHEN {regular} THEN CAST({v} AS VARCHAR) WHEN {v} > DATE '9999-12-31' "
            f"THEN '+' || CAST({v} AS VARCHAR) ELSE {before} END"
        )

    return let(sql, written)


def instant_text(sql: str) -> str:
    """Return a timestamp's text: ``2020-01-01 00:00:00.5``, the fraction only as long as it must be."""

    def written(v: str) -> str:
        regular = f"({v}).n = 0 AND ({v}).t BETWEEN TIMESTAMP '0001-01-01' AND TIMESTAMP '9999-12-31 23:59:59.999999'"
        return f"CASE WHEN {regular} THEN CAST(({v}).t AS VARCHAR) ELSE {_irregular_text(v)} END"

    return let(sql, written)


def _irregular_text(v: str) -> str:
    fraction = f"strftime(({v}).t, '.%f') || lpad(CAST(({v}).n AS VARCHAR), 3, '0')"
    day = date_text(f"CAST(({v}).t AS DATE)")
    # Behind five digits of a year Hive writes whole seconds twice: it takes their second writing for the fraction.
    far = f"({v}).t > TIMESTAMP '9999-12-31 23:59:59.999999' AND ({v}).n = 0"
    twice = f"CASE WHEN {far} AND ({v}).t = date_trunc('second', ({v}).t) THEN strftime(({v}).t, '%S') ELSE '' END"
    return f"{day} || strftime(({v}).t, ' %H:%M:%S') || {twice} || rtrim(rtrim({fraction}, '0'), '.')"


def year_month_text(sql: str) -> str:
    """Return a year-month interval's text: ``-1-2``."""
    return let(
        sql,
        lambda v: (
            f"(CASE WHEN {v} < 0 THEN '-' ELSE '' END || CAST(abs({v}) // 12 AS VARCHAR) || '-' || "
            f"CAST(abs({v}) % 12 AS VARCHAR))"
        ),
    )


def day_time_text(sql: str) -> str:
    """Return a day-time interval's text: ``-3 04:05:06.789000000``."""

    def written(v: str) -> str:
        total = f"(abs({v}) // 1000000000)"
        parts = ((3600, 24), (60, 60), (1, 60))
        clock = " || ':' || ".join(f"lpad(CAST({total} // {size} % {most} AS VARCHAR), 2, '0')" for size, most in parts)
        return (
            f"(CASE WHEN {v} < 0 THEN '-' ELSE '' END || CAST({total} // 86400 AS VARCHAR) || ' ' || {clock} || '.' || "
            f"lpad(CAST(abs({v}) % 1000000000 AS VARCHAR), 9, '0'))"
        )

    return let(sql, written)
