"""What one statement has at hand while it runs, and what it leaves behind: its report."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.cancellation import Cancellation
from airflow_ddb_hive.engines.local.misfits import misfit_lines
from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.model.job import StatementReport

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from airflow_ddb_hive.engines.local.budgets import BudgetRegistry
    from airflow_ddb_hive.engines.local.catalogs import Catalog
    from airflow_ddb_hive.engines.local.duck import Duck
    from airflow_ddb_hive.engines.local.progress import ProgressReporter, TableMeter
    from airflow_ddb_hive.engines.local.read_limit import ReadLimit
    from airflow_ddb_hive.engines.local.setting_notices import SettingNotices
    from airflow_ddb_hive.engines.local.settings import Settings
    from airflow_ddb_hive.engines.local.stores import Stores
    from airflow_ddb_hive.engines.local.tables import DynamoDBTables, MappedTable
    from airflow_ddb_hive.hiveql.session_statements import Macro
    from airflow_ddb_hive.model.table import Table

__all__ = ["StatementContext"]


@dataclass(slots=True, kw_only=True)
class StatementContext:
    """One statement's surroundings; the counters grow while it runs.

    In a ``rehearsal`` only the catalog changes: no folder is made or removed; a statement may be ``explained`` in it.
    """

    statement: str
    duck: Duck
    catalog: Catalog
    settings: Settings
    stores: Stores
    tables: DynamoDBTables
    progress: ProgressReporter
    notice: Callable[[str], None]
    setting_notices: SettingNotices
    budgets: BudgetRegistry
    macros: Mapping[str, Macro] = field(default_factory=dict)
    cancellation: Cancellation = field(default_factory=Cancellation)
    meters: list[TableMeter] = field(default_factory=list)
    opened: dict[str, MappedTable] = field(default_factory=dict)
    read_limits: list[ReadLimit] = field(default_factory=list)
    rehearsal: bool = False
    explained: bool = False
    rows: int = 0
    files: int = 0
    started: float = field(default_factory=time.monotonic)
    ended: float | None = None

    @property
    def workers(self) -> int:
        """Threads that read, decode and write side by side.

        Raises:
            InputError: The setting is no whole number from 1.
        """
        workers = self.settings.integer("ddb_hive.workers")
        if workers is not None and workers < 1:
            raise InputError(f"ddb_hive.workers={workers}: give at least 1 thread, such as SET ddb_hive.workers=2")
        return workers or 1

    def mapped(self, table: Table) -> MappedTable:
        """The DynamoDB table behind a Hive table, looked up once a statement."""
        if table.qualified_name not in self.opened:
            self.opened[table.qualified_name] = self.tables.open(table, self.settings, stop=self.cancellation.event)
        return self.opened[table.qualified_name]

    def on_wait(self) -> None:
        """What the caller's thread does between its short waits."""
        self.progress.report(self.meters)
        for limit in self.read_limits:
            limit.check(self.meters)

    def finish(self) -> None:
        """Stop the clock, once, and say which columns were NULL where there were values."""
        if self.ended is None:
            self.ended = time.monotonic()
            for line in misfit_lines(self.meters):
                self.notice(line)

    def report(self) -> StatementReport:
        """The numbers so far."""
        return StatementReport(
            statement=self.statement,
            rows=0 if self.rehearsal else self.rows,
            seconds=(self.ended or time.monotonic()) - self.started,
            files=self.files,
            usage=tuple(replace(metered.meter.snapshot(), deletes=metered.deletes) for metered in self.meters),
            outcome=self._outcome(),
        )

    def _outcome(self) -> str:
        if self.explained:
            return "explained"
        return "rehearsed" if self.rehearsal else "run"
