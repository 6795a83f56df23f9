"""How much an access path reads, roughly: enough to tell what is large from what is small."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow_ddb_hive.model.dynamodb import AccessPath, TableDescription

__all__ = ["path_bytes"]

_RANGE_BYTES = 2**20
"""Taken for what one range of keys holds: a page. DynamoDB does not say how many items a partition key has."""


def path_bytes(path: AccessPath, description: TableDescription) -> int:
    """Return how many bytes of items a path reads, at most all of the table.

    Example:
        >>> from airflow_ddb_hive.model.dynamodb import AccessPath, KeyRange, TableDescription
        >>> table = TableDescription(name="Music", hash_key="Id", item_count=10_000, size_bytes=5_000_000)
        >>> path_bytes(AccessPath(), table), path_bytes(AccessPath(kind="get", ranges=(KeyRange({"S": "x"}),)), table)
        (5000000, 500)
    """
    size = description.size_bytes
    if path.kind == "scan":
        return size
    average = size // max(1, description.item_count)
    return min(size, len(path.ranges) * (average if path.kind == "get" else _RANGE_BYTES))
