"""An engine that the hook hands out, and a task context that keeps what is pushed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from airflow_ddb_hive.hooks import DynamoDBHiveHook
from airflow_ddb_hive.operators.base import DdbHiveOperator
from airflow_ddb_hive.testing import FakeEngine


class PushedXComs(dict[str, Any]):
    """Stands in for the task instance: keeps what is pushed."""

    def xcom_push(self, key: str, value: Any) -> None:
        """Keep a value."""
        self[key] = value


@pytest.fixture
def pushed() -> PushedXComs:
    """What the task pushed."""
    return PushedXComs()


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, pushed: PushedXComs, caplog: pytest.LogCaptureFixture
) -> Callable[[Any, FakeEngine], Any]:
    """Execute an operator on a fake engine."""
    caplog.set_level("INFO")
    # Airflow 3 logs by structlog, 2.11 by logging: this one is read in the same way under both.
    monkeypatch.setattr(DdbHiveOperator, "log", logging.getLogger("task"))

    def execute(operator: Any, engine: FakeEngine) -> Any:
        monkeypatch.setattr(DynamoDBHiveHook, "get_engine", lambda _hook, _name=None: engine)
        # Airflow warns about, or refuses, execute outside of a task; the function behind the guard is ours.
        return type(operator).execute.__wrapped__(operator, {"ti": pushed})

    return execute
