"""Where the rows of a scan come from: DynamoDB pages or files, as Arrow batches under the names ``c<place>``."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

from airflow_ddb_hive.engines.local.absent import AbsenceWatch
from airflow_ddb_hive.engines.local.emit import emit_parse
from airflow_ddb_hive.engines.local.ending import ending
from airflow_ddb_hive.engines.local.samples import first_rows, head_of, sampled_files
from airflow_ddb_hive.engines.local.table_reader import reader
from airflow_ddb_hive.errors import NotFoundError
from airflow_ddb_hive.formats import file_format
from airflow_ddb_hive.model.arrow import arrow_type
from airflow_ddb_hive.model.delimited import DelimitedOptions

if TYPE_CHECKING:
    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.engines.local.tables import MappedTable
    from airflow_ddb_hive.formats import FileFormat
    from airflow_ddb_hive.hiveql.tree import Scan
    from airflow_ddb_hive.model.dynamodb import ScanUnit
    from airflow_ddb_hive.model.table import Table
    from airflow_ddb_hive.storage.base import FileInfo, Store

__all__ = ["ROW_MARK", "DynamoDBSource", "FileSource", "Source", "Unit", "estimated_bytes", "open_source"]

ROW_MARK = "c_"
"""The column of a scan that needs none: it only counts rows."""

Unit = Callable[[], Iterator[pa.RecordBatch]]
"""One independent part of a scan: call it to read it."""


class Source(Protocol):
    """The rows of one scan."""

    schema: pa.Schema
    size_bytes: int

    def stream(self) -> Iterator[pa.RecordBatch]:
        """All rows; closing the iterator ends everything behind it."""
        ...

    def units(self) -> Sequence[Unit]:
        """The same rows in independent parts."""
        ...

    def typed_sql(self, name: str) -> str | None:
        """SQL that makes typed columns of the batches registered under a name; ``None`` if they are typed."""
        ...


def open_source(scan: Scan, context: StatementContext) -> Source:
    """Find out what is behind a scan, before anything is read.

    Raises:
        MappingError: The DynamoDB table is not there or does not fit.
        UnsupportedSqlError: The files have a format that is not supported.
    """
    needed = tuple(sorted(scan.needed))
    if scan.table.is_dynamodb:
        return DynamoDBSource(context.mapped(scan.table), needed, context)
    return FileSource(scan, needed, context)


def estimated_bytes(scan: Scan, context: StatementContext) -> int:
    """How large a scan's table is: DynamoDB's own figure, or the sum of its files."""
    if scan.table.is_dynamodb:
        return context.mapped(scan.table).description.size_bytes
    location = scan.table.location or ""
    return sum(info.size for info in _listed(context.stores.at(location), location))


def _schema(table: Table, needed: Sequence[int], *, text: bool) -> pa.Schema:
    if not needed:
        return pa.schema([pa.field(ROW_MARK, pa.int8())])
    types = [pa.string() if text else arrow_type(table.columns[place].type) for place in needed]
    return pa.schema([pa.field(f"c{place}", type_) for place, type_ in zip(needed, types, strict=True)])


class DynamoDBSource:
    """A DynamoDB table, read by parallel segments within its budget."""

    def __init__(self, mapped: MappedTable, needed: tuple[int, ...], context: StatementContext) -> None:
        self.schema = _schema(mapped.table, needed, text=False)
        self.size_bytes = mapped.description.size_bytes
        self._reader = reader(mapped, needed, context)
        self._workers = context.workers
        self._absence = functools.partial(
            AbsenceWatch, mapped.description.name, [mapped.columns[place] for place in needed], notice=context.notice
        )

    def stream(self) -> Iterator[pa.RecordBatch]:
        """All segments, merged as they come."""
        with ending(self._reader.stream(workers=self._workers)) as batches:
            yield from self._absence(parts=1).watch(batches)

    def units(self) -> Sequence[Unit]:
        """One unit a segment."""
        segments = self._reader.units()
        absence = self._absence(parts=len(segments))
        return [functools.partial(self._watched, absence, segment) for segment in segments]

    def _watched(self, absence: AbsenceWatch, segment: ScanUnit) -> Iterator[pa.RecordBatch]:
        return absence.watch(self._reader.batches(segment))

    def typed_sql(self, name: str) -> str | None:  # noqa: ARG002 - the protocol's signature
        """Pages are decoded to types."""
        return None


@dataclass(frozen=True, slots=True)
class _File:
    """One file of a table, opened when it is read."""

    store: Store
    info: FileInfo
    format: FileFormat
    needed: tuple[int, ...]
    rows: int | None = None
    size: int | None = None

    def __call__(self) -> Iterator[pa.RecordBatch]:
        with closing(self.store.open_read(self.info.url)) as stream:
            part = stream if self.size is None else head_of(stream, self.size)
            batches = self.format.read(part, self.needed, self.info.url)
            for batch in batches if self.rows is None else first_rows(batches, self.rows):
                yield batch if self.needed else _row_marks(batch.num_rows)


def _row_marks(rows: int) -> pa.RecordBatch:
    """Rows of which only the number counts; DuckDB has no table without columns."""
    return pa.RecordBatch.from_arrays([pa.nulls(rows, pa.int8())], names=[ROW_MARK])


class FileSource:
    """The files below a table's location."""

    def __init__(self, scan: Scan, needed: tuple[int, ...], context: StatementContext) -> None:
        table = scan.table
        location = table.location or ""
        self._table = table
        self._needed = needed
        self._format = file_format(table.storage, table.columns, table.properties)
        self.schema = _schema(table, needed, text=self._format.cells == "text")
        store = context.stores.at(location)
        sampled = sampled_files(_listed(store, location), scan.sample)
        text = self._format.cells == "text"
        self._files = [
            _File(store, info, self._format, needed, rows, size if text else None) for info, rows, size in sampled
        ]
        self.size_bytes = sum(file.info.size for file in self._files)
        if not self._files and table.kind == "EXTERNAL_TABLE":
            context.notice(f"table {table.name} reads as empty: there are no files at {location}")

    def stream(self) -> Iterator[pa.RecordBatch]:
        """One file after the other."""
        for file in self._files:
            yield from file()

    def units(self) -> Sequence[Unit]:
        """One unit a file."""
        return self._files

    def typed_sql(self, name: str) -> str | None:
        """Cells of text become types by Hive's rules; typed formats are done."""
        if self._format.cells == "typed" or not self._needed:
            return None
        columns = [(place, self._table.columns[place].type) for place in self._needed]
        return emit_parse(name, columns, DelimitedOptions.from_properties(self._table.storage.serde_properties))


def _listed(store: Store, location: str) -> list[FileInfo]:
    """A table whose folder is not there is an empty table, as in Hive."""
    try:
        return store.list_files(location)
    except NotFoundError:
        return []
