"""Runs INSERT: queries, cut into units of work where they can be, into targets that are whole or not there."""

from __future__ import annotations

import functools
import threading
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.ending import ending
from airflow_ddb_hive.engines.local.pages import map_batches, map_unit
from airflow_ddb_hive.engines.local.plan import MapPlan, map_plan
from airflow_ddb_hive.engines.local.pump import Pump
from airflow_ddb_hive.engines.local.result import StatementResult
from airflow_ddb_hive.engines.local.sources import open_source
from airflow_ddb_hive.engines.local.targets import OpenTarget, Target, open_target
from airflow_ddb_hive.engines.local.whole import SpooledQueries, WholeQuery, together
from airflow_ddb_hive.hiveql.statements import InsertStatement, MultiInsert, TableSink

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    import pyarrow as pa

    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.engines.local.shapes import Shape
    from airflow_ddb_hive.engines.local.sources import Source, Unit
    from airflow_ddb_hive.hiveql.tree import Relation
    from airflow_ddb_hive.model.table import Table

__all__ = ["into_table", "run_insert"]

_BATCHES_PER_PART = 256
"""Batches that one output file takes: about 256 MB of DynamoDB pages, so that a unit of work stays small."""


def run_insert(statement: InsertStatement | MultiInsert, context: StatementContext) -> StatementResult:
    """Run one query or several and write their rows; nothing is visible before everything is written.

    A DynamoDB table takes items as they come: what was written before a failure stays, and writing it again
    replaces it by itself.
    """
    branches = statement.branches if isinstance(statement, MultiInsert) else (statement,)
    relations, targets = [], []
    try:
        for branch in branches:
            target = open_target(branch, context)
            if target is not None:
                relations.append(branch.relation)
                targets.append(target)
        _write(relations, targets, context)
        for target in targets:
            target.sink.finish()
    except BaseException:
        for target in targets:
            target.sink.abort()
        raise
    context.finish()
    return StatementResult(context)


def _write(relations: list[Relation], targets: list[OpenTarget], context: StatementContext) -> None:
    """Write all rows, in a worker thread; the caller's thread waits and can be interrupted."""
    run = _work(relations, targets, context)
    for _ in Pump(run, context.cancellation, on_wait=context.on_wait):
        pass


def _work(
    relations: list[Relation], targets: list[OpenTarget], context: StatementContext
) -> Callable[[], Iterator[None]]:
    plans = [map_plan(relation) for relation in relations]
    mapped = [plan for plan in plans if plan is not None and plan.limit is None]
    if len(mapped) == len(plans) and len({(one.scan.table.qualified_name, one.scan.sample) for one in mapped}) == 1:
        needed = frozenset[int]().union(*(one.scan.needed for one in mapped))
        source = open_source(replace(mapped[0].scan, needed=needed), context, together(relations))
        return _UnitWork(mapped, source, targets, context).run
    if len(relations) == 1:
        rows = _rows(relations[0], plans[0], targets[0].shape, context)
        return _SingleWork([lambda: rows], targets, context).run
    queries = SpooledQueries(relations, context)
    shaped = zip(relations, targets, strict=True)
    return _SingleWork(
        [functools.partial(queries.batches, relation, target.shape) for relation, target in shaped],
        targets,
        context,
        finish=queries.close,
    ).run


def _rows(
    relation: Relation, plan: MapPlan | None, shape: Shape, context: StatementContext
) -> Generator[pa.RecordBatch]:
    if plan is None:
        return WholeQuery(relation, context).batches(shape)
    source = open_source(plan.scan, context, relation, most_items=plan.most_rows)
    return map_batches(plan, source, shape, context)


class _SingleWork:
    """Queries one after the other, each into one part of its target."""

    def __init__(
        self,
        queries: Sequence[Callable[[], Generator[pa.RecordBatch]]],
        targets: Sequence[OpenTarget],
        context: StatementContext,
        *,
        finish: Callable[[], None] = lambda: None,
    ) -> None:
        self._queries = queries
        self._targets = targets
        self._context = context
        self._finish = finish

    def run(self) -> Iterator[None]:
        try:
            for query, target in zip(self._queries, self._targets, strict=True):
                part = target.sink.open_part()
                with ending(query()) as rows:
                    for batch in rows:
                        self._context.cancellation.check()
                        part.write(batch)
                        self._context.rows += batch.num_rows
                        yield
                part.close()
        finally:
            self._finish()


class _UnitWork:
    """Units side by side, each into parts of its own; every batch goes through all queries."""

    def __init__(
        self, plans: Sequence[MapPlan], source: Source, targets: Sequence[OpenTarget], context: StatementContext
    ) -> None:
        self._plans = plans
        self._source = source
        self._targets = targets
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
        if len(self._plans) == 1:
            self._pass(unit, self._plans[0], self._targets[0])
            return
        with ExitStack() as stack, ending(unit()) as batches:
            parts = [stack.enter_context(closing(_Parts(target.sink))) for target in self._targets]
            for batch in batches:
                for plan, target, part in zip(self._plans, self._targets, parts, strict=True):
                    one = functools.partial(iter, [batch])
                    for rows in map_unit(plan, self._source, one, target.shape, self._context):
                        part.write(rows)
                        self._count(rows.num_rows)

    def _pass(self, unit: Unit, plan: MapPlan, target: OpenTarget) -> None:
        parts = _Parts(target.sink)
        with ending(map_unit(plan, self._source, unit, target.shape, self._context)) as batches:
            for batch in batches:
                parts.write(batch)
                self._count(batch.num_rows)
        parts.close()

    def _count(self, rows: int) -> None:
        with self._lock:
            self._context.rows += rows


class _Parts:
    """The parts of one unit, each of so many batches."""

    def __init__(self, sink: Target) -> None:
        self._sink = sink
        self._part = sink.open_part()
        self._batches = 0

    def write(self, batch: pa.RecordBatch) -> None:
        self._part.write(batch)
        self._batches += 1
        if self._batches % _BATCHES_PER_PART == 0:
            self._part.close()
            self._part = self._sink.open_part()

    def close(self) -> None:
        self._part.close()


def into_table(table: Table, relation: Relation, context: StatementContext) -> StatementResult:
    """Write a query's rows into a table that was made for them."""
    sink = TableSink(table=table, overwrite=True, columns=tuple(range(len(table.columns))))
    return run_insert(InsertStatement(relation=relation, sink=sink), context)
