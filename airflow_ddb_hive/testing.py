"""Fakes for tests, ours and yours: an engine that runs nothing and answers what it was told to.

In a test, put it where the hook gets its engine from::

    engine = FakeEngine(columns=(OutputColumn("n", BIGINT),), rows=[(3,)])
    monkeypatch.setattr(DynamoDBHiveHook, "get_engine", lambda hook, name=None: engine)
    operator.execute(context)
    assert "INSERT OVERWRITE" in engine.jobs[0].hql
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.engines.base import Capabilities
from airflow_ddb_hive.errors import InputError, JobCancelledError
from airflow_ddb_hive.model.arrow import arrow_type
from airflow_ddb_hive.model.job import Job, JobHandle, JobReport, JobState, StatementReport

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pyarrow as pa

    from airflow_ddb_hive.errors import DdbHiveError
    from airflow_ddb_hive.hiveql.tree import OutputColumn

__all__ = ["FakeEngine", "FakeResultSet"]


class FakeResultSet:
    r"""Rows that were given, in both forms that a result set has; ``closed`` says whether the reader closed it.

    Example:
        >>> from airflow_ddb_hive.hiveql.tree import OutputColumn
        >>> from airflow_ddb_hive.model.types import BIGINT, STRING
        >>> columns = (OutputColumn("id", BIGINT), OutputColumn("name", STRING))
        >>> list(FakeResultSet(columns, [(1, "a"), (2, None)]).lines())
        ['1\ta', '2\tNULL']
    """

    def __init__(
        self, columns: Sequence[OutputColumn], rows: Iterable[Sequence[Any]], *, batch_rows: int = 1000
    ) -> None:
        self.columns = tuple(columns)
        self.closed = False
        self._rows = rows
        self._batch_rows = batch_rows

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows as Arrow batches of at most ``batch_rows`` rows."""
        pending: list[Sequence[Any]] = []
        for row in self._rows:
            pending.append(row)
            if len(pending) == self._batch_rows:
                yield self._batch(pending)
                pending = []
        if pending:
            yield self._batch(pending)

    def _batch(self, rows: Sequence[Sequence[Any]]) -> pa.RecordBatch:
        import pyarrow as pa

        arrays = [pa.array([row[i] for row in rows], arrow_type(c.type)) for i, c in enumerate(self.columns)]
        return pa.RecordBatch.from_arrays(arrays, names=[column.name for column in self.columns])

    def lines(self) -> Iterator[str]:
        """The rows as tab-separated lines, each value by its ``str`` and ``None`` as NULL."""
        for row in self._rows:
            yield "\t".join("NULL" if value is None else str(value) for value in row)

    def close(self) -> None:
        """Note that the reader is done."""
        self.closed = True


class FakeEngine:
    """An engine that walks through given states and then answers with given rows, or fails with a given error.

    ``jobs`` are the jobs it was given, ``cancelled`` the handles it was asked to stop, ``results`` the result sets it
    gave out. The last of ``states`` stays; with ``error`` it is FAILED.

    Example:
        >>> engine = FakeEngine(states=(JobState.RUNNING, JobState.SUCCEEDED))
        >>> handle = engine.submit(Job(hql="SELECT 1"))
        >>> [str(engine.state(handle)) for _ in range(3)]
        ['running', 'succeeded', 'succeeded']
        >>> engine.jobs[0].hql
        'SELECT 1'

    Args:
        states: What :meth:`state` answers, one after the other.
        columns: Columns of the last query; without them there is no result.
        rows: Its rows, one sequence of Python values each.
        error: What the job fails with.
        report: The job's report; one statement per job without it.
        reattach: Whether the engine's jobs outlive the worker.
    """

    def __init__(
        self,
        *,
        states: Sequence[JobState] = (JobState.SUCCEEDED,),
        columns: Sequence[OutputColumn] = (),
        rows: Iterable[Sequence[Any]] = (),
        error: DdbHiveError | None = None,
        report: JobReport | None = None,
        reattach: bool = False,
    ) -> None:
        if not states:
            raise InputError("states are empty: give at least one, such as JobState.SUCCEEDED")
        self.capabilities = Capabilities(reattach=reattach)
        self.jobs: list[Job] = []
        self.cancelled: list[JobHandle] = []
        self.results: list[FakeResultSet] = []
        self._states = tuple(states) if error is None else (*states[:-1], JobState.FAILED)
        self._columns = tuple(columns)
        self._rows = rows
        self._error = error
        self._report = report
        self._left: dict[JobHandle, deque[JobState]] = {}

    def submit(self, job: Job) -> JobHandle:
        """Note the job."""
        self.jobs.append(job)
        handle = JobHandle(engine="fake", job_id=str(len(self.jobs)))
        self._left[handle] = deque(self._states)
        return handle

    def state(self, handle: JobHandle) -> JobState:
        """The next state."""
        if handle in self.cancelled:
            return JobState.CANCELLED
        left = self._left[handle]
        return left.popleft() if len(left) > 1 else left[0]

    def cancel(self, handle: JobHandle) -> None:
        """Note the wish; the job is cancelled from now on."""
        if handle not in self.cancelled:
            self.cancelled.append(handle)

    def report(self, handle: JobHandle) -> JobReport:
        """The report that was given.

        Raises:
            DdbHiveError: The error that was given, once the job has failed; JobCancelledError after a cancel.
        """
        if handle in self.cancelled:
            raise JobCancelledError(f"job {handle.job_id} was cancelled")
        state = self._left[handle][0]
        if self._error is not None and state == JobState.FAILED:
            raise self._error
        if self._report is not None:
            return self._report
        statement = StatementReport(statement=self.jobs[int(handle.job_id) - 1].hql)
        return JobReport(engine="fake", state=state, statements=(statement,))

    def result(self, handle: JobHandle) -> FakeResultSet | None:
        """The rows that were given; ``None`` without columns."""
        if handle in self.cancelled or not self._columns:
            return None
        result = FakeResultSet(self._columns, self._rows)
        self.results.append(result)
        return result
