"""Where the rows of a scan come from: DynamoDB pages or files, as Arrow batches under the names ``c<place>``."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol, TypedDict

import pyarrow as pa

from airflow_ddb_hive.dynamodb.estimate import table_figures
from airflow_ddb_hive.engines.local.absent import AbsenceWatch
from airflow_ddb_hive.engines.local.emit import emit_parse, engine_value, has_own_form
from airflow_ddb_hive.engines.local.ending import ending
from airflow_ddb_hive.engines.local.file_source import ROW_MARK, FileSource, files_bytes
from airflow_ddb_hive.engines.local.pushdown import access_of
from airflow_ddb_hive.engines.local.pushdown.sizes import path_bytes
from airflow_ddb_hive.engines.local.samples import first_rows
from airflow_ddb_hive.engines.local.table_reader import reader
from airflow_ddb_hive.errors import UnsupportedSqlError
from airflow_ddb_hive.model.arrow import arrow_type
from airflow_ddb_hive.model.delimited import DelimitedOptions
from airflow_ddb_hive.model.dynamodb import AccessPath, TableDescription

if TYPE_CHECKING:
    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.engines.local.pushdown import PlannedAccess
    from airflow_ddb_hive.engines.local.tables import MappedTable
    from airflow_ddb_hive.hiveql.tree import Position, Relation, Sample, Scan
    from airflow_ddb_hive.model.dynamodb import ReadUnit
    from airflow_ddb_hive.model.table import Table

__all__ = [
    "ROW_MARK",
    "DynamoDBSource",
    "FileSource",
    "SampledSource",
    "Source",
    "Unit",
    "estimated_bytes",
    "items_in_turn",
    "open_source",
]

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
        source = DynamoDBSource(context.mapped(scan.table), needed, context, access, most_items=most_items)
        return source if scan.sample is None else SampledSource(source, scan.sample, scan.position)
    return FileSource(scan, context, relation)


def estimated_bytes(scan: Scan, context: StatementContext, relation: Relation | None = None) -> int:
    """How much is read for a scan, by DynamoDB's own figure or the sum of the table's files.

    With the ``relation`` that the scan is part of, what its conditions leave out is not counted.
    """
    if scan.table.is_dynamodb:
        description = context.mapped(scan.table).description
        if relation is None:
            return description.size_bytes
        return path_bytes(access_of(scan, relation, context).path, description)
    return files_bytes(scan, context, relation)


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


def _schema(table: Table, needed: Sequence[int]) -> pa.Schema:
    if not needed:
        return pa.schema([pa.field(ROW_MARK, pa.int8())])
    types = [arrow_type(table.columns[place].type) for place in needed]
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
        self.schema = _schema(mapped.table, needed)
        self.size_bytes = path_bytes(path or AccessPath(), mapped.description)
        self._reader = reader(mapped, needed, context, path=path)
        self._types = [(place, mapped.table.columns[place].type) for place in needed]
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

    def typed_sql(self, name: str) -> str | None:
        """Pages are decoded to Arrow's types, which some of the engine's differ from."""
        if not any(has_own_form(type_) for _, type_ in self._types):
            return None
        return emit_parse(name, (), DelimitedOptions(), {i: engine_value(f"s.c{i}", type_) for i, type_ in self._types})


class SampledSource:
    """The first rows of each segment of a DynamoDB table; no more pages are read than they need.

    Raises:
        UnsupportedSqlError: The sample is no number of rows.
    """

    def __init__(self, source: DynamoDBSource, sample: Sample, position: Position) -> None:
        if sample.kind != "rows":
            message = "a DynamoDB table has no files to take a share of: sample it by TABLESAMPLE(n ROWS)"
            raise UnsupportedSqlError(message, line=position.line, column=position.column)
        self.schema, self.size_bytes = source.schema, source.size_bytes
        self._source = source
        self._rows = int(sample.amount)

    def stream(self) -> Iterator[pa.RecordBatch]:
        """One segment after the other."""
        for unit in self.units():
            yield from unit()

    def units(self) -> Sequence[Unit]:
        """The first rows of each segment."""
        return [functools.partial(self._first, unit) for unit in self._source.units()]

    def _first(self, unit: Unit) -> Iterator[pa.RecordBatch]:
        with ending(unit()) as batches:
            yield from first_rows(batches, self._rows)

    def typed_sql(self, name: str) -> str | None:
        """As the source."""
        return self._source.typed_sql(name)
