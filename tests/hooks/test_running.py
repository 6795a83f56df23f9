from __future__ import annotations

from typing import Any

import pytest

from airflow_ddb_hive.errors import JobCancelledError, JobFailedError, ServiceError
from airflow_ddb_hive.hooks.running import JobRun
from airflow_ddb_hive.model.job import Job, JobReport, JobState, StatementReport, TableUsage
from airflow_ddb_hive.testing import FakeEngine

JOB = Job(hql="SELECT 1")
ENDLESS = (JobState.RUNNING,)


class FakeClock:
    """A clock that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.sleeps: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        """Move on."""
        self.sleeps.append(seconds)
        self.now += seconds


def _run(engine: FakeEngine, clock: FakeClock, **options: Any) -> JobRun:
    return JobRun(engine, JOB, sleep=clock.sleep, clock=clock, **options)


def test_short_job_is_not_waited_for_long() -> None:
    clock = FakeClock()
    engine = FakeEngine(states=(JobState.SUBMITTED, JobState.RUNNING, JobState.SUCCEEDED))
    assert _run(engine, clock).wait(delay=30).state == JobState.SUCCEEDED
    assert clock.now - 100 < 0.5


def test_no_sleep_is_longer_than_a_kill_may_take() -> None:
    clock = FakeClock()
    _run(FakeEngine(states=(JobState.RUNNING,) * 30 + (JobState.SUCCEEDED,)), clock).wait(delay=30)
    assert max(clock.sleeps) <= 0.5


def test_stop_ends_the_wait_by_cancelling() -> None:
    clock = FakeClock()
    engine = FakeEngine(states=ENDLESS)
    run = _run(engine, clock)
    run.stop()
    with pytest.raises(JobCancelledError):
        run.wait()
    assert run.was_stopped
    assert engine.cancelled == [run.handle]


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit, ServiceError("poll failed")])
def test_whatever_interrupts_the_wait_cancels_the_job(interruption: Any) -> None:
    engine = FakeEngine(states=ENDLESS)

    def sleep(_seconds: float) -> None:
        raise interruption

    run = JobRun(engine, JOB, sleep=sleep)
    with pytest.raises(interruption if isinstance(interruption, type) else type(interruption)):
        run.wait()
    assert engine.cancelled == [run.handle]


def test_wait_ends_after_delay_times_attempts() -> None:
    clock = FakeClock()
    engine = FakeEngine(states=ENDLESS)
    with pytest.raises(JobFailedError, match="not finished after 60 seconds"):
        _run(engine, clock).wait(delay=20, max_attempts=3)
    assert 60 <= clock.now - 100 < 81
    assert len(engine.cancelled) == 1


def test_error_of_the_job_is_raised_as_it_is() -> None:
    error = ServiceError("HTTP 503", code=503)
    with pytest.raises(ServiceError) as caught:
        _run(FakeEngine(error=error), FakeClock()).wait()
    assert caught.value is error


def test_long_job_says_how_far_it_is() -> None:
    usage = TableUsage(table="Music", role="read", items=1200, bytes=3_000_000, units=50, budget=5)
    statement = StatementReport(statement="SELECT 1", seconds=10, usage=(usage,))
    report = JobReport(engine="fake", state=JobState.RUNNING, statements=(statement,))
    lines: list[str] = []
    engine = FakeEngine(states=(JobState.RUNNING,) * 20 + (JobState.SUCCEEDED,), report=report)
    _run(engine, FakeClock(), log=lines.append).wait()
    assert lines[0] == "Music: read 1,200 items, 3.0 MB, 5.0 units/s of 5.0"


def test_short_job_says_nothing() -> None:
    lines: list[str] = []
    _run(FakeEngine(), FakeClock(), log=lines.append).wait()
    assert lines == []
