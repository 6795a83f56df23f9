"""How much of a table's capacity a job may use."""

from __future__ import annotations

import math
from dataclasses import dataclass

from airflow_ddb_hive.errors import InputError

__all__ = ["DEFAULT_PERCENT", "ON_DEMAND_UNITS", "Budget"]

ON_DEMAND_UNITS = 40_000
"""Units a second that an on-demand table is taken to have: DynamoDB's default quota for one table."""

DEFAULT_PERCENT = 0.5
"""The connector's default share, of reads and of writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """A rate in capacity units a second: a share (``percent``, 0.5 = half) of what the table has.

    It is rounded down to whole units, at least one, as the connector rounds, unless it is ``exact``.

    Example:
        >>> Budget(capacity_units=100, percent=0.25).units_per_second
        25.0

    Raises:
        InputError: The share is not a number above zero, or the capacity is below one unit; if ``exact``, not above 0.
    """

    capacity_units: float
    percent: float = DEFAULT_PERCENT
    exact: bool = False

    def __post_init__(self) -> None:
        """Refuse what the connector refuses."""
        if not self.percent > 0 or math.isinf(self.percent):
            raise InputError(f"Invalid read percentage: {self.percent}: give a number above 0, such as 0.5")
        if self.exact and not self.capacity_units > 0:
            raise InputError(f"Throughput should be above 0: {self.capacity_units} units a second")
        if not self.exact and self.capacity_units < 1:
            raise InputError(f"Throughput should not be less than 1: {self.capacity_units} units a second")

    @property
    def units_per_second(self) -> float:
        """The target rate."""
        if self.exact:
            return self.capacity_units * self.percent
        return float(max(1, math.floor(self.capacity_units * self.percent)))
