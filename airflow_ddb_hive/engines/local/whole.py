"""Runs a query that needs all its rows: one DuckDB query over one stream, with everything else spooled first.

Local Parquet files are neither: DuckDB reads them by itself.
"""

from __future__ import annotations

import itertools
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

import pyarrow as pa

from airflow_ddb_hive.engines.local.duck import duck_errors
from airflow_ddb_hive.engines.local.emit import emit_relation
from airflow_ddb_hive.engines.local.ending import ending
from airflow_ddb_hive.engines.local.feed import Feed
from airflow_ddb_hive.engines.local.narrow import narrowed
from airflow_ddb_hive.engines.local.plan import stream_plan
from airflow_ddb_hive.engines.local.pushdown import counted
from airflow_ddb_hive.engines.local.query_inputs import QueryInputs
from airflow_ddb_hive.engines.local.sources import ROW_MARK
from airflow_ddb_hive.engines.local.stream_left import stream_left
from airflow_ddb_hive.hiveql.tree import Union

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    import duckdb

    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.engines.local.plan import StreamPlan
    from airflow_ddb_hive.engines.local.shapes import Shape
    from airflow_ddb_hive.engines.local.sources import Source
    from airflow_ddb_hive.hiveql.tree import Relation, Scan

__all__ = ["SpooledQueries", "WholeQuery", "spool", "together"]

_BATCH_ROWS = 2048


class WholeQuery:
    """A query over one or more tables, opened (and so checked) when it is made, read when it is run."""

    def __init__(self, relation: Relation, context: StatementContext) -> None:
        self._context = context
        inputs = QueryInputs(relation, context)
        self._plan = _planned(counted(relation, context), inputs)
        opened = [scan for scan, _ in self._plan.spools]
        if self._plan.stream is not None:
            opened.append(self._plan.stream)
        self._sources = {scan.id: inputs.source(scan) for scan in opened}
        self._names, self._folders = _scanned(self._plan, inputs)
        self._relation = narrowed(self._plan.relation, _limits(self._plan, inputs))

    def batches(self, shape: Shape) -> Generator[pa.RecordBatch]:
        """Yield the rows, shaped."""
        context, plan = self._context, self._plan
        names = dict(self._names)
        with ExitStack() as stack:
            cursor = stack.enter_context(context.duck.cursor(context.cancellation, self._folders))
            # DuckDB computes ahead of its reader by this much: a LIMIT over a stream should not fetch many more pages.
            cursor.execute("SET streaming_buffer_size = '256KB'")
            for scan, ids in plan.spools:
                spool(cursor, self._sources[scan.id], f"scan_{scan.id}", context)
                names.update(dict.fromkeys(ids, f"scan_{scan.id}"))
            feed = None
            if plan.stream is not None:
                feed = self._stream(cursor, plan.stream, stack)
                names[plan.stream.id] = f"scan_{plan.stream.id}"
            query = shape.sql(emit_relation(self._arranged(cursor, stack), names))
            with duck_errors(context.cancellation, feed):
                reader = cursor.sql(query).to_arrow_reader(_BATCH_ROWS)
                stack.callback(reader.close)
                yield from reader

    def _arranged(self, cursor: duckdb.DuckDBPyConnection, stack: ExitStack) -> Relation:
        """The query as DuckDB is to run it: a stream flows through joins as written, on their left."""
        if self._plan.stream is None:
            return self._relation
        cursor.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
        stack.callback(cursor.execute, "RESET disabled_optimizers")
        return stream_left(self._relation, self._plan.stream.id)

    def _stream(self, cursor: duckdb.DuckDBPyConnection, scan: Scan, stack: ExitStack) -> Feed:
        """Register a table's batches as a stream that is read while the query runs."""
        source, name = self._sources[scan.id], f"scan_{scan.id}"
        typed = source.typed_sql(f"raw_{scan.id}")
        batches = stack.enter_context(ending(source.stream()))
        # The first batch is taken here: a stream's threads are to be started by a thread of Python's own.
        first = list(itertools.islice(batches, 1))
        feed = Feed(itertools.chain(first, batches), source.schema)
        registered = name if typed is None else f"raw_{scan.id}"
        cursor.register(registered, feed)
        # DuckDB ends a feed's generator only when its name is given up, whatever became of the query.
        stack.callback(cursor.unregister, registered)
        stack.enter_context(self._context.cancellation.calling(feed.close))
        if typed is not None:
            with duck_errors(self._context.cancellation, feed):
                cursor.execute(f"CREATE TEMP VIEW {name} AS {typed}")
        return feed


class SpooledQueries:
    """Several queries over the same tables, which are read once, before the first query runs.

    Every table is spooled that DuckDB does not read by itself: a stream could be read by one query only.
    """

    def __init__(self, relations: Sequence[Relation], context: StatementContext) -> None:
        whole = together(relations)
        inputs = QueryInputs(whole, context)
        plan = _planned(whole, inputs)
        streamed = () if plan.stream is None else ((plan.stream, (plan.stream.id,)),)
        self._context = context
        self._spools = (*plan.spools, *streamed)
        self._sources = {scan.id: inputs.source(scan) for scan, _ in self._spools}
        self._stack = ExitStack()
        self._names, self._folders = _scanned(plan, inputs)
        self._cursor: duckdb.DuckDBPyConnection | None = None

    def batches(self, relation: Relation, shape: Shape) -> Generator[pa.RecordBatch]:
        """Yield one query's rows, shaped."""
        cursor = self._filled()
        query = shape.sql(emit_relation(relation, self._names))
        with duck_errors(self._context.cancellation), closing(cursor.sql(query).to_arrow_reader(_BATCH_ROWS)) as reader:
            yield from reader

    def close(self) -> None:
        """Give up the spooled tables."""
        self._stack.close()

    def _filled(self) -> duckdb.DuckDBPyConnection:
        if self._cursor is None:
            duck = self._context.duck
            self._cursor = self._stack.enter_context(duck.cursor(self._context.cancellation, self._folders))
            for scan, ids in self._spools:
                spool(self._cursor, self._sources[scan.id], f"scan_{scan.id}", self._context)
                self._names.update(dict.fromkeys(ids, f"scan_{scan.id}"))
        return self._cursor


def _planned(relation: Relation, inputs: QueryInputs) -> StreamPlan:
    return stream_plan(relation, inputs.size_of, lambda scan: inputs.scanned(scan) is not None)


def _scanned(plan: StreamPlan, inputs: QueryInputs) -> tuple[dict[int, str], frozenset[str]]:
    """The SQL of the tables that DuckDB reads by itself, by the numbers of their scans, and the folders of all."""
    names: dict[int, str] = {}
    folders: frozenset[str] = frozenset()
    for scan, ids in plan.scans:
        found = inputs.scanned(scan)
        if found is not None:
            names.update(dict.fromkeys(ids, found.sql))
            folders |= found.folders
    return names, folders


def _limits(plan: StreamPlan, inputs: QueryInputs) -> dict[int, Mapping[int, int]]:
    found = ((ids, inputs.scanned(scan)) for scan, ids in plan.scans)
    return {one: scan.limits for ids, scan in found if scan is not None for one in ids}


def together(relations: Sequence[Relation]) -> Relation:
    """Queries as one relation, for questions about all that they read; a single one is itself."""
    return relations[0] if len(relations) == 1 else Union(0, (), tuple(relations))


def spool(cursor: duckdb.DuckDBPyConnection, source: Source, name: str, context: StatementContext) -> None:
    """Read a table once into a temporary one, which DuckDB may spill."""
    _insert(cursor, source, (name, "CREATE TEMP TABLE {name} AS {query}"), source.schema.empty_table(), context)
    with ending(source.stream()) as batches:
        for batch in batches:
            context.cancellation.check()
            page = pa.Table.from_batches([batch])
            _insert(cursor, source, (name, "INSERT INTO {name} {query}"), page, context)


def _insert(
    cursor: duckdb.DuckDBPyConnection,
    source: Source,
    statement: tuple[str, str],
    page: pa.Table,
    context: StatementContext,
) -> None:
    query = source.typed_sql("page") or "SELECT * FROM page"
    if ROW_MARK not in source.schema.names:
        # Of a table's several scans one may only count its rows.
        query = f"SELECT *, CAST(NULL AS TINYINT) AS {ROW_MARK} FROM ({query})"
    name, sql = statement
    with duck_errors(context.cancellation):
        cursor.register("page", page)
        try:
            cursor.execute(sql.format(name=name, query=query))
        finally:
            cursor.unregister("page")
