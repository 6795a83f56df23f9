"""Lets DynamoDB count: where it applies all of a condition, the columns that only the condition needs are not read."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.engines.local.pushdown.access import access_of
from airflow_ddb_hive.hiveql.binder.prune import pruned
from airflow_ddb_hive.hiveql.tree import Aggregate, Filter, Relation, Scan

if TYPE_CHECKING:
    from airflow_ddb_hive.engines.local.context import StatementContext

__all__ = ["counted"]


def counted(relation: Relation, context: StatementContext) -> Relation:
    """Return the query without the filters below its counts that DynamoDB applies completely.

    Only where nothing but the number of rows is left to read (``Select=COUNT``): all other conditions are applied
    again. The access path is to be made from the query as it was.

    Raises:
        MappingError: A DynamoDB table is not there or does not fit.
    """
    if not any(isinstance(node, Aggregate) for node in _chain(relation)):
        return relation
    rewritten = _rewritten(relation, relation, context)
    return relation if rewritten is relation else pruned(rewritten)


def _chain(relation: Relation) -> list[Relation]:
    """A relation and its inputs, as long as there is one at a time."""
    chain = [relation]
    while isinstance(below := getattr(chain[-1], "input", None), Relation):
        chain.append(below)
    return chain


def _rewritten(relation: Relation, whole: Relation, context: StatementContext) -> Relation:
    if isinstance(relation, Aggregate) and not relation.keys and isinstance(relation.input, Filter):
        scan = relation.input.input
        is_table = isinstance(scan, Scan) and scan.table.is_dynamodb
        if isinstance(scan, Scan) and is_table and _only_counts(relation) and access_of(scan, whole, context).complete:
            return replace(relation, input=replace(scan, id=relation.input.id))
        return relation
    changes: dict[str, Any] = {}
    for part in fields(relation):
        below = getattr(relation, part.name)
        if isinstance(below, Relation):
            above = _rewritten(below, whole, context)
            if above is not below:
                changes[part.name] = above
    return replace(relation, **changes) if changes else relation


def _only_counts(relation: Aggregate) -> bool:
    return all(call.function == "count" and not call.arguments for call in relation.aggregates)
