"""The one narrow function from a page's items to a typed Arrow batch; everything it needs is in its arguments.

Columns of scalars, sets and lists go through ``pyarrow.json`` as one row per page, with no Python object per value;
a whole-item column through byte replacement (``item_text.py``); maps and structs, whose shape varies, value by
value (``nested.py``). The slow twin that says what is right is in ``tests/support``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa

from airflow_ddb_hive.dynamodb.convert import CellError, column_of_text
from airflow_ddb_hive.dynamodb.item_text import item_column
from airflow_ddb_hive.dynamodb.nested import nested_column
from airflow_ddb_hive.dynamodb.paged_json import is_flat, read_attributes
from airflow_ddb_hive.errors import BadValueError
from airflow_ddb_hive.model.arrow import arrow_type
from airflow_ddb_hive.model.dynamodb import ITEM, AttributeColumn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["compact", "decode_page"]

_SPACED = (b'": ', b"\n", b'" :', b"\r")

_LONGEST_NAME = 1 << 16


def decode_page(
    items: bytes,
    columns: Sequence[AttributeColumn],
    names: Sequence[str],
    table: str,
    *,
    key_attributes: Sequence[str] = (),
) -> pa.RecordBatch:
    """Turn the JSON list of a page's items into one Arrow column for each of ``columns``, called ``names``.

    An attribute that is missing, NULL or of another type is NULL.

    Example:
        >>> from airflow_ddb_hive.model.types import BIGINT
        >>> column = AttributeColumn("feature_id", BIGINT, "Id", "N")
        >>> decode_page(b'[{"Id":{"N":"7"}},{"Id":{"S":"x"}}]', [column], ["c0"], "Features").to_pydict()
        {'c0': [7, None]}

    Raises:
        BadValueError: A value of the right type does not fit its column, such as ``1.5`` in a bigint.
    """
    page = compact(items)
    flat = {column: None for column in columns if is_flat(column)}
    attributes = read_attributes(page, tuple(flat)) if flat else {}
    arrays = [_column(page, column, attributes, table, key_attributes) for column in columns]
    return pa.RecordBatch.from_arrays(arrays, names=list(names))


def compact(items: bytes) -> bytes:
    """Return the same JSON without blanks between its tokens; DynamoDB sends none, other servers do.

    Example:
        >>> compact(b'[{"a": {"S": "x: y"}}]')
        b'[{"a":{"S":"x: y"}}]'
    """
    # A server writes blanks everywhere or nowhere: after the first name, which has 64 KB at most, it is known.
    head = items[:_LONGEST_NAME]
    if any(mark in head for mark in _SPACED):
        return msgspec.json.format(items, indent=-1)
    return items


def _column(
    page: bytes,
    column: AttributeColumn,
    attributes: Mapping[AttributeColumn, pa.Array],
    table: str,
    key_attributes: Sequence[str],
) -> pa.Array:
    if column.dynamodb_type == ITEM:
        return item_column(page)
    try:
        if column in attributes:
            return column_of_text(attributes[column], column.type, column.dynamodb_type)
        return nested_column(page, column)
    except CellError as error:
        raise _bad_value(page, column, error, table, key_attributes) from error


def _bad_value(
    page: bytes, column: AttributeColumn, error: CellError, table: str, key_attributes: Sequence[str]
) -> BadValueError:
    """Name the place of a value that does not fit, with the item's key where the page has it."""
    wanted = arrow_type(column.type)
    place = f"attribute {column.attribute}"
    if error.row is not None:
        item = msgspec.json.decode(page)[error.row]
        key = {name: item[name] for name in key_attributes if name in item}
        if key:
            place += f" of the item with key {msgspec.json.encode(key).decode()}"
    return BadValueError(
        f'For input string: "{error.value}": {place} of table {table} does not fit column {column.column} '
        f"{column.type} ({wanted}): correct the item, or give the column another type",
        table=table,
    )
