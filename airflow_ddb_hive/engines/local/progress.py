"""Turns the meters of a running statement into progress, from the thread that waits for it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from airflow_ddb_hive.model.progress import Progress, ProgressThrottle

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from airflow_ddb_hive.dynamodb import Meter

__all__ = ["ProgressReporter", "TableMeter"]


@dataclass(frozen=True, slots=True)
class TableMeter:
    """A meter and the number of items that it will probably reach; 0 if nobody knows.

    ``tags`` are the DynamoDB types of the columns that are read, by their names.
    """

    meter: Meter
    expected_items: int = 0
    tags: Mapping[str, str] = field(default_factory=dict)


class ProgressReporter:
    """Calls a listener every few seconds of a long statement.

    Args:
        listener: What takes the progress; ``None`` for nobody.
        clock: Seconds that only grow.
    """

    def __init__(
        self, listener: Callable[[Progress], None] | None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._listener = listener
        self._clock = clock
        self._started = clock()
        self._throttle = ProgressThrottle(started=self._started)

    def restart(self) -> None:
        """Count from now: another statement begins."""
        self._started = self._clock()
        self._throttle = ProgressThrottle(started=self._started)

    def report(self, meters: Sequence[TableMeter]) -> None:
        """Tell the listener, if a line is due and there is anything to tell."""
        now = self._clock()
        if self._listener is None or not meters or not self._throttle.due(now):
            return
        for metered in meters:
            progress = _progress(metered, now - self._started)
            if progress.items or progress.fraction:
                self._listener(progress)


def _progress(metered: TableMeter, seconds: float) -> Progress:
    usage = metered.meter.snapshot()
    # What a filter leaves out has been read too.
    done = max(usage.items, usage.scanned)
    fraction = done / metered.expected_items if metered.expected_items else None
    left = None if not fraction or fraction >= 1 else seconds * (1 - fraction) / fraction
    return Progress(
        table=usage.table,
        role=usage.role,
        items=usage.items,
        bytes=usage.bytes,
        units=usage.units,
        units_per_second=usage.units / seconds if seconds > 0 else 0.0,
        budget_units_per_second=usage.budget,
        fraction=fraction,
        seconds_left=left,
    )
