"""String functions, and the hashes and encodings of strings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.casts import kind_of
from airflow_ddb_hive.engines.local.emit.functions.emitter import Emitter, call, form
from airflow_ddb_hive.engines.local.emit.sql import let, list_of
from airflow_ddb_hive.engines.local.emit.utf16 import by_units, narrowed, widened
from airflow_ddb_hive.engines.local.native import native
from airflow_ddb_hive.errors import UnsupportedSqlError
from airflow_ddb_hive.hiveql.functions.constants import integer_constant
from airflow_ddb_hive.hiveql.tree import Call, Cast, Expression, Literal
from airflow_ddb_hive.model.types import ArrayType

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
    value = arguments[0]
    return _given(call_, 1, arguments, lambda start: _cut(call_, arguments, value, start))


def _given(call_: Call, index: int, arguments: Sequence[str], body: Callable[[str], str]) -> str:
    """A formula over a number, which a constant is written into as it is."""
    constant = integer_constant(call_.arguments[index])
    return let(arguments[index], body) if constant is None else body(str(constant))


def _cut(call_: Call, arguments: Sequence[str], value: str, start: str) -> str:
    """From a place, which may be counted from the end; what lies before the text is ''."""
    if not arguments[2:]:
        return by_units(value, lambda s: _cut_at(s, start, ""))
    return _given(
        call_, 2, arguments, lambda size: by_units(value, lambda s: _cut_at(s, start, f", greatest({size}, 0)"))
    )


def _cut_at(s: str, start: str, length: str) -> str:
    if start.isdigit():
        return f"substring({s}, {max(int(start), 1)}{length})"
    early = f"{start} < 0 AND -CAST({start} AS BIGINT) > length({s})"
    first = f"CASE WHEN {start} = 0 THEN 1 ELSE {start} END"
    # DuckDB would count on from a place before the text.
    return f"CASE WHEN {early} THEN '' ELSE substring({s}, {first}{length}) END"


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
    def emit(_call: Call, arguments: Sequence[str]) -> str:
        value, size, padding = arguments

        def padded(s: str, p: str) -> str:
            plain = f"strlen({s}) = length({s}) AND strlen({p}) = length({p})"
            far = let(f"{name}({widened(s)}, {size}, {widened(p)})", narrowed)
            return f"CASE WHEN {plain} THEN {name}({s}, {size}, {p}) ELSE {far} END"

        whole = let(value, lambda s: let(padding, lambda p: padded(s, p)))
        return f"CASE WHEN {size} >= 0 AND {padding} <> '' THEN {whole} END"

    return emit


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
    bits = integer_constant(call_.arguments[1])
    if bits in (0, 256):
        return f"sha256({arguments[0]})"
    if bits is None:
        raise UnsupportedSqlError("sha2 takes a constant number of bits")
    value = arguments[0] if _is_binary(call_.arguments[0]) else f"encode({arguments[0]})"
    return native("sha2", value, str(bits))


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
        cut = "lambda z: CASE WHEN unicode(z) > 65535 THEN ['?', '?'] ELSE [z] END"
        characters = f"flatten(list_transform(string_split({s}, ''), {cut}))"
        spread = f"CASE WHEN {s} = '' THEN {new} ELSE {new} || {_joined(characters, new)} || {new} END"
        return f"CASE WHEN {old} = '' THEN {spread} ELSE replace({s}, {old}, {new}) END"

    return let(value, between)


def _levenshtein(_call: Call, arguments: Sequence[str]) -> str:
    """Between units of UTF-16: each stands for one byte of its own, as DuckDB compares bytes."""

    def distance(a: str, b: str) -> str:
        plain = f"strlen({a}) = length({a}) AND strlen({b}) = length({b})"
        places = f"list_distinct(string_split({widened(a)} || {widened(b)}, ''))"
        far = let(places, lambda p: f"levenshtein({_in_bytes(a, p)}, {_in_bytes(b, p)})")
        return f"CAST(CASE WHEN {plain} THEN levenshtein({a}, {b}) ELSE {far} END AS INTEGER)"

    return let(arguments[0], lambda a: let(arguments[1], lambda b: distance(a, b)))


def _in_bytes(value: str, alphabet: str) -> str:
    numbers = f"list_transform(string_split({widened(value)}, ''), lambda u: list_position({alphabet}, u))"
    return f"array_to_string(list_transform({numbers}, lambda n: chr(CAST(n % 127 + 1 AS INTEGER))), '')"


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
    "levenshtein": _levenshtein,
    "locate": _locate,
    "lower": call("lower"),
    "lpad": _pad("lpad"),
    "ltrim": form("ltrim({0}, ' ')"),
    "md5": call("md5"),
    "octet_length": _octets,
    "quote": form("(chr(39) || replace({0}, chr(39), chr(92) || chr(39)) || chr(39))"),
    "repeat": form("repeat({0}, CASE WHEN {1} > 0 THEN {1} WHEN {1} <= 0 THEN 0 END)"),
    "replace": _replace,
    "reverse": call("reverse"),
    "rpad": _pad("rpad"),
    "rtrim": form("rtrim({0}, ' ')"),
    "sha": call("sha1"),
    "sha2": _sha2,
    "space": form("repeat(' ', CASE WHEN {0} > 0 THEN {0} WHEN {0} <= 0 THEN 0 END)"),
    "substr": _substring,
    "substring_index": _substring_index,
    "translate": call("translate"),
    "trim": form("trim({0}, ' ')"),
    "unbase64": _unbase64,
    "unhex": form("TRY(unhex({0}))"),
    "upper": call("upper"),
}
"""String functions by the names that bound calls carry."""
