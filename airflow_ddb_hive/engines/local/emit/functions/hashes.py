"""Hive's hash codes: Java's by type for ``hash()``, Murmur3 for buckets, and checksums.

Both codes of several values are ``31 * code + next``, of 32 bits. Measured against Hive 3.1.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.casts import kind_of
from airflow_ddb_hive.engines.local.emit.functions.decimals import Decimal, digits_and_scale
from airflow_ddb_hive.engines.local.emit.instants import micros, seconds
from airflow_ddb_hive.engines.local.emit.sql import let, raise_error, wrap
from airflow_ddb_hive.engines.local.physical import quoted_field
from airflow_ddb_hive.errors import UnsupportedSqlError
from airflow_ddb_hive.model.types import ArrayType, DecimalType, HiveType, MapType, StructType

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from airflow_ddb_hive.engines.local.emit.functions.emitter import Emitter
    from airflow_ddb_hive.hiveql.tree import Call

__all__ = ["HASHES"]

_MASK = (1 << 32) - 1
_SEED = 104729


def _chained(parts: Sequence[str]) -> str:
    code = parts[0]
    for part in parts[1:]:
        code = f"((31 * {code} + {part}) & {_MASK})"
    return code


def _hash(call: Call, arguments: Sequence[str]) -> str:
    parts = [_java(sql, argument.type) for sql, argument in zip(arguments, call.arguments, strict=True)]
    return wrap(_chained(parts), "int")


def _java(sql: str, type_: HiveType) -> str:
    """Java's hash code of a value as a number from 0 to 2 ** 32 - 1; that of NULL is 0."""
    return f"coalesce({let(sql, lambda v: _java_known(v, type_))}, 0)"


def _java_known(v: str, type_: HiveType) -> str:
    match type_:
        case DecimalType():
            return _java_decimal(Decimal(v, type_))
        case ArrayType(element):
            codes = f"list_transform({v}, lambda h: {_java('h', element)})"
            return f"list_reduce({codes}, lambda p, q: (31 * p + q) & {_MASK}, 0::BIGINT)"
        case MapType(key, value):
            both = f"xor({_java('h.key', key)}, {_java('h.value', value)})"
            return f"(coalesce(list_sum(list_transform(map_entries({v}), lambda h: {both})), 0)::BIGINT & {_MASK})"
        case StructType(fields):
            return _chained([_java(f"({v}).{quoted_field(name)}", field) for name, field in fields])
    return _java_primitive(v, type_)


def _java_primitive(v: str, type_: HiveType) -> str:
    kind = kind_of(type_)
    code = _JAVA_BY_NAME.get(str(type_)) or _JAVA_BY_KIND.get(kind)
    if code is None:
        raise UnsupportedSqlError(f"hash() of {type_} is not supported: cast it to string")
    return code(v)


def _folded(v: str) -> str:
    return f"xor({v} & {_MASK}, ({v} >> 32) & {_MASK})"


def _java_binary(v: str) -> str:
    byte = f"CAST('0x' || hex({v})[h:h+1] AS BIGINT)"
    signed = f"CASE WHEN {byte} > 127 THEN {byte} - 256 ELSE {byte} END"
    codes = f"list_transform(range(1, 2 * octet_length({v}), 2), lambda h: {signed})"
    return f"list_reduce({codes}, lambda p, q: (31 * p + q) & {_MASK}, 1::BIGINT)"


def _folded_wide(v: str) -> str:
    """The halves of 64 bits that stand in a wider number, which has no sign."""
    return f"CAST(xor({v} & {_MASK}, ({v} >> 32) & {_MASK}) AS BIGINT)"


def _nanos(v: str) -> str:
    return f"CAST((epoch_us({micros(v)}) - {seconds(v)} * 1000000) * 1000 + ({v}).n AS HUGEINT)"


def _java_bytes(v: str, start: int) -> str:
    """``31 * code + byte`` over the bytes of UTF-8, which have a sign."""
    plain = f"list_transform(string_split({v}, ''), lambda h: CAST(unicode(h) AS BIGINT))"
    byte = f"CAST('0x' || hex({v})[h:h+1] AS BIGINT)"
    signed = f"CASE WHEN {byte} > 127 THEN {byte} - 256 ELSE {byte} END"
    others = f"list_transform(range(1, 2 * strlen({v}), 2), lambda h: {signed})"
    codes = f"CASE WHEN {v} = '' THEN []::BIGINT[] WHEN strlen({v}) = length({v}) THEN {plain} ELSE {others} END"
    return f"list_reduce({codes}, lambda p, q: (31 * p + q) & {_MASK}, {start}::BIGINT)"


_JAVA_BY_NAME: dict[str, Callable[[str], str]] = {
    "bigint": _folded,
    "double": lambda v: let(f"CAST(CAST({v} AS BIT) AS BIGINT)", _folded),
    "float": lambda v: f"(CAST(CAST(CAST({v} AS BIT) AS INTEGER) AS BIGINT) & {_MASK})",
    "string": lambda v: _java_bytes(v, 0),
}
_JAVA_BY_KIND: dict[str, Callable[[str], str]] = {
    "binary": _java_binary,
    "boolean": lambda v: f"CAST({v} AS BIGINT)",
    "date": lambda v: f"(CAST(datediff('day', DATE '1970-01-01', {v}) AS BIGINT) & {_MASK})",
    "integer": lambda v: f"(CAST({v} AS BIGINT) & {_MASK})",
    "text": lambda v: _java_bytes(v, 1),
    "timestamp": lambda v: let(
        f"(({seconds(v)}::HUGEINT << 30) & {(1 << 64) - 1}::HUGEINT) | {_nanos(v)}", _folded_wide
    ),
    "void": lambda _v: "0",
}


def _java_decimal(value: Decimal) -> str:
    """That of BigDecimal: 31 times that of its digits, and its scale."""

    def coded(p: str) -> str:
        digits = f"abs(CAST({p}.q AS HUGEINT))"
        words = [f"CAST(({digits} >> {shift}) & {_MASK} AS BIGINT)" for shift in (96, 64, 32, 0)]
        sign = f"CASE WHEN {value.sql} < 0 THEN -1 ELSE 1 END"
        return f"((31 * ({sign} * {_chained(words)}) + {p}.r) & {_MASK})"

    return let(digits_and_scale(value), coded)


def _murmur_hash(call: Call, arguments: Sequence[str]) -> str:
    parts = [_murmur(sql, argument.type) for sql, argument in zip(arguments, call.arguments, strict=True)]
    return wrap(f"CAST({_chained(parts)} AS BIGINT)", "int")


def _murmur(sql: str, type_: HiveType) -> str:
    """The Murmur3 code of a primitive's bytes; bytes and booleans stand for themselves."""
    return let(sql, lambda v: f"CASE WHEN {v} IS NULL THEN 0 ELSE {_murmur_known(v, type_)} END")


_INTEGER_BYTES = {"smallint": 2, "int": 4, "bigint": 8}


def _murmur_known(v: str, type_: HiveType) -> str:
    match type_:
        case ArrayType(element):
            codes = f"list_transform({v}, lambda h: {_murmur('h', element)})"
            return f"list_reduce({codes}, lambda p, q: (31 * p + q) & {_MASK}, 0::BIGINT)"
        case MapType(key, value):
            both = f"xor({_murmur('h.key', key)}, {_java('h.value', value)})"
            return f"(coalesce(list_sum(list_transform(map_entries({v}), lambda h: {both})), 0)::BIGINT & {_MASK})"
        case DecimalType():
            return _murmur_hex(_decimal_bytes(Decimal(v, type_)))
        case StructType(fields):
            return _chained([_murmur(f"({v}).{quoted_field(name)}", field) for name, field in fields])
    return _murmur_primitive(v, type_)


def _murmur_primitive(v: str, type_: HiveType) -> str:
    name, kind = str(type_), kind_of(type_)
    if kind == "boolean" or name == "tinyint":
        return f"(CAST({v} AS BIGINT) & {_MASK})"
    if kind == "integer":
        return _murmur_hex(_hexadecimal(v, _INTEGER_BYTES[name]))
    digits = _MURMUR_BYTES.get(name) or _MURMUR_BYTES.get(kind)
    if digits is None:
        raise UnsupportedSqlError(f"murmur_hash of {type_} is not supported: take a number or a string")
    return _murmur_hex(digits(v))


def _half_again(v: str) -> str:
    """Hive takes the zeros of a buffer too, which is half as long again."""
    return let(f"hex({v})", lambda h: f"({h} || repeat('00', length({h}) // 4))")


def _whole_seconds(v: str) -> str:
    """The four bytes of a moment's seconds; fractions and far years have more, of a form of Hive's own."""
    plain = f"{seconds(v)} BETWEEN 0 AND {(1 << 31) - 1} AND {_nanos(v)} = 0"
    refused = raise_error("murmur_hash of a timestamp is supported for whole seconds from 1970 to 2038")
    return f"CASE WHEN {plain} THEN {_hexadecimal(seconds(v), 4)} WHEN {v} IS NOT NULL THEN {refused} END"


def _decimal_bytes(value: Decimal) -> str:
    """The bytes of the digits, as few as hold them and a sign."""
    refused = raise_error("murmur_hash of a negative decimal is not supported")

    def digits(p: str) -> str:
        even = "CASE WHEN length({h}) % 2 = 1 THEN '0' || {h} ELSE {h} END"
        plain = let(f"to_hex(CAST({p}.q AS HUGEINT))", lambda h: even.format(h=h))
        signed = let(plain, lambda h: f"CASE WHEN {h}[1] > '7' THEN '00' || {h} ELSE {h} END")
        return f"CASE WHEN {value.sql} >= 0 THEN {signed} WHEN {value.sql} < 0 THEN {refused} END"

    return let(digits_and_scale(value), digits)


def _hexadecimal(whole: str, size: int) -> str:
    return f"lpad(to_hex(CAST({whole} AS HUGEINT) & {(1 << 8 * size) - 1}::HUGEINT), {2 * size}, '0')"


def _bits_of_bits(v: str, floating: str, integer: str) -> str:
    """Hive takes a number's bits for a number, and that one's bits."""
    bits = f"CAST(CAST({v} AS BIT) AS {integer})"
    return f"CAST(CAST(CAST({bits} AS {floating}) AS BIT) AS {integer})"


_MURMUR_BYTES: dict[str, Callable[[str], str]] = {
    "binary": _half_again,
    "date": lambda v: _hexadecimal(_JAVA_BY_KIND["date"](v), 4),
    "double": lambda v: _hexadecimal(_bits_of_bits(v, "DOUBLE", "BIGINT"), 8),
    "float": lambda v: _hexadecimal(_bits_of_bits(v, "FLOAT", "INTEGER"), 4),
    "text": lambda v: f"hex({v})",
    "timestamp": _whole_seconds,
    "void": lambda _v: "''",
}


def _murmur_hex(digits: str) -> str:
    """Murmur3 of the bytes that hexadecimal digits stand for: words of four bytes, the lowest first."""

    def code(h: str) -> str:
        size = f"(length({h}) // 2)"
        word = " + ".join(
            f"(CAST('0x' || {h}[8*w+{2 * i + 1}:8*w+{2 * i + 2}] AS UBIGINT) << {8 * i})" for i in range(4)
        )
        words = f"list_transform(range(0, {size} // 4), lambda w: {_scrambled(f'({word})')})"
        step = f"(({_rotated('xor(p, q)', 13)} * 5::UBIGINT + 3864292196::UBIGINT) & {_MASK}::UBIGINT)"
        blocks = f"list_reduce({words}, lambda p, q: {step}, {_SEED}::UBIGINT)"
        tail = f"rpad({h}[8*({size} // 4)+1:], 6, '0')"
        rest = "0::UBIGINT"
        for i in range(3):
            byte = f"CAST('0x' || {tail}[{2 * i + 1}:{2 * i + 2}] AS BIGINT)"
            # The bytes of the last word keep their signs in Hive's own Murmur3.
            signed = f"(CASE WHEN {byte} > 127 THEN {byte} + {_MASK - 255} ELSE {byte} END)"
            rest = f"xor({rest}, CAST(({signed} << {8 * i}) & {_MASK} AS UBIGINT))"
        last = f"CASE WHEN {size} % 4 = 0 THEN 0::UBIGINT ELSE {_scrambled(f'({rest})')} END"
        return _finished(f"xor(xor({blocks}, {last}), CAST({size} AS UBIGINT))")

    return let(digits, code)


def _rotated(word: str, bits: int) -> str:
    return let(word, lambda r: f"((({r} << {bits}) | ({r} >> {32 - bits})) & {_MASK}::UBIGINT)")


def _scrambled(word: str) -> str:
    first = f"(({word} * 3432918353::UBIGINT) & {_MASK}::UBIGINT)"
    return f"(({_rotated(first, 15)} * 461845907::UBIGINT) & {_MASK}::UBIGINT)"


def _finished(code: str) -> str:
    for shift, factor in ((16, 2246822507), (13, 3266489909)):
        mixed = let(code, lambda m, shift=shift: f"xor({m}, {m} >> {shift})")  # type: ignore[misc]  # a loop's value
        code = f"(({mixed} * {factor}::UBIGINT) & {_MASK}::UBIGINT)"
    return let(code, lambda m: f"CAST(xor({m}, {m} >> 16) AS BIGINT)")


def _bytes(call: Call, sql: str) -> str:
    return sql if str(call.arguments[0].type) == "binary" else f"encode({sql})"


def _crc32(call: Call, arguments: Sequence[str]) -> str:
    """By the table of its 256 steps."""
    table = _crc_table()

    def summed(h: str) -> str:
        byte = f"CAST('0x' || {h}[w:w+1] AS BIGINT)"
        codes = f"list_transform(range(1, length({h}), 2), lambda w: {byte})"
        mixed = f"xor({table}[(xor(p, q) & 255) + 1], p >> 8)"
        return f"xor(list_reduce({codes}, lambda p, q: {mixed}, {_MASK}::BIGINT), {_MASK})"

    return let(f"hex({_bytes(call, arguments[0])})", summed)


def _crc_table() -> str:
    codes = []
    for byte in range(256):
        code = byte
        for _ in range(8):
            code = code >> 1 ^ (0xEDB88320 if code & 1 else 0)
        codes.append(str(code))
    return f"(CAST([{', '.join(codes)}] AS BIGINT[]))"


HASHES: dict[str, Emitter] = {
    "crc32": _crc32,
    "hash": _hash,
    "murmur_hash": _murmur_hash,
}
"""Hashes by the names that bound calls carry."""
