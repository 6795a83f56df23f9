"""Arrays, maps, structs and JSON text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.functions.emitter import Emitter, form
from airflow_ddb_hive.engines.local.emit.sql import let, list_of, text
from airflow_ddb_hive.engines.local.physical import duckdb_type, quoted_field
from airflow_ddb_hive.errors import UnsupportedSqlError
from airflow_ddb_hive.hiveql.tree import Call, Literal
from airflow_ddb_hive.model.types import VOID, MapType, StructType

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["COLLECTIONS", "json_field"]

_PATH = re.compile(r"\$((\.[A-Za-z0-9_\-]+)|(\[\d+\]))*")


def _size(call_: Call, arguments: Sequence[str]) -> str:
    if call_.arguments[0].type == VOID:
        return "CAST(-1 AS INTEGER)"
    name = "cardinality" if isinstance(call_.arguments[0].type, MapType) else "len"
    return f"CAST(coalesce({name}({arguments[0]}), -1) AS INTEGER)"


def _array(call_: Call, arguments: Sequence[str]) -> str:
    return f"CAST({list_of(list(arguments))} AS {duckdb_type(call_.type)})"


def _map(call_: Call, arguments: Sequence[str]) -> str:
    """A key that comes twice keeps its last value; NULL keys are left out, as DuckDB has none."""
    pairs = [f"{{'k': {k}, 'v': {v}}}" for k, v in zip(arguments[::2], arguments[1::2], strict=True)]
    target = duckdb_type(call_.type)
    keys = arguments[::2]
    if not keys:
        return f"CAST(MAP {{}} AS {target})"
    if len(keys) == 1 or _all_distinct(call_):
        return f"CAST(map({list_of(list(keys))}, {list_of(list(arguments[1::2]))}) AS {target})"
    last = let(
        list_of(pairs),
        lambda p: f"list_filter({p}, lambda x, i: NOT list_contains(list_transform({p}[i + 1:], lambda y: y.k), x.k))",
    )
    return f"CAST(map_from_entries({last}) AS {target})"


def _all_distinct(call_: Call) -> bool:
    keys = [key.value for key in call_.arguments[::2] if isinstance(key, Literal)]
    return len(keys) == len(call_.arguments[::2]) and None not in keys and len(set(keys)) == len(keys)


def _packed(call_: Call, values: Sequence[str]) -> str:
    fields = call_.type.fields if isinstance(call_.type, StructType) else ()
    packed = ", ".join(
        f"{quoted_field(name)} := CAST({value} AS {duckdb_type(type_)})"
        for (name, type_), value in zip(fields, values, strict=True)
    )
    return f"struct_pack({packed})"


def _array_contains(_call: Call, arguments: Sequence[str]) -> str:
    return f"coalesce(list_contains({arguments[0]}, {arguments[1]}), FALSE)"


def json_field(document: str, key: str) -> str:
    """Return the text of one top-level field of a JSON document: strings bare, the rest as JSON; NULL if absent."""
    pointer = f"('/' || replace(replace({key}, '~', '~0'), '/', '~1'))"
    return _json_text(f"json_extract(TRY_CAST({document} AS JSON), {pointer})")


def _json_text(extracted: str) -> str:
    return let(extracted, lambda j: f"CASE WHEN json_type({j}) = 'NULL' THEN NULL ELSE {j} ->> '$' END")


def _get_json_object(call_: Call, arguments: Sequence[str]) -> str:
    path = call_.arguments[1]
    value = path.value if isinstance(path, Literal) else None
    if not isinstance(value, str) or not _PATH.fullmatch(value):
        raise UnsupportedSqlError("get_json_object takes a constant path of names and [numbers], such as '$.a[0].b'")
    quoted = re.sub(r"\.([A-Za-z0-9_\-]+)", r'."\1"', value)
    return _json_text(f"json_extract(TRY_CAST({arguments[0]} AS JSON), {text(quoted)})")


def _str_to_map(call_: Call, arguments: Sequence[str]) -> str:
    between = arguments[1] if len(arguments) > 1 else "','"
    inside = arguments[2] if arguments[2:] else "':'"
    for place in call_.arguments[1:]:
        if (
            not isinstance(place, Literal)
            or not isinstance(place.value, str)
            or re.search(r"[\\^$.|?*+()\[\]{}]", place.value)
        ):
            raise UnsupportedSqlError("str_to_map takes constant separators that are no regular expressions")
    parts = f"string_split({arguments[0]}, {between})"
    entry = (
        f"{{'k': split_part(p, {inside}, 1), 'v': CASE WHEN strpos(p, {inside}) > 0 "
        f"THEN p[strpos(p, {inside}) + length({inside}):] END}}"
    )
    pairs = f"list_transform({parts}, lambda p: {entry})"
    return let(
        pairs,
        lambda p: (
            f"map_from_entries(list_filter({p}, lambda x, i: "
            f"NOT list_contains(list_transform({p}[i + 1:], lambda y: y.k), x.k)))"
        ),
    )


COLLECTIONS: dict[str, Emitter] = {
    "array": _array,
    "array_contains": _array_contains,
    "get_json_object": _get_json_object,
    "map": _map,
    "map_keys": form("coalesce(map_keys({0}), [])"),
    "map_values": form("coalesce(map_values({0}), [])"),
    "named_struct": lambda call_, arguments: _packed(call_, arguments[1::2]),
    "size": _size,
    "sort_array": form("list_sort({0}, 'ASC', 'NULLS FIRST')"),
    "str_to_map": _str_to_map,
    "struct": _packed,
}
"""Functions on collections by the names that bound calls carry."""
