"""Operators: arithmetic that wraps, division that gives NULL, three-valued logic, patterns, membership."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.functions.emitter import Emitter, form
from airflow_ddb_hive.engines.local.emit.sql import let, placed, text, wrap
from airflow_ddb_hive.engines.local.physical import duckdb_type, quoted_field
from airflow_ddb_hive.errors import UnsupportedSqlError
from airflow_ddb_hive.hiveql.tree import Call, Literal
from airflow_ddb_hive.model.types import ArrayType, DecimalType, HiveType

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["OPERATORS", "REGEX_REFUSED", "like_pattern"]

_MOST_DIGITS = 38
_SMALL = ("tinyint", "smallint", "int")


def _is_integer(type_: HiveType) -> bool:
    return str(type_) in (*_SMALL, "bigint")


def _temporal(call: Call) -> bool:
    return any(str(a.type).startswith(("interval", "date", "timestamp")) for a in call.arguments)


def _arithmetic(symbol: str) -> Emitter:
    def emit(call: Call, arguments: Sequence[str]) -> str:
        if _temporal(call):
            raise UnsupportedSqlError(f"'{symbol}' on dates and intervals is not supported: use date_add or add_months")
        left, right = arguments
        name = str(call.type)
        if name in _SMALL:
            return wrap(f"CAST({left} AS BIGINT) {symbol} CAST({right} AS BIGINT)", name)
        if name == "bigint":
            return let(left, lambda a: let(right, lambda b: _bigint(symbol, a, b)))
        if isinstance(call.type, DecimalType):
            return _decimal(symbol, call, arguments)
        return f"({left} {symbol} {right})"

    return emit


def _bigint(symbol: str, a: str, b: str) -> str:
    """Plain arithmetic where no overflow can happen; 128 bits, cut to 64, elsewhere."""
    bound = 1 << (31 if symbol == "*" else 62)
    safe = f"{a} BETWEEN -{bound} AND {bound - 1} AND {b} BETWEEN -{bound} AND {bound - 1}"
    wide = f"CAST({a} AS HUGEINT) {symbol} CAST({b} AS HUGEINT)"
    masked = f"(({wide}) & {(1 << 64) - 1}::HUGEINT)" if symbol == "*" else wide
    wrapped = wrap(masked, "bigint")
    return f"CASE WHEN {safe} THEN {a} {symbol} {b} ELSE {wrapped} END"


def _scale(type_: HiveType) -> int:
    return type_.scale if isinstance(type_, DecimalType) else 0


def _digits(type_: HiveType) -> int:
    return type_.precision if isinstance(type_, DecimalType) else 19


def _decimal(symbol: str, call: Call, arguments: Sequence[str]) -> str:
    left, right = (argument.type for argument in call.arguments)
    target = duckdb_type(call.type)
    if symbol == "*":
        needed, scale = _digits(left) + _digits(right), _scale(left) + _scale(right)
    else:
        scale = max(_scale(left), _scale(right))
        needed = max(_digits(left) - _scale(left), _digits(right) - _scale(right)) + scale + 1
    if needed <= _MOST_DIGITS:
        wide = f"CAST({arguments[0]} AS DECIMAL(38,{_scale(left)}))" if symbol == "*" else arguments[0]
        return f"TRY_CAST({wide} {symbol} {arguments[1]} AS {target})"
    wide_left = f"CAST({arguments[0]} AS DECIMAL(38,{_scale(left)}))"
    exact = f"{wide_left} {symbol} CAST({arguments[1]} AS DECIMAL(38,{_scale(right)}))"
    if symbol == "*" and scale > _MOST_DIGITS:
        raise UnsupportedSqlError(f"the product of {left} and {right} has more than 38 digits: cast to fewer first")
    return _loud_decimal(f"({exact})", call)


def _loud_decimal(sql: str, call: Call) -> str:
    """38 digits while they last: DuckDB fails where they do not, which is better than a wrong number."""
    return f"TRY_CAST({sql} AS {duckdb_type(call.type)})"


def _divide(call: Call, arguments: Sequence[str]) -> str:
    left, right = arguments
    if not isinstance(call.type, DecimalType):
        return f"({left} / nullif({right}, 0))"
    # DuckDB's / on decimals is a double: the quotient is made of whole numbers instead, one digit more than asked for.
    shift = call.type.scale + _scale(call.arguments[1].type) - _scale(call.arguments[0].type)
    digits = _digits(call.arguments[0].type) + max(shift, 0)
    if digits > _MOST_DIGITS or shift < 0:
        raise UnsupportedSqlError(
            f"{call.arguments[0].type} / {call.arguments[1].type} needs more than 38 digits: "
            "cast to fewer, or to double"
        )
    return let(left, lambda a: let(right, lambda b: _quotient(call, a, b, shift)))


def _quotient(call: Call, a: str, b: str, shift: int) -> str:
    upper = f"(CAST(abs({_unscaled(a, call.arguments[0].type)}) AS HUGEINT) * {10**shift}::HUGEINT)"
    lower = f"CAST(abs({_unscaled(b, call.arguments[1].type)}) AS HUGEINT)"
    assert isinstance(call.type, DecimalType)  # noqa: S101 (the binder took nothing else)
    whole = f"({upper} // {lower} + CASE WHEN 2 * ({upper} % {lower}) >= {lower} THEN 1 ELSE 0 END)"
    signed = f"(CASE WHEN ({a} < 0) <> ({b} < 0) THEN -{whole} ELSE {whole} END)"
    pointed = placed(signed, call.type.scale)
    return f"CASE WHEN {b} = 0 THEN NULL ELSE TRY_CAST({pointed} AS {duckdb_type(call.type)}) END"


def _unscaled(sql: str, type_: HiveType) -> str:
    scale = _scale(type_)
    return f"CAST(replace(CAST({sql} AS VARCHAR), '.', '') AS HUGEINT)" if scale else f"CAST({sql} AS HUGEINT)"


def _modulo(call: Call, arguments: Sequence[str]) -> str:
    left, right = arguments
    if str(call.type) in ("float", "double"):
        return f"({left} % nullif({right}, 0))"
    remainder = f"({left} % nullif({right}, 0))"
    return f"TRY_CAST({remainder} AS {duckdb_type(call.type)})"


def _pmod(call: Call, arguments: Sequence[str]) -> str:
    left, right = arguments

    def positive(b: str) -> str:
        return f"((({left} % {b}) + {b}) % {b})"

    return f"CAST({let(f'nullif({right}, 0)', positive)} AS {duckdb_type(call.type)})"


def _div(_call: Call, arguments: Sequence[str]) -> str:
    left, right = arguments
    return let(
        right,
        lambda b: (
            f"CASE WHEN {b} = 0 THEN CAST(error('/ by zero') AS BIGINT) WHEN {b} = -1 THEN "
            f"{wrap(f'-CAST({left} AS HUGEINT)', 'bigint')} ELSE {left} // {b} END"
        ),
    )


def _negative(call: Call, arguments: Sequence[str]) -> str:
    name = str(call.type)
    if name in _SMALL:
        return wrap(f"-CAST({arguments[0]} AS BIGINT)", name)
    if name == "bigint":
        return wrap(f"-CAST({arguments[0]} AS HUGEINT)", name)
    return f"(-({arguments[0]}))"


def _comparison(symbol: str) -> Emitter:
    return form(f"({{0}} {symbol} {{1}})")


def _logical(word: str) -> Emitter:
    return lambda _call, arguments: f"({f' {word} '.join(arguments)})"


def like_pattern(pattern: str) -> tuple[str, bool]:
    r"""Return a LIKE pattern with ``\`` escaping only ``%``, ``_`` and itself, and whether it escapes at all.

    Example:
        >>> like_pattern(r"50\%a")
        ('50\\%a', True)
    """
    out: list[str] = []
    index = 0
    while index < len(pattern):
        character = pattern[index]
        if character == "\\" and index + 1 < len(pattern) and pattern[index + 1] in "%_":
            out.append(pattern[index : index + 2])
            index += 1
        else:
            out.append("\\\\" if character == "\\" else character)
        index += 1
    return "".join(out), "\\" in pattern


def _like(call: Call, arguments: Sequence[str]) -> str:
    pattern = call.arguments[1]
    if isinstance(pattern, Literal) and isinstance(pattern.value, str):
        like, escapes = like_pattern(pattern.value)
        return f"({arguments[0]} LIKE {text(like)}" + (r" ESCAPE '\')" if escapes else ")")
    doubled = f"regexp_replace({arguments[1]}, '\\\\([^%_]|$)', '\\\\\\\\\\1', 'g')"
    return rf"({arguments[0]} LIKE {doubled} ESCAPE '\')"


REGEX_REFUSED = ("(?=", "(?!", "(?<=", "(?<!", "(?>", "*+", "++", "?+", r"\Z", "&&", r"\G")
"""What Java's regular expressions have and DuckDB's (RE2) do not; RE2 itself refuses back references."""


def _rlike(call: Call, arguments: Sequence[str]) -> str:
    pattern = call.arguments[1]
    if isinstance(pattern, Literal) and isinstance(pattern.value, str):
        for mark in REGEX_REFUSED:
            if mark in pattern.value:
                raise UnsupportedSqlError(f"the regular expression {pattern.value!r} uses {mark}: rewrite it without")
        if not pattern.value:
            return f"CASE WHEN {arguments[0]} IS NULL THEN NULL ELSE FALSE END"
    return f"regexp_matches({arguments[0]}, {arguments[1]})"


def _in(_call: Call, arguments: Sequence[str]) -> str:
    return f"({arguments[0]} IN ({', '.join(arguments[1:])}))"


def _concat(call: Call, arguments: Sequence[str]) -> str:
    return f"({' || '.join(arguments)})" if len(arguments) > 1 else f"CAST({arguments[0]} AS {duckdb_type(call.type)})"


def _index(call: Call, arguments: Sequence[str]) -> str:
    container, place = arguments
    if isinstance(call.arguments[0].type, ArrayType):
        literal = call.arguments[1]
        if isinstance(literal, Literal) and isinstance(literal.value, int) and literal.value >= 0:
            return f"({container})[{literal.value + 1}]"
        return f"({container})[{let(place, lambda p: f'CASE WHEN {p} >= 0 THEN {p} + 1 END')}]"
    return f"({container})[{place}]"


def _field(call: Call, arguments: Sequence[str]) -> str:
    name = call.arguments[1]
    assert isinstance(name, Literal)  # noqa: S101 (the binder took nothing else)
    column = quoted_field(str(name.value).lower())
    if isinstance(call.arguments[0].type, ArrayType):
        return f"list_transform({arguments[0]}, lambda f: f.{column})"
    return f"({arguments[0]}).{column}"


def _grouping(call: Call, arguments: Sequence[str]) -> str:  # noqa: ARG001 - an emitter's signature
    """Some bits of GROUPING__ID, the first argument's the highest."""
    identity, *places = arguments
    highest = len(places) - 1
    return "(" + " + ".join(f"((({identity} >> {p}) & 1) << {highest - i})" for i, p in enumerate(places)) + ")"


OPERATORS: dict[str, Emitter] = {
    "+": _arithmetic("+"),
    "-": _arithmetic("-"),
    "*": _arithmetic("*"),
    "/": _divide,
    "%": _modulo,
    "pmod": _pmod,
    "div": _div,
    "negative": _negative,
    "positive": form("{0}"),
    "&": form("({0} & {1})"),
    "|": form("({0} | {1})"),
    "^": form("xor({0}, {1})"),
    "~": form("(~({0}))"),
    "=": _comparison("="),
    "!=": _comparison("<>"),
    "<": _comparison("<"),
    "<=": _comparison("<="),
    ">": _comparison(">"),
    ">=": _comparison(">="),
    "<=>": form("({0} IS NOT DISTINCT FROM {1})"),
    "and": _logical("AND"),
    "or": _logical("OR"),
    "not": form("(NOT {0})"),
    "isnull": form("({0} IS NULL)"),
    "isnotnull": form("({0} IS NOT NULL)"),
    "istrue": form("({0} IS TRUE)"),
    "isfalse": form("({0} IS FALSE)"),
    "isnottrue": form("({0} IS NOT TRUE)"),
    "isnotfalse": form("({0} IS NOT FALSE)"),
    "like": _like,
    "rlike": _rlike,
    "in": _in,
    "concat": _concat,
    "grouping": _grouping,
    "index": _index,
    "field": _field,
}
"""Operators by the names that bound calls carry."""
