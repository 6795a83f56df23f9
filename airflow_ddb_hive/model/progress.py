"""What a long job says while it works: one line, often enough to be believed, seldom enough to be read."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Progress", "ProgressThrottle", "progress_line"]

_VERBS = {"read": "read", "write": "wrote"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a statement is with one table.

    ``role`` is ``read`` or ``write``, as in :class:`~airflow_ddb_hive.model.job.TableUsage`; ``units`` are DynamoDB
    capacity units, the budget is what the job allows itself. ``fraction`` and ``seconds_left`` are estimates, ``None``
    where there is nothing to estimate from.

    Example:
        >>> Progress(table="Features", role="read", items=12).fraction is None
        True
    """

    table: str
    role: str
    items: int = 0
    bytes: int = 0
    units: float = 0.0
    units_per_second: float = 0.0
    budget_units_per_second: float = 0.0
    fraction: float | None = None
    seconds_left: float | None = None


def progress_line(progress: Progress) -> str:
    """Return the progress as people read it; what is not known is left out.

    Example:
        >>> progress_line(
        ...     Progress(
        ...         table="Features",
        ...         role="read",
        ...         items=1_234_000,
        ...         bytes=312_400_000,
        ...         units_per_second=498.7,
        ...         budget_units_per_second=500.0,
        ...         fraction=0.62,
        ...         seconds_left=192.0,
        ...     )
        ... )
        'Features: read 1,234,000 items, 312.4 MB, 498.7 units/s of 500.0, 62 %, 0:03:12 left'
    """
    noun = "item" if progress.items == 1 else "items"
    parts = [f"{_VERBS[progress.role]} {progress.items:,} {noun}", f"{progress.bytes / 1e6:,.1f} MB", _rate(progress)]
    if progress.fraction is not None:
        # Estimates overshoot (DynamoDB's own counts are hours old); 100 % is said by the end of the job, not by us.
        parts.append(f"{min(99, max(0, int(progress.fraction * 100)))} %")
    if progress.seconds_left is not None:
        parts.append(f"{_clock_text(progress.seconds_left)} left")
    return f"{progress.table}: {', '.join(parts)}"


def _rate(progress: Progress) -> str:
    rate = f"{progress.units_per_second:,.1f} units/s"
    if progress.budget_units_per_second > 0:
        return f"{rate} of {progress.budget_units_per_second:,.1f}"
    return rate


def _clock_text(seconds: float) -> str:
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}"


class ProgressThrottle:
    """Says when a progress line is due; the clock is the caller's, in seconds that only grow.

    The first line is due ``first_seconds`` after the start, so that short work says nothing; each later one
    ``every_seconds`` after the one before it.

    Example:
        >>> throttle = ProgressThrottle(started=100.0, first_seconds=3.0, every_seconds=5.0)
        >>> [throttle.due(now) for now in (101.0, 103.0, 104.0, 108.0)]
        [False, True, False, True]
    """

    def __init__(self, *, started: float, first_seconds: float = 3.0, every_seconds: float = 5.0) -> None:
        self._next = started + first_seconds
        self._every = every_seconds

    def due(self, now: float) -> bool:
        """Whether a line is to be written now; if so, the next one is due ``every_seconds`` later."""
        if now < self._next:
            return False
        self._next = now + self._every
        return True
