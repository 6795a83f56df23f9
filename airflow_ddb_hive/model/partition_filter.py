"""Conditions on the values of partition columns, as DROP PARTITION and partial PARTITION clauses have them."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.model.types import BIGINT, DOUBLE, FLOAT, INT, SMALLINT, TINYINT, DecimalType

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from airflow_ddb_hive.model.table import Partition
    from airflow_ddb_hive.model.types import HiveType

__all__ = ["COMPARISONS", "PartitionCondition", "matching_partitions"]

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
"""The comparisons of DROP PARTITION."""


@dataclass(frozen=True, slots=True)
class PartitionCondition:
    """``column comparison value``: the column by its place among the partition columns, the value as text.

    Example:
        >>> from airflow_ddb_hive.model.types import INT
        >>> PartitionCondition(0, INT, ">", "9").holds(("10",))
        True
    """

    column: int
    type: HiveType
    comparison: str
    value: str

    def holds(self, values: Sequence[str]) -> bool:
        """Whether a partition with these values is meant: numbers compare as numbers, all else as text."""
        have, want = values[self.column], self.value
        if self.type in (TINYINT, SMALLINT, INT, BIGINT, FLOAT, DOUBLE) or isinstance(self.type, DecimalType):
            try:
                return COMPARISONS[self.comparison](Decimal(have), Decimal(want))
            except InvalidOperation:
                return COMPARISONS[self.comparison](have, want) if self.comparison in ("=", "==") else False
        return COMPARISONS[self.comparison](have, want)


def matching_partitions(
    partitions: Sequence[Partition], conditions: Sequence[PartitionCondition]
) -> tuple[Partition, ...]:
    """Return the partitions for which all conditions hold."""
    return tuple(one for one in partitions if all(condition.holds(one.values) for condition in conditions))
