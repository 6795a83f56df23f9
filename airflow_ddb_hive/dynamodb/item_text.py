"""Whole items as ``map<string,string>``: each attribute's value as JSON in the connector's casing.

The connector writes type tags as its SDK's fields are spelt (``s``, ``nULL``, ``sS``) and text as Gson does. DynamoDB's
own JSON differs in little else: the first letter of each tag is made small where it stands, and the rest is the page.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from airflow_ddb_hive.dynamodb.columns import texts_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_ddb_hive.dynamodb.tokens import Tokens

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

# Escapes that Gson spells in another way, and the two characters that Gson does escape.
_OTHER_SPELLING = "\\\\u|\\\\/|\u2028|\u2029"
_CASE_BIT = 0x20


def item_column(tokens: Tokens) -> pa.MapArray:
    """Return a page's items as a map column, attribute name to JSON of its value.

    Example:
        >>> from airflow_ddb_hive.dynamodb.tokens import Tokens
        >>> item_column(Tokens(b'[{"a":{"S":"x"},"b":{"L":[{"NULL":true}]}}]')).to_pylist()
        [[('a', '{"s":"x"}'), ('b', '{"l":[{"nULL":true}]}')]]
    """
    level = tokens.level(0)
    names = texts_of(tokens, level.tags - 1, None)
    offsets = np.zeros(tokens.rows + 1, np.int32)
    np.cumsum(np.bincount(level.owners, minlength=tokens.rows), out=offsets[1:])
    return pa.MapArray.from_arrays(pa.array(offsets), names, _values(tokens))


def _values(tokens: Tokens) -> pa.StringArray:
    """The JSON of each attribute's value."""
    begins, ends = tokens.spans()
    if not len(begins):
        return pa.array([], pa.string())
    codes = tokens.codes.copy()
    codes[tokens.starts[tokens.tags]] |= _CASE_BIT
    bounds = np.empty(2 * len(begins), np.int32)
    bounds[0::2] = begins
    bounds[1::2] = ends
    spans = pa.BinaryArray.from_buffers(pa.binary(), len(bounds) - 1, [None, pa.py_buffer(bounds), pa.py_buffer(codes)])
    texts = spans.take(pa.array(np.arange(0, len(bounds), 2))).cast(pa.string())
    if not tokens.escaped and tokens.page.isascii():
        return texts
    others = pc.match_substring_regex(texts, _OTHER_SPELLING)
    if not pc.any(others).as_py():
        return texts
    exact = [connector_text(json.loads(text)) for text in texts.filter(others).to_pylist()]
    return pc.replace_with_mask(texts, others, pa.array(exact, pa.string()))


def connector_text(value: Mapping[str, Any]) -> str:
    r"""Return one attribute value as Gson writes it; its type tags are the connector's already.

    Example:
        >>> connector_text({"m": {"M": {"s": "a/b\x01"}}})
        '{"m":{"M":{"s":"a/b\\u0001"}}}'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
