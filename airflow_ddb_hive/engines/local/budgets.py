"""How fast a statement may read or write a DynamoDB table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.table_settings import first_setting, number_setting
from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.model.budget import ON_DEMAND_UNITS, Budget

if TYPE_CHECKING:
    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.engines.local.tables import MappedTable

__all__ = ["table_budget"]

_LEAST_PERCENT = 1e-9
"""Stands for a write percentage of 0 and less, which means the least rate: one unit a second."""

_ADVISED = (0.1, 1.5)
"""Shares of capacity that AWS's guide speaks of."""


def table_budget(mapped: MappedTable, role: str, context: StatementContext) -> Budget:
    """The rate that a statement may read or write a table at.

    Raises:
        InputError: The percentage or throughput is no number, or out of range.
    """
    description, properties = mapped.description, mapped.table.properties
    percent_key, units_key = f"dynamodb.throughput.{role}.percent", f"dynamodb.throughput.{role}"
    percent = number_setting(percent_key, first_setting(percent_key, properties, context.settings) or "0.5")
    units_text = properties.get(units_key)
    known = description.read_capacity_units if role == "read" else description.write_capacity_units
    units = float(known or ON_DEMAND_UNITS) if units_text is None else number_setting(units_key, units_text)
    if not _ADVISED[0] <= percent <= _ADVISED[1]:
        context.notice(f"{percent_key}={percent:g} of table {description.name}: AWS advises 0.1 to 1.5")
    _check_rate(role, units, percent)
    return Budget(capacity_units=max(1.0, units), percent=max(percent, _LEAST_PERCENT))


def _check_rate(role: str, units: float, percent: float) -> None:
    """Refuse what the connector refuses: it checks reads only, and writes at least one unit a second."""
    if role != "read":
        return
    if percent <= 0:
        raise InputError(f"Invalid read percentage: {percent}: give a number above 0, such as 0.5")
    if units < 1:
        share = units * percent
        raise InputError(f"Read throughput should not be less than 1. Read throughput percent: {share}: give 1 or more")
