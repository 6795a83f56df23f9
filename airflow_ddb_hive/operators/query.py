"""A query whose rows the next task needs."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar

from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.operators.base import DdbHiveOperator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_ddb_hive.engines.base import ResultSet
    from airflow_ddb_hive.model.ddl import ColumnSpec
    from airflow_ddb_hive.model.job import Job

__all__ = ["DynamoDBQueryOperator"]

_TEMPLATES = ("columns", "hql", "index_name", "read_percent", "table_name")


class DynamoDBQueryOperator(DdbHiveOperator):
    """Runs a query and returns ``{"columns": [{"name", "type"}, ...], "rows": [[...], ...]}``.

    Decimals and integers beyond 2^53 come as text, binary as Base64. More rows than ``max_rows`` fail the task: none is
    left out in silence. With ``table_name`` that DynamoDB table is there for the query, under its name in lower case
    with underscores for points and hyphens; without it the query sees the tables of the connection's warehouse.

    Example:
        >>> task = DynamoDBQueryOperator(
        ...     task_id="q",
        ...     table_name="Music-2",
        ...     columns={"Artist": "string"},
        ...     hql="SELECT artist FROM music_2",
        ... )
        >>> task.build_job().hql.splitlines()[0]
        'CREATE EXTERNAL TABLE `music_2` (`artist` string)'

    Args:
        hql: The query, or the name of a ``.hql`` or ``.sql`` template file; statements before it are allowed.
        max_rows: Most rows that may come back.
        table_name: DynamoDB table to declare for the query.
        columns: Hive column to type, or to (type, attribute), or to (type, attribute, DynamoDB type); without them
            the table has one column, ``item map<string,string>``, with whole items.
        index_name: Secondary index to read instead of the table.
        read_percent: Share of the read capacity to use: 0.5 is half.
        catalog: Where tables are known: ``memory``, ``warehouse`` or ``glue``, instead of the connection's.
        warehouse: Folder or S3 prefix of managed tables, instead of the connection's.
        kwargs: Arguments of :class:`~airflow_ddb_hive.operators.base.DdbHiveOperator`.
    """

    template_fields = tuple(sorted((*DdbHiveOperator.template_fields, *_TEMPLATES, "catalog", "warehouse")))
    template_fields_renderers: ClassVar[dict[str, str]] = {
        **DdbHiveOperator.template_fields_renderers,
        "columns": "json",
        "hql": "hql",
    }

    def __init__(
        self,
        *,
        hql: str,
        max_rows: int = 1000,
        table_name: str | None = None,
        columns: Mapping[str, ColumnSpec] | None = None,
        index_name: str | None = None,
        read_percent: float | str | None = None,
        catalog: str | None = None,
        warehouse: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.hql = hql
        self.max_rows = max_rows
        self.table_name = table_name
        self.columns = columns
        self.index_name = index_name
        self.read_percent = read_percent
        self.catalog = catalog
        self.warehouse = warehouse

    @property
    def private_warehouse(self) -> bool:
        """A table declared here is the job's own; otherwise the query is about the connection's tables."""
        return self.table_name is not None

    def build_job(self) -> Job:
        """Return the job: the declared table, if there is one, and the query.

        Raises:
            InputError: A name, type or share of capacity is impossible, or describes a table that is not declared.
        """
        from airflow_ddb_hive.model import ddl, quoting

        if self.table_name is None:
            if (self.columns, self.index_name, self.read_percent) != (None, None, None):
                raise InputError("columns, index_name and read_percent describe a table: give table_name too")
            job = self.make_job(self.hql, keep_rows=self.max_rows + 1)
            return dataclasses.replace(job, catalog=self.catalog, warehouse=self.warehouse)
        if (self.catalog, self.warehouse) != (None, None):
            raise InputError("table_name declares a table for this query alone: leave catalog and warehouse out")
        source = ddl.SourceTable(
            table_name=self.table_name,
            columns=ddl.parse_columns(self.columns),
            index_name=self.index_name,
            read_percent=self.read_percent,
        )
        declaration = ddl.create_table(quoting.hive_name(self.table_name), source)
        return self.make_job(f"{declaration}\n{self.hql}", keep_rows=self.max_rows + 1)

    def take_result(self, result: ResultSet | None) -> dict[str, list[Any]]:
        """Return the rows.

        Raises:
            InputError: The script has no query, or the query more rows than ``max_rows``.
        """
        if result is None:
            raise InputError("hql has no query to take rows from: let it end with a SELECT")
        return self.all_rows(result, self.max_rows)
