"""Where the rows of a scan come from: DynamoDB pages or files, as Arrow batches under the names ``c<place>``."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

from airflow_ddb_hive.engines.local.absent import AbsenceWatch
from airflow_ddb_hive.engines.local.emit import emit_parse, engine_value, has_own_form
from airflow_ddb_hive.engines.local.ending import ending
from airflow_ddb_hive.engines.local.file_source import ROW_MARK, FileSource, files_bytes
from airflow_ddb_hive.engines.local.table_reader import reader
from airflow_ddb_hive.model.arrow import arrow_type
from airflow_ddb_hive.model.delimited import DelimitedOptions

if TYPE_CHECKING:
    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.engines.local.tables import MappedTable
    from airflow_ddb_hive.hiveql.tree import Scan
    from airflow_ddb_hive.model.dynamodb import ScanUnit
    from airflow_ddb_hive.model.table import Table

__all__ = ["ROW_MARK", "DynamoDBSource", "FileSource", "Source", "Unit", "estimated_bytes", "open_source"]

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
    return FileSource(scan, context)


def estimated_bytes(scan: Scan, context: StatementContext) -> int:
    """How large a scan's table is: DynamoDB's own figure, or the sum of its files."""
    if scan.table.is_dynamodb:
        return context.mapped(scan.table).description.size_bytes
    return files_bytes(scan, context)


def _schema(table: Table, needed: Sequence[int]) -> pa.Schema:
    if not needed:
        return pa.schema([pa.field(ROW_MARK, pa.int8())])
    types = [arrow_type(table.columns[place].type) for place in needed]
    return pa.schema([pa.field(f"c{place}", type_) for place, type_ in zip(needed, types, strict=True)])


class DynamoDBSource:
    """A DynamoDB table, read by parallel segments within its budget."""

    def __init__(self, mapped: MappedTable, needed: tuple[int, ...], context: StatementContext) -> None:
        self.schema = _schema(mapped.table, needed)
        self.size_bytes = mapped.description.size_bytes
        self._reader = reader(mapped, needed, context)
        self._workers = context.workers
        self._types = [(place, mapped.table.columns[place].type) for place in needed]
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

    def typed_sql(self, name: str) -> str | None:
        """Pages are decoded to Arrow's types, which some of the engine's differ from."""
        if not any(has_own_form(type_) for _, type_ in self._types):
            return None
        return emit_parse(name, (), DelimitedOptions(), {i: engine_value(f"s.c{i}", type_) for i, type_ in self._types})
