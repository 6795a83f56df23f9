"""The files of a table: below its folder, or below those of its partitions."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from airflow_ddb_hive.engines.local.emit import emit_file_values, emit_partition_value, has_own_form
from airflow_ddb_hive.engines.local.parquet_scan import ParquetPart, parquet_scan
from airflow_ddb_hive.engines.local.pruning import pruned_partitions
from airflow_ddb_hive.engines.local.samples import first_rows, head_of, sampled_files
from airflow_ddb_hive.errors import NotFoundError, UnsupportedSqlError
from airflow_ddb_hive.formats import LINE_COLUMN, Parquet, file_format
from airflow_ddb_hive.model.arrow import exact_type
from airflow_ddb_hive.storage import FileStore

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.engines.local.parquet_scan import ParquetScan
    from airflow_ddb_hive.engines.local.sources import Unit
    from airflow_ddb_hive.formats import FileFormat
    from airflow_ddb_hive.hiveql.tree import Relation, Scan
    from airflow_ddb_hive.model.table import Table
    from airflow_ddb_hive.storage.base import FileInfo, Store

__all__ = ["ROW_MARK", "FileSource", "files_bytes"]

ROW_MARK = "c_"
"""The column of a scan that needs none: it only counts rows."""


@dataclass(frozen=True, slots=True)
class _Folder:
    """A table's folder or a partition's, with the values of the partition columns that are needed, by place.

    A partition that had fewer columns when it was made, ``width``, has NULL in the others, whatever its files hold.
    """

    store: Store
    location: str
    format: FileFormat
    values: tuple[tuple[int, str], ...] = ()
    width: int | None = None

    def files(self) -> list[FileInfo]:
        """A folder that is not there holds nothing, as in Hive."""
        try:
            return self.store.list_files(self.location)
        except NotFoundError:
            return []


@dataclass(frozen=True, slots=True)
class _File:
    """One file of a table, opened when it is read."""

    folder: _Folder
    info: FileInfo
    needed: tuple[int, ...]
    rows: int | None = None
    size: int | None = None

    def __call__(self) -> Iterator[pa.RecordBatch]:
        folder = self.folder
        with closing(folder.store.open_read(self.info.url, version=self.info.version)) as stream:
            part = stream if self.size is None or folder.format.cells == "typed" else head_of(stream, self.size)
            batches = folder.format.read(part, self.needed, self.info.url)
            for batch in batches if self.rows is None else first_rows(batches, self.rows):
                yield self._whole(batch)

    def _whole(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """A file's rows with the partition's values; rows of which only the number counts get a mark."""
        values = self.folder.values
        if not self.needed and not values:
            return pa.RecordBatch.from_arrays([pa.nulls(batch.num_rows, pa.int8())], names=[ROW_MARK])
        columns, own = (list(batch.columns), batch.schema.names) if self.needed else ([], [])
        width = self.folder.width
        if width is not None and own != [LINE_COLUMN]:
            pairs = zip(self.needed, columns, strict=True)
            columns = [cells if place < width else pa.nulls(len(cells), cells.type) for place, cells in pairs]
        columns += [pa.repeat(value, batch.num_rows) for _, value in values]
        names = [*own, *(f"c{place}" for place, _ in values)]
        return pa.RecordBatch.from_arrays(columns, names=names)


class FileSource:
    """The files below a table's location.

    Args:
        scan: The table, what is needed of it, and what a TABLESAMPLE takes.
        context: The statement.
        relation: The query; partitions that its conditions rule out are not read.

    Raises:
        UnsupportedSqlError: The files have a format that is not supported.
    """

    def __init__(self, scan: Scan, context: StatementContext, relation: Relation | None = None) -> None:
        table = scan.table
        width = len(table.columns)
        self._table = table
        self._needed = tuple(place for place in sorted(scan.needed) if place < width)
        self._partitioned = tuple(place for place in sorted(scan.needed) if place >= width)
        folders = _folders(scan, self._partitioned, context, relation)
        self._kind = _kind(table, folders)
        self._text = self._kind != "typed"
        files = [(folder, info) for folder in folders for info in folder.files()]
        self._files = [
            _File(folder, info, self._needed, rows, size)
            for (folder, info), (rows, size) in zip(
                files, sampled_files([info.size for _, info in files], scan.sample), strict=True
            )
            if rows is None or rows > 0
        ]
        self.schema = self._schema()
        self.size_bytes = sum(info.size for _, info in files)
        if not files and table.kind == "EXTERNAL_TABLE":
            context.notice(f"table {table.name} reads as empty: there are no files at {table.location}")

    def parquet(self) -> ParquetScan | None:
        """DuckDB's own scan of the files; ``None`` unless all are local Parquet that it reads as Hive does."""
        parts = []
        for file in self._files:
            folder = file.folder
            is_local = isinstance(folder.store, FileStore) and isinstance(folder.format, Parquet)
            if not is_local or file.rows is not None or file.size is not None:
                return None
            parts.append(ParquetPart(file.info.url, folder.location, folder.values, folder.width))
        return parquet_scan(self._table, self._needed, parts)

    def stream(self) -> Iterator[pa.RecordBatch]:
        """One file after the other."""
        for file in self._files:
            yield from file()

    def units(self) -> Sequence[Unit]:
        """One unit a file."""
        return self._files

    def typed_sql(self, name: str) -> str | None:
        """Cells of text become types by Hive's rules; typed formats are done, but for partition columns."""
        own = any(has_own_form(self._table.columns[place].type) for place in self._needed)
        if not self._partitioned and not (self._text and self._needed) and not own:
            return None
        columns = [(place, self._table.columns[place]) for place in self._needed] if self._text else []
        typed = {} if self._text else {place: f"s.c{place}" for place in self._needed}
        first = len(self._table.columns)
        for place in self._partitioned:
            typed[place] = emit_partition_value(f"s.c{place}", self._table.partition_columns[place - first].type)
        return emit_file_values(name, columns, self._table.storage, typed)

    def _schema(self) -> pa.Schema:
        if not self._needed and not self._partitioned:
            return pa.schema([pa.field(ROW_MARK, pa.int8())])
        types = [pa.string() if self._text else exact_type(self._table.columns[place].type) for place in self._needed]
        if self._kind == "lines" and self._needed:
            partition_fields = [pa.field(f"c{place}", pa.string()) for place in self._partitioned]
            return pa.schema([pa.field(LINE_COLUMN, pa.string()), *partition_fields])
        fields = [pa.field(f"c{place}", type_) for place, type_ in zip(self._needed, types, strict=True)]
        return pa.schema([*fields, *(pa.field(f"c{place}", pa.string()) for place in self._partitioned)])


def files_bytes(scan: Scan, context: StatementContext, relation: Relation | None = None) -> int:
    """The sum of the sizes of the files that a query reads of a table."""
    return sum(info.size for folder in _folders(scan, (), context, relation) for info in folder.files())


def _folders(scan: Scan, places: Sequence[int], context: StatementContext, relation: Relation | None) -> list[_Folder]:
    table = scan.table
    location = table.location or ""
    if not table.partition_columns:
        format_ = file_format(table.storage, table.columns, table.properties)
        return [_Folder(context.stores.at(location), location, format_)]
    first = len(table.columns)
    folders = []
    for partition in pruned_partitions(scan, relation, context):
        storage = partition.storage or table.storage
        format_ = file_format(storage, table.columns, {**table.properties, **partition.properties})
        values = tuple((place, partition.values[place - first]) for place in places)
        place = partition.location or location
        width = None if partition.columns is None else len(partition.columns)
        folders.append(_Folder(context.stores.at(place), place, format_, values, width))
    return folders


def _kind(table: Table, folders: Sequence[_Folder]) -> str:
    """What the files hold; all of a table's the same."""
    kinds = {folder.format.cells for folder in folders}
    if len(kinds) > 1:
        raise UnsupportedSqlError(
            f"the partitions of {table.qualified_name} hold text and typed files: write them anew in one format"
        )
    return next(iter(kinds or {file_format(table.storage, table.columns, table.properties).cells}))
