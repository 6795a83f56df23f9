"""Hive's type hierarchy: which types convert without being asked, and what two types have in common.

Measured against Hive 3.1.3 on table columns; see
https://cwiki.apache.org/confluence/display/Hive/LanguageManual+Types#LanguageManualTypes-AllowedImplicitConversions.
"""

from __future__ import annotations

from airflow_ddb_hive.model.types import (
    BIGINT,
    BINARY,
    BOOLEAN,
    DATE,
    DOUBLE,
    FLOAT,
    INT,
    SMALLINT,
    STRING,
    TIMESTAMP,
    TIMESTAMP_LOCAL,
    TINYINT,
    VOID,
    ArrayType,
    CharType,
    DecimalType,
    HiveType,
    MapType,
    StructType,
    VarcharType,
)

__all__ = [
    "INTEGERS",
    "MAX_DIGITS",
    "as_decimal",
    "common_type",
    "compared_exactly",
    "comparison_type",
    "decimal_type",
    "is_decimal",
    "is_integer",
    "is_numeric",
    "is_primitive",
    "is_text",
    "numeric_common",
    "union_type",
]

MAX_DIGITS = 38
"""The most digits that a DECIMAL has."""

INTEGERS: tuple[HiveType, ...] = (TINYINT, SMALLINT, INT, BIGINT)
_RANK: dict[HiveType, int] = {TINYINT: 1, SMALLINT: 2, INT: 3, BIGINT: 4, FLOAT: 6, DOUBLE: 7}
_INTEGER_DIGITS: dict[HiveType, int] = {TINYINT: 3, SMALLINT: 5, INT: 10, BIGINT: 19}


def is_integer(type_: HiveType) -> bool:
    """Whether the type is one of the four integer types."""
    return type_ in _INTEGER_DIGITS


def is_decimal(type_: HiveType) -> bool:
    """Whether the type is DECIMAL."""
    return isinstance(type_, DecimalType)


def is_numeric(type_: HiveType) -> bool:
    """Whether the type is a number."""
    return type_ in _RANK or isinstance(type_, DecimalType)


def is_text(type_: HiveType) -> bool:
    """Whether the type is STRING, VARCHAR or CHAR."""
    return type_ == STRING or isinstance(type_, VarcharType | CharType)


def is_primitive(type_: HiveType) -> bool:
    """Whether the type has no parts."""
    return not isinstance(type_, ArrayType | MapType | StructType)


def decimal_type(precision: int, scale: int) -> DecimalType:
    """The decimal type of an exact result, cut down to 38 digits as Hive cuts it.

    Example:
        >>> str(decimal_type(77, 36))
        'decimal(38,6)'
    """
    if precision <= MAX_DIGITS:
        return DecimalType(precision, scale)
    integer_digits = precision - scale
    return DecimalType(MAX_DIGITS, max(MAX_DIGITS - integer_digits, min(scale, 6)))


def as_decimal(type_: HiveType) -> DecimalType:
    """The decimal type that holds every value of an exact number type."""
    if isinstance(type_, DecimalType):
        return type_
    return DecimalType(_INTEGER_DIGITS.get(type_, 38), 0 if type_ in _INTEGER_DIGITS else 18)


def numeric_common(left: HiveType, right: HiveType) -> HiveType:
    """The smallest number type that both numbers convert to."""
    if isinstance(left, DecimalType) or isinstance(right, DecimalType):
        other = right if isinstance(left, DecimalType) else left
        if other in {FLOAT, DOUBLE}:
            return other
        a, b = as_decimal(left), as_decimal(right)
        digits = max(a.precision - a.scale, b.precision - b.scale)
        # Digits before the point go first: a common type never makes a value NULL, it rounds it.
        scale = min(max(a.scale, b.scale), MAX_DIGITS - digits)
        return DecimalType(digits + scale, scale)
    return left if _RANK[left] >= _RANK[right] else right


def compared_exactly(left: HiveType, right: HiveType) -> tuple[DecimalType, DecimalType] | None:
    """The types of two decimals that ``=`` and ``<`` compare as they are, as none of 38 digits holds both.

    Example:
        >>> compared_exactly(DecimalType(38, 0), INT) is None
        True
    """
    if not isinstance(left, DecimalType) and not isinstance(right, DecimalType):
        return None
    if not is_numeric(left) or not is_numeric(right) or {left, right} & {FLOAT, DOUBLE}:
        return None
    a, b = as_decimal(left), as_decimal(right)
    digits = max(a.precision - a.scale, b.precision - b.scale)
    return (a, b) if digits + max(a.scale, b.scale) > MAX_DIGITS else None


def _text_common(left: HiveType, right: HiveType) -> HiveType:
    """Text of one kind keeps it; VARCHAR beside CHAR or STRING is STRING."""
    if isinstance(left, CharType) and isinstance(right, CharType):
        return CharType(max(left.length, right.length))
    if isinstance(left, VarcharType) and isinstance(right, VarcharType):
        return VarcharType(max(left.length, right.length))
    return STRING


def _nested_common(left: HiveType, right: HiveType) -> HiveType | None:
    if isinstance(left, ArrayType) and isinstance(right, ArrayType):
        element = common_type(left.element, right.element)
        return None if element is None else ArrayType(element)
    if isinstance(left, MapType) and isinstance(right, MapType):
        key, value = common_type(left.key, right.key), common_type(left.value, right.value)
        return None if key is None or value is None else MapType(key, value)
    if isinstance(left, StructType) and isinstance(right, StructType):
        return _struct_common(left, right)
    return None


def _struct_common(left: StructType, right: StructType) -> HiveType | None:
    if [name for name, _ in left.fields] != [name for name, _ in right.fields]:
        return None
    types = [common_type(a, b) for (_, a), (_, b) in zip(left.fields, right.fields, strict=True)]
    if any(type_ is None for type_ in types):
        return None
    return StructType(tuple((name, t) for (name, _), t in zip(left.fields, types, strict=True) if t is not None))


def common_type(left: HiveType, right: HiveType) -> HiveType | None:
    """The type of ``coalesce``, ``if`` or ``array`` over two types, or ``None``.

    Example:
        >>> str(common_type(INT, DecimalType(12, 2))), str(common_type(INT, STRING))
        ('decimal(12,2)', 'string')
    """
    if right in (left, VOID):
        return left
    if left == VOID:
        return right
    if not is_primitive(left) or not is_primitive(right):
        return _nested_common(left, right)
    if is_numeric(left) and is_numeric(right):
        return numeric_common(left, right)
    if is_text(left) and is_text(right):
        return _text_common(left, right)
    return _mixed_common(left, right)


def _mixed_common(left: HiveType, right: HiveType) -> HiveType | None:
    pair = {left, right}
    if pair == {DATE, TIMESTAMP}:
        return TIMESTAMP
    if TIMESTAMP_LOCAL in pair and pair & {DATE, TIMESTAMP}:
        return TIMESTAMP_LOCAL
    if is_text(left) or is_text(right):
        other = right if is_text(left) else left
        return None if other in {BOOLEAN, BINARY} else (left if is_text(left) else right)
    return None


def union_type(left: HiveType, right: HiveType) -> HiveType | None:
    """The type of a UNION's column, or ``None``: unlike elsewhere, text and other types have none in common.

    Example:
        >>> str(union_type(INT, DOUBLE)), union_type(INT, STRING)
        ('double', None)

    Whole numbers take a decimal's type as it is; those that it cannot hold become NULL.

        >>> str(union_type(BIGINT, DecimalType(6, 1)))
        'decimal(6,1)'
    """
    if VOID not in {left, right} and is_text(left) != is_text(right):
        return None
    decimals = [one for one in (left, right) if isinstance(one, DecimalType)]
    if len(decimals) == 1 and {left, right} & {TINYINT, SMALLINT, INT, BIGINT}:
        return decimals[0]
    return common_type(left, right)


def comparison_type(left: HiveType, right: HiveType) -> HiveType | None:
    """The type that two operands of ``=`` or ``<`` are compared as, or ``None``.

    Example:
        >>> str(comparison_type(STRING, BIGINT)), str(comparison_type(DATE, STRING))
        ('double', 'date')
    """
    if right in (left, VOID):
        return left
    if left == VOID:
        return right
    if not is_primitive(left) or not is_primitive(right):
        return _nested_common(left, right)
    if is_numeric(left) and is_numeric(right):
        return numeric_common(left, right)
    if is_text(left) and is_text(right):
        return _text_common(left, right)
    return _mixed_comparison(left, right)


def _mixed_comparison(left: HiveType, right: HiveType) -> HiveType | None:
    """Types of different families: a date or time beats text, a date beside a number is text, all else is DOUBLE."""
    for one, other in ((left, right), (right, left)):
        if one == TIMESTAMP_LOCAL and (is_text(other) or other in {DATE, TIMESTAMP}):
            return TIMESTAMP_LOCAL
        if one in {DATE, TIMESTAMP} and is_text(other):
            return one
        if one == TIMESTAMP and other == DATE:
            return TIMESTAMP
        if one == DATE and is_numeric(other):
            return STRING
    # Hive compares an instant with a number's text by rules that follow no type.
    return None if TIMESTAMP_LOCAL in (left, right) else DOUBLE
