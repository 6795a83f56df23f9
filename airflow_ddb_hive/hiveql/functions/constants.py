"""Whole numbers that are known before a query runs: Hive's types of decimals and of ``round`` depend on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.functions.conversion import is_integer
from airflow_ddb_hive.hiveql.tree import Call, Cast, Expression, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["integer_constant"]

_FOLDED: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
}


def integer_constant(expression: Expression) -> int | None:
    """The value of an integer literal, its negative, its casts to integers and sums of such, or ``None``.

    Example:
        >>> from airflow_ddb_hive.hiveql.tree import Position
        >>> from airflow_ddb_hive.model.types import INT
        >>> two = Literal(INT, Position(), 2)
        >>> integer_constant(Call(INT, Position(), "negative", (two,)))
        -2
    """
    if not is_integer(expression.type):
        return None
    match expression:
        case Literal(value=int() as value):
            return value
        case Cast(operand=operand):
            return integer_constant(operand)
        case Call(function="negative", arguments=(operand,)):
            inner = integer_constant(operand)
            return None if inner is None else -inner
        case Call(function=name, arguments=(left, right)) if name in _FOLDED:
            a, b = integer_constant(left), integer_constant(right)
            return None if a is None or b is None else _FOLDED[name](a, b)
    return None
