"""The DuckDB type that carries each Hive type: one table, the twin of ``model/arrow.py``."""

from __future__ import annotations

from airflow_ddb_hive.model.types import (
    ArrayType,
    CharType,
    DecimalType,
    HiveType,
    MapType,
    StructType,
    VarcharType,
)

__all__ = ["duckdb_type", "quoted_field"]

_PRIMITIVES = {
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "int": "INTEGER",
    "bigint": "BIGINT",
    "float": "FLOAT",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "string": "VARCHAR",
    "binary": "BLOB",
    "date": "DATE",
    # Microseconds and the nanoseconds beyond them: see emit/instants.py.
    "timestamp": "STRUCT(t TIMESTAMP, n SMALLINT)",
    # The same, in UTC.
    "timestamp with local time zone": "STRUCT(t TIMESTAMP, n SMALLINT)",
    "interval_year_month": "INTEGER",
    "interval_day_time": "HUGEINT",
    "void": "INTEGER",
}


def quoted_field(name: str) -> str:
    """Return a struct field's name as a quoted identifier.

    Example:
        >>> quoted_field('a"b')
        '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'


def duckdb_type(hive_type: HiveType) -> str:
    """Return the DuckDB type that holds values of a Hive type.

    Example:
        >>> from airflow_ddb_hive.model.types import parse_type
        >>> duckdb_type(parse_type("map<string,array<decimal(12,2)>>"))
        'MAP(VARCHAR, DECIMAL(12,2)[])'
    """
    match hive_type:
        case DecimalType(precision, scale):
            return f"DECIMAL({precision},{scale})"
        case VarcharType() | CharType():
            return "VARCHAR"
        case ArrayType(element):
            return f"{duckdb_type(element)}[]"
        case MapType(key, value):
            return f"MAP({duckdb_type(key)}, {duckdb_type(value)})"
        case StructType(fields):
            return "STRUCT(" + ", ".join(f"{quoted_field(n)} {duckdb_type(t)}" for n, t in fields) + ")"
    return _PRIMITIVES[str(hive_type)]
