"""Aggregate and window functions."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_ddb_hive.hiveql.functions.conversion import is_integer, is_numeric, is_primitive, is_text
from airflow_ddb_hive.hiveql.functions.signatures import specs
from airflow_ddb_hive.hiveql.functions.spec import ArgumentMismatch, FunctionSpec, Resolver, Signature
from airflow_ddb_hive.hiveql.tree import Expression
from airflow_ddb_hive.model.types import (
    BIGINT,
    BOOLEAN,
    DOUBLE,
    INT,
    TIMESTAMP,
    VOID,
    ArrayType,
    DecimalType,
    HiveType,
    MapType,
)

__all__ = ["AGGREGATES", "WINDOWS"]


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
    if is_numeric(type_) or is_text(type_) or type_ in (VOID, TIMESTAMP):
        return Signature((DOUBLE,), DOUBLE)
    raise _not_numeric(type_)


def _avg(arguments: Sequence[Expression]) -> Signature:
    type_ = _one(arguments)
    if isinstance(type_, DecimalType):
        digits = min(38, type_.precision - type_.scale + 4 + min(38, type_.scale + 4))
        return Signature((type_,), _avg_decimal(type_, digits))
    if is_numeric(type_) or is_text(type_) or type_ in (VOID, TIMESTAMP):
        return Signature((DOUBLE,), DOUBLE)
    raise _not_numeric(type_)


def _avg_decimal(type_: DecimalType, digits: int) -> DecimalType:
    integer_digits = type_.precision - type_.scale
    scale = min(type_.scale + 4, 38 - integer_digits)
    return DecimalType(min(digits, integer_digits + scale), scale)


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
    if not (is_numeric(type_) or is_text(type_) or type_ == VOID):
        raise _not_numeric(type_)
    return Signature((DOUBLE,), DOUBLE)


def _percentile(exact: bool) -> Resolver:
    def resolve(arguments: Sequence[Expression]) -> Signature:
        if len(arguments) < 2 or len(arguments) > (2 if exact else 3):
            raise ArgumentMismatch("Please specify 2 or 3 arguments.", code=10015)
        value, place = arguments[0].type, arguments[1].type
        if not is_primitive(value) or (exact and not is_integer(value)):
            raise _not_numeric(value)
        many = isinstance(place, ArrayType)
        wanted: HiveType = ArrayType(DOUBLE) if many else DOUBLE
        parameters = (BIGINT if exact else DOUBLE, wanted, INT)
        return Signature(parameters[: len(arguments)], ArrayType(DOUBLE) if many else DOUBLE)

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
        "max": _same,
        "min": _same,
        "percentile": _percentile(exact=True),
        "percentile_approx": _percentile(exact=False),
        "regr_avgx": "double double -> double",
        "regr_avgy": "double double -> double",
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


def _value(arguments: Sequence[Expression]) -> Signature:
    if not 1 <= len(arguments) <= 2:
        raise ArgumentMismatch("takes 1 or 2 arguments", code=10015)
    kept = arguments[0].type
    return Signature((kept, BOOLEAN)[: len(arguments)], kept)


def _neighbour(arguments: Sequence[Expression]) -> Signature:
    if not 1 <= len(arguments) <= 3:
        raise ArgumentMismatch("takes 1 to 3 arguments", code=10015)
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
