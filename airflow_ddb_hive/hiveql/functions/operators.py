"""Operators as functions, with Hive's arithmetic types.

Decimal precision follows https://cwiki.apache.org/confluence/download/attachments/27362075/Hive_Decimal_Precision_Scale_Support.pdf,
measured against Hive 3.1.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.functions.castable import same_kind
from airflow_ddb_hive.hiveql.functions.constants import integer_constant
from airflow_ddb_hive.hiveql.functions.conversion import (
    as_decimal,
    comparison_type,
    decimal_type,
    is_integer,
    is_numeric,
    is_primitive,
    is_text,
    numeric_common,
)
from airflow_ddb_hive.hiveql.functions.signatures import specs
from airflow_ddb_hive.hiveql.functions.spec import ArgumentMismatch, FunctionSpec, Resolver, Signature
from airflow_ddb_hive.hiveql.tree import Expression, Literal
from airflow_ddb_hive.model.types import (
    BIGINT,
    BINARY,
    BOOLEAN,
    DATE,
    DOUBLE,
    INT,
    INTERVAL_DAY_TIME,
    INTERVAL_YEAR_MONTH,
    STRING,
    TIMESTAMP,
    VOID,
    ArrayType,
    DecimalType,
    HiveType,
    MapType,
    StructType,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["OPERATORS"]

_PAIR = 2
_INTERVALS = (INTERVAL_DAY_TIME, INTERVAL_YEAR_MONTH)


def _no_match(arguments: Sequence[Expression]) -> ArgumentMismatch:
    types = ", ".join(str(argument.type) for argument in arguments)
    return ArgumentMismatch(f"No matching method with ({types})")


def _need(arguments: Sequence[Expression], count: int) -> None:
    if len(arguments) != count:
        raise ArgumentMismatch(f"takes {count} arguments, got {len(arguments)}", code=10015)


def _plus(left: DecimalType, right: DecimalType) -> DecimalType:
    scale = max(left.scale, right.scale)
    digits = max(left.precision - left.scale, right.precision - right.scale)
    return decimal_type(digits + scale + 1, scale)


def _times(left: DecimalType, right: DecimalType) -> DecimalType:
    return decimal_type(left.precision + right.precision + 1, left.scale + right.scale)


def _divide(left: DecimalType, right: DecimalType) -> DecimalType:
    scale = max(6, left.scale + right.precision + 1)
    return decimal_type(left.precision - left.scale + right.scale + scale, scale)


def _modulo(left: DecimalType, right: DecimalType) -> DecimalType:
    scale = max(left.scale, right.scale)
    return decimal_type(min(left.precision - left.scale, right.precision - right.scale) + scale, scale)


def _numbers(arguments: Sequence[Expression]) -> tuple[HiveType, HiveType]:
    """The operand types with text and NULL as DOUBLE and, beside a number, that number's type."""
    _need(arguments, _PAIR)
    types = [DOUBLE if is_text(argument.type) else argument.type for argument in arguments]
    if types[0] == VOID:
        types[0] = types[1] if types[1] != VOID else DOUBLE
    if types[1] == VOID:
        types[1] = types[0]
    if not is_numeric(types[0]) or not is_numeric(types[1]):
        raise _no_match(arguments)
    return types[0], types[1]


def _exact_operand(argument: Expression, type_: HiveType) -> DecimalType:
    """An integer constant beside a decimal has only the digits that it is written with."""
    constant = integer_constant(argument)
    return as_decimal(type_) if constant is None else DecimalType(len(str(abs(constant))), 0)


def _arithmetic(
    exact: Callable[[DecimalType, DecimalType], DecimalType], *, divides: bool = False, narrows: bool = True
) -> Resolver:
    def resolve(arguments: Sequence[Expression]) -> Signature:
        left, right = _numbers(arguments)
        common = numeric_common(left, right)
        if isinstance(common, DecimalType):
            pair = zip(arguments, (left, right), strict=True)
            first, second = (_exact_operand(a, t) if narrows else as_decimal(t) for a, t in pair)
            return Signature((first, second), exact(first, second))
        result = DOUBLE if divides else common
        return Signature((result, result), result)

    return resolve


_ADD = _arithmetic(_plus)
_TEMPORAL_RESULTS: dict[tuple[HiveType, HiveType], HiveType] = {
    (DATE, INTERVAL_YEAR_MONTH): DATE,
    (DATE, INTERVAL_DAY_TIME): TIMESTAMP,
    (TIMESTAMP, INTERVAL_YEAR_MONTH): TIMESTAMP,
    (TIMESTAMP, INTERVAL_DAY_TIME): TIMESTAMP,
    (INTERVAL_DAY_TIME, INTERVAL_DAY_TIME): INTERVAL_DAY_TIME,
    (INTERVAL_YEAR_MONTH, INTERVAL_YEAR_MONTH): INTERVAL_YEAR_MONTH,
}


def _plus_or_temporal(arguments: Sequence[Expression]) -> Signature:
    _need(arguments, _PAIR)
    left, right = arguments[0].type, arguments[1].type
    if left in _INTERVALS and right in (DATE, TIMESTAMP):
        return Signature((left, right), _TEMPORAL_RESULTS[right, left])
    if (left, right) in _TEMPORAL_RESULTS:
        return Signature((left, right), _TEMPORAL_RESULTS[left, right])
    return _ADD(arguments)


def _minus(arguments: Sequence[Expression]) -> Signature:
    _need(arguments, _PAIR)
    left, right = arguments[0].type, arguments[1].type
    if (left, right) in _TEMPORAL_RESULTS:
        return Signature((left, right), _TEMPORAL_RESULTS[left, right])
    if left in (DATE, TIMESTAMP) and right in (DATE, TIMESTAMP):
        return Signature((left, right), INTERVAL_DAY_TIME)
    return _ADD(arguments)


def _integral_division(arguments: Sequence[Expression]) -> Signature:
    _need(arguments, _PAIR)
    types = [VOID if argument.type == VOID else argument.type for argument in arguments]
    if not all(is_integer(type_) or type_ == VOID for type_ in types):
        raise _no_match(arguments)
    return Signature((BIGINT, BIGINT), BIGINT)


def _bits(count: int) -> Resolver:
    def resolve(arguments: Sequence[Expression]) -> Signature:
        _need(arguments, count)
        types = [INT if argument.type == VOID else argument.type for argument in arguments]
        if not all(is_integer(type_) for type_ in types):
            raise _no_match(arguments)
        common = types[0]
        for type_ in types[1:]:
            common = numeric_common(common, type_)
        return Signature((common,) * count, common)

    return resolve


def _sign(arguments: Sequence[Expression]) -> Signature:
    _need(arguments, 1)
    type_ = arguments[0].type
    if type_ in _INTERVALS:
        return Signature((type_,), type_)
    result = DOUBLE if is_text(type_) or type_ == VOID else type_
    if not is_numeric(result):
        message = f"a numeric or interval type is expected, but {type_} is found"
        raise ArgumentMismatch(message, code=10016, index=0)
    return Signature((result,), result)


def _need_primitives(arguments: Sequence[Expression]) -> None:
    for index, argument in enumerate(arguments):
        if not is_primitive(argument.type):
            message = f"a primitive type is expected, but {argument.type} is found"
            raise ArgumentMismatch(message, code=10016, index=index)


def _of_primitives(resolver: Resolver) -> Resolver:
    """The resolver of a function whose operands Hive first checks to be primitive."""

    def resolve(arguments: Sequence[Expression]) -> Signature:
        _need(arguments, _PAIR)
        _need_primitives(arguments)
        return resolver(arguments)

    return resolve


def _comparison(arguments: Sequence[Expression]) -> Signature:
    _need(arguments, _PAIR)
    _need_primitives(arguments)
    common = comparison_type(arguments[0].type, arguments[1].type)
    if common is None:
        raise _no_match(arguments)
    return Signature((common, common), BOOLEAN)


def _logical(arguments: Sequence[Expression]) -> Signature:
    for index, argument in enumerate(arguments):
        if not is_primitive(argument.type):
            raise ArgumentMismatch(f"argument {index + 1} may not be {argument.type}", code=10016, index=index)
        if argument.type not in (BOOLEAN, VOID):
            raise _no_match(arguments)
    return Signature((BOOLEAN,) * len(arguments), BOOLEAN)


def _membership(arguments: Sequence[Expression]) -> Signature:
    if len(arguments) < _PAIR:
        raise ArgumentMismatch("IN takes at least one value", code=10015)
    common = arguments[0].type
    for index, argument in enumerate(arguments[1:], 1):
        found = comparison_type(common, argument.type)
        if found is None or not same_kind(common, argument.type):
            raise ArgumentMismatch(
                f"The arguments for IN should be the same type! Types are: ({common} IN ({argument.type}))", index=index
            )
        common = found
    return Signature((common,) * len(arguments), BOOLEAN)


def _concat(arguments: Sequence[Expression]) -> Signature:
    if not arguments:
        raise ArgumentMismatch("takes at least 1 arguments, got 0", code=10015)
    for index, argument in enumerate(arguments):
        if not is_primitive(argument.type):
            raise ArgumentMismatch(
                f"Only primitive type arguments are accepted but {argument.type} is passed", code=10016, index=index
            )
    result = BINARY if all(argument.type == BINARY for argument in arguments) else STRING
    return Signature((result,) * len(arguments), result)


def _index(arguments: Sequence[Expression]) -> Signature:
    _need(arguments, _PAIR)
    container, place = arguments[0].type, arguments[1].type
    if isinstance(container, ArrayType):
        if not is_integer(place):
            raise ArgumentMismatch(
                "Not proper type for index of ARRAY. Currently, only integer type is supported", code=10032, index=1
            )
        return Signature((container, INT if place != BIGINT else BIGINT), container.element)
    if isinstance(container, MapType):
        if comparison_type(container.key, place) is None or (place == BOOLEAN and container.key != BOOLEAN):
            raise ArgumentMismatch("MAP key type does not match index expression type", code=10032, index=1)
        return Signature((container, container.key), container.value)
    raise ArgumentMismatch("[] not valid on non-collection types", code=10033, index=0)


def _field(arguments: Sequence[Expression]) -> Signature:
    _need(arguments, _PAIR)
    container, name = arguments
    assert isinstance(name, Literal)  # noqa: S101 (the binder makes the name itself)
    type_ = container.type
    in_array = isinstance(type_, ArrayType)
    fields = type_.element if isinstance(type_, ArrayType) else type_
    if not isinstance(fields, StructType):
        raise ArgumentMismatch(". Operator is only supported on struct or list of struct types", code=10042, index=0)
    for field, found in fields.fields:
        if field == str(name.value).lower():
            return Signature((type_, STRING), ArrayType(found) if in_array else found)
    raise ArgumentMismatch(f"cannot find field {name.value!s} from {type_}", index=1)


OPERATORS: dict[str, FunctionSpec] = specs(
    "scalar",
    {
        "+": _plus_or_temporal,
        "-": _minus,
        "*": _arithmetic(_times),
        "/": _arithmetic(_divide, divides=True),
        "% mod": _of_primitives(_arithmetic(_modulo)),
        "pmod": _of_primitives(_arithmetic(_modulo, narrows=False)),
        "div": _integral_division,
        "&": _bits(_PAIR),
        "|": _bits(_PAIR),
        "^": _bits(_PAIR),
        "~": _bits(1),
        "negative": _sign,
        "positive": _sign,
        "=": _comparison,
        "<=>": _comparison,
        "!=": _comparison,
        "<": _comparison,
        "<=": _comparison,
        ">": _comparison,
        ">=": _comparison,
        "and": _logical,
        "or": _logical,
        "not": _logical,
        "like": "anystring anystring -> boolean",
        "rlike regexp": "text text -> boolean",
        "in": _membership,
        "concat": _concat,
        "index": _index,
        "struct_field": _field,
    },
)
