"""The calendar that Hive's functions count in: Julian before 15 October 1582, and weeks that begin on Sunday.

Hive keeps and prints dates in the Gregorian calendar whatever their age, but YEAR, DATE_FORMAT, ADD_MONTHS and others
go through Java's older classes, which call the day before 15 October 1582 the 4th.
"""

from __future__ import annotations

from airflow_ddb_hive.engines.local.emit.sql import let

__all__ = ["ADOPTED", "era_year", "from_label", "label", "labelled_moment", "week_of_year", "week_year_of_sundays"]

ADOPTED = "DATE '1582-10-15'"
"""The first day of the Gregorian calendar."""


_CYCLES = 20_000
"""Four years each, so that no division meets a number below zero."""


def label(sql: str) -> str:
    """Return the date that bears the Gregorian name of a date's Julian name; as it is from 15 October 1582 on.

    A 29 February that the Gregorian calendar does not have is called the 28th.
    """
    return let(sql, lambda d: f"CASE WHEN {d} >= {ADOPTED} THEN {d} ELSE {_julian(d)} END")


def _julian(d: str) -> str:
    days = f"(datediff('day', DATE '1970-01-01', {d}) + {2472670 + _CYCLES * 1461})"
    years = f"((4 * {days} + 3) // 1461)"

    def named(parts: str) -> str:
        months = f"((5 * {parts}[2] + 2) // 153)"
        day = f"({parts}[2] - (153 * {months} + 2) // 5 + 1)"
        month = f"({months} + 3 - 12 * ({months} // 10))"
        year = f"({parts}[1] - {4800 + _CYCLES * 4} + {months} // 10)"
        return f"coalesce(TRY(make_date({year}, {month}, {day})), TRY(make_date({year}, {month}, 28)))"

    return let(f"[{years}, {days} - (1461 * {years}) // 4]", named)


def from_label(sql: str) -> str:
    """Return the date whose Julian name a date bears, the inverse of :func:`label`."""

    def counted(d: str) -> str:
        early = f"(14 - month({d})) // 12"
        years, months = f"(year({d}) + {4800 + _CYCLES * 4} - {early})", f"(month({d}) + 12 * ({early}) - 3)"
        days = f"(day({d}) + (153 * {months} + 2) // 5 + 365 * {years} + {years} // 4 - {2472671 + _CYCLES * 1461})"
        return f"CASE WHEN {d} >= {ADOPTED} THEN {d} ELSE CAST(DATE '1970-01-01' + CAST({days} AS INTEGER) AS DATE) END"

    return let(sql, counted)


def labelled_moment(sql: str) -> str:
    """Return a DuckDB TIMESTAMP under the name that its day has in the older calendar."""

    def named(v: str) -> str:
        day = f"CAST({v} AS DATE)"
        old = f"CAST({label(day)} AS TIMESTAMP) + ({v} - CAST({day} AS TIMESTAMP))"
        return f"CASE WHEN {v} >= TIMESTAMP '1582-10-15' THEN {v} ELSE {old} END"

    return let(sql, named)


def era_year(sql: str) -> str:
    """Return the year of a date or moment in its era: the year before the first is the first before.

    Example:
        >>> era_year("d")
        '(CASE WHEN year(d) > 0 THEN year(d) ELSE 1 - year(d) END)'
    """
    return f"(CASE WHEN year({sql}) > 0 THEN year({sql}) ELSE 1 - year({sql}) END)"


def week_of_year(sql: str) -> str:
    """Return the week of the year: weeks begin on Monday, the first has at least four days of the year."""

    def counted(d: str) -> str:
        # A week belongs to the year of its Thursday.
        old = let(f"CAST({d} + CAST(4 - isodow({d}) AS INTEGER) AS DATE)", _week)
        modern = f"{d} >= DATE '1583-01-03'"
        return f"CAST(CASE WHEN {modern} THEN weekofyear({d}) WHEN {d} IS NOT NULL THEN {old} END AS INTEGER)"

    return let(sql, counted)


def _week(day: str) -> str:
    """The week that ends the sevens of days from a year's first to a day; 1582 lost ten days."""
    lost = f"CASE WHEN {day} BETWEEN {ADOPTED} AND DATE '1582-12-31' THEN 10 ELSE 0 END"
    return f"((dayofyear({label(day)}) - {lost} - 1) // 7 + 1)"


def week_year_of_sundays(sql: str) -> tuple[str, str]:
    """Return the week, and the year that it counts for, with weeks that begin on Sunday and a first of any length."""
    last = f"CAST({sql} + CAST(6 - dayofweek({sql}) AS INTEGER) AS DATE)"
    return let(last, _week), f"year({label(last)})"
