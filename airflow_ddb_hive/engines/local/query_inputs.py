"""What is behind the scans of one query: each table is looked at once, however often the plan asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.sources import FileSource, estimated_bytes, open_source

if TYPE_CHECKING:
    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.engines.local.parquet_scan import ParquetScan
    from airflow_ddb_hive.engines.local.sources import Source
    from airflow_ddb_hive.hiveql.tree import Relation, Scan

__all__ = ["QueryInputs"]


class QueryInputs:
    """The tables of one query; ``relation`` is the query as it was written, whose conditions narrow what is read."""

    def __init__(self, relation: Relation, context: StatementContext) -> None:
        self._relation = relation
        self._context = context
        self._files: dict[int, FileSource] = {}
        self._scans: dict[int, ParquetScan | None] = {}

    def size_of(self, scan: Scan) -> int:
        """How many bytes are read for a scan, by DynamoDB's own figure or the sum of the table's files."""
        if scan.table.is_dynamodb:
            return estimated_bytes(scan, self._context, self._relation)
        return self._file(scan).size_bytes

    def scanned(self, scan: Scan) -> ParquetScan | None:
        """DuckDB's own scan of the table, where it has one."""
        if scan.id not in self._scans:
            self._scans[scan.id] = None if scan.table.is_dynamodb else self._file(scan).parquet()
        return self._scans[scan.id]

    def source(self, scan: Scan) -> Source:
        """The table's rows as Arrow batches.

        Raises:
            DdbHiveError: The table is not there, or has a format that is not supported.
        """
        return open_source(scan, self._context, self._relation) if scan.table.is_dynamodb else self._file(scan)

    def _file(self, scan: Scan) -> FileSource:
        if scan.id not in self._files:
            self._files[scan.id] = FileSource(scan, self._context, self._relation)
        return self._files[scan.id]
