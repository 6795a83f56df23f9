"""The SQL between a query's values and what the text files of each SerDe hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.display import json_text
from airflow_ddb_hive.engines.local.emit.json_values import emit_json_value, emit_openx_value
from airflow_ddb_hive.engines.local.emit.sql import text
from airflow_ddb_hive.engines.local.emit.text_serde import emit_cells, emit_parse, write_cell
from airflow_ddb_hive.engines.local.emit.text_values import text_to_floating
from airflow_ddb_hive.engines.local.physical import duckdb_type
from airflow_ddb_hive.model.delimited import DelimitedOptions
from airflow_ddb_hive.model.serdes import text_serde
from airflow_ddb_hive.model.types import (
    BIGINT,
    BINARY,
    BOOLEAN,
    DOUBLE,
    FLOAT,
    INT,
    SMALLINT,
    STRING,
    TINYINT,
    ArrayType,
    CharType,
    DecimalType,
    HiveType,
    MapType,
    StructType,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow_ddb_hive.hiveql.tree import OutputColumn
    from airflow_ddb_hive.model.table import Column, StorageDescriptor

__all__ = ["emit_file_cells", "emit_file_values", "is_delimited"]

_LINE = "s.c_line"
_NESTED = (ArrayType, MapType, StructType)
_PLAIN_OPTIONS = DelimitedOptions()


def is_delimited(storage: StorageDescriptor) -> bool:
    """Whether the files are LazySimpleSerDe's.

    Example:
        >>> from airflow_ddb_hive.model.table import StorageDescriptor
        >>> is_delimited(StorageDescriptor())
        True
    """
    return text_serde(storage) in (None, "delimited")


def _options(storage: StorageDescriptor) -> DelimitedOptions:
    if text_serde(storage) != "multi":
        return DelimitedOptions.from_properties(storage.serde_properties)
    kept = {
        name: value for name, value in storage.serde_properties.items() if name not in ("field.delim", "escape.delim")
    }
    return DelimitedOptions.from_properties({**kept, "serialization.format": "1"})


def emit_file_values(
    source: str,
    columns: Sequence[tuple[int, Column]],
    storage: StorageDescriptor,
    others: Mapping[int, str] | None = None,
) -> str:
    """Return a SELECT of typed columns ``c<i>`` from a source of what a text format reads.

    Example:
        >>> from airflow_ddb_hive.model.table import Column, StorageDescriptor
        >>> emit_file_values("cells", [(0, Column("a", STRING))], StorageDescriptor())
        'SELECT s.c0 AS c0 FROM cells AS s'
    """
    properties = storage.serde_properties
    others = dict(others or {})
    match text_serde(storage):
        case "regex":
            values = {place: _regex_value(f"s.c{place}", column.type) for place, column in columns}
        case "json":
            values = {place: emit_json_value(_LINE, place, column) for place, column in columns}
        case "openx":
            values = {place: emit_openx_value(_LINE, column, properties) for place, column in columns}
        case _:
            return emit_parse(source, [(place, one.type) for place, one in columns], _options(storage), others)
    return emit_parse(source, (), _PLAIN_OPTIONS, values | others)


def _regex_value(sql: str, type_: HiveType) -> str:
    """Java's own parsers of numbers, which take no fraction for a whole number; other types are as in a text cell."""
    if type_ in (TINYINT, SMALLINT, INT, BIGINT):
        digits = f"regexp_full_match({sql}, '[+-]?[0-9]+')"
        return f"CASE WHEN {digits} THEN TRY_CAST({sql} AS {duckdb_type(type_)}) END"
    if type_ in (FLOAT, DOUBLE):
        return text_to_floating(sql, type_)
    if type_ == BOOLEAN:
        return f"(lower({sql}) = 'true')"
    whole = emit_parse("x", [(0, type_)], _PLAIN_OPTIONS)
    return whole.removeprefix("SELECT ").removesuffix(" AS c0 FROM x AS s").replace("s.c0", sql)


def emit_file_cells(
    query: str,
    columns: Sequence[OutputColumn | Column],
    storage: StorageDescriptor,
    others: Mapping[int, str] | None = None,
) -> str:
    """Return a SELECT of what the files hold of a query's columns: a cell each, or one line.

    Example:
        >>> from airflow_ddb_hive.model.table import Column, StorageDescriptor
        >>> emit_file_cells("SELECT 'a' AS c0", [Column("a", STRING)], StorageDescriptor())
        "SELECT r.c0 AS c0 FROM (SELECT 'a' AS c0) AS r"
    """
    match text_serde(storage):
        case "json" | "openx":
            cells = [f"{_json_line(columns)} AS c0"]
        case "delimited_json":
            cells = [f"{_delimited_json(f'r.c{i}', one.type, storage)} AS c{i}" for i, one in enumerate(columns)]
        case "csv":
            cells = [f"{write_cell(f'r.c{i}', one.type, _PLAIN_OPTIONS)} AS c{i}" for i, one in enumerate(columns)]
        case "multi":
            cells = [f"{_multi_cell(f'r.c{i}', one.type, storage)} AS c{i}" for i, one in enumerate(columns)]
        case _:
            return emit_cells(query, columns, _options(storage), others)
    cells += [f"{sql} AS c{i}" for i, sql in (others or {}).items()]
    return f"SELECT {', '.join(cells)} FROM ({query}) AS r"


def _multi_cell(sql: str, type_: HiveType, storage: StorageDescriptor) -> str:
    return f"CAST({sql} AS VARCHAR)" if type_ == BINARY else write_cell(sql, type_, _options(storage))


def _delimited_json(sql: str, type_: HiveType, storage: StorageDescriptor) -> str:
    return json_text(sql, type_) if isinstance(type_, _NESTED) else write_cell(sql, type_, _options(storage))


def _json_line(columns: Sequence[OutputColumn | Column]) -> str:
    fields = [f"{text(_key(one.name))} || {_json_field(f'r.c{i}', one.type)}" for i, one in enumerate(columns)]
    return "'{' || " + " || ',' || ".join(fields) + " || '}'"


def _key(name: str) -> str:
    return f'"{name}":'


def _json_field(sql: str, type_: HiveType) -> str:
    match type_:
        case DecimalType() | CharType():
            pass
        case _ if type_ == BINARY:
            type_, sql = STRING, f"decode({sql})"
    return f"coalesce({json_text(sql, type_)}, 'null')"
