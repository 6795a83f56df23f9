"""Lists, sets, maps and structs as the JSON of attribute values, with the connector's rules for NULL inside them."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from airflow_ddb_hive.model.mapping import attribute_tag
from airflow_ddb_hive.model.types import ArrayType, HiveType, MapType, StructType

if TYPE_CHECKING:
    from airflow_ddb_hive.model.dynamodb import AttributeColumn

__all__ = ["EncodeError", "nested_values"]


class EncodeError(Exception):
    """A value that DynamoDB cannot hold."""


def nested_values(values: pa.Array, column: AttributeColumn, *, null_serialization: bool) -> pa.Array:
    """Return the JSON of each list, set, map or struct, NULL for NULL and for an empty set.

    Example:
        >>> from airflow_ddb_hive.model.dynamodb import AttributeColumn
        >>> from airflow_ddb_hive.model.types import parse_type
        >>> column = AttributeColumn("tags", parse_type("array<string>"), "Tags", "SS")
        >>> nested_values(pa.array([["a"], []]), column, null_serialization=False).to_pylist()
        ['{"SS":["a"]}', None]

    Raises:
        EncodeError: There is a NULL where none can be, or a number that is not finite.
    """
    encoder = _Encoder(null_serialization)
    return pa.array([encoder.cell(value, column) for value in values.to_pylist()], pa.string())


class _Encoder:
    def __init__(self, null_serialization: bool) -> None:
        self._nulls = null_serialization

    def cell(self, value: Any, column: AttributeColumn) -> str | None:
        if value is None:
            return None
        if column.dynamodb_type in {"SS", "NS", "BS"}:
            encoded = self._set(value, column)
        else:
            encoded = self.attribute(value, column.type)
        return None if encoded is None else json.dumps(encoded, ensure_ascii=False, separators=(",", ":"))

    def _set(self, value: Sequence[Any], column: AttributeColumn) -> dict[str, Any] | None:
        if None in value:
            raise EncodeError(f"Null element found in list: {_java_text(value)}")
        assert isinstance(column.type, ArrayType)  # noqa: S101 - resolve_mapping gives sets to arrays only
        encode = _SCALARS[column.dynamodb_type[0]]
        return {column.dynamodb_type: [encode(element) for element in value]} if value else None

    def attribute(self, value: Any, hive_type: HiveType) -> dict[str, Any]:
        match hive_type:
            case ArrayType(element):
                return {"L": [self._inner(one, element, "element found in list", value) for one in value]}
            case MapType(_, inner):
                # pyarrow gives maps as lists of pairs.
                pairs = list(value)
                return {"M": {key: self._inner(one, inner, "field found in map", dict(pairs)) for key, one in pairs}}
            case StructType(fields):
                return {
                    "M": {
                        name: self._inner(value[name], field, "field found in struct", list(value.values()))
                        for name, field in fields
                    }
                }
        tag = str(attribute_tag(hive_type))
        return {tag: _SCALARS[tag](value)}

    def _inner(self, value: Any, hive_type: HiveType, where: str, whole: Any) -> dict[str, Any]:
        if value is not None:
            return self.attribute(value, hive_type)
        if self._nulls:
            return {"NULL": True}
        raise EncodeError(f"Null {where}: {_java_text(whole)}: dynamodb.null.serialization=true would write it")


def _number(value: Any) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        raise EncodeError(f"A value provided cannot be converted into a number: {value}")
    return str(value)


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        text = value.isoformat(sep=" ")
        return text.rstrip("0") if "." in text else text
    return str(value)


_SCALARS: dict[str, Callable[[Any], Any]] = {
    "S": _text,
    "N": _number,
    "B": lambda value: base64.b64encode(value).decode(),
    "BOOL": bool,
}


def _java_text(value: Any) -> str:
    """A collection as Java prints it, as in the connector's messages."""
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}={_java_text(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_java_text(one) for one in value) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)
