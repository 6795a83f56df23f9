"""PEP 249's type objects and constructors; a column's type code is its Hive type as text."""

from __future__ import annotations

from datetime import date, datetime, time

__all__ = [
    "BINARY",
    "DATETIME",
    "NUMBER",
    "ROWID",
    "STRING",
    "Binary",
    "Date",
    "DateFromTicks",
    "Time",
    "TimeFromTicks",
    "Timestamp",
    "TimestampFromTicks",
    "TypeGroup",
]

Binary = bytes
Date = date
Time = time
Timestamp = datetime


class TypeGroup:
    """Equal to the type code of every Hive type in the group.

    Example:
        >>> NUMBER == "decimal(12,2)", STRING == "bigint"
        (True, False)
    """

    def __init__(self, *names: str) -> None:
        self._names = frozenset(names)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str):
            return other.partition("(")[0] in self._names
        return self is other

    def __hash__(self) -> int:
        return hash(self._names)

    def __repr__(self) -> str:
        return f"TypeGroup({', '.join(sorted(self._names))})"


STRING = TypeGroup("char", "string", "varchar")
BINARY = TypeGroup("binary")
NUMBER = TypeGroup("bigint", "decimal", "double", "float", "int", "smallint", "tinyint")
DATETIME = TypeGroup("date", "timestamp")
ROWID = TypeGroup()


def DateFromTicks(ticks: float) -> date:  # noqa: N802 - PEP 249 names it so
    """Return the local date of a time in seconds since 1970.

    Example:
        >>> DateFromTicks(86_400 * 365.5).year
        1971
    """
    return date.fromtimestamp(ticks)  # noqa: DTZ012 - PEP 249 means local time


def TimeFromTicks(ticks: float) -> time:  # noqa: N802 - PEP 249 names it so
    """Return the local time of day of a time in seconds since 1970."""
    return TimestampFromTicks(ticks).time()


def TimestampFromTicks(ticks: float) -> datetime:  # noqa: N802 - PEP 249 names it so
    """Return the local date and time of a time in seconds since 1970."""
    return datetime.fromtimestamp(ticks)  # noqa: DTZ006 - PEP 249 means local time
