"""The hook: one Airflow connection says where DynamoDB and S3 are, who asks, and which engine runs the HiveQL."""

from __future__ import annotations

import dataclasses
import importlib
from contextlib import closing
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from airflow.providers.common.sql.hooks.sql import DbApiHook

from airflow_ddb_hive._compat import AirflowNotFoundException, Connection
from airflow_ddb_hive.engines.registry import get_engine
from airflow_ddb_hive.errors import DdbHiveError, InputError
from airflow_ddb_hive.hooks.options import ConnectionOptions, check_local_paths, setting_text
from airflow_ddb_hive.hooks.running import JobRun
from airflow_ddb_hive.model.job import Job

if TYPE_CHECKING:
    import pandas as pd

    from airflow_ddb_hive.engines.base import Engine
    from airflow_ddb_hive.model.access import AwsAccess
    from airflow_ddb_hive.model.job import JobReport

__all__ = ["DynamoDBHiveHook"]


class DynamoDBHiveHook(DbApiHook):
    """Runs HiveQL over DynamoDB tables, by PEP 249 (``get_records``, ``get_df``, ``run``) or as jobs.

    The connection ``dynamodb_hive_default`` need not exist: without it everything is left to AWS's own environment.

    Args:
        dynamodb_hive_conn_id: The Airflow connection, of type ``dynamodb_hive``.
        schema: Hive database; otherwise the connection's, otherwise ``default``.
        aws_conn_id: Airflow connection that credentials come from; otherwise the one that the connection names.
        region_name: AWS region; otherwise the connection's.
    """

    conn_name_attr = "dynamodb_hive_conn_id"
    default_conn_name = "dynamodb_hive_default"
    conn_type = "dynamodb_hive"
    hook_name = "DynamoDB with HiveQL"
    supports_autocommit = True
    _test_connection_sql = "SELECT 1"

    dynamodb_hive_conn_id: str

    def __init__(
        self,
        dynamodb_hive_conn_id: str = default_conn_name,
        *,
        schema: str | None = None,
        aws_conn_id: str | None = None,
        region_name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(dynamodb_hive_conn_id, schema=schema, **kwargs)
        self._schema = schema
        self._aws_conn_id = aws_conn_id
        self._region_name = region_name

    @classmethod
    def get_connection(cls, conn_id: str) -> Connection:
        """Return the connection; the default one is empty where nobody made it.

        Raises:
            InputError: Any other connection that does not exist.
        """
        try:
            found: Connection = super().get_connection(conn_id)
        except AirflowNotFoundException as error:
            if conn_id != cls.default_conn_name:
                raise InputError(f"dynamodb_hive_conn_id={conn_id!r}: there is no such Airflow connection") from error
            return Connection(conn_id=conn_id, conn_type=cls.conn_type)
        return found

    @cached_property
    def options(self) -> ConnectionOptions:
        """The connection's extras.

        Raises:
            InputError: The connection has an extra that is not ours.
        """
        return ConnectionOptions.from_extra(self.connection_extra)

    @property
    def schema(self) -> str:
        """The Hive database that work starts in."""
        return self._schema or self.connection.schema or "default"

    @cached_property
    def access(self) -> AwsAccess:
        """Where the AWS services are, and credentials where an AWS connection is named.

        Raises:
            InputError: The AWS connection does not exist.
            AccessError: The AWS connection leads to no credentials.
        """
        from airflow_ddb_hive.hooks.aws import resolve_access

        return resolve_access(
            self._aws_conn_id or self.options.aws_conn_id,
            region=self._region_name or self.options.region_name,
            dynamodb_endpoint_url=self.options.dynamodb_endpoint_url,
            s3_endpoint_url=self.options.s3_endpoint_url,
        )

    def get_engine(self, name: str | None = None) -> Engine:
        """Return an engine: the one named, otherwise the connection's, otherwise the local one.

        Raises:
            InputError: There is no engine of that name.
        """
        return get_engine(name or self.options.engine or "local")

    def prepare(self, job: Job, *, private_warehouse: bool = False) -> Job:
        """Return the job with all that the connection adds: places, credentials, settings, a script to run first.

        The job's own settings win, except that ``ddb_hive.local.paths`` can only name less than the connection does.
        ``private_warehouse`` keeps the job's tables to itself.

        Raises:
            InputError: The job would let scripts use local folders that the connection does not.
        """
        catalog = "memory" if private_warehouse else job.catalog or self.options.catalog
        settings = {key: setting_text(value) for key, value in job.hiveconfs.items()}
        check_local_paths(self.options.hiveconfs, settings)
        return dataclasses.replace(
            job,
            schema=self.schema,
            access=self.access,
            warehouse=None if catalog == "memory" else job.warehouse or self.options.warehouse,
            catalog=catalog,
            hiveconfs={**self.options.hiveconfs, **settings},
            hivevars={key: setting_text(value) for key, value in job.hivevars.items()},
            init_hql="\n".join(_ended(part) for part in (self.options.init_hql, job.init_hql) if part) or None,
        )

    def run_job(self, job: Job, *, engine: str | None = None) -> JobReport:
        """Run a job to its end and return its report.

        Raises:
            DdbHiveError: What the job failed with.
        """
        return JobRun(self.get_engine(engine), self.prepare(job), log=self.log.info).wait()

    def infer_ddl(
        self,
        table_name: str,
        *,
        sample_items: int = 1000,
        max_read_units: float = 250.0,
        emr: bool = False,
    ) -> str:
        """Return a script with the CREATE EXTERNAL TABLE that fits a DynamoDB table, from a sample of its items.

        The columns give the sampled values exactly; comments say how many items have each attribute, what has no column
        of its own, and what does not run on EMR. The connection's settings count: budget, region, role.

        Args:
            table_name: The DynamoDB table.
            sample_items: Items to read at most.
            max_read_units: Read units to take at most; the last page may exceed them.
            emr: Use only types that EMR has, and leave the rest to the column of whole items.

        Raises:
            NotFoundError: There is no such table.
            DdbHiveError: The table cannot be read, or an argument is impossible.
        """
        from airflow_ddb_hive.dynamodb.sample import SampleLimits
        from airflow_ddb_hive.engines.local.describe_table import describe_table

        described = describe_table(
            table_name,
            self.access,
            limits=SampleLimits(items=sample_items, read_units=max_read_units),
            portable=emr,
            settings=self.options.hiveconfs,
            on_notice=self.log.info,
        )
        return described.ddl

    def get_conn(self) -> Any:
        """Return a PEP 249 connection.

        Raises:
            InputError: The connection names an engine that cannot serve one.
        """
        from airflow_ddb_hive import dbapi

        if self.options.engine not in (None, "local"):
            raise InputError(f"engine {self.options.engine!r} runs jobs only: use an operator, or engine 'local'")
        connection = dbapi.connect(
            warehouse=self.options.warehouse,
            catalog=self.options.catalog,
            hiveconf=dict(self.options.hiveconfs),
            access=self.access,
            schema=self.schema,
        )
        if self.options.init_hql:
            try:
                with connection.cursor() as cursor:
                    cursor.executescript(self.options.init_hql)
            except BaseException:
                connection.close()
                raise
        return connection

    def _get_pandas_df(self, sql: str | list[str], parameters: Any = None, **kwargs: Any) -> pd.DataFrame:
        """Take the frame from the cursor: pandas' own way asks for SQLAlchemy, and knows no Hive types."""
        if kwargs:
            raise InputError(f"get_df takes sql, parameters and df_type here, not {', '.join(sorted(kwargs))}")
        statements = [sql] if isinstance(sql, str) else sql
        with closing(self.get_conn()) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(self.strip_sql_string(statement), parameters or None)
            frame: pd.DataFrame = cursor.fetch_df()
        return frame

    def get_uri(self) -> str:
        """Return a URI that names the connection, with nothing secret in it."""
        return f"{self.conn_type}://{quote(self.get_conn_id(), safe='')}/{quote(self.schema, safe='')}"

    @staticmethod
    def strip_sql_string(sql: str) -> str:
        """Return a statement without the semicolon at its end; one inside a string or comment stays."""
        statements = DynamoDBHiveHook.split_sql_string(sql)
        return statements[0] if len(statements) == 1 else sql.strip()

    @staticmethod
    def split_sql_string(sql: str, strip_semicolon: bool = False) -> list[str]:  # noqa: ARG004 - common-sql's signature
        """Return the statements of a script, as the Hive CLI cuts it, without their semicolons."""
        from airflow_ddb_hive.hiveql import split_script

        return [statement.text.strip() for statement in split_script(sql)]

    def test_connection(self) -> tuple[bool, str]:  # type: ignore[override] # common-sql leaves its own untyped
        """Try the engine and then DynamoDB, and say which of them failed and why."""
        place = "engine"
        try:
            self.run_job(Job(hql=self._test_connection_sql, keep_rows=1))
            place = "DynamoDB"
            self._ask_dynamodb()
        except DdbHiveError as error:
            return False, f"{place}: {error.message}"
        return True, "Connection successfully tested: the engine runs and DynamoDB answers"

    def _ask_dynamodb(self) -> None:
        from airflow_ddb_hive.hooks.probe import ask_dynamodb

        ask_dynamodb(self.access)

    @classmethod
    def get_ui_field_behaviour(cls) -> dict[str, Any]:
        """Return the connection form of Airflow 2.11; Airflow 3 reads the same from the provider's metadata."""
        from airflow_ddb_hive.provider_info import form_behaviour

        return form_behaviour()

    @classmethod
    def get_connection_form_widgets(cls) -> dict[str, Any]:
        """Return the form fields of Airflow 2.11; Airflow 3 reads the same from the provider's metadata."""
        from airflow_ddb_hive.provider_info import form_fields

        # By name: only Airflow 2.11 brings these packages along.
        field = importlib.import_module("wtforms").StringField
        widget = importlib.import_module("flask_appbuilder.fieldwidgets").BS3TextFieldWidget
        return {
            name: field(spec["label"], description=spec["description"], widget=widget())
            for name, spec in form_fields().items()
        }


def _ended(script: str) -> str:
    """A script that another can follow: its last statement ends, on a line of its own after a comment."""
    return script if script.rstrip().endswith(";") else f"{script}\n;"
