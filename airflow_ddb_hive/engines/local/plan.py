"""Which way a query runs: batch by batch, or as one stream with its other inputs spooled.

A *map-shaped* query (scan, then projections and filters) gives the rows of each batch of its scan on its own: it runs
batch by batch, in as many units of work as its scan has. Every other query is one DuckDB query; the largest table
that it uses once streams through it, the others are read first, once each, into tables with real row counts. Tables
that DuckDB reads by itself (see ``parquet_scan.py``) are left to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace

from airflow_ddb_hive.hiveql.tree import (
    Call,
    ColumnRef,
    Expression,
    Filter,
    Limit,
    Project,
    Relation,
    ScalarSubquery,
    Scan,
)

__all__ = ["MapPlan", "StreamPlan", "map_plan", "picked_columns", "scans_of", "stream_plan"]


@dataclass(frozen=True, slots=True)
class MapPlan:
    """A query to run batch by batch; of all rows, ``offset`` are left out and ``limit`` (``None`` = all) taken."""

    relation: Relation
    scan: Scan
    limit: int | None = None
    offset: int = 0

    @property
    def most_rows(self) -> int | None:
        """How many rows of its batches a query has use for; ``None`` for all."""
        return None if self.limit is None else self.limit + self.offset


@dataclass(frozen=True, slots=True)
class StreamPlan:
    """A query to run as a whole: the scan that streams, the tables to spool, and those that DuckDB scans by itself.

    A table stands with the numbers of its scans; its first scan needs the columns of all of them.
    """

    relation: Relation
    stream: Scan | None
    spools: tuple[tuple[Scan, tuple[int, ...]], ...]
    scans: tuple[tuple[Scan, tuple[int, ...]], ...] = ()


def map_plan(relation: Relation) -> MapPlan | None:
    """Return the plan if a query is map-shaped, below one LIMIT at most."""
    limit, offset, core = None, 0, relation
    if isinstance(core, Limit):
        limit, offset, core = core.count, core.offset, core.input
    below = core
    while isinstance(below, Project | Filter):
        if any(_spans_rows(node) for node in _own_expressions(below)):
            return None
        below = below.input
    if not isinstance(below, Scan):
        return None
    return MapPlan(core, below, limit, offset)


def picked_columns(plan: MapPlan) -> tuple[int, ...] | None:
    """Return the scan's columns that a query gives as they are, in its order; ``None`` if it does more than that."""
    if plan.relation is plan.scan:
        return tuple(range(len(plan.scan.columns)))
    if not isinstance(plan.relation, Project) or plan.relation.input is not plan.scan:
        return None
    picked = [one.index for one in plan.relation.expressions if isinstance(one, ColumnRef)]
    return tuple(picked) if len(picked) == len(plan.relation.expressions) else None


def stream_plan(
    relation: Relation, size_of: Callable[[Scan], int], is_scanned: Callable[[Scan], bool] = lambda _scan: False
) -> StreamPlan:
    """Return which scan of a query streams and which tables are spooled.

    ``size_of`` estimates bytes; ``is_scanned`` says which tables DuckDB reads by itself, as often as it likes.
    """
    by_table: dict[tuple[str, object], list[Scan]] = {}
    for scan in scans_of(relation):
        by_table.setdefault((scan.table.qualified_name, scan.sample), []).append(scan)
    tables = [_merged(scans) for scans in by_table.values()]
    scanned = tuple(table for table in tables if is_scanned(table[0]))
    read = [table for table in tables if table not in scanned]
    stream = max((scan for scan, ids in read if len(ids) == 1), key=size_of, default=None)
    if stream is not None and any(size_of(scan) > size_of(stream) for scan, _ in tables):
        stream = None
    spools = [table for table in read if stream is None or table[0].id != stream.id]
    return StreamPlan(relation, stream, tuple(spools), scanned)


def _merged(scans: list[Scan]) -> tuple[Scan, tuple[int, ...]]:
    if len(scans) == 1:
        return scans[0], (scans[0].id,)
    needed = frozenset().union(*(scan.needed for scan in scans))
    return replace(scans[0], needed=needed), tuple(scan.id for scan in scans)


def scans_of(relation: Relation) -> Iterator[Scan]:
    """Yield every scan of a query, those of its subqueries too."""
    for node in _walk(relation):
        if isinstance(node, Scan):
            yield node


def _spans_rows(expression: Expression) -> bool:
    """Whether an expression's value depends on more than one row."""
    nodes = _walk(expression)
    return any(isinstance(node, ScalarSubquery) or (isinstance(node, Call) and node.window) for node in nodes)


def _own_expressions(relation: Relation) -> Iterator[Expression]:
    if isinstance(relation, Project):
        yield from relation.expressions
    elif isinstance(relation, Filter):
        yield relation.condition


def _walk(node: object) -> Iterator[object]:
    """Every node of a typed tree; tables and types are leaves."""
    if isinstance(node, tuple):
        for item in node:
            yield from _walk(item)
    elif isinstance(node, Scan):
        yield node
    elif is_dataclass(node) and not isinstance(node, Mapping):
        yield node
        for part in fields(node):
            if part.name not in {"type", "position", "columns"}:
                yield from _walk(getattr(node, part.name))
