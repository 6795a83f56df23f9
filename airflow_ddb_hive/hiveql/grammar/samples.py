"""TABLESAMPLE, by the rules ``tableBucketSample`` and ``splitSample`` of Hive 3.1's FromClauseParser.g."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.grammar.syntax import SampleNode

if TYPE_CHECKING:
    from airflow_ddb_hive.hiveql.grammar.cursor import Cursor
    from airflow_ddb_hive.hiveql.grammar.expressions import ExpressionReader

__all__ = ["read_sample"]

_BYTES = re.compile(r"(\d+)([BKMG])")
_SHARE = re.compile(r"\d+(\.\d*)?")
_FACTORS = {"B": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def read_sample(cursor: Cursor, expressions: ExpressionReader) -> SampleNode:
    """Take ``TABLESAMPLE (…)``."""
    position = cursor.expect("TABLESAMPLE").position
    cursor.expect("(", "table sample")
    if cursor.take("BUCKET"):
        number = cursor.integer("table bucket sample specification")
        cursor.expect("OUT", "table bucket sample specification")
        cursor.expect("OF", "table bucket sample specification")
        of = cursor.integer("table bucket sample specification")
        by = expressions.expressions() if cursor.take("ON") else ()
        cursor.expect(")", "table bucket sample specification")
        return SampleNode(position, "bucket", number, of, by)
    sample = _split(cursor)
    cursor.expect(")", "table split sample specification")
    return sample


def _split(cursor: Cursor) -> SampleNode:
    word = cursor.word
    size = _BYTES.fullmatch(word.value)
    if word.kind == "number" and size is not None:
        cursor.advance()
        return SampleNode(word.position, "bytes", int(size[1]) * _FACTORS[size[2]])
    if word.kind == "number" and _SHARE.fullmatch(word.text) is not None:
        cursor.advance()
        for unit in ("percent", "rows"):
            if cursor.take(unit.upper()):
                return SampleNode(word.position, unit, float(word.text))
    raise cursor.error("table split sample specification")
