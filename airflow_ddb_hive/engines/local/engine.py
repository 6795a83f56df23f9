"""The local engine: jobs run in threads of this process."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.base import Capabilities
from airflow_ddb_hive.engines.local.cancellation import Cancellation
from airflow_ddb_hive.engines.local.duck import Duck
from airflow_ddb_hive.engines.local.result import printed
from airflow_ddb_hive.engines.local.session import LocalSession
from airflow_ddb_hive.errors import DdbHiveError, InputError, JobCancelledError, JobFailedError
from airflow_ddb_hive.model.job import Job, JobHandle, JobReport, JobState, StatementReport
from airflow_ddb_hive.model.progress import Progress, progress_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from airflow_ddb_hive.engines.local.result import StatementResult
    from airflow_ddb_hive.hiveql.tree import OutputColumn

__all__ = ["KeptRows", "LocalEngine"]

_log = logging.getLogger(__name__)


class KeptRows:
    """The rows of a finished job's last query, in memory."""

    def __init__(self, columns: tuple[OutputColumn, ...], rows: list[pa.RecordBatch]) -> None:
        self.columns = columns
        self._rows = rows

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows as Arrow batches."""
        return iter(self._rows)

    def lines(self) -> Iterator[str]:
        """The rows as the Hive CLI prints them."""
        duck = Duck()
        try:
            yield from printed(self.columns, self._rows, duck, Cancellation())
        finally:
            duck.close()

    def close(self) -> None:
        """Let the rows go."""
        self._rows = []


class _RunningJob:
    """One job, its thread, and what it left."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.state = JobState.SUBMITTED
        self.error: BaseException | None = None
        self.rows: KeptRows | None = None
        self.cancelled = threading.Event()
        self._done: list[StatementReport] = []
        self._current: StatementResult | None = None
        self._session: LocalSession | None = None
        self._started = time.monotonic()
        self._ended: float | None = None
        self.thread = threading.Thread(target=self._run, name="ddb-hive-job", daemon=True)

    def _run(self) -> None:
        self.state = JobState.RUNNING
        try:
            self._run_job()
            self.state = JobState.SUCCEEDED
        except JobCancelledError as error:
            self.error, self.state = error, JobState.CANCELLED
        except DdbHiveError as error:
            self.error, self.state = error, JobState.FAILED
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the job's end and is raised by report()
            _log.exception("the local engine failed unexpectedly")
            failed = JobFailedError(f"the local engine failed: {type(error).__name__}: {error}")
            failed.__cause__ = error
            self.error, self.state = failed, JobState.FAILED
        finally:
            self._ended = time.monotonic()

    def _run_job(self) -> None:
        job = self.job
        session = LocalSession(
            access=job.access,
            warehouse=job.warehouse,
            catalog=job.catalog,
            hiveconfs=job.hiveconfs,
            hivevars=job.hivevars,
            schema=job.schema,
            on_progress=_log_progress,
            on_notice=_log.warning,
            explain_only=job.explain_only,
        )
        with session:
            self._session = session
            if job.init_hql:
                self._consume(session.run_script(job.init_hql))
            self._consume(session.run_script(job.hql, job.parameters or None))

    def _consume(self, results: Iterator[StatementResult]) -> None:
        for result in results:
            self._current = result
            if result.columns is not None:
                self._keep(self._kept(result))
            result.close()
            self._current = None
            self._done.append(result.report)
            if self.cancelled.is_set():
                raise JobCancelledError("cancelled")

    def _keep(self, rows: KeptRows) -> None:
        """Rows of the last query; of explained statements the lines of all."""
        if self.job.explain_only and self.rows is not None:
            rows = KeptRows(rows.columns, [*self.rows.batches(), *rows.batches()])
        self.rows = rows

    def _kept(self, result: StatementResult) -> KeptRows:
        limit = self.job.keep_rows
        kept: list[pa.RecordBatch] = []
        rows = 0
        for batch in result.batches():
            wanted = batch if limit is None else batch.slice(0, limit - rows)
            kept.append(wanted)
            rows += wanted.num_rows
            if limit is not None and rows >= limit:
                break
        return KeptRows(result.columns or (), kept)

    def cancel(self) -> None:
        """Stop the job and wait for its thread."""
        self.cancelled.set()
        while self.thread.is_alive():
            if self._session is not None:
                self._session.cancel()
            self.thread.join(0.2)

    def report(self) -> JobReport:
        """The numbers so far."""
        current = self._current
        running = () if current is None else (current.report,)
        return JobReport(
            engine="local",
            state=self.state,
            seconds=(self._ended or time.monotonic()) - self._started,
            statements=(*self._done, *running),
            error=None if self.error is None else str(self.error),
        )


class LocalEngine:
    """Runs each job in a thread of this process; a job ends with the process.

    Example:
        >>> engine = LocalEngine()
        >>> handle = engine.submit(Job(hql="SELECT 1 + 1"))
        >>> while not engine.state(handle).is_final:
        ...     time.sleep(0.01)
        >>> [batch.to_pylist() for batch in engine.result(handle).batches()]
        [[{'_c0': 2}]]
    """

    capabilities = Capabilities(reattach=False)

    def __init__(self) -> None:
        self._jobs: dict[str, _RunningJob] = {}

    def submit(self, job: Job) -> JobHandle:
        """Start the job's thread."""
        handle = JobHandle(engine="local", job_id=uuid.uuid4().hex)
        running = _RunningJob(job)
        self._jobs[handle.job_id] = running
        running.thread.start()
        return handle

    def state(self, handle: JobHandle) -> JobState:
        """Where the job is.

        Raises:
            InputError: The handle is of another process.
        """
        return self._job(handle).state

    def cancel(self, handle: JobHandle) -> None:
        """Stop the job; returns when its thread is gone."""
        self._job(handle).cancel()

    def report(self, handle: JobHandle) -> JobReport:
        """What the job did so far, or in all.

        Raises:
            DdbHiveError: The job's own error, if it failed or was cancelled.
        """
        job = self._job(handle)
        if job.error is not None:
            raise job.error
        return job.report()

    def result(self, handle: JobHandle) -> KeptRows | None:
        """The rows of the job's last query; ``None`` if it had none."""
        return self._job(handle).rows

    def _job(self, handle: JobHandle) -> _RunningJob:
        job = self._jobs.get(handle.job_id)
        if job is None:
            raise InputError(f"local job {handle.job_id} is not of this process: local jobs end with their process")
        return job


def _log_progress(progress: Progress) -> None:
    _log.info("%s", progress_line(progress))
