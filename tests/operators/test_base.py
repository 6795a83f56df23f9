from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from airflow_ddb_hive._compat import AirflowFailException
from airflow_ddb_hive.errors import (
    HiveSyntaxError,
    InputError,
    JobCancelledError,
    JobFailedError,
    ServiceError,
    ThrottledError,
)
from airflow_ddb_hive.hiveql.tree import OutputColumn
from airflow_ddb_hive.model.job import JobReport, JobState, StatementReport, TableUsage
from airflow_ddb_hive.model.types import BIGINT, STRING
from airflow_ddb_hive.operators import DynamoDBHiveOperator, DynamoDBQueryOperator
from airflow_ddb_hive.testing import FakeEngine

Run = Callable[[Any, FakeEngine], Any]


def _task(**arguments: Any) -> DynamoDBHiveOperator:
    return DynamoDBHiveOperator(**{"task_id": "t", "hql": "SELECT 1", "waiter_delay": 1, **arguments})


def test_all_arguments_reach_the_job(run: Run) -> None:
    engine = FakeEngine()
    task = _task(
        hql="SELECT %(n)s FROM ${hivevar:t}",
        hiveconfs={"a.b": True},
        hivevars={"t": "music"},
        parameters={"n": 5},
        schema="sales",
        init_hql="SET x=1;",
        region_name="eu-west-1",
    )
    assert run(task, engine) is None
    job = engine.jobs[0]
    assert (job.hql, job.hiveconfs, job.hivevars) == ("SELECT %(n)s FROM ${hivevar:t}", {"a.b": "true"}, {"t": "music"})
    assert (job.parameters, job.schema, job.init_hql) == ({"n": 5}, "sales", "SET x=1;")
    assert job.access.region == "eu-west-1"


def test_report_is_pushed_and_logged(run: Run, pushed: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    usage = TableUsage(table="Music", role="read", items=7, units=1.5, budget=5.0)
    statement = StatementReport(statement="SELECT 1", rows=7, usage=(usage,))
    report = JobReport(engine="fake", state=JobState.SUCCEEDED, statements=(statement,))
    run(_task(), FakeEngine(report=report))
    assert pushed["report"]["statements"][0]["usage"][0]["items"] == 7
    assert pushed["report"]["state"] == "succeeded"
    assert "Music: read 7 items" in caplog.text


def test_first_rows_are_logged_as_a_table(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    columns = (OutputColumn("state", STRING), OutputColumn("n", BIGINT))
    engine = FakeEngine(columns=columns, rows=[(f"state-{i}", i) for i in range(100)])
    run(_task(), engine)
    assert "state-19 | 19" in caplog.text
    assert "state-20" not in caplog.text
    assert engine.results[0].closed


@pytest.mark.parametrize("error", [HiveSyntaxError("near 'FORM'", line=1, column=2), JobFailedError("broken")])
def test_final_error_fails_without_retry_and_keeps_its_cause(run: Run, error: Exception) -> None:
    with pytest.raises(AirflowFailException, match=str(error)) as caught:
        run(_task(), FakeEngine(error=error))  # type: ignore[arg-type] # parametrised by class
    assert caught.value.__cause__ is error


@pytest.mark.parametrize("error", [ThrottledError("hot key"), ServiceError("HTTP 503")])
def test_retryable_error_is_left_to_the_tasks_retries(run: Run, error: Exception) -> None:
    with pytest.raises(type(error)) as caught:
        run(_task(), FakeEngine(error=error))  # type: ignore[arg-type] # parametrised by class
    assert caught.value is error


def test_impossible_argument_fails_without_retry_before_the_engine_is_asked(run: Run) -> None:
    engine = FakeEngine()
    with pytest.raises(AirflowFailException, match="wait_for_completion=False"):
        run(_task(wait_for_completion=False), engine)
    assert engine.jobs == []


def test_engine_whose_jobs_outlive_the_worker_may_be_left_alone(run: Run) -> None:
    engine = FakeEngine(states=(JobState.RUNNING,), reattach=True)
    assert run(_task(wait_for_completion=False), engine) == {"engine": "fake", "job_id": "1"}
    assert engine.cancelled == []


def test_deferrable_says_why_it_stays_in_the_worker(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    engine = FakeEngine()
    run(_task(deferrable=True), engine)
    assert "works inside the worker" in caplog.text
    assert len(engine.jobs) == 1


def test_kill_cancels_the_job_and_leaves_the_verdict_to_airflow(run: Run) -> None:
    engine = FakeEngine(states=(JobState.RUNNING,))
    task = _task()
    killer = threading.Timer(0.2, task.on_kill)
    killer.start()
    with pytest.raises(JobCancelledError):
        run(task, engine)
    killer.join()
    assert [handle.job_id for handle in engine.cancelled] == ["1"]


def test_kill_without_a_job_does_nothing() -> None:
    task = _task()
    task.on_kill()
    assert task._run is None


def test_job_that_does_not_end_in_time_is_cancelled(run: Run) -> None:
    engine = FakeEngine(states=(JobState.RUNNING,))
    with pytest.raises(AirflowFailException, match=r"not finished after 0\.2 seconds"):
        run(_task(waiter_delay=0.1, waiter_max_attempts=2), engine)
    assert len(engine.cancelled) == 1


def test_unknown_engine_is_refused_by_name() -> None:
    task = _task(engine="spark")
    with pytest.raises(AirflowFailException, match="no engine 'spark'") as caught:
        type(task).execute.__wrapped__(task, {})  # type: ignore[attr-defined] # the function behind Airflow's guard
    assert isinstance(caught.value.__cause__, InputError)


def test_guards_become_settings_that_win(run: Run) -> None:
    engine = FakeEngine()
    own = {"ddb_hive.max.read.units": "5", "a": "b"}
    run(_task(hiveconfs=own, max_read_units=1000, allow_full_scan=False), engine)
    assert engine.jobs[0].hiveconfs == {
        "a": "b",
        "ddb_hive.max.read.units": "1000",
        "ddb_hive.allow.full.scan": "false",
    }
    run(_task(hiveconfs=own), engine)
    assert engine.jobs[1].hiveconfs == own
    assert not engine.jobs[1].explain_only


def test_explain_only_logs_and_returns_the_plan_whatever_the_operator_does_with_rows(
    run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    lines = [("-- line 1: SELECT 1",), *((f"line {number}",) for number in range(50))]
    for operator in (_task, lambda **arguments: DynamoDBQueryOperator(task_id="q", hql="SELECT 1", **arguments)):
        engine = FakeEngine(columns=(OutputColumn("Explain", STRING),), rows=lines)
        text = run(operator(explain_only=True), engine)
        assert text.splitlines() == [line for (line,) in lines]
        assert "line 49" in caplog.text
        assert (engine.jobs[0].explain_only, engine.jobs[0].keep_rows) == (True, None)


def test_explain_only_of_a_script_without_rows_says_so(run: Run) -> None:
    assert run(_task(explain_only=True), FakeEngine()) == "no statement of the script reads or writes rows"


def test_no_attribute_hides_airflows_own_dry_run() -> None:
    assert callable(_task(explain_only=True).dry_run)
