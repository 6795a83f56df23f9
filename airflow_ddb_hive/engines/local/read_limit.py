"""Stops a statement that reads more than it may: how large a partition is, no estimate knows before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import ReadRefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_ddb_hive.engines.local.progress import TableMeter

__all__ = ["MAX_READ_UNITS", "ReadLimit"]

MAX_READ_UNITS = "ddb_hive.max.read.units"


@dataclass(frozen=True, slots=True)
class ReadLimit:
    """The read units that a statement may take; of one DynamoDB table if ``table`` names it, else of all together."""

    units: float
    table: str | None = None

    def check(self, meters: Sequence[TableMeter]) -> None:
        """Refuse to go on once more was read than allowed.

        Raises:
            ReadRefusedError: More was read.
        """
        usages = [metered.meter.snapshot() for metered in meters]
        counted = [one for one in usages if one.role == "read" and self.table in (None, one.table)]
        units = sum(one.units for one in counted)
        if units <= self.units:
            return
        largest = max(counted, key=lambda one: one.units)
        raise ReadRefusedError(
            f"reading of table {largest.table} was stopped: the statement took {units:,.1f} read units, and "
            f"{MAX_READ_UNITS} allows {self.units:,.1f}; give narrower conditions on its key, or raise the limit",
            table=largest.table,
        )
