"""Writes Arrow batches to a table: 25 items a request, several in flight, one budget, nothing lost or out of order."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict, Unpack

import msgspec

from airflow_ddb_hive.dynamodb.encode import LARGEST_ITEM_BYTES, ItemEncoder
from airflow_ddb_hive.dynamodb.retry import CallContext, backoff_seconds
from airflow_ddb_hive.dynamodb.threads import LinkedEvent, StoppableQueue, await_end
from airflow_ddb_hive.dynamodb.wire import BatchAnswer, parse_batch_answer
from airflow_ddb_hive.errors import InputError, JobCancelledError, ThrottledError, WriteRefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from airflow_ddb_hive.dynamodb.client import DynamoDB
    from airflow_ddb_hive.dynamodb.meter import Meter
    from airflow_ddb_hive.dynamodb.pacing import Pacer
    from airflow_ddb_hive.model.dynamodb import AttributeColumn, TableDescription

__all__ = ["ItemWriter", "WriteOptions"]

_BATCH_ITEMS = 25
_BATCH_BYTES = 15 * 2**20
_SLICE_BYTES = 32 * 2**20
_WRITE_UNIT_BYTES = 1024
_UNPROCESSED = "UnprocessedItems"


class WriteOptions(TypedDict, total=False):
    """Keys to delete, NULLs as ``{NULL:true}``, the largest item, threads, the event that ends waits."""

    delete: bool
    null_serialization: bool
    max_item_bytes: int
    workers: int
    stop: threading.Event


@dataclass(frozen=True, slots=True)
class _Batch:
    keys: frozenset[str]
    requests: list[bytes]


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
        self._db = db
        self._pacer = pacer
        self._meter = meter
        self._table = description.name
        self._encoder = ItemEncoder(
            description=description,
            columns=tuple(columns),
            delete=options.get("delete", False),
            null_serialization=options.get("null_serialization", False),
            max_item_bytes=options.get("max_item_bytes", LARGEST_ITEM_BYTES),
        )
        self._ended = LinkedEvent(options.get("stop") or threading.Event())
        self._workers = options.get("workers", 4)
        self._queue: StoppableQueue[_Batch | None] = StoppableQueue(self._workers, self._ended)
        self._threads: list[threading.Thread] = []
        self._collected: dict[str, bytes] = {}
        self._collected_bytes = 0
        self._in_flight: set[str] = set()
        self._landed = threading.Condition()
        self._error: BaseException | None = None

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
            WriteRefusedError: A row cannot be an item of the table.
            DdbHiveError: What stopped the rows that are under way.
        """
        rows = max(1, int(_SLICE_BYTES / max(1.0, batch.nbytes / max(1, batch.num_rows))))
        for start in range(0, batch.num_rows, rows):
            encoded = self._encoder.encode(batch.slice(start, rows))
            for key, request in zip(encoded.keys, encoded.requests, strict=True):
                self._collect(key, request)

    def close(self) -> None:
        """Send what is left and wait until all rows are in the table.

        Raises:
            DdbHiveError: What stopped the rows that were under way.
        """
        try:
            self._flush()
            for _ in self._threads:
                self._put(None)
        finally:
            if self._error is not None:
                self._ended.set()
            self._join()
        self._raise_error()

    def abort(self) -> None:
        """Drop what has not been sent and end all threads."""
        self._ended.set()
        self._join()

    def _collect(self, key: str, request: bytes) -> None:
        if key in self._collected:
            self._collected_bytes -= len(self._collected.pop(key))
            self._meter.replaced(1)
        elif self._collected_bytes + len(request) > _BATCH_BYTES:
            self._flush()
        self._collected[key] = request
        self._collected_bytes += len(request)
        if len(self._collected) >= min(_BATCH_ITEMS, self._pacer.page_limit):
            self._flush()

    def _flush(self) -> None:
        if not self._collected:
            return
        batch = _Batch(frozenset(self._collected), list(self._collected.values()))
        self._collected = {}
        self._collected_bytes = 0
        self._wait_for_earlier(batch.keys)
        if len(self._threads) < self._workers:
            self._start_thread()
        self._put(batch)

    def _wait_for_earlier(self, keys: frozenset[str]) -> None:
        """Two requests in flight may land in any order, so a key is in one of them at most."""
        with self._landed:
            while not self._in_flight.isdisjoint(keys):
                if self._ended.is_set():
                    self._raise_error()
                    raise JobCancelledError("the job was cancelled", table=self._table)
                self._landed.wait(0.05)
            self._in_flight |= keys

    def _put(self, batch: _Batch | None) -> None:
        try:
            self._queue.put(batch)
        except JobCancelledError:
            self._raise_error()
            raise

    def _raise_error(self) -> None:
        if self._error is not None:
            raise self._error

    def _start_thread(self) -> None:
        thread = threading.Thread(target=self._work, name=f"write-{len(self._threads)}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _join(self) -> None:
        await_end(self._threads, self._ended)

    def _work(self) -> None:
        try:
            while (batch := self._queue.get()) is not None:
                self._send(batch.requests)
                with self._landed:
                    self._in_flight -= batch.keys
                    self._landed.notify_all()
        except BaseException as error:  # noqa: BLE001 - it is raised again by the thread that writes
            with self._landed:
                if self._error is None:
                    self._error = error
            self._ended.set()

    def _send(self, requests: list[bytes]) -> None:
        """Send requests until none comes back unprocessed."""
        attempt = 0
        progress = time.monotonic()
        while True:
            answer = self._send_once(requests)
            left = [bytes(raw) for group in answer.unprocessed.values() for raw in group]
            if not left:
                return
            if len(left) < len(requests):
                attempt, progress = 0, time.monotonic()
            attempt += 1
            self._meter.retried(_UNPROCESSED)
            stuck = time.monotonic() - progress
            if stuck > self._db.policy.retry_seconds:
                raise ThrottledError(
                    f"table {self._table} took none of {len(left)} items for {stuck:.0f} s: "
                    "lower dynamodb.throughput.write.percent, or raise the capacity",
                    table=self._table,
                    code=_UNPROCESSED,
                )
            self._ended.wait(backoff_seconds(attempt, self._db.policy))
            requests = left

    def _send_once(self, requests: list[bytes]) -> BatchAnswer:
        body = _batch_body(self._table, requests)
        context = CallContext(table=self._table, stop=self._ended, meter=self._meter, pacer=self._pacer)
        reserved = self._pacer.acquire(self._ended, self._pacer.estimate(len(requests)))
        units, done = 0.0, 0
        try:
            answer = parse_batch_answer(self._db.call("BatchWriteItem", body, context))
            done = len(requests) - sum(map(len, answer.unprocessed.values()))
            units = sum(part.units for part in answer.capacity) or _estimated_units(requests, done)
        except InputError as error:
            raise _refused(error, self._table) from error
        finally:
            self._pacer.charge(reserved, units, items=done)
        self._meter.add(items=done, bytes=len(body), requests=1, units=units)
        return answer


def _batch_body(table: str, requests: Sequence[bytes]) -> bytes:
    name = msgspec.json.encode(table)
    return b'{"RequestItems":{' + name + b":[" + b",".join(requests) + b']},"ReturnConsumedCapacity":"TOTAL"}'


def _estimated_units(requests: Sequence[bytes], done: int) -> float:
    """What a batch costs when the server does not say: a unit for each KB of each item."""
    total = sum(math.ceil(len(request) / _WRITE_UNIT_BYTES) for request in requests)
    return total * done / len(requests)


def _refused(error: InputError, table: str) -> InputError | WriteRefusedError:
    """DynamoDB refuses the items, not the way they were sent."""
    if error.code != "ValidationException":
        return error
    return WriteRefusedError(error.message, table=table, code=error.code, request_id=error.request_id)
