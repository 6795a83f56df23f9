"""Aggregate and window functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.functions.conversion import decimal_type, is_integer, is_numeric, is_primitive, is_text
from airflow_ddb_hive.hiveql.functions.signatures import signature, specs
from airflow_ddb_hive.hiveql.functions.spec import ArgumentMismatch, FunctionSpec, Resolver, Signature
from airflow_ddb_hive.hiveql.tree import Literal
from airflow_ddb_hive.model.types import (
    BIGINT,
    BOOLEAN,
    DOUBLE,
    INT,
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
    from collections.abc import Sequence

    from airflow_ddb_hive.hiveql.tree import Expression

__all__ = ["AGGREGATES", "WINDOWED", "WINDOWS"]


_EXACT_ARGUMENTS = 2
_APPROXIMATE_ARGUMENTS = 3


def _one(arguments: Sequence[Expression]) -> HiveType:
    if len(arguments) != 1:
        raise ArgumentMismatch("Exactly one argument is expected.", code=10015)
    return arguments[0].type


def _not_numeric(type_: HiveType) -> ArgumentMismatch:
    return ArgumentMismatch(f"Only numeric or string type arguments are accepted but {type_} is passed.", index=0)


def _count(arguments: Sequence[Expression]) -> Signature:
    return Signature(tuple(argument.type for argument in arguments), BIGINT)


def _sum(arguments: Sequence[Expression]) -> Signature:
    type_ = _one(arguments)
    if isinstance(type_, DecimalType):
        return Signature((type_,), DecimalType(min(38, type_.precision + 10), type_.scale))
    if is_integer(type_):
        return Signature((type_,), BIGINT)
    if is_text(type_):
        return Signature((STRING,), DOUBLE)
    if is_numeric(type_) or type_ in (VOID, TIMESTAMP):
        return Signature((DOUBLE,), DOUBLE)
    raise _not_numeric(type_)


def _avg(arguments: Sequence[Expression]) -> Signature:
    type_ = _one(arguments)
    if isinstance(type_, DecimalType):
        return Signature((type_,), _avg_decimal(type_))
    if is_text(type_):
        return Signature((STRING,), DOUBLE)
    if is_numeric(type_) or type_ in (VOID, TIMESTAMP):
        return Signature((DOUBLE,), DOUBLE)
    raise _not_numeric(type_)


def _avg_decimal(type_: DecimalType) -> DecimalType:
    """The type of sum / count, as Hive's optimiser computes the average."""
    if type_.scale == 0:
        return _windowed_avg_decimal(type_)
    total = DecimalType(min(38, type_.precision + 10), type_.scale)
    scale = max(6, total.scale + 20)
    return decimal_type(total.precision - total.scale + scale, scale)


def _windowed_avg_decimal(type_: DecimalType) -> DecimalType:
    """The type of an average that the optimiser leaves alone: four digits more before and after the point."""
    integer_digits = type_.precision - type_.scale
    scale = min(type_.scale + 4, 38 - integer_digits)
    return DecimalType(min(38, integer_digits + scale), scale)


def _windowed_avg(arguments: Sequence[Expression]) -> Signature:
    type_ = _one(arguments)
    if isinstance(type_, DecimalType):
        return Signature((type_,), _windowed_avg_decimal(type_))
    return _avg(arguments)


def _same(arguments: Sequence[Expression]) -> Signature:
    type_ = _one(arguments)
    if isinstance(type_, MapType):
        raise ArgumentMismatch("Cannot support comparison of map<> type or complex type containing map<>.", index=0)
    return Signature((type_,), type_)


def _collect(arguments: Sequence[Expression]) -> Signature:
    type_ = _one(arguments)
    return Signature((type_,), ArrayType(type_))


def _statistic(arguments: Sequence[Expression]) -> Signature:
    type_ = _one(arguments)
    if not (is_numeric(type_) or is_text(type_) or type_ in (VOID, TIMESTAMP)):
        raise _not_numeric(type_)
    return Signature((DOUBLE,), DOUBLE)


def _histogram(arguments: Sequence[Expression]) -> Signature:
    if len(arguments) != _EXACT_ARGUMENTS:
        raise ArgumentMismatch("Please specify exactly two arguments.", code=10015)
    if not is_primitive(arguments[0].type):
        raise _not_numeric(arguments[0].type)
    return Signature((DOUBLE, INT), ArrayType(StructType((("x", DOUBLE), ("y", DOUBLE)))))


def _percentile(exact: bool) -> Resolver:
    def resolve(arguments: Sequence[Expression]) -> Signature:
        most = _EXACT_ARGUMENTS if exact else _APPROXIMATE_ARGUMENTS
        if not _EXACT_ARGUMENTS <= len(arguments) <= most:
            raise ArgumentMismatch("Please specify 2 or 3 arguments.", code=10015)
        value, place = arguments[0].type, arguments[1].type
        if not is_primitive(value) or (exact and not is_integer(value) and value != VOID):
            raise _not_numeric(value)
        many = isinstance(place, ArrayType)
        wanted: HiveType = ArrayType(DOUBLE) if many else DOUBLE
        parameters = (BIGINT if exact else DOUBLE, wanted, INT)
        return Signature(parameters[: len(arguments)], ArrayType(DOUBLE) if many else DOUBLE)

    return resolve


_BOTH_DOUBLE = signature("double double -> double")


def _regression_average(place: int) -> Resolver:
    """The average of one side, which stays a decimal."""

    def resolve(arguments: Sequence[Expression]) -> Signature:
        plain = _BOTH_DOUBLE(arguments)
        type_ = arguments[place].type
        if not isinstance(type_, DecimalType):
            return plain
        parameters = tuple(type_ if i == place else DOUBLE for i in range(2))
        return Signature(parameters, _windowed_avg_decimal(type_))

    return resolve


AGGREGATES: dict[str, FunctionSpec] = specs(
    "aggregate",
    {
        "avg": _avg,
        "collect_list": _collect,
        "collect_set": _collect,
        "corr": "double double -> double",
        "count": _count,
        "covar_pop": "double double -> double",
        "covar_samp": "double double -> double",
        "histogram_numeric": _histogram,
        "max": _same,
        "min": _same,
        "percentile": _percentile(exact=True),
        "percentile_approx": _percentile(exact=False),
        "regr_avgx": _regression_average(1),
        "regr_avgy": _regression_average(0),
        "regr_count": "double double -> bigint",
        "regr_intercept": "double double -> double",
        "regr_r2": "double double -> double",
        "regr_slope": "double double -> double",
        "regr_sxx": "double double -> double",
        "regr_sxy": "double double -> double",
        "regr_syy": "double double -> double",
        "stddev_pop stddev std": _statistic,
        "stddev_samp": _statistic,
        "sum": _sum,
        "var_pop variance": _statistic,
        "var_samp": _statistic,
    },
)


WINDOWED: dict[str, FunctionSpec] = specs("aggregate", {"avg": _windowed_avg})
"""Aggregates whose type differs when they stand before OVER."""


def _value(arguments: Sequence[Expression]) -> Signature:
    if len(arguments) not in (1, 2):
        raise ArgumentMismatch("takes 1 or 2 arguments", code=10015)
    if len(arguments) > 1 and arguments[1].type not in (BOOLEAN, VOID):
        raise ArgumentMismatch("second argument must be a boolean expression", index=1)
    kept = arguments[0].type
    return Signature((kept, BOOLEAN)[: len(arguments)], kept)


def _neighbour(arguments: Sequence[Expression]) -> Signature:
    if len(arguments) not in (1, 2, 3):
        raise ArgumentMismatch("takes 1 to 3 arguments", code=10015)
    amount = arguments[1] if len(arguments) > 1 else None
    whole = isinstance(amount, Literal) and isinstance(amount.value, int) and amount.value >= 0
    if amount is not None and not whole:
        raise ArgumentMismatch("the amount must be a whole number, and not below 0", index=1)
    if len(arguments) > 2 and not is_primitive(arguments[2].type):  # noqa: PLR2004 (the default)
        raise ArgumentMismatch("the default must be of a primitive type", index=2)
    kept = arguments[0].type
    return Signature((kept, INT, kept)[: len(arguments)], kept)


WINDOWS: dict[str, FunctionSpec] = specs(
    "window",
    {
        "cume_dist": "-> double",
        "dense_rank": "-> int",
        "first_value": _value,
        "lag": _neighbour,
        "last_value": _value,
        "lead": _neighbour,
        "ntile": "integer -> int",
        "percent_rank": "-> double",
        "rank": "-> int",
        "row_number": "-> int",
    },
)
