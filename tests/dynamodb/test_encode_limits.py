"""Keys that a row does not have, and items that are too large, in the connector's words."""

from __future__ import annotations

import pyarrow as pa
import pytest

from airflow_ddb_hive.dynamodb import ItemEncoder
from airflow_ddb_hive.errors import WriteRefusedError
from airflow_ddb_hive.model.dynamodb import AttributeColumn, TableDescription
from airflow_ddb_hive.model.types import STRING

TABLE = TableDescription(name="T", hash_key="id", range_key="ts")
COLUMNS = (AttributeColumn("id", STRING, "id", "S"), AttributeColumn("ts", STRING, "ts", "S"))


@pytest.mark.parametrize(
    ("delete", "row", "words"),
    [
        (False, ("a", None), "One of the required keys was not given a value: ts of table T"),
        (True, ("a", None), "The number of conditions on the keys is invalid: ts of table T"),
        (True, (None, None), "Given item does not contain any key for the table: id,ts: id, ts of table T"),
    ],
)
def test_a_row_without_its_whole_key_is_refused(delete: bool, row: tuple[str | None, ...], words: str) -> None:
    batch = pa.RecordBatch.from_arrays([pa.array([cell], pa.string()) for cell in row], names=["id", "ts"])
    with pytest.raises(WriteRefusedError) as caught:
        ItemEncoder(description=TABLE, columns=COLUMNS, delete=delete).encode(batch)
    assert caught.value.message.startswith(words)


def test_the_largest_item_can_be_set_lower() -> None:
    batch = pa.record_batch({"id": ["a"], "ts": ["b"]})
    with pytest.raises(WriteRefusedError, match=r"size greater than 4\. Item with size of 6 was given\."):
        ItemEncoder(description=TABLE, columns=COLUMNS, max_item_bytes=4).encode(batch)
