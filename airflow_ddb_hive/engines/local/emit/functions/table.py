"""Table-generating functions: one list per generated column, unnested side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from airflow_ddb_hive.engines.local.emit.functions.collection import json_field
from airflow_ddb_hive.engines.local.emit.functions.urls import tuple_part
from airflow_ddb_hive.engines.local.emit.sql import list_of, text
from airflow_ddb_hive.engines.local.physical import duckdb_type, quoted_field
from airflow_ddb_hive.hiveql.tree import Call, Literal
from airflow_ddb_hive.model.types import ArrayType, MapType, StructType

__all__ = ["TABLE_GENERATORS", "TableEmitter"]

TableEmitter = Callable[[Call, Sequence[str]], list[str]]


def _explode(call: Call, arguments: Sequence[str]) -> list[str]:
    if isinstance(call.arguments[0].type, MapType):
        return [f"map_keys({arguments[0]})", f"map_values({arguments[0]})"]
    return [arguments[0]]


def _posexplode(_call: Call, arguments: Sequence[str]) -> list[str]:
    return [f"CAST(range(len({arguments[0]})) AS INTEGER[])", arguments[0]]


def _inline(call: Call, arguments: Sequence[str]) -> list[str]:
    array = call.arguments[0].type
    assert isinstance(array, ArrayType)  # noqa: S101 (the binder took nothing else)
    assert isinstance(array.element, StructType)  # noqa: S101 (the binder took nothing else)
    return [
        f"list_transform(list_filter({arguments[0]}, lambda r: r IS NOT NULL), lambda r: r.{quoted_field(name)})"
        for name, _ in array.element.fields
    ]


def _stack(call: Call, arguments: Sequence[str]) -> list[str]:
    first = call.arguments[0]
    rows = first.value if isinstance(first, Literal) and isinstance(first.value, int) else 1
    values = list(arguments[1:])
    width = -(-len(values) // rows)
    values += ["NULL"] * (rows * width - len(values))
    types = call.type.fields if isinstance(call.type, StructType) else ()
    return [f"CAST({list_of(values[place::width])} AS {duckdb_type(types[place][1])}[])" for place in range(width)]


def _json_tuple(call: Call, arguments: Sequence[str]) -> list[str]:
    keys = call.arguments[1:]
    return [
        f"[{json_field(arguments[0], text(str(key.value)) if isinstance(key, Literal) else sql)}]"
        for key, sql in zip(keys, arguments[1:], strict=True)
    ]


def _parse_url_tuple(call: Call, arguments: Sequence[str]) -> list[str]:
    return [
        f"[{tuple_part(arguments[0], part, sql)}]" for part, sql in zip(call.arguments[1:], arguments[1:], strict=True)
    ]


def _replicate_rows(call: Call, arguments: Sequence[str]) -> list[str]:
    times = f"CAST(range(greatest({arguments[0]}, 0)) AS BIGINT[])"
    return [
        f"list_transform({times}, lambda x: CAST({sql} AS {duckdb_type(argument.type)}))"
        for argument, sql in zip(call.arguments, arguments, strict=True)
    ]


TABLE_GENERATORS: dict[str, TableEmitter] = {
    "explode": _explode,
    "inline": _inline,
    "json_tuple": _json_tuple,
    "parse_url_tuple": _parse_url_tuple,
    "posexplode": _posexplode,
    "replicate_rows": _replicate_rows,
    "stack": _stack,
}
"""Table-generating functions by the names that bound calls carry."""
