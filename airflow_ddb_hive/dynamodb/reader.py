"""Reads a table as Arrow batches: units of work side by side, pages in order within each, one budget for all."""

from __future__ import annotations

import decimal
import functools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import pyarrow as pa

from airflow_ddb_hive.dynamodb.crew import Crew
from airflow_ddb_hive.dynamodb.decode import decode_page
from airflow_ddb_hive.dynamodb.estimate import table_figures
from airflow_ddb_hive.dynamodb.fetch import Channel, Costs, average_bytes, fetch_page
from airflow_ddb_hive.dynamodb.gather import gathered
from airflow_ddb_hive.dynamodb.get import MOST_KEYS, get_pages
from airflow_ddb_hive.dynamodb.merge import merged
from airflow_ddb_hive.dynamodb.page import Page, joined_items
from airflow_ddb_hive.dynamodb.requests import ReadBodies
from airflow_ddb_hive.errors import ServiceError
from airflow_ddb_hive.model.dynamodb import KeyRange, RangeUnit, ReadRequest, ReadUnit, ScanUnit, TableDescription

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence

    from airflow_ddb_hive.dynamodb.client import DynamoDB
    from airflow_ddb_hive.dynamodb.meter import Meter
    from airflow_ddb_hive.dynamodb.pacing import Pacer
    from airflow_ddb_hive.model.dynamodb import AttributeValue

__all__ = ["COUNT_COLUMN", "TableReader"]

T = TypeVar("T")


@dataclass(slots=True)
class _Wanted:
    """How many more items the reader has use for."""

    items: int


COUNT_COLUMN = "c_"
"""The name of the column of NULLs that batches have when only the number of items is asked for."""

_SEGMENT_BYTES = 64 * 2**20
_MOST_SEGMENTS = 32
_LARGEST_LIMIT = 100_000
_LIGHT_SEGMENT_BYTES = 8 * 2**20
"""Of a scan that counts or filters, and so brings little to decode."""

_RANGE_THREADS = 8
"""Small requests wait for the network most of their time, so that more threads than cores are of use."""

_MOST_THREADS = 12
_MOST_LIGHT_THREADS = 32


class TableReader:
    """Reads what a request asks of a table.

    Args:
        db: The connection.
        request: Table, columns, the way to the items, and how the work is cut up.
        names: The name of each column in the batches.
        pacer: The budget, shared with others who read the table.
        meter: Where items, bytes and units are counted.
        stop: Ends every wait once it is set.
        description: What DescribeTable said, where the caller has asked already.
    """

    def __init__(
        self,
        db: DynamoDB,
        request: ReadRequest,
        names: Sequence[str],
        pacer: Pacer,
        meter: Meter,
        stop: threading.Event,
        *,
        description: TableDescription | None = None,
    ) -> None:
        self._db = db
        self._request = request
        self._names = tuple(names)
        self._pacer = pacer
        self._meter = meter
        self._stop = stop
        self._known = description

    @functools.cached_property
    def _description(self) -> TableDescription:
        return self._known or self._db.describe(self._request.table_name, stop=self._stop)

    @functools.cached_property
    def _bodies(self) -> ReadBodies:
        return ReadBodies(self._request, self._description)

    def units(self) -> tuple[ReadUnit, ...]:
        """Return the independent parts of the work.

        A scan has as many segments as were asked for, else one for every 64 MiB, or 8 MiB if it counts or filters, at
        most 32; a query a unit for each range; a get one for every 100 keys. Equal keys are read once, numbers being
        equal by value.

        Raises:
            InputError: DynamoDB does not do what is asked of an index.
        """
        request, _ = self._request, self._bodies
        if request.path.kind == "nothing":
            return ()
        if request.path.kind == "scan":
            return self._segments()
        ranges = tuple(_distinct(request.path.ranges))
        size = 1 if request.path.kind == "query" else MOST_KEYS
        return tuple(map(RangeUnit, _cut(ranges, size)))

    def parts(self, most: int = _MOST_SEGMENTS) -> tuple[tuple[ReadUnit, ...], ...]:
        """Return the units in at most so many groups of about the same number, none of them empty."""
        units = self.units()
        return tuple(_cut(units, math.ceil(len(units) / most)))

    def pages(self, unit: ReadUnit, start_key: Mapping[str, Any] | None = None) -> Iterator[Page]:
        """Yield a unit's pages, from its beginning or, in a scan or query, from behind ``start_key``.

        Raises:
            NotFoundError: The table or the index is no longer there.
            DdbHiveError: A page could not be had within the time allowed, or the job was cancelled.
        """
        return self._pages(unit, self._stop, start_key)

    def batches(self, *units: ReadUnit) -> Iterator[pa.RecordBatch]:
        """Yield the items of some units as typed batches; small pages share one.

        Raises:
            BadValueError: A value does not fit its column.
            DdbHiveError: As :meth:`pages`.
        """
        return self._batches(units, self._stop)

    def stream(
        self, *, workers: int = 2, read_ahead: int = 4, most_items: int | None = None
    ) -> Generator[pa.RecordBatch, None, None]:
        """Yield all units' batches in no particular order, read by threads that end with this iterator.

        More threads than ``workers`` read where much of the budget would be left unused otherwise. With none, the
        caller's own thread reads page by page, and nothing that it has not asked for; it ends with the item that
        makes ``most_items``, behind which no page of a scan or query reads on.

        Raises:
            DdbHiveError: What the first failed thread raised.
        """
        units = self.units()
        if workers <= 0:
            return self._in_turn(units, most_items)
        return merged(units, self._batches, self._stop, crew=self._crew(workers), read_ahead=read_ahead)

    def _in_turn(self, units: Iterable[ReadUnit], most_items: int | None) -> Generator[pa.RecordBatch, None, None]:
        """The units' pages one after the other, up to so many items."""
        wanted = _Wanted(_LARGEST_LIMIT if most_items is None else most_items)
        for unit in units:
            for page in self._pages(unit, self._stop, wanted=wanted):
                if page.count:
                    yield self._decode([page])
                if most_items is not None:
                    wanted.items -= page.count
                if wanted.items <= 0:
                    return

    @property
    def _light(self) -> bool:
        """Whether pages bring little for all that is read."""
        return not self._request.columns or self._request.path.filter is not None

    def _segments(self) -> tuple[ScanUnit, ...]:
        total = self._request.total_segments
        if total is None:
            size = _LIGHT_SEGMENT_BYTES if self._light else _SEGMENT_BYTES
            _, held = table_figures(self._description, self._request.path.index_name)
            total = min(_MOST_SEGMENTS, max(1, math.ceil(held / size)))
        return tuple(ScanUnit(segment, total) for segment in range(total))

    def _crew(self, workers: int) -> Crew:
        threads = workers if self._request.path.kind == "scan" else max(workers, _RANGE_THREADS)
        most = _MOST_LIGHT_THREADS if self._light else _MOST_THREADS
        return Crew(
            threads,
            max(threads, most),
            lost_seconds=lambda: self._pacer.lost_seconds,
            units=lambda: self._meter.snapshot().units,
        )

    def _batches(
        self, units: Iterable[ReadUnit], stop: threading.Event, look: Callable[[], None] | None = None
    ) -> Iterator[pa.RecordBatch]:
        pages = (page for unit in units for page in self._pages(unit, stop))
        for group in gathered(pages if look is None else _each(pages, look)):
            yield self._decode(group)

    def _pages(
        self,
        unit: ReadUnit,
        stop: threading.Event,
        start_key: Mapping[str, Any] | None = None,
        *,
        wanted: _Wanted | None = None,
    ) -> Iterator[Page]:
        channel = self._channel(stop)
        if isinstance(unit, ScanUnit):
            yield from self._followed(channel, "Scan", functools.partial(self._bodies.scan, unit), start_key, wanted)
        elif self._request.path.kind == "get":
            yield from get_pages(channel, [self._bodies.key(item) for item in unit.ranges], self._bodies.get)
        else:
            for key_range in unit.ranges:
                body = functools.partial(self._bodies.query, key_range)
                yield from self._followed(channel, "Query", body, start_key, wanted)
                start_key = None

    def _followed(
        self,
        channel: Channel,
        operation: str,
        body: Any,
        start_key: Mapping[str, Any] | None,
        wanted: _Wanted | None,
    ) -> Iterator[Page]:
        """One page after the other; a page without items may still have a next one."""
        key = start_key
        while True:
            made = functools.partial(self._limited, body, key, _LARGEST_LIMIT if wanted is None else wanted.items)
            page = fetch_page(channel, operation, made, counting=not self._request.columns)
            yield page
            key = page.last_key
            if key is None:
                return

    def _limited(self, body: Any, key: Mapping[str, Any] | None, wanted: int) -> bytes:
        made: bytes = body(key, self._page_limit(wanted))
        return made

    def _page_limit(self, wanted: int) -> int | None:
        """The most items that the next page may evaluate."""
        limit = min(self._pacer.page_limit, self._request.page_limit or _LARGEST_LIMIT, wanted)
        return limit if limit < _LARGEST_LIMIT else None

    def _channel(self, stop: threading.Event) -> Channel:
        request = self._request
        return Channel(
            db=self._db,
            table=request.table_name,
            pacer=self._pacer,
            meter=self._meter,
            stop=stop,
            costs=Costs(consistent=request.consistent, average_bytes=average_bytes(request, self._description)),
        )

    def _decode(self, pages: Sequence[Page]) -> pa.RecordBatch:
        request = self._request
        if not request.columns:
            count = sum(page.count for page in pages)
            return pa.RecordBatch.from_arrays([pa.nulls(count, pa.int8())], names=[COUNT_COLUMN])
        keys = self._description.key_attributes
        batch = decode_page(
            joined_items(pages),
            request.columns,
            self._names,
            request.table_name,
            key_attributes=keys,
            rules=request.rules,
            misfits=self._meter,
        )
        _check_count(batch.num_rows, pages, request.table_name)
        return batch


def _each(pages: Iterator[Page], look: Callable[[], None]) -> Iterator[Page]:
    """Pages, with a call after each."""
    for page in pages:
        look()
        yield page


def _cut(values: tuple[T, ...], size: int) -> Iterator[tuple[T, ...]]:
    return (values[start : start + size] for start in range(0, len(values), max(1, size)))


def _distinct(ranges: Iterable[KeyRange]) -> Iterator[KeyRange]:
    """Each range once: DynamoDB answers ``1`` and ``1.0`` with the same item, once for each."""
    seen: set[bytes] = set()
    for key_range in ranges:
        sort = key_range.sort
        values = (key_range.partition, *(() if sort is None else sort.values))
        mark = msgspec.json.encode([sort and sort.operator, *map(_plain, values)])
        if mark not in seen:
            seen.add(mark)
            yield key_range


def _plain(value: AttributeValue) -> Any:
    """A value's one way of being written."""
    number = value.get("N")
    if number is None:
        return dict(value)
    # 38 digits are more than the default context keeps.
    return {"N": format(decimal.Decimal(number).normalize(decimal.Context(prec=60)), "E")}


def _check_count(rows: int, pages: Sequence[Page], table: str) -> None:
    """Refuse a page that has lost items on its way, where no checksum told."""
    count = sum(page.count for page in pages)
    if rows != count:
        message = f"DynamoDB answered {count} items of table {table}, but {rows} arrived: run again"
        raise ServiceError(message, table=table, code="CorruptAnswer")
