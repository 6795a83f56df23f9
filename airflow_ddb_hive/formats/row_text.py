"""Blocks of lines split into columns of strings, for SerDes whose rows are plain lists of cells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["cut_cells", "line_bytes", "lines_of", "string_batch", "valid_text"]

_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
_REPLACEMENT = "\ufffd".encode()


def valid_text(data: bytes) -> bytes:
    r"""Return valid UTF-8: U+FFFD stands where Java's decoder puts it.

    Example:
        >>> valid_text(b"a\xff")
        b'a\xef\xbf\xbd'
    """
    try:
        data.decode()
    except UnicodeDecodeError:
        return _SURROGATE.sub(_REPLACEMENT, data).decode(errors="replace").encode()
    return data


def lines_of(block: bytes) -> pa.Array:
    """Return the lines of a block, valid and without their ends."""
    return pc.split_pattern(pa.array([valid_text(block)[:-1]], pa.string()), "\n").flatten()


def cut_cells(
    block: bytes,
    line_end: bytes,
    separator: bytes,
    needed: Sequence[int],
    finish: Callable[[pa.Array], pa.Array] = lambda cells: cells,
) -> pa.RecordBatch:
    """Split a block into lines and cells; a short row ends in NULLs, an empty line has NULLs alone."""
    lines = pc.split_pattern(pa.array([block[: -len(line_end)]], pa.binary()), line_end).flatten()
    fields = pc.split_pattern(lines, separator)
    lengths, starts, cells = pc.list_value_length(fields), fields.offsets[:-1], fields.values
    empty = pc.equal(pc.binary_length(lines), 0)
    columns = []
    for index in needed:
        there = pc.and_not(pc.greater(lengths, index), empty)
        column = finish(cells.take(pc.if_else(there, pc.add(starts, index), None)))
        columns.append(column.cast(pa.string()))
    return string_batch(columns, needed, len(lines))


def string_batch(columns: Sequence[pa.Array], needed: Sequence[int], rows: int) -> pa.RecordBatch:
    """Return a batch of columns ``c<place>``; one of no columns still has its rows."""
    if not needed:
        return pa.RecordBatch.from_struct_array(pa.array([{}] * rows, pa.struct([])))
    return pa.RecordBatch.from_arrays(list(columns), names=[f"c{index}" for index in needed])


def line_bytes(lines: pa.Array) -> memoryview:
    """Return lines that lie in memory one behind the other, each with its end."""
    nothing, end = (pa.scalar(text, pa.large_binary()) for text in ("", "\n"))
    ended = pc.binary_join_element_wise(lines.cast(pa.large_binary()), nothing, end)
    offsets = memoryview(ended.buffers()[1]).cast("q")
    data = memoryview(ended.buffers()[2] or b"")
    return data[offsets[ended.offset] : offsets[ended.offset + len(ended)]]
