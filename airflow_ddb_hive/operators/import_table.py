"""Files -> DynamoDB table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from airflow_ddb_hive.operators.base import DdbHiveOperator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_ddb_hive.model.ddl import ColumnSpec
    from airflow_ddb_hive.model.job import Job

__all__ = ["DynamoDBImportOperator"]


class DynamoDBImportOperator(DdbHiveOperator):
    """Writes a folder of files into a DynamoDB table that exists; items with the same key are replaced whole.

    Without ``columns`` the files hold whole items, as ``DynamoDBExportOperator`` writes them.

    Example:
        >>> task = DynamoDBImportOperator(task_id="in", table_name="Music", location="s3://lake/music/")
        >>> "INSERT INTO TABLE" in task.build_job().hql
        True

    Args:
        location: Folder to read, such as ``s3://bucket/folder/``.
        table_name: DynamoDB table.
        file_format: ``item`` (whole items as Hive's text), ``text`` (columns as Hive's text), ``csv`` or ``parquet``.
        columns: Hive column to type, or to (type, attribute), or to (type, attribute, DynamoDB type), in the order of
            the files.
        write_percent: Share of the write capacity to use: 0.5 is half.
        kwargs: Arguments of :class:`~airflow_ddb_hive.operators.base.DdbHiveOperator`.
    """

    template_fields = tuple(
        sorted((*DdbHiveOperator.template_fields, "columns", "file_format", "location", "table_name", "write_percent"))
    )
    template_fields_renderers: ClassVar[dict[str, str]] = {
        **DdbHiveOperator.template_fields_renderers,
        "columns": "json",
    }

    def __init__(
        self,
        *,
        location: str,
        table_name: str,
        file_format: str = "item",
        columns: Mapping[str, ColumnSpec] | None = None,
        write_percent: float | str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.location = location
        self.table_name = table_name
        self.file_format = file_format
        self.columns = columns
        self.write_percent = write_percent

    def build_job(self) -> Job:
        """Return the job: files and table as external ones, and one INSERT.

        Raises:
            InputError: A name, type, format or share of capacity is impossible.
        """
        from airflow_ddb_hive.model import ddl, quoting

        columns = ddl.parse_columns(self.columns)
        source = ddl.FileFolder(location=self.location, columns=columns, file_format=self.file_format)
        target = ddl.SourceTable(table_name=self.table_name, columns=columns, write_percent=self.write_percent)
        files, table = (quoting.working_name(role, self.table_name, self.location) for role in ("files", "import"))
        script = (
            ddl.drop_table(files),
            ddl.drop_table(table),
            ddl.create_table(files, source),
            ddl.create_table(table, target),
            f"INSERT INTO TABLE {quoting.quote_table(table)}\n{ddl.select_from(files, columns)};",
            ddl.drop_table(files),
            ddl.drop_table(table),
        )
        return self.make_job("\n".join(script))
