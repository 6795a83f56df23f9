"""The Arrow type that carries each Hive type between rooms: one table, so that no two rooms differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.model.types import (
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

__all__ = ["arrow_type"]

_PRIMITIVE_FACTORIES = {
    "tinyint": "int8",
    "smallint": "int16",
    "int": "int32",
    "bigint": "int64",
    "float": "float32",
    "double": "float64",
    "boolean": "bool_",
    "string": "string",
    "binary": "binary",
    "date": "date32",
    "void": "null",
}


def arrow_type(hive_type: HiveType) -> pa.DataType:
    """Return the Arrow type that values of a Hive type have between rooms.

    Example:
        >>> from airflow_ddb_hive.model.types import parse_type
        >>> arrow_type(parse_type("array<decimal(12,2)>"))
        ListType(list<element: decimal128(12, 2)>)

    Raises:
        KeyError: The type has no place in a column (an interval).
    """
    import pyarrow as pa

    match hive_type:
        case DecimalType(precision, scale):
            return pa.decimal128(precision, scale)
        case VarcharType() | CharType():
            return pa.string()
        case ArrayType(element):
            return pa.list_(pa.field("element", arrow_type(element)))
        case MapType(key, value):
            return pa.map_(arrow_type(key), arrow_type(value))
        case StructType(fields):
            return pa.struct([pa.field(name, arrow_type(field)) for name, field in fields])
    name = str(hive_type)
    if name == "timestamp":
        return pa.timestamp("us")
    factory = getattr(pa, _PRIMITIVE_FACTORIES[name])
    result: pa.DataType = factory()
    return result
