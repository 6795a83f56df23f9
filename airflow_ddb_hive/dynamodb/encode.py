"""Arrow batches to the JSON of BatchWriteItem requests, by string kernels wherever a column is made of scalars."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from airflow_ddb_hive.dynamodb.encode_item import item_fragments
from airflow_ddb_hive.dynamodb.encode_scalar import quoted, scalar_values
from airflow_ddb_hive.dynamodb.encode_value import EncodeError, nested_values
from airflow_ddb_hive.errors import WriteRefusedError
from airflow_ddb_hive.model.dynamodb import ITEM, AttributeColumn, TableDescription
from airflow_ddb_hive.model.types import ArrayType, MapType, StructType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["LARGEST_ITEM_BYTES", "EncodedItems", "ItemEncoder", "item_size"]

LARGEST_ITEM_BYTES = 409_600
"""What DynamoDB lets an item's names and values take."""


@dataclass(frozen=True, slots=True)
class EncodedItems:
    """One request for each row, and the row's key in one spelling, by which equal keys are known."""

    requests: list[bytes]
    keys: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemEncoder:
    """Makes put or delete requests for a table from batches whose columns are ``columns``, in that order.

    Example:
        >>> from airflow_ddb_hive.model.types import BIGINT
        >>> columns = (AttributeColumn("id", BIGINT, "Id", "N"),)
        >>> encoder = ItemEncoder(description=TableDescription(name="T", hash_key="Id"), columns=columns)
        >>> encoder.encode(pa.record_batch({"id": [7]})).requests
        [b'{"PutRequest":{"Item":{"Id":{"N":"7"}}}}']
    """

    description: TableDescription
    columns: tuple[AttributeColumn, ...]
    delete: bool = False
    null_serialization: bool = False
    max_item_bytes: int = LARGEST_ITEM_BYTES

    def encode(self, batch: pa.RecordBatch) -> EncodedItems:
        """Return the requests of a batch.

        Raises:
            WriteRefusedError: A row has no key, is larger than DynamoDB allows, or holds what it cannot keep.
        """
        if batch.num_rows == 0:
            return EncodedItems([], [])
        own = self._own_attributes(batch)
        whole, whole_keys = self._whole_item(batch)
        keys = self._key_columns(batch, own, whole_keys)
        present = keys if self.delete else [*own.values(), *whole]
        joined = _joined(present)
        before, after = ('{"DeleteRequest":{"Key":{', "}}}") if self.delete else ('{"PutRequest":{"Item":{', "}}}")
        requests = pc.cast(pc.binary_join_element_wise(before, joined, after, ""), pa.binary()).to_pylist()
        self._check_sizes(requests)
        return EncodedItems(requests, self._canonical_keys(keys))

    def _own_attributes(self, batch: pa.RecordBatch) -> dict[str, pa.Array]:
        """``"name":value`` for each mapped attribute; of two columns on one, the later that is not NULL."""
        own: dict[str, pa.Array] = {}
        for position, column in enumerate(self.columns):
            if column.attribute is None or (self.delete and column.attribute not in self.description.key_attributes):
                continue
            fragments = self._fragments(batch.column(position), column)
            earlier = own.get(column.attribute)
            own[column.attribute] = fragments if earlier is None else pc.coalesce(fragments, earlier)
        return own

    def _fragments(self, values: pa.Array, column: AttributeColumn) -> pa.Array:
        try:
            if isinstance(column.type, ArrayType | MapType | StructType):
                encoded = nested_values(values, column, null_serialization=self.null_serialization)
            else:
                encoded = scalar_values(values, column.dynamodb_type)
        except EncodeError as error:
            raise WriteRefusedError(
                f"{error}: attribute {column.attribute} of table {self.description.name} cannot hold it",
                table=self.description.name,
            ) from error
        if self.null_serialization and column.attribute not in self.description.key_attributes:
            encoded = pc.fill_null(encoded, '{"NULL":true}')
        return pc.binary_join_element_wise(quoted(str(column.attribute)) + ":", encoded, "")

    def _whole_item(self, batch: pa.RecordBatch) -> tuple[list[pa.Array], dict[str, pa.Array]]:
        """The attributes of the whole-item column that have no column of their own, and its keys' attributes."""
        own = {column.attribute for column in self.columns}
        key_names = [name for name in self.description.key_attributes if name not in own]
        for position, column in enumerate(self.columns):
            if column.dynamodb_type == ITEM:
                try:
                    fragments, keys = item_fragments(batch.column(position), own, key_names)
                except EncodeError as error:
                    table = self.description.name
                    raise WriteRefusedError(f"{error} (table {table})", table=table) from error
                return [fragments], keys
        return [], {}

    def _key_columns(
        self, batch: pa.RecordBatch, own: Mapping[str, pa.Array], whole: Mapping[str, pa.Array]
    ) -> list[pa.Array]:
        absent = pa.nulls(batch.num_rows, pa.string())
        columns = [own.get(name, whole.get(name, absent)) for name in self.description.key_attributes]
        incomplete = functools.reduce(pc.or_, map(pc.is_null, columns))
        if pc.any(incomplete).as_py():
            raise self._incomplete_key(columns, pc.index(incomplete, value=True).as_py())
        return columns

    def _incomplete_key(self, columns: Sequence[pa.Array], row: int) -> WriteRefusedError:
        """The connector finds a row to delete that has no key at all; of all others DynamoDB says it."""
        names = self.description.key_attributes
        missing = [name for name, column in zip(names, columns, strict=True) if not column[row].is_valid]
        if not self.delete:
            problem = "One of the required keys was not given a value"
        elif len(missing) == len(names):
            problem = f"Given item does not contain any key for the table: {','.join(names)}"
        else:
            problem = "The number of conditions on the keys is invalid"
        return WriteRefusedError(
            f"{problem}: {', '.join(missing)} of table {self.description.name} (row {row + 1} of its batch): "
            "map a column to it that is never NULL",
            table=self.description.name,
        )

    def _canonical_keys(self, keys: Sequence[pa.Array]) -> list[str]:
        texts = [
            _canonical_numbers(key) if self.description.attribute_types.get(name) == "N" else key
            for name, key in zip(self.description.key_attributes, keys, strict=True)
        ]
        joined: list[str] = _joined(texts).to_pylist()
        return joined

    def _check_sizes(self, requests: Sequence[bytes]) -> None:
        for request in requests:
            # The JSON of an item is never shorter than the item.
            if len(request) <= self.max_item_bytes or self.delete:
                continue
            item = msgspec.json.decode(request)["PutRequest"]["Item"]
            size = sum(_text_size(name) + item_size(value) for name, value in item.items())
            if size > self.max_item_bytes:
                key = {name: item[name] for name in self.description.key_attributes}
                raise WriteRefusedError(
                    f"Cannot pass items with size greater than {self.max_item_bytes}. Item with size of {size} was "
                    f"given. Table {self.description.name}, key {msgspec.json.encode(key).decode()}: "
                    "leave attributes out, or keep them elsewhere",
                    table=self.description.name,
                )


def _joined(parts: Sequence[pa.Array]) -> pa.Array:
    return pc.binary_join_element_wise(*parts, ",", null_handling="skip")


def _canonical_numbers(fragments: pa.Array) -> pa.Array:
    """``1.0`` and ``1`` are one key."""
    simple = pc.all(pc.match_substring_regex(fragments, r'"N":"(0|-?[1-9]\d*)"\}$')).as_py()
    if simple:
        return fragments
    return pa.array([_canonical_number(text) for text in fragments.to_pylist()], pa.string())


def _canonical_number(fragment: str) -> str:
    ((name, value),) = json.loads("{" + fragment + "}").items()
    number = Decimal(value["N"]) if "N" in value else None
    return fragment if number is None else f"{name}={number.normalize() + 0:E}"


def _text_size(text: str) -> int:
    return len(text.encode())


def item_size(value: Mapping[str, Any]) -> int:
    """Return the size of an attribute value as the connector counts it.

    Example:
        >>> item_size({"M": {"ab": {"N": "12"}, "c": {"B": "aGk="}}})
        7
    """
    ((tag, content),) = value.items()
    if tag == "M":
        return sum(_text_size(name) + item_size(element) for name, element in content.items())
    if tag == "L":
        return sum(item_size(element) for element in content)
    if tag in {"BOOL", "NULL"}:
        return 0
    parts = content if tag in {"SS", "NS", "BS"} else [content]
    if tag in {"B", "BS"}:
        return sum(len(part) // 4 * 3 - part.count("=") for part in parts)
    return sum(_text_size(part) for part in parts)
