"""How many rows a query can give, from what is known of its tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from airflow_ddb_hive.hiveql.tree import (
    Aggregate,
    Distinct,
    Filter,
    Join,
    LateralView,
    Limit,
    Project,
    Relation,
    Scan,
    SetOperation,
    Sort,
    Union,
    Values,
)
from airflow_ddb_hive.model.estimate import Bounds

__all__ = ["row_bounds"]

Scanned = Callable[[Scan], Bounds]


def row_bounds(relation: Relation, scanned: Scanned) -> Bounds:
    """Return the fewest and the most rows of a relation; ``scanned`` knows those of a table.

    Example:
        >>> row_bounds(Limit(2, (), Values(1, (), ((), (), ())), 2), lambda scan: Bounds(0))
        Bounds(low=2, high=2)
    """
    return _ROWS[type(relation)](relation, scanned)


def _scanned(scan: Scan, scanned: Scanned) -> Bounds:
    rows = scanned(scan)
    return rows if scan.sample is None else Bounds(0, rows.high)


def _same(relation: Project | Sort, scanned: Scanned) -> Bounds:
    return row_bounds(relation.input, scanned)


def _filtered(relation: Filter, scanned: Scanned) -> Bounds:
    return Bounds(0, row_bounds(relation.input, scanned).high)


def _limited(relation: Limit, scanned: Scanned) -> Bounds:
    rows, offset = row_bounds(relation.input, scanned), relation.offset
    left = Bounds(max(0, rows.low - offset), None if rows.high is None else max(0, rows.high - offset))
    return left.at_most(relation.count)


def _all(relation: Union, scanned: Scanned) -> Bounds:
    return sum((row_bounds(one, scanned) for one in relation.inputs), Bounds.exactly(0))


def _distinct(relation: Distinct | Aggregate, scanned: Scanned) -> Bounds:
    rows = row_bounds(relation.input, scanned)
    return Bounds(min(1, rows.low), rows.high)


def _grouped(relation: Aggregate, scanned: Scanned) -> Bounds:
    if not relation.keys:
        return Bounds.exactly(1)
    rows = _distinct(relation, scanned)
    if relation.grouping_sets is None:
        return rows
    # The set of no keys is one group even of no rows.
    return Bounds(0, None if rows.high is None else max(1, rows.high) * len(relation.grouping_sets))


def _exploded(relation: LateralView, scanned: Scanned) -> Bounds:
    return Bounds(row_bounds(relation.input, scanned).low if relation.outer else 0)


def _joined(join: Join, scanned: Scanned) -> Bounds:
    left, right = row_bounds(join.left, scanned), row_bounds(join.right, scanned)
    if join.kind in ("semi", "anti"):
        return Bounds(0, left.high)
    kept = [side for side, kinds in ((left, ("left", "full")), (right, ("right", "full"))) if join.kind in kinds]
    low = left.low * right.low if join.condition is None else max((side.low for side in kept), default=0)
    if left.high is None or right.high is None:
        return Bounds(low)
    # A row of an outer join that has no partner stands for itself.
    return Bounds(low, max(left.high * right.high, sum(side.high or 0 for side in kept)))


_ROWS: Mapping[type[Relation], Callable[[Any, Scanned], Bounds]] = {
    Aggregate: _grouped,
    Distinct: _distinct,
    Filter: _filtered,
    Join: _joined,
    LateralView: _exploded,
    Limit: _limited,
    Project: _same,
    Scan: _scanned,
    SetOperation: lambda relation, scanned: Bounds(0, row_bounds(relation.left, scanned).high),
    Sort: _same,
    Union: _all,
    Values: lambda relation, _scanned: Bounds.exactly(len(relation.rows)),
}
