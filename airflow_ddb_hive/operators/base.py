"""What every operator does: build a job, run it on an engine, report it, and say which errors are final."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from airflow_ddb_hive._compat import AirflowFailException
from airflow_ddb_hive.errors import DdbHiveError, InputError
from airflow_ddb_hive.operators.report_text import report_text
from airflow_ddb_hive.operators.rows import read_rows, text_table
from airflow_ddb_hive.operators.waiting import EngineOperator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_ddb_hive._compat import Context
    from airflow_ddb_hive.engines.base import Engine, ResultSet
    from airflow_ddb_hive.hooks.dynamodb_hive import DynamoDBHiveHook
    from airflow_ddb_hive.hooks.running import JobRun
    from airflow_ddb_hive.model.job import Job, JobReport

__all__ = ["LOGGED_ROWS", "DdbHiveOperator"]

LOGGED_ROWS = 20
"""The rows of a query that go to the task log."""


class DdbHiveOperator(EngineOperator):
    """Base of the operators: a subclass has parameters and one :meth:`build_job`.

    The job's report goes to XCom under the key ``report``. Errors that no retry can mend fail the task for good; those
    of a service or store are left to the task's retries.

    Args:
        hiveconfs: Hive settings.
        hivevars: Textual variables for ``${hivevar:name}``; for values use ``parameters``, which cannot inject HiveQL.
        schema: Hive database, instead of the connection's.
        parameters: Values for ``%(name)s`` in the script, bound as typed literals.
        init_hql: Statements that run first, text or a ``.hql`` or ``.sql`` template file.
        max_read_units: Most read units that one statement may take; more fail the task, if possible before anything is
            read.
        allow_full_scan: Whether a statement may read the whole of a DynamoDB table; ``None`` leaves it to the settings.
        explain_only: Log and return what each statement would read, write and cost, and run nothing.
        kwargs: Arguments of :class:`~airflow_ddb_hive.operators.waiting.EngineOperator` and of Airflow's BaseOperator.
    """

    template_fields = tuple(
        sorted(
            (
                *EngineOperator.template_fields,
                "hiveconfs",
                "hivevars",
                "init_hql",
                "max_read_units",
                "parameters",
                "schema",
            )
        )
    )
    template_fields_renderers: ClassVar[dict[str, str]] = {
        "hiveconfs": "json",
        "hivevars": "json",
        "init_hql": "hql",
        "parameters": "json",
    }
    template_ext = (".hql", ".sql")
    ui_color = "#f0e9d2"

    def __init__(
        self,
        *,
        hiveconfs: Mapping[str, Any] | None = None,
        hivevars: Mapping[str, Any] | None = None,
        schema: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        init_hql: str | None = None,
        max_read_units: float | str | None = None,
        allow_full_scan: bool | None = None,
        explain_only: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.max_read_units = max_read_units
        self.allow_full_scan = allow_full_scan
        self.explain_only = explain_only
        self.hiveconfs = hiveconfs
        self.hivevars = hivevars
        self.schema = schema
        self.parameters = parameters
        self.init_hql = init_hql
        self._run: JobRun | None = None

    @property
    def private_warehouse(self) -> bool:
        """Whether the job's tables are the job's own; otherwise they are in the connection's warehouse."""
        return True

    def build_job(self) -> Job:
        """Return the job: a pure function of the rendered arguments."""
        raise NotImplementedError

    def make_job(self, hql: str, *, keep_rows: int | None = LOGGED_ROWS) -> Job:
        """Return a job of this script with the arguments that all operators share."""
        from airflow_ddb_hive.model.job import Job

        return Job(
            hql=hql,
            hiveconfs={**(self.hiveconfs or {}), **self._guards()},
            hivevars=dict(self.hivevars or {}),
            parameters=dict(self.parameters or {}),
            init_hql=self.init_hql,
            keep_rows=None if self.explain_only else keep_rows,
            explain_only=self.explain_only,
        )

    def _guards(self) -> dict[str, Any]:
        """The settings that say what a statement may read."""
        guards = {
            "ddb_hive.allow.full.scan": self.allow_full_scan,
            "ddb_hive.max.read.units": self.max_read_units,
        }
        return {name: value for name, value in guards.items() if value not in (None, "")}

    def take_result(self, result: ResultSet | None) -> Any:
        """Do with the rows of the last query what the operator is for, and return the task's return value."""
        if result is not None:
            names = [column.name for column in result.columns]
            self.log_rows(names, read_rows(result, LOGGED_ROWS, must_fit=False))
        return None

    def all_rows(self, result: ResultSet, max_rows: int) -> dict[str, list[Any]]:
        """Return every row as XCom can carry it, with names and Hive types.

        Raises:
            InputError: There are more than ``max_rows``.
        """
        columns = [{"name": column.name, "type": str(column.type)} for column in result.columns]
        rows = read_rows(result, max_rows, must_fit=True)
        self.log_rows([column["name"] for column in columns], rows)
        return {"columns": columns, "rows": rows}

    def log_rows(self, names: list[str], rows: list[list[Any]]) -> None:
        """Write the first rows to the task log."""
        shown = rows[:LOGGED_ROWS]
        self.log.info("Rows of the last query, %d at most:\n%s", LOGGED_ROWS, text_table(names, shown))

    def execute(self, context: Context) -> Any:
        """Run the job to its end.

        Raises:
            AirflowFailException: An error that no retry can mend, with the error behind it.
            DdbHiveError: An error that a retry may mend, or the end of a job that was killed.
        """
        try:
            return self._execute(context)
        except DdbHiveError as error:
            # A killed job is no verdict on the job: whether the task runs again is for Airflow to say.
            if error.retryable or (self._run is not None and self._run.was_stopped):
                raise
            raise AirflowFailException(error.placed_message()) from error
        finally:
            self._run = None

    def _execute(self, context: Context) -> Any:
        from airflow_ddb_hive.hooks.running import JobRun

        job = self.build_job()
        hook = self._hook()
        engine = hook.get_engine(self.engine)
        self._check_waiting(engine)
        self.log.info("HiveQL for engine %s:\n%s", self.engine, job.hql)
        prepared = hook.prepare(job, private_warehouse=self.private_warehouse)
        self._run = run = JobRun(engine, prepared, log=self.log.info)
        if not self.wait_for_completion:
            self.log.info("Job %s goes on without this task", run.handle.job_id)
            return run.handle.to_dict()
        report = run.wait(delay=self.waiter_delay, max_attempts=self.waiter_max_attempts)
        return self._finish(context, run, report)

    def _finish(self, context: Context, run: JobRun, report: JobReport) -> Any:
        context["ti"].xcom_push(key="report", value=report.to_dict())
        self.log.info("%s", report_text(report))
        return self._explanation(run.result()) if self.explain_only else self.take_result(run.result())

    def _explanation(self, result: ResultSet | None) -> str:
        """Log what EXPLAIN says of the job's statements, and return it."""
        text = "\n".join(result.lines()) if result is not None else "no statement of the script reads or writes rows"
        self.log.info("%s", text)
        return text

    def _hook(self) -> DynamoDBHiveHook:
        from airflow_ddb_hive.hooks.dynamodb_hive import DynamoDBHiveHook

        return DynamoDBHiveHook(
            self.dynamodb_hive_conn_id,
            schema=self.schema,
            aws_conn_id=self.aws_conn_id,
            region_name=self.region_name,
        )

    def _check_waiting(self, engine: Engine) -> None:
        """Refuse to leave a job that would die with the worker, and say why a task is not deferred."""
        if not self.wait_for_completion and not engine.capabilities.reattach:
            raise InputError(
                f"wait_for_completion=False: engine {self.engine!r} works inside the task, and its job would die with "
                "it; leave wait_for_completion out"
            )
        if self.deferrable and self.wait_for_completion:
            self.log.info("deferrable=True: engine %r works inside the worker, so the task stays there", self.engine)

    def on_kill(self) -> None:
        """Cancel the job: the wait finds the note within half a second."""
        if self._run is not None:
            self._run.stop()
