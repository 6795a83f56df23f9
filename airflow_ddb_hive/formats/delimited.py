"""Hive's delimited text: rows of cells, one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, ClassVar, Literal

import pyarrow as pa
import pyarrow.compute as pc

from airflow_ddb_hive.formats.cells import CellRules, exact_cells, fast_cells
from airflow_ddb_hive.formats.lines import line_blocks
from airflow_ddb_hive.formats.text_frame import PLAIN_FRAME
from airflow_ddb_hive.model.types import STRING, CharType, HiveType, VarcharType

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from airflow_ddb_hive.formats.text_frame import ByteTaker, TextFrame
    from airflow_ddb_hive.model.delimited import DelimitedOptions
    from airflow_ddb_hive.model.table import Column
    from airflow_ddb_hive.storage.base import OutputFile

__all__ = ["DelimitedText"]

_WRITE_BYTES = 16 << 20
"""Cells that are joined at a time, so that a large batch does not lie in memory twice."""


class DelimitedText:
    r"""LazySimpleSerDe's files.

    Character columns are read unescaped; all other cells come as they are in the file, for their escapes may hide
    separators of a deeper level. Cells to be written must be escaped already.

    Example:
        >>> import io
        >>> from airflow_ddb_hive.model.delimited import DelimitedOptions
        >>> from airflow_ddb_hive.model.table import Column
        >>> format_ = DelimitedText(DelimitedOptions(), [Column("a", STRING), Column("b", STRING)])
        >>> [batch.to_pylist() for batch in format_.read(io.BytesIO(b"x\x01y\nz"), [0, 1], "f")]
        [[{'c0': 'x', 'c1': 'y'}, {'c0': 'z', 'c1': None}]]
    """

    cells: ClassVar[Literal["text", "typed", "lines"]] = "text"
    extension: ClassVar[str] = ""

    def __init__(
        self,
        options: DelimitedOptions,
        columns: Sequence[Column],
        *,
        frame: TextFrame = PLAIN_FRAME,
        last_takes_rest: bool = False,
    ) -> None:
        is_text = [_is_text(column.type) for column in columns]
        self._rules = CellRules.from_options(options, is_text, last_takes_rest=last_takes_rest)
        self._null_format = options.null_format
        self._frame = frame

    def read(self, source: BinaryIO, needed: Sequence[int], name: str) -> Iterator[pa.RecordBatch]:
        """Yield batches of strings, one a block of some MiB.

        Raises:
            FileFormatError: The file is compressed in a way that is not supported, or damaged.
        """
        for block in self._frame.body(line_blocks(source, name)):
            batch = fast_cells(block, self._rules, needed)
            yield exact_cells(block, self._rules, needed) if batch is None else batch

    def open_writer(self, target: OutputFile, schema: pa.Schema) -> _TextWriter:  # noqa: ARG002 - the protocol's signature
        """Make a writer of string cells."""
        return _TextWriter(self._frame.encoded(target), self._rules.separator, self._null_format.encode())


def _is_text(type_: HiveType) -> bool:
    return type_ == STRING or isinstance(type_, VarcharType | CharType)


class _TextWriter:
    """Joins cells to lines; a line end within a cell is written as it is, as Hive writes it."""

    def __init__(self, target: ByteTaker, separator: bytes, null_mark: bytes) -> None:
        self._target = target
        self._separator = pa.scalar(separator, pa.large_binary())
        self._null_mark = pa.scalar(null_mark, pa.large_binary())
        self._nothing = pa.scalar(b"", pa.large_binary())
        self._line_end = pa.scalar(b"\n", pa.large_binary())

    def takes(self, batch: pa.RecordBatch, /) -> bool:  # noqa: ARG002 - the protocol's signature
        return True

    def write(self, batch: pa.RecordBatch, /) -> None:
        if not batch.num_rows:
            return
        rows = max(1, batch.num_rows * _WRITE_BYTES // max(batch.nbytes, 1))
        for start in range(0, batch.num_rows, rows):
            self._write_rows(batch.slice(start, rows))

    def _write_rows(self, batch: pa.RecordBatch) -> None:
        cells = [column.cast(pa.large_binary()).fill_null(self._null_mark) for column in batch.columns]
        ends = pc.binary_join_element_wise(cells[-1], self._nothing, self._line_end)
        lines = pc.binary_join_element_wise(*cells[:-1], ends, self._separator)
        offsets = memoryview(lines.buffers()[1]).cast("q")
        data = memoryview(lines.buffers()[2])
        self._target.write(data[offsets[lines.offset] : offsets[lines.offset + len(lines)]])

    def close(self) -> None:
        """Write nothing: a text file has no end of its own."""
