"""Rows as JSON can carry them: nothing rounded, nothing lost, the Hive types beside them.

Airflow's serialiser turns a Decimal into a float and refuses bytes; JavaScript, and so the UI, rounds integers beyond
2^53. Such values go as text.
"""

from __future__ import annotations

import base64
import json
import math
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.model.types import ArrayType, HiveType, MapType, StructType

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from airflow_ddb_hive.engines.base import ResultSet

__all__ = ["json_value", "read_rows", "text_table"]

_SAFE_INTEGER = 2**53
_CELL_CHARACTERS = 60


def json_value(value: Any, hive_type: HiveType) -> Any:
    """Return a value of a Hive type as JSON can carry it.

    Example:
        >>> from airflow_ddb_hive.model.types import parse_type
        >>> json_value({"price": Decimal("1.50"), "id": 2**60}, parse_type("struct<price:decimal(5,2),id:bigint>"))
        {'price': '1.50', 'id': '1152921504606846976'}
        >>> json_value(b"x", parse_type("binary"))
        'eA=='
    """
    if value is None:
        return None
    match hive_type:
        case ArrayType(element):
            return [json_value(item, element) for item in value]
        case MapType(key_type, value_type):
            pairs = value.items() if isinstance(value, dict) else value
            return {_key(json_value(key, key_type)): json_value(item, value_type) for key, item in pairs}
        case StructType(fields):
            return {name: json_value(value[name], field) for name, field in fields}
    return _scalar(value)


def _key(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _scalar(value: Any) -> Any:
    for kind, convert in _CONVERSIONS.items():
        if isinstance(value, kind):
            return convert(value)
    raise TypeError(f"no JSON form for {type(value).__name__}")


def _integer(value: int) -> int | str:
    return value if abs(value) <= _SAFE_INTEGER else str(value)


def _float(value: float) -> float | str:
    if math.isfinite(value):
        return value
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def _timestamp(value: datetime) -> str:
    """As Hive prints it: a blank between, no zeros at the end of the fraction."""
    text = value.isoformat(sep=" ")
    return text.rstrip("0") if "." in text else text


def _itself(value: Any) -> Any:
    return value


_CONVERSIONS: dict[type, Callable[[Any], Any]] = {
    bool: _itself,  # before int, which it is too
    str: _itself,
    int: _integer,
    float: _float,
    Decimal: lambda value: format(value, "f"),
    bytes: lambda value: base64.b64encode(value).decode("ascii"),
    datetime: _timestamp,  # before date, which it is too
    date: date.isoformat,
}


def read_rows(result: ResultSet, limit: int, *, must_fit: bool) -> list[list[Any]]:
    """Return at most ``limit`` rows as JSON values and close the result.

    Raises:
        InputError: There are more rows, and ``must_fit`` says that none may be left out.
    """
    rows: list[list[Any]] = []
    types = [column.type for column in result.columns]
    try:
        for batch in result.batches():
            if must_fit and len(rows) + batch.num_rows > limit:
                raise InputError(
                    f"the query has more than max_rows={limit} rows: raise max_rows, add LIMIT, or write the rows to "
                    "files with INSERT OVERWRITE DIRECTORY; XCom is no place for large results"
                )
            part = batch.slice(0, limit - len(rows))
            columns = [part.column(i).to_pylist() for i in range(len(types))]
            converted = [[json_value(value, t) for value in column] for column, t in zip(columns, types, strict=True)]
            rows.extend(list(row) for row in zip(*converted, strict=True))
            if not must_fit and len(rows) >= limit:
                break
    finally:
        result.close()
    return rows


def text_table(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return rows as people read them in a log, long cells cut.

    Example:
        >>> print(text_table(["state", "n"], [["CA", 3], ["NY", None]]))
        state | n
        ------+-----
        CA    | 3
        NY    | NULL
    """
    cells = [[_cell(name) for name in names], *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(names))]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    lines.insert(1, "-+-".join("-" * width for width in widths))
    return "\n".join(lines)


def _cell(value: Any) -> str:
    if value is None:
        return "NULL"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = text.replace("\n", r"\n").replace("\r", r"\r").replace("\t", r"\t")
    return text if len(text) <= _CELL_CHARACTERS else text[: _CELL_CHARACTERS - 1] + "…"
