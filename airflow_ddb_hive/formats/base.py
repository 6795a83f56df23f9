"""Bytes to Arrow and back, one class a file format.

A format says what its cells are. ``typed`` formats (Parquet) carry real types. ``text`` formats (Hive's delimited
text) only cut a file into cells: their batches are columns of strings, NULL where the file has Hive's null mark or a
row is short, and the engine converts them to types, vectorised, by Hive's own rules. ``lines`` formats (JSON) have
one column, ``c_line``, for the engine to take apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from airflow_ddb_hive.storage.base import OutputFile

__all__ = ["BatchWriter", "FileFormat"]


class BatchWriter(Protocol):
    """Writes record batches into one file."""

    def takes(self, batch: pa.RecordBatch, /) -> bool:
        """Whether the file can have these rows too; else they go to a new file."""
        ...

    def write(self, batch: pa.RecordBatch, /) -> None:
        """Append a batch."""
        ...

    def close(self) -> None:
        """Write what a file ends with; the file itself stays open for its owner to publish."""
        ...


class FileFormat(Protocol):
    """A file format with its options, made by :func:`airflow_ddb_hive.formats.file_format`."""

    @property
    def cells(self) -> Literal["text", "typed", "lines"]:
        """What the batches hold."""
        ...

    @property
    def extension(self) -> str:
        """What the names of written files end with."""
        ...

    def read(self, source: BinaryIO, needed: Sequence[int], name: str) -> Iterator[pa.RecordBatch]:
        """Batches with one field per position asked for, named ``c<position>``; ``name`` is the file's, for errors."""
        ...

    def open_writer(self, target: OutputFile, schema: pa.Schema) -> BatchWriter:
        """A writer of batches of this schema."""
        ...
