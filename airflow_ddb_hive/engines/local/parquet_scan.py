"""Parquet files on a local disk that DuckDB reads by itself: in parallel, and no more of them than a query needs.

DuckDB's own scan skips row groups by their statistics, takes filters and join keys, and knows how many rows there are.
It serves where what a file stores is, or safely becomes, what its column's Hive type holds; all else is read by
``formats/parquet.py``, whose rules these are a part of. See https://duckdb.org/docs/stable/data/parquet/overview.
"""

from __future__ import annotations

import functools
import os
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from airflow_ddb_hive.engines.local.emit import emit_partition_value
from airflow_ddb_hive.engines.local.emit.sql import text
from airflow_ddb_hive.engines.local.parquet_types import column_sql
from airflow_ddb_hive.engines.local.physical import duckdb_type, quoted_field
from airflow_ddb_hive.model.types import DecimalType
from airflow_ddb_hive.storage.paths import local_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from airflow_ddb_hive.model.table import Column, Table

__all__ = ["ParquetPart", "ParquetScan", "parquet_scan"]

_CODECS = frozenset({"UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD"})
_GLOB = frozenset("*?[]{}\\")
_MOST_UNIONS = 8
_MOST_KEPT = 256
_OPTIONS = "hive_partitioning = false, union_by_name = false, binary_as_string = false, can_have_nan = true"
"""A file's statistics of numbers leave NaN out, and a comparison does not."""

_SIGNED_TEXT = re.compile(r"parquet-mr version 1\.\d\.")
"""Writers that ordered text by signed bytes in their statistics: https://issues.apache.org/jira/browse/PARQUET-686."""


@dataclass(frozen=True, slots=True)
class ParquetPart:
    """One file of a table, the folder it was listed in, and what its partition says.

    A partition that had fewer columns when it was made, ``width``, has NULL in the others. ``values`` are the texts of
    the partition columns that are needed, by place.
    """

    url: str
    folder: str
    values: tuple[tuple[int, str], ...] = ()
    width: int | None = None


@dataclass(frozen=True, slots=True)
class ParquetScan:
    """A table that DuckDB reads: ``sql`` gives columns ``c<place>``; it needs leave to read below ``folders``.

    ``limits`` are the largest magnitudes of decimals, without their points, by place, where the files tell.
    """

    sql: str
    folders: frozenset[str]
    limits: Mapping[int, int]


class _UnfitError(Exception):
    """A file that DuckDB does not read as Hive does."""


class _Stored:
    """A file's real path and the SQL of the columns that are needed; ``schema`` tells files of one schema from others.

    Raises:
        _UnfitError: It has to be read in another way.
    """

    def __init__(self, table: Table, needed: Sequence[int], part: ParquetPart) -> None:
        self.part = part
        self.path = os.path.realpath(local_path(part.url))
        self.folder = os.path.realpath(local_path(part.folder))
        below = self.path != self.folder and Path(self.path).is_relative_to(self.folder)
        if not below or _GLOB & set(self.path):
            raise _UnfitError
        try:
            found = os.stat(self.path)  # noqa: PTH116 - of its real path, whose four numbers tell one file from another
            self._metadata = _metadata(self.path, (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns))
        except (OSError, pa.ArrowException) as error:
            raise _UnfitError from error
        leaves = [self._metadata.schema.column(place) for place in range(self._metadata.num_columns)]
        self.schema = tuple((leaf.path, leaf.physical_type, str(leaf.logical_type)) for leaf in leaves)
        self._places = {leaf.name.lower(): place for place, leaf in enumerate(leaves) if leaf.name == leaf.path}
        tops = {leaf.path.split(".")[0] for leaf in leaves}
        if len({top.lower() for top in tops}) < len(tops):
            raise _UnfitError
        self.sql = tuple(self._column(table.columns[place], place) for place in needed)

    def _column(self, column: Column, number: int) -> str:
        width = self.part.width
        place = self._places.get(column.name)
        if place is None and any(path.lower().startswith(f"{column.name}.") for path, _, _ in self.schema):
            raise _UnfitError
        if place is None or (width is not None and number >= width):
            return f"CAST(NULL AS {duckdb_type(column.type)})"
        leaf = self._metadata.schema.column(place)
        sql = column_sql(quoted_field(leaf.name), leaf, column.type)
        if sql is None or not self._is_readable(place):
            raise _UnfitError
        return sql

    def limit(self, column: Column) -> int | None:
        """The largest magnitude of a decimal column without its point; ``None`` where statistics are missing."""
        place = self._places.get(column.name)
        if place is None or not isinstance(column.type, DecimalType):
            return None
        scale, most = column.type.scale, 0
        for group in range(self._metadata.num_row_groups):
            found = self._metadata.row_group(group).column(place).statistics
            if found is None or not (found.has_min_max or found.null_count == self._metadata.row_group(group).num_rows):
                return None
            if found.has_min_max:
                most = max(most, *(int(abs(Decimal(one)).scaleb(scale)) for one in (found.min, found.max)))
        return most

    def _is_readable(self, place: int) -> bool:
        if _SIGNED_TEXT.match(self._metadata.created_by or "") and self.schema[place][1].endswith("BYTE_ARRAY"):
            return False
        groups = range(self._metadata.num_row_groups)
        return {self._metadata.row_group(group).column(place).compression for group in groups} <= _CODECS


@functools.lru_cache(maxsize=_MOST_KEPT)
def _metadata(path: str, _version: tuple[int, int, int, int]) -> pq.FileMetaData:
    """A file's footer, kept for the next statement that reads this version of it."""
    return pq.read_metadata(path)


def parquet_scan(table: Table, needed: Sequence[int], parts: Sequence[ParquetPart]) -> ParquetScan | None:
    """Return DuckDB's scan of a table's files; ``None`` where one of them has to be read in another way."""
    groups: dict[object, list[_Stored]] = {}
    try:
        for part in parts:
            one = _Stored(table, needed, part)
            groups.setdefault((one.schema, one.sql), []).append(one)
    except _UnfitError:
        return None
    if not groups:
        return None
    selects = [select for group in groups.values() for select in _selects(table, needed, group)]
    folders = frozenset(one.folder for group in groups.values() for one in group)
    files = [one for group in groups.values() for one in group]
    return ParquetScan(f"({' UNION ALL '.join(selects)})", folders, dict(_limits(table, needed, files)))


def _limits(table: Table, needed: Sequence[int], files: Sequence[_Stored]) -> Iterator[tuple[int, int]]:
    for place in needed:
        found = [one.limit(table.columns[place]) for one in files]
        known = [one for one in found if one is not None]
        if len(known) == len(found):
            yield place, max(known)


def _selects(table: Table, needed: Sequence[int], group: Sequence[_Stored]) -> Iterator[str]:
    """One SELECT for files of one schema and one partition; of many partitions, the number of a file tells which."""
    values = list(dict.fromkeys(one.part.values for one in group))
    if len(values) <= _MOST_UNIONS:
        for value in values:
            files = [one for one in group if one.part.values == value]
            yield _select(files, needed, {place: _typed(table, place, cell) for place, cell in value})
        return
    looked_up = {}
    for number, (place, _) in enumerate(values[0]):
        cells = ", ".join(_typed(table, place, one.part.values[number][1]) for one in group)
        looked_up[place] = f"([{cells}])[CAST(file_index AS BIGINT) + 1]"
    yield _select(group, needed, looked_up)


def _typed(table: Table, place: int, cell: str) -> str:
    type_ = table.partition_columns[place - len(table.columns)].type
    return f"CAST({emit_partition_value(text(cell), type_)} AS {duckdb_type(type_)})"


def _select(files: Sequence[_Stored], needed: Sequence[int], others: dict[int, str]) -> str:
    columns = [f"{sql} AS c{place}" for place, sql in zip(needed, files[0].sql, strict=True)]
    columns += [f"{sql} AS c{place}" for place, sql in others.items()]
    listed = ", ".join(columns) or "CAST(NULL AS TINYINT) AS c_"
    paths = ", ".join(text(one.path) for one in files)
    return f"SELECT {listed} FROM read_parquet([{paths}], {_OPTIONS})"
