"""Sends one read request: waits for its share of the budget, pays for it, counts it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_ddb_hive.dynamodb.estimate import table_figures
from airflow_ddb_hive.dynamodb.page import Page
from airflow_ddb_hive.dynamodb.retry import CallContext
from airflow_ddb_hive.dynamodb.wire import parse_get_answer, parse_page

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence

    from airflow_ddb_hive.dynamodb.client import DynamoDB
    from airflow_ddb_hive.dynamodb.meter import Meter
    from airflow_ddb_hive.dynamodb.pacing import Pacer
    from airflow_ddb_hive.dynamodb.wire import GetAnswer, PageEnvelope
    from airflow_ddb_hive.model.dynamodb import ReadRequest, TableDescription

__all__ = ["Channel", "Costs", "average_bytes", "fetch_items", "fetch_page", "units_per_item"]

_READ_UNIT_BYTES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What reads cost where the server does not say: half a unit for every 4 KB, twice if consistent.

    Example:
        >>> Costs(average_bytes=300).page(answer_bytes=9000, scanned=100), Costs(consistent=True).items(3, 120)
        (4.0, 3.0)
    """

    consistent: bool = False
    average_bytes: float = 0.0

    def page(self, answer_bytes: int, scanned: int) -> float:
        """Return the units of a page: the items that a filter left out have been read too."""
        return self._units(max(answer_bytes, scanned * self.average_bytes))

    def items(self, keys: int, answer_bytes: int) -> float:
        """Return the units of so many fetched keys: each costs at least one step, absent ones too."""
        if not keys:
            return 0.0
        return max(self._units(answer_bytes), keys * self._units(1))

    def _units(self, size: float) -> float:
        return math.ceil(size / _READ_UNIT_BYTES) * (1.0 if self.consistent else 0.5)


def average_bytes(request: ReadRequest, description: TableDescription) -> float:
    """Return the size of an average item of the table or index that is read; 0 where nobody knows it."""
    items, size = table_figures(description, request.path.index_name)
    if not items:
        # An index is counted only hours after it was made.
        items, size = description.item_count, description.size_bytes
    return size / items if items else 0.0


def units_per_item(request: ReadRequest, description: TableDescription) -> float:
    """Return what an item will probably cost in a page of many; 1, or 2 if consistent, where nobody knows its size.

    Example:
        >>> from airflow_ddb_hive.model.dynamodb import ReadRequest, TableDescription
        >>> music = TableDescription(name="Music", hash_key="Artist", item_count=1000, size_bytes=2_048_000)
        >>> units_per_item(ReadRequest(table_name="Music", columns=()), music)
        0.25
    """
    units = average_bytes(request, description) / _READ_UNIT_BYTES or 2.0
    return units if request.consistent else units / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What requests go through: the connection, the table's budget and counters, and the event that ends them."""

    db: DynamoDB
    table: str
    pacer: Pacer
    meter: Meter
    stop: threading.Event
    costs: Costs

    def reserve(self, units: float | None = None) -> CallContext:
        """Wait for a share of the budget, of an average page if ``units`` does not say, and return the call's context.

        Raises:
            JobCancelledError: The job was cancelled while it waited.
        """
        reserved = self.pacer.acquire(self.stop, units)
        return CallContext(table=self.table, stop=self.stop, meter=self.meter, pacer=self.pacer, reserved=reserved)


def fetch_page(channel: Channel, operation: str, body: bytes | Callable[[], bytes], *, counting: bool = False) -> Page:
    """Return one page of a Scan or Query; only one that is ``counting`` may come without items.

    Raises:
        DdbHiveError: It could not be had within the time allowed, or the job was cancelled.
    """

    def read(answer: bytes) -> tuple[PageEnvelope, int]:
        return parse_page(answer, counting=counting), len(answer)

    context = channel.reserve()
    # A page's limit is told by the answers that came while this request waited.
    body = body if isinstance(body, bytes) else body()
    units, scanned = 0.0, 0
    try:
        page, size = channel.db.ask(operation, body, context, read)
        scanned = page.scanned_count
        units = page.capacity.units if page.capacity is not None else channel.costs.page(size, scanned)
    finally:
        channel.pacer.charge(context.reserved or 0.0, units, items=scanned)
    channel.meter.add(items=page.count, scanned=scanned, bytes=size, requests=1, units=units)
    return Page(bytes(page.items), page.count, page.last_key or None, units, scanned)


def fetch_items(channel: Channel, body: bytes, keys: int) -> tuple[Page, Sequence[bytes]]:
    """Return the items of one BatchGetItem, and those of its ``keys`` keys that are to be asked for again.

    Raises:
        DdbHiveError: As :func:`fetch_page`.
    """

    def read(answer: bytes) -> tuple[GetAnswer, int]:
        return parse_get_answer(answer), len(answer)

    context = channel.reserve(channel.pacer.estimate(keys))
    units, done = 0.0, 0
    try:
        answer, size = channel.db.ask("BatchGetItem", body, context, read)
        left = answer.left
        done = keys - len(left)
        capacity = answer.capacity
        units = sum(part.units for part in capacity) if capacity else channel.costs.items(done, size)
    finally:
        channel.pacer.charge(context.reserved or 0.0, units, items=done)
    items = answer.items
    channel.meter.add(items=len(items), scanned=len(items), bytes=size, requests=1, units=units)
    return Page(b"[" + b",".join(items) + b"]", len(items), None, units, len(items)), left
