"""Expressions over the input of a GROUP BY, rewritten over its output."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.binder.context import semantic_error
from airflow_ddb_hive.hiveql.binder.walk import mapped
from airflow_ddb_hive.hiveql.tree import ColumnRef, Expression

if TYPE_CHECKING:
    from airflow_ddb_hive.hiveql.binder.scope import Scope

__all__ = ["regrouped", "renumbered"]


def regrouped(expression: Expression, keys: tuple[Expression, ...], relation: int, scope: Scope) -> Expression:
    """Put a column of the aggregate where a key stands.

    Raises:
        HiveSemanticError: A column is neither in a key nor in an aggregate (10025).
    """
    if expression in keys:
        return ColumnRef(expression.type, expression.position, relation, keys.index(expression))
    if isinstance(expression, ColumnRef) and expression.relation != relation:
        names = [c.name for c in scope.columns if (c.relation, c.index) == (expression.relation, expression.index)]
        if not names:
            # A column of the query around this one is the same for all of its rows.
            return expression
        raise semantic_error(10025, f"Expression not in GROUP BY key '{names[0]}'", expression.position)
    return mapped(expression, lambda part: regrouped(part, keys, relation, scope))


def renumbered(expression: Expression, old: int, new: int) -> Expression:
    """Refer to another relation with the same columns."""
    if isinstance(expression, ColumnRef) and expression.relation == old:
        return replace(expression, relation=new)
    return mapped(expression, lambda part: renumbered(part, old, new))
