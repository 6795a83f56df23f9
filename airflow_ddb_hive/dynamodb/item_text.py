"""Whole items as ``map<string,string>``: each attribute's value as JSON in the connector's casing.

The connector writes type tags as its SDK's fields are spelt (``s``, ``nULL``, ``sS``) and text as Gson does. DynamoDB's
own JSON differs in little else, so a page is rewritten by byte replacement. That is safe because a ``{"`` cannot
occur inside a JSON string; only a map whose first attribute is called ``M`` looks like a tag, and takes the exact path.
"""

from __future__ import annotations

import json
from itertools import chain
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Sized

    import numpy.typing as npt

__all__ = ["TO_CONNECTOR", "connector_text", "item_column"]

TO_CONNECTOR: Mapping[str, str] = {
    "S": "s",
    "N": "n",
    "B": "b",
    "BOOL": "bOOL",
    "NULL": "nULL",
    "L": "l",
    "M": "m",
    "SS": "sS",
    "NS": "nS",
    "BS": "bS",
}
"""DynamoDB's type tags in the connector's spelling."""

_OPENERS: tuple[tuple[str, str], ...] = (
    ("S", '"'),
    ("N", '"'),
    ("B", '"'),
    ("BOOL", "t"),
    ("BOOL", "f"),
    ("NULL", "t"),
    ("L", "["),
    ("M", "{"),
    ("SS", "["),
    ("NS", "["),
    ("BS", "["),
)
_REPLACEMENTS = tuple(
    (f'{{"{tag}":{opener}'.encode(), f'{{"{TO_CONNECTOR[tag]}":{opener}'.encode()) for tag, opener in _OPENERS
)
_AMBIGUOUS = b'{"M":{"M":{'
# Escapes that Gson spells in another way, and the two characters that Gson does escape.
_OTHER_ESCAPES = (b"\\u", b"\\/")
_LINE_SEPARATORS = ("\u2028".encode(), "\u2029".encode())

_ITEMS = msgspec.json.Decoder(list[dict[str, msgspec.Raw]])
_MAP_TYPE = pa.map_(pa.string(), pa.string())


def item_column(page: bytes) -> pa.MapArray:
    """Return a page's items as a map column, attribute name to JSON of its value.

    Example:
        >>> item_column(b'[{"a":{"S":"x"},"b":{"L":[{"NULL":true}]}}]').to_pylist()
        [[('a', '{"s":"x"}'), ('b', '{"l":[{"nULL":true}]}')]]
    """
    items = _ITEMS.decode(page)
    if _is_spelt_otherwise(page):
        return _exact_column(items)
    values = list(chain.from_iterable(map(dict.values, items)))
    text = b"".join(values)
    # Every replacement keeps the length, so offsets of the wire's text are offsets of ours.
    for old, new in _REPLACEMENTS:
        text = text.replace(old, new)
    offsets = pa.py_buffer(_offsets(values))
    return _map_column(items, pa.StringArray.from_buffers(len(values), offsets, pa.py_buffer(text)))


def _is_spelt_otherwise(page: bytes) -> bool:
    """Whether the page has anything that byte replacement would get wrong; the cheap questions come first."""
    if b"\\" in page and any(mark in page for mark in _OTHER_ESCAPES):
        return True
    return _AMBIGUOUS in page or (not page.isascii() and any(mark in page for mark in _LINE_SEPARATORS))


def _offsets(parts: Sequence[Sized]) -> npt.NDArray[np.int32]:
    """Where each part begins in the whole, and where the last ends."""
    ends = np.zeros(len(parts) + 1, np.int32)
    np.cumsum(np.fromiter(map(len, parts), np.int32, len(parts)), out=ends[1:])
    return ends


def _map_column(items: list[dict[str, msgspec.Raw]], texts: pa.Array) -> pa.MapArray:
    names = pa.array(list(chain.from_iterable(items)), pa.string())
    return pa.MapArray.from_arrays(pa.array(_offsets(items)), names, texts)


def _exact_column(items: list[dict[str, msgspec.Raw]]) -> pa.MapArray:
    texts = [connector_text(json.loads(bytes(value))) for item in items for value in item.values()]
    return _map_column(items, pa.array(texts, pa.string()))


def connector_text(value: Mapping[str, Any]) -> str:
    r"""Return one attribute value, as DynamoDB's JSON has it, in the connector's text.

    Example:
        >>> connector_text({"M": {"M": {"S": "a/b\x01"}}})
        '{"m":{"M":{"s":"a/b\\u0001"}}}'
    """
    text = json.dumps(_recase(value), ensure_ascii=False, separators=(",", ":"))
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _recase(value: Mapping[str, Any]) -> dict[str, Any]:
    ((tag, content),) = value.items()
    if tag == "L":
        content = [_recase(element) for element in content]
    elif tag == "M":
        content = {name: _recase(element) for name, element in content.items()}
    return {TO_CONNECTOR[tag]: content}
