"""The slow twin of ``decode_page``: one value at a time, the rules as they are written down."""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Context, Decimal
from typing import Any

from airflow_ddb_hive.model.dynamodb import ITEM, AttributeColumn, ReadRules
from airflow_ddb_hive.model.types import ArrayType, CharType, DecimalType, HiveType, MapType, StructType, VarcharType

_FIRST_LOWER = {tag: tag[0].lower() + tag[1:] for tag in ("S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS")}
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}
_TAGS = {"string": "S", "binary": "B", "boolean": "BOOL", "date": "S", "timestamp": "S"}
_BITS = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}


class SlowMisfitError(Exception):
    """A value that its column cannot hold."""


@dataclass
class SlowReader:
    """Reads pages; counts by column what is NULL although it is there."""

    rules: ReadRules = field(default_factory=ReadRules)
    mismatched: Counter[str] = field(default_factory=Counter)
    bad_values: Counter[str] = field(default_factory=Counter)

    def rows(self, items: bytes, columns: Sequence[AttributeColumn]) -> list[list[Any]]:
        """One list for each item, one value for each column."""
        return [[self._cell(item, column) for column in columns] for item in json.loads(items)]

    def _cell(self, item: dict[str, Any], column: AttributeColumn) -> Any:
        if column.dynamodb_type == ITEM:
            return [(name, gson(value)) for name, value in item.items()]
        value = item.get(str(column.attribute))
        if value is None:
            return None
        if self.rules.strict_emr and column.dynamodb_type == "SS" and "SS" not in value:
            if "NULL" not in value:
                self.mismatched[column.column] += 1
            return []
        return self._value(value, column.type, column.dynamodb_type, column.column)

    def _value(self, value: dict[str, Any], hive_type: HiveType, tag: str, column: str) -> Any:
        if tag not in value:
            if "NULL" not in value:
                self.mismatched[column] += 1
            return None
        content = value[tag]
        if isinstance(hive_type, ArrayType):
            return self._list(content, hive_type.element, tag, column)
        if isinstance(hive_type, MapType):
            inner = _tag(hive_type.value)
            return [(name, self._value(one, hive_type.value, inner, column)) for name, one in content.items()]
        if isinstance(hive_type, StructType):
            return {name: self._field(content, name, kind, column) for name, kind in hive_type.fields}
        return self._scalar(content, hive_type, tag, column)

    def _list(self, content: list[Any], element: HiveType, tag: str, column: str) -> list[Any]:
        if tag == "L":
            return [self._value(one, element, _tag(element), column) for one in content]
        return [self._scalar(one, element, tag[0], column) for one in content]

    def _field(self, content: dict[str, Any], name: str, hive_type: HiveType, column: str) -> Any:
        for written, value in content.items():
            if written.lower() == name:
                return self._value(value, hive_type, _tag(hive_type), column)
        return None

    def _scalar(self, content: Any, hive_type: HiveType, tag: str, column: str) -> Any:
        if tag == "B":
            return base64.b64decode(content)
        convert: Callable[[Any, Any], Any] = _CONVERSIONS.get(str(hive_type).partition("(")[0], _as_it_is)
        try:
            return convert(content, hive_type)
        except SlowMisfitError:
            if not self.rules.null_bad_values:
                raise
            self.bad_values[column] += 1
            return None


def _tag(hive_type: HiveType) -> str:
    if isinstance(hive_type, ArrayType):
        return "L"
    if isinstance(hive_type, MapType | StructType):
        return "M"
    if isinstance(hive_type, VarcharType | CharType):
        return "S"
    return _TAGS.get(str(hive_type), "N")


def _as_it_is(content: Any, _: HiveType) -> Any:
    return content


def _whole(text: str, hive_type: HiveType) -> int:
    limit = 1 << (_BITS[str(hive_type)] - 1)
    if not re.fullmatch("-?[0-9]+", text) or not -limit <= int(text) < limit:
        raise SlowMisfitError(text)
    return int(text)


def _double(text: str, _: HiveType) -> float:
    return float(text)


def _decimal(text: str, hive_type: Any) -> Decimal:
    number = Decimal(text)
    assert isinstance(hive_type, DecimalType)
    shifted = number.scaleb(hive_type.scale, Context(prec=400))
    if shifted != shifted.to_integral_value() or abs(shifted) >= 10**hive_type.precision:
        raise SlowMisfitError(text)
    return number


def _sized(text: str, hive_type: Any) -> str:
    kept = text.rstrip(" ") if isinstance(hive_type, CharType) else text
    if len(kept) > hive_type.length:
        raise SlowMisfitError(text)
    return kept


_DAY = r" *([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
_TIME = r"[ T]([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:\.([0-9]{1,9}))?"


def _date(text: str, _: HiveType) -> dt.date:
    found = re.fullmatch(_DAY + " *", text)
    if found is None:
        raise SlowMisfitError(text)
    try:
        return dt.date(*map(int, found.groups()))
    except ValueError as error:
        raise SlowMisfitError(text) from error


def _timestamp(text: str, _: HiveType) -> dt.datetime:
    found = re.fullmatch(f"{_DAY}(?:{_TIME})? *", text)
    if found is None:
        raise SlowMisfitError(text)
    *parts, fraction = found.groups()
    nanoseconds = int((fraction or "0").ljust(9, "0"))
    if nanoseconds % 1000:
        raise SlowMisfitError(text)
    year, month, day, hour, minute, second = (int(part or 0) for part in parts)
    try:
        return dt.datetime(year, month, day, hour, minute, second, nanoseconds // 1000)  # noqa: DTZ001 - Hive's have none
    except ValueError as error:
        raise SlowMisfitError(text) from error


_CONVERSIONS: dict[str, Callable[[Any, Any], Any]] = {
    **dict.fromkeys(_BITS, _whole),
    "double": _double,
    "decimal": _decimal,
    "varchar": _sized,
    "char": _sized,
    "date": _date,
    "timestamp": _timestamp,
}


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
