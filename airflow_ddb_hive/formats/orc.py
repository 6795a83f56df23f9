"""ORC files as Hive 3.1.3 reads and writes them.

Columns are found by name whatever their case, or by place in files of old Hives, whose columns are all ``_col<n>``.
Arrow's ORC library keeps timestamps as nanoseconds in 64 bits, and writes a fraction of a second before 1970 in a way
that Hive fails at: such values are refused, never changed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, ClassVar, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt
from pyarrow import orc

from airflow_ddb_hive.errors import BadValueError, FileFormatError, InputError
from airflow_ddb_hive.formats.arrow_sink import ArrowSink
from airflow_ddb_hive.formats.parquet_casts import cast_column
from airflow_ddb_hive.model.arrow import arrow_type
from airflow_ddb_hive.model.types import CharType, HiveType

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from airflow_ddb_hive.model.table import Column
    from airflow_ddb_hive.storage.base import OutputFile

__all__ = ["CODECS", "Orc"]

CODECS = {"zlib": "zlib", "none": "uncompressed", "snappy": "snappy", "lz4": "lz4", "zstd": "zstd"}
"""Values of ``orc.compress``, in lower case, and pyarrow's word for each; Hive's default is ZLIB."""

_BATCH_ROWS = 32_768
_STRIPE_BYTES = 64 << 20
_PLACE = re.compile("_col[0-9]+")
_FIRST_MICROS = -9_223_372_036_000_000
_LAST_MICROS = 9_223_372_036_000_000
"""What 64 bits of nanoseconds reach, 1677 to 2262, in microseconds."""
_SECOND = 1_000_000


class Orc:
    """ORC with Hive's names and types.

    Raises:
        InputError: The codec is not supported.
    """

    cells: ClassVar[Literal["text", "typed"]] = "typed"
    extension: ClassVar[str] = ""

    def __init__(self, columns: Sequence[Column], *, compression: str = "zlib") -> None:
        if compression.lower() not in CODECS:
            raise InputError(f"orc.compress {compression!r} is not supported: use one of {', '.join(CODECS)}")
        self._columns = tuple(columns)
        self._codec = CODECS[compression.lower()]

    def read(self, source: BinaryIO, needed: Sequence[int], name: str) -> Iterator[pa.RecordBatch]:
        """Yield typed batches, one stripe in memory at a time; an empty file has no rows.

        Raises:
            FileFormatError: The file is no ORC file, is damaged, or holds what the column cannot be.
        """
        if not source.read(1):
            return
        source.seek(0)
        try:
            file = orc.ORCFile(source)
            stored = _stored_places(file.schema, self._columns, needed)
            wanted = sorted({file.schema.names[place] for place in stored if place is not None})
            for stripe in range(file.nstripes if wanted else 0):
                whole = file.read_stripe(stripe, columns=wanted)
                for start in range(0, whole.num_rows, _BATCH_ROWS):
                    yield self._typed(whole.slice(start, _BATCH_ROWS), needed, stored, file.schema, name)
            if not wanted:
                yield from self._rows_alone(file, needed)
        except (pa.ArrowException, OSError) as error:
            raise FileFormatError(f"{name!r} is no ORC file, or one that cannot be read: {error}") from error

    def _rows_alone(self, file: orc.ORCFile, needed: Sequence[int]) -> Iterator[pa.RecordBatch]:
        """As many rows as the file has, of columns that it has not."""
        for start in range(0, file.nrows, _BATCH_ROWS):
            rows = min(_BATCH_ROWS, file.nrows - start)
            nulls = [pa.nulls(rows, arrow_type(self._columns[index].type)) for index in needed]
            if nulls:
                yield pa.RecordBatch.from_arrays(nulls, names=[f"c{index}" for index in needed])
            else:
                yield pa.RecordBatch.from_struct_array(pa.array([{}] * rows, pa.struct([])))

    def _typed(
        self,
        batch: pa.RecordBatch,
        needed: Sequence[int],
        stored: Sequence[int | None],
        schema: pa.Schema,
        name: str,
    ) -> pa.RecordBatch:
        arrays = []
        for index, place in zip(needed, stored, strict=True):
            column = self._columns[index]
            if place is None:
                arrays.append(pa.nulls(batch.num_rows, arrow_type(column.type)))
                continue
            values = cast_column(batch.column(schema.names[place]), column, name)
            # Hive fills CHAR up with blanks in the file; a CHAR's value has none at its end.
            arrays.append(pc.utf8_rtrim(values, " ") if isinstance(column.type, CharType) else values)
        return pa.RecordBatch.from_arrays(arrays, names=[f"c{index}" for index in needed])

    def open_writer(self, target: OutputFile, schema: pa.Schema) -> _OrcWriter:
        """Make a writer."""
        return _OrcWriter(target, schema, self._columns, self._codec)


def _stored_places(schema: pa.Schema, columns: Sequence[Column], needed: Sequence[int]) -> list[int | None]:
    if schema.names and all(_PLACE.fullmatch(name) for name in schema.names):
        return [index if index < len(schema.names) else None for index in needed]
    by_name: dict[str, int] = {}
    for place, name in enumerate(schema.names):
        by_name.setdefault(name.lower(), place)
    return [by_name.get(columns[index].name) for index in needed]


class _OrcWriter:
    """Gathers nothing: Arrow's writer cuts stripes itself. A file without rows still has its columns."""

    def __init__(self, target: OutputFile, schema: pa.Schema, columns: Sequence[Column], codec: str) -> None:
        self._schema = schema
        self._columns = columns
        self._rows = 0
        self._writer = orc.ORCWriter(ArrowSink(target), compression=codec, stripe_size=_STRIPE_BYTES)

    def write(self, batch: pa.RecordBatch, /) -> None:
        arrays = []
        for column, values in zip(self._columns, batch.columns, strict=True):
            _check_timestamps(values, column.name)
            arrays.append(_padded(values, column.type))
        self._rows += batch.num_rows
        self._writer.write(pa.Table.from_arrays(arrays, schema=self._schema))

    def close(self) -> None:
        if not self._rows:
            self._writer.write(self._schema.empty_table())
        self._writer.close()


def _padded(values: pa.Array, type_: HiveType) -> pa.Array:
    """A CHAR filled up with blanks, as Hive has it in files."""
    return pc.utf8_rpad(values, type_.length, " ") if isinstance(type_, CharType) else values


def _check_timestamps(values: pa.Array, name: str) -> None:
    """Refuse what Arrow cannot read back, or Hive cannot read."""
    for times in _timestamps(values):
        micros = times.cast(pa.timestamp("us"), safe=False).cast(pa.int64())
        edges = pc.min_max(micros).as_py()
        low, high = edges["min"], edges["max"]
        if low is None or (low >= 0 and high <= _LAST_MICROS):
            continue
        seconds = pc.multiply(pc.divide(micros, _SECOND), _SECOND)
        fractions = pc.and_(pc.less(micros, 0), pc.not_equal(seconds, micros))
        if low < _FIRST_MICROS or high > _LAST_MICROS or pc.any(fractions).as_py():
            raise BadValueError(
                f"column {name!r}: an ORC file takes timestamps from 1678 to 2261, before 1970 without a fraction of a "
                "second: store the table as PARQUET"
            )


def _timestamps(values: pa.Array) -> Iterator[pa.Array]:
    """The timestamps in an array, at whatever depth."""
    type_ = values.type
    if pt.is_timestamp(type_):
        yield values
    elif pt.is_list(type_):
        yield from _timestamps(values.flatten())
    elif pt.is_map(type_):
        yield from _timestamps(values.keys)
        yield from _timestamps(values.items)
    elif pt.is_struct(type_):
        for part in values.flatten():
            yield from _timestamps(part)
