"""A Hive table that was made up for a DynamoDB table from a sample of its items."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow_ddb_hive.model.dynamodb import TableDescription
    from airflow_ddb_hive.model.types import HiveType

__all__ = ["InferredColumn", "InferredTable", "LeftOutAttribute", "TableSample"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSample:
    """How much of a table was read: items, read units, and whether that was all there is.

    Example:
        >>> TableSample(items=100, units=12.5, segments=16, complete=False).items
        100
    """

    items: int
    units: float
    segments: int
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InferredColumn:
    """A column, and what the sample says of the attribute behind it.

    ``attribute`` is ``None`` for the column that holds whole items; ``dynamodb_type`` is given where the type mapping
    must name it; ``items`` have the attribute; ``notes`` say what a reader should know.

    Example:
        >>> from airflow_ddb_hive.model.types import BIGINT
        >>> InferredColumn(name="id", attribute="Id", type=BIGINT, items=7).notes
        ()
    """

    name: str
    attribute: str | None
    type: HiveType
    dynamodb_type: str | None = None
    items: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOutAttribute:
    """An attribute that has no column of its own, and why."""

    attribute: str
    items: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InferredTable:
    """The columns that fit a sample of a table."""

    description: TableDescription
    sample: TableSample
    columns: tuple[InferredColumn, ...]
    left_out: tuple[LeftOutAttribute, ...] = field(default=())

    def share(self, items: int) -> float:
        """The share of the sampled items that some items are, from 0 to 1."""
        return items / self.sample.items if self.sample.items else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return everything as values that JSON has."""
        return {
            "table": _facts(self.description),
            "sample": {
                "items": self.sample.items,
                "read_units": round(self.sample.units, 3),
                "segments": self.sample.segments,
                "complete": self.sample.complete,
            },
            "columns": [
                {
                    "name": column.name,
                    "type": str(column.type),
                    "attribute": column.attribute,
                    "dynamodb_type": column.dynamodb_type,
                    "items": column.items,
                    "share": round(self.share(column.items), 6),
                    "notes": list(column.notes),
                }
                for column in self.columns
            ],
            "left_out": [
                {
                    "attribute": left.attribute,
                    "items": left.items,
                    "share": round(self.share(left.items), 6),
                    "reason": left.reason,
                }
                for left in self.left_out
            ],
        }


def _facts(description: TableDescription) -> dict[str, Any]:
    return {
        "name": description.name,
        "status": description.status,
        "partition_key": description.hash_key,
        "sort_key": description.range_key,
        "attribute_types": dict(description.attribute_types),
        "item_count": description.item_count,
        "size_bytes": description.size_bytes,
        "on_demand": description.on_demand,
        "read_capacity_units": description.read_capacity_units,
        "write_capacity_units": description.write_capacity_units,
        "indexes": [
            {
                "name": index.name,
                "kind": index.kind,
                "partition_key": index.hash_key,
                "sort_key": index.range_key,
                "projection": index.projection,
                "included": list(index.included),
            }
            for index in description.indexes
        ],
    }
