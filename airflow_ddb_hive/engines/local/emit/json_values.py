"""Values from lines of JSON, as HCatalog's and openx's JsonSerDe take them apart.

HCatalog's rules are measured with Hive 3.1.3: a key stands for a column in any case, ``_col<n>`` for the n-th; a number
is a number and never text in quotes; a line that is no object fails the query. openx's follow its documentation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.sql import let, raise_error, text
from airflow_ddb_hive.engines.local.emit.text_moments import text_to_date, text_to_timestamp
from airflow_ddb_hive.engines.local.emit.text_values import text_to_decimal, text_to_floating, text_to_integer
from airflow_ddb_hive.engines.local.physical import duckdb_type, quoted_field
from airflow_ddb_hive.model.types import (
    BIGINT,
    BINARY,
    BOOLEAN,
    DATE,
    DOUBLE,
    FLOAT,
    INT,
    SMALLINT,
    TIMESTAMP,
    TINYINT,
    ArrayType,
    CharType,
    DecimalType,
    HiveType,
    MapType,
    StructType,
    VarcharType,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from airflow_ddb_hive.model.table import Column

__all__ = ["emit_json_value", "emit_openx_value"]

_WHOLE = (TINYINT, SMALLINT, INT, BIGINT)


def emit_json_value(line: str, place: int, column: Column) -> str:
    """Return a column of HCatalog's JsonSerDe from a line."""
    checked = f"CASE WHEN json_type(TRY_CAST({line} AS JSON)) = 'OBJECT' THEN TRY_CAST({line} AS JSON) ELSE {_BAD} END"
    by_place = f"json_extract({{v}}, '$._col{place}')"

    def found(v: str) -> str:
        return _value(f"coalesce({_member(v, column.name)}, {by_place.format(v=v)})", column.type, _strict_leaf, 0)

    return let(checked, found)


_BAD = f"CAST({raise_error('a line is no JSON object: org.codehaus.jackson.JsonParseException')} AS JSON)"


def emit_openx_value(line: str, column: Column, properties: Mapping[str, str]) -> str:
    """Return a column of openx's JsonSerDe from a line."""
    ignored = properties.get("ignore.malformed.json", "false").lower() == "true"
    parsed = f"TRY_CAST({line} AS JSON)"
    other = "CAST(NULL AS JSON)" if ignored else _BAD
    checked = f"CASE WHEN json_type({parsed}) = 'OBJECT' THEN {parsed} ELSE {other} END"
    key = properties.get(f"mapping.{column.name}", column.name)
    dots = properties.get("dots.in.keys", "false").lower() == "true"
    any_case = properties.get("case.insensitive", "true").lower() == "true"

    def found(v: str) -> str:
        member = _member(v, key) if any_case else _exact(v, key)
        if dots and "_" in key:
            member = f"coalesce({member}, {_member(v, key.replace('_', '.'))})"
        return _value(member, column.type, _lenient_leaf, 0)

    return let(checked, found)


def _exact(v: str, key: str) -> str:
    return f"json_extract({v}, {text('$.' + quoted_field(key))})"


def _member(v: str, key: str) -> str:
    """The member of an object under a key in any case: as it is written, else the last that differs only in case."""
    same = f"list_filter(json_keys({v}), lambda k: lower(k) = {text(key.lower())})[-1]"
    path = f"'$.\"' || {same} || '\"'"
    return f"coalesce({_exact(v, key)}, CASE WHEN {same} IS NOT NULL THEN json_extract({v}, {path}) END)"


def _value(json: str, type_: HiveType, leaf: Callable[[str, HiveType], str], depth: int) -> str:
    match type_:
        case ArrayType(element):
            item = f"j{depth}"
            made = f"lambda {item}: {_value(item, element, leaf, depth + 1)}"
            listed = f"list_transform(CAST({{v}} AS JSON[]), {made})"
            return let(json, lambda v: f"CASE WHEN json_type({v}) = 'ARRAY' THEN {listed.format(v=v)} END")
        case MapType(key, value):
            return let(json, lambda v: _map(v, key, value, leaf, depth))
        case StructType(fields):
            return let(json, lambda v: _struct(v, fields, leaf, depth))
    return let(json, lambda v: leaf(v, type_))


def _map(v: str, key: HiveType, value: HiveType, leaf: Callable[[str, HiveType], str], depth: int) -> str:
    name = f"j{depth}"
    entry = _value(f"json_extract({v}, '$.\"' || {name} || '\"')", value, leaf, depth + 1)
    keys = f"json_keys({v})"
    typed = f"list_transform({keys}, lambda {name}: {_lenient_leaf(f'to_json({name})', key)})"
    made = f"map({typed}, list_transform({keys}, lambda {name}: {entry}))"
    return f"CASE WHEN json_type({v}) = 'OBJECT' THEN CAST({made} AS {duckdb_type(MapType(key, value))}) END"


def _struct(v: str, fields: tuple[tuple[str, HiveType], ...], leaf: Callable[[str, HiveType], str], depth: int) -> str:
    packed = ", ".join(
        f"{quoted_field(name)} := {_value(_member(v, name), type_, leaf, depth + 1)}" for name, type_ in fields
    )
    return f"CASE WHEN json_type({v}) = 'OBJECT' THEN struct_pack({packed}) END"


def _plain(v: str) -> str:
    return f"json_extract_string({v}, '$')"


def _strict_leaf(v: str, type_: HiveType) -> str:
    """A number where a number has to be; a truth that is none is false."""
    kind, plain = f"json_type({v})", _plain(v)
    if type_ in (*_WHOLE, FLOAT, DOUBLE):
        wrong = raise_error(f"a JSON value is no number, which {type_} needs: org.codehaus.jackson.JsonParseException")
        numeric = f"{kind} IN ('UBIGINT', 'BIGINT', 'DOUBLE')"
        made = f"coalesce({_number(plain, type_)}, CAST({wrong} AS {duckdb_type(type_)}))"
        return f"CASE WHEN {numeric} THEN {made} WHEN {kind} <> 'NULL' THEN CAST({wrong} AS {duckdb_type(type_)}) END"
    if type_ == BOOLEAN:
        return f"CASE WHEN {kind} <> 'NULL' THEN {plain} = 'true' AND {kind} IN ('BOOLEAN', 'VARCHAR') END"
    if type_ in (DATE, TIMESTAMP):
        wrong = raise_error(f"a JSON value is no {type_}: java.lang.IllegalArgumentException")
        made = _text_leaf(v, type_)
        return f"CASE WHEN {kind} = 'NULL' THEN NULL ELSE coalesce({made}, CAST({wrong} AS {duckdb_type(type_)})) END"
    return _text_leaf(v, type_)


def _number(plain: str, type_: HiveType) -> str:
    if type_ != TINYINT:
        return text_to_integer(plain, type_) if type_ in _WHOLE else text_to_floating(plain, type_)
    whole = text_to_integer(plain, SMALLINT)
    return let(whole, lambda n: f"CAST(CASE WHEN {n} > 127 THEN {n} - 256 ELSE {n} END AS TINYINT)")


def _text_leaf(v: str, type_: HiveType) -> str:
    plain = _plain(v)
    match type_:
        case VarcharType(length):
            return f"left({plain}, {length})"
        case CharType(length):
            return f"rtrim(left({plain}, {length}), ' ')"
        case DecimalType():
            return text_to_decimal(plain, type_)
    made = _TEXTS.get(type_)
    return plain if made is None else made(plain)


_TEXTS: dict[HiveType, Callable[[str], str]] = {
    BINARY: lambda plain: f"encode({plain})",
    DATE: lambda plain: text_to_date(plain, DATE, lazy=True),
    TIMESTAMP: lambda plain: text_to_timestamp(plain, TIMESTAMP, lazy=True),
}


def _lenient_leaf(v: str, type_: HiveType) -> str:
    """What the text of a value is as the type, NULL where it is nothing."""
    if type_ in _WHOLE:
        return text_to_integer(_plain(v), type_)
    if type_ in (FLOAT, DOUBLE):
        return text_to_floating(_plain(v), type_)
    if type_ == BOOLEAN:
        return f"(lower({_plain(v)}) = 'true')"
    return _text_leaf(v, type_)
