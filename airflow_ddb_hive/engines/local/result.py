"""What a statement gives back: rows that are computed while they are read, or nothing but a report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from airflow_ddb_hive.engines.local.duck import duck_errors
from airflow_ddb_hive.engines.local.emit import emit_lines, engine_value
from airflow_ddb_hive.engines.local.pump import Pump
from airflow_ddb_hive.engines.local.shapes import lines_shape, typed_shape
from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.hiveql.tree import OutputColumn
from airflow_ddb_hive.model.arrow import arrow_type
from airflow_ddb_hive.model.types import STRING

if TYPE_CHECKING:
    from airflow_ddb_hive.engines.local.cancellation import Cancellation
    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.engines.local.duck import Duck
    from airflow_ddb_hive.engines.local.shapes import Shape
    from airflow_ddb_hive.model.job import StatementReport

__all__ = ["QueryResult", "StatementResult", "TextResult", "arrow_schema", "fitted", "printed"]

Rows = Callable[["Shape"], Iterator[pa.RecordBatch]]
"""Runs the query, its rows shaped by a wrapper around its SQL."""


def arrow_schema(columns: Sequence[OutputColumn]) -> pa.Schema:
    """The schema of a result: names may repeat, as Hive's may."""
    return pa.schema([pa.field(column.name, arrow_type(column.type)) for column in columns])


def fitted(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """The batch under a schema's names and types; DuckDB has no type for a bare NULL and its own names for items."""
    cells = [
        pa.nulls(batch.num_rows) if pa.types.is_null(field.type) else cell.cast(field.type)
        for cell, field in zip(batch.columns, schema, strict=True)
    ]
    return pa.RecordBatch.from_arrays(cells, schema=schema)


def printed(
    columns: Sequence[OutputColumn], batches: Iterable[pa.RecordBatch], duck: Duck, cancellation: Cancellation
) -> Iterator[str]:
    """Yield rows that are there as the Hive CLI prints them."""
    names = [f"c{place}" for place in range(len(columns))]
    cells = ", ".join(f"{engine_value(name, one.type)} AS {name}" for name, one in zip(names, columns, strict=True))
    query = emit_lines(f"SELECT {cells} FROM ready", columns)
    with duck.cursor(cancellation) as cursor:
        for batch in batches:
            cursor.register("ready", pa.Table.from_batches([batch.rename_columns(names)]))
            try:
                with duck_errors(cancellation):
                    lines = cursor.sql(query).to_arrow_table().column(0).to_pylist()
            finally:
                cursor.unregister("ready")
            yield from lines


class StatementResult:
    """A statement that has run and has no rows.

    ``report`` grows while rows are read and is final once they are, or once the result is closed.
    """

    columns: tuple[OutputColumn, ...] | None = None

    def __init__(self, context: StatementContext) -> None:
        self._context = context

    @property
    def report(self) -> StatementReport:
        """Statement, rows, seconds, and what was used of each table."""
        return self._context.report()

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows as Arrow batches: none."""
        return iter(())

    def lines(self) -> Iterator[str]:
        """The rows as the Hive CLI prints them: none."""
        return iter(())

    def lines_of(self, batches: Iterable[pa.RecordBatch]) -> Iterator[str]:
        """Rows that were taken from :meth:`batches`, as the Hive CLI prints them."""
        return printed(self.columns or (), batches, self._context.duck, self._context.cancellation)

    def close(self) -> None:
        """End what still runs."""
        self._context.finish()


class TextResult(StatementResult):
    """Rows that are known at once: SHOW, DESCRIBE, SET; all cells are strings."""

    def __init__(self, context: StatementContext, names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        super().__init__(context)
        self.columns = tuple(OutputColumn(name, STRING) for name in names)
        self._rows = rows
        context.rows = len(rows)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """One batch of strings."""
        schema = arrow_schema(self.columns or ())
        cells = [pa.array([row[place] for row in self._rows], pa.string()) for place in range(len(schema))]
        yield pa.RecordBatch.from_arrays(cells, schema=schema)

    def lines(self) -> Iterator[str]:
        """Cells joined by tabs."""
        return ("\t".join(row) for row in self._rows)


class QueryResult(StatementResult):
    """Rows of a query, computed in a worker thread while they are read; they can be read once."""

    def __init__(self, context: StatementContext, columns: tuple[OutputColumn, ...], rows: Rows) -> None:
        super().__init__(context)
        self.columns = columns
        self._rows = rows
        self._pump: Pump[pa.RecordBatch] | None = None

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows as Arrow batches of the types in ``model/arrow.py``."""
        schema = arrow_schema(self.columns or ())
        for batch in self._run(typed_shape(self.columns or ())):
            yield fitted(batch, schema)

    def lines(self) -> Iterator[str]:
        """The rows as the Hive CLI prints them."""
        columns = self.columns or ()
        for batch in self._run(lines_shape(columns)):
            yield from batch.column(0).to_pylist()

    def _run(self, shape: Shape) -> Iterator[pa.RecordBatch]:
        if self._pump is not None:
            raise InputError("the rows of a statement can be read once: run it again")
        context = self._context
        self._pump = Pump(lambda: self._rows(shape), context.cancellation, on_wait=context.on_wait)
        try:
            for batch in self._pump:
                context.rows += batch.num_rows
                yield batch
        finally:
            context.finish()

    def close(self) -> None:
        """End the query and every thread behind it."""
        if self._pump is not None:
            self._pump.close()
        super().close()
