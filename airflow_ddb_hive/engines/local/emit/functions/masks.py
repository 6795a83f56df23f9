"""Text taken apart or made unreadable: MASK and its kin, PARSE_URL, SOUNDEX."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.casts import kind_of
from airflow_ddb_hive.engines.local.emit.sql import let, text
from airflow_ddb_hive.errors import UnsupportedSqlError
from airflow_ddb_hive.hiveql.functions.constants import integer_constant
from airflow_ddb_hive.hiveql.tree import Call, Cast, Expression, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from airflow_ddb_hive.engines.local.emit.functions.emitter import Emitter

__all__ = ["MASKS"]

_CLASSES = (("\\p{Lu}", "X"), ("\\p{Ll}", "x"), ("\\p{Nd}", "n"), ("", None))
_UNMASKED = -1
_PLACEHOLDER = 0xE000
_DEFAULT_LENGTH = 4


def _mask_letter(arguments: Sequence[Expression], index: int, default: str | None) -> str | None:
    if index >= len(arguments):
        return default
    given = arguments[index]
    if isinstance(given, Cast):
        given = given.operand
    if isinstance(given, Literal) and isinstance(given.value, str) and given.value:
        return given.value[0]
    if integer_constant(given) == _UNMASKED:
        return None
    raise UnsupportedSqlError("the letters of mask must be constant strings, or -1")


def _masker(call: Call, first: int) -> Callable[[str], str]:
    """Replaces classes of characters by letters: by private ones first, so that no letter is replaced twice."""
    if kind_of(call.arguments[0].type) != "text":
        raise UnsupportedSqlError(f"{call.function} of {call.arguments[0].type} is not supported: cast it to string")
    letters = [_mask_letter(call.arguments, first + i, default) for i, (_, default) in enumerate(_CLASSES)]

    def masked(sql: str) -> str:
        for i, (characters, _) in enumerate(_CLASSES):
            known = "".join(name for name, _ in _CLASSES) + f"\\x{{{_PLACEHOLDER:X}}}-\\x{{{_PLACEHOLDER + 3:X}}}"
            wanted = f"[{characters}]" if characters else f"[^{known}]"
            if letters[i] is not None:
                sql = f"regexp_replace({sql}, '{wanted}', chr({_PLACEHOLDER + i}), 'g')"
        for i, letter in enumerate(letters):
            if letter is not None:
                sql = f"replace({sql}, chr({_PLACEHOLDER + i}), {text(letter)})"
        return sql

    return masked


def _mask(call: Call, arguments: Sequence[str]) -> str:
    return _masker(call, 1)(arguments[0])


def _mask_part(*, last: bool, shows: bool) -> Emitter:
    def emit(call: Call, arguments: Sequence[str]) -> str:
        count = integer_constant(call.arguments[1]) if arguments[1:] else _DEFAULT_LENGTH
        if count is None:
            raise UnsupportedSqlError(f"the number of characters of {call.function} must be a constant")
        count = max(count, 0)
        mask = _masker(call, 2)

        def parts(s: str) -> str:
            cut = f"greatest(length({s}) - {count}, 0)" if last else f"{count}"
            head, tail = f"left({s}, {cut})", f"{s}[{cut} + 1:]"
            masks_head = last == shows
            return f"({mask(head) if masks_head else head} || {tail if masks_head else mask(tail)})"

        return let(arguments[0], parts)

    return emit


def _mask_hash(call: Call, arguments: Sequence[str]) -> str:
    if kind_of(call.arguments[0].type) == "text":
        return f"sha256({arguments[0]})"
    return "CAST(NULL AS VARCHAR)" if str(call.type) == "string" else f"nullif({arguments[0]}, {arguments[0]})"


_URL = r"^\s*(?i:(https?|ftp|file|jar)):(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$"


def _parse_url(call: Call, arguments: Sequence[str]) -> str:
    part = call.arguments[1]
    name = part.value if isinstance(part, Literal) else None
    if not isinstance(name, str):
        raise UnsupportedSqlError("the part of parse_url must be a constant string")
    body = let(arguments[0], lambda u: _url_part(u, name))
    if not arguments[2:]:
        return body
    if name != "QUERY":
        return "CAST(NULL AS VARCHAR)"
    key = call.arguments[2]
    if not isinstance(key, Literal) or not isinstance(key.value, str):
        raise UnsupportedSqlError("the key of parse_url must be a constant string")
    form = text(f"(?:&|^){key.value}=([^&]*)")
    return let(body, lambda q: f"CASE WHEN regexp_matches({q}, {form}) THEN regexp_extract({q}, {form}, 1) END")


def _url_part(u: str, name: str) -> str:
    def group(number: int) -> str:
        return f"regexp_extract({u}, {text(_URL)}, {number})"

    authority, query = group(2), f"CASE WHEN strpos(split_part({u}, '#', 1), '?') > 0 THEN {group(4)} END"
    parts = {
        "HOST": f"regexp_replace(regexp_replace({authority}, '^.*@', ''), ':[0-9]*$', '')",
        "PATH": group(3),
        "QUERY": query,
        "REF": f"CASE WHEN strpos({u}, '#') > 0 THEN {group(5)} END",
        "PROTOCOL": f"lower({group(1)})",
        "FILE": f"({group(3)} || coalesce('?' || {query}, ''))",
        "AUTHORITY": f"nullif({authority}, '')",
        "USERINFO": f"CASE WHEN strpos({authority}, '@') > 0 THEN regexp_extract({authority}, '^(.*)@', 1) END",
    }
    found = parts.get(name, "NULL")
    return f"CASE WHEN regexp_matches({u}, {text(_URL)}) THEN {found} END"


def _soundex(_call: Call, arguments: Sequence[str]) -> str:
    """The first letter and three classes of consonants; H and W do not part equal ones, vowels do."""
    upper = f"upper({arguments[0]})"
    foreign = f"regexp_matches({upper}, '[^\\x00-\\x7F]') AND regexp_matches({upper}, '[^A-Z\\PL]')"
    letters = f"CASE WHEN {foreign} THEN NULL ELSE regexp_replace({upper}, '[^A-Z]', '', 'g') END"

    def coded(s: str) -> str:
        codes = f"translate({s}[1] || regexp_replace({s}[2:], '[HW]', '', 'g'), "
        codes += "'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '01230120022455012623010202')"
        for digit in "123456":
            codes = f"regexp_replace({codes}, '{digit}+', '{digit}', 'g')"
        code = f"{s}[1] || left(replace({codes}[2:], '0', '') || '000', 3)"
        return f"CASE WHEN {s} IS NULL THEN NULL WHEN {s} = '' THEN '' ELSE {code} END"

    return let(letters, coded)


MASKS: dict[str, Emitter] = {
    "mask": _mask,
    "mask_first_n": _mask_part(last=False, shows=False),
    "mask_hash": _mask_hash,
    "mask_last_n": _mask_part(last=True, shows=False),
    "mask_show_first_n": _mask_part(last=False, shows=True),
    "mask_show_last_n": _mask_part(last=True, shows=True),
    "parse_url": _parse_url,
    "soundex": _soundex,
}
"""Functions by the names that bound calls carry."""
