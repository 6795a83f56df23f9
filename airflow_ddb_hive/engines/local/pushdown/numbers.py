"""Numbers as DynamoDB keeps them, and the numbers that a double stands for."""

from __future__ import annotations

import decimal
import math
from decimal import Decimal
from typing import TYPE_CHECKING

from airflow_ddb_hive.model.dynamodb import Condition

if TYPE_CHECKING:
    from airflow_ddb_hive.model.dynamodb import AttributeValue

__all__ = ["double_condition", "number"]

_DIGITS = 38
_LARGEST_EXPONENT, _LEAST_EXPONENT = 125, -130
_LEAST = Decimal("1E-130")
_EXACT = decimal.Context(prec=1200, Emax=999999, Emin=-999999)
_DOWN = decimal.Context(prec=_DIGITS, rounding=decimal.ROUND_FLOOR)
_UP = decimal.Context(prec=_DIGITS, rounding=decimal.ROUND_CEILING)


def number(value: Decimal | int) -> AttributeValue | None:
    """Return a number as DynamoDB takes it; ``None`` if it has too many digits or is too large or too small.

    Example:
        >>> number(Decimal("4.50")), number(10**38), number(10**38 + 1)
        ({'N': '4.5'}, {'N': '1E+38'}, None)
    """
    exact = _EXACT.normalize(Decimal(value))
    if exact.is_zero():
        return {"N": "0"}
    fits = len(exact.as_tuple().digits) <= _DIGITS and _LEAST_EXPONENT <= exact.adjusted() <= _LARGEST_EXPONENT
    return {"N": str(exact)} if fits else None


def double_condition(attribute: str, operator: str, value: float) -> Condition | None:
    """Return a test that every number passes whose double, the nearest one, compares so with ``value``.

    Numbers have 38 digits and doubles 17: more than one number has the same double.

    Example:
        >>> double_condition("d", "=", 0.5).values
        ({'N': '0.4999999999999999722444243843710864894'}, {'N': '0.50000000000000005551115123125782702119'})
        >>> double_condition("d", "<", 0.5)
        Condition(attribute='d', operator='<=', values=({'N': '0.5'},))
    """
    low, high = _middle(math.nextafter(value, -math.inf), value), _middle(value, math.nextafter(value, math.inf))
    exact = Decimal(value)
    lower = _bound(low if operator != ">" else exact, _DOWN)
    upper = _bound(high if operator != "<" else exact, _UP)
    if operator == "=" and lower is not None and upper is not None:
        return Condition(attribute, "between", (lower, upper))
    if operator in ("<", "<=") and upper is not None:
        return Condition(attribute, "<=", (upper,))
    if operator in (">", ">=") and lower is not None:
        return Condition(attribute, ">=", (lower,))
    return None


def _middle(one: float, other: float) -> Decimal:
    return _EXACT.divide(_EXACT.add(Decimal(one), Decimal(other)), Decimal(2))


def _bound(value: Decimal, context: decimal.Context) -> AttributeValue | None:
    """The next number of 38 digits outwards; ``None`` beyond all numbers."""
    if value.is_infinite():
        return None
    rounded = context.plus(value)
    if not rounded.is_zero() and abs(rounded) < _LEAST:
        outwards = Decimal(1) if context.rounding == decimal.ROUND_CEILING else Decimal(-1)
        rounded = outwards * _LEAST if (rounded > 0) == (outwards > 0) else Decimal(0)
    return number(rounded)
