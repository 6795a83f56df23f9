"""What the demo prints: a step's rows as a table, and its job's report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.operators.rows import text_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from demo.airflow_run import Step

__all__ = ["SHOWN_ROWS", "report_lines", "rows_lines", "step_lines"]

SHOWN_ROWS = 12


def step_lines(number: int, step: Step) -> Iterable[str]:
    """Give the lines of a finished task."""
    yield ""
    yield f"[{number}] {step.task_id}: {step.state}, {step.seconds:.1f} s"
    if isinstance(step.result, dict) and "rows" in step.result:
        yield from rows_lines(step.result)
    elif isinstance(step.result, str):
        yield f"    wrote {step.result}"
    yield from report_lines(step.report)


def rows_lines(result: Mapping[str, Any]) -> Iterable[str]:
    """Give a query's rows as a table, long ones cut in the middle of nowhere but with their number said.

    Example:
        >>> for line in rows_lines({"columns": [{"name": "n", "type": "int"}], "rows": [[1], [2]]}):
        ...     print(line)
            n
            -
            1
            2
    """
    names = [column["name"] for column in result["columns"]]
    rows = result["rows"]
    yield from (f"    {line}" for line in text_table(names, rows[:SHOWN_ROWS]).splitlines())
    if len(rows) > SHOWN_ROWS:
        yield f"    … {len(rows):,} rows in all"


def report_lines(report: Mapping[str, Any]) -> Iterable[str]:
    """Give a job's report: its statements with rows and seconds, and what they took from each table.

    Example:
        >>> usage = {"table": "Music", "role": "read", "items": 3, "requests": 1, "units": 0.5}
        >>> for line in report_lines({"statements": [{"statement": "SELECT 1", "rows": 1, "usage": [usage]}]}):
        ...     print(line)
            SELECT 1: 1 rows, 0.00 s
                Music: read 3 items in 1 requests, 0.5 units
    """
    for statement in report.get("statements", ()):
        text = " ".join(str(statement["statement"]).split())
        cut = text if len(text) <= 60 else text[:59] + "…"  # noqa: PLR2004 - fits a terminal
        yield f"    {cut}: {statement.get('rows', 0):,} rows, {statement.get('seconds', 0):.2f} s"
        for usage in statement.get("usage", ()):
            verb = "wrote" if usage["role"] == "write" else "read"
            yield (
                f"        {usage['table']}: {verb} {usage['items']:,} items in {usage['requests']:,} requests, "
                f"{usage['units']:,.1f} units"
            )
