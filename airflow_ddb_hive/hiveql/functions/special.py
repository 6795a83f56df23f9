"""Functions that stand behind Hive's syntax or its own rewritings, and may be called by name all the same.

``BETWEEN``, ``CASE`` and ``CAST`` have names of their own (in backquotes where the name is a word of the grammar);
others are written into queries by Hive itself, or refuse to be called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.functions.conversion import (
    common_type,
    comparison_type,
    is_integer,
    is_primitive,
    is_text,
)
from airflow_ddb_hive.hiveql.functions.signatures import specs
from airflow_ddb_hive.hiveql.functions.spec import WRONG_COUNT, WRONG_TYPE, ArgumentMismatch, Resolver, Signature
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
    TINYINT,
    VOID,
    ArrayType,
    HiveType,
    StructType,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_ddb_hive.hiveql.functions.spec import FunctionSpec
    from airflow_ddb_hive.hiveql.tree import Expression

__all__ = ["HIVE_REFUSES", "SPECIAL"]

_BETWEEN_ARGUMENTS = 4


def _need(arguments: Sequence[Expression], least: int, most: int | None, message: str) -> None:
    if len(arguments) < least or (most is not None and len(arguments) > most):
        raise ArgumentMismatch(message, code=WRONG_COUNT)


def _compared(arguments: Sequence[Expression], places: Sequence[int]) -> HiveType:
    """The type as which the arguments at these places are compared."""
    found: HiveType = arguments[places[0]].type
    for place in places[1:]:
        common = comparison_type(found, arguments[place].type)
        if common is None:
            raise ArgumentMismatch(f"{found} cannot be compared with {arguments[place].type}", index=place)
        found = common
    return found


def _between(arguments: Sequence[Expression]) -> Signature:
    _need(arguments, _BETWEEN_ARGUMENTS, _BETWEEN_ARGUMENTS, "between takes an inversion, a value and its bounds")
    if arguments[0].type != BOOLEAN:
        raise ArgumentMismatch("First argument for BETWEEN should be boolean type", code=WRONG_TYPE, index=0)
    compared = _compared(arguments, (1, 2, 3))
    return Signature((BOOLEAN, compared, compared, compared), BOOLEAN)


def _result(arguments: Sequence[Expression], places: Sequence[int]) -> HiveType:
    found: HiveType = VOID
    for place in places:
        common = common_type(found, arguments[place].type)
        if common is None:
            message = f'The expressions after THEN should have the same type: "{found}" is expected but '
            raise ArgumentMismatch(f'{message}"{arguments[place].type}" is found', code=WRONG_TYPE, index=place)
        found = common
    return found


def _case(arguments: Sequence[Expression]) -> Signature:
    _need(arguments, 3, None, "At least 3 arguments are required")
    conditions = range(1, len(arguments) - 1, 2)
    results = [place + 1 for place in conditions]
    results += [len(arguments) - 1] if len(arguments) % 2 == 0 else []
    compared = _compared(arguments, (0, *conditions))
    result = _result(arguments, results)
    return Signature(tuple(result if place in results else compared for place in range(len(arguments))), result)


def _when(arguments: Sequence[Expression]) -> Signature:
    _need(arguments, 2, None, "At least 2 arguments are required")
    conditions = range(0, len(arguments) - 1, 2)
    for place in conditions:
        if arguments[place].type not in (BOOLEAN, VOID):
            message = f'"boolean" is expected after WHEN, but "{arguments[place].type}" is found'
            raise ArgumentMismatch(message, code=WRONG_TYPE, index=place)
    results = [place for place in range(len(arguments)) if place not in conditions]
    result = _result(arguments, results)
    return Signature(tuple(result if place in results else BOOLEAN for place in range(len(arguments))), result)


def _grouping(arguments: Sequence[Expression]) -> Signature:
    _need(arguments, 2, None, f"grouping() requires at least 2 argument, got {len(arguments)}")
    for place, argument in enumerate(arguments):
        if not is_integer(argument.type):
            raise ArgumentMismatch("The arguments to grouping() must be whole numbers", code=WRONG_TYPE, index=place)
    return Signature((BIGINT, *(INT for _ in arguments[1:])), BIGINT)


def _converted_to(target: HiveType) -> Resolver:
    """The functions behind CAST."""

    def resolve(arguments: Sequence[Expression]) -> Signature:
        types = tuple(argument.type for argument in arguments)
        if len(types) != 1 or not is_primitive(types[0]) or (types[0] == BINARY and target not in (STRING, BOOLEAN)):
            raise ArgumentMismatch(f"No matching method with ({', '.join(map(str, types))})")
        return Signature(types, target)

    return resolve


def _calendar(arguments: Sequence[Expression]) -> Signature:
    _need(arguments, 1, 1, "datetime_legacy_hybrid_calendar takes one argument")
    type_ = arguments[0].type
    if type_ not in (DATE, TIMESTAMP, VOID):
        raise ArgumentMismatch("datetime_legacy_hybrid_calendar only allows date or timestamp types")
    return Signature((type_,), type_)


def _count_check(arguments: Sequence[Expression]) -> Signature:
    _need(arguments, 1, 2, "sq_count_check takes a count, and whether it is of an IN")
    if not is_integer(arguments[0].type) and arguments[0].type != VOID:
        raise ArgumentMismatch(f"sq_count_check takes a whole number, got {arguments[0].type}", index=0)
    return Signature((BIGINT, *(argument.type for argument in arguments[1:])), BIGINT)


def _sort_array_by(arguments: Sequence[Expression]) -> Signature:
    _need(arguments, 2, None, f"SORT_ARRAY_BY requires minimum 2 arguments, got {len(arguments)}")
    array = arguments[0].type
    if not isinstance(array, ArrayType):
        message = f"Argument 1 of function SORT_ARRAY_BY must be array, but {array} was found."
        raise ArgumentMismatch(message, code=WRONG_TYPE, index=0)
    if not isinstance(array.element, StructType):
        message = "Element[s] of first argument array in function SORT_ARRAY_BY must be struct, but "
        raise ArgumentMismatch(f"{message}{array} was found.", code=WRONG_TYPE, index=0)
    for place, argument in enumerate(arguments[1:], 1):
        if not is_text(argument.type):
            message = f"sortarraybyfield only takes STRING_GROUP types, got {argument.type}"
            raise ArgumentMismatch(message, code=WRONG_TYPE, index=place)
    return Signature((array, *(STRING for _ in arguments[1:])), array)


def _refusing(message: str) -> Resolver:
    def resolve(_arguments: Sequence[Expression]) -> Signature:
        raise ArgumentMismatch(message)

    return resolve


_NO_CALL = "this is a function of whole tables, which Hive calls itself"

HIVE_REFUSES: dict[str, str] = {
    "assert_true_oom": "this UDF is only available in testmode",
    "noop": _NO_CALL,
    "noopstreaming": _NO_CALL,
    "noopwithmap": _NO_CALL,
    "noopwithmapstreaming": _NO_CALL,
    "windowingtablefunction": _NO_CALL,
}
"""Names that Hive lists and lets nobody call, and why."""

SPECIAL: dict[str, FunctionSpec] = specs(
    "scalar",
    {
        "between": _between,
        "cardinality_violation": "anyint [anyint anyint anyint anyint anyint anyint anyint] -> int",
        "case": _case,
        "create_union": "any any [any any any any any any any any] -> string",
        "datetime_legacy_hybrid_calendar": _calendar,
        "extract_union": "any [any] -> string",
        "grouping": _grouping,
        "java_method": "text text [any any any any any any any any] -> string",
        "reflect": "text text [any any any any any any any any] -> string",
        "matchpath": "any ... -> string",
        "reflect2": "any text [any any any any any any any any] -> string",
        "sort_array_by": _sort_array_by,
        "sq_count_check": _count_check,
        "udftoboolean": _converted_to(BOOLEAN),
        "udftobyte": _converted_to(TINYINT),
        "udftodouble": _converted_to(DOUBLE),
        "udftofloat": _converted_to(FLOAT),
        "udftointeger": _converted_to(INT),
        "udftolong": _converted_to(BIGINT),
        "udftoshort": _converted_to(SMALLINT),
        "udftostring": _converted_to(STRING),
        "when": _when,
        **{name: _refusing(message) for name, message in HIVE_REFUSES.items()},
    },
)
