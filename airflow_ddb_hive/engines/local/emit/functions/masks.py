"""Values made unreadable: MASK and its kin, for text, whole numbers and dates."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.casts import kind_of
from airflow_ddb_hive.engines.local.emit.functions.urls import parse_url, soundex
from airflow_ddb_hive.engines.local.emit.sql import let, text, wrap
from airflow_ddb_hive.engines.local.emit.utf16 import by_units
from airflow_ddb_hive.engines.local.physical import duckdb_type
from airflow_ddb_hive.errors import UnsupportedSqlError
from airflow_ddb_hive.hiveql.functions.constants import integer_constant
from airflow_ddb_hive.hiveql.tree import Call, Cast, Expression, Literal
from airflow_ddb_hive.model.types import CharType

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from airflow_ddb_hive.engines.local.emit.functions.emitter import Emitter

__all__ = ["MASKS"]

_CLASSES = (("\\p{Lu}", "X"), ("\\p{Ll}", "x"), ("\\p{Nd}", "n"), ("", None))
_UNMASKED = -1
_PLACEHOLDER = 0xE000
_DEFAULT_LENGTH = 4
_DAY, _MONTH, _YEAR = 1, 0, 1
_MOST_DAY, _MOST_MONTH, _MOST_YEAR = 31, 11, 9999


def _constant(arguments: Sequence[Expression], index: int) -> str | int | None:
    """A constant argument's value; what is no constant counts as not given, as in Hive."""
    if index >= len(arguments):
        return None
    whole = integer_constant(arguments[index])
    if whole is not None:
        return whole
    given = arguments[index]
    if isinstance(given, Cast):
        given = given.operand
    return given.value if isinstance(given, Literal) and isinstance(given.value, str) else None


def _letter(arguments: Sequence[Expression], index: int, default: str | None) -> str | None:
    given = _constant(arguments, index)
    if isinstance(given, int):
        return None if given == _UNMASKED else chr(given & 0xFFFF)
    return given[0] if given else default


def _whole(arguments: Sequence[Expression], index: int, most: int, default: int, *, keeps: bool = True) -> int:
    """A number from 0 to ``most``, or -1 where the value may be kept; the default for any other."""
    given = _constant(arguments, index)
    if isinstance(given, str):
        try:
            given = int(given)
        except ValueError as error:
            raise UnsupportedSqlError(f"mask takes a number here, not {given!r}") from error
    if given is None or not (0 <= given <= most or (given == _UNMASKED and keeps)):
        return default
    return given


def _text_masker(call: Call, first: int) -> Callable[[str], str]:
    """Replaces classes of characters by letters: by private ones first, so that no letter is replaced twice."""
    letters = [_letter(call.arguments, first + i, default) for i, (_, default) in enumerate(_CLASSES)]
    known = "".join(name for name, _ in _CLASSES) + f"\\x{{{_PLACEHOLDER:X}}}-\\x{{{_PLACEHOLDER + 3:X}}}"

    def masked(sql: str) -> str:
        for i, (characters, _) in enumerate(_CLASSES):
            wanted = f"[{characters}]" if characters else f"[^{known}]"
            if letters[i] is not None:
                sql = f"regexp_replace({sql}, '{wanted}', chr({_PLACEHOLDER + i}), 'g')"
        for i, letter in enumerate(letters):
            if letter is not None:
                sql = f"replace({sql}, chr({_PLACEHOLDER + i}), {text(letter)})"
        return sql

    return masked


def _masked_text(call: Call, sql: str, first: int, body: Callable[[str, Callable[[str], str]], str]) -> str:
    """A CHAR is masked with its trailing spaces."""
    type_ = call.arguments[0].type
    if isinstance(type_, CharType):
        padded = let(sql, lambda s: f"rpad({s}, {type_.length}, ' ')")
        return f"rtrim({by_units(padded, lambda s: body(s, _text_masker(call, first)))}, ' ')"
    return by_units(sql, lambda s: body(s, _text_masker(call, first)))


def _masked_number(call: Call, sql: str, digit_index: int, keeps: Callable[[str], str]) -> str:
    """Digits replaced, from a decimal text and back; the sum wraps as Java's does. ``keeps`` cuts what is replaced."""
    digit = _whole(call.arguments, digit_index, 9, 1, keeps=False)
    name = str(call.type)

    def changed(v: str) -> str:
        digits = let(f"CAST(abs(CAST({v} AS HUGEINT)) AS VARCHAR)", keeps)
        magnitude = f"CAST({digits.replace('#', str(digit))} AS HUGEINT)"
        sign = f"CASE WHEN {v} < 0 THEN -1 ELSE 1 END"
        return f"CASE WHEN {v} = 0 THEN {v} ELSE {_wrapped(f'{sign} * {magnitude}', name)} END"

    return let(sql, changed)


def _wrapped(sql: str, name: str) -> str:
    bits = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}[name]
    return wrap(f"(({sql}) & {(1 << bits) - 1}::HUGEINT)", name)


def _masked_date(call: Call, sql: str, first: int) -> str:
    """A day, month (from 0) and year in the place of the date's own; a day too many goes into the next month."""
    day = _whole(call.arguments, first, _MOST_DAY, _DAY) or _DAY
    month = _whole(call.arguments, first + 1, _MOST_MONTH, _MONTH)
    year = _whole(call.arguments, first + 2, _MOST_YEAR, _YEAR) or _YEAR
    if _UNMASKED not in (day, month, year):
        constant = date(year, month + 1, 1).toordinal() + day - 1
        shown = date.fromordinal(constant).isoformat()
        return f"CASE WHEN {sql} IS NOT NULL THEN CAST('{shown}' AS DATE) END"

    def parts(v: str) -> str:
        years = f"year({v})" if year == _UNMASKED else str(year)
        months = f"month({v})" if month == _UNMASKED else str(month + 1)
        days = f"day({v})" if day == _UNMASKED else str(day)
        shown = f"CAST(make_date({years}, {months}, 1) + CAST({days} - 1 AS INTEGER) AS DATE)"
        return f"CASE WHEN {v} IS NOT NULL THEN {shown} END"

    return let(sql, parts)


def _digits(digits: str) -> str:
    """Each digit as ``#``, which stands for the masking one."""
    return f"repeat('#', length({digits}))"


def _no_mask(call: Call) -> str:
    return f"CAST(NULL AS {duckdb_type(call.type)})"


def _mask(call: Call, arguments: Sequence[str]) -> str:
    match kind_of(call.arguments[0].type):
        case "text":
            return _masked_text(call, arguments[0], 1, lambda s, mask: mask(s))
        case "integer":
            return _masked_number(call, arguments[0], 5, _digits)
        case "date":
            return _masked_date(call, arguments[0], 6)
    return _no_mask(call)


def _mask_part(*, last: bool, shows: bool) -> Emitter:
    def split(s: str, count: int, masked: Callable[[str], str]) -> str:
        cut = f"greatest(length({s}) - {count}, 0)" if last else f"{count}"
        head, tail = f"left({s}, {cut})", f"{s}[{cut} + 1:]"
        masks_head = last == shows
        return f"({masked(head) if masks_head else head} || {tail if masks_head else masked(tail)})"

    def emit(call: Call, arguments: Sequence[str]) -> str:
        count = _count(call)
        match kind_of(call.arguments[0].type):
            case "text":
                return _masked_text(call, arguments[0], 2, lambda s, mask: split(s, count, mask))
            case "integer":
                return _masked_number(call, arguments[0], 6, lambda s: split(s, count, _digits))
            case "date":
                return _masked_date(call, arguments[0], 7)
        return _no_mask(call)

    return emit


def _count(call: Call) -> int:
    given = _constant(call.arguments, 1)
    if isinstance(given, str):
        given = int(given) if given.strip().lstrip("+-").isdigit() else None
    return max(_DEFAULT_LENGTH if given is None else given, 0)


def _mask_hash(call: Call, arguments: Sequence[str]) -> str:
    type_ = call.arguments[0].type
    if kind_of(type_) != "text":
        return _no_mask(call)
    padded = f"rpad({arguments[0]}, {type_.length}, ' ')" if isinstance(type_, CharType) else arguments[0]
    return f"sha256({padded})"


MASKS: dict[str, Emitter] = {
    "mask": _mask,
    "mask_first_n": _mask_part(last=False, shows=False),
    "mask_hash": _mask_hash,
    "mask_last_n": _mask_part(last=True, shows=False),
    "mask_show_first_n": _mask_part(last=False, shows=True),
    "mask_show_last_n": _mask_part(last=True, shows=True),
    "parse_url": parse_url,
    "soundex": soundex,
}
"""Functions by the names that bound calls carry."""
