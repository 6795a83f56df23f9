"""The DAG, run by Airflow's own command line in an AIRFLOW_HOME of the demo's, and what its database says of it."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo import aws

__all__ = ["DemoError", "Step", "airflow_environment", "migrate", "run_dag"]

DAGS = Path(__file__).resolve().parents[1] / "dags_examples"
_DONE = frozenset({"success", "failed", "upstream_failed", "skipped"})
_POLL_SECONDS = 0.5
_ERROR_LINE = re.compile(r"^[\w.]+(?:Error|Exception|Failure): .+", re.MULTILINE)


class DemoError(Exception):
    """What failed, and where its log is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A finished task: its state, seconds, return value, and its job's report."""

    task_id: str
    state: str
    seconds: float
    result: Any
    report: Mapping[str, Any]


def airflow_environment(home: Path, url: str) -> dict[str, str]:
    """Return an environment in which Airflow knows this home, the example DAGs and the demo's servers alone."""
    extra = {
        "region_name": "us-east-1",
        "dynamodb_endpoint_url": url,
        "s3_endpoint_url": url,
        "warehouse": str(home.parent / "warehouse"),
    }
    return aws.environment() | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{_database(home)}",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "AIRFLOW_CONN_DYNAMODB_HIVE_DEFAULT": json.dumps({"conn_type": "dynamodb_hive", "extra": extra}),
    }


def migrate(environment: Mapping[str, str], log: Path) -> None:
    """Make Airflow's database.

    Raises:
        DemoError: The command failed.
    """
    with log.open("wb") as output:
        done = subprocess.run(
            _airflow("db", "migrate"),
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode != 0:
        raise DemoError(f"airflow db migrate failed: see {log}")


def run_dag(environment: Mapping[str, str], home: Path, conf: Mapping[str, str], log: Path) -> Iterator[Step]:
    """Run the tutorial DAG and give each task when it has finished.

    Raises:
        DemoError: A task or the command failed.
    """
    command = _airflow("dags", "test", "tutorial", "--conf", json.dumps(dict(conf)))
    seen: set[str] = set()
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command, env=dict(environment), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        ) as process,
    ):
        try:
            running = True
            while running:
                running = process.poll() is None
                for step in _finished(home, seen):
                    seen.add(step.task_id)
                    yield step
                    if step.state != "success":
                        raise DemoError(f"task {step.task_id} ended as {step.state}: see {log}{_last_error(log)}")
                if running:
                    time.sleep(_POLL_SECONDS)
        finally:
            _end(process)
    if process.returncode != 0:
        raise DemoError(f"airflow dags test ended with status {process.returncode}: see {log}")


def _last_error(log: Path) -> str:
    """Quote the log's last line that an exception ends with, for the eye only."""
    found = _ERROR_LINE.findall(log.read_text(encoding="utf-8", errors="replace"))
    return f"\n  {found[-1]}" if found else ""


def _end(process: subprocess.Popen[bytes]) -> None:
    """Let a command that still runs clean up, then insist: a task that was terminated would start the next one."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()


def _airflow(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "airflow", *arguments]


def _database(home: Path) -> Path:
    return home / "airflow.db"


def _finished(home: Path, seen: set[str]) -> list[Step]:
    """Look into the database without ever waiting for it: what is missed now is seen at the next look."""
    try:
        with closing(sqlite3.connect(f"file:{_database(home)}?mode=ro", uri=True, timeout=1)) as database:
            rows = database.execute(
                "SELECT task_id, state, duration FROM task_instance WHERE state IS NOT NULL ORDER BY end_date, task_id"
            ).fetchall()
            new = [row for row in rows if row[1] in _DONE and row[0] not in seen]
            return [_step(database, *row) for row in new]
    except sqlite3.OperationalError:
        return []


def _step(database: sqlite3.Connection, task_id: str, state: str, seconds: float | None) -> Step:
    found = database.execute("SELECT key, value FROM xcom WHERE task_id = ?", (task_id,)).fetchall()
    values = {key: _loads(value) for key, value in found}
    return Step(
        task_id=task_id,
        state=state,
        seconds=seconds or 0.0,
        result=values.get("return_value"),
        report=values.get("report") or {},
    )


def _loads(value: Any) -> Any:
    """Read an XCom: JSON, of which Airflow 2 stores the bytes, with classes such as tuple named beside their data."""
    while isinstance(value, str | bytes):
        try:
            value = json.loads(value)
        except ValueError:
            break
    return _unwrapped(value)


def _unwrapped(value: Any) -> Any:
    match value:
        case {"__classname__": _, "__data__": data}:
            return _unwrapped(data)
        case dict():
            return {key: _unwrapped(item) for key, item in value.items()}
        case list():
            return [_unwrapped(item) for item in value]
    return value
