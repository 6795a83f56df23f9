"""Files whose rows are whole lines of text: JSON, which the engine takes apart and puts together by SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, ClassVar, Literal

import pyarrow as pa

from airflow_ddb_hive.formats.lines import line_blocks
from airflow_ddb_hive.formats.row_text import line_bytes, lines_of, string_batch
from airflow_ddb_hive.formats.text_frame import PLAIN_FRAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from airflow_ddb_hive.formats.text_frame import ByteTaker, TextFrame
    from airflow_ddb_hive.storage.base import OutputFile

__all__ = ["LINE_COLUMN", "LineText"]

LINE_COLUMN = "c_line"
"""The one column of a batch: a row's line."""


class LineText:
    """Lines as they are.

    Example:
        >>> import io
        >>> [batch.to_pylist() for batch in LineText().read(io.BytesIO(b"{}"), [0], "f")]
        [[{'c_line': '{}'}]]
    """

    cells: ClassVar[Literal["text", "typed", "lines"]] = "lines"
    extension: ClassVar[str] = ""

    def __init__(self, *, frame: TextFrame = PLAIN_FRAME) -> None:
        self._frame = frame

    def read(self, source: BinaryIO, needed: Sequence[int], name: str) -> Iterator[pa.RecordBatch]:
        """Yield batches of lines, one a block of some MiB."""
        for block in self._frame.body(line_blocks(source, name)):
            lines = lines_of(block)
            yield (
                pa.RecordBatch.from_arrays([lines], names=[LINE_COLUMN]) if needed else string_batch([], [], len(lines))
            )

    def open_writer(self, target: OutputFile, schema: pa.Schema) -> _LineWriter:  # noqa: ARG002 - the protocol's signature
        """Make a writer of lines."""
        return _LineWriter(self._frame.encoded(target))


class _LineWriter:
    def __init__(self, target: ByteTaker) -> None:
        self._target = target

    def takes(self, batch: pa.RecordBatch, /) -> bool:  # noqa: ARG002 - the protocol's signature
        return True

    def write(self, batch: pa.RecordBatch, /) -> None:
        if batch.num_rows:
            self._target.write(line_bytes(batch.column(0)))

    def close(self) -> None:
        """Write nothing: a text file has no end of its own."""
