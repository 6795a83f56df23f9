"""Where the rows of an INSERT go: files that appear when all is written, or a DynamoDB table."""

from __future__ import annotations

import itertools
import threading
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

from airflow_ddb_hive.engines.local.emit import emit_file_cells, is_delimited
from airflow_ddb_hive.engines.local.result import fitted
from airflow_ddb_hive.engines.local.shapes import Shape, cells_shape, exact_shape, items_shape
from airflow_ddb_hive.formats import LINE_COLUMN, file_format
from airflow_ddb_hive.model.arrow import arrow_type, exact_type
from airflow_ddb_hive.model.delimited import DelimitedOptions
from airflow_ddb_hive.model.types import TIMESTAMP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_ddb_hive.dynamodb import ItemWriter
    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.formats import BatchWriter
    from airflow_ddb_hive.model.table import Column, StorageDescriptor
    from airflow_ddb_hive.storage import OutputCommit, OutputFile

__all__ = ["FileTarget", "ItemTarget", "PartSink", "item_schema"]


class PartSink(Protocol):
    """Takes the rows of one unit of work."""

    def write(self, batch: pa.RecordBatch, /) -> None:
        """Take more rows."""
        ...

    def close(self) -> None:
        """All rows of the unit are there: complete what they went into."""
        ...


def item_schema(columns: Sequence[Column]) -> pa.Schema:
    """The Arrow schema of rows that become items: timestamps are text."""
    types = [pa.string() if column.type == TIMESTAMP else arrow_type(column.type) for column in columns]
    return pa.schema([pa.field(column.name, type_) for column, type_ in zip(columns, types, strict=True)])


class FileTarget:
    """Files of one format below one location; nobody sees them before the commit.

    Args:
        columns: The columns of the files.
        storage: Their format.
        properties: Table properties that a format reads, such as ``parquet.compression``.
        commit: Where the files are made and published.
        context: The statement.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        storage: StorageDescriptor,
        properties: dict[str, str],
        commit: OutputCommit,
        context: StatementContext,
    ) -> None:
        self._columns = tuple(columns)
        self._storage = storage
        self._format = file_format(storage, self._columns, properties)
        self._commit = commit
        self._context = context
        self._numbers = itertools.count()
        self._lock = threading.Lock()

    @property
    def shape(self) -> Shape:
        """Text formats take cells, typed ones the values."""
        if self._format.cells == "typed":
            return exact_shape(self._columns)
        storage = self._storage
        if is_delimited(storage):
            return cells_shape(self._columns, DelimitedOptions.from_properties(storage.serde_properties))
        return Shape(sql=lambda query: emit_file_cells(query, self._columns, storage))

    @property
    def schema(self) -> pa.Schema:
        """What the files hold."""
        if self._format.cells == "lines":
            return pa.schema([(LINE_COLUMN, pa.string())])
        text = self._format.cells == "text"
        return pa.schema([(column.name, pa.string() if text else exact_type(column.type)) for column in self._columns])

    def open_part(self) -> PartSink:
        """A file that is made with its first row: units without rows leave none."""
        return _FilePart(self)

    def create(self) -> tuple[OutputFile, BatchWriter]:
        """The next file, under Hive's names: ``000000_0``, ``000001_0`` and so on."""
        with self._lock:
            name = f"{next(self._numbers):06d}_0{self._format.extension}"
            self._context.files += 1
        file = self._commit.create(name)
        return file, self._format.open_writer(file, self.schema)

    def finish(self) -> None:
        """Publish; no rows at all give one empty file, as in Hive."""
        if not self._commit.urls:
            file, writer = self.create()
            writer.close()
            file.finish()
        self._commit.commit()

    def abort(self) -> None:
        """Discard what was written."""
        self._commit.abort()


class _FilePart:
    """One file, or several where a file cannot take all rows."""

    def __init__(self, target: FileTarget) -> None:
        self._target = target
        self._open: tuple[OutputFile, BatchWriter] | None = None

    def write(self, batch: pa.RecordBatch, /) -> None:
        if not batch.num_rows:
            return
        rows = fitted(batch, self._target.schema)
        if self._open is not None and not self._open[1].takes(rows):
            self.close()
        if self._open is None:
            self._open = self._target.create()
        self._open[1].write(rows)

    def close(self) -> None:
        if self._open is not None:
            file, writer = self._open
            self._open = None
            writer.close()
            file.finish()


class ItemTarget:
    """A DynamoDB table; one writer serves all units."""

    def __init__(self, writer: ItemWriter, columns: Sequence[Column]) -> None:
        self._writer = writer
        self._schema = item_schema(columns)
        self._columns = tuple(columns)
        self._lock = threading.Lock()

    @property
    def shape(self) -> Shape:
        """Items are made from typed values."""
        return items_shape(self._columns)

    def open_part(self) -> PartSink:
        """The table itself: its units differ in nothing."""
        return _ItemPart(self)

    def write(self, batch: pa.RecordBatch) -> None:
        """Queue rows for sending; waits while the writer has enough."""
        rows = fitted(batch, self._schema)
        with self._lock:
            self._writer.write(rows)

    def finish(self) -> None:
        """Send what is left and wait until DynamoDB has taken everything."""
        self._writer.close()

    def abort(self) -> None:
        """Send nothing more; what DynamoDB has taken stays."""
        self._writer.abort()


class _ItemPart:
    def __init__(self, target: ItemTarget) -> None:
        self._target = target

    def write(self, batch: pa.RecordBatch, /) -> None:
        self._target.write(batch)

    def close(self) -> None:
        """Nothing to complete: the table's writer is closed once, at the end."""
