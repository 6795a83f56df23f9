"""HiveQL as a task."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar

from airflow_ddb_hive.operators.base import DdbHiveOperator

if TYPE_CHECKING:
    from airflow_ddb_hive.model.job import Job

__all__ = ["DynamoDBHiveOperator"]


class DynamoDBHiveOperator(DdbHiveOperator):
    """Runs a HiveQL script; the first rows of its last query go to the task log.

    Example:
        >>> task = DynamoDBHiveOperator(task_id="states", hql="SELECT count(*) FROM features WHERE state = %(state)s")
        >>> task.build_job().hql
        'SELECT count(*) FROM features WHERE state = %(state)s'

    Args:
        hql: The script, or the name of a ``.hql`` or ``.sql`` template file.
        catalog: Where tables are known: ``memory``, ``warehouse`` or ``glue``, instead of the connection's.
        warehouse: Folder or S3 prefix of managed tables, instead of the connection's.
        kwargs: Arguments of :class:`~airflow_ddb_hive.operators.base.DdbHiveOperator`.
    """

    template_fields = tuple(sorted((*DdbHiveOperator.template_fields, "catalog", "hql", "warehouse")))
    template_fields_renderers: ClassVar[dict[str, str]] = {**DdbHiveOperator.template_fields_renderers, "hql": "hql"}

    def __init__(self, *, hql: str, catalog: str | None = None, warehouse: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.hql = hql
        self.catalog = catalog
        self.warehouse = warehouse

    @property
    def private_warehouse(self) -> bool:
        """A script works on the connection's tables."""
        return False

    def build_job(self) -> Job:
        """Return the script as a job."""
        return dataclasses.replace(self.make_job(self.hql), catalog=self.catalog, warehouse=self.warehouse)
