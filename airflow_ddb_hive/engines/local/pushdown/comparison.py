"""Comparisons of one column with one value: which of them mean the same to DynamoDB, by type."""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.dynamodb.predicates import NEVER
from airflow_ddb_hive.engines.local.pushdown.numbers import double_condition, number
from airflow_ddb_hive.hiveql.tree import Cast, ColumnRef, Expression
from airflow_ddb_hive.model.dynamodb import ITEM, AttributeColumn, AttributeValue, Condition, Predicate
from airflow_ddb_hive.model.types import (
    BIGINT,
    BINARY,
    BOOLEAN,
    DOUBLE,
    INT,
    SMALLINT,
    STRING,
    TINYINT,
    DecimalType,
    HiveType,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Subject", "comparison", "is_checked", "present", "subject_of"]

_INTEGER_DIGITS = {TINYINT: 3, SMALLINT: 5, INT: 10, BIGINT: 19}
_EXACT_INTEGERS = 2**53

_Found = tuple[Predicate, bool] | None


@dataclass(frozen=True, slots=True)
class Subject:
    """A column that is compared, and the type that it is compared as."""

    column: AttributeColumn
    type: HiveType

    @property
    def is_checked(self) -> bool:
        """Whether a value of the attribute may not fit the column."""
        return is_checked(self.column)


def is_checked(column: AttributeColumn) -> bool:
    """Return whether a value of the column's DynamoDB type may not fit the column.

    Example:
        >>> is_checked(AttributeColumn("n", BIGINT, "n", "N")), is_checked(AttributeColumn("s", STRING, "s", "S"))
        (True, False)
    """
    return column.type not in (STRING, BINARY, BOOLEAN, DOUBLE)


def present(subject: Subject) -> Condition:
    """Return the test that the attribute is there."""
    return Condition(str(subject.column.attribute), "exists")


def subject_of(expression: Expression, columns: Sequence[AttributeColumn]) -> Subject | None:
    """Return the column that an expression is, as it is or in a type that keeps all its values apart, or in order."""
    if isinstance(expression, Cast):
        inner = subject_of(expression.operand, columns)
        if inner is None or not _keeps(inner.type, expression.type):
            return None
        return Subject(inner.column, expression.type)
    if not isinstance(expression, ColumnRef):
        return None
    column = columns[expression.index]
    return None if column.dynamodb_type == ITEM else Subject(column, column.type)


def _keeps(source: HiveType, target: HiveType) -> bool:
    """Whether a conversion keeps a number's value; into doubles that of integers, to the nearest one."""
    if source in _INTEGER_DIGITS:
        if target in _INTEGER_DIGITS:
            return _INTEGER_DIGITS[source] <= _INTEGER_DIGITS[target]
        if isinstance(target, DecimalType):
            return target.precision - target.scale >= _INTEGER_DIGITS[source]
        return target == DOUBLE
    if isinstance(source, DecimalType) and isinstance(target, DecimalType):
        return target.scale >= source.scale and target.precision - target.scale >= source.precision - source.scale
    return False


def comparison(subject: Subject, operator: str, value: Any) -> _Found:
    """Return what follows from a column's comparison with a value that is not NULL, and whether that is all of it.

    ``None`` says that only the attribute's presence follows.
    """
    compare = _COMPARISONS.get(subject.column.dynamodb_type)
    return None if compare is None else compare(subject, operator, value)


def _condition(subject: Subject, operator: str, value: AttributeValue) -> tuple[Predicate, bool]:
    name: Any = "<>" if operator == "!=" else operator
    return Condition(str(subject.column.attribute), name, (value,)), True


def _text(subject: Subject, operator: str, value: Any) -> _Found:
    if subject.type != STRING or not isinstance(value, str) or not _is_unicode(value):
        return None
    return _condition(subject, operator, {"S": value})


def _is_unicode(value: str) -> bool:
    """Whether there are UTF-8 bytes of it: a literal may hold half of a surrogate pair."""
    return not any("\ud800" <= character <= "\udfff" for character in value)


def _binary(subject: Subject, operator: str, value: Any) -> _Found:
    if subject.type != BINARY or not isinstance(value, bytes | bytearray):
        return None
    return _condition(subject, operator, {"B": base64.b64encode(value).decode()})


def _boolean(subject: Subject, operator: str, value: Any) -> _Found:
    if subject.type != BOOLEAN or not isinstance(value, bool) or operator not in ("=", "!="):
        return None
    return _condition(subject, "=", {"BOOL": value == (operator == "=")})


def _number(subject: Subject, operator: str, value: Any) -> _Found:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    if subject.type == DOUBLE:
        return _double(subject, operator, float(value))
    if isinstance(value, float) or not (subject.type in _INTEGER_DIGITS or isinstance(subject.type, DecimalType)):
        return None
    return _exact(subject, operator, Decimal(value))


def _exact(subject: Subject, operator: str, value: Decimal) -> _Found:
    found = number(value)
    if found is None:
        return None
    if operator == "=" and subject.column.type in _INTEGER_DIGITS and value != value.to_integral_value():
        # No integer is equal; and a partition key with a fraction must not be asked for.
        return NEVER, True
    return _condition(subject, operator, found)


def _double(subject: Subject, operator: str, value: float) -> _Found:
    if not math.isfinite(value):
        return None
    if subject.column.type in _INTEGER_DIGITS and abs(value) < _EXACT_INTEGERS:
        return _exact(subject, operator, Decimal(value))
    if operator == "!=":
        # Any number but this one may have another double.
        found = number(Decimal(value))
        return None if found is None else (_condition(subject, operator, found)[0], False)
    condition = double_condition(str(subject.column.attribute), operator, value)
    return None if condition is None else (condition, False)


_COMPARISONS: dict[str, Callable[[Subject, str, Any], _Found]] = {
    "S": _text,
    "N": _number,
    "B": _binary,
    "BOOL": _boolean,
}
"""By DynamoDB type; the others have no constants to be compared with."""
