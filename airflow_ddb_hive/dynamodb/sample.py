"""Reads a bounded number of a table's items from places all over it, within its budget."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from airflow_ddb_hive.dynamodb.retry import CallContext
from airflow_ddb_hive.dynamodb.wire import parse_page
from airflow_ddb_hive.errors import InputError, ServiceError
from airflow_ddb_hive.model.inferred import TableSample

if TYPE_CHECKING:
    import threading

    from airflow_ddb_hive.dynamodb.client import DynamoDB
    from airflow_ddb_hive.dynamodb.pacing import Pacer
    from airflow_ddb_hive.model.dynamodb import TableDescription

__all__ = ["SampleLimits", "sample_items"]

_SEGMENTS = 16
_READ_UNIT_BYTES = 8192
"""What half a read unit buys twice: reads are eventually consistent."""
_FIRST_GUESS_UNITS = 1.0
"""Units an item, while neither DynamoDB's own figures nor an answer tell."""

Item = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleLimits:
    """The most items to read, and the most read units to take for them.

    The last page may take more than was left of the units: by 128, what a page of 1 MB costs, at worst.

    Example:
        >>> SampleLimits(items=100).read_units
        250.0

    Raises:
        InputError: A limit is not above zero.
    """

    items: int = 1000
    read_units: float = 250.0

    def __post_init__(self) -> None:
        """Refuse a sample of nothing."""
        if self.items < 1 or not self.read_units > 0:
            raise InputError(f"a sample of {self.items} items for {self.read_units:g} read units: give more than 0")


@dataclass(frozen=True, slots=True)
class _Place:
    segment: int
    start_key: dict[str, Any] | None = None


def sample_items(
    db: DynamoDB, description: TableDescription, limits: SampleLimits, *, pacer: Pacer, stop: threading.Event
) -> tuple[list[Item], TableSample]:
    """Return items of all parts of a table, and how much was read; a small table is read as a whole.

    Raises:
        JobCancelledError: ``stop`` was set.
        DdbHiveError: What DynamoDB refused.
    """
    segments = min(_SEGMENTS, limits.items)
    places = deque(_Place(segment) for segment in range(segments))
    context = CallContext(table=description.name, stop=stop, pacer=pacer)
    items: list[Item] = []
    units = 0.0
    while places and len(items) < limits.items and units < limits.read_units:
        place = places.popleft()
        wanted = math.ceil((limits.items - len(items)) / (len(places) + 1))
        affordable = int((limits.read_units - units) / _units_per_item(description, len(items), units))
        limit = max(1, min(wanted, affordable, pacer.page_limit))
        page_items, page_units, last_key = _page(db, context, pacer, _options(place, segments, limit))
        items += page_items
        units += page_units
        if last_key is not None:
            places.append(_Place(place.segment, last_key))
    return items, TableSample(items=len(items), units=units, segments=segments, complete=not places)


def _units_per_item(description: TableDescription, items: int, units: float) -> float:
    if items:
        return max(units / items, 1e-3)
    if description.item_count:
        return max(description.size_bytes / description.item_count / _READ_UNIT_BYTES, 1e-3)
    return _FIRST_GUESS_UNITS


def _options(place: _Place, segments: int, limit: int) -> dict[str, Any]:
    options: dict[str, Any] = {"Segment": place.segment, "TotalSegments": segments, "Limit": limit}
    return options if place.start_key is None else {**options, "ExclusiveStartKey": place.start_key}


def _page(
    db: DynamoDB, context: CallContext, pacer: Pacer, options: dict[str, Any]
) -> tuple[list[Item], float, dict[str, Any] | None]:
    body = msgspec.json.encode({"TableName": context.table, "ReturnConsumedCapacity": "TOTAL", **options})
    reserved = pacer.acquire(context.stop)
    units = 0.0
    scanned = 0
    try:
        answer = db.call("Scan", body, context)
        page = parse_page(answer)
        scanned = page.scanned_count
        units = page.capacity.units if page.capacity is not None else len(answer) / _READ_UNIT_BYTES
    finally:
        pacer.charge(reserved, units, items=scanned)
    try:
        found: list[Item] = msgspec.json.decode(bytes(page.items), type=list[dict[str, dict[str, Any]]])
    except msgspec.DecodeError as error:
        raise ServiceError(f"DynamoDB answered items that cannot be read: {error}", table=context.table) from error
    return found, units, page.last_key or None
