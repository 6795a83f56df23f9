"""What is known before a query runs: Hive's types of decimals and of ``round`` depend on whole numbers of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.functions.conversion import is_integer
from airflow_ddb_hive.hiveql.tree import Call, Case, Cast, Expression, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["integer_constant", "is_constant"]

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


def is_constant(expression: Expression) -> bool:
    """Whether an expression has no column and no query in it, so that Hive computes it while it compiles.

    Example:
        >>> from airflow_ddb_hive.hiveql.tree import Position
        >>> from airflow_ddb_hive.model.types import INT
        >>> is_constant(Call(INT, Position(), "negative", (Literal(INT, Position(), 2),)))
        True
    """
    match expression:
        case Literal():
            return True
        case Cast(operand=operand):
            return is_constant(operand)
        case Call(window=None, arguments=arguments):
            return all(is_constant(argument) for argument in arguments)
        case Case(branches=branches, default=default):
            results = [part for branch in branches for part in branch] + ([] if default is None else [default])
            return all(is_constant(part) for part in results)
    return False
