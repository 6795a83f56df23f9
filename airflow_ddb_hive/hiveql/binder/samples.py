"""TABLESAMPLE: a part of a table, or the rows of one of several buckets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.binder.context import semantic_error
from airflow_ddb_hive.hiveql.binder.expressions import ExpressionBinder
from airflow_ddb_hive.hiveql.tree import Call, Expression, Filter, Literal, Relation, Sample, Scan
from airflow_ddb_hive.model.types import BOOLEAN, INT

if TYPE_CHECKING:
    from airflow_ddb_hive.hiveql.binder.queries import QueryBinder
    from airflow_ddb_hive.hiveql.binder.scope import Scope
    from airflow_ddb_hive.hiveql.grammar.syntax import SampleNode

__all__ = ["sampled"]

_LARGEST = 2**31 - 1
_WHOLE = 100


def sampled(queries: QueryBinder, scan: Scan, scope: Scope, sample: SampleNode) -> tuple[Relation, Scope]:
    """Take a sample of a table.

    Raises:
        HiveSemanticError: There is no such bucket or share (10061, 10060).
    """
    if sample.kind != "bucket":
        if sample.kind == "percent" and not 0 <= sample.count <= _WHOLE:
            raise semantic_error(None, "Sampling percentage should be between 0 and 100", sample.position)
        return replace(scan, sample=Sample(sample.kind, sample.count)), scope
    condition = _in_bucket(queries, scan, scope, sample)
    filtered = Filter(queries.context.number(), scan.columns, scan, condition)
    return filtered, scope.rebased(filtered)


def _in_bucket(queries: QueryBinder, scan: Scan, scope: Scope, sample: SampleNode) -> Expression:
    """``(hash & largest int) % buckets = number - 1``, as Hive writes it."""
    name = scan.table.name
    if sample.count > sample.of:
        message = f"Numerator should not be bigger than denominator in sample clause for table {name}"
        raise semantic_error(10061, message, sample.position)
    place = sample.position
    binder = ExpressionBinder(scope=scope, bind_query=queries.bind)
    keys = tuple(binder.bind(node) for node in sample.expressions) or _bucket_keys(scan, scope, sample)
    hashed = Call(INT, place, "murmur_hash", keys)
    positive = Call(INT, place, "&", (hashed, Literal(INT, place, _LARGEST)))
    bucket = Call(INT, place, "%", (positive, Literal(INT, place, sample.of)))
    return Call(BOOLEAN, place, "=", (bucket, Literal(INT, place, int(sample.count) - 1)))


def _bucket_keys(scan: Scan, scope: Scope, sample: SampleNode) -> tuple[Expression, ...]:
    """The columns that a table is clustered by."""
    names = scan.table.storage.bucket_columns
    if not names:
        message = f"Sampling expression needed for non-bucketed table {scan.table.name}"
        raise semantic_error(10060, message, sample.position)
    return tuple(column.reference(sample.position) for column in scope.columns if column.name in names)
