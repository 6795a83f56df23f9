"""Runs a map-shaped query batch by batch: each batch is a table of its own for one DuckDB query."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from airflow_ddb_hive.engines.local.duck import duck_errors
from airflow_ddb_hive.engines.local.emit import emit_relation
from airflow_ddb_hive.engines.local.ending import ending
from airflow_ddb_hive.engines.local.plan import picked_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    import duckdb

    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.engines.local.plan import MapPlan
    from airflow_ddb_hive.engines.local.shapes import Shape
    from airflow_ddb_hive.engines.local.sources import Source, Unit

__all__ = ["map_batches", "map_unit"]


def map_batches(plan: MapPlan, source: Source, shape: Shape, context: StatementContext) -> Generator[pa.RecordBatch]:
    """Yield the rows of a map-shaped query, shaped; reading stops as soon as a LIMIT is reached."""
    rows = map_unit(plan, source, source.stream, shape, context)
    if plan.limit is None and not plan.offset:
        yield from rows
        return
    with ending(rows):
        yield from _cut(rows, plan.offset, plan.limit)


def _cut(batches: Iterator[pa.RecordBatch], offset: int, limit: int | None) -> Iterator[pa.RecordBatch]:
    """Leave out the first rows, and end after the last that is wanted: before another page is fetched."""
    if limit == 0:
        return
    for batch in batches:
        part = batch.slice(min(offset, batch.num_rows))
        offset -= batch.num_rows - part.num_rows
        if limit is not None:
            part = part.slice(0, limit)
            limit -= part.num_rows
        if part.num_rows:
            yield part
        if limit == 0:
            return


def map_unit(
    plan: MapPlan, source: Source, unit: Unit, shape: Shape, context: StatementContext
) -> Generator[pa.RecordBatch]:
    """Yield the rows that the query makes of one part of its scan."""
    typed = source.typed_sql(f"raw_{plan.scan.id}")
    picked = picked_columns(plan)
    if picked and typed is None and shape.arrow is not None:
        yield from _picked(unit, [f"c{place}" for place in picked], shape.arrow, context)
        return
    name = f"scan_{plan.scan.id}"
    query = shape.sql(emit_relation(plan.relation, {plan.scan.id: name}))
    with context.duck.cursor(context.cancellation) as cursor, ending(unit()) as batches:
        for batch in batches:
            context.cancellation.check()
            with duck_errors(context.cancellation):
                table = _run(cursor, query, batch, name, typed)
            yield from table.to_batches()


def _picked(
    unit: Unit, names: list[str], shape: Callable[[pa.RecordBatch], pa.RecordBatch], context: StatementContext
) -> Generator[pa.RecordBatch]:
    """Rows that the query leaves as they are need no query."""
    with ending(unit()) as batches:
        for batch in batches:
            context.cancellation.check()
            yield shape(pa.RecordBatch.from_arrays([batch.column(name) for name in names], names=names))


def _run(
    cursor: duckdb.DuckDBPyConnection, query: str, batch: pa.RecordBatch, name: str, typed: str | None
) -> pa.Table:
    page = name if typed is None else name.replace("scan_", "raw_")
    cursor.register(page, pa.Table.from_batches([batch]))
    try:
        if typed is not None:
            cursor.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {typed}")
        return cursor.sql(query).to_arrow_table()
    finally:
        cursor.unregister(page)
