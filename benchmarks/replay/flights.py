"""Rows like those of nycflights13, made from arithmetic: the same on every machine, and no download."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["ATTRIBUTES", "HIVE_TYPES", "flight", "stored_bytes"]

_CARRIERS = ("9E", "AA", "AS", "B6", "DL", "EV", "F9", "FL", "HA", "MQ", "OO", "UA", "US", "VX", "WN", "YV")
_ORIGINS = ("EWR", "JFK", "LGA")
_PLACES = ("ATL", "BOS", "CLT", "DEN", "DFW", "FLL", "IAH", "LAX", "MCO", "MIA", "ORD", "SEA", "SFO", "SJU", "TPA")

_Value = str | int | float | bool

_CELLS: Mapping[str, tuple[str, Callable[[int], _Value]]] = {
    "flight_id": ("bigint", lambda row: row),
    "year": ("bigint", lambda _: 2013),
    "month": ("bigint", lambda row: row // 28 % 12 + 1),
    "day": ("bigint", lambda row: row % 28 + 1),
    "dep_time": ("bigint", lambda row: (5 + row % 18) * 100 + row % 60),
    "sched_dep_time": ("bigint", lambda row: (5 + row % 18) * 100 + row % 12 * 5),
    "dep_delay": ("bigint", lambda row: row % 97 - 10),
    "arr_time": ("bigint", lambda row: (7 + row % 16) * 100 + row % 59),
    "sched_arr_time": ("bigint", lambda row: (7 + row % 16) * 100 + row % 11 * 5),
    "arr_delay": ("bigint", lambda row: row % 113 - 25),
    "carrier": ("string", lambda row: _CARRIERS[row % len(_CARRIERS)]),
    "flight": ("bigint", lambda row: row * 7 % 8500 + 1),
    "tailnum": ("string", lambda row: f"N{row * 31 % 899 + 100}{'ABCDEFGH'[row % 8]}{'JKLMNPQR'[row // 8 % 8]}"),
    "origin": ("string", lambda row: _ORIGINS[row % len(_ORIGINS)]),
    "dest": ("string", lambda row: _PLACES[row * 11 % len(_PLACES)]),
    "air_time": ("double", lambda row: 30 + row * 13 % 600 + 0.5),
    "distance": ("bigint", lambda row: 96 + row * 17 % 4800),
    "hour": ("bigint", lambda row: 5 + row % 18),
    "minute": ("bigint", lambda row: row % 12 * 5),
    "time_hour": ("string", lambda row: f"2013-{row // 28 % 12 + 1:02}-{row % 28 + 1:02}T{5 + row % 18:02}:00:00Z"),
    "diverted": ("boolean", lambda row: row % 211 == 0),
}

ATTRIBUTES = tuple(_CELLS)
"""Names of the 21 attributes; ``flight_id`` is the partition key."""

HIVE_TYPES: Mapping[str, str] = {name: hive_type for name, (hive_type, _) in _CELLS.items()}
"""The Hive type that fits each attribute."""

_TAGS = {"bigint": "N", "double": "N", "string": "S", "boolean": "BOOL"}


def flight(row: int) -> dict[str, dict[str, Any]]:
    """The item number ``row`` as DynamoDB writes it.

    Example:
        >>> flight(3)["carrier"], flight(3)["day"], len(flight(3))
        ({'S': 'B6'}, {'N': '4'}, 21)
    """
    return {name: _attribute_value(_TAGS[hive_type], cell(row)) for name, (hive_type, cell) in _CELLS.items()}


def _attribute_value(tag: str, value: _Value) -> dict[str, Any]:
    return {tag: value if tag == "BOOL" else str(value)}


def stored_bytes(item: Mapping[str, Mapping[str, Any]]) -> int:
    """About what DynamoDB counts an item as: names and texts as UTF-8, a number two digits to the byte.

    Example:
        >>> stored_bytes({"id": {"N": "1234"}, "ok": {"BOOL": True}, "name": {"S": "abc"}})
        15
    """
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: Mapping[str, Any]) -> int:
    ((tag, content),) = value.items()
    if tag in {"BOOL", "NULL"}:
        return 1
    if tag == "B":
        return len(content) * 3 // 4
    if tag == "N":
        return (len(content.strip("-").replace(".", "")) + 1) // 2 + 1
    return _nested_bytes(tag, content) if tag in {"L", "M", "SS", "NS", "BS"} else len(content.encode())


def _nested_bytes(tag: str, content: Any) -> int:
    """Three bytes for the collection, and one more for each value in a list or map."""
    if tag == "M":
        return 3 + len(content) + stored_bytes(content)
    if tag == "L":
        return 3 + len(content) + sum(map(_value_bytes, content))
    return sum(_value_bytes({tag[0]: element}) for element in content)
