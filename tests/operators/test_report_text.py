"""The end report in a task log."""

from __future__ import annotations

from airflow_ddb_hive.model.job import JobReport, JobState, StatementReport
from airflow_ddb_hive.operators.report_text import report_text


def test_what_was_not_run_is_said_instead_of_rows() -> None:
    statements = (
        StatementReport(statement="CREATE TABLE t (a int)", outcome="rehearsed"),
        StatementReport(statement="SELECT a FROM t", outcome="explained", seconds=0.25),
        StatementReport(statement="SELECT 1", rows=1),
    )
    text = report_text(JobReport(engine="local", state=JobState.SUCCEEDED, seconds=2, statements=statements))
    assert text.splitlines()[1:] == [
        "  1. CREATE TABLE t (a int): rehearsed, 0.0 s",
        "  2. SELECT a FROM t: explained, 0.2 s",
        "  3. SELECT 1: 1 row, 0.0 s",
    ]
