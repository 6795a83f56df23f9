"""What the DB-API needs of a session: the local engine's fits, and so does a small fake in a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pyarrow as pa

    from airflow_ddb_hive.hiveql.tree import OutputColumn
    from airflow_ddb_hive.model.job import StatementReport

__all__ = ["Result", "Session"]


class Result(Protocol):
    """One statement's rows, read once, from front to back."""

    @property
    def columns(self) -> tuple[OutputColumn, ...] | None:
        """Names and types; ``None`` for a statement without rows."""
        ...

    @property
    def report(self) -> StatementReport:
        """What the statement did so far."""
        ...

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows as Arrow batches."""
        ...

    def lines(self) -> Iterator[str]:
        """The rows as the Hive CLI prints them."""
        ...

    def lines_of(self, batches: Iterable[pa.RecordBatch]) -> Iterator[str]:
        """Rows taken from :meth:`batches` as the Hive CLI prints them."""
        ...

    def close(self) -> None:
        """End the statement."""
        ...


class Session(Protocol):
    """Runs one statement at a time."""

    def execute(self, statement: str, parameters: Mapping[str, object] | None = None) -> Result:
        """Run one statement."""
        ...

    def run_script(self, text: str, parameters: Mapping[str, object] | None = None) -> Iterator[Result]:
        """Run a script's statements, each when it is asked for."""
        ...

    def cancel(self) -> None:
        """End the running statement, from any thread."""
        ...

    def close(self) -> None:
        """End everything."""
        ...
