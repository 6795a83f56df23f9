"""Writes Arrow batches to a table: 25 items a request, several in flight, one budget, nothing lost or out of order."""

from __future__ import annotations

import itertools
import threading
from typing import TYPE_CHECKING, TypedDict, Unpack

from airflow_ddb_hive.dynamodb.batch_pool import Batch, BatchPool, Crew
from airflow_ddb_hive.dynamodb.batch_send import BatchSender, write_units
from airflow_ddb_hive.dynamodb.encode import EncodedItems, ItemEncoder
from airflow_ddb_hive.dynamodb.threads import LinkedEvent
from airflow_ddb_hive.errors import DdbHiveError, JobCancelledError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from airflow_ddb_hive.dynamodb.client import DynamoDB
    from airflow_ddb_hive.dynamodb.meter import Meter
    from airflow_ddb_hive.dynamodb.pacing import Pacer
    from airflow_ddb_hive.model.dynamodb import AttributeColumn, TableDescription

__all__ = ["LARGEST_BATCH_ITEMS", "ItemWriter", "WriteOptions"]

LARGEST_BATCH_ITEMS = 25
"""What DynamoDB takes in one request."""

_BATCH_BYTES = 15 * 2**20
"""DynamoDB takes 16 MB in one request; here the JSON of the items is counted, without what is around it."""

_SLICE_BYTES = 32 * 2**20
_LANDING_SECONDS = 2.0
"""What requests under way get to come back after a failure, so that all that was written is counted."""


class WriteOptions(TypedDict, total=False):
    """How items are written.

    ``delete`` deletes the keys; ``null_serialization`` writes NULLs as ``{NULL:true}``; ``max_item_bytes`` is the
    largest item as the connector counts; ``batch_items`` and ``batch_bytes`` are the most of one request;
    ``stop`` ends all waits.
    """

    delete: bool
    null_serialization: bool
    max_item_bytes: int | None
    batch_items: int | None
    batch_bytes: int | None
    stop: threading.Event


class ItemWriter:
    """Puts rows into a table, or deletes their keys; the last of several rows with one key is the one that stays.

    Used as a context manager it closes at the end, and aborts if there was an exception.

    Args:
        db: The connection.
        description: The table.
        columns: The attribute of each column of the batches, in order.
        pacer: The budget, shared with others who write the table.
        meter: Where items, bytes and units are counted.
        options: See :class:`WriteOptions`.
    """

    def __init__(
        self,
        db: DynamoDB,
        description: TableDescription,
        columns: Sequence[AttributeColumn],
        pacer: Pacer,
        meter: Meter,
        **options: Unpack[WriteOptions],
    ) -> None:
        self._pacer = pacer
        self._meter = meter
        self._table = description.name
        self._delete = options.get("delete", False)
        self._encoder = ItemEncoder(
            description=description,
            columns=tuple(columns),
            delete=self._delete,
            null_serialization=options.get("null_serialization", False),
            max_item_bytes=options.get("max_item_bytes"),
        )
        self._most_items = min(LARGEST_BATCH_ITEMS, options.get("batch_items") or LARGEST_BATCH_ITEMS)
        self._most_bytes = min(_BATCH_BYTES, options.get("batch_bytes") or _BATCH_BYTES)
        ended = LinkedEvent(options.get("stop") or threading.Event())
        self._sender = BatchSender(db, description, pacer, meter, ended)
        self._pool = BatchPool(lambda batch: self._sender.send(batch.requests), Crew(lambda: pacer.lost_seconds), ended)
        self._collected: dict[str, bytes] = {}

    def __enter__(self) -> ItemWriter:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()

    def write(self, batch: pa.RecordBatch) -> None:
        """Take a batch's rows; they are on their way, or wait for others, when this returns.

        Raises:
            WriteRefusedError: A row cannot be an item of the table; the message says how many rows already are.
            DdbHiveError: What stopped the rows that are under way.
        """
        rows = max(1, int(_SLICE_BYTES / max(1.0, batch.nbytes / max(1, batch.num_rows))))
        try:
            for start in range(0, batch.num_rows, rows):
                self._collect(self._encoder.encode(batch.slice(start, rows)))
                self._submit(least=self._most_items)
        except DdbHiveError as error:
            self._fail(error)

    def close(self) -> None:
        """Send what is left and wait until all rows are in the table.

        Raises:
            DdbHiveError: What stopped the rows that were under way.
        """
        try:
            self._submit(least=1)
            self._pool.finish()
        except DdbHiveError as error:
            self._fail(error)
        finally:
            # Nothing is left of a finished pool; of any other, such as at Ctrl-C, everything ends.
            self._pool.abort()

    def abort(self) -> None:
        """Drop what has not been sent and end all threads."""
        self._pool.abort()

    def _collect(self, encoded: EncodedItems) -> None:
        """Keep the last request of each key among those that have not been sent."""
        expected = len(self._collected) + len(encoded.keys)
        self._collected.update(zip(encoded.keys, encoded.requests, strict=True))
        if len(self._collected) < expected:
            self._meter.replaced(expected - len(self._collected))

    def _submit(self, *, least: int) -> None:
        """Hand over full batches, or all, and keep the rest."""
        keys, requests = list(self._collected), list(self._collected.values())
        start = 0
        while len(keys) - start >= least:
            end = start + self._batch_length(requests, start)
            self._pool.submit(Batch(requests[start:end], keys[start:end]))
            start = end
        self._collected = dict(zip(keys[start:], requests[start:], strict=True))

    def _batch_length(self, requests: Sequence[bytes], start: int) -> int:
        """How many requests go together: within DynamoDB's limits and a request's share of the budget."""
        length = min(self._most_items, self._pacer.page_limit)
        part = requests[start : start + length]
        units = self._pacer.request_units
        if sum(map(len, part)) <= self._most_bytes and write_units(part) <= units:
            return len(part)
        sizes = itertools.accumulate(map(len, part))
        costs = itertools.accumulate(write_units([request]) for request in part)
        fitting = itertools.takewhile(
            lambda total: total[0] <= self._most_bytes and total[1] <= units, zip(sizes, costs, strict=True)
        )
        return max(1, sum(1 for _ in fitting))

    def _fail(self, error: DdbHiveError) -> None:
        """Raise the failure that came first, with what had been done until then."""
        self._pool.abort(landing_seconds=_LANDING_SECONDS)
        first = self._pool.error
        if first is not None and not isinstance(first, DdbHiveError):
            raise first
        cause = error if first is None or isinstance(first, JobCancelledError) else first
        if isinstance(cause, JobCancelledError):
            raise cause
        raise self._counted(cause) from cause.__cause__

    def _counted(self, error: DdbHiveError) -> DdbHiveError:
        count = self._sender.done_items
        if not count and not self._pool.undecided:
            return error
        least = "at least " if self._pool.undecided else ""
        what = "gone from" if self._delete else "in"
        told = f"{error.message}; {least}{count:,} items of this statement are {what} table {self._table} already"
        counted = type(error)(told)
        counted.__dict__.update({**error.__dict__, "message": told})
        return counted
