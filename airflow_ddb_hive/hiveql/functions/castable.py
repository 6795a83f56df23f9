"""Which types CAST takes: Hive refuses the others when it compiles the query."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.functions.conversion import is_integer, is_numeric, is_primitive, is_text
from airflow_ddb_hive.model.types import (
    BINARY,
    BOOLEAN,
    DATE,
    DOUBLE,
    FLOAT,
    INTERVAL_DAY_TIME,
    INTERVAL_YEAR_MONTH,
    STRING,
    TIMESTAMP,
    TIMESTAMP_LOCAL,
    VOID,
)

if TYPE_CHECKING:
    from airflow_ddb_hive.model.types import HiveType

__all__ = ["cast_problem", "same_kind"]


_MOMENTS_ONLY: dict[HiveType, str] = {
    DATE: "CAST as DATE only allows date,string, or timestamp types",
    TIMESTAMP_LOCAL: (
        "CAST as TIMESTAMP WITH LOCAL TIME ZONE only allowsstring/date/timestamp/timestamp with time zone types"
    ),
}
_INTERVALS = (INTERVAL_DAY_TIME, INTERVAL_YEAR_MONTH)


def cast_problem(have: HiveType, want: HiveType) -> str | None:
    """Say why Hive has no such cast; ``None`` where it has one.

    Example:
        >>> from airflow_ddb_hive.model.types import INT, STRING
        >>> cast_problem(INT, DATE)
        'CAST as DATE only allows date,string, or timestamp types'
        >>> cast_problem(STRING, DATE) is None
        True
    """
    if have == VOID:
        return None
    if not is_primitive(have):
        return f"{have} is no primitive type"
    if want == BINARY and not (is_text(have) or have == BINARY):
        return "Only string, char, varchar or binary data can be cast into binary data types."
    if want in _MOMENTS_ONLY and not (is_text(have) or have in (DATE, TIMESTAMP, TIMESTAMP_LOCAL)):
        return _MOMENTS_ONLY[want]
    number = is_integer(want) or want in (BOOLEAN, DOUBLE, FLOAT)
    if (have == BINARY and number) or (have in _INTERVALS and (number or want == STRING)):
        return f"No matching method with ({have})"
    return None


_APART = frozenset({BINARY, BOOLEAN, *_INTERVALS})


def same_kind(one: HiveType, other: HiveType) -> bool:
    """Whether IN and CASE take values of two types side by side.

    Example:
        >>> from airflow_ddb_hive.model.types import INT, STRING
        >>> same_kind(INT, STRING), same_kind(INT, DATE)
        (True, False)
    """
    if one == other or VOID in (one, other):
        return True
    if one in _APART or other in _APART:
        return False
    return not ((is_numeric(one) and other in (DATE, TIMESTAMP)) or (is_numeric(other) and one in (DATE, TIMESTAMP)))
