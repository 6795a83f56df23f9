"""Looks at a DynamoDB table and says which Hive table fits it; the DDL runs in this engine as it is printed."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.dynamodb import Pacer
from airflow_ddb_hive.dynamodb.infer import infer_table
from airflow_ddb_hive.dynamodb.observe import observe_items
from airflow_ddb_hive.dynamodb.sample import SampleLimits, sample_items
from airflow_ddb_hive.engines.local.setting_notices import SettingNotices
from airflow_ddb_hive.engines.local.settings import Settings
from airflow_ddb_hive.engines.local.table_settings import number_setting
from airflow_ddb_hive.engines.local.tables import DynamoDBTables
from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.hiveql.grammar.cursor import RESERVED
from airflow_ddb_hive.model.budget import ON_DEMAND_UNITS, Budget
from airflow_ddb_hive.model.emr import emr_findings
from airflow_ddb_hive.model.inferred_text import hive_table, inferred_ddl, type_text
from airflow_ddb_hive.model.quoting import check_dynamodb_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from airflow_ddb_hive.model.access import AwsAccess
    from airflow_ddb_hive.model.dynamodb import TableDescription
    from airflow_ddb_hive.model.emr import Finding
    from airflow_ddb_hive.model.inferred import InferredTable
    from airflow_ddb_hive.model.table import Table

__all__ = ["DescribedTable", "describe_table"]

_PLACES = (
    "dynamodb.endpoint",
    "dynamodb.region",
    "ddb_hive.role.arn",
    "ddb_hive.role.external.id",
    "ddb_hive.role.session.name",
)
"""Settings that say where the table is: whoever gave them finds them in the DDL again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedTable:
    """What was found: columns, the Hive table that they make, and what of it does not run on EMR."""

    inferred: InferredTable
    table: Table
    findings: tuple[Finding, ...]

    @property
    def ddl(self) -> str:
        """A script with the CREATE EXTERNAL TABLE, its facts in comments."""
        return inferred_ddl(self.inferred, self.table, self.findings, RESERVED)

    def to_dict(self) -> dict[str, Any]:
        """Everything as values that JSON has."""
        found = self.inferred.to_dict()
        for column in found["columns"]:
            column["ddl_type"] = type_text(self._type_of(column["name"]), RESERVED)
        findings = [
            {
                "severity": finding.severity,
                "code": finding.code,
                "subject": finding.subject,
                "message": finding.message,
                "remedy": finding.remedy,
                "column": finding.column,
            }
            for finding in self.findings
        ]
        return {**found, "emr_findings": findings, "hive_table": self.table.name, "ddl": self.ddl}

    def _type_of(self, name: str) -> Any:
        return next(column.type for column in self.table.columns if column.name == name)


def describe_table(
    name: str,
    access: AwsAccess,
    *,
    limits: SampleLimits | None = None,
    portable: bool = False,
    settings: Mapping[str, str] | None = None,
    on_notice: Callable[[str], None] | None = None,
    stop: threading.Event | None = None,
) -> DescribedTable:
    """Sample a DynamoDB table and find a Hive table that gives the sampled values exactly.

    Args:
        name: The DynamoDB table.
        access: Where DynamoDB is, and who asks.
        limits: How much may be read.
        portable: Leave what EMR has no type for to the column of whole items.
        settings: As by SET: budget, region, role.
        on_notice: Takes lines for the user.
        stop: Ends the sampling once it is set.

    Raises:
        InputError: The name, a limit or a setting is impossible.
        NotFoundError: There is no such table.
        DdbHiveError: DynamoDB refused or could not be reached.
    """
    chosen = Settings(settings)
    notices = SettingNotices(on_notice or (lambda _line: None))
    notices.check(settings or ())
    limits = limits or SampleLimits()
    stop = stop or threading.Event()
    with closing(DynamoDBTables(access, notices)) as tables:
        db = tables.client({}, chosen)
        description = db.describe(check_dynamodb_name(name, "table"), stop=stop)
        budget = _budget(description, chosen)
        notices.say(
            f"sampling {name}: at most {limits.items:,} items or {limits.read_units:,g} read units, "
            f"{budget.units_per_second:,g} units a second"
        )
        items, sample = sample_items(db, description, limits, pacer=Pacer(budget), stop=stop)
    inferred = infer_table(description, observe_items(items), sample, portable=portable, reserved=RESERVED)
    table = hive_table(inferred, {key: chosen[key] for key in _PLACES if chosen.get(key)})
    return DescribedTable(inferred=inferred, table=table, findings=emr_findings(table, description))


def _budget(description: TableDescription, settings: Mapping[str, str]) -> Budget:
    key = "dynamodb.throughput.read.percent"
    percent = number_setting(key, settings.get(key, "0.5"))
    if percent <= 0:
        raise InputError(f"Invalid read percentage: {percent}: give a number above 0, such as 0.5")
    return Budget(capacity_units=description.read_capacity_units or ON_DEMAND_UNITS, percent=percent)
