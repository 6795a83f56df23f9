"""Parquet files as Hive 3.1.3 reads and writes them.

Columns are found by name whatever their case. Which stored type fits which column is one table, measured with Hive:
whole numbers become any number or text, a number out of range becomes NULL, and what Hive fails at is refused.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO, ClassVar, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from airflow_ddb_hive.errors import FileFormatError, InputError
from airflow_ddb_hive.formats.arrow_sink import ArrowSink
from airflow_ddb_hive.formats.instants import has_instants, replaced, replaced_type
from airflow_ddb_hive.formats.int96 import INT96, exact_metadata, to_int96, with_int96
from airflow_ddb_hive.formats.parquet_casts import cast_column, number_of_text
from airflow_ddb_hive.model.arrow import exact_type

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from airflow_ddb_hive.model.table import Column
    from airflow_ddb_hive.storage.base import OutputFile

__all__ = ["CODECS", "Parquet"]

CODECS = {"uncompressed": "none", "none": "none", "snappy": "snappy", "gzip": "gzip", "zstd": "zstd"}
"""Values of ``parquet.compression``, in lower case, and pyarrow's word for each; Hive's default is uncompressed."""

_BATCH_ROWS = 32_768
_READ_BUFFER_BYTES = 1 << 20
_ROW_GROUP_BYTES = 32 << 20
_ROW_GROUP_ROWS = 1 << 20


class Parquet:
    """Parquet with Hive's names and types; ``evolves`` says that text may have become a column of numbers.

    Raises:
        InputError: The codec is not supported.
    """

    cells: ClassVar[Literal["text", "typed", "lines"]] = "typed"
    extension: ClassVar[str] = ""

    def __init__(self, columns: Sequence[Column], *, compression: str = "uncompressed", evolves: bool = False) -> None:
        if compression.lower() not in CODECS:
            raise InputError(f"parquet.compression {compression!r} is not supported: use one of {', '.join(CODECS)}")
        self._columns = tuple(columns)
        self._codec = CODECS[compression.lower()]
        self._evolves = evolves

    def read(self, source: BinaryIO, needed: Sequence[int], name: str) -> Iterator[pa.RecordBatch]:
        """Yield typed batches, streaming through row groups.

        Raises:
            FileFormatError: The file is no Parquet file, is damaged, or holds a type that the column cannot be.
        """
        try:
            file = _opened(source)
            stored = _stored_names(file.schema_arrow, [self._columns[index] for index in needed])
            wanted = sorted({name for name in stored if name is not None})
            for batch in file.iter_batches(_BATCH_ROWS, columns=_leaves(file, wanted), use_threads=False):
                yield self._typed(batch, needed, stored, name)
        except (pa.ArrowException, IndexError, KeyError) as error:
            raise FileFormatError(f"{name!r} is no Parquet file, or a damaged one: {error}") from error

    def _typed(
        self, batch: pa.RecordBatch, needed: Sequence[int], stored: Sequence[str | None], name: str
    ) -> pa.RecordBatch:
        arrays = []
        for index, field in zip(needed, stored, strict=True):
            column = self._columns[index]
            if field is None:
                arrays.append(pa.nulls(batch.num_rows, exact_type(column.type)))
            else:
                values = batch.column(field)
                values = number_of_text(values, column.type) if self._evolves else values
                arrays.append(cast_column(values, column, name))
        if not arrays:
            return batch
        return pa.RecordBatch.from_arrays(arrays, names=[f"c{index}" for index in needed])

    def open_writer(self, target: OutputFile, schema: pa.Schema) -> _ParquetWriter:
        """Make a writer; timestamps are INT96, the only form that Hive 3 reads."""
        return _ParquetWriter(target, schema, self._codec)


def _opened(source: BinaryIO) -> pq.ParquetFile:
    """Open a file; its footer is read once more if it has INT96 columns."""
    file = pq.ParquetFile(source, buffer_size=_READ_BUFFER_BYTES)
    kinds = [file.schema.column(place).physical_type for place in range(len(file.schema))]
    if "INT96" not in kinds:
        return file
    metadata = pq.read_metadata(io.BytesIO(exact_metadata(source)))
    return pq.ParquetFile(source, metadata=metadata, buffer_size=_READ_BUFFER_BYTES)


def _stored_names(schema: pa.Schema, columns: Sequence[Column]) -> list[str | None]:
    by_name: dict[str, str] = {}
    for name in schema.names:
        by_name.setdefault(name.lower(), name)
    return [by_name.get(column.name) for column in columns]


def _leaves(file: pq.ParquetFile, names: Sequence[str]) -> list[str]:
    """Leaf paths of top-level fields: a name with a point in it would be taken for a path."""
    wanted = set(names)
    tops = [file.schema.column(index).path for index in range(len(file.schema))]
    return [path for path in tops if any(path == name or path.startswith(f"{name}.") for name in wanted)]


class _ParquetWriter:
    """Gathers batches to row groups of bounded size."""

    def __init__(self, target: OutputFile, schema: pa.Schema, codec: str) -> None:
        self._sink = ArrowSink(target)
        self._schema = pa.schema([one.with_type(replaced_type(one.type, INT96)) for one in schema])
        self._instants = any(has_instants(one.type) for one in schema)
        # INT96 has no order: a reader must not skip row groups by statistics of its bytes.
        ordered = [one.name for one in schema if not has_instants(one.type)]
        self._writer = pq.ParquetWriter(
            self._sink,
            self._schema,
            compression=codec,
            store_schema=False,
            write_statistics=ordered if self._instants else True,
        )
        self._pending: list[pa.RecordBatch] = []
        self._rows = self._bytes = 0

    def takes(self, batch: pa.RecordBatch, /) -> bool:  # noqa: ARG002 - the protocol's signature
        return True

    def write(self, batch: pa.RecordBatch, /) -> None:
        if self._instants:
            stored = [replaced(one, INT96, to_int96) for one in batch.columns]
            batch = pa.RecordBatch.from_arrays(stored, schema=self._schema)
        self._pending.append(batch)
        self._rows += batch.num_rows
        self._bytes += batch.nbytes
        if self._bytes >= _ROW_GROUP_BYTES or self._rows >= _ROW_GROUP_ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(pa.Table.from_batches(self._pending, self._schema), row_group_size=self._rows)
        self._pending = []
        self._rows = self._bytes = 0

    def close(self) -> None:
        self._flush()
        if not self._instants:
            self._writer.close()
            return
        self._sink.hold()
        self._writer.close()
        self._sink.write(with_int96(self._sink.held()))

    def __del__(self) -> None:
        # pyarrow ends a file that was given up too, although nobody takes its bytes any more.
        self._sink.let_go()
