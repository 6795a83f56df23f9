"""Whole-item columns back to DynamoDB's JSON: the connector's casing, DynamoDB's own, and the older spellings."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from airflow_ddb_hive.dynamodb.encode_value import EncodeError
from airflow_ddb_hive.dynamodb.lenient_json import LenientJsonError, parse_lenient

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence, Set

__all__ = ["item_fragments", "wire_value"]

# Nearly all values are these, and are right as they stand but for the tag's case.
_PLAIN = re.compile(r'\{"([sSnNbB])":("[^"\\\x00-\x1f]*")\}')

_TAGS: Mapping[str, str] = {
    name.lower(): name for name in ("S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS")
} | {"nullvalue": "NULL"}


def item_fragments(
    items: pa.MapArray, own: Set[str | None], key_names: Sequence[str]
) -> tuple[pa.Array, dict[str, pa.Array]]:
    """Return each item's attributes as ``"name":value,…`` without those in ``own``, and apart those of its key.

    Raises:
        EncodeError: An item is NULL or empty, or a value is no attribute value.
    """
    fragments: list[str | None] = []
    keys: dict[str, list[str | None]] = {name: [] for name in key_names}
    quoted_names: dict[str, str] = {}
    for item in items.to_pylist():
        if not item:
            raise EncodeError("Hive data cannot be null. An item column is NULL or empty: leave such rows out")
        parts: dict[str, str] = {}
        for name, text in item:
            if text is None or name in own:
                continue
            prefix = quoted_names.get(name) or quoted_names.setdefault(name, _dumps(name) + ":")
            parts[name] = prefix + _wire_text(name, text)
        fragments.append(",".join(parts.values()) or None)
        for key, values in keys.items():
            values.append(parts.get(key))
    return pa.array(fragments, pa.string()), {key: pa.array(values, pa.string()) for key, values in keys.items()}


def _wire_text(name: str, text: str) -> str:
    plain = _PLAIN.fullmatch(text)
    if plain is not None:
        return f'{{"{plain[1].upper()}":{plain[2]}}}'
    try:
        # Numbers stay text, so that none is rounded.
        value = json.loads(text, parse_int=str, parse_float=str)
    except json.JSONDecodeError:
        value = _lenient(name, text)
    return _dumps(wire_value(name, value))


def _lenient(name: str, text: str) -> object:
    """JSON as Gson forgives it, on which hand-written scripts rely."""
    try:
        return parse_lenient(text)
    except LenientJsonError as error:
        raise EncodeError(f"attribute {name} is not written as JSON: {error}") from error


def wire_value(name: str, value: Any) -> dict[str, Any]:
    """Return an attribute value in DynamoDB's JSON; ``name`` is for the message.

    Example:
        >>> wire_value("a", {"l": [{"nULLValue": True}, {"bOOL": "true"}]})
        {'L': [{'NULL': True}, {'BOOL': True}]}

    Raises:
        EncodeError: The value has no type that DynamoDB knows.
    """
    if isinstance(value, dict):
        for written, content in value.items():
            tag = _TAGS.get(written.lower())
            if tag is not None and content is not None:
                return {tag: _content(name, tag, content)}
    raise _empty_value(name)


def _empty_value(name: str) -> EncodeError:
    return EncodeError(
        f"Supplied AttributeValue is empty, must contain exactly one of the supported datatypes: attribute {name}"
    )


def _content(name: str, tag: str, content: Any) -> Any:
    expected, convert = _CONTENTS[tag]
    if not isinstance(content, expected):
        raise EncodeError(f"attribute {name} has a value of type {tag} that is no {tag}")
    return convert(name, content)


def _list(name: str, content: Sequence[Any]) -> list[Any]:
    return [wire_value(name, element) for element in content]


def _map(name: str, content: Mapping[str, Any]) -> dict[str, Any]:
    return {key: wire_value(f"{name}.{key}", element) for key, element in content.items()}


def _boolean(_: str, content: object) -> bool:
    return content is True or str(content).lower() == "true"


def _as_text(_: str, content: object) -> str:
    return str(content)


def _texts(name: str, content: Sequence[Any]) -> list[str]:
    if not content:
        # DynamoDB has no empty sets.
        raise _empty_value(name)
    return [str(element) for element in content]


_CONTENTS: dict[str, tuple[type | tuple[type, ...], Callable[[str, Any], Any]]] = {
    "S": (str, _as_text),
    "N": (str, _as_text),
    "B": (str, _as_text),
    "BOOL": ((bool, str), _boolean),
    "NULL": ((bool, str), _boolean),
    "L": (list, _list),
    "M": (dict, _map),
    "SS": (list, _texts),
    "NS": (list, _texts),
    "BS": (list, _texts),
}


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
