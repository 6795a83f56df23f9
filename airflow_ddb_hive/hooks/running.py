"""One job from submit to its end: the loop that the hook and every operator share."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import JobFailedError
from airflow_ddb_hive.model.progress import Progress, ProgressThrottle, progress_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_ddb_hive.engines.base import Engine, ResultSet
    from airflow_ddb_hive.model.job import Job, JobReport

__all__ = ["JobRun"]

_logger = logging.getLogger(__name__)

_FIRST_POLL_SECONDS = 0.05
_LONGEST_SLEEP_SECONDS = 0.5


class JobRun:
    """A submitted job that somebody waits for, and may stop at any time.

    :meth:`stop` only leaves a note, which is all that a signal handler may do: the loop in :meth:`wait` finds it
    within half a second and cancels the job from there, with no lock held.

    Example:
        >>> from airflow_ddb_hive.model.job import Job
        >>> from airflow_ddb_hive.testing import FakeEngine
        >>> run = JobRun(FakeEngine(), Job(hql="SELECT 1"))
        >>> str(run.wait().state)
        'succeeded'

    Args:
        engine: The engine; the job is submitted at once.
        job: The job.
        log: Takes a progress line, now and then.
        sleep: Waits some seconds.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        engine: Engine,
        job: Job,
        *,
        log: Callable[[str], object] = _logger.info,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._log = log
        self._sleep = sleep
        self._clock = clock
        self._stop_asked = False
        self._started = clock()
        self.handle = engine.submit(job)

    @property
    def was_stopped(self) -> bool:
        """Whether somebody asked for the job's end."""
        return self._stop_asked

    def stop(self) -> None:
        """Ask for the job's end."""
        self._stop_asked = True

    def wait(self, *, delay: float = 10.0, max_attempts: int | None = None) -> JobReport:
        """Wait for the job's end and return its report; whatever interrupts the wait cancels the job.

        The first looks follow one another quickly, so that a short job is not waited for long; later ones are
        ``delay`` seconds apart. After ``delay`` times ``max_attempts`` seconds the job is cancelled.

        Raises:
            DdbHiveError: What the job failed with; JobFailedError if the time was over.
        """
        try:
            self._loop(delay, max_attempts)
        except BaseException:
            self._engine.cancel(self.handle)
            raise
        return self._engine.report(self.handle)

    def result(self) -> ResultSet | None:
        """The rows of the job's last query, if it had one."""
        return self._engine.result(self.handle)

    def _loop(self, delay: float, max_attempts: int | None) -> None:
        limit = None if max_attempts is None else delay * max_attempts
        throttle = ProgressThrottle(started=self._started)
        pause = min(_FIRST_POLL_SECONDS, delay)
        while not self._engine.state(self.handle).is_final:
            if self._stop_asked:
                self._engine.cancel(self.handle)
                return
            if limit is not None and self._clock() - self._started >= limit:
                raise JobFailedError(
                    f"the job was cancelled: not finished after {limit:g} seconds, which is waiter_delay times "
                    "waiter_max_attempts; raise waiter_max_attempts, or leave it out and use execution_timeout"
                )
            if throttle.due(self._clock()):
                self._log_progress()
            self._pause(pause)
            pause = min(pause * 1.5, delay)

    def _pause(self, seconds: float) -> None:
        """Sleep in steps, so that a note of :meth:`stop` is found soon."""
        end = self._clock() + seconds
        while not self._stop_asked and (left := end - self._clock()) > 0:
            self._sleep(min(left, _LONGEST_SLEEP_SECONDS))

    def _log_progress(self) -> None:
        report = self._engine.report(self.handle)
        if not report.statements:
            return
        statement = report.statements[-1]
        for usage in statement.usage:
            rate = usage.units / statement.seconds if statement.seconds > 0 else 0.0
            self._log(
                progress_line(
                    Progress(
                        table=usage.table,
                        role=usage.role,
                        items=usage.items,
                        bytes=usage.bytes,
                        units=usage.units,
                        units_per_second=rate,
                        budget_units_per_second=usage.budget,
                    )
                )
            )
