"""Aggregate and window functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.functions.constants import integer_constant
from airflow_ddb_hive.hiveql.functions.conversion import decimal_type, is_integer, is_numeric, is_primitive, is_text
from airflow_ddb_hive.hiveql.functions.signatures import signature, specs
from airflow_ddb_hive.hiveql.functions.spec import ArgumentMismatch, FunctionSpec, Resolver, Signature
from airflow_ddb_hive.hiveql.tree import Call, ColumnRef, Literal
from airflow_ddb_hive.model.types import (
    BIGINT,
    BINARY,
    BOOLEAN,
    DOUBLE,
    INT,
    STRING,
    TIMESTAMP,
    TIMESTAMP_LOCAL,
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
_FEWEST_BINS = 2
_DIVIDED_SCALE = 2


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
    if is_numeric(type_) or type_ == TIMESTAMP:
        return Signature((DOUBLE,), DOUBLE)
    raise _not_numeric(type_)


def _avg(arguments: Sequence[Expression]) -> Signature:
    type_ = _one(arguments)
    if isinstance(type_, DecimalType):
        return Signature((type_,), _avg_decimal(type_))
    if is_integer(type_):
        return Signature((type_,), DOUBLE)
    if is_text(type_):
        return Signature((STRING,), DOUBLE)
    if is_numeric(type_) or type_ in (VOID, TIMESTAMP):
        return Signature((DOUBLE,), DOUBLE)
    raise _not_numeric(type_)


def _avg_decimal(type_: DecimalType) -> DecimalType:
    """The type of sum / count, as Hive's optimiser computes the average of what has two digits after the point."""
    if type_.scale < _DIVIDED_SCALE:
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
    return Signature((DOUBLE,), DOUBLE) if is_integer(type_) else _avg(arguments)


def _same(arguments: Sequence[Expression]) -> Signature:
    type_ = _one(arguments)
    if isinstance(type_, MapType):
        raise ArgumentMismatch("Cannot support comparison of map<> type or complex type containing map<>.", index=0)
    if type_ == TIMESTAMP_LOCAL:
        # Hive 3.1.3 counts 1970 among the values; no query means that.
        raise ArgumentMismatch(f"min and max of {type_} are refused: cast it to timestamp or string", index=0)
    return Signature((type_,), type_)


def _collect(arguments: Sequence[Expression]) -> Signature:
    type_ = _one(arguments)
    return Signature((type_,), ArrayType(type_))


def _statistic(arguments: Sequence[Expression]) -> Signature:
    type_ = _one(arguments)
    if not (is_numeric(type_) or is_text(type_) or type_ in (VOID, TIMESTAMP)):
        raise _not_numeric(type_)
    return Signature((STRING if is_text(type_) else DOUBLE,), DOUBLE)


def _sketched(arguments: Sequence[Expression], *counts: int) -> None:
    """Check the value of a histogram: a number, or a moment as one."""
    if len(arguments) not in counts:
        numbers = "exactly two" if len(counts) == 1 else "either two or three"
        raise ArgumentMismatch(f"Please specify {numbers} arguments.", code=10015)
    type_ = arguments[0].type
    if not is_primitive(type_):
        raise _only("primitive", type_)
    if not (is_numeric(type_) or type_ == TIMESTAMP):
        raise _only("numeric", type_)


def _only(kind: str, type_: HiveType) -> ArgumentMismatch:
    return ArgumentMismatch(f"Only {kind} type arguments are accepted but {type_} was passed as parameter 1.", index=0)


def _bins(arguments: Sequence[Expression], place: int) -> None:
    """Check the number of bins: a whole number, the same for all rows."""
    type_ = arguments[place].type
    if not is_integer(type_):
        message = f"Only an integer argument is accepted as parameter {place + 1}, but {type_} was passed instead."
        raise ArgumentMismatch(message, index=place)
    if integer_constant(arguments[place]) is None:
        ordinal = ("second", "third")[place - 1]
        message = f"The {ordinal} argument must be a constant, but {type_} was passed instead."
        raise ArgumentMismatch(message, index=place)


def _histogram(arguments: Sequence[Expression]) -> Signature:
    _sketched(arguments, 2)
    _bins(arguments, 1)
    count = integer_constant(arguments[1]) or 0
    if count < _FEWEST_BINS:
        message = f"GenericUDAFHistogramNumericEvaluator needs nbins to be at least 2, but you supplied {count}."
        raise ArgumentMismatch(message, index=1)
    return Signature((DOUBLE, INT), ArrayType(StructType((("x", DOUBLE), ("y", DOUBLE)))))


def _percentile_approx(arguments: Sequence[Expression]) -> Signature:
    _sketched(arguments, 2, 3)
    if len(arguments) == _APPROXIMATE_ARGUMENTS:
        _bins(arguments, 2)
    place = arguments[1].type
    many = isinstance(place, ArrayType)
    one = place.element if isinstance(place, ArrayType) else place
    if not (isinstance(one, DecimalType) or str(one) in ("float", "double")):
        message = (
            "Only a floating point or decimal, or floating point or decimal array argument is accepted as parameter 2, "
            f"but {str(one).partition('(')[0].upper()} was passed instead."
        )
        raise ArgumentMismatch(message, index=1)
    _check_shares(arguments[1], "Multiple" if many else "Single")
    wanted: HiveType = ArrayType(DOUBLE) if many else DOUBLE
    return Signature((DOUBLE, wanted, INT)[: len(arguments)], wanted)


def _check_shares(share: Expression, kind: str) -> None:
    if any(isinstance(part, ColumnRef) for part in (share, *getattr(share, "arguments", ()))):
        raise ArgumentMismatch(f"The second argument must be a constant, but {share.type} was passed instead.", index=1)
    written = share.arguments if isinstance(share, Call) and share.function == "array" else (share,)
    for one in written:
        if isinstance(one, Literal) and one.value is None:
            raise ArgumentMismatch("a percentile may not be NULL", index=1)
        if isinstance(one, Literal) and not 0 < float(str(one.value)) < 1:
            raise ArgumentMismatch(
                f"GenericUDAF{kind}PercentileApproxEvaluator requires percentile values to lie strictly between 0 and "
                f"1, but you supplied {float(str(one.value))}",
                index=1,
            )


def _percentile(arguments: Sequence[Expression]) -> Signature:
    if len(arguments) != _EXACT_ARGUMENTS:
        raise ArgumentMismatch("Please specify 2 or 3 arguments.", code=10015)
    value, place = arguments[0].type, arguments[1].type
    if not is_integer(value) and value != VOID:
        raise _not_numeric(value)
    many = isinstance(place, ArrayType)
    wanted: HiveType = ArrayType(DOUBLE) if many else DOUBLE
    return Signature((BIGINT, wanted), wanted)


_NUMBERS = signature("double double -> double")


def _both_double(arguments: Sequence[Expression]) -> Signature:
    found = _NUMBERS(arguments)
    for argument in arguments:
        if is_text(argument.type):
            message = f"Only numeric type arguments are accepted but {argument.type} is passed."
            raise ArgumentMismatch(message, index=0)
    return found


def _regression_count(arguments: Sequence[Expression]) -> Signature:
    return Signature(_both_double(arguments).parameters, BIGINT)


def _regression_average(place: int) -> Resolver:
    """The average of one side, which stays a decimal."""

    def resolve(arguments: Sequence[Expression]) -> Signature:
        plain = _both_double(arguments)
        type_ = arguments[place].type
        if not isinstance(type_, DecimalType):
            return plain
        parameters = tuple(type_ if i == place else DOUBLE for i in range(2))
        return Signature(parameters, _windowed_avg_decimal(type_))

    return resolve


_NGRAM_COUNTS = (3, 4)
_NGRAMS = ArrayType(StructType((("ngram", ArrayType(STRING)), ("estfrequency", DOUBLE))))


def _ngrams(in_context: bool) -> Resolver:
    def resolve(arguments: Sequence[Expression]) -> Signature:
        if len(arguments) not in _NGRAM_COUNTS:
            raise ArgumentMismatch("Please specify either three or four arguments.", code=10015)
        texts = arguments[0].type
        if not isinstance(texts, ArrayType):
            message = f"Only list type arguments are accepted but {texts} was passed as parameter 1."
            raise ArgumentMismatch(message, index=0)
        inner = texts.element.element if isinstance(texts.element, ArrayType) else texts.element
        if not is_text(inner):
            message = f"Only array<string> or array<array<string>> is allowed, but {texts} was passed as parameter 1."
            raise ArgumentMismatch(message, index=0)
        if in_context:
            _check_context(arguments[1])
        whole = range(2 if in_context else 1, len(arguments))
        for place in whole:
            _check_count(arguments[place], place)
        shape: HiveType = ArrayType(STRING) if in_context else INT
        return Signature((texts, shape, INT, INT)[: len(arguments)], _NGRAMS)

    return resolve


def _check_context(context: Expression) -> None:
    type_ = context.type
    if not (isinstance(type_, ArrayType) and (is_text(type_.element) or type_.element == VOID)):
        message = f"Only arrays of strings are accepted but {type_} was passed as parameter 2."
        raise ArgumentMismatch(message, index=1)
    words = context.arguments if isinstance(context, Call) and context.function == "array" else ()
    if words and all(isinstance(one, Literal) and one.value is not None for one in words):
        message = "the context array needs to contain at least one 'null' value to indicate what should be counted."
        raise ArgumentMismatch(f"GenericUDAFContextNGramEvaluator {message}", index=1)


def _check_count(argument: Expression, place: int) -> None:
    """Check n, k or pf: whole constants from 1."""
    name = ("", "n", "k", "pf")[place]
    if not is_integer(argument.type):
        message = f"Only integers are accepted but {argument.type} was passed as parameter {place + 1}."
        raise ArgumentMismatch(message, index=place)
    value = integer_constant(argument)
    if value is None or value < 1:
        found = argument.type if value is None else value
        message = f"GenericUDAFnGramEvaluator needs '{name}' to be at least 1, but you supplied {found}"
        raise ArgumentMismatch(message, index=place)


def _compute_stats(arguments: Sequence[Expression]) -> Signature:
    if len(arguments) not in (2, 3):
        message = "Exactly 2 (col + hll) or 3 (col + fm + #bitvectors) arguments are expected."
        raise ArgumentMismatch(message, code=10015)
    type_ = arguments[0].type
    nulls = ("countnulls", BIGINT)
    if type_ == BOOLEAN:
        fields: tuple[tuple[str, HiveType], ...] = (("counttrues", BIGINT), ("countfalses", BIGINT), nulls)
    elif type_ == BINARY:
        fields = (("maxlength", BIGINT), ("avglength", DOUBLE), nulls)
    else:
        fields = (nulls, ("numdistinctvalues", BIGINT), ("ndvbitvector", BINARY))
    return Signature(tuple(one.type for one in arguments), StructType((("columntype", STRING), *fields)))


AGGREGATES: dict[str, FunctionSpec] = specs(
    "aggregate",
    {
        "avg": _avg,
        "bloom_filter": "primitive -> binary",
        "collect_list": _collect,
        "collect_set": _collect,
        "compute_stats": _compute_stats,
        "context_ngrams": _ngrams(in_context=True),
        "corr": _both_double,
        "count": _count,
        "covar_pop": _both_double,
        "covar_samp": _both_double,
        "histogram_numeric": _histogram,
        "max": _same,
        "min": _same,
        "ngrams": _ngrams(in_context=False),
        "percentile": _percentile,
        "percentile_approx": _percentile_approx,
        "regr_avgx": _regression_average(1),
        "regr_avgy": _regression_average(0),
        "regr_count": _regression_count,
        "regr_intercept": _both_double,
        "regr_r2": _both_double,
        "regr_slope": _both_double,
        "regr_sxx": _both_double,
        "regr_sxy": _both_double,
        "regr_syy": _both_double,
        "stddev_pop stddev std": _statistic,
        "stddev_samp": _statistic,
        "sum": _sum,
        "$sum0": _sum,
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
