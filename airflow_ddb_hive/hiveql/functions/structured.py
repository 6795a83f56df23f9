"""Scalar functions whose result type depends on their arguments: conditionals, collections, rounding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.functions.castable import same_kind
from airflow_ddb_hive.hiveql.functions.constants import integer_constant
from airflow_ddb_hive.hiveql.functions.conversion import (
    common_type,
    comparison_type,
    decimal_type,
    is_integer,
    is_numeric,
    is_primitive,
    is_text,
)
from airflow_ddb_hive.hiveql.functions.signatures import specs
from airflow_ddb_hive.hiveql.functions.spec import ArgumentMismatch, FunctionSpec, Resolver, Signature
from airflow_ddb_hive.hiveql.tree import Expression, Literal
from airflow_ddb_hive.model.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    FLOAT,
    INT,
    SMALLINT,
    STRING,
    TIMESTAMP,
    TINYINT,
    VOID,
    ArrayType,
    DecimalType,
    HiveType,
    MapType,
    StructType,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["STRUCTURED"]


def _count(arguments: Sequence[Expression], least: int, most: int | None = None) -> None:
    if len(arguments) < least or (most is not None and len(arguments) > most):
        raise ArgumentMismatch(f"takes {least} arguments or more, got {len(arguments)}", code=10015)


def _common(arguments: Sequence[Expression], first: int = 0) -> HiveType:
    common: HiveType = VOID
    for index, argument in enumerate(arguments[first:], first):
        found = common_type(common, argument.type)
        if found is None:
            raise ArgumentMismatch(
                f"The expressions should all have the same type: {common} is expected but {argument.type} is found",
                index=index,
            )
        common = found
    return common


def _alike(least: int, most: int | None = None) -> Resolver:
    """All arguments and the result have the arguments' common type."""

    def resolve(arguments: Sequence[Expression]) -> Signature:
        _count(arguments, least, most)
        common = _common(arguments)
        return Signature((common,) * len(arguments), common)

    return resolve


def _if(arguments: Sequence[Expression]) -> Signature:
    if len(arguments) != len(("condition", "then", "else")):
        raise ArgumentMismatch("The function IF(expr1,expr2,expr3) accepts exactly 3 arguments.", code=10015)
    if arguments[0].type not in (BOOLEAN, VOID):
        raise ArgumentMismatch(
            f'The first argument of function IF should be "boolean", but "{arguments[0].type}" is found',
            code=10016,
            index=0,
        )
    common = _common(arguments, 1)
    return Signature((BOOLEAN, common, common), common)


def _nullif(arguments: Sequence[Expression]) -> Signature:
    _count(arguments, 2, 2)
    kept, other = arguments[0].type, arguments[1].type
    if kept == VOID:
        raise ArgumentMismatch("NULLIF may not accept types belonging to VOID_GROUP as first argument", index=0)
    apart = not same_kind(kept, other) or (other != VOID and is_text(kept) != is_text(other))
    if apart or comparison_type(kept, other) is None:
        raise ArgumentMismatch(f"argument 2 may not be {other}", index=1)
    return Signature((kept, kept), kept)


def _array(arguments: Sequence[Expression]) -> Signature:
    common = _common(arguments) if arguments else STRING
    element = STRING if common == VOID else common
    return Signature((element,) * len(arguments), ArrayType(element))


def _map(arguments: Sequence[Expression]) -> Signature:
    if len(arguments) % 2:
        raise ArgumentMismatch("Arguments must be in key/value pairs", code=10015)
    for index, argument in enumerate(arguments[::2]):
        if not is_primitive(argument.type):
            raise ArgumentMismatch("Primitive type expected for the keys of a map", code=10016, index=index * 2)
    key = _common(arguments[::2]) if arguments else STRING
    value = _common(arguments[1::2]) if arguments else STRING
    key, value = (STRING if type_ == VOID else type_ for type_ in (key, value))
    return Signature((key, value) * (len(arguments) // 2), MapType(key, value))


def _struct(arguments: Sequence[Expression]) -> Signature:
    _count(arguments, 1)
    types = tuple(argument.type for argument in arguments)
    return Signature(types, StructType(tuple((f"col{i}", type_) for i, type_ in enumerate(types, 1))))


def _named_struct(arguments: Sequence[Expression]) -> Signature:
    if not arguments or len(arguments) % 2:
        raise ArgumentMismatch("NAMED_STRUCT expects an even number of arguments.", code=10015)
    fields = []
    for index in range(0, len(arguments), 2):
        name = arguments[index]
        if not isinstance(name, Literal) or not is_text(name.type):
            raise ArgumentMismatch(
                f"Even arguments to NAMED_STRUCT must be a constant STRING. {name.type}", index=index
            )
        fields.append((str(name.value).lower(), arguments[index + 1].type))
    return Signature(tuple(argument.type for argument in arguments), StructType(tuple(fields)))


def _digits(arguments: Sequence[Expression]) -> int:
    """The constant number of digits of ``round``; 0 if there is none."""
    if len(arguments) == 1:
        return 0
    digits = integer_constant(arguments[1])
    if digits is not None:
        return digits
    if isinstance(arguments[1], Literal) and arguments[1].value is None:
        return 0
    raise ArgumentMismatch("ROUND second argument only takes constant", index=1)


def _round(arguments: Sequence[Expression]) -> Signature:
    _count(arguments, 1, 2)
    type_ = arguments[0].type
    digits = _digits(arguments)
    if isinstance(type_, DecimalType):
        result: HiveType = _rounded_decimal(type_, digits)
    elif is_text(type_) or type_ == VOID:
        type_ = result = DOUBLE
    elif is_numeric(type_):
        result = type_
    else:
        raise ArgumentMismatch(f"ROUND input only takes numeric type, got {type_}", index=0)
    return Signature((type_, INT)[: len(arguments)], result)


def _rounded_decimal(type_: DecimalType, digits: int) -> DecimalType:
    integer_digits = type_.precision - type_.scale
    if digits < 0:
        return DecimalType(min(38, integer_digits + 1), 0)
    grows = 1 if digits < type_.scale else 0
    return decimal_type(max(1, integer_digits + digits + grows), min(digits, 38))


def _floor(arguments: Sequence[Expression]) -> Signature:
    _count(arguments, 1, 1)
    type_ = arguments[0].type
    if isinstance(type_, DecimalType):
        return Signature((type_,), DecimalType(min(38, type_.precision - type_.scale + 1), 0))
    if is_integer(type_):
        return Signature((BIGINT,), BIGINT)
    if is_text(type_) or type_ in (VOID, FLOAT, DOUBLE):
        return Signature((DOUBLE,), BIGINT)
    raise ArgumentMismatch(f"only takes numeric types, got {type_}", index=0)


def _abs(arguments: Sequence[Expression]) -> Signature:
    _count(arguments, 1, 1)
    type_ = arguments[0].type
    result = DOUBLE if type_ in (STRING, VOID, FLOAT) else type_
    if result in (TINYINT, SMALLINT):
        result = INT
    if not is_numeric(result):
        raise ArgumentMismatch(f"ABS only takes numeric types, got {type_}", index=0)
    return Signature((result,), result)


def _array_contains(arguments: Sequence[Expression]) -> Signature:
    _count(arguments, 2, 2)
    array, value = arguments[0].type, arguments[1].type
    if not isinstance(array, ArrayType):
        raise ArgumentMismatch(f'"array" expected at function ARRAY_CONTAINS, but "{array}" is found', index=0)
    if comparison_type(array.element, value) is None or (value not in (array.element, VOID)):
        raise ArgumentMismatch(
            f'"{array.element}" expected at function ARRAY_CONTAINS, but "{value}" is found', index=1
        )
    return Signature((array, array.element), BOOLEAN)


def _keys(arguments: Sequence[Expression]) -> Signature:
    map_ = _single_map(arguments)
    return Signature((map_,), ArrayType(map_.key))


def _values(arguments: Sequence[Expression]) -> Signature:
    map_ = _single_map(arguments)
    return Signature((map_,), ArrayType(map_.value))


def _single_map(arguments: Sequence[Expression]) -> MapType:
    _count(arguments, 1, 1)
    map_ = arguments[0].type
    if not isinstance(map_, MapType):
        raise ArgumentMismatch(f"a map argument was expected, got {map_}", index=0)
    return map_


def _concat_ws(arguments: Sequence[Expression]) -> Signature:
    _count(arguments, 2)
    types: list[HiveType] = [STRING]
    for index, argument in enumerate(arguments[1:], 1):
        type_ = argument.type
        if isinstance(type_, ArrayType) and is_text(type_.element):
            types.append(type_)
        elif is_text(type_) or type_ == VOID:
            types.append(STRING)
        else:
            raise ArgumentMismatch(
                f'Argument {index + 1} of function CONCAT_WS must be "string or array<string>", '
                f'but "{type_}" was found.',
                code=10016,
                index=index,
            )
    return Signature(tuple(types), STRING)


def _extreme(arguments: Sequence[Expression]) -> Signature:
    _count(arguments, 2)
    common = arguments[0].type
    for index, argument in enumerate(arguments):
        found = comparison_type(common, argument.type)
        if found is None and (not is_primitive(common) or not is_primitive(argument.type)):
            raise ArgumentMismatch(f"takes primitive types only, got {argument.type}", code=10016, index=index)
        common = found or DOUBLE
    # The values convert themselves: one that does not convert is another thing than NULL.
    return Signature(tuple(argument.type for argument in arguments), common)


def _trunc(arguments: Sequence[Expression]) -> Signature:
    _count(arguments, 1, 2)
    if is_numeric(arguments[0].type):
        kept = arguments[0].type
        return Signature((kept, INT)[: len(arguments)], kept)
    if len(arguments) == 1:
        raise ArgumentMismatch("a number is expected where there is one argument", code=10014)
    types = tuple(argument.type for argument in arguments)
    moments = (DATE, TIMESTAMP, VOID)
    if len(types) == 1 or not (types[0] in moments or is_text(types[0])) or not (types[1] == VOID or is_text(types[1])):
        message = "Got wrong argument types : " + ", ".join(str(type_) for type_ in types)
        raise ArgumentMismatch(message)
    return Signature((types[0], STRING), STRING)


STRUCTURED: dict[str, FunctionSpec] = specs(
    "scalar",
    {
        "abs": _abs,
        "array": _array,
        "array_contains": _array_contains,
        "bround": _round,
        "ceil ceiling": _floor,
        "coalesce": _alike(1),
        "concat_ws": _concat_ws,
        "floor": _floor,
        "greatest": _extreme,
        "if": _if,
        "least": _extreme,
        "map": _map,
        "map_keys": _keys,
        "map_values": _values,
        "named_struct": _named_struct,
        "nullif": _nullif,
        "nvl": _alike(2, 2),
        "round": _round,
        "size": "collection -> int",
        "sort_array": "array -> =1",
        "struct": _struct,
        "trunc": _trunc,
    },
)
