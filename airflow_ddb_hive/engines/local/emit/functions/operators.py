"""Operators: arithmetic that wraps, division that gives NULL, three-valued logic, patterns, membership."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.functions.decimals import (
    Decimal,
    as_decimal_type,
    divided,
    product,
    remainder,
    sum_of,
)
from airflow_ddb_hive.engines.local.emit.functions.emitter import Emitter, form
from airflow_ddb_hive.engines.local.emit.functions.temporal import is_temporal, temporal_arithmetic
from airflow_ddb_hive.engines.local.emit.sql import let, text, wrap
from airflow_ddb_hive.engines.local.physical import duckdb_type, quoted_field
from airflow_ddb_hive.errors import UnsupportedSqlError
from airflow_ddb_hive.hiveql.tree import Call, Literal
from airflow_ddb_hive.model.types import ArrayType, DecimalType

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["OPERATORS", "REGEX_REFUSED", "like_pattern"]

_SMALL = ("tinyint", "smallint", "int")


def _arithmetic(symbol: str) -> Emitter:
    def emit(call: Call, arguments: Sequence[str]) -> str:
        if is_temporal(call):
            return temporal_arithmetic(symbol, call, arguments)
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


def _operands(call: Call, arguments: Sequence[str], body: Callable[[Decimal, Decimal, DecimalType], str]) -> str:
    """A formula over two decimals, each computed once."""
    left, right = (as_decimal_type(argument.type) for argument in call.arguments)
    target = as_decimal_type(call.type)
    return let(arguments[0], lambda a: let(arguments[1], lambda b: body(Decimal(a, left), Decimal(b, right), target)))


def _decimal(symbol: str, call: Call, arguments: Sequence[str]) -> str:
    if symbol == "*":
        return _operands(call, arguments, product)
    return _operands(call, arguments, lambda a, b, target: sum_of(symbol, a, b, target))


def _divide(call: Call, arguments: Sequence[str]) -> str:
    if isinstance(call.type, DecimalType):
        return _operands(call, arguments, divided)
    return f"({arguments[0]} / nullif({arguments[1]}, 0))"


def _modulo(call: Call, arguments: Sequence[str]) -> str:
    if isinstance(call.type, DecimalType):
        return _operands(call, arguments, remainder)
    if str(call.type) in ("float", "double"):
        return f"({arguments[0]} % nullif({arguments[1]}, 0))"

    def rest(a: str, b: str) -> str:
        # DuckDB's remainder of the smallest number by -1 overflows.
        return f"CASE WHEN {b} = -1 THEN {a} & 0 ELSE {a} % nullif({b}, 0) END"

    whole = let(arguments[0], lambda a: let(arguments[1], lambda b: rest(a, b)))
    return f"CAST({whole} AS {duckdb_type(call.type)})"


def _pmod(call: Call, arguments: Sequence[str]) -> str:
    if isinstance(call.type, DecimalType):
        return _operands(call, arguments, _positive_remainder)
    left, right = arguments
    name = str(call.type)
    if name in ("float", "double"):
        return let(f"nullif({right}, 0)", lambda b: f"((({left} % {b}) + {b}) % {b})")
    wide = "HUGEINT" if name == "bigint" else "BIGINT"

    def positive(b: str) -> str:
        # Java's sum of the first remainder and the divisor wraps.
        total = wrap(f"CAST({left} AS {wide}) % {b} + {b}", name)
        return f"CAST({total} % {b} AS {duckdb_type(call.type)})"

    return let(f"CAST(nullif({right}, 0) AS {wide})", positive)


def _positive_remainder(left: Decimal, right: Decimal, target: DecimalType) -> str:
    rest = remainder(left, right, DecimalType(38, max(left.type.scale, right.type.scale)))
    kept = f"CASE WHEN {{r}} = 0 OR ({{r}} < 0) = ({right.sql} < 0) THEN {{r}} ELSE {{r}} + {right.sql} END"
    return f"TRY_CAST({let(rest, lambda r: kept.format(r=r))} AS {duckdb_type(target)})"


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
