"""What a statement took from a table's budget, in the words of the shell's and the task log's last lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_ddb_hive.model.job import TableUsage

__all__ = ["usage_text"]

_VERBS = {"read": "read", "write": "wrote"}


def usage_text(usage: TableUsage) -> str:
    """Return the line: items, units, target and achieved rate, retries and throttles, by table and by index.

    Example:
        >>> from airflow_ddb_hive.model.job import IndexUsage, TableUsage
        >>> index = IndexUsage(name="ByYear", units=30, budget=5.0, units_per_second=4.9)
        >>> usage = TableUsage(table="Music", role="write", items=30, units=60, retries=1, indexes=(index,))
        >>> for line in usage_text(usage).split("; "):
        ...     print(line)
        Music: wrote 30 items, 0.0 MB, 0 requests, 60.0 units, 1 retried
        index ByYear: 30.0 units, target 5.0 units/s, achieved 4.9
    """
    place = usage.table if usage.index is None else f"{usage.table} (index {usage.index})"
    parts = [
        f"{place}: {_VERBS.get(usage.role, usage.role)} {_count(usage.items, 'item')}",
        f"{usage.bytes / 1e6:,.1f} MB",
        _count(usage.requests, "request"),
        *_rate_parts(usage.units, usage.budget, usage.units_per_second),
    ]
    if usage.retries:
        parts.append(f"{usage.retries:,} retried")
    parts.extend(_throttle_parts(usage.throttles))
    lines = [", ".join(parts)]
    for index in usage.indexes:
        rates = _rate_parts(index.units, index.budget, index.units_per_second)
        lines.append(f"index {index.name}: {', '.join((*rates, *_throttle_parts(index.throttles)))}")
    return "; ".join(lines)


def _rate_parts(units: float, budget: float, achieved: float) -> list[str]:
    parts = [f"{units:,.1f} units"]
    if budget > 0:
        parts.append(f"target {budget:,.1f} units/s")
    if achieved > 0:
        parts.append(f"achieved {achieved:,.1f}")
    return parts


def _throttle_parts(throttles: Mapping[str, int]) -> list[str]:
    return [f"throttled {_count(times, 'time')} by {reason}" for reason, times in throttles.items()]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
