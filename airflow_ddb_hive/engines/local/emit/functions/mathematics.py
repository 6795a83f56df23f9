"""Mathematics with Java's edges: NULL for a logarithm of nothing, rounding half away from zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.casts import emit_cast
from airflow_ddb_hive.engines.local.emit.functions.emitter import Emitter, call, form
from airflow_ddb_hive.engines.local.emit.sql import let, wrap
from airflow_ddb_hive.engines.local.physical import duckdb_type
from airflow_ddb_hive.errors import UnsupportedSqlError
from airflow_ddb_hive.hiveql.functions.constants import integer_constant
from airflow_ddb_hive.model.types import DOUBLE, DecimalType, HiveType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_ddb_hive.hiveql.tree import Call

__all__ = ["MATHEMATICS"]


def _kind(type_: HiveType) -> str:
    if isinstance(type_, DecimalType):
        return "decimal"
    return "floating" if str(type_) in ("float", "double") else "integer"


def _places(call_: Call) -> int:
    if not call_.arguments[1:]:
        return 0
    value = integer_constant(call_.arguments[1])
    if value is None:
        raise UnsupportedSqlError(f"the number of digits of {call_.function} must be a constant")
    return value


def _round(function: str) -> Emitter:
    def emit(call_: Call, arguments: Sequence[str]) -> str:
        places = _places(call_)
        target = duckdb_type(call_.type)
        if _kind(call_.type) == "integer":
            if places >= 0:
                return arguments[0]
            return wrap(
                f"CAST({function}(CAST({arguments[0]} AS DECIMAL(38,0)), {places}) AS HUGEINT)", str(call_.type)
            )
        if _kind(call_.type) == "decimal":
            return f"TRY_CAST({function}({arguments[0]}, {places}) AS {target})"
        return let(arguments[0], lambda v: _round_floating(function, v, places, target))

    return emit


def _round_floating(function: str, v: str, places: int, target: str) -> str:
    """By the decimal text of the value, as Java's BigDecimal.valueOf; too large a value has no digits to lose."""
    limit = 10.0 ** min(15, 17 - max(places, 0))
    exact = f"{function}(CAST(CAST({v} AS VARCHAR) AS DECIMAL(38,{min(max(places, 0) + 17, 20)})), {places})"
    return f"CASE WHEN abs({v}) < {limit!r}::DOUBLE THEN CAST({exact} AS {target}) ELSE {v} END"


def _whole(function: str) -> Emitter:
    def emit(call_: Call, arguments: Sequence[str]) -> str:
        kind = _kind(call_.arguments[0].type)
        if kind == "decimal":
            return f"TRY_CAST({function}({arguments[0]}) AS {duckdb_type(call_.type)})"
        return emit_cast(f"{function}(CAST({arguments[0]} AS DOUBLE))", DOUBLE, call_.type)

    return emit


def _abs(call_: Call, arguments: Sequence[str]) -> str:
    name = str(call_.type)
    if name in ("int", "bigint"):
        return (
            wrap(f"abs(CAST({arguments[0]} AS HUGEINT))", "bigint")
            if name == "bigint"
            else wrap(f"abs(CAST({arguments[0]} AS BIGINT))", "int")
        )
    return f"abs({arguments[0]})"


def _log(call_: Call, arguments: Sequence[str]) -> str:
    if len(call_.arguments) == 1:
        return let(arguments[0], lambda v: f"CASE WHEN {v} > 0 THEN ln({v}) END")
    base, value = arguments
    return let(value, lambda v: let(base, lambda b: f"CASE WHEN {b} > 1 AND {v} > 0 THEN ln({v}) / ln({b}) END"))


def _positive(function: str) -> Emitter:
    return lambda _call, a: let(a[0], lambda v: f"CASE WHEN {v} > 0 THEN {function}({v}) END")


def _shift(direction: str) -> Emitter:
    def emit(call_: Call, arguments: Sequence[str]) -> str:
        bits = 64 if str(call_.type) == "bigint" else 32
        places = f"CAST({arguments[1]} & {bits - 1} AS INTEGER)"
        power = f"(1::HUGEINT << {places})"
        mask = f"{(1 << bits) - 1}::HUGEINT"
        name = str(call_.type)
        value = f"CAST({arguments[0]} AS HUGEINT)"
        shifted = {
            "left": f"(({value} & ({mask} >> {places})) * {power})",
            "right": f"(({value} - ((({value} % {power}) + {power}) % {power})) // {power})",
            "unsigned": f"(({value} & {mask}) >> {places})",
        }[direction]
        # A result above the largest positive number stands for a negative one.
        return (
            let(
                shifted,
                lambda v: (
                    f"CAST(CASE WHEN {v} >= {1 << (bits - 1)}::HUGEINT THEN {v} - "
                    f"{1 << bits}::HUGEINT ELSE {v} END AS {duckdb_type(call_.type)})"
                ),
            )
            if name
            else ""
        )

    return emit


def _sign(call_: Call, arguments: Sequence[str]) -> str:
    # Java's comparisons make NaN neither positive nor zero.
    return let(
        arguments[0],
        lambda v: f"CAST(CASE WHEN isnan(CAST({v} AS DOUBLE)) THEN -1 ELSE sign({v}) END AS {duckdb_type(call_.type)})",
    )


def _inverse(function: str) -> Emitter:
    return lambda _call, a: let(a[0], lambda v: f"CASE WHEN abs({v}) <= 1 THEN {function}({v}) END")


def _periodic(function: str) -> Emitter:
    nan = "CAST('nan' AS DOUBLE)"
    return lambda _call, a: let(
        a[0], lambda v: f"CASE WHEN isfinite({v}) THEN {function}({v}) WHEN {v} IS NOT NULL THEN {nan} END"
    )


def _bucket(_call: Call, arguments: Sequence[str]) -> str:
    value, low, high, count = arguments
    return (
        f"CASE WHEN {value} < {low} THEN 0 WHEN {value} >= {high} THEN {count} + 1 "
        f"ELSE CAST(floor(({value} - {low}) / (({high} - {low}) / {count})) AS INTEGER) + 1 END"
    )


MATHEMATICS: dict[str, Emitter] = {
    "abs": _abs,
    "acos": _inverse("acos"),
    "asin": _inverse("asin"),
    "atan": call("atan"),
    "bin": call("bin"),
    "bround": _round("round_even"),
    "cbrt": call("cbrt"),
    "ceil": _whole("ceil"),
    "cos": _periodic("cos"),
    "degrees": call("degrees"),
    "e": form("2.718281828459045::DOUBLE"),
    "exp": call("exp"),
    "factorial": form("CASE WHEN {0} BETWEEN 0 AND 20 THEN CAST(factorial({0}) AS BIGINT) END"),
    "floor": _whole("floor"),
    "ln": _positive("ln"),
    "log": _log,
    "log10": _positive("log10"),
    "log2": _positive("log2"),
    "pi": form("pi()"),
    "power": call("pow"),
    "radians": call("radians"),
    "round": _round("round"),
    "shiftleft": _shift("left"),
    "shiftright": _shift("right"),
    "shiftrightunsigned": _shift("unsigned"),
    "sign": _sign,
    "sin": _periodic("sin"),
    "sqrt": lambda _call, a: let(a[0], lambda v: f"CASE WHEN {v} >= 0 THEN sqrt({v}) END"),
    "tan": _periodic("tan"),
    "width_bucket": _bucket,
}
"""Mathematical functions by the names that bound calls carry."""
