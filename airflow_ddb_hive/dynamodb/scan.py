"""Reads a table as Arrow batches: segments as units of work, pages in order within each, one budget for all."""

from __future__ import annotations

import contextlib
import math
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from airflow_ddb_hive.dynamodb.decode import decode_page
from airflow_ddb_hive.dynamodb.retry import CallContext
from airflow_ddb_hive.dynamodb.threads import LinkedEvent, StoppableQueue, await_end
from airflow_ddb_hive.dynamodb.wire import parse_page, scan_body
from airflow_ddb_hive.errors import JobCancelledError
from airflow_ddb_hive.model.dynamodb import ITEM, AttributeColumn, ReadRequest, ScanUnit, TableDescription

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence

    from airflow_ddb_hive.dynamodb.client import DynamoDB
    from airflow_ddb_hive.dynamodb.meter import Meter
    from airflow_ddb_hive.dynamodb.pacing import Pacer

__all__ = ["COUNT_COLUMN", "Page", "TableReader"]

COUNT_COLUMN = "c_"
"""The name of the column of NULLs that batches have when only the number of items is asked for."""

_SEGMENT_BYTES = 64 * 2**20
_MOST_SEGMENTS = 32
_LARGEST_LIMIT = 100_000
_READ_UNIT_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Page:
    """One answer: its items as bytes, how many they are, and where the next page starts (``None``: nowhere)."""

    items: bytes
    count: int
    last_key: Mapping[str, Any] | None
    units: float


class TableReader:
    """Reads what a request asks of a table.

    Args:
        db: The connection.
        request: Table, columns, and how the work is cut up.
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

    @property
    def _description(self) -> TableDescription:
        if self._known is None:
            self._known = self._db.describe(self._request.table_name, stop=self._stop)
        return self._known

    def units(self) -> tuple[ScanUnit, ...]:
        """Return the segments: as many as were asked for, else one for every 64 MiB, at most 32."""
        total = self._request.total_segments
        if total is None:
            total = min(_MOST_SEGMENTS, max(1, math.ceil(self._description.size_bytes / _SEGMENT_BYTES)))
        return tuple(ScanUnit(segment, total) for segment in range(total))

    def pages(self, unit: ScanUnit, start_key: Mapping[str, Any] | None = None) -> Iterator[Page]:
        """Yield a segment's pages, from its beginning or from behind ``start_key``.

        Raises:
            DdbHiveError: A page could not be had within the time allowed, or the job was cancelled.
        """
        attributes = self._attributes()
        key = start_key
        while True:
            page = self._fetch(unit, key, attributes, self._stop)
            yield page
            key = page.last_key
            if key is None:
                return

    def batches(self, unit: ScanUnit) -> Iterator[pa.RecordBatch]:
        """Yield a segment's items as typed batches, one for each page that has any.

        Raises:
            BadValueError: A value does not fit its column.
            DdbHiveError: As :meth:`pages`.
        """
        for page in self.pages(unit):
            if page.count:
                yield self._decode(page)

    def stream(self, *, workers: int = 2, read_ahead: int = 4) -> Generator[pa.RecordBatch, None, None]:
        """Yield all segments' batches in no particular order, read by threads that end with this iterator.

        Raises:
            DdbHiveError: What the first failed thread raised.
        """
        ended = LinkedEvent(self._stop)
        self._attributes()  # asks for the description, if need be, before threads would each do so
        units = iter(self.units())
        reader = _Fork(self, ended)
        batches: StoppableQueue[pa.RecordBatch | _End] = StoppableQueue(read_ahead, ended)
        lock = threading.Lock()

        def next_unit() -> ScanUnit | None:
            with lock:
                return next(units, None)

        threads = [
            threading.Thread(target=_work, args=(reader, next_unit, batches), name=f"scan-{n}", daemon=True)
            for n in range(workers)
        ]
        try:
            for thread in threads:
                thread.start()
            yield from _merged(batches, workers)
        finally:
            ended.set()
            await_end(threads, ended)

    def _attributes(self) -> tuple[str, ...] | None:
        """What to project: ``None`` is whole items, and nothing is a count."""
        columns = self._request.columns
        if any(column.dynamodb_type == ITEM for column in columns):
            return None
        names = [str(column.attribute) for column in columns]
        if any(_may_fail(column) for column in columns):
            # Then an error can name the item.
            names.extend(self._description.key_attributes)
        return tuple(dict.fromkeys(names))

    def _fetch(
        self,
        unit: ScanUnit,
        key: Mapping[str, Any] | None,
        attributes: Sequence[str] | None,
        stop: threading.Event,
    ) -> Page:
        request = self._request
        context = CallContext(table=request.table_name, stop=stop, meter=self._meter, pacer=self._pacer)
        reserved = self._pacer.acquire(stop)
        units = 0.0
        scanned = 0
        try:
            body = scan_body(
                request.table_name,
                attributes,
                index=request.path.index_name,
                consistent=request.consistent,
                options=self._options(unit, key),
            )
            answer = self._db.call("Scan", body, context)
            page = parse_page(answer)
            scanned = page.scanned_count
            units = page.capacity.units if page.capacity is not None else _estimated_units(answer, request.consistent)
        finally:
            self._pacer.charge(reserved, units, items=scanned)
        self._meter.add(items=page.count, bytes=len(answer), requests=1, units=units)
        return Page(bytes(page.items), page.count, page.last_key or None, units)

    def _options(self, unit: ScanUnit, key: Mapping[str, Any] | None) -> dict[str, Any]:
        options: dict[str, Any] = {}
        if unit.total_segments > 1:
            options.update(Segment=unit.segment, TotalSegments=unit.total_segments)
        if key is not None:
            options["ExclusiveStartKey"] = key
        limit = min(self._pacer.page_limit, self._request.page_limit or _LARGEST_LIMIT)
        if limit < _LARGEST_LIMIT:
            options["Limit"] = limit
        return options

    def _decode(self, page: Page) -> pa.RecordBatch:
        request = self._request
        if not request.columns:
            return pa.RecordBatch.from_arrays([pa.nulls(page.count, pa.int8())], names=[COUNT_COLUMN])
        keys = self._known.key_attributes if self._known is not None else ()
        return decode_page(page.items, request.columns, self._names, request.table_name, key_attributes=keys)


@dataclass(frozen=True, slots=True)
class _End:
    """A worker is done, or has failed."""

    error: BaseException | None = None


class _Fork(TableReader):
    """A reader like another, ended by an event of its own."""

    def __init__(self, origin: TableReader, stop: threading.Event) -> None:
        self.__dict__.update(origin.__dict__)
        self._stop = stop


def _work(reader: TableReader, next_unit: Any, batches: StoppableQueue[pa.RecordBatch | _End]) -> None:
    """Read units until there are none left; what happens is told through the queue."""
    end = _End()
    try:
        while (unit := next_unit()) is not None:
            for batch in reader.batches(unit):
                batches.put(batch)
    except BaseException as error:  # noqa: BLE001 - it is raised again in the thread that reads the queue
        end = _End(error)
    with contextlib.suppress(JobCancelledError):
        batches.put(end)


def _merged(batches: StoppableQueue[pa.RecordBatch | _End], workers: int) -> Iterator[pa.RecordBatch]:
    running = workers
    while running:
        value = batches.get()
        if not isinstance(value, _End):
            yield value
        elif value.error is None:
            running -= 1
        else:
            raise value.error


def _may_fail(column: AttributeColumn) -> bool:
    """Whether a present value may not fit the column."""
    return not any(str(column.type) == name for name in ("string", "boolean", "binary", "double"))


def _estimated_units(answer: bytes, consistent: bool) -> float:
    """What a page costs when the server does not say: half a unit for every 4 KB, twice if consistent."""
    return math.ceil(len(answer) / _READ_UNIT_BYTES) * (1.0 if consistent else 0.5)
