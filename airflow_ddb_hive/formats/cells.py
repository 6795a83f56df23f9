r"""A block of text lines, cut into columns of strings as LazySimpleSerDe cuts them.

``fast_cells`` lets Arrow's CSV reader do it and knows nothing of short rows, escapes or bad bytes; where those turn
up it declines, and ``exact_cells`` does the block. Both are vectorised. Measured with Hive 3.1.3: a short row ends in
NULLs, a long one is cut, a field is NULL if its bytes before unescaping are the null mark, ``\r`` and ``\n`` after
an escape are line ends, an escape at the end of a row stands for itself, only character columns are unescaped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from airflow_ddb_hive.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_ddb_hive.model.delimited import DelimitedOptions

__all__ = ["CellRules", "exact_cells", "fast_cells", "separator_byte"]

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
_REPLACEMENT = "\ufffd".encode()
_ESCAPED_ESCAPE, _ESCAPED_SEPARATOR, _LAST_ESCAPE = b"\xff", b"\xfe", b"\xfd"
"""Stand-ins while a block is split: bytes that valid UTF-8 never has."""


def separator_byte(separator: str) -> bytes:
    r"""Return the byte that Hive takes for a separator: the low byte of its code.

    Example:
        >>> separator_byte(","), separator_byte(chr(0x2192))
        (b',', b'\x92')
    """
    return bytes([ord(separator) & 0xFF])


@dataclass(frozen=True, slots=True)
class CellRules:
    """How a row is cut: field separator, escape and null mark as bytes, and which columns are character columns."""

    separator: bytes
    escape: bytes | None
    null_mark: bytes
    is_text: tuple[bool, ...]
    last_takes_rest: bool = False

    @classmethod
    def from_options(
        cls, options: DelimitedOptions, is_text: Sequence[bool], *, last_takes_rest: bool = False
    ) -> CellRules:
        """Take what cutting needs from a table's options."""
        separator = separator_byte(options.separators[0])
        escape = None if options.escape is None else separator_byte(options.escape)
        if escape is not None and not (separator + escape).isascii():
            raise InputError("ESCAPED BY needs a field separator and an escape in ASCII: choose other characters")
        return cls(separator, escape, options.null_format.encode(), tuple(is_text), last_takes_rest)

    @property
    def can_be_fast(self) -> bool:
        """Whether Arrow's CSV reader takes such a separator."""
        return self.separator.isascii() and self.separator not in b"\r\n" and self.null_mark.isascii()


def fast_cells(block: bytes, rules: CellRules, needed: Sequence[int]) -> pa.RecordBatch | None:
    """Cut a block in which all rows have as many fields as the first; ``None`` if it has to be cut exactly."""
    if not rules.can_be_fast or block.startswith((b"\n", _BYTE_ORDER_MARK)):
        return None
    if rules.escape is not None and rules.escape in block:
        return None
    width = block.count(rules.separator, 0, block.index(b"\n")) + 1
    if rules.last_takes_rest and width > len(rules.is_text):
        return None
    present = [index for index in needed if index < width] or [0]
    try:
        table = pa_csv.read_csv(pa.BufferReader(block), *_csv_options(len(block), width, present, rules))
    except pa.ArrowInvalid:
        return None
    if table.num_rows != block.count(b"\n"):
        return None  # Arrow leaves blank lines out
    columns = {name: table.column(name).combine_chunks() for name in table.column_names}
    nulls = pa.nulls(table.num_rows, pa.string())
    return _batch([columns.get(str(index), nulls) for index in needed], needed, table.num_rows)


def _csv_options(size: int, width: int, present: Sequence[int], rules: CellRules) -> tuple[Any, Any, Any]:
    names = [str(index) for index in range(width)]
    included = [str(index) for index in present]
    return (
        pa_csv.ReadOptions(use_threads=False, block_size=size + 1, column_names=names),
        pa_csv.ParseOptions(
            delimiter=rules.separator.decode(),
            quote_char=False,
            double_quote=False,
            escape_char=False,
        ),
        pa_csv.ConvertOptions(
            include_columns=included,
            column_types=dict.fromkeys(included, pa.string()),
            null_values=[rules.null_mark.decode()],
            strings_can_be_null=True,
        ),
    )


def exact_cells(block: bytes, rules: CellRules, needed: Sequence[int]) -> pa.RecordBatch:
    """Cut any block."""
    ascii_separator = rules.separator.isascii()
    if ascii_separator:
        block = _valid(block)
    lines = _split(pa.array([_protect(block, rules)[:-1]], pa.binary()), b"\n").flatten()
    fields = _split(lines, rules.separator, len(rules.is_text) - 1 if rules.last_takes_rest else None)
    lengths, starts = pc.list_value_length(fields), fields.offsets[:-1]
    cells = fields.values
    mark = pa.scalar(_protect(rules.null_mark, rules), pa.binary())
    columns = []
    for index in needed:
        places = pc.if_else(pc.greater(lengths, index), pc.add(starts, index), None)
        column = cells.take(places)
        column = pc.if_else(pc.equal(column, mark), None, column)
        column = _restored(column, rules, is_text=rules.is_text[index])
        columns.append(column.cast(pa.string()) if ascii_separator else _valid_strings(column))
    return _batch(columns, needed, len(lines))


def _split(values: pa.Array, at: bytes, times: int | None = None) -> pa.ListArray:
    return pc.split_pattern(values, pattern=at, max_splits=times)


def _valid(data: bytes) -> bytes:
    """Put U+FFFD where Java's decoder puts it: Python's differs for surrogates alone."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return _SURROGATE.sub(_REPLACEMENT, data).decode(errors="replace").encode()
    return data


def _valid_strings(column: pa.Array) -> pa.Array:
    return pa.array([None if cell is None else _valid(cell).decode() for cell in column.to_pylist()], pa.string())


def _protect(data: bytes, rules: CellRules) -> bytes:
    """Hide from the split what an escape takes the meaning of; escapes pair from the left."""
    escape = rules.escape
    if escape is None or escape not in data:
        return data
    data = data.replace(escape * 2, _ESCAPED_ESCAPE).replace(escape + rules.separator, _ESCAPED_SEPARATOR)
    return data.replace(escape + b"\n", _LAST_ESCAPE + b"\n")


def _restored(column: pa.Array, rules: CellRules, *, is_text: bool) -> pa.Array:
    escape, separator = rules.escape, rules.separator
    if escape is None:
        return column
    if is_text:
        steps = [
            (escape + b"r", b"\r"),
            (escape + b"n", b"\n"),
            (escape, b""),
            (_ESCAPED_SEPARATOR, separator),
            (_ESCAPED_ESCAPE, escape),
        ]
    else:
        steps = [(_ESCAPED_SEPARATOR, escape + separator), (_ESCAPED_ESCAPE, escape * 2)]
    for pattern, replacement in [*steps, (_LAST_ESCAPE, escape)]:
        column = pc.replace_substring(column, pattern=pattern, replacement=replacement)
    return column


def _batch(columns: Sequence[pa.Array], needed: Sequence[int], rows: int) -> pa.RecordBatch:
    names = [f"c{index}" for index in needed]
    if not names:
        return pa.RecordBatch.from_struct_array(pa.array([{}] * rows, pa.struct([])))
    return pa.RecordBatch.from_arrays(list(columns), names=names)
