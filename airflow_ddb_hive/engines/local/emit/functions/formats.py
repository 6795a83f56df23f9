"""Numbers and values written to a pattern: CONV, CHR, FORMAT_NUMBER and PRINTF as Java has them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.casts import emit_cast, kind_of
from airflow_ddb_hive.engines.local.emit.java_text import cast_text
from airflow_ddb_hive.engines.local.emit.sql import let, text
from airflow_ddb_hive.engines.local.emit.utf16 import by_units, widened
from airflow_ddb_hive.errors import UnsupportedSqlError
from airflow_ddb_hive.hiveql.functions.constants import integer_constant
from airflow_ddb_hive.hiveql.tree import Call, Expression, Literal
from airflow_ddb_hive.model.types import BIGINT, DecimalType

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from airflow_ddb_hive.engines.local.emit.functions.emitter import Emitter

__all__ = ["FORMATS"]

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_UNSIGNED = 1 << 64
_HALF = 1 << 63
_PLAIN_DOUBLES = 1e15
_MOST_PLACES = 30
_MOST_ROUNDED = 18


def _base(expression: Expression) -> int:
    value = integer_constant(expression)
    if value is None:
        raise UnsupportedSqlError("the bases of conv must be constants")
    return value


def _conv(call: Call, arguments: Sequence[str]) -> str:
    """Digits up to the first that is none, as an unsigned number of 64 bits that stays at its largest."""
    source, target = _base(call.arguments[1]), _base(call.arguments[2])
    if not {source, abs(target)} <= set(range(2, len(_DIGITS) + 1)):
        return "CAST(NULL AS VARCHAR)"
    valid = f"^-?([{_DIGITS[:source]}]*)"

    def converted(s: str) -> str:
        digits = f"regexp_extract(upper({s}), '{valid}', 1)"
        places = f"list_transform(string_split({digits}, ''), lambda g: CAST(strpos('{_DIGITS}', g) - 1 AS HUGEINT))"
        most = f"{_UNSIGNED - 1}::HUGEINT"
        value = f"list_reduce({places}, lambda p, q: least(p * {source} + q, {most}), 0::HUGEINT)"
        whole = f"CASE WHEN {digits} = '' THEN 0::HUGEINT ELSE {value} END"
        return let(whole, lambda v: _written(v, f"starts_with({s}, '-')", target))

    return let(arguments[0], lambda s: f"CASE WHEN {s} IS NOT NULL THEN {converted(s)} END")


def _written(v: str, negative: str, target: int) -> str:
    turned = f"CASE WHEN {v} >= {_HALF}::HUGEINT THEN {_UNSIGNED}::HUGEINT - {v} ELSE {v} END"
    if target > 0:
        minus = f"CASE WHEN {v} >= {_HALF}::HUGEINT THEN {_UNSIGNED - 1}::HUGEINT WHEN {v} = 0 THEN 0::HUGEINT "
        return let(
            f"CASE WHEN {negative} THEN {minus} ELSE {_UNSIGNED}::HUGEINT - {v} END ELSE {v} END",
            lambda w: _in_base(w, target),
        )
    sign = f"CASE WHEN {negative} OR {v} >= {_HALF}::HUGEINT THEN '-' ELSE '' END"
    return f"({sign} || {let(turned, lambda w: _in_base(w, -target))})"


def _in_base(v: str, base: int) -> str:
    """The last digit apart: the largest number has 64 bits, and to_base takes 63."""
    high = f"CASE WHEN {v} >= {base} THEN to_base(CAST({v} // {base} AS BIGINT), {base}) ELSE '' END"
    return f"({high} || to_base(CAST({v} % {base} AS BIGINT), {base}))"


def _chr(call: Call, arguments: Sequence[str]) -> str:
    floating = kind_of(call.arguments[0].type) == "floating"
    value = emit_cast(arguments[0], call.arguments[0].type, BIGINT) if floating else arguments[0]
    return let(value, lambda v: f"CASE WHEN {v} < 0 THEN '' ELSE chr(CAST({v} & 255 AS INTEGER)) END")


def _grouped(plain: str) -> str:
    """Commas between thousands of a number's text."""

    def commas(t: str) -> str:
        whole = f"regexp_extract({t}, '[0-9]+')"
        parts = f"reverse(regexp_replace(reverse({whole}), '([0-9]{{3}})', '\\1,', 'g'))"
        sign = f"CASE WHEN starts_with({t}, '-') THEN '-' ELSE '' END"
        fraction = f"CASE WHEN strpos({t}, '.') > 0 THEN {t}[strpos({t}, '.'):] ELSE '' END"
        return f"({sign} || ltrim({parts}, ',') || {fraction})"

    return let(plain, commas)


def _format_number(call: Call, arguments: Sequence[str]) -> str:
    places = integer_constant(call.arguments[1])
    if places is None or not 0 <= places <= _MOST_PLACES:
        raise UnsupportedSqlError("format_number is supported with a constant number of places from 0 to 30")
    single = str(call.arguments[0].type) == "float"
    value = f"CAST({arguments[0]} AS DOUBLE)" if single else arguments[0]
    return let(value, lambda v: _number_text(v, call.arguments[0], places))


def _number_text(v: str, argument: Expression, places: int) -> str:
    zeros = f".{'0' * places}" if places else ""
    if kind_of(argument.type) == "integer":
        return f"({_grouped(f'CAST({v} AS VARCHAR)')} || '{zeros}')"
    if isinstance(argument.type, DecimalType):
        kept = min(places, argument.type.scale)
        rounded = f"CAST(round_even({v}, {kept}) AS DECIMAL(38,{kept}))" if kept < argument.type.scale else v
        padding = "0" * (places - kept)
        point = "." if places and not kept else ""
        return f"({_grouped(_leading(f'CAST({rounded} AS VARCHAR)'))} || '{point}{padding}')"
    # Java takes the shortest digits of a large double, and zeros.
    digits = f"replace(split_part(CAST(abs({v}) AS VARCHAR), 'e', 1), '.', '')"
    exponent = f"CAST(split_part(CAST(abs({v}) AS VARCHAR), 'e', 2) AS INTEGER)"
    large = f"(CASE WHEN {v} < 0 THEN '-' ELSE '' END || rpad({digits}, {exponent} + 1, '0') || '{zeros}')"
    short = f"CAST(abs({v}) AS VARCHAR) LIKE '%e%'"
    whole = f"CASE WHEN {short} THEN {large} ELSE printf('%.{places}f', CAST({v} AS DOUBLE)) END"
    printed = f"printf('%.{places}f', CAST({v} AS DOUBLE))"
    plain = f"CASE WHEN abs({v}) < {_PLAIN_DOUBLES}::DOUBLE THEN {printed} ELSE {whole} END"
    infinite = f"CASE WHEN {v} < 0 THEN '-' ELSE '' END || chr(8734)"
    return (
        f"CASE WHEN {v} IS NULL THEN NULL WHEN isnan({v}) THEN 'NaN' WHEN isinf({v}) THEN {infinite} "
        f"ELSE {_grouped(plain)} END"
    )


def _leading(plain: str) -> str:
    return f"regexp_replace({plain}, '^(-?)[.]', '\\10.')"


_SPEC = re.compile(
    r"%(?:(?P<index>\d+)\$)?(?P<flags>[-+ 0,]*)(?P<width>\d+)?(?:\.(?P<precision>\d+))?(?P<kind>[a-zA-Z%])"
)


def _printf(call: Call, arguments: Sequence[str]) -> str:
    pattern = call.arguments[0]
    if not isinstance(pattern, Literal) or not isinstance(pattern.value, str):
        raise UnsupportedSqlError("the format of printf must be a constant string")
    parts: list[str] = []
    end, following = 0, 1
    for match in _SPEC.finditer(pattern.value):
        _no_percent(pattern.value[end : match.start()])
        parts.append(text(pattern.value[end : match.start()]))
        end = match.end()
        if match["kind"] in "%n":
            parts.append(text("%" if match["kind"] == "%" else "\n"))
            continue
        place = int(match["index"]) if match["index"] else following
        following += not match["index"]
        if not 1 <= place < len(arguments):
            raise UnsupportedSqlError(f"printf has no argument {place} for {match.group()!r}")
        parts.append(_field(match, call.arguments[place], arguments[place]))
    _no_percent(pattern.value[end:])
    parts.append(text(pattern.value[end:]))
    return f"({' || '.join(parts)})"


def _no_percent(rest: str) -> None:
    if "%" in rest:
        raise UnsupportedSqlError(f"printf cannot read {rest!r} in its format")


def _field(match: re.Match[str], argument: Expression, sql: str) -> str:
    width = int(match["width"] or 0)
    value = f"coalesce({let(sql, lambda v: _converted(match, argument, v))}, {text(_absent(match))})"
    if not width:
        return value
    side = "rpad" if "-" in match["flags"] else "lpad"
    return let(value, lambda v: _padded(v, side, width))


def _padded(v: str, side: str, width: int) -> str:
    """Wide as Java counts: a character beyond U+FFFF is two units."""
    size = f"CASE WHEN strlen({v}) = length({v}) THEN length({v}) ELSE length({widened(v)}) END"
    wanted = f"CAST({width} + length({v}) - {size} AS INTEGER)"
    return f"CASE WHEN {size} >= {width} THEN {v} ELSE {side}({v}, {wanted}, ' ') END"


def _absent(match: re.Match[str]) -> str:
    """What stands for NULL, cut to the precision."""
    word = "false" if match["kind"] == "b" else "null"
    return word[: int(match["precision"])] if match["precision"] else word


def _converted(match: re.Match[str], argument: Expression, v: str) -> str:
    kind, source = match["kind"], kind_of(argument.type)
    writer = _WRITERS.get((kind.lower(), source)) or _WRITERS.get((kind.lower(), ""))
    if writer is None or kind in "DFO":
        raise UnsupportedSqlError(f"printf with {match.group()!r} of {argument.type} is not supported")
    written = writer(match, argument, v)
    return f"upper({written})" if kind in "SBXE" else written


def _string(match: re.Match[str], argument: Expression, v: str) -> str:
    lower = kind_of(argument.type) == "boolean"
    plain = f"lower({cast_text(v, argument.type)})" if lower else cast_text(v, argument.type)
    precision = match["precision"]
    return by_units(plain, lambda t: f"left({t}, {precision})") if precision else plain


def _boolean(_match: re.Match[str], argument: Expression, v: str) -> str:
    if kind_of(argument.type) == "boolean":
        return f"CAST({v} AS VARCHAR)"
    return f"CASE WHEN {v} IS NOT NULL THEN 'true' END"


def _unsigned(v: str, argument: Expression) -> str:
    bits = 64 if str(argument.type) == "bigint" else 32
    return f"(CAST({v} AS HUGEINT) & {(1 << bits) - 1}::HUGEINT)"


def _decimal_digits(match: re.Match[str], _argument: Expression, v: str) -> str:
    return _signed(f"CAST({v} AS VARCHAR)", v, match["flags"], int(match["width"] or 0))


def _point(match: re.Match[str], argument: Expression, v: str) -> str:
    fixed = _fixed(v, kind_of(argument.type), int(match["precision"] or 6))
    return _signed(fixed, v, match["flags"], int(match["width"] or 0))


def _exponent(match: re.Match[str], _argument: Expression, v: str) -> str:
    written = f"printf('%.{int(match['precision'] or 6)}e', CAST({v} AS DOUBLE))"
    return _signed(written, v, match["flags"], int(match["width"] or 0))


_WRITERS: dict[tuple[str, str], Callable[[re.Match[str], Expression, str], str]] = {
    ("b", ""): _boolean,
    ("c", "integer"): lambda _match, _argument, v: f"chr(CAST({v} AS INTEGER))",
    ("d", "integer"): _decimal_digits,
    ("e", "floating"): _exponent,
    ("f", "decimal"): _point,
    ("f", "floating"): _point,
    ("o", "integer"): lambda _match, argument, v: let(_unsigned(v, argument), lambda w: _in_base(w, 8)),
    ("s", ""): _string,
    ("x", "integer"): lambda _match, argument, v: f"lower(to_hex({_unsigned(v, argument)}))",
}
"""Conversions by their letter and the kind of value, or any."""


def _fixed(v: str, source: str, places: int) -> str:
    if places > _MOST_ROUNDED:
        raise UnsupportedSqlError("printf is supported with up to 18 places behind the point")
    if source == "decimal":
        return _leading(f"CAST(CAST({v} AS DECIMAL(38,{places})) AS VARCHAR)")
    rounded = f"CAST(TRY_CAST(CAST({v} AS VARCHAR) AS DECIMAL(38,{places})) AS VARCHAR)"
    sign = f"CASE WHEN {v} < 0 AND NOT starts_with({rounded}, '-') THEN '-' ELSE '' END"
    special = f"CASE WHEN {v} > 0 THEN 'Infinity' ELSE '-Infinity' END"
    return (
        f"CASE WHEN isnan({v}) THEN 'NaN' WHEN isinf({v}) THEN {special} "
        f"WHEN {rounded} IS NULL THEN printf('%.{places}f', CAST({v} AS DOUBLE)) ELSE {sign} || {rounded} END"
    )


def _signed(plain: str, v: str, flags: str, width: int) -> str:
    written = _grouped(plain) if "," in flags else plain
    if "+" in flags or " " in flags:
        written = f"CASE WHEN {v} >= 0 THEN '{'+' if '+' in flags else ' '}' ELSE '' END || {written}"
    if "0" not in flags or not width:
        return written

    def zeros(t: str) -> str:
        sign = f"regexp_extract({t}, '^[-+ ]?')"
        return f"({sign} || repeat('0', greatest({width} - length({t}), 0)) || {t}[length({sign}) + 1:])"

    return let(written, zeros)


FORMATS: dict[str, Emitter] = {
    "chr": _chr,
    "conv": _conv,
    "format_number": _format_number,
    "printf": _printf,
}
"""Formatting functions by the names that bound calls carry."""
