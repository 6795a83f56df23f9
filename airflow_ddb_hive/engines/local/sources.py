"""Where the rows of a scan come from: DynamoDB pages or files, as Arrow batches under the names ``c<place>``."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypedDict

import pyarrow as pa

from airflow_ddb_hive.dynamodb.estimate import table_figures
from airflow_ddb_hive.engines.local.absent import AbsenceWatch
from airflow_ddb_hive.engines.local.emit import emit_parse
from airflow_ddb_hive.engines.local.ending import ending
from airflow_ddb_hive.engines.local.pushdown import access_of
from airflow_ddb_hive.engines.local.pushdown.sizes import path_bytes
from airflow_ddb_hive.engines.local.table_reader import reader
from airflow_ddb_hive.errors import NotFoundError
from airflow_ddb_hive.formats import file_format
from airflow_ddb_hive.model.arrow import arrow_type
from airflow_ddb_hive.model.delimited import DelimitedOptions
from airflow_ddb_hive.model.dynamodb import AccessPath, TableDescription

if TYPE_CHECKING:
    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.engines.local.pushdown import PlannedAccess
    from airflow_ddb_hive.engines.local.tables import MappedTable
    from airflow_ddb_hive.formats import FileFormat
    from airflow_ddb_hive.hiveql.tree import Relation, Scan
    from airflow_ddb_hive.model.dynamodb import ReadUnit
    from airflow_ddb_hive.model.table import Table
    from airflow_ddb_hive.storage.base import FileInfo, Store

__all__ = [
    "ROW_MARK",
    "DynamoDBSource",
    "FileSource",
    "Source",
    "Unit",
    "estimated_bytes",
    "items_in_turn",
    "open_source",
]

ROW_MARK = "c_"
"""The column of a scan that needs none: it only counts rows."""

_IN_TURN_BYTES = 16 * 2**20
_UNKNOWN_ITEM_BYTES = 4096

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


def open_source(
    scan: Scan, context: StatementContext, relation: Relation | None = None, *, most_items: int | None = None
) -> Source:
    """Find out what is behind a scan, before anything is read.

    With the ``relation`` that the scan is part of, only what that has use for is read of a DynamoDB table, and with
    ``most_items`` no more than as many rows need.

    Raises:
        MappingError: The DynamoDB table is not there or does not fit.
        UnsupportedSqlError: The files have a format that is not supported.
    """
    needed = tuple(sorted(scan.needed))
    if scan.table.is_dynamodb:
        access = None if relation is None else access_of(scan, relation, context)
        return DynamoDBSource(context.mapped(scan.table), needed, context, access, most_items=most_items)
    return FileSource(scan.table, needed, context)


def estimated_bytes(scan: Scan, context: StatementContext, relation: Relation | None = None) -> int:
    """How much is read for a scan, by DynamoDB's own figure or the sum of the table's files.

    With the ``relation`` that the scan is part of, what its conditions leave out is not counted.
    """
    if scan.table.is_dynamodb:
        description = context.mapped(scan.table).description
        if relation is None:
            return description.size_bytes
        return path_bytes(access_of(scan, relation, context).path, description)
    location = scan.table.location or ""
    return sum(info.size for info in _listed(context.stores.at(location), location))


def items_in_turn(most_items: int | None, access: PlannedAccess, description: TableDescription) -> int | None:
    """Return how many items a LIMIT reads, one after the other; ``None`` where threads read side by side.

    They do where conditions leave rows out, and where so much is wanted that one thread would take long.
    """
    if most_items is None or access.path.filter is not None or access.residual:
        return None
    items, size = table_figures(description, access.path.index_name)
    average = size / items if items else _UNKNOWN_ITEM_BYTES
    return most_items if most_items * average <= _IN_TURN_BYTES else None


class _Reading(TypedDict, total=False):
    """How a reader goes about it."""

    workers: int
    read_ahead: int
    most_items: int


def _reading(
    most_items: int | None, access: PlannedAccess | None, description: TableDescription, workers: int
) -> _Reading:
    """Read only what rows up to a LIMIT need: exactly where that is known, else with one thread to begin with."""
    if most_items is None or access is None:
        return {"workers": workers}
    items = items_in_turn(most_items, access, description)
    return {"workers": 1, "read_ahead": 1} if items is None else {"workers": 0, "most_items": items}


def _schema(table: Table, needed: Sequence[int], *, text: bool) -> pa.Schema:
    if not needed:
        return pa.schema([pa.field(ROW_MARK, pa.int8())])
    types = [pa.string() if text else arrow_type(table.columns[place].type) for place in needed]
    return pa.schema([pa.field(f"c{place}", type_) for place, type_ in zip(needed, types, strict=True)])


class DynamoDBSource:
    """A DynamoDB table, read by parallel segments within its budget."""

    def __init__(
        self,
        mapped: MappedTable,
        needed: tuple[int, ...],
        context: StatementContext,
        access: PlannedAccess | None = None,
        *,
        most_items: int | None = None,
    ) -> None:
        path = None if access is None else access.path
        self.schema = _schema(mapped.table, needed, text=False)
        self.size_bytes = path_bytes(path or AccessPath(), mapped.description)
        self._reader = reader(mapped, needed, context, path=path)
        self._reading = _reading(most_items, access, mapped.description, context.workers)
        # What a condition leaves of a table says nothing of the attributes of all of it.
        watched = needed if path is None or path == AccessPath(index_name=path.index_name) else ()
        self._absence = functools.partial(
            AbsenceWatch, mapped.description.name, [mapped.columns[place] for place in watched], notice=context.notice
        )

    def stream(self) -> Iterator[pa.RecordBatch]:
        """All segments, merged as they come."""
        with ending(self._reader.stream(**self._reading)) as batches:
            yield from self._absence(parts=1).watch(batches)

    def units(self) -> Sequence[Unit]:
        """One unit a segment; ranges of keys in groups, for each unit becomes a file."""
        parts = self._reader.parts()
        absence = self._absence(parts=len(parts))
        return [functools.partial(self._watched, absence, part) for part in parts]

    def _watched(self, absence: AbsenceWatch, part: Sequence[ReadUnit]) -> Iterator[pa.RecordBatch]:
        return absence.watch(self._reader.batches(*part))

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

    def __call__(self) -> Iterator[pa.RecordBatch]:
        with closing(self.store.open_read(self.info.url)) as stream:
            for batch in self.format.read(stream, self.needed, self.info.url):
                yield batch if self.needed else _row_marks(batch.num_rows)


def _row_marks(rows: int) -> pa.RecordBatch:
    """Rows of which only the number counts; DuckDB has no table without columns."""
    return pa.RecordBatch.from_arrays([pa.nulls(rows, pa.int8())], names=[ROW_MARK])


class FileSource:
    """The files below a table's location."""

    def __init__(self, table: Table, needed: tuple[int, ...], context: StatementContext) -> None:
        location = table.location or ""
        self._table = table
        self._needed = needed
        self._format = file_format(table.storage, table.columns, table.properties)
        self.schema = _schema(table, needed, text=self._format.cells == "text")
        store = context.stores.at(location)
        self._files = [_File(store, info, self._format, needed) for info in _listed(store, location)]
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
