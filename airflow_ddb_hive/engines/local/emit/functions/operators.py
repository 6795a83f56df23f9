"""Operators: arithmetic that wraps, division that gives NULL, three-valued logic, patterns, membership."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.casts import emit_cast, kind_of
from airflow_ddb_hive.engines.local.emit.functions.decimals import (
    Decimal,
    as_decimal_type,
    divided,
    is_plain,
    product,
    remainder,
    sum_of,
)
from airflow_ddb_hive.engines.local.emit.functions.emitter import Emitter, form
from airflow_ddb_hive.engines.local.emit.functions.temporal import is_temporal, temporal_arithmetic
from airflow_ddb_hive.engines.local.emit.sql import let, text, wrap
from airflow_ddb_hive.engines.local.physical import duckdb_type, quoted_field
from airflow_ddb_hive.hiveql.functions.conversion import comparison_type
from airflow_ddb_hive.hiveql.tree import Call, Cast, ColumnRef, Expression, Literal
from airflow_ddb_hive.model.types import DOUBLE, TIMESTAMP, ArrayType, DecimalType

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["OPERATORS", "like_pattern"]

_MOST_DIGITS = 38
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
    def body(left: Decimal, right: Decimal, target: DecimalType) -> str:
        return product(left, right, target) if symbol == "*" else sum_of(symbol, left, right, target)

    left, right = (as_decimal_type(argument.type) for argument in call.arguments)
    if is_plain(symbol, left, right):
        return body(Decimal(arguments[0], left), Decimal(arguments[1], right), as_decimal_type(call.type))
    return _operands(call, arguments, body)


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


_EQUAL = ("=", "IS NOT DISTINCT FROM")
_DIGITS = r"(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
_WHOLE = re.compile(rf"[+-]?{_DIGITS}")
_FLOATING = re.compile(rf"[\x00-\x20]*[+-]?(NaN|Infinity|{_DIGITS}[fFdD]?)[\x00-\x20]*")


_FORMS = {**dict.fromkeys((*_SMALL, "bigint"), _WHOLE), "float": _FLOATING, "double": _FLOATING}


def _is_column_beside_no_number(call: Call) -> bool:
    """Whether a column of numbers is compared with a constant text that is none: Hive says false, even for NULL."""
    for one, other in (call.arguments, call.arguments[::-1]):
        text_of = one.operand if isinstance(one, Cast) else one
        column = other.operand if isinstance(other, Cast) else other
        if isinstance(text_of, Literal) and isinstance(text_of.value, str) and one.type == DOUBLE:
            form = _FORMS.get(str(column.type))
            return isinstance(column, ColumnRef) and form is not None and not form.fullmatch(text_of.value)
    return False


def _comparison(symbol: str) -> Emitter:
    def emit(call: Call, arguments: Sequence[str]) -> str:
        if symbol in _EQUAL and _is_column_beside_no_number(call):
            return "FALSE"
        types = [argument.type for argument in call.arguments]
        decimals = [type_ for type_ in types if isinstance(type_, DecimalType)]
        scale = max((type_.scale for type_ in decimals), default=0)
        # A common type of both is what DuckDB's scans take filters in: only what has none is taken apart.
        if len(decimals) == len(types) and max(one.precision - one.scale for one in decimals) + scale > _MOST_DIGITS:
            arguments = [_parted(sql, scale) for sql in arguments]
        compared = f"({arguments[0]} {symbol} {arguments[1]})"
        if symbol in _ORDERS and TIMESTAMP in types and not all(_COLUMN.search(sql) for sql in arguments):
            # DuckDB makes BETWEEN of two bounds by constants, and has none for a struct.
            return f"coalesce({compared}, NULL)"
        return compared

    return emit


_ORDERS = frozenset({"<", "<=", ">", ">="})
_COLUMN = re.compile(r"\bt\d+\.c\d+")
_EQUALS = _comparison("=")
_NULL_SAFE = _comparison("IS NOT DISTINCT FROM")


def _null_safe(call: Call, arguments: Sequence[str]) -> str:
    """NULL is asked for before text is converted to the other side's type."""
    left, right = (argument.type for argument in call.arguments)
    common = comparison_type(left, right)
    if kind_of(left) == kind_of(right) or common is None or "text" not in (kind_of(left), kind_of(right)):
        return _NULL_SAFE(call, arguments)
    casts = tuple(Cast(common, argument.position, argument) for argument in call.arguments)
    values = [emit_cast(sql, type_, common) for sql, type_ in zip(arguments, (left, right), strict=True)]
    equal = _EQUALS(Call(call.type, call.position, "=", casts), values)
    absent = [f"{sql} IS NULL" for sql in arguments]
    return (
        f"CASE WHEN {absent[0]} AND {absent[1]} THEN TRUE WHEN {absent[0]} OR {absent[1]} THEN FALSE ELSE {equal} END"
    )


def _parted(sql: str, scale: int) -> str:
    """A decimal as its whole part and its fraction, which compare as the number does; 38 digits would not do."""

    def parts(v: str) -> str:
        whole = f"CAST(trunc({v}) AS DECIMAL(38,0))"
        fraction = f"CAST({v} - trunc({v}) AS DECIMAL(38,{scale}))"
        return f"CASE WHEN {v} IS NOT NULL THEN {{'w': {whole}, 'f': {fraction}}} END"

    return let(sql, parts)


def _and(call: Call, arguments: Sequence[str]) -> str:
    """Three-valued; BETWEEN, whose comparisons both have its own place, looks at the second only after a true one."""
    parts = call.arguments
    names = [part.function if isinstance(part, Call) else "" for part in parts]
    if names == [">=", "<="] and all(part.position == call.position for part in parts) and not _is_known(parts[0]):
        low, high = arguments
        return f"CASE {low} WHEN TRUE THEN {high} WHEN FALSE THEN FALSE END"
    return f"({' AND '.join(arguments)})"


def _is_known(low: Expression) -> bool:
    """Whether a lower bound is a constant that is no NULL: then both comparisons are NULL for the same rows."""
    bound = low.arguments[1] if isinstance(low, Call) else low
    if not isinstance(bound, Cast):
        return isinstance(bound, Literal) and bound.value is not None
    value = bound.operand.value if isinstance(bound.operand, Literal) else None
    if value is None or isinstance(value, str):
        return False
    if isinstance(bound.type, DecimalType):
        return isinstance(value, int) and abs(value) < 10 ** (bound.type.precision - bound.type.scale)
    return bound.type == DOUBLE


def _or(_call: Call, arguments: Sequence[str]) -> str:
    return f"({' OR '.join(arguments)})"


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


def _like_many(word: str) -> Emitter:
    """LIKE ANY and LIKE ALL are NULL as soon as one pattern is."""

    def emit(call: Call, arguments: Sequence[str]) -> str:
        value, pairs = call.arguments[0], zip(call.arguments[1:], arguments[1:], strict=True)
        found = [
            _like(Call(call.type, call.position, "like", (value, pattern)), (arguments[0], sql))
            for pattern, sql in pairs
        ]
        known = " AND ".join(f"{sql} IS NOT NULL" for sql in arguments)
        return f"CASE WHEN {known} THEN {f' {word} '.join(found)} END"

    return emit


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
        return f"({container})[{let(place, lambda p: f'CASE WHEN {p} >= 0 THEN CAST({p} AS BIGINT) + 1 END')}]"
    return f"({container})[{place}]"


def _field(call: Call, arguments: Sequence[str]) -> str:
    name = call.arguments[1]
    assert isinstance(name, Literal)  # noqa: S101 (the binder took nothing else)
    column = quoted_field(str(name.value).lower())
    if isinstance(call.arguments[0].type, ArrayType):
        return f"list_transform({arguments[0]}, lambda f: f.{column})"
    return f"({arguments[0]}).{column}"


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
    "<=>": _null_safe,
    "and": _and,
    "or": _or,
    "not": form("(NOT {0})"),
    "isnull": form("({0} IS NULL)"),
    "isnotnull": form("({0} IS NOT NULL)"),
    "istrue": form("({0} IS TRUE)"),
    "isfalse": form("({0} IS FALSE)"),
    "isnottrue": form("({0} IS NOT TRUE)"),
    "isnotfalse": form("({0} IS NOT FALSE)"),
    "like": _like,
    "likeall": _like_many("AND"),
    "likeany": _like_many("OR"),
    "in": _in,
    "concat": _concat,
    "narrow_add": form("({0} + {1})"),
    "narrow_multiply": form("({0} * {1})"),
    "narrow_subtract": form("({0} - {1})"),
    "index": _index,
    "field": _field,
}
"""Operators by the names that bound calls carry."""
