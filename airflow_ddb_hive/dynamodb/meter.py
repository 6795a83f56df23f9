"""Counts what a statement takes from one table, across all threads that read or write it."""

from __future__ import annotations

import threading
from collections import Counter

from airflow_ddb_hive.model.job import TableUsage

__all__ = ["Meter"]


class Meter:
    """Thread-safe counters for one table and role.

    Example:
        >>> meter = Meter("Music", "read", budget=20.0)
        >>> meter.add(items=3, units=0.5, requests=1)
        >>> meter.snapshot().items
        3

    Args:
        table: The DynamoDB table.
        role: ``read`` or ``write``.
        budget: The target rate in units a second, for the report.
    """

    def __init__(self, table: str, role: str, *, budget: float = 0.0) -> None:
        self._table = table
        self._role = role
        self._budget = budget
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._units = 0.0
        self._throttles: Counter[str] = Counter()
        self._mismatched: Counter[str] = Counter()
        self._bad_values: Counter[str] = Counter()

    def add(self, *, items: int = 0, bytes: int = 0, requests: int = 0, units: float = 0.0) -> None:  # noqa: A002 - the field's name in TableUsage
        """Count what one answer brought or took."""
        with self._lock:
            self._counts.update(items=items, bytes=bytes, requests=requests)
            self._units += units

    def retried(self, throttle_reason: str | None = None) -> None:
        """Count a request that had to be sent again, and why if it was throttled."""
        with self._lock:
            self._counts["retries"] += 1
            if throttle_reason is not None:
                self._throttles[throttle_reason] += 1

    def mismatched(self, column: str, values: int) -> None:
        """Count attributes that are NULL in a column because they have another type."""
        with self._lock:
            self._mismatched[column] += values

    def bad_values(self, column: str, values: int) -> None:
        """Count attributes that are NULL in a column because they do not fit it."""
        with self._lock:
            self._bad_values[column] += values

    def replaced(self, items: int) -> None:
        """Count rows that a later row with the same key replaced before they were sent."""
        with self._lock:
            self._counts["replaced"] += items

    @property
    def replaced_items(self) -> int:
        """How many rows a later row with the same key replaced before they were sent."""
        with self._lock:
            return self._counts["replaced"]

    def snapshot(self) -> TableUsage:
        """Return the counts so far."""
        with self._lock:
            return TableUsage(
                table=self._table,
                role=self._role,
                items=self._counts["items"],
                bytes=self._counts["bytes"],
                requests=self._counts["requests"],
                units=round(self._units, 3),
                budget=self._budget,
                retries=self._counts["retries"],
                throttles=dict(self._throttles),
                mismatched=dict(self._mismatched),
                bad_values=dict(self._bad_values),
                replaced=self._counts["replaced"],
            )
