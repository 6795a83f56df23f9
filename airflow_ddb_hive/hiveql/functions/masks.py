"""MASK and its kin: their result is of the masked value's type, at its widest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.functions.conversion import is_primitive
from airflow_ddb_hive.hiveql.functions.signatures import specs
from airflow_ddb_hive.hiveql.functions.spec import WRONG_TYPE, ArgumentMismatch, FunctionSpec, Signature
from airflow_ddb_hive.hiveql.tree import Cast, Expression, Literal
from airflow_ddb_hive.model.types import CharType, DecimalType, HiveType, VarcharType

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["MASKS"]

_LONGEST_VARCHAR = 65535
_LONGEST_CHAR = 255
_HASH_LENGTH = 64


def _mask(arguments: Sequence[Expression]) -> Signature:
    if not arguments:
        raise ArgumentMismatch("a value to mask is expected")
    types = tuple(argument.type for argument in arguments)
    if not is_primitive(types[0]):
        message = f"mask only takes primitive types as 1st argument, got {types[0]}"
        raise ArgumentMismatch(message, code=WRONG_TYPE, index=0)
    return Signature(types, _masked(types[0], arguments[0], None))


def _mask_hash(arguments: Sequence[Expression]) -> Signature:
    plain = _mask(arguments)
    return Signature(plain.parameters, _masked(plain.parameters[0], arguments[0], _HASH_LENGTH))


def _masked(type_: HiveType, argument: Expression, length: int | None) -> HiveType:
    match type_:
        case VarcharType():
            return VarcharType(_LONGEST_VARCHAR)
        case CharType():
            # Hive pads a constant to the longest CHAR; what it masks in a column keeps the column's length.
            constant = argument.operand if isinstance(argument, Cast) else argument
            return CharType(_LONGEST_CHAR if isinstance(constant, Literal) else length or type_.length)
        case DecimalType():
            return DecimalType(38, 18)
    return type_


MASKS: dict[str, FunctionSpec] = specs(
    "scalar",
    {
        "mask": _mask,
        "mask_first_n": _mask,
        "mask_hash": _mask_hash,
        "mask_last_n": _mask,
        "mask_show_first_n": _mask,
        "mask_show_last_n": _mask,
    },
)
