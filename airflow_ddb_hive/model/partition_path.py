"""Folders of partitions: ``key=value/key=value``, escaped as Hive escapes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_ddb_hive.model.table import Column

__all__ = ["DEFAULT_PARTITION", "partition_folder", "partition_values", "unescaped"]

DEFAULT_PARTITION = "__HIVE_DEFAULT_PARTITION__"
"""Stands for NULL and for the empty string in a partition column."""

_SPECIAL = re.compile("[\x00-\x1f\"#%'*/:=?\\\\\x7f{\\[\\]^]")
_ESCAPE = re.compile("%([0-9a-fA-F]{2})")


def partition_folder(columns: Sequence[Column], values: Sequence[str]) -> str:
    """Return a partition's folder, relative to its table's.

    Example:
        >>> from airflow_ddb_hive.model.table import Column
        >>> from airflow_ddb_hive.model.types import STRING
        >>> partition_folder([Column("ds", STRING), Column("at", STRING)], ["2026-01-31", "10:30"])
        'ds=2026-01-31/at=10%3A30'
    """
    pairs = zip(columns, values, strict=True)
    return "/".join(f"{_escaped(column.name)}={_escaped(value)}" for column, value in pairs)


def partition_values(columns: Sequence[Column], folder: str) -> tuple[str, ...] | None:
    """Return the values that a folder's path stands for, ``None`` if it is no partition of these columns.

    Example:
        >>> from airflow_ddb_hive.model.table import Column
        >>> from airflow_ddb_hive.model.types import STRING
        >>> partition_values([Column("at", STRING)], "at=10%3A30"), partition_values([Column("at", STRING)], "tmp")
        (('10:30',), None)
    """
    parts = folder.strip("/").split("/")
    pairs = [part.partition("=") for part in parts]
    names = [unescaped(name).lower() for name, equals, _ in pairs if equals]
    if names != [column.name for column in columns]:
        return None
    return tuple(unescaped(value) for _, _, value in pairs)


def unescaped(text: str) -> str:
    """Return a part of a path with its escapes undone.

    Example:
        >>> unescaped("a%2Fb")
        'a/b'
    """
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)


def _escaped(text: str) -> str:
    if not text:
        return DEFAULT_PARTITION
    return _SPECIAL.sub(lambda match: f"%{ord(match[0]):02X}", text)
