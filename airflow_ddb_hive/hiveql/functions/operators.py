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
    compared_exactly,
    comparison_type,
    decimal_type,
    is_decimal,
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
    FLOAT,
    INT,
    INTERVAL_DAY_TIME,
    INTERVAL_YEAR_MONTH,
    STRING,
    TIMESTAMP,
    VOID,
    ArrayType,
    CharType,
    DecimalType,
    HiveType,
    MapType,
    StructType,
    VarcharType,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["OPERATORS"]

_PAIR = 2
_LONGEST_CHAR, _LONGEST_VARCHAR = 255, 65535
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


def _positive(arguments: Sequence[Expression]) -> Signature:
    plain = _sign(arguments)
    type_ = arguments[0].type
    return Signature((type_,), type_) if is_text(type_) else plain


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
    exact = compared_exactly(arguments[0].type, arguments[1].type)
    if exact is not None:
        return Signature(exact, BOOLEAN)
    common = comparison_type(arguments[0].type, arguments[1].type)
    if common is None:
        raise _no_match(arguments)
    return Signature((common, common), BOOLEAN)


def _null_safe(arguments: Sequence[Expression]) -> Signature:
    plain = _comparison(arguments)
    types = tuple(argument.type for argument in arguments)
    if VOID in types or is_text(types[0]) == is_text(types[1]):
        return plain
    # What NULL is is asked before text is converted: text that is no number is not NULL.
    return Signature(types, BOOLEAN)


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
        if found is None or not _alike(common, argument.type) or not same_kind(common, argument.type):
            raise ArgumentMismatch(
                f"The arguments for IN should be the same type! Types are: ({common} IN ({argument.type}))", index=index
            )
        common = found
    compared = _membership_type(arguments)
    return Signature((compared or common,) * len(arguments), BOOLEAN)


def _alike(one: HiveType, other: HiveType) -> bool:
    """Whether IN takes two types beside each other: of structs the names must agree, of arrays and maps all."""
    if isinstance(one, StructType) and isinstance(other, StructType):
        return [name for name, _ in one.fields] == [name for name, _ in other.fields]
    return is_primitive(other) or one == other


def _membership_type(arguments: Sequence[Expression]) -> HiveType | None:
    """The type that IN compares as: the operand's and the first value's; other values are converted to it."""
    operand, first = arguments[0].type, arguments[1].type
    if first == VOID and len(arguments) > _PAIR:
        return DOUBLE if is_text(operand) else STRING if operand == DATE else operand
    compared = comparison_type(operand, first)
    for argument in arguments[2:]:
        if compared is not None and _widens_membership(compared, argument):
            compared = numeric_common(compared, argument.type)
    return compared


def _widens_membership(compared: HiveType, argument: Expression) -> bool:
    """Whether a value is compared as what it is: a constant number, and every decimal."""
    if not is_numeric(compared) or not is_numeric(argument.type):
        return False
    both_decimal = is_decimal(compared) and is_decimal(argument.type)
    return both_decimal or isinstance(argument, Literal)


def _concat(arguments: Sequence[Expression]) -> Signature:
    if not arguments:
        raise ArgumentMismatch("takes at least 1 arguments, got 0", code=10015)
    for index, argument in enumerate(arguments):
        if not is_primitive(argument.type):
            raise ArgumentMismatch(
                f"Only primitive type arguments are accepted but {argument.type} is passed", code=10016, index=index
            )
    types = tuple(argument.type for argument in arguments)
    if all(isinstance(type_, CharType | VarcharType) for type_ in types):
        return Signature(types, _joined_text(types))
    result = BINARY if all(type_ == BINARY for type_ in types) else STRING
    return Signature((result,) * len(arguments), result)


def _joined_text(types: Sequence[HiveType]) -> HiveType:
    """Text of bounded lengths makes text of their sum."""
    length = sum(type_.length for type_ in types if isinstance(type_, CharType | VarcharType))
    if all(isinstance(type_, CharType) for type_ in types) and length <= _LONGEST_CHAR:
        return CharType(length)
    return VarcharType(length) if length <= _LONGEST_VARCHAR else STRING


def _fits_key(place: HiveType, key: HiveType) -> bool:
    """Whether a map's key is looked up by a value of another type: one that converts without loss."""
    if place in (key, VOID):
        return True
    if not is_primitive(place) or BOOLEAN in (place, key) or BINARY in (place, key):
        return False
    if is_text(key):
        return True
    if is_numeric(key) and is_numeric(place):
        return numeric_common(place, key) == key
    return is_text(place) and not is_integer(key) and key != FLOAT


def _like_many(arguments: Sequence[Expression]) -> Signature:
    if len(arguments) < _PAIR:
        raise ArgumentMismatch("takes at least 2 arguments", code=10015)
    for index, argument in enumerate(arguments):
        if not is_text(argument.type) and argument.type != VOID:
            message = f"only takes STRING_GROUP, VOID_GROUP types, got {argument.type}"
            raise ArgumentMismatch(message, code=10016, index=index)
    return Signature((STRING,) * len(arguments), BOOLEAN)


def _index(arguments: Sequence[Expression]) -> Signature:
    _need(arguments, _PAIR)
    container, place = arguments[0].type, arguments[1].type
    if isinstance(container, ArrayType):
        if not is_integer(place) or place == BIGINT:
            raise ArgumentMismatch(
                "Not proper type for index of ARRAY. Currently, only integer type is supported", code=10032, index=1
            )
        return Signature((container, INT), container.element)
    if isinstance(container, MapType):
        if not _fits_key(place, container.key):
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
        "positive": _positive,
        "= ==": _comparison,
        "<=>": _null_safe,
        "!= <>": _comparison,
        "<": _comparison,
        "<=": _comparison,
        ">": _comparison,
        ">=": _comparison,
        "and": _logical,
        "or": _logical,
        "not !": _logical,
        "like": "anystring anystring -> boolean",
        "likeall": _like_many,
        "likeany": _like_many,
        "rlike regexp": "text text -> boolean",
        "in": _membership,
        "concat": _concat,
        "index": _index,
        "struct_field": _field,
    },
)
