"""Which partitions of a table a query has use for: those whose values its conditions do not rule out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from airflow_ddb_hive.engines.local.duck import duck_errors
from airflow_ddb_hive.engines.local.emit import emit_partition_value
from airflow_ddb_hive.engines.local.emit.expressions import emit_expression
from airflow_ddb_hive.engines.local.pushdown.uses import conjuncts_of, uses_of
from airflow_ddb_hive.errors import DdbHiveError, UnsupportedSqlError
from airflow_ddb_hive.hiveql.binder.walk import column_refs, parts
from airflow_ddb_hive.hiveql.tree import Call, Expression, Relation, ScalarSubquery, Scan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.engines.local.pushdown.uses import ScanUse
    from airflow_ddb_hive.model.table import Partition

__all__ = ["pruned_partitions"]

_CHANGING = frozenset({"rand", "uuid", "surrogate_key", "assert_true", "raise_error"})
"""Functions that a plan must not call in the query's place."""


def pruned_partitions(scan: Scan, relation: Relation | None, context: StatementContext) -> Sequence[Partition]:
    """Return the partitions of a scan's table that the query needs, for all its uses of the table.

    The query applies its conditions again: nothing is left out but what they rule out for every row.
    """
    partitions = context.catalog.partitions(scan.table)
    if relation is None or not partitions:
        return partitions
    name = scan.table.qualified_name
    uses = [use for use in uses_of(relation) if use.scan.table.qualified_name == name]
    conditions = [_of_partitions(use) for use in uses]
    if not conditions or not all(conditions):
        return partitions
    try:
        kept = {
            place
            for use, own in zip(uses, conditions, strict=True)
            for place in _selected(use.scan, own, partitions, context)
        }
    except DdbHiveError:
        # What fails here may never be asked of a row: the query itself will tell.
        context.cancellation.check()
        return partitions
    return [partition for place, partition in enumerate(partitions) if place in kept]


def _of_partitions(use: ScanUse) -> list[Expression]:
    """The conditions on partition columns alone."""
    width = len(use.scan.table.columns)
    conjuncts = [one for condition in use.conditions for one in conjuncts_of(condition)]
    return [one for one in conjuncts if _is_fixed(one) and _refers(one, use.scan.id, width)]


def _refers(expression: Expression, scan: int, width: int) -> bool:
    found = list(column_refs(expression))
    return bool(found) and all(one.relation == scan and one.index >= width for one in found)


def _is_fixed(expression: Expression) -> bool:
    if isinstance(expression, ScalarSubquery):
        return False
    if isinstance(expression, Call) and (expression.function in _CHANGING or expression.window is not None):
        return False
    return all(_is_fixed(part) for part in parts(expression))


def _selected(
    scan: Scan, conditions: Sequence[Expression], partitions: Sequence[Partition], context: StatementContext
) -> list[int]:
    """The places of the partitions that fulfil all conditions, by the engine's own meaning of them."""
    table = scan.table
    width = len(table.columns)
    names = [f"v{place}" for place in range(len(table.partition_columns))]
    columns = [pa.array([partition.values[place] for partition in partitions]) for place in range(len(names))]
    values = pa.table([pa.array(range(len(partitions)), pa.int64()), *columns], names=["place", *names])
    typed = ", ".join(
        f"{emit_partition_value(f's.{name}', column.type)} AS c{width + place}"
        for place, (name, column) in enumerate(zip(names, table.partition_columns, strict=True))
    )
    condition = " AND ".join(emit_expression(one, _no_query) for one in conditions)
    query = f"SELECT place FROM (SELECT s.place, {typed} FROM partition_values AS s) AS t{scan.id} WHERE {condition}"
    with context.duck.cursor(context.cancellation) as cursor, duck_errors(context.cancellation):
        cursor.register("partition_values", values)
        found: list[int] = cursor.sql(query).to_arrow_table().column(0).to_pylist()
        return found


def _no_query(_relation: Relation) -> str:
    raise UnsupportedSqlError("a partition is not chosen by a query")
