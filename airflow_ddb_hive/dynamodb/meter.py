"""Counts what a statement takes from one table, across all threads that read or write it."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from airflow_ddb_hive.model.job import IndexUsage, TableUsage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from airflow_ddb_hive.dynamodb.pacing import Pacer

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
        index: The index that is read in the table's place.
        pacer: Whose targets the report says, of the table and of its indexes, as they are when it is made.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        table: str,
        role: str,
        *,
        budget: float = 0.0,
        index: str | None = None,
        pacer: Pacer | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._table = table
        self._role = role
        self._budget = budget
        self._index = index
        self._pacer = pacer
        self._clock = clock
        self._started: float | None = None
        self._ended = 0.0
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._units = 0.0
        self._index_units: defaultdict[str, float] = defaultdict(float)
        self._throttles: Counter[str] = Counter()
        self._index_throttles: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._mismatched: Counter[str] = Counter()
        self._bad_values: Counter[str] = Counter()

    def begin(self) -> None:
        """Let the time in which units are used begin, if it has not."""
        with self._lock:
            if self._started is None:
                self._started = self._clock()

    def add(
        self,
        *,
        items: int = 0,
        bytes: int = 0,  # noqa: A002 - the field's name in TableUsage
        requests: int = 0,
        units: float = 0.0,
        scanned: int = 0,
        indexes: Mapping[str, float] | None = None,
    ) -> None:
        """Count what one answer brought or took; ``units`` are all, those of ``indexes`` included."""
        with self._lock:
            self._counts.update(items=items, bytes=bytes, requests=requests, scanned=scanned)
            self._units += units
            for name, part in (indexes or {}).items():
                self._index_units[name] += part
            self._ended = self._clock()

    def retried(self, throttle_reason: str | None = None, *, index: str | None = None) -> None:
        """Count a request that had to be sent again, and why if it was throttled, and by which index."""
        with self._lock:
            self._counts["retries"] += 1
            if throttle_reason is not None:
                self._throttles[throttle_reason] += 1
                if index is not None:
                    self._index_throttles[index][throttle_reason] += 1

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
            seconds = max(0.0, self._ended - self._started) if self._started is not None else 0.0
            return TableUsage(
                table=self._table,
                role=self._role,
                items=self._counts["items"],
                scanned=self._counts["scanned"],
                bytes=self._counts["bytes"],
                requests=self._counts["requests"],
                units=round(self._units, 3),
                budget=self._budget if self._pacer is None else self._pacer.units_per_second,
                seconds=round(seconds, 3),
                units_per_second=_rate(self._units - sum(self._index_units.values()), seconds),
                retries=self._counts["retries"],
                throttles=dict(self._throttles),
                mismatched=dict(self._mismatched),
                bad_values=dict(self._bad_values),
                replaced=self._counts["replaced"],
                index=self._index,
                indexes=self._index_usages(seconds),
            )

    def _index_usages(self, seconds: float) -> tuple[IndexUsage, ...]:
        targets = {} if self._pacer is None else self._pacer.index_units_per_second
        names = dict.fromkeys((*targets, *self._index_units, *self._index_throttles))
        # A read's index is the usage's own.
        return tuple(
            IndexUsage(
                name=name,
                units=round(self._index_units.get(name, 0.0), 3),
                budget=targets.get(name, 0.0),
                units_per_second=_rate(self._index_units.get(name, 0.0), seconds),
                throttles=dict(self._index_throttles.get(name, {})),
            )
            for name in names
            if name != self._index
        )


def _rate(units: float, seconds: float) -> float:
    return round(units / seconds, 1) if seconds > 0 else 0.0
