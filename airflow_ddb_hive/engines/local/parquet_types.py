"""Which stored column of a Parquet file DuckDB reads as a Hive type's value, and by which SQL.

A part of the rules in ``formats/parquet_casts.py``: those in which DuckDB's own type is the column's, or becomes it
without loss, with NULL for a whole number out of range.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from airflow_ddb_hive.engines.local.physical import duckdb_type
from airflow_ddb_hive.model.types import CharType, DecimalType, HiveType, VarcharType

if TYPE_CHECKING:
    import pyarrow.parquet as pq

__all__ = ["column_sql"]

_INTEGERS = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}
_PLAIN = {"FLOAT": "float", "DOUBLE": "double", "BOOLEAN": "boolean", "INT32": "int", "INT64": "bigint"}
_SIMPLE = {("INT32", "DATE"): "date", ("BYTE_ARRAY", "STRING"): "string"}
_CASTS = {("float", "double"), *((integer, floating) for integer in _INTEGERS for floating in ("float", "double"))}
"""Conversions that lose nothing that Hive keeps, besides those between whole numbers and between decimals."""


class _Kind(NamedTuple):
    """A stored type in Hive's words; ``precision`` and ``scale`` are a decimal's."""

    name: str
    precision: int = 0
    scale: int = 0


def column_sql(name: str, stored: pq.ColumnSchema, target: HiveType) -> str | None:
    """Return the SQL of a Hive column over the file's column ``name``; ``None`` where DuckDB's own reading won't do."""
    kind = _kind(stored) if stored.max_repetition_level == 0 else None
    if kind is None:
        return None
    if isinstance(target, DecimalType):
        return _decimal(name, kind, target)
    if isinstance(target, VarcharType | CharType):
        return f"left({name}, {target.length})" if kind.name == "string" else None
    if kind.name == str(target):
        return name
    if kind.name in _INTEGERS and str(target) in _INTEGERS:
        fits = _INTEGERS[kind.name] <= _INTEGERS[str(target)]
        return f"{'CAST' if fits else 'TRY_CAST'}({name} AS {duckdb_type(target)})"
    return f"CAST({name} AS {duckdb_type(target)})" if (kind.name, str(target)) in _CASTS else None


def _decimal(name: str, kind: _Kind, target: DecimalType) -> str | None:
    if kind.name != "decimal" or kind.scale != target.scale:
        return None
    if kind.precision == target.precision:
        return name
    word = "CAST" if kind.precision < target.precision else "TRY_CAST"
    return f"{word}({name} AS {duckdb_type(target)})"


def _kind(stored: pq.ColumnSchema) -> _Kind | None:
    physical, logical = stored.physical_type, stored.logical_type.type
    if logical == "NONE":
        return _Kind(_PLAIN[physical]) if physical in _PLAIN else None
    if logical == "DECIMAL":
        return _Kind("decimal", stored.precision, stored.scale)
    if logical == "INT":
        said = json.loads(stored.logical_type.to_json())
        names = {bits: name for name, bits in _INTEGERS.items()}
        return _Kind(names[said["bitWidth"]]) if said["isSigned"] else None
    name = _SIMPLE.get((physical, logical))
    return None if name is None else _Kind(name)
