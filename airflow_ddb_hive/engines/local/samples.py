"""What a TABLESAMPLE takes of a table's files."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, BinaryIO, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pyarrow as pa

    from airflow_ddb_hive.hiveql.tree import Sample

__all__ = ["first_rows", "head_of", "sampled_files"]

_WHOLE = 100


def sampled_files(sizes: Sequence[int], sample: Sample | None) -> list[tuple[int | None, int | None]]:
    """Return what a sample takes of files in order: rows and bytes of each, ``None`` for all, 0 rows for nothing.

    Example:
        >>> from airflow_ddb_hive.hiveql.tree import Sample
        >>> sampled_files([100, 100, 100], Sample("percent", 50))
        [(None, None), (None, 50), (0, None)]
    """
    if sample is None:
        return [(None, None)] * len(sizes)
    if sample.kind == "rows":
        return [(int(sample.amount), None)] * len(sizes)
    left = int(sum(sizes) * sample.amount / _WHOLE) if sample.kind == "percent" else int(sample.amount)
    taken: list[tuple[int | None, int | None]] = []
    for size in sizes:
        taken.append((None, None if size <= left else left) if left > 0 else (0, None))
        left -= size
    return taken


def first_rows(batches: Iterable[pa.RecordBatch], rows: int) -> Iterator[pa.RecordBatch]:
    """Yield the first rows, and read no further."""
    if rows <= 0:
        return
    for batch in batches:
        yield batch.slice(0, rows)
        rows -= batch.num_rows
        if rows <= 0:
            return


def head_of(stream: BinaryIO, size: int) -> BinaryIO:
    """Return the lines of a text that begin within its first bytes, or right behind them, as Hive's reader does."""
    return cast("BinaryIO", io.BufferedReader(_Head(stream, size + 1)))


class _Head(io.RawIOBase):
    """The first bytes of a stream, and those up to the end of the line that they end in."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream = stream
        self._left = size
        self._in_line = True

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._left > 0:
            data = self._stream.read(min(len(buffer), self._left))
            self._left -= len(data)
        elif self._in_line:
            data = self._stream.readline(len(buffer))
        else:
            data = b""
        self._in_line = bool(data) and not data.endswith(b"\n")
        buffer[: len(data)] = data
        return len(data)
