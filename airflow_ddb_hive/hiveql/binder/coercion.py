"""Implicit conversions, made explicit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.functions.conversion import is_integer
from airflow_ddb_hive.hiveql.tree import Cast, ColumnRef, Expression, Literal, OutputColumn, Position, Project, Relation
from airflow_ddb_hive.model.types import BOOLEAN, TIMESTAMP, DecimalType

if TYPE_CHECKING:
    from airflow_ddb_hive.model.types import HiveType

__all__ = ["coerced", "coerced_relation", "explicit_cast"]

_SECONDS = DecimalType(19, 0)


def coerced(expression: Expression, type_: HiveType) -> Expression:
    """The expression as a value of a type: itself, or in a cast."""
    if expression.type == type_:
        return expression
    if isinstance(expression, Literal) and expression.value is None:
        return replace(expression, type=type_)
    if isinstance(expression, Literal) and _widens(expression, type_):
        return replace(expression, type=type_)
    return Cast(type_, expression.position, expression)


def explicit_cast(type_: HiveType, operand: Expression, position: Position, *, seconds: bool) -> Expression:
    """CAST; ``seconds`` says that a whole number counts them, as a decimal always does.

    Example:
        >>> from airflow_ddb_hive.model.types import INT
        >>> place = Position()
        >>> number = ColumnRef(INT, place, 1, 0)
        >>> explicit_cast(TIMESTAMP, number, place, seconds=True).operand.type
        DecimalType(precision=19, scale=0)
    """
    if seconds and type_ == TIMESTAMP and (is_integer(operand.type) or operand.type == BOOLEAN):
        operand = Cast(_SECONDS, position, operand)
    return Cast(type_, position, operand)


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
