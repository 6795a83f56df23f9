"""String functions, and the hashes and encodings of strings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.casts import kind_of
from airflow_ddb_hive.engines.local.emit.functions.emitter import Emitter, call, form
from airflow_ddb_hive.engines.local.emit.functions.operators import REGEX_REFUSED
from airflow_ddb_hive.engines.local.emit.sql import let, list_of, text
from airflow_ddb_hive.errors import UnsupportedSqlError
from airflow_ddb_hive.hiveql.functions.constants import integer_constant
from airflow_ddb_hive.hiveql.tree import Call, Cast, Expression, Literal
from airflow_ddb_hive.model.types import ArrayType

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["STRINGS", "literal_text"]


def literal_text(expression: Expression, what: str) -> str:
    """Return a constant string argument.

    Raises:
        UnsupportedSqlError: The argument is no constant.
    """
    if isinstance(expression, Literal) and isinstance(expression.value, str):
        return expression.value
    if isinstance(expression, Cast) and kind_of(expression.type) == "text":
        whole = integer_constant(expression.operand)
        return str(whole) if whole is not None else literal_text(expression.operand, what)
    raise UnsupportedSqlError(f"{what} must be a constant string")


def _is_binary(expression: Expression) -> bool:
    return str(expression.type) == "binary"


def _substring(call_: Call, arguments: Sequence[str]) -> str:
    if _is_binary(call_.arguments[0]):
        return _substring_of_binary(arguments)
    value, start = arguments[0], arguments[1]

    def cut(s: str) -> str:
        # Hive gives '' where the start lies before the text; DuckDB would count on from there.
        length = f", greatest({arguments[2]}, 0)" if arguments[2:] else ""
        first = let(start, lambda p: f"CASE WHEN {p} = 0 THEN 1 ELSE {p} END")
        early = let(start, lambda p: f"{p} < 0 AND -CAST({p} AS BIGINT) > length({s})")
        return f"CASE WHEN {early} THEN '' ELSE substring({s}, {first}{length}) END"

    return let(value, cut)


def _substring_of_binary(arguments: Sequence[str]) -> str:
    """Two hexadecimal digits a byte."""

    def cut(s: str, p: str) -> str:
        size = f"(length({s}) // 2)"
        first = f"CASE WHEN {p} = 0 THEN 1 WHEN {p} < 0 THEN {size} + {p} + 1 ELSE {p} END"
        length = f", 2 * greatest({arguments[2]}, 0)" if arguments[2:] else ""
        outside = f"CAST({p} AS BIGINT) > {size} OR -CAST({p} AS BIGINT) > {size}"
        return f"unhex(CASE WHEN {outside} THEN '' ELSE substring({s}, 2 * ({first}) - 1{length}) END)"

    return let(f"hex({arguments[0]})", lambda s: let(arguments[1], lambda p: cut(s, p)))


def _joined(parts: str, separator: str) -> str:
    """The parts with a separator between them, which need not be a constant."""
    if re.fullmatch("'[^']*'", separator):
        return f"array_to_string({parts}, {separator})"
    return let(
        parts, lambda p: f"CASE WHEN len({p}) = 0 THEN '' ELSE list_reduce({p}, lambda x, y: x || {separator} || y) END"
    )


def _concat_ws(call_: Call, arguments: Sequence[str]) -> str:
    parts = [
        sql if isinstance(argument.type, ArrayType) else f"[{sql}]"
        for argument, sql in zip(call_.arguments[1:], arguments[1:], strict=True)
    ]
    whole = f"list_concat({', '.join(parts)})" if len(parts) > 1 else parts[0]
    return (
        f"CASE WHEN {arguments[0]} IS NOT NULL THEN "
        f"coalesce({_joined(f'list_filter({whole}, lambda w: w IS NOT NULL)', arguments[0])}, '') END"
    )


def _locate(_call: Call, arguments: Sequence[str]) -> str:
    if not arguments[2:]:
        return f"CAST(strpos({arguments[1]}, {arguments[0]}) AS INTEGER)"
    needle, hay, start = arguments

    def find(p: str) -> str:
        found = f"strpos(substring({hay}, {p}), {needle})"
        known = f"{hay} IS NULL OR {needle} IS NULL THEN NULL WHEN {p} < 1 OR {p} IS NULL THEN 0"
        return f"CAST(CASE WHEN {known} WHEN {found} > 0 THEN {found} + {p} - 1 ELSE 0 END AS INTEGER)"

    return let(start, find)


def _pad(name: str) -> Emitter:
    return lambda _call, a: f"CASE WHEN {a[1]} >= 0 AND {a[2]} <> '' THEN {name}({a[0]}, {a[1]}, {a[2]}) END"


def _pattern(call_: Call, index: int) -> str:
    pattern = literal_text(call_.arguments[index], f"the pattern of {call_.function}")
    for mark in REGEX_REFUSED:
        if mark in pattern:
            raise UnsupportedSqlError(f"the regular expression {pattern!r} uses {mark}: rewrite it without")
    return pattern


def _regexp_replace(call_: Call, arguments: Sequence[str]) -> str:
    _pattern(call_, 1)
    replacement = literal_text(call_.arguments[2], "the replacement of regexp_replace")
    return f"regexp_replace({arguments[0]}, {arguments[1]}, {text(_references(replacement))}, 'g')"


def _references(replacement: str) -> str:
    r"""Java's ``$1`` and ``\x`` as RE2's ``\1`` and ``x``."""
    out: list[str] = []
    index = 0
    while index < len(replacement):
        character = replacement[index]
        following = replacement[index + 1 : index + 2]
        if character == "$" and following.isdigit():
            out.append("\\" + following)
            index += 1
        elif character == "\\" and following:
            out.append("\\\\" if following == "\\" else following)
            index += 1
        else:
            out.append(character)
        index += 1
    return "".join(out)


def _regexp_extract(call_: Call, arguments: Sequence[str]) -> str:
    _pattern(call_, 1)
    if not arguments[2:]:
        return f"regexp_extract({arguments[0]}, {arguments[1]}, 1)"
    group = call_.arguments[2]
    if not isinstance(group, Literal) or not isinstance(group.value, int):
        raise UnsupportedSqlError("the group of regexp_extract must be a constant")
    return f"regexp_extract({arguments[0]}, {arguments[1]}, {group.value})"


def _split(call_: Call, arguments: Sequence[str]) -> str:
    pattern = _pattern(call_, 1)
    plain = (
        pattern[1:] if pattern[1:] and not pattern[2:] and pattern[0] == "\\" and not pattern[1].isalnum() else pattern
    )
    if len(plain) >= 1 and (plain != pattern or not set(pattern) & set("\\^$.|?*+()[]{}")):
        return f"string_split({arguments[0]}, {text(plain)})"
    if not pattern:
        return f"CASE WHEN {arguments[0]} = '' THEN [''] ELSE list_append(string_split({arguments[0]}, ''), '') END"
    return f"string_split_regex({arguments[0]}, {arguments[1]})"


def _hex(call_: Call, arguments: Sequence[str]) -> str:
    if str(call_.arguments[0].type) == "bigint":
        return f"upper(to_hex({arguments[0]}))"
    return f"hex({arguments[0]})"


def _length(call_: Call, arguments: Sequence[str]) -> str:
    name = "octet_length" if _is_binary(call_.arguments[0]) else "length"
    return f"CAST({name}({arguments[0]}) AS INTEGER)"


def _octets(call_: Call, arguments: Sequence[str]) -> str:
    value = arguments[0] if _is_binary(call_.arguments[0]) else f"encode({arguments[0]})"
    return f"CAST(octet_length({value}) AS INTEGER)"


def _substring_index(_call: Call, arguments: Sequence[str]) -> str:
    value, mark, count = arguments

    def cut(p: str, n: str) -> str:
        return (
            f"CASE WHEN {p} IS NULL OR {mark} IS NULL OR {n} IS NULL THEN NULL WHEN {n} = 0 OR {mark} = '' THEN '' "
            f"WHEN {n} > 0 THEN {_joined(f'{p}[1:{n}]', mark)} "
            f"ELSE {_joined(f'{p}[greatest(len({p}) + {n} + 1, 1):]', mark)} END"
        )

    return let(f"string_split({value}, {mark})", lambda p: let(count, lambda n: cut(p, n)))


def _elt(_call: Call, arguments: Sequence[str]) -> str:
    values = list_of(list(arguments[1:]))
    return let(arguments[0], lambda n: f"CASE WHEN {n} BETWEEN 1 AND {len(arguments) - 1} THEN {values}[{n}] END")


def _field_place(_call: Call, arguments: Sequence[str]) -> str:
    branches = " ".join(f"WHEN {arguments[0]} = {value} THEN {i}" for i, value in enumerate(arguments[1:], 1))
    return f"CASE {branches} ELSE 0 END"


def _initcap(_call: Call, arguments: Sequence[str]) -> str:
    words = f"string_split(lower({arguments[0]}), ' ')"
    return f"array_to_string(list_transform({words}, lambda w: upper(w[1]) || w[2:]), ' ')"


def _encode(call_: Call, arguments: Sequence[str]) -> str:
    charset = literal_text(call_.arguments[1], "the character set").lower()
    if charset not in ("utf-8", "utf8"):
        raise UnsupportedSqlError(f"the character set {charset!r} is not supported: use 'UTF-8'")
    return f"{call_.function}({arguments[0]})"


def _sha2(call_: Call, arguments: Sequence[str]) -> str:
    bits = call_.arguments[1]
    if isinstance(bits, Literal) and bits.value in (0, 256):
        return f"sha256({arguments[0]})"
    raise UnsupportedSqlError("sha2 is supported with 256 bits alone")


def _ascii(_call: Call, arguments: Sequence[str]) -> str:
    """The first byte, which has a sign."""

    def code(s: str) -> str:
        byte = f"(CAST('0x' || hex({s}[1])[1:2] AS INTEGER) - 256)"
        return f"CASE WHEN {s} = '' THEN 0 WHEN ascii({s}) < 128 THEN ascii({s}) ELSE {byte} END"

    return let(arguments[0], code)


def _replace(_call: Call, arguments: Sequence[str]) -> str:
    """Java finds an empty text before each character and at the end."""
    value, old, new = arguments
    if re.fullmatch("'[^']+'", old):
        return f"replace({value}, {old}, {new})"

    def between(s: str) -> str:
        characters = f"string_split({s}, '')"
        spread = f"CASE WHEN {s} = '' THEN {new} ELSE {new} || {_joined(characters, new)} || {new} END"
        return f"CASE WHEN {old} = '' THEN {spread} ELSE replace({s}, {old}, {new}) END"

    return let(value, between)


def _unbase64(_call: Call, arguments: Sequence[str]) -> str:
    """Characters that are none of base64's are skipped; what is missing at the end is padded."""
    clean = f"regexp_replace(translate(split_part({arguments[0]}, '=', 1), '-_', '+/'), '[^A-Za-z0-9+/]', '', 'g')"

    def decoded(s: str) -> str:
        whole = f"CASE WHEN length({s}) % 4 = 1 THEN left({s}, length({s}) - 1) ELSE {s} END"
        return let(whole, lambda w: f"from_base64(rpad({w}, CAST((length({w}) + 3) // 4 * 4 AS INTEGER), '='))")

    return let(clean, decoded)


STRINGS: dict[str, Emitter] = {
    "ascii": _ascii,
    "base64": call("to_base64"),
    "character_length": _length,
    "concat_ws": _concat_ws,
    "decode": _encode,
    "elt": _elt,
    "encode": _encode,
    "field_place": _field_place,
    "find_in_set": form(
        "CASE WHEN {0} IS NULL OR {1} IS NULL THEN NULL WHEN strpos({0}, ',') > 0 THEN 0 "
        "ELSE CAST(coalesce(list_position(string_split({1}, ','), {0}), 0) AS INTEGER) END"
    ),
    "hex": _hex,
    "initcap": _initcap,
    "instr": form("CAST(strpos({0}, {1}) AS INTEGER)"),
    "length": _length,
    "levenshtein": form("CAST(levenshtein({0}, {1}) AS INTEGER)"),
    "locate": _locate,
    "lower": call("lower"),
    "lpad": _pad("lpad"),
    "ltrim": form("ltrim({0}, ' ')"),
    "md5": call("md5"),
    "octet_length": _octets,
    "quote": form("(chr(39) || replace({0}, chr(39), chr(92) || chr(39)) || chr(39))"),
    "regexp_extract": _regexp_extract,
    "regexp_replace": _regexp_replace,
    "repeat": form("repeat({0}, CASE WHEN {1} > 0 THEN {1} WHEN {1} <= 0 THEN 0 END)"),
    "replace": _replace,
    "reverse": call("reverse"),
    "rpad": _pad("rpad"),
    "rtrim": form("rtrim({0}, ' ')"),
    "sha": call("sha1"),
    "sha2": _sha2,
    "space": form("repeat(' ', CASE WHEN {0} > 0 THEN {0} WHEN {0} <= 0 THEN 0 END)"),
    "split": _split,
    "substr": _substring,
    "substring_index": _substring_index,
    "translate": call("translate"),
    "trim": form("trim({0}, ' ')"),
    "unbase64": _unbase64,
    "unhex": form("TRY(unhex({0}))"),
    "upper": call("upper"),
}
"""String functions by the names that bound calls carry."""
