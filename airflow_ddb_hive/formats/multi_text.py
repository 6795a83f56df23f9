r"""MultiDelimitSerDe's files: cells parted by several characters.

Measured with Hive 3.1.3: cells behind the last column belong to it, parted by ``\x01``; a short row ends in NULLs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, ClassVar, Literal

import pyarrow as pa
import pyarrow.compute as pc

from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.formats.lines import line_blocks
from airflow_ddb_hive.formats.row_text import line_bytes, lines_of, string_batch
from airflow_ddb_hive.formats.text_frame import PLAIN_FRAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from airflow_ddb_hive.formats.text_frame import ByteTaker, TextFrame
    from airflow_ddb_hive.storage.base import OutputFile

__all__ = ["MultiText"]


class MultiText:
    """Files of MultiDelimitSerDe.

    Example:
        >>> import io
        >>> text = MultiText({"field.delim": "||"}, 2)
        >>> [batch.to_pylist() for batch in text.read(io.BytesIO(b"1||a"), [0, 1], "f")]
        [[{'c0': '1', 'c1': 'a'}]]

    Raises:
        InputError: ``field.delim`` is not given.
    """

    cells: ClassVar[Literal["text", "typed", "lines"]] = "text"
    extension: ClassVar[str] = ""

    def __init__(self, properties: Mapping[str, str], columns: int, *, frame: TextFrame = PLAIN_FRAME) -> None:
        self._separator = properties.get("field.delim", "")
        if not self._separator:
            raise InputError('This table does not have serde property "field.delim"!')
        self._null_mark = properties.get("serialization.null.format", r"\N")
        self._columns = columns
        self._frame = frame

    def read(self, source: BinaryIO, needed: Sequence[int], name: str) -> Iterator[pa.RecordBatch]:
        """Yield batches of strings, one a block of some MiB."""
        for block in self._frame.body(line_blocks(source, name)):
            lines = lines_of(block)
            fields = pc.split_pattern(lines, self._separator, max_splits=self._columns - 1)
            lengths, starts = pc.list_value_length(fields), fields.offsets[:-1]
            columns = []
            for index in needed:
                cells = fields.values.take(pc.if_else(pc.greater(lengths, index), pc.add(starts, index), None))
                if index == self._columns - 1:
                    cells = pc.replace_substring(cells, pattern=self._separator, replacement="\x01")
                columns.append(pc.if_else(pc.equal(cells, self._null_mark), None, cells))
            yield string_batch(columns, needed, len(lines))

    def open_writer(self, target: OutputFile, schema: pa.Schema) -> _MultiWriter:  # noqa: ARG002 - the protocol's signature
        """Make a writer of string cells."""
        return _MultiWriter(self._frame.encoded(target), self._separator, self._null_mark)


class _MultiWriter:
    def __init__(self, target: ByteTaker, separator: str, null_mark: str) -> None:
        self._target = target
        self._separator = pa.scalar(separator, pa.large_string())
        self._null_mark = null_mark

    def takes(self, batch: pa.RecordBatch, /) -> bool:  # noqa: ARG002 - the protocol's signature
        return True

    def write(self, batch: pa.RecordBatch, /) -> None:
        if batch.num_rows:
            cells = [column.cast(pa.large_string()).fill_null(self._null_mark) for column in batch.columns]
            self._target.write(line_bytes(pc.binary_join_element_wise(*cells, self._separator)))

    def close(self) -> None:
        """Write nothing: a text file has no end of its own."""
