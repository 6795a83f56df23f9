"""From text to values, in the two ways that Hive has: CAST, and reading a cell of a text file.

``lazy`` is the second (LazySimpleSerDe): it takes fewer forms, so that a cell with a space before its number is NULL.
Each conversion tries DuckDB's own cast first and keeps it where the text is plainly regular.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.sql import let
from airflow_ddb_hive.engines.local.physical import duckdb_type

if TYPE_CHECKING:
    from airflow_ddb_hive.model.types import HiveType

__all__ = [
    "text_to_boolean",
    "text_to_decimal",
    "text_to_floating",
    "text_to_integer",
]

_BLANKS = "(chr(32) || chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(0))"


def text_to_integer(sql: str, target: HiveType, *, lazy: bool = False) -> str:
    """Digits with a sign; a fraction is cut off; anything else, or too large, is NULL."""
    type_ = duckdb_type(target)

    def convert(v: str) -> str:
        trimmed = v if lazy else f"trim({v}, {_BLANKS})"
        checked = f"regexp_full_match({trimmed}, '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)')"
        whole = f"regexp_replace(split_part({trimmed}, '.', 1), '^([+-]?)$', '\\10')"
        return (
            f"CASE WHEN CAST(TRY_CAST({v} AS {type_}) AS VARCHAR) = {v} THEN TRY_CAST({v} AS {type_}) "
            f"WHEN {checked} THEN TRY_CAST({whole} AS {type_}) END"
        )

    return let(sql, convert)


def text_to_floating(sql: str, target: HiveType, *, lazy: bool = False) -> str:  # noqa: ARG001 (both ways agree)
    """What ``Double.parseDouble`` takes: blanks around, an ``f`` or ``d`` after, NaN and Infinity as spelled so."""
    type_ = duckdb_type(target)

    def convert(v: str) -> str:
        trimmed = f"trim({v}, {_BLANKS})"
        number = f"regexp_extract({trimmed}, '^([+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?)[fFdD]?$', 1)"
        special = f"regexp_extract({trimmed}, '^([+-]?(NaN|Infinity))$', 1)"
        return (
            f"CASE WHEN isfinite(TRY_CAST({v} AS {type_})) AND strpos({v}, '_') = 0 AND strpos({v}, '+-') = 0 "
            f"THEN TRY_CAST({v} AS {type_}) "
            f"WHEN {v} IS NULL THEN NULL "
            f"WHEN {number} <> '' THEN coalesce(TRY_CAST({number} AS {type_}), CAST(CASE WHEN {number}[1] = '-' "
            f"THEN '-infinity' ELSE 'infinity' END AS {type_})) "
            f"WHEN {special} <> '' THEN CAST(replace({special}, '-NaN', 'NaN') AS {type_}) END"
        )

    return let(sql, convert)


def text_to_decimal(sql: str, target: HiveType, *, lazy: bool = False) -> str:
    """A number rounded half up to the scale; NULL when its digits before the point are too many."""

    def convert(v: str) -> str:
        trimmed = v if lazy else f"trim({v}, ' ')"
        form = "[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,2})?"
        return f"CASE WHEN regexp_full_match({trimmed}, '{form}') THEN TRY_CAST({trimmed} AS {duckdb_type(target)}) END"

    return let(sql, convert)


def text_to_boolean(sql: str, _target: HiveType, *, lazy: bool = False) -> str:
    """CAST: false for ``''``, false, off, no, 0, else true. A cell: true and false alone."""
    if lazy:
        return f"CASE lower({sql}) WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END"
    return f"(lower({sql}) NOT IN ('', 'false', 'off', 'no', '0'))"
