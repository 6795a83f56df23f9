"""Maps and structs, value by value: their attributes vary from item to item."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa

from airflow_ddb_hive.dynamodb.convert import CellError, column_of_text
from airflow_ddb_hive.dynamodb.paged_json import tag_of
from airflow_ddb_hive.model.arrow import arrow_type
from airflow_ddb_hive.model.types import ArrayType, HiveType, MapType, StructType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from airflow_ddb_hive.model.dynamodb import AttributeColumn

__all__ = ["nested_column"]

_ABSENT = msgspec.Raw(b"{}")


def nested_column(page: bytes, column: AttributeColumn) -> pa.Array:
    """Return a column of maps, structs, or lists of them.

    Example:
        >>> from airflow_ddb_hive.model.dynamodb import AttributeColumn
        >>> from airflow_ddb_hive.model.types import parse_type
        >>> column = AttributeColumn("p", parse_type("struct<lat:double,name:string>"), "P", "M")
        >>> nested_column(b'[{"P":{"M":{"Lat":{"N":"1.5"}}}}]', column).to_pylist()
        [{'lat': 1.5, 'name': None}]

    Raises:
        CellError: A value does not fit.
    """
    values = _attribute_values(page, str(column.attribute))
    cells = []
    for row, raw in enumerate(values):
        content = msgspec.json.decode(raw).get(column.dynamodb_type)
        try:
            cells.append(None if content is None else _CONVERTERS[type(column.type)](content, column.type))
        except CellError as error:
            raise CellError(error.value, row) from error
    return pa.array(cells, arrow_type(column.type))


def _attribute_values(page: bytes, attribute: str) -> Sequence[msgspec.Raw]:
    """One attribute of every item, as bytes, without touching the others."""
    row: Any = msgspec.defstruct("Row", [("value", msgspec.Raw, _ABSENT)], rename={"value": attribute})
    return [item.value for item in msgspec.json.decode(page, type=list[row])]


def _value(value: Mapping[str, Any], hive_type: HiveType) -> Any:
    """One nested attribute value; of another type means ``None``."""
    content = value.get(tag_of(hive_type))
    if content is None:
        return None
    convert: Callable[[Any, Any], Any] = _CONVERTERS.get(type(hive_type), _scalar)
    return convert(content, hive_type)


def _list(content: Sequence[Mapping[str, Any]], hive_type: Any) -> list[Any]:
    return [_value(element, hive_type.element) for element in content]


def _map(content: Mapping[str, Mapping[str, Any]], hive_type: Any) -> list[tuple[str, Any]]:
    return [(name, _value(element, hive_type.value)) for name, element in content.items()]


def _struct(content: Mapping[str, Mapping[str, Any]], hive_type: Any) -> dict[str, Any]:
    # Hive's field names are lower case: the first attribute that agrees but for case is meant.
    by_name: dict[str, Mapping[str, Any]] = {}
    for name, element in content.items():
        by_name.setdefault(name.lower(), element)
    return {name: _value(by_name.get(name, {}), field) for name, field in hive_type.fields}


def _scalar(content: Any, hive_type: HiveType) -> Any:
    name = str(hive_type)
    if name in _DIRECT:
        return _DIRECT[name](content)
    return column_of_text(pa.array([content]), hive_type, tag_of(hive_type))[0].as_py()


def _long(text: str) -> int:
    try:
        number = int(text)
    except ValueError as error:
        raise CellError(text, None) from error
    if not -(2**63) <= number < 2**63:
        raise CellError(text, None)
    return number


_DIRECT: dict[str, Callable[[Any], Any]] = {
    "string": str,
    "boolean": bool,
    "double": float,
    "bigint": _long,
    "binary": base64.b64decode,
}
_CONVERTERS: dict[type, Callable[[Any, Any], Any]] = {ArrayType: _list, MapType: _map, StructType: _struct}
