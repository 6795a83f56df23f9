"""Decimal arithmetic of which a step may need more than 38 digits: exact, rounded half up, NULL where the result does.

DuckDB's own arithmetic serves the values that are small enough, which are most; the rest are whole numbers of 128 bits,
a quotient digit by digit where need be. See
https://cwiki.apache.org/confluence/display/Hive/LanguageManual+Types#LanguageManualTypes-DecimalsdecimalDecimals.
"""

from __future__ import annotations

from typing import NamedTuple

from airflow_ddb_hive.engines.local.emit.sql import let
from airflow_ddb_hive.engines.local.physical import duckdb_type
from airflow_ddb_hive.model.types import DecimalType, HiveType

__all__ = [
    "Decimal",
    "as_decimal_type",
    "averaged",
    "digits_and_scale",
    "divided",
    "is_plain",
    "placed_decimal",
    "product",
    "remainder",
    "sum_of",
    "unscaled",
]

_MOST = 38
_SHORT = 18
"""The most digits of a decimal that DuckDB keeps in 64 bits."""

_LIMB = 19
_INTEGER_DIGITS = {"tinyint": 3, "smallint": 5, "int": 10, "bigint": 19}


class Decimal(NamedTuple):
    """The SQL of a decimal value, simple enough to repeat, and its type."""

    sql: str
    type: DecimalType


def as_decimal_type(type_: HiveType) -> DecimalType:
    """Return a decimal type itself, and that of an integer type's digits.

    Example:
        >>> from airflow_ddb_hive.model.types import INT
        >>> str(as_decimal_type(INT))
        'decimal(10,0)'
    """
    return type_ if isinstance(type_, DecimalType) else DecimalType(_INTEGER_DIGITS[str(type_)], 0)


def unscaled(value: Decimal) -> str:
    """Return the whole number of a decimal's digits; by its text, which measures faster than arithmetic."""
    if not value.type.scale:
        return f"CAST({value.sql} AS HUGEINT)"
    return f"CAST(replace(CAST({value.sql} AS VARCHAR), '.', '') AS HUGEINT)"


def placed_decimal(whole: str, target: DecimalType) -> str:
    """Return a whole number of up to 38 digits as a decimal: times the smallest number of its scale, a 1 inside.

    Example:
        >>> placed_decimal("v", DecimalType(10, 2))
        "TRY_CAST((CAST(v AS DECIMAL(38,0)) * CAST('0.01' AS DECIMAL(2,2))) AS DECIMAL(10,2))"
    """
    scale = target.scale
    smallest = f" * CAST('0.{'1'.rjust(scale, '0')}' AS DECIMAL({scale},{scale}))" if scale else ""
    return f"TRY_CAST((CAST({whole} AS DECIMAL(38,0)){smallest}) AS {duckdb_type(target)})"


def _power(exponent: int, kind: str = "HUGEINT") -> str:
    return f"{10**exponent}::{kind}"


def _below(value: Decimal, digits: int) -> str:
    """Whether a value has at most so many digits before its point."""
    if digits >= value.type.precision - value.type.scale:
        return "TRUE"
    return f"abs({value.sql}) < CAST('{10**digits}' AS DECIMAL(38,0))"


def _signed(negative: str, magnitude: str) -> str:
    return let(magnitude, lambda v: f"CASE WHEN {negative} THEN -{v} ELSE {v} END")


def _sum_digits(left: DecimalType, right: DecimalType) -> int:
    """The digits that no sum of two numbers needs more of."""
    return max(left.precision - left.scale, right.precision - right.scale) + max(left.scale, right.scale) + 1


def is_plain(symbol: str, left: DecimalType, right: DecimalType) -> bool:
    """Whether DuckDB's own arithmetic serves: then a formula names each operand once.

    Example:
        >>> is_plain("*", DecimalType(15, 2), DecimalType(16, 2)), is_plain("+", DecimalType(38, 2), DecimalType(1, 0))
        (True, False)
    """
    return (left.precision + right.precision if symbol == "*" else _sum_digits(left, right)) <= _MOST


def sum_of(symbol: str, left: Decimal, right: Decimal, target: DecimalType) -> str:
    """Return ``left + right`` or ``left - right``."""
    scale = max(left.type.scale, right.type.scale)
    needed = _sum_digits(left.type, right.type)
    type_ = duckdb_type(target)
    if needed <= _SHORT or _SHORT < max(left.type.precision, right.type.precision) < needed <= _MOST:
        # DuckDB's own type is Hive's; of two that 64 bits hold it would be one that 64 bits hold.
        return f"CAST(({left.sql} {symbol} {right.sql}) AS {type_})"
    wide = f"DECIMAL(38,{scale})"
    plain = f"TRY_CAST((CAST({left.sql} AS {wide}) {symbol} CAST({right.sql} AS {wide})) AS {type_})"
    if needed <= _MOST:
        return plain
    room = _MOST - scale - 1
    small = f"{_below(left, room)} AND {_below(right, room)}" if room > 0 else "FALSE"
    return f"CASE WHEN {small} THEN {plain} ELSE {_wide_sum(symbol, left, right, target)} END"


def _wide_sum(symbol: str, left: Decimal, right: Decimal, target: DecimalType) -> str:
    """Wholes and fractions apart; both get one sign before the fraction is rounded."""
    whole = f"(CAST(trunc({left.sql}) AS HUGEINT) {symbol} CAST(trunc({right.sql}) AS HUGEINT))"
    scale = min(max(left.type.scale, right.type.scale), _MOST - 1)
    fraction = f"({_fraction(left, scale)} {symbol} {_fraction(right, scale)})"
    estimate = f"abs(CAST({left.sql} AS DOUBLE) {symbol} CAST({right.sql} AS DOUBLE))"
    bound = f"1.1e{target.precision - target.scale}::DOUBLE"

    def joined(w: str, f: str) -> str:
        borrow = f"CASE WHEN {w} > 0 AND {f} < 0 THEN 1 WHEN {w} < 0 AND {f} > 0 THEN -1 ELSE 0 END"
        rounded = f"round({f} + ({borrow}), {target.scale})"
        digits = unscaled(Decimal(f"CAST({rounded} AS DECIMAL(38,{target.scale}))", DecimalType(38, target.scale)))
        return _if_fits(f"(({w} - ({borrow})) * {_power(target.scale)} + {digits})", target)

    exact = let(whole, lambda w: let(fraction, lambda f: joined(w, f)))
    return f"CASE WHEN {estimate} < {bound} THEN {exact} END"


def _fraction(value: Decimal, scale: int) -> str:
    return f"CAST({value.sql} - trunc({value.sql}) AS DECIMAL(38,{scale}))" if value.type.scale else "0"


def _if_fits(whole: str, target: DecimalType) -> str:
    def fitted(v: str) -> str:
        return f"CASE WHEN abs({v}) < {_power(target.precision)} THEN {placed_decimal(v, target)} END"

    return let(whole, fitted)


def product(left: Decimal, right: Decimal, target: DecimalType) -> str:
    """Return ``left * right``: NULL where the exact product, zeros at its end aside, has over 38 digits, as Hive's."""
    plain = f"TRY_CAST((CAST({left.sql} AS DECIMAL(38,{left.type.scale})) * {right.sql}) AS {duckdb_type(target)})"
    if left.type.precision + right.type.precision <= _MOST:
        return plain
    small = f"{_few_digits(left)} AND {_few_digits(right)}" if left.type.scale + right.type.scale <= _MOST else "FALSE"
    wide = let(digits_and_scale(left), lambda a: let(digits_and_scale(right), lambda b: _product(a, b, target)))
    return f"CASE WHEN {left.sql} IS NULL OR {right.sql} IS NULL THEN NULL WHEN {small} THEN {plain} ELSE {wide} END"


def _few_digits(value: Decimal) -> str:
    """Whether all digits of a value are at most 19."""
    room = _LIMB - value.type.scale
    if room >= 0:
        return _below(value, room)
    return f"abs({value.sql}) < CAST('1e{room}' AS DECIMAL(38,{value.type.scale}))"


def digits_and_scale(value: Decimal) -> str:
    """The digits of a value without zeros behind its point, and how many of them are behind it."""
    plain = f"CAST({value.sql} AS VARCHAR)"
    if not value.type.scale:
        return _pair(plain, "0")
    return let(
        f"rtrim(rtrim({plain}, '0'), '.')",
        lambda t: _pair(
            f"coalesce(nullif(replace({t}, '.', ''), ''), '0')",
            f"CASE WHEN strpos({t}, '.') > 0 THEN length({t}) - strpos({t}, '.') ELSE 0 END",
        ),
    )


def _product(a: str, b: str, target: DecimalType) -> str:
    estimate = f"abs(CAST({a}.q AS DOUBLE) * CAST({b}.q AS DOUBLE)) < 1.1e38"
    whole = f"(CAST({a}.q AS HUGEINT) * CAST({b}.q AS HUGEINT))"
    scale = f"({a}.r + {b}.r)"
    ten = f"CAST(rpad('1', CAST(abs({scale} - {target.scale}) + 1 AS INTEGER), '0') AS HUGEINT)"

    def rescaled(v: str, power: str) -> str:
        rounded = f"sign({v}) * (abs({v}) // {power} + CASE WHEN abs({v}) % {power} >= {power} - abs({v}) % {power} "
        cut = f"CAST({rounded} THEN 1 ELSE 0 END) AS HUGEINT)"
        room = f"abs({v}) < {_power(target.precision)} // {power}"
        grown = f"CASE WHEN {room} THEN {v} * {power} END"
        moved = f"CASE WHEN {scale} = {target.scale} THEN {v} WHEN {scale} > {target.scale} THEN {cut} ELSE {grown} END"
        return f"CASE WHEN abs({v}) < {_power(_MOST)} THEN {_if_fits(moved, target)} END"

    exact = let(whole, lambda v: let(ten, lambda power: rescaled(v, power)))
    return f"CASE WHEN {estimate} AND {scale} <= {_MOST} THEN {exact} END"


def _negative(left: Decimal, right: Decimal) -> str:
    return f"(({left.sql} < 0) <> ({right.sql} < 0))"


def divided(left: Decimal, right: Decimal, target: DecimalType) -> str:
    """Return ``left / right``, NULL by zero: DuckDB's own ``/`` of decimals is a double."""
    shift = target.scale + right.type.scale - left.type.scale
    room = _MOST - 1 - shift - left.type.scale
    if shift < 0 or room <= 0 or right.type.precision >= _MOST:
        return _exactly_divided(left, right, target)
    sign = f"CAST(sign({left.sql}) * sign({right.sql}) AS HUGEINT)"

    def quotient(b: str) -> str:
        # Twice the digits by twice the divisor, and a half of that: the quotient is rounded half up at once.
        return f"({sign} * ((abs({unscaled(left)}) * {2 * 10**shift}::HUGEINT + {b}) // (2::HUGEINT * {b})))"

    quick = placed_decimal(let(f"abs({unscaled(right)})", quotient), target)
    if room >= left.type.precision - left.type.scale:
        return f"CASE WHEN {right.sql} <> 0 THEN {quick} END"
    small = f"abs({left.sql}) < CAST('{10**room}' AS DECIMAL(38,0))"
    exact = _exactly_divided(left, right, target)
    return f"CASE WHEN {right.sql} = 0 THEN NULL WHEN {small} THEN {quick} ELSE {exact} END"


def _exactly_divided(left: Decimal, right: Decimal, target: DecimalType) -> str:
    shift = target.scale + right.type.scale - left.type.scale
    estimate = f"abs(CAST({left.sql} AS DOUBLE) / CAST({right.sql} AS DOUBLE))"
    bound = f"1.1e{target.precision - target.scale}::DOUBLE"
    first, second = f"CAST(abs({unscaled(left)}) AS UHUGEINT)", f"CAST(abs({unscaled(right)}) AS UHUGEINT)"

    def quotient(a: str, b: str) -> str:
        parts = _long_division(a, b, left.type.precision, shift)
        return let(parts, lambda p: f"({p}.q + CASE WHEN {p}.r >= {b} - {p}.r THEN 1::UHUGEINT ELSE 0::UHUGEINT END)")

    whole = let(first, lambda a: let(second, lambda b: quotient(a, b)))
    signed = _signed(_negative(left, right), f"CAST({whole} AS HUGEINT)")
    return f"CASE WHEN {right.sql} = 0 THEN NULL WHEN {estimate} < {bound} THEN {_if_fits(signed, target)} END"


def averaged(total: Decimal, count: str, target: DecimalType) -> str:
    """Return a sum divided by a count above zero, which both may be aggregates: named twice, they are computed once."""
    shift = target.scale - total.type.scale
    room = _MOST - 1 - shift - total.type.scale
    exact = let(
        total.sql,
        lambda t: let(count, lambda n: divided(Decimal(t, total.type), Decimal(n, DecimalType(19, 0)), target)),
    )
    if shift < 0 or room <= 0:
        return exact
    # Twice the digits by twice the count, and a half of that: the quotient is rounded half up at once.
    doubled = f"abs({unscaled(total)}) * {2 * 10**shift}::HUGEINT + {count}"
    whole = f"(CAST(sign({total.sql}) AS HUGEINT) * (({doubled}) // (2::HUGEINT * {count})))"
    if room >= total.type.precision - total.type.scale:
        return f"CASE WHEN {count} <> 0 THEN {placed_decimal(whole, target)} END"
    small = f"abs({total.sql}) < CAST('{10**room}' AS DECIMAL(38,0))"
    return f"CASE WHEN {count} = 0 THEN NULL WHEN {small} THEN {placed_decimal(whole, target)} ELSE {exact} END"


def _pair(quotient: str, rest: str) -> str:
    return f"{{'q': {quotient}, 'r': {rest}}}"


def _long_division(a: str, b: str, digits: int, shift: int) -> str:
    """Quotient and rest of ``a`` times ``10 ** shift`` by ``b``."""
    plain = f"({a} * {_power(min(shift, _MOST), 'UHUGEINT')})"
    direct = _pair(f"{plain} // {b}", f"{plain} % {b}")
    if digits + shift <= _MOST:
        return direct
    small = f"{a} < {10 ** (_MOST - shift)}::UHUGEINT" if shift <= _MOST else "FALSE"
    start = _pair(f"{a} // {b}", f"{a} % {b}")
    by_limbs = _limb_by_limb(start, b, shift)
    by_digits = _digit_by_digit(start, b, shift)
    return (
        f"CASE WHEN {small} THEN {direct} WHEN {b} < {_power(_LIMB, 'UHUGEINT')} THEN {by_limbs} ELSE {by_digits} END"
    )


def _limb_by_limb(start: str, b: str, shift: int) -> str:
    if shift <= 0:
        return start
    step = min(shift, _LIMB)
    return _limb_by_limb(let(start, lambda p: _shifted(p, b, step)), b, shift - step)


def _shifted(p: str, b: str, step: int) -> str:
    unit = _power(step, "UHUGEINT")
    return _pair(f"{p}.q * {unit} + ({p}.r * {unit}) // {b}", f"({p}.r * {unit}) % {b}")


def _digit_by_digit(start: str, b: str, count: int) -> str:
    """Ten times a rest can pass 128 bits where the divisor has 38 digits; three times cannot, and 10 is 3 * 3 + 1."""
    nothing = _pair("0::UHUGEINT", "0::UHUGEINT")
    three = f"((s.r * 3::UHUGEINT) % {b})"
    nine = f"(({three} * 3::UHUGEINT) % {b})"
    digit = f"3::UHUGEINT * ((s.r * 3::UHUGEINT) // {b}) + ({three} * 3::UHUGEINT) // {b} + ({nine} + s.r) // {b}"
    step = _pair(f"s.q * 10::UHUGEINT + {digit}", f"({nine} + s.r) % {b}")
    return f"list_reduce([{start}] || list_transform(range({count}), lambda i: {nothing}), lambda s, i: {step})"


def remainder(left: Decimal, right: Decimal, target: DecimalType) -> str:
    """Return ``left % right`` with the sign of ``left``, NULL by zero."""
    scale = max(left.type.scale, right.type.scale)
    digits = max(left.type.precision - left.type.scale, right.type.precision - right.type.scale) + scale
    type_ = duckdb_type(target)
    if digits <= _MOST:
        return f"TRY_CAST(({left.sql} % nullif({right.sql}, 0)) AS {type_})"
    room = _MOST - scale
    wide = f"DECIMAL(38,{scale})"
    plain = f"TRY_CAST((CAST({left.sql} AS {wide}) % CAST({right.sql} AS {wide})) AS {type_})"
    small = f"{_below(left, room)} AND {_below(right, room)}" if room else "FALSE"
    return (
        f"CASE WHEN {right.sql} = 0 OR {right.sql} IS NULL THEN NULL WHEN {small} THEN {plain} "
        f"ELSE {_wide_remainder(left, right, target, scale)} END"
    )


def _wide_remainder(left: Decimal, right: Decimal, target: DecimalType, scale: int) -> str:
    """The side with fewer digits behind its point is the one that may not fit into 38 digits of the other's scale."""
    if left.type.scale == scale:
        # The divisor is larger than any number of this scale: nothing is taken away.
        return f"TRY_CAST({left.sql} AS {duckdb_type(target)})"
    first, second = f"CAST(abs({unscaled(left)}) AS UHUGEINT)", f"CAST(abs({unscaled(right)}) AS UHUGEINT)"

    def rest(a: str, b: str) -> str:
        return f"({_digit_by_digit(_pair('0::UHUGEINT', f'{a} % {b}'), b, scale - left.type.scale)}).r"

    whole = let(first, lambda a: let(second, lambda b: rest(a, b)))
    exact = Decimal("", DecimalType(38, scale))
    placed = placed_decimal(_signed(f"({left.sql} < 0)", f"CAST({whole} AS HUGEINT)"), exact.type)
    return f"TRY_CAST({placed} AS {duckdb_type(target)})"
