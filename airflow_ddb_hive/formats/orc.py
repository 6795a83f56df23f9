"""ORC files as Hive 3.1.3 reads and writes them.

Columns are found by name whatever their case, or by place in files of old Hives, whose columns are all ``_col<n>``.
Arrow's ORC library keeps timestamps as nanoseconds in 64 bits, and writes a fraction of a second before 1970 in a way
that Hive fails at. A column with such values is written as text: Hive reads a text column of a file as the timestamps
that its table has.
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
from airflow_ddb_hive.formats.instants import has_instants, replaced, replaced_type
from airflow_ddb_hive.formats.orc_moments import PLAIN, fits_orc, from_text, to_plain, to_text
from airflow_ddb_hive.formats.parquet_casts import cast_column, number_of_text
from airflow_ddb_hive.model.arrow import exact_type, instant_type
from airflow_ddb_hive.model.types import TIMESTAMP, CharType

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


class Orc:
    """ORC with Hive's names and types.

    Raises:
        InputError: The codec is not supported.
    """

    cells: ClassVar[Literal["text", "typed", "lines"]] = "typed"
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
            nulls = [pa.nulls(rows, exact_type(self._columns[index].type)) for index in needed]
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
                arrays.append(pa.nulls(batch.num_rows, exact_type(column.type)))
                continue
            values = batch.column(schema.names[place])
            if column.type == TIMESTAMP and pt.is_string(values.type):
                values = from_text(values)
            values = cast_column(number_of_text(values, column.type), column, name)
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
        self._columns = columns
        self._given = schema
        self._schema: pa.Schema | None = None
        self._writer = orc.ORCWriter(ArrowSink(target), compression=codec, stripe_size=_STRIPE_BYTES)

    def takes(self, batch: pa.RecordBatch, /) -> bool:
        """Whether the file's types hold these rows: one that began with plain timestamps takes no others."""
        if self._schema is None:
            return True
        stored = [
            kept for kept, values in zip(self._schema.types, batch.columns, strict=True) if has_instants(values.type)
        ]
        given = [values for values in batch.columns if has_instants(values.type)]
        return all(pt.is_string(kept) or fits_orc(values) for kept, values in zip(stored, given, strict=True))

    def write(self, batch: pa.RecordBatch, /) -> None:
        if self._schema is None:
            self._schema = self._started(batch)
        arrays = [
            _stored(values, column, field.type)
            for column, values, field in zip(self._columns, batch.columns, self._schema, strict=True)
        ]
        self._writer.write(pa.Table.from_arrays(arrays, schema=self._schema))

    def _started(self, batch: pa.RecordBatch) -> pa.Schema:
        """The types of the file, by its first rows."""
        fields = []
        for field, values in zip(self._given, batch.columns, strict=True):
            as_text = field.type == instant_type() and not fits_orc(values)
            fields.append(field.with_type(pa.string() if as_text else replaced_type(field.type, PLAIN)))
        return pa.schema(fields)

    def close(self) -> None:
        if self._schema is None:
            nothing = pa.RecordBatch.from_arrays(
                [pa.array([], field.type) for field in self._given], schema=self._given
            )
            self._writer.write(self._started(nothing).empty_table())
        self._writer.close()


def _stored(values: pa.Array, column: Column, stored: pa.DataType) -> pa.Array:
    """What a file has of values: a CHAR filled up with blanks, timestamps plain or as text."""
    if isinstance(column.type, CharType):
        return pc.utf8_rpad(values, column.type.length, " ")
    if not has_instants(values.type):
        return values
    if pt.is_string(stored):
        return to_text(values)
    if not fits_orc(values):
        raise BadValueError(
            f"column {column.name!r}: within a nested column an ORC file takes timestamps from 1678 to 2261, before "
            "1970 without a fraction of a second: store the table as PARQUET"
        )
    return replaced(values, PLAIN, to_plain)
