"""The one narrow function from a page's items to a typed Arrow batch; everything it needs is in its arguments.

A page is cut into tokens once (``tokens.py``); each column takes its own of them (``columns.py``, ``item_text.py``) and
turns them into types (``convert.py``), with no Python object per value. The slow twin that says what is right is in
``tests/support``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec
import pyarrow as pa

from airflow_ddb_hive.dynamodb.columns import ColumnReader
from airflow_ddb_hive.dynamodb.convert import CellError
from airflow_ddb_hive.dynamodb.item_text import item_column
from airflow_ddb_hive.dynamodb.tokens import Tokens
from airflow_ddb_hive.errors import BadValueError
from airflow_ddb_hive.model.arrow import arrow_type
from airflow_ddb_hive.model.dynamodb import ITEM, AttributeColumn, ReadRules

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Misfits", "compact", "decode_page"]

_SPACED = (b'": ', b"\n", b'" :', b"\r")

_LONGEST_NAME = 1 << 16


class Misfits(Protocol):
    """Counts values of a column that are NULL although the items have them; a ``Meter`` does."""

    def mismatched(self, column: str, values: int) -> None:
        """So many have another type."""
        ...

    def bad_values(self, column: str, values: int) -> None:
        """So many do not fit."""
        ...


def decode_page(
    items: bytes,
    columns: Sequence[AttributeColumn],
    names: Sequence[str],
    table: str,
    *,
    key_attributes: Sequence[str] = (),
    rules: ReadRules = ReadRules(),  # noqa: B008 - frozen
    misfits: Misfits | None = None,
) -> pa.RecordBatch:
    """Turn the JSON list of a page's items into one Arrow column for each of ``columns``, called ``names``.

    An attribute that is missing, NULL or of another type is NULL.

    Args:
        items: The list, as it came.
        columns: What to make of which attribute.
        names: What the columns are called.
        table: The DynamoDB table, for errors.
        key_attributes: Its key, by which an error names the item.
        rules: What becomes of values that do not fit.
        misfits: Told of values that became NULL, by column.

    Example:
        >>> from airflow_ddb_hive.model.types import BIGINT
        >>> column = AttributeColumn("feature_id", BIGINT, "Id", "N")
        >>> decode_page(b'[{"Id":{"N":"7"}},{"Id":{"S":"x"}}]', [column], ["c0"], "Features").to_pydict()
        {'c0': [7, None]}

    Raises:
        BadValueError: A value of the right type does not fit its column, such as ``1.5`` in a bigint.
    """
    tokens = _tokens(compact(items))
    arrays = []
    for column in columns:
        reader = ColumnReader(tokens, rules)
        try:
            arrays.append(_column(reader, tokens, column))
        except CellError as error:
            raise _bad_value(tokens.page, column, error, table, key_attributes) from error
        if misfits is not None:
            _report(reader, column.column, misfits)
    return pa.RecordBatch.from_arrays(arrays, names=list(names))


def _tokens(page: bytes) -> Tokens:
    """Cut a page up; names that are written with escapes are first written with as few as possible."""
    tokens = Tokens(page)
    if tokens.escaped and tokens.has_escaped_names:
        return Tokens(msgspec.json.encode(msgspec.json.decode(page)))
    return tokens


def _column(reader: ColumnReader, tokens: Tokens, column: AttributeColumn) -> pa.Array:
    if column.dynamodb_type == ITEM:
        return item_column(tokens)
    return reader.read(reader.attribute(str(column.attribute)), column.type, column.dynamodb_type)


def _report(reader: ColumnReader, column: str, misfits: Misfits) -> None:
    if reader.mismatched:
        misfits.mismatched(column, reader.mismatched)
    if reader.bad_values:
        misfits.bad_values(column, reader.bad_values)


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


def _bad_value(
    page: bytes, column: AttributeColumn, error: CellError, table: str, key_attributes: Sequence[str]
) -> BadValueError:
    """Name the place of a value that does not fit, with the item's key where the page has it."""
    wanted = arrow_type(column.type)
    place = f"attribute {column.attribute}"
    item = msgspec.json.decode(page)[error.row]
    key = {name: item[name] for name in key_attributes if name in item}
    if key:
        place += f" of the item with key {msgspec.json.encode(key).decode()}"
    return BadValueError(
        f'For input string: "{error.value}": {place} of table {table} does not fit column {column.column} '
        f"{column.type} ({wanted}): correct the item, or give the column another type",
        table=table,
    )
