r"""OpenCSVSerde's files: opencsv 2.3's quotes and escapes, one row a line, every cell text.

A block without escapes whose quotes stand only around whole cells, and whose rows are equally long, is read by Arrow's
own reader. Of other blocks such lines are cut by Arrow and NumPy, whatever their number of cells. Of the rest opencsv
makes something of its own; those few are read one by one. Measured with Hive 3.1.3: an escape outside quotes is left
out, a quote that is never closed makes its cell NULL, short rows end in NULLs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, ClassVar, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.formats.lines import line_blocks
from airflow_ddb_hive.formats.row_text import cut_cells, line_bytes, string_batch, valid_text
from airflow_ddb_hive.formats.text_frame import PLAIN_FRAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy.typing as npt

    from airflow_ddb_hive.formats.text_frame import ByteTaker, TextFrame
    from airflow_ddb_hive.storage.base import OutputFile

__all__ = ["CsvText"]

_WRITER_ESCAPE = '"'
"""Hive's default; its reader takes a backslash instead."""
_SPLIT, _LINE, _PAIR = b"\xff", b"\xfe", b"\xfd"
"""Stand-ins while a block is split: bytes that valid UTF-8 never has."""
_ESCAPED = b"\xfc"


@dataclass(frozen=True, slots=True)
class _Marks:
    separator: bytes
    quote: bytes
    escape: bytes
    written_escape: bytes

    @classmethod
    def from_properties(cls, properties: Mapping[str, str]) -> _Marks:
        escape = _mark(properties, "escapeChar", _WRITER_ESCAPE)
        reads = b"\\" if escape == b'"' else escape
        marks = cls(_mark(properties, "separatorChar", ","), _mark(properties, "quoteChar", '"'), reads, escape)
        if len({marks.separator, marks.quote, marks.escape}) != len(("separator", "quote", "escape")):
            raise InputError("The separator, quote, and escape characters must be different!")
        return marks

    @property
    def regular(self) -> str:
        """The form of a line whose quotes stand around whole cells alone."""
        s, q, e = (re.escape(mark.decode()) for mark in (self.separator, self.quote, self.escape))
        cell = f"(?:[^{s}{q}{e}\n]*|{q}(?:[^{q}{e}\n]|{q}{q}|{e}{q}|{e}{e})*{q})"
        return f"^{cell}(?:{s}{cell})*$"


def _mark(properties: Mapping[str, str], name: str, default: str) -> bytes:
    value = properties.get(name) or properties.get(name.lower()) or default
    if not value[0].isascii():
        raise InputError(f"{name} {value!r} is no ASCII character: choose another")
    return value[0].encode()


class CsvText:
    """Files of OpenCSVSerde.

    Example:
        >>> import io
        >>> [batch.to_pylist() for batch in CsvText({}).read(io.BytesIO(b'"a,b",c'), [0, 1], "f")]
        [[{'c0': 'a,b', 'c1': 'c'}]]

    Raises:
        InputError: Separator, quote and escape are not three ASCII characters.
    """

    cells: ClassVar[Literal["text", "typed", "lines"]] = "text"
    extension: ClassVar[str] = ""

    def __init__(self, properties: Mapping[str, str], *, frame: TextFrame = PLAIN_FRAME) -> None:
        self._marks = _Marks.from_properties(properties)
        self._frame = frame

    def read(self, source: BinaryIO, needed: Sequence[int], name: str) -> Iterator[pa.RecordBatch]:
        """Yield batches of strings, one a block of some MiB."""
        for block in self._frame.body(line_blocks(source, name)):
            text = valid_text(block)
            yield _even_rows(text, self._marks, needed) or _cut(text, self._marks, needed)

    def open_writer(self, target: OutputFile, schema: pa.Schema) -> _CsvWriter:  # noqa: ARG002 - the protocol's signature
        """Make a writer of string cells."""
        return _CsvWriter(self._frame.encoded(target), self._marks)


_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""Arrow's reader leaves it out at the start of a block; it belongs to the first cell."""


def _even_rows(block: bytes, marks: _Marks, needed: Sequence[int]) -> pa.RecordBatch | None:
    """The rows of a block that Arrow reads as opencsv does; ``None`` if it is no such block.

    One with an empty line is none: to Arrow that is a row of empty cells.
    """
    raw = np.frombuffer(block, np.uint8)
    ends = raw == ord("\n")
    rows = int(np.count_nonzero(ends))
    if not needed:
        return string_batch((), (), rows)
    if marks.escape in block or block.startswith((b"\n", _BYTE_ORDER_MARK)) or (ends[1:] & ends[:-1]).any():
        return None
    quoted = marks.quote in block
    if quoted and not _around_cells(raw, marks):
        return None
    names = [f"f{index}" for index in needed]
    try:
        read = arrow_csv.read_csv(
            pa.BufferReader(block),
            read_options=arrow_csv.ReadOptions(
                use_threads=False, block_size=len(block) + 1, autogenerate_column_names=True
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=marks.separator.decode(),
                quote_char=marks.quote.decode() if quoted else False,
                ignore_empty_lines=False,
            ),
            convert_options=arrow_csv.ConvertOptions(
                check_utf8=False,
                column_types=dict.fromkeys(names, pa.string()),
                include_columns=names,
                include_missing_columns=True,
            ),
        )
    except pa.ArrowInvalid:
        return None  # rows of different lengths
    if read.num_rows != rows:
        return None  # a quote is open at the end of a line
    return string_batch([column.combine_chunks() for column in read.columns], needed, read.num_rows)


def _around_cells(raw: npt.NDArray[np.uint8], marks: _Marks) -> bool:
    """Whether each quote begins a cell, ends one, or is one of two beside each other within one."""
    quotes = raw == marks.quote[0]
    places = np.flatnonzero(quotes)
    if len(places) % 2:
        return False
    beside = quotes | (raw == marks.separator[0]) | (raw == ord("\n"))
    opening = places[::2] - 1  # that of the block's first byte is its last, the end of a line
    return bool(beside[opening].all() and beside[places[1::2] + 1].all())


def _cut(block: bytes, marks: _Marks, needed: Sequence[int]) -> pa.RecordBatch:
    """Put stand-ins where cells and lines end, then let Arrow split there."""
    if marks.quote not in block and marks.escape not in block:
        return cut_cells(block.replace(b"\n", _LINE), _LINE, marks.separator, needed)
    lines = pc.split_pattern(pa.array([block[:-1]], pa.binary()), b"\n").flatten()
    good = pc.match_substring_regex(lines, marks.regular)
    if not pc.all(good).as_py():
        odd = [_as_read(line.decode(), marks) for line in lines.filter(pc.invert(good)).to_pylist()]
        lines = pc.replace_with_mask(lines, pc.invert(good), pa.array(odd, pa.binary()))
        block = b"\n".join([*lines.to_pylist(), b""])
    pairs = block.replace(marks.escape * 2, _ESCAPED).replace(marks.escape + marks.quote, _PAIR)
    raw = np.frombuffer(pairs, np.uint8).copy()
    outside = np.cumsum(raw == marks.quote[0]) % 2 == 0
    raw[outside & (raw == marks.separator[0])] = _SPLIT[0]
    raw[raw == ord("\n")] = _LINE[0]
    return cut_cells(raw.tobytes(), _LINE, _SPLIT, needed, lambda cells: _unquoted(cells, marks))


def _unquoted(cells: pa.Array, marks: _Marks) -> pa.Array:
    quoted = pc.starts_with(cells, marks.quote.decode())
    inner = pc.binary_replace_slice(pc.binary_replace_slice(cells, 0, 1, b""), -1, _FAR, b"")
    cells = pc.if_else(quoted, inner, cells)
    for found, meant in ((marks.quote * 2, marks.quote), (_PAIR, marks.quote), (_ESCAPED, marks.escape)):
        cells = pc.replace_substring(cells, pattern=found, replacement=meant)
    return cells


_FAR = 1 << 40


def _as_read(line: str, marks: _Marks) -> bytes:
    """A line whose quotes stand oddly, written regularly: as opencsv reads it, an open cell left out."""
    cells, open_cell = _opencsv_cells(line, marks)
    if open_cell and not cells:
        return b""
    quote, escape = marks.quote.decode(), marks.escape.decode()
    written = [quote + one.replace(escape, escape * 2).replace(quote, quote * 2) + quote for one in cells]
    return marks.separator.join(one.encode() for one in written)


def _opencsv_cells(line: str, marks: _Marks) -> tuple[list[str], bool]:
    """The cells of a line, and whether a quote was left open, whose cell is none of them."""
    separator, quote, escape = (mark.decode() for mark in (marks.separator, marks.quote, marks.escape))
    cells: list[str] = []
    cell, quoted, at = "", False, 0
    while at < len(line):
        char, following = line[at], line[at + 1 : at + 2]
        if char == escape:
            if quoted and following and following in quote + escape:
                cell += following
                at += 1
        elif char == quote:
            if quoted and following == quote:
                cell += quote
                at += 1
            else:
                cell = _at_quote(line, at, cell, separator, quote)
                quoted = not quoted
        elif char == separator and not quoted:
            cells.append(cell)
            cell = ""
        else:
            cell += char
        at += 1
    return (cells, True) if quoted else ([*cells, cell], False)


def _at_quote(line: str, at: int, cell: str, separator: str, quote: str) -> str:
    """A quote within a cell stays in it; blanks before the first one go."""
    first_place = 2
    if at > first_place and line[at - 1] != separator and at + 1 < len(line) and line[at + 1] != separator:
        return "" if cell and not cell.strip() else cell + quote
    return cell


class _CsvWriter:
    """Quotes every cell that is not NULL."""

    def __init__(self, target: ByteTaker, marks: _Marks) -> None:
        self._target = target
        self._marks = marks

    def takes(self, batch: pa.RecordBatch, /) -> bool:  # noqa: ARG002 - the protocol's signature
        return True

    def write(self, batch: pa.RecordBatch, /) -> None:
        if batch.num_rows:
            cells = [self._quoted(column) for column in batch.columns]
            lines = pc.binary_join_element_wise(*cells, pa.scalar(self._marks.separator.decode(), pa.large_string()))
            self._target.write(line_bytes(lines))

    def _quoted(self, column: pa.Array) -> pa.Array:
        quote, escape = self._marks.quote.decode(), self._marks.written_escape.decode()
        text = column.cast(pa.large_string())
        for mark in dict.fromkeys((escape, quote)):
            text = pc.replace_substring(text, pattern=mark, replacement=escape + mark)
        marks = pa.scalar(quote, pa.large_string())
        return pc.fill_null(pc.binary_join_element_wise(marks, text, marks, pa.scalar("", pa.large_string())), "")

    def close(self) -> None:
        """Write nothing: a text file has no end of its own."""
