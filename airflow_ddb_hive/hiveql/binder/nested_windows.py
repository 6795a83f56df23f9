"""``sum(lag(x)) over w``: a window function within another's argument is computed below it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.binder.walk import mapped, parts
from airflow_ddb_hive.hiveql.tree import Call, ColumnRef, Expression, OutputColumn, Position, Project, Relation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_ddb_hive.hiveql.binder.context import Context

__all__ = ["unnested"]


def unnested(
    context: Context, relation: Relation, expressions: Sequence[Expression]
) -> tuple[Relation, list[Expression]]:
    """Return a relation with a column for each inner window function, and the expressions over it.

    Where no window function is within another, both are what they were.
    """
    if not any(_nested(expression, inside=False) for expression in expressions):
        return relation, list(expressions)
    number, width = context.number(), len(relation.columns)
    inner: list[Call] = []

    def over(expression: Expression, *, inside: bool) -> Expression:
        if isinstance(expression, Call) and expression.window is not None:
            if inside:
                if expression not in inner:
                    inner.append(expression)
                place = width + inner.index(expression)
                return ColumnRef(expression.type, expression.position, number, place)
            inside = True
        if isinstance(expression, ColumnRef) and expression.relation == relation.id:
            return replace(expression, relation=number)
        return mapped(expression, lambda part: over(part, inside=inside))

    found = [over(expression, inside=False) for expression in expressions]
    kept = [ColumnRef(column.type, Position(), relation.id, i) for i, column in enumerate(relation.columns)]
    columns = relation.columns + tuple(OutputColumn(f"_w{i}", call.type) for i, call in enumerate(inner))
    return Project(number, columns, relation, (*kept, *inner)), found


def _nested(expression: Expression, *, inside: bool) -> bool:
    if isinstance(expression, Call) and expression.window is not None:
        if inside:
            return True
        inside = True
    return any(_nested(part, inside=inside) for part in parts(expression))
