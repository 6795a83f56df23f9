"""DynamoDB table -> files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from airflow_ddb_hive.operators.base import DdbHiveOperator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_ddb_hive.engines.base import ResultSet
    from airflow_ddb_hive.model.ddl import ColumnSpec
    from airflow_ddb_hive.model.job import Job

__all__ = ["DynamoDBExportOperator"]


class DynamoDBExportOperator(DdbHiveOperator):
    """Writes a DynamoDB table, or an index of it, to a folder of files, and returns the folder.

    What was in the folder is replaced. Without ``columns`` whole items are written, with all of their attributes and
    nothing lost; ``DynamoDBImportOperator`` reads them back.

    Example:
        >>> task = DynamoDBExportOperator(task_id="out", table_name="Music", location="s3://lake/music/")
        >>> print(task.build_job().hql.splitlines()[-3])
        INSERT OVERWRITE DIRECTORY 's3://lake/music/'

    Args:
        table_name: DynamoDB table.
        location: Folder to write, such as ``s3://bucket/folder/``.
        file_format: ``item`` (whole items as Hive's text), ``text`` (columns as Hive's text), ``csv`` or ``parquet``.
        columns: Hive column to type, or to (type, attribute), or to (type, attribute, DynamoDB type).
        index_name: Secondary index to read instead of the table.
        read_percent: Share of the read capacity to use: 0.5 is half.
        kwargs: Arguments of :class:`~airflow_ddb_hive.operators.base.DdbHiveOperator`.
    """

    template_fields = tuple(
        sorted(
            (
                *DdbHiveOperator.template_fields,
                "columns",
                "file_format",
                "index_name",
                "location",
                "read_percent",
                "table_name",
            )
        )
    )
    template_fields_renderers: ClassVar[dict[str, str]] = {
        **DdbHiveOperator.template_fields_renderers,
        "columns": "json",
    }

    def __init__(
        self,
        *,
        table_name: str,
        location: str,
        file_format: str = "item",
        columns: Mapping[str, ColumnSpec] | None = None,
        index_name: str | None = None,
        read_percent: float | str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.table_name = table_name
        self.location = location
        self.file_format = file_format
        self.columns = columns
        self.index_name = index_name
        self.read_percent = read_percent

    def build_job(self) -> Job:
        """Return the job: the table as an external one, and one INSERT OVERWRITE.

        Raises:
            InputError: A name, type, format or share of capacity is impossible.
        """
        from airflow_ddb_hive.model import ddl, quoting

        columns = ddl.parse_columns(self.columns)
        source = ddl.SourceTable(
            table_name=self.table_name, columns=columns, index_name=self.index_name, read_percent=self.read_percent
        )
        target = ddl.FileFolder(location=self.location, columns=columns, file_format=self.file_format)
        name = quoting.working_name("export", self.table_name, self.location)
        select = ddl.select_from(name, columns)
        script = (
            ddl.drop_table(name),
            ddl.create_table(name, source),
            ddl.fill_folder(f"{name}_files", target, select),
            ddl.drop_table(name),
        )
        return self.make_job("\n".join(script))

    def take_result(self, result: ResultSet | None) -> str:
        """Return the folder, for tasks that come after."""
        if result is not None:
            result.close()
        return self.location
