"""Parquet's INT96 timestamps, exact to the nanosecond in all years; the only timestamps that Hive 3 has in Parquet.

Arrow reads INT96 as nanoseconds or microseconds in 64 bits, and loses years or digits. To Arrow the footer therefore
says FIXED_LEN_BYTE_ARRAY(12), which lies in a file just as INT96 does: eight bytes of nanoseconds in the day, four of
the Julian day. See https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import pyarrow as pa

from airflow_ddb_hive.formats.instants import instants
from airflow_ddb_hive.formats.thrift_compact import Struct, read_struct, write_struct

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["INT96", "exact_metadata", "from_int96", "to_int96", "with_int96"]

INT96 = pa.binary(12)
"""What a column of INT96 is to Arrow."""

_INT96_KIND, _FIXED_KIND, _BYTES = 3, 7, 12
_EPOCH_JULIAN_DAY = 2_440_588
_DAY_MICROS = 86_400_000_000
_LAYOUT = np.dtype([("nanos", "<i8"), ("day", "<i4")])
_MAGIC = b"PAR1"
_TAIL_BYTES = 8


def from_int96(values: pa.FixedSizeBinaryArray) -> pa.StructArray:
    """Return timestamps in the exact form of ``model/arrow.py``."""
    raw = np.frombuffer(values.buffers()[1] or b"", _LAYOUT)[values.offset : values.offset + len(values)]
    micros, nanos = np.divmod(raw["nanos"], 1000)
    micros = micros + (raw["day"].astype("i8") - _EPOCH_JULIAN_DAY) * _DAY_MICROS
    return instants(micros, nanos, values.is_null() if values.null_count else None)


def to_int96(values: pa.StructArray) -> pa.FixedSizeBinaryArray:
    """Return the bytes of timestamps in the exact form."""
    micros = values.field(0).cast(pa.int64()).fill_null(0).to_numpy()
    days, rest = np.divmod(micros, _DAY_MICROS)
    raw = np.empty(len(values), _LAYOUT)
    raw["nanos"] = rest * 1000 + values.field(1).fill_null(0).to_numpy()
    raw["day"] = days + _EPOCH_JULIAN_DAY
    bits = None
    if values.null_count:
        valid = values.is_valid().to_numpy(zero_copy_only=False)
        bits = pa.py_buffer(np.packbits(valid, bitorder="little"))
    return pa.FixedSizeBinaryArray.from_buffers(INT96, len(values), [bits, pa.py_buffer(raw)])


def exact_metadata(source: BinaryIO) -> bytes:
    """Return a file without rows whose footer says FIXED_LEN_BYTE_ARRAY(12) where that of ``source`` says INT96."""
    size = source.seek(0, 2)
    source.seek(size - _TAIL_BYTES)
    length = int.from_bytes(source.read(4), "little")
    source.seek(size - _TAIL_BYTES - length)
    footer = read_struct(source.read(length))
    source.seek(0)
    for leaf, chunks in _leaves(footer):
        if leaf.i32(1) == _INT96_KIND:
            leaf.put_i32(2, _BYTES)
            for one in (leaf, *chunks):
                one.put_i32(1, _FIXED_KIND)
    return _MAGIC + _ended(footer)


def with_int96(end: bytes) -> bytes:
    """Return the end of a file with INT96 where its footer says FIXED_LEN_BYTE_ARRAY(12) without further meaning."""
    length = int.from_bytes(end[-_TAIL_BYTES:-4], "little")
    start = len(end) - _TAIL_BYTES - length
    footer = read_struct(end[start:-_TAIL_BYTES])
    for leaf, chunks in _leaves(footer):
        if leaf.i32(1) == _FIXED_KIND and leaf.i32(2) == _BYTES and not leaf.fields.keys() & {6, 10}:
            del leaf.fields[2]
            for one in (leaf, *chunks):
                one.put_i32(1, _INT96_KIND)
    return end[:start] + _ended(footer)


def _ended(footer: Struct) -> bytes:
    data = write_struct(footer)
    return data + len(data).to_bytes(4, "little") + _MAGIC


def _leaves(footer: Struct) -> Iterator[tuple[Struct, Sequence[Struct]]]:
    """The schema's columns, each with what the row groups say of it."""
    leaves = [element for element in footer.get(2).items if element.get(5) is None]
    groups = footer.get(4).items
    for place, leaf in enumerate(leaves):
        yield leaf, [group.get(1).items[place].get(3) for group in groups]
