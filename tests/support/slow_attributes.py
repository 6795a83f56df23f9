"""The slow twin of ``decode_page``: one value at a time, the rules as they are written down."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

from airflow_ddb_hive.model.dynamodb import ITEM, AttributeColumn
from airflow_ddb_hive.model.types import ArrayType, HiveType, MapType, StructType

_FIRST_LOWER = {tag: tag[0].lower() + tag[1:] for tag in ("S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS")}
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}


def slow_rows(items: bytes, columns: Sequence[AttributeColumn]) -> list[list[Any]]:
    """One list for each item, one value for each column."""
    return [[_cell(item, column) for column in columns] for item in json.loads(items)]


def _cell(item: dict[str, Any], column: AttributeColumn) -> Any:
    if column.dynamodb_type == ITEM:
        return [(name, gson(value)) for name, value in item.items()]
    content = item.get(str(column.attribute), {}).get(column.dynamodb_type)
    if content is None:
        return None
    if column.dynamodb_type in {"SS", "NS", "BS"}:
        element = column.type.element  # type: ignore[attr-defined]  # sets are arrays
        return [_content(one, element, column.dynamodb_type[0]) for one in content]
    return _content(content, column.type, column.dynamodb_type)


def _tag(hive_type: HiveType) -> str:
    if isinstance(hive_type, ArrayType):
        return "L"
    if isinstance(hive_type, MapType | StructType):
        return "M"
    return {"string": "S", "binary": "B", "boolean": "BOOL"}.get(str(hive_type), "N")


def _value(value: dict[str, Any], hive_type: HiveType) -> Any:
    tag = _tag(hive_type)
    return _content(value[tag], hive_type, tag) if tag in value else None


def _content(content: Any, hive_type: HiveType, tag: str) -> Any:
    if isinstance(hive_type, ArrayType):
        return [_value(one, hive_type.element) for one in content]
    if isinstance(hive_type, MapType):
        return [(name, _value(one, hive_type.value)) for name, one in content.items()]
    if isinstance(hive_type, StructType):
        return {name: _field(content, name, kind) for name, kind in hive_type.fields}
    if tag == "B":
        return base64.b64decode(content)
    if tag == "N":
        return int(content) if str(hive_type) == "bigint" else float(content)
    return content


def _field(content: dict[str, Any], name: str, hive_type: HiveType) -> Any:
    for written, value in content.items():
        if written.lower() == name:
            return _value(value, hive_type)
    return None


def gson(value: dict[str, Any]) -> str:
    """One attribute value as the connector writes it."""
    ((tag, content),) = value.items()
    if tag == "L":
        inner = "[" + ",".join(gson(one) for one in content) + "]"
    elif tag == "M":
        inner = "{" + ",".join(f"{_text(name)}:{gson(one)}" for name, one in content.items()) + "}"
    elif tag in {"SS", "NS", "BS"}:
        inner = "[" + ",".join(_text(one) for one in content) + "]"
    elif tag in {"BOOL", "NULL"}:
        inner = "true" if content else "false"
    else:
        inner = _text(content)
    return f'{{"{_FIRST_LOWER[tag]}":{inner}}}'


def _text(text: str) -> str:
    return '"' + "".join(_character(one) for one in text) + '"'


def _character(one: str) -> str:
    if one in _SHORT:
        return _SHORT[one]
    return f"\\u{ord(one):04x}" if ord(one) < 0x20 or one in "\u2028\u2029" else one
