"""What an engine is: five calls and a statement of what it can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from airflow_ddb_hive.hiveql.tree import OutputColumn
    from airflow_ddb_hive.model.job import Job, JobHandle, JobReport, JobState

__all__ = ["Capabilities", "Engine", "ResultSet"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What an engine can do; callers ask here, never for its class.

    Example:
        >>> Capabilities(reattach=False).reattach
        False
    """

    reattach: bool


class ResultSet(Protocol):
    """The rows of a query: read once, in one of two forms."""

    @property
    def columns(self) -> tuple[OutputColumn, ...]:
        """Names and Hive types."""
        ...

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows as Arrow batches, streaming."""
        ...

    def lines(self) -> Iterator[str]:
        """The rows as the Hive CLI prints them, streaming."""
        ...

    def close(self) -> None:
        """Stop reading and free everything behind the rows."""
        ...


class Engine(Protocol):
    """Runs jobs."""

    capabilities: Capabilities

    def submit(self, job: Job) -> JobHandle:
        """Start a job and return at once."""
        ...

    def state(self, handle: JobHandle) -> JobState:
        """Where the job is now."""
        ...

    def cancel(self, handle: JobHandle) -> None:
        """Stop the job; returns when it has stopped or its end is certain."""
        ...

    def report(self, handle: JobHandle) -> JobReport:
        """What the job did so far, or in all; raises the job's own error if it failed."""
        ...

    def result(self, handle: JobHandle) -> ResultSet | None:
        """The rows of the job's last query, once it has succeeded; ``None`` if it had none."""
        ...
