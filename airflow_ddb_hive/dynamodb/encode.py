"""Arrow batches to the JSON of BatchWriteItem requests, by string kernels wherever a column is made of scalars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from airflow_ddb_hive.dynamodb.encode_item import item_fragments
from airflow_ddb_hive.dynamodb.encode_key import canonical_keys, check_keys
from airflow_ddb_hive.dynamodb.encode_scalar import quoted, scalar_values
from airflow_ddb_hive.dynamodb.encode_value import EncodeError, nested_values
from airflow_ddb_hive.dynamodb.item_size import connector_size, stored_size
from airflow_ddb_hive.errors import WriteRefusedError
from airflow_ddb_hive.model.dynamodb import ITEM, AttributeColumn, TableDescription
from airflow_ddb_hive.model.types import ArrayType, MapType, StructType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["LARGEST_ITEM_BYTES", "EncodedItems", "ItemEncoder"]

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

    ``max_item_bytes`` is a limit of the user's, counted as the connector counts; DynamoDB's own always holds.

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
    max_item_bytes: int | None = None

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
        if not self.delete:
            self._check_sizes(joined)
        before = '{"DeleteRequest":{"Key":{' if self.delete else '{"PutRequest":{"Item":{'
        requests = pc.cast(pc.binary_join_element_wise(before, joined, "}}}", ""), pa.binary()).to_pylist()
        return EncodedItems(requests, canonical_keys(keys, self.description))

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
        check_keys(columns, self.description, delete=self.delete)
        return columns

    def _check_sizes(self, items: pa.Array) -> None:
        """Refuse what is too large; the JSON of an item is never shorter than the item."""
        limit = min(LARGEST_ITEM_BYTES, self.max_item_bytes or LARGEST_ITEM_BYTES)
        suspects = items.filter(pc.greater(pc.binary_length(items), limit))
        for text in suspects.to_pylist():
            item = msgspec.json.decode("{" + text + "}")
            if self.max_item_bytes is not None and connector_size(item) > self.max_item_bytes:
                raise self._too_large(item, connector_size(item), self.max_item_bytes)
            if stored_size(item) > LARGEST_ITEM_BYTES:
                raise self._too_large(item, stored_size(item), LARGEST_ITEM_BYTES)

    def _too_large(self, item: Mapping[str, Any], size: int, limit: int) -> WriteRefusedError:
        key = {name: item[name] for name in self.description.key_attributes}
        return WriteRefusedError(
            f"Cannot pass items with size greater than {limit}. Item with size of {size} was given. "
            f"Table {self.description.name}, key {msgspec.json.encode(key).decode()}: "
            "leave attributes out, or keep them elsewhere",
            table=self.description.name,
        )


def _joined(parts: Sequence[pa.Array]) -> pa.Array:
    return pc.binary_join_element_wise(*parts, ",", null_handling="skip")
