"""The end report of a job, as people read it in a task log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.model.usage_text import usage_text

if TYPE_CHECKING:
    from airflow_ddb_hive.model.job import JobReport, StatementReport

__all__ = ["report_text"]

_STATEMENT_CHARACTERS = 100


def report_text(report: JobReport) -> str:
    r"""Return the report in lines: the job, its statements, what each took from which table.

    Example:
        >>> from airflow_ddb_hive.model.job import JobReport, JobState, StatementReport, TableUsage
        >>> usage = TableUsage(table="Music", role="read", items=3, bytes=1200, requests=1, units=0.5, budget=5.0)
        >>> statement = StatementReport(statement="SELECT *\nFROM music", rows=3, seconds=1.25, usage=(usage,))
        >>> print(report_text(JobReport(engine="local", state=JobState.SUCCEEDED, seconds=2, statements=(statement,))))
        Job succeeded on engine local: 1 statement, 2.0 s
          1. SELECT * FROM music: 3 rows, 1.2 s
             Music: read 3 items, 0.0 MB, 1 request, 0.5 units, target 5.0 units/s
    """
    statements = _count(len(report.statements), "statement")
    lines = [f"Job {report.state} on engine {report.engine}: {statements}, {report.seconds:,.1f} s"]
    for number, statement in enumerate(report.statements, 1):
        lines.append(f"  {number}. {_statement_line(statement)}")
        lines.extend(f"     {usage_text(usage)}" for usage in statement.usage)
    return "\n".join(lines)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _statement_line(statement: StatementReport) -> str:
    text = " ".join(statement.statement.split())
    if len(text) > _STATEMENT_CHARACTERS:
        text = text[: _STATEMENT_CHARACTERS - 1] + "…"
    files = f", {_count(statement.files, 'file')}" if statement.files else ""
    return f"{text}: {_count(statement.rows, 'row')}{files}, {statement.seconds:,.1f} s"
