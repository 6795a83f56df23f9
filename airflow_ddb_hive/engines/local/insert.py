"""Runs INSERT: a query, cut into units of work where it can be, into one target that is whole or not there."""

from __future__ import annotations

import threading
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.ending import ending
from airflow_ddb_hive.engines.local.pages import map_batches, map_unit
from airflow_ddb_hive.engines.local.partition_target import PartitionedTarget
from airflow_ddb_hive.engines.local.physical import duckdb_type
from airflow_ddb_hive.engines.local.plan import MapPlan, map_plan
from airflow_ddb_hive.engines.local.pump import Pump
from airflow_ddb_hive.engines.local.result import StatementResult
from airflow_ddb_hive.engines.local.shapes import Shape
from airflow_ddb_hive.engines.local.sinks import FileTarget, ItemTarget, item_schema
from airflow_ddb_hive.engines.local.sources import open_source
from airflow_ddb_hive.engines.local.table_writer import writer
from airflow_ddb_hive.engines.local.whole import WholeQuery
from airflow_ddb_hive.hiveql.statements import DirectorySink, InsertStatement, TableSink
from airflow_ddb_hive.model.table import Column
from airflow_ddb_hive.storage import OutputCommit

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    import pyarrow as pa

    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.engines.local.sources import Source, Unit
    from airflow_ddb_hive.hiveql.tree import Relation
    from airflow_ddb_hive.model.table import Table

Target = FileTarget | ItemTarget | PartitionedTarget
"""Where rows can go."""

__all__ = ["into_table", "local_url", "run_insert"]

_BATCHES_PER_PART = 256
"""Batches that one output file takes: about 256 MB of DynamoDB pages, so that a unit of work stays small."""


def run_insert(statement: InsertStatement, context: StatementContext) -> StatementResult:
    """Run the query and write its rows; nothing is visible before everything is written.

    A DynamoDB table takes items as they come: what was written before a failure stays, and writing it again
    replaces it by itself.
    """
    job = _Insert(statement.relation, context)
    if isinstance(statement.sink, TableSink) and statement.sink.table.is_dynamodb:
        job.into_items(statement.sink)
    elif isinstance(statement.sink, TableSink) and statement.sink.table.partition_columns:
        job.into_partitions(statement.sink)
    else:
        job.into_files(statement.sink)
    context.finish()
    return StatementResult(context)


def local_url(path: str) -> str:
    """A path as the stores take it: URLs as they are, relative paths from the working directory."""
    return path if ":/" in path else str(Path(path).absolute())


@dataclass(slots=True)
class _Insert:
    relation: Relation
    context: StatementContext

    def into_items(self, sink: TableSink) -> None:
        mapped = self.context.mapped(sink.table)
        items = writer(mapped, range(len(sink.table.columns)), self.context)
        target = ItemTarget(items, item_schema(sink.table.columns))
        try:
            self._run(target, _filling(sink, target.shape))
            target.finish()
        except BaseException:
            items.abort()
            raise

    def into_partitions(self, sink: TableSink) -> None:
        values = tuple(value for value in sink.partition if value is not None)
        if sink.if_not_exists and any(one.values == values for one in self.context.catalog.partitions(sink.table)):
            return
        target = PartitionedTarget(sink, self.context)
        try:
            self._run(target, _filling(sink, target.shape))
            target.finish()
        except BaseException:
            target.abort()
            raise

    def into_files(self, sink: TableSink | DirectorySink) -> None:
        target, commit = self._file_target(sink)
        shape = _filling(sink, target.shape) if isinstance(sink, TableSink) else target.shape
        try:
            self._run(target, shape)
            target.finish()
        except BaseException:
            commit.abort()
            raise

    def _file_target(self, sink: TableSink | DirectorySink) -> tuple[FileTarget, OutputCommit]:
        if isinstance(sink, TableSink):
            table = sink.table
            commit = self._commit(table.location or "", overwrite=sink.overwrite)
            properties = dict(table.properties)
            return FileTarget(table.columns, table.storage, properties, commit, self.context), commit
        commit = self._commit(local_url(sink.path), overwrite=True)
        columns = [Column(f"_col{place}", column.type) for place, column in enumerate(self.relation.columns)]
        return FileTarget(columns, sink.storage, {}, commit, self.context), commit

    def _commit(self, location: str, *, overwrite: bool) -> OutputCommit:
        return OutputCommit(self.context.stores.at(location), location, overwrite=overwrite)

    def _run(self, target: Target, shape: Shape) -> None:
        """Write all rows, in a worker thread; the caller's thread waits and can be interrupted."""
        plan = map_plan(self.relation)
        if plan is not None and plan.limit is None:
            source = open_source(plan.scan, self.context)
            run = _UnitWork(plan, source, shape, target, self.context).run
        else:
            run = _SingleWork(self._rows(plan, shape), target, self.context).run
        for _ in Pump(run, self.context.cancellation, on_wait=self.context.on_wait):
            pass

    def _rows(self, plan: MapPlan | None, shape: Shape) -> Generator[pa.RecordBatch]:
        if plan is None:
            return WholeQuery(self.relation, self.context).batches(shape)
        return map_batches(plan, open_source(plan.scan, self.context), shape, self.context)


def _filling(sink: TableSink, shape: Shape) -> Shape:
    """SQL that puts the query's columns where the table has them, and NULL into those that it leaves out."""
    table = sink.table
    width = len(table.columns)
    dynamic = [width + index for index, value in enumerate(sink.partition) if value is None]
    wanted = [*range(width), *dynamic]
    if list(sink.columns) == wanted:
        return shape
    columns = (*table.columns, *table.partition_columns)
    place_of = {place: index for index, place in enumerate(sink.columns)}
    cells = ", ".join(
        f"c{place_of[place]} AS c{number}"
        if place in place_of
        else f"CAST(NULL AS {duckdb_type(columns[place].type)}) AS c{number}"
        for number, place in enumerate(wanted)
    )
    return Shape(sql=lambda query: shape.sql(f"SELECT {cells} FROM ({query})"))


class _SingleWork:
    """All rows into one part."""

    def __init__(self, rows: Generator[pa.RecordBatch], target: Target, context: StatementContext) -> None:
        self._rows = rows
        self._target = target
        self._context = context

    def run(self) -> Iterator[None]:
        part = self._target.open_part()
        with ending(self._rows) as rows:
            for batch in rows:
                self._context.cancellation.check()
                part.write(batch)
                self._context.rows += batch.num_rows
                yield
        part.close()


class _UnitWork:
    """Units side by side, each into parts of its own."""

    def __init__(self, plan: MapPlan, source: Source, shape: Shape, target: Target, context: StatementContext) -> None:
        self._plan = plan
        self._source = source
        self._shape = shape
        self._target = target
        self._context = context
        self._lock = threading.Lock()

    def run(self) -> Iterator[None]:
        units = self._source.units()
        workers = max(1, min(self._context.workers, len(units)))
        with ThreadPoolExecutor(workers, thread_name_prefix="ddb-hive-unit") as pool:
            futures = [pool.submit(self._unit, unit) for unit in units]
            done, pending = wait(futures, return_when=FIRST_EXCEPTION)
            if pending:
                # One unit failed: the others' rows are of no use any more.
                self._context.cancellation.cancel()
                for future in pending:
                    future.cancel()
        for future in done:
            future.result()
        yield

    def _unit(self, unit: Unit) -> None:
        part = self._target.open_part()
        rows = map_unit(self._plan, self._source, unit, self._shape, self._context)
        with ending(rows):
            for number, batch in enumerate(rows, start=1):
                part.write(batch)
                with self._lock:
                    self._context.rows += batch.num_rows
                if number % _BATCHES_PER_PART == 0:
                    part.close()
                    part = self._target.open_part()
        part.close()


def into_table(table: Table, relation: Relation, context: StatementContext) -> StatementResult:
    """Write a query's rows into a table that was made for them."""
    sink = TableSink(table=table, overwrite=True, columns=tuple(range(len(table.columns))))
    return run_insert(InsertStatement(relation=relation, sink=sink), context)
