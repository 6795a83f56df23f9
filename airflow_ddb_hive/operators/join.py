"""A join of DynamoDB tables with one another and with files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.operators.base import DdbHiveOperator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_ddb_hive.engines.base import ResultSet
    from airflow_ddb_hive.model.job import Job

__all__ = ["DynamoDBJoinOperator"]


class DynamoDBJoinOperator(DdbHiveOperator):
    """Joins tables that are declared as arguments; the rows go to ``location``, or come back as from a query.

    Example:
        >>> task = DynamoDBJoinOperator(
        ...     task_id="join",
        ...     tables={
        ...         "features": {"table_name": "Features", "columns": {"Id": "bigint", "state": ("string", "State")}},
        ...         "states": {"location": "s3://lake/states/", "file_format": "csv", "columns": {"code": "string"}},
        ...     },
        ...     hql="SELECT f.id FROM features f JOIN states s ON f.state = s.code",
        ...     location="s3://lake/joined/",
        ...     file_format="csv",
        ... )
        >>> print(task.build_job().hql.splitlines()[-3])
        INSERT OVERWRITE DIRECTORY 's3://lake/joined/'

    Args:
        tables: Hive table to its declaration: for a DynamoDB table ``table_name``, and ``columns``, ``index_name``,
            ``read_percent`` as for a query; for files ``location``, ``file_format`` and ``columns``.
        hql: One SELECT, or the name of a ``.hql`` or ``.sql`` template file.
        location: Folder to write the rows to; what was in it is replaced. Without it the rows are returned.
        file_format: Of the files written: ``text``, ``csv`` or ``parquet``.
        columns: Names and types of the columns that ``hql`` selects, which Parquet needs for its files.
        max_rows: Most rows that may be returned.
        kwargs: Arguments of :class:`~airflow_ddb_hive.operators.base.DdbHiveOperator`.
    """

    template_fields = tuple(
        sorted((*DdbHiveOperator.template_fields, "columns", "file_format", "hql", "location", "tables"))
    )
    template_fields_renderers: ClassVar[dict[str, str]] = {
        **DdbHiveOperator.template_fields_renderers,
        "columns": "json",
        "hql": "hql",
        "tables": "json",
    }

    def __init__(
        self,
        *,
        tables: Mapping[str, Mapping[str, Any]],
        hql: str,
        location: str | None = None,
        file_format: str = "text",
        columns: Mapping[str, str] | None = None,
        max_rows: int = 1000,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.tables = tables
        self.hql = hql
        self.location = location
        self.file_format = file_format
        self.columns = columns
        self.max_rows = max_rows

    def build_job(self) -> Job:
        """Return the job: the tables' declarations and the query, with its destination if there is one.

        Raises:
            InputError: A declaration is impossible, or there is none.
        """
        from airflow_ddb_hive.model import ddl

        if not self.tables:
            raise InputError("tables is empty: declare the tables that hql names")
        script = [ddl.create_table(name, ddl.parse_table(name, spec)) for name, spec in self.tables.items()]
        if self.location is None:
            script.append(self.hql)
        else:
            select = self.hql.rstrip().rstrip(";")
            script.append(self._output(self.location, select))
        return self.make_job("\n".join(script), keep_rows=self.max_rows + 1)

    def _output(self, location: str, select: str) -> str:
        from airflow_ddb_hive.model import ddl, quoting

        if self.columns is None:
            if self.file_format == "parquet":
                raise InputError(
                    "file_format='parquet' names its columns: give columns={name: type} of what hql selects"
                )
            return ddl.insert_directory(location, self.file_format, select)
        folder = ddl.FileFolder(
            location=location, columns=ddl.parse_columns(self.columns), file_format=self.file_format
        )
        return ddl.fill_folder(quoting.working_name("join", "rows", location), folder, select)

    def take_result(self, result: ResultSet | None) -> Any:
        """Return the folder that was written, or the rows.

        Raises:
            InputError: There are more rows than ``max_rows``.
        """
        if self.location is not None:
            if result is not None:
                result.close()
            return self.location
        if result is None:
            raise InputError("hql has no query to take rows from: give one SELECT")
        return self.all_rows(result, self.max_rows)
