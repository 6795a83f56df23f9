"""Notices attributes that no item has: a mapping with a wrong name or case reads as NULL, without any error."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pyarrow as pa

    from airflow_ddb_hive.model.dynamodb import AttributeColumn

__all__ = ["AbsenceWatch"]


class AbsenceWatch:
    """Looks on while a table is read, and speaks once all of it has been.

    Args:
        table: The DynamoDB table.
        columns: The columns read, in the order of the batches.
        parts: How many iterators together are the whole table.
        notice: Takes the line.
    """

    def __init__(
        self, table: str, columns: Sequence[AttributeColumn], parts: int, notice: Callable[[str], None]
    ) -> None:
        self._table = table
        self._unseen = dict(enumerate(columns))
        self._parts = parts
        self._rows = 0
        self._notice = notice
        self._lock = threading.Lock()

    def watch(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Pass one part's batches on."""
        for batch in batches:
            self._look(batch)
            yield batch
        with self._lock:
            self._parts -= 1
            ended = self._parts == 0
        if ended and self._rows:
            for column in self._unseen.values():
                self._notice(
                    f"none of {self._rows} items of table {self._table} has a {column.dynamodb_type} attribute "
                    f"{column.attribute!r}, so column {column.column} is NULL: check dynamodb.column.mapping, "
                    "attribute names are case-sensitive"
                )

    def _look(self, batch: pa.RecordBatch) -> None:
        with self._lock:
            self._rows += batch.num_rows
            seen = [place for place in self._unseen if batch.column(place).null_count < batch.num_rows]
            for place in seen:
                del self._unseen[place]
