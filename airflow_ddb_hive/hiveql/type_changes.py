"""Which types a column may get by ALTER TABLE: those that Hive can read the old files with.

Follows ``hive.metastore.disallow.incompatible.col.type.changes``, measured on Hive 3.1.3.
"""

from __future__ import annotations

from airflow_ddb_hive.model.types import (
    BIGINT,
    DATE,
    DOUBLE,
    FLOAT,
    INT,
    SMALLINT,
    STRING,
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

__all__ = ["compatible_types"]

_NUMBERS = (TINYINT, SMALLINT, INT, BIGINT, DecimalType(), FLOAT, DOUBLE)
"""Numbers may become any number to their right; all decimals count as one."""

_COLLECTIONS = (ArrayType, MapType, StructType)


def compatible_types(old: HiveType, new: HiveType) -> bool:
    """Whether a column of one type may become one of the other.

    Example:
        >>> compatible_types(INT, BIGINT), compatible_types(BIGINT, INT), compatible_types(INT, STRING)
        (True, False, True)
    """
    if isinstance(old, _COLLECTIONS) or isinstance(new, _COLLECTIONS):
        return type(old) is type(new)
    before, after = _rank(old), _rank(new)
    if _is_text(new):
        return before is not None or _is_text(old) or old in (DATE, TIMESTAMP)
    if before is not None and after is not None:
        return before <= after
    return old == new


def _is_text(type_: HiveType) -> bool:
    return type_ == STRING or isinstance(type_, CharType | VarcharType)


def _rank(type_: HiveType) -> int | None:
    plain = DecimalType() if isinstance(type_, DecimalType) else type_
    return _NUMBERS.index(plain) if plain in _NUMBERS else None
