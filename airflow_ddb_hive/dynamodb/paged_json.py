"""Reads attributes of flat types from a whole page at once with pyarrow's JSON reader."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import json as arrow_json

from airflow_ddb_hive.model.types import ArrayType, HiveType, MapType, StructType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_ddb_hive.model.dynamodb import AttributeColumn

__all__ = ["is_flat", "read_attributes", "tag_of"]

_SETS = frozenset({"SS", "NS", "BS"})


def is_flat(column: AttributeColumn) -> bool:
    """Whether a column can be read for a page at once: scalars, sets, and lists of such.

    Example:
        >>> from airflow_ddb_hive.model.dynamodb import AttributeColumn
        >>> from airflow_ddb_hive.model.types import parse_type
        >>> is_flat(AttributeColumn("a", parse_type("array<array<bigint>>"), "A", "L"))
        True
        >>> is_flat(AttributeColumn("a", parse_type("map<string,bigint>"), "A", "M"))
        False
    """
    return column.attribute is not None and _is_flat_type(column.type)


def _is_flat_type(hive_type: HiveType) -> bool:
    if isinstance(hive_type, ArrayType):
        return _is_flat_type(hive_type.element)
    return not isinstance(hive_type, MapType | StructType)


def read_attributes(page: bytes, columns: Sequence[AttributeColumn]) -> dict[AttributeColumn, pa.Array]:
    """Return, for each column, what its attribute holds: text or booleans, or lists of structs of them.

    Example:
        >>> from airflow_ddb_hive.model.dynamodb import AttributeColumn
        >>> from airflow_ddb_hive.model.types import PrimitiveType
        >>> column = AttributeColumn("n", PrimitiveType("bigint"), "N", "N")
        >>> read_attributes(b'[{"N":{"N":"1"}},{}]', [column])[column].to_pylist()
        ['1', None]
    """
    wanted: dict[str, dict[str, pa.DataType]] = {}
    for column in columns:
        shape = _shape(column.type, column.dynamodb_type)
        fields = wanted.setdefault(str(column.attribute), {})
        # Two lists on one attribute may want different element types: one reading takes both.
        fields[column.dynamodb_type] = _merged(fields.get(column.dynamodb_type), shape)
    structs = _read(page, wanted)
    return {column: pc.struct_field(structs.field(str(column.attribute)), [column.dynamodb_type]) for column in columns}


def _shape(hive_type: HiveType, dynamodb_type: str) -> pa.DataType:
    """The Arrow type of the JSON value behind a DynamoDB type tag."""
    if dynamodb_type == "BOOL":
        return pa.bool_()
    if dynamodb_type in _SETS:
        return pa.list_(pa.string())
    if isinstance(hive_type, ArrayType):
        tag = tag_of(hive_type.element)
        return pa.list_(pa.struct([(tag, _shape(hive_type.element, tag))]))
    return pa.string()


def _merged(one: pa.DataType | None, other: pa.DataType) -> pa.DataType:
    if one is None or one == other or not pa.types.is_list(other) or not pa.types.is_struct(other.value_type):
        return other
    fields: dict[str, Any] = {field.name: field.type for field in one.value_type}
    for field in other.value_type:
        fields[field.name] = _merged(fields.get(field.name), field.type)
    return pa.list_(pa.struct(list(fields.items())))


_TAGS = {"binary": "B", "boolean": "BOOL", "date": "S", "string": "S", "timestamp": "S"}


def tag_of(hive_type: HiveType) -> str:
    """Return the DynamoDB type tag of a nested value of a Hive type.

    Example:
        >>> from airflow_ddb_hive.model.types import PrimitiveType
        >>> tag_of(PrimitiveType("bigint")), tag_of(ArrayType(PrimitiveType("string")))
        ('N', 'L')
    """
    if isinstance(hive_type, ArrayType):
        return "L"
    if isinstance(hive_type, MapType | StructType):
        return "M"
    name = str(hive_type)
    if name.startswith(("varchar", "char")):
        return "S"
    return _TAGS.get(name, "N")


def _read(page: bytes, wanted: dict[str, dict[str, pa.DataType]]) -> pa.StructArray:
    item = pa.struct([(name, pa.struct(list(fields.items()))) for name, fields in wanted.items()])
    body = b'{"i":' + page + b"}"
    table = arrow_json.read_json(
        BytesIO(body),
        read_options=arrow_json.ReadOptions(use_threads=False, block_size=len(body) + 1),
        parse_options=arrow_json.ParseOptions(
            explicit_schema=pa.schema([("i", pa.list_(item))]), unexpected_field_behavior="ignore"
        ),
    )
    lists: pa.ListArray = table.column("i").chunk(0)
    return lists.flatten()
