"""The arguments that say where a job runs and how it is waited for, the same for every operator."""

from __future__ import annotations

from typing import Any

from airflow_ddb_hive._compat import BaseOperator, conf

__all__ = ["EngineOperator"]


class EngineOperator(BaseOperator):
    """Where a job runs and how it is waited for.

    Args:
        dynamodb_hive_conn_id: Airflow connection of type ``dynamodb_hive``; the default one need not exist.
        aws_conn_id: Airflow connection that credentials come from, instead of the one that the connection names.
        region_name: AWS region, instead of the connection's.
        engine: What runs the HiveQL: ``local`` is this worker.
        wait_for_completion: Whether the task lasts as long as the job. An engine whose jobs live in the worker refuses
            to be left alone: the job would die with the task.
        deferrable: Whether to wait in the triggerer, for engines whose jobs outlive the worker. A job of the local
            engine is the worker's own work: it runs there all the same, and the log says so.
        waiter_delay: Seconds between two looks at the job.
        waiter_max_attempts: After that many times ``waiter_delay`` the job is cancelled; ``None`` waits for its end.
    """

    template_fields: tuple[str, ...] = ("aws_conn_id", "dynamodb_hive_conn_id", "engine", "region_name")

    def __init__(
        self,
        *,
        dynamodb_hive_conn_id: str = "dynamodb_hive_default",
        aws_conn_id: str | None = None,
        region_name: str | None = None,
        engine: str = "local",
        wait_for_completion: bool = True,
        deferrable: bool = conf.getboolean("operators", "default_deferrable", fallback=False),
        waiter_delay: int = 10,
        waiter_max_attempts: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.dynamodb_hive_conn_id = dynamodb_hive_conn_id
        self.aws_conn_id = aws_conn_id
        self.region_name = region_name
        self.engine = engine
        self.wait_for_completion = wait_for_completion
        self.deferrable = deferrable
        self.waiter_delay = waiter_delay
        self.waiter_max_attempts = waiter_max_attempts
