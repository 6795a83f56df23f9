"""The Arrow type that carries each Hive type between rooms: one table, so that no two rooms differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.model.types import (
    TIMESTAMP,
    ArrayType,
    CharType,
    DecimalType,
    HiveType,
    MapType,
    StructType,
    VarcharType,
)

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["arrow_type", "exact_type", "instant_type"]

_PRIMITIVE_FACTORIES = {
    "tinyint": ("int8",),
    "smallint": ("int16",),
    "int": ("int32",),
    "bigint": ("int64",),
    "float": ("float32",),
    "double": ("float64",),
    "boolean": ("bool_",),
    "string": ("string",),
    "binary": ("binary",),
    "date": ("date32",),
    "timestamp": ("timestamp", "us"),
    # An instant is written in the session's zone.
    "timestamp with local time zone": ("string",),
    # No column is declared with an interval: a result has its text.
    "interval_year_month": ("string",),
    "interval_day_time": ("string",),
    "void": ("null",),
}


def arrow_type(hive_type: HiveType) -> pa.DataType:
    """Return the Arrow type that values of a Hive type have between rooms.

    Example:
        >>> from airflow_ddb_hive.model.types import parse_type
        >>> arrow_type(parse_type("array<decimal(12,2)>"))
        ListType(list<element: decimal128(12, 2)>)
    """
    return _made(hive_type, exact=False)


def exact_type(hive_type: HiveType) -> pa.DataType:
    """Return the Arrow type of a column of files: timestamps keep their nanoseconds.

    Example:
        >>> from airflow_ddb_hive.model.types import TIMESTAMP
        >>> exact_type(TIMESTAMP)
        StructType(struct<t: timestamp[us], n: int16>)
    """
    return _made(hive_type, exact=True)


def instant_type() -> pa.DataType:
    """Return the exact form of a timestamp: microseconds, and the nanoseconds (0 to 999) beyond them."""
    import pyarrow as pa

    return pa.struct([("t", pa.timestamp("us")), ("n", pa.int16())])


def _made(hive_type: HiveType, *, exact: bool) -> pa.DataType:
    import pyarrow as pa

    match hive_type:
        case DecimalType(precision, scale):
            made = pa.decimal128(precision, scale)
        case VarcharType() | CharType():
            made = pa.string()
        case ArrayType(element):
            made = pa.list_(pa.field("element", _made(element, exact=exact)))
        case MapType(key, value):
            made = pa.map_(_made(key, exact=exact), _made(value, exact=exact))
        case StructType(fields):
            made = pa.struct([pa.field(name, _made(field, exact=exact)) for name, field in fields])
        case _ if exact and hive_type == TIMESTAMP:
            made = instant_type()
        case _:
            factory, *arguments = _PRIMITIVE_FACTORIES[str(hive_type)]
            made = getattr(pa, factory)(*arguments)
    return made
