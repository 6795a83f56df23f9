"""Implicit conversions, made explicit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.functions.conversion import is_integer
from airflow_ddb_hive.hiveql.tree import Cast, ColumnRef, Expression, Literal, OutputColumn, Position, Project, Relation

if TYPE_CHECKING:
    from airflow_ddb_hive.model.types import HiveType

__all__ = ["coerced", "coerced_relation"]


def coerced(expression: Expression, type_: HiveType) -> Expression:
    """The expression as a value of a type: itself, or in a cast."""
    if expression.type == type_:
        return expression
    if isinstance(expression, Literal) and expression.value is None:
        return replace(expression, type=type_)
    if isinstance(expression, Literal) and _widens(expression, type_):
        return replace(expression, type=type_)
    return Cast(type_, expression.position, expression)


_SIZES = {"tinyint": 1, "smallint": 2, "int": 3, "bigint": 4}


def _widens(literal: Literal, type_: HiveType) -> bool:
    if not is_integer(literal.type) or not is_integer(type_):
        return False
    return _SIZES[str(literal.type)] <= _SIZES[str(type_)]


def coerced_relation(relation: Relation, columns: tuple[OutputColumn, ...], number: int) -> Relation:
    """The relation with its columns converted to other types, by a projection where one is needed."""
    if all(have.type == want.type for have, want in zip(relation.columns, columns, strict=True)):
        return relation
    place = Position()
    references = tuple(ColumnRef(column.type, place, relation.id, i) for i, column in enumerate(relation.columns))
    converted = tuple(coerced(have, want.type) for have, want in zip(references, columns, strict=True))
    return Project(number, columns, relation, converted)
