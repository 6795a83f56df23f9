"""The forms in which sinks take a query's rows, made by SQL, or by Arrow alone where the query only picks columns.

Handing a column of maps to DuckDB and back costs four times what its conversion to text costs in Arrow, and whole
items are just such columns; so a query that changes nothing does not go through DuckDB.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from airflow_ddb_hive.engines.local.emit import emit_cells, emit_exact, emit_lines, emit_typed
from airflow_ddb_hive.model.types import BIGINT, INT, SMALLINT, STRING, TINYINT, HiveType, MapType

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from airflow_ddb_hive.hiveql.tree import OutputColumn
    from airflow_ddb_hive.model.delimited import DelimitedOptions
    from airflow_ddb_hive.model.table import Column

__all__ = ["AS_IS", "Shape", "cells_shape", "exact_shape", "items_shape", "lines_shape", "typed_shape"]


@dataclass(frozen=True, slots=True)
class Shape:
    """``sql`` wraps a query's SQL; ``arrow`` does the same to a batch of its rows, ``None`` where only SQL can."""

    sql: Callable[[str], str]
    arrow: Callable[[pa.RecordBatch], pa.RecordBatch] | None = None


AS_IS = Shape(sql=lambda query: query, arrow=lambda batch: batch)
"""Rows of the query's own types."""


def typed_shape(columns: Sequence[OutputColumn | Column]) -> Shape:
    """Rows of the types in ``model/arrow.py``."""
    return Shape(sql=lambda query: emit_typed(query, columns), arrow=lambda batch: batch)


def exact_shape(columns: Sequence[Column]) -> Shape:
    """Rows as files of typed formats take them."""
    return Shape(sql=lambda query: emit_exact(query, columns), arrow=lambda batch: batch)


def items_shape(columns: Sequence[Column]) -> Shape:
    """Rows as items are made of them: timestamps are their text, with all digits."""
    return Shape(sql=lambda query: emit_typed(query, columns, timestamps_as_text=True), arrow=lambda batch: batch)


def lines_shape(columns: Sequence[OutputColumn]) -> Shape:
    """Rows as the Hive CLI prints them, one column of lines."""
    return Shape(sql=lambda query: emit_lines(query, columns))


def cells_shape(columns: Sequence[Column], options: DelimitedOptions) -> Shape:
    """Rows as the cells of delimited text."""

    def arrow(batch: pa.RecordBatch) -> pa.RecordBatch:
        cells = [_CELLS[column.type](cell, options) for column, cell in zip(columns, batch.columns, strict=True)]
        return pa.RecordBatch.from_arrays(cells, names=[column.name for column in columns])

    simple = options.escape is None and all(column.type in _CELLS for column in columns)
    return Shape(sql=lambda query: emit_cells(query, columns, options), arrow=arrow if simple else None)


def _same(cell: pa.Array, _options: DelimitedOptions) -> pa.Array:
    return cell


def _digits(cell: pa.Array, _options: DelimitedOptions) -> pa.Array:
    return cell.cast(pa.string())


def _pairs(cell: pa.Array, options: DelimitedOptions) -> pa.Array:
    """A map as ``key ^C value ^B key ^C value``; a NULL map stays NULL."""
    entries = cell.values  # all of the child, whatever part of it this array shows: the offsets say
    values = pc.fill_null(entries.field(1), options.null_format)
    pairs = pc.binary_join_element_wise(entries.field(0), values, options.separators[2])
    joined = pc.binary_join(pa.ListArray.from_arrays(cell.offsets, pairs), options.separators[1])
    return pc.if_else(cell.is_valid(), joined, None) if cell.null_count else joined


_CELLS: dict[HiveType, Callable[[pa.Array, DelimitedOptions], pa.Array]] = {
    BIGINT: _digits,
    INT: _digits,
    SMALLINT: _digits,
    STRING: _same,
    TINYINT: _digits,
    MapType(STRING, STRING): _pairs,
}
"""The types whose text Arrow makes just as Hive does."""
