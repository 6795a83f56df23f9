"""Table-generating functions: their result type is a struct of the columns that they make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.functions.signatures import specs
from airflow_ddb_hive.hiveql.functions.spec import ArgumentMismatch, FunctionSpec, Signature
from airflow_ddb_hive.hiveql.tree import Call, Expression, Literal
from airflow_ddb_hive.model.types import BIGINT, BINARY, INT, STRING, VOID, ArrayType, HiveType, MapType, StructType

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["UDTFS"]


def _explode(arguments: Sequence[Expression]) -> Signature:
    if len(arguments) != 1:
        raise ArgumentMismatch("explode() takes only one argument", code=10015)
    type_ = arguments[0].type
    if isinstance(type_, ArrayType):
        return Signature((type_,), StructType((("col", type_.element),)))
    if isinstance(type_, MapType):
        return Signature((type_,), StructType((("key", type_.key), ("value", type_.value))))
    raise ArgumentMismatch("explode() takes an array or a map as a parameter", index=0)


def _posexplode(arguments: Sequence[Expression]) -> Signature:
    if len(arguments) != 1 or not isinstance(arguments[0].type, ArrayType):
        raise ArgumentMismatch("posexplode() takes an array as a parameter")
    type_ = arguments[0].type
    return Signature((type_,), StructType((("pos", INT), ("val", type_.element))))


def _inline(arguments: Sequence[Expression]) -> Signature:
    type_ = arguments[0].type if len(arguments) == 1 else None
    if not isinstance(type_, ArrayType) or not isinstance(type_.element, StructType):
        raise ArgumentMismatch("Top level object must be an array of structs but was " + str(type_))
    return Signature((type_,), type_.element)


def _json_tuple(arguments: Sequence[Expression]) -> Signature:
    if len(arguments) <= 1:
        raise ArgumentMismatch("json_tuple() takes at least two arguments: the json string and a path", code=10015)
    if any(argument.type not in (STRING, VOID) for argument in arguments):
        raise ArgumentMismatch("json_tuple()'s arguments have to be string type")
    fields = tuple((f"c{index}", STRING) for index in range(len(arguments) - 1))
    return Signature((STRING,) * len(arguments), StructType(fields))


def _rows(arguments: Sequence[Expression]) -> int:
    first = arguments[0] if arguments else None
    if isinstance(first, Call) or not isinstance(first, Literal) or not isinstance(first.value, int) or first.value < 1:
        raise ArgumentMismatch("First argument of STACK() must be a constant integer greater than 0.", index=0)
    return first.value


def _stack(arguments: Sequence[Expression]) -> Signature:
    rows = _rows(arguments)
    width = -(-(len(arguments) - 1) // rows)
    if width < 1:
        raise ArgumentMismatch("STACK() expects at least two arguments.", code=10015)
    columns: list[HiveType] = [VOID] * width
    for index, argument in enumerate(arguments[1:]):
        have = columns[index % width]
        if VOID not in (have, argument.type) and have != argument.type:
            message = f"Argument {index + 2}'s type ({argument.type}) should be equal to {have}"
            raise ArgumentMismatch(message, index=index + 1)
        columns[index % width] = argument.type if have == VOID else have
    parameters = tuple(columns[index % width] for index in range(len(arguments) - 1))
    return Signature((INT, *parameters), StructType(tuple((f"col{i}", type_) for i, type_ in enumerate(columns))))


def _parse_url_tuple(arguments: Sequence[Expression]) -> Signature:
    if len(arguments) <= 1:
        raise ArgumentMismatch("parse_url_tuple() takes at least two arguments: the url string and a part name")
    if any(argument.type != STRING for argument in arguments):
        raise ArgumentMismatch("parse_url_tuple()'s arguments have to be string type")
    fields = tuple((f"c{index}", STRING) for index in range(len(arguments) - 1))
    return Signature((STRING,) * len(arguments), StructType(fields))


def _replicate_rows(arguments: Sequence[Expression]) -> Signature:
    if len(arguments) <= 1:
        raise ArgumentMismatch("UDTFReplicateRows() expects at least two arguments.")
    types = tuple(argument.type for argument in arguments)
    if types[0] != BIGINT:
        message = f"The first argument to UDTFReplicateRows() must be a long (got {types[0]} instead)."
        raise ArgumentMismatch(message)
    return Signature(types, StructType(tuple((f"col{index}", type_) for index, type_ in enumerate(types))))


def _get_splits(arguments: Sequence[Expression]) -> Signature:
    types = tuple(argument.type for argument in arguments)
    return Signature(types, StructType((("split", BINARY),)))


UDTFS: dict[str, FunctionSpec] = specs(
    "udtf",
    {
        "explode": _explode,
        "get_splits": _get_splits,
        "inline": _inline,
        "json_tuple": _json_tuple,
        "parse_url_tuple": _parse_url_tuple,
        "posexplode": _posexplode,
        "replicate_rows": _replicate_rows,
        "stack": _stack,
    },
)
