"""Sends one batch until DynamoDB has taken all of it, or tells which item it will not take."""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING

import msgspec

from airflow_ddb_hive.dynamodb.retry import CallContext, backoff_seconds
from airflow_ddb_hive.dynamodb.throttling import ThrottleCause, throttled_error
from airflow_ddb_hive.dynamodb.wire import BatchAnswer, parse_batch_answer
from airflow_ddb_hive.errors import InputError, WriteRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from airflow_ddb_hive.dynamodb.client import DynamoDB
    from airflow_ddb_hive.dynamodb.meter import Meter
    from airflow_ddb_hive.dynamodb.pacing import Pacer
    from airflow_ddb_hive.model.dynamodb import TableDescription

__all__ = ["BatchSender", "write_units"]

_WRITE_UNIT_BYTES = 1024
_UNPROCESSED = "UnprocessedItems"


class BatchSender:
    """Sends batches of requests to one table; thread-safe.

    Args:
        db: The connection.
        description: The table.
        pacer: The budget.
        meter: Where items, bytes and units are counted.
        stop: Ends all waits.
        clock: Seconds that only grow; the budget's.
    """

    def __init__(
        self,
        db: DynamoDB,
        description: TableDescription,
        pacer: Pacer,
        meter: Meter,
        stop: threading.Event,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._db = db
        self._table = description.name
        self._key_names = description.key_attributes
        self._pacer = pacer
        self._meter = meter
        self._stop = stop
        self._clock = clock
        self._lock = threading.Lock()
        self.done_items = 0

    def send(self, requests: Sequence[bytes]) -> None:
        """Send requests until none comes back unprocessed.

        Raises:
            WriteRefusedError: DynamoDB refuses an item, whose key the message has.
            DdbHiveError: Anything else that stops the batch for good.
        """
        attempt, since = 0, self._clock()
        while True:
            try:
                left = self._send_once(requests)
            except WriteRefusedError as error:
                self._search(requests, error)
                return
            if not left:
                return
            if len(left) < len(requests):
                attempt, since = 0, self._clock()
            attempt += 1
            self._back_off(len(left), attempt, since)
            requests = left

    def _search(self, requests: Sequence[bytes], error: WriteRefusedError) -> None:
        """Send a refused batch by halves: the rest is written, and a dozen requests tell which item it was."""
        if len(requests) == 1:
            raise self._named(error, requests[0]) from error
        middle = len(requests) // 2
        self.send(requests[:middle])
        self.send(requests[middle:])

    def _named(self, error: WriteRefusedError, request: bytes) -> WriteRefusedError:
        ((_, content),) = msgspec.json.decode(request).items()
        ((_, item),) = content.items()
        key = msgspec.json.encode({name: item[name] for name in self._key_names if name in item}).decode()
        return WriteRefusedError(
            f"{error.message} (the item of table {self._table} with the key {key})",
            table=self._table,
            code=error.code,
            request_id=error.request_id,
        )

    def _back_off(self, left: int, attempt: int, since: float) -> None:
        self._meter.retried(_UNPROCESSED)
        stuck = self._pacer.seconds_without_progress(since)
        if stuck > self._db.policy.retry_seconds:
            detail = f"{left} items of a batch came back again and again"
            raise throttled_error(self._table, (ThrottleCause(_UNPROCESSED),), stuck, detail=detail, code=_UNPROCESSED)
        self._stop.wait(backoff_seconds(attempt, self._db.policy))

    def _send_once(self, requests: Sequence[bytes]) -> list[bytes]:
        """What came back unprocessed."""
        body = self._body(requests)
        known = write_units(requests)
        reserved = self._pacer.acquire(self._stop, self._pacer.estimate(len(requests), least=known))
        context = CallContext(
            table=self._table, stop=self._stop, meter=self._meter, pacer=self._pacer, reserved=reserved
        )
        units, done, indexes = 0.0, 0, {}
        try:
            answer = self._db.ask("BatchWriteItem", body, context, parse_batch_answer)
            left = [bytes(raw) for group in answer.unprocessed.values() for raw in group]
            done = len(requests) - len(left)
            units = sum(part.units for part in answer.capacity) or known * done / len(requests)
            indexes = _index_units(answer)
        except InputError as error:
            raise self._refused(error) from error
        finally:
            self._pacer.charge(reserved, units, items=done, indexes=indexes)
        self._meter.add(items=done, bytes=len(body), requests=1, units=units, indexes=indexes)
        with self._lock:
            self.done_items += done
        return left

    def _body(self, requests: Sequence[bytes]) -> bytes:
        name, mode = msgspec.json.encode(self._table), self._pacer.capacity_mode.encode()
        start = b'{"RequestItems":{' + name + b":["
        return start + b",".join(requests) + b']},"ReturnConsumedCapacity":"' + mode + b'"}'

    def _refused(self, error: InputError) -> InputError | WriteRefusedError:
        """DynamoDB refuses the items, not the way they were sent."""
        if error.code != "ValidationException":
            return error
        return WriteRefusedError(error.message, table=self._table, code=error.code, request_id=error.request_id)


def write_units(requests: Sequence[bytes]) -> float:
    """Return about what requests cost, as far as their bytes tell: a unit for each KB of each item.

    Example:
        >>> write_units([b"x" * 100, b"x" * 1500])
        3.0
    """
    return float(sum(math.ceil(len(request) / _WRITE_UNIT_BYTES) for request in requests))


def _index_units(answer: BatchAnswer) -> dict[str, float]:
    units: dict[str, float] = {}
    for part in answer.capacity:
        for name, amount in part.index_units.items():
            units[name] = units.get(name, 0.0) + amount
    return units
