"""Nouns of the DynamoDB side: what a table is, what is to be read from it, at what rate."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_ddb_hive.model.types import HiveType

__all__ = ["ITEM", "AttributeColumn", "IndexDescription", "ReadRequest", "ScanUnit", "TableDescription"]

ITEM = "ITEM"
"""The pseudo type of a ``map<string,string>`` column that holds the whole item."""


@dataclass(frozen=True, slots=True)
class AttributeColumn:
    """A Hive column and the DynamoDB attribute behind it.

    ``attribute`` is ``None`` for the whole-item column, whose ``dynamodb_type`` is ``ITEM``; otherwise
    ``dynamodb_type`` is one of S, N, B, BOOL, L, M, SS, NS, BS.

    Example:
        >>> from airflow_ddb_hive.model.types import BIGINT
        >>> AttributeColumn("feature_id", BIGINT, "Id", "N").attribute
        'Id'
    """

    column: str
    type: HiveType
    attribute: str | None
    dynamodb_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexDescription:
    """A global or local secondary index; ``projection`` is ALL, KEYS_ONLY or INCLUDE."""

    name: str
    kind: str
    hash_key: str
    range_key: str | None = None
    projection: str = "ALL"
    included: tuple[str, ...] = ()
    read_capacity_units: int | None = None
    write_capacity_units: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDescription:
    """What DescribeTable says, reduced to what decides a plan.

    ``read_capacity_units`` and ``write_capacity_units`` are units a second: provisioned ones, an on-demand maximum
    where one is set, ``None`` for an on-demand table without one. ``item_count`` and ``size_bytes`` are DynamoDB's
    own, six hours old at worst.

    Example:
        >>> TableDescription(name="Music", hash_key="Artist", attribute_types={"Artist": "S"}).key_attributes
        ('Artist',)
    """

    name: str
    hash_key: str
    range_key: str | None = None
    attribute_types: Mapping[str, str] = field(default_factory=dict)
    status: str = "ACTIVE"
    on_demand: bool = False
    read_capacity_units: int | None = None
    write_capacity_units: int | None = None
    item_count: int = 0
    size_bytes: int = 0
    indexes: tuple[IndexDescription, ...] = ()

    @property
    def key_attributes(self) -> tuple[str, ...]:
        """Partition key and, if there is one, sort key."""
        return (self.hash_key,) if self.range_key is None else (self.hash_key, self.range_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRequest:
    """What to read from a table: the columns, and how the work is cut up.

    ``columns`` empty means that only the number of items matters (``Select=COUNT``). ``page_limit`` is the most items
    that one page may evaluate; ``None`` leaves it to DynamoDB's 1 MB.

    Example:
        >>> ReadRequest(table_name="Music", columns=()).consistent
        False
    """

    table_name: str
    columns: tuple[AttributeColumn, ...]
    index_name: str | None = None
    consistent: bool = False
    page_limit: int | None = None
    total_segments: int | None = None


@dataclass(frozen=True, slots=True)
class ScanUnit:
    """One unit of work: a segment of a parallel scan.

    Example:
        >>> ScanUnit(segment=0, total_segments=4).total_segments
        4
    """

    segment: int
    total_segments: int
