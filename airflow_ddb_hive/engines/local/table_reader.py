"""A reader of a DynamoDB table: what is asked for, within the table's read budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.dynamodb import Meter, Pacer, TableReader
from airflow_ddb_hive.engines.local.budgets import table_budget
from airflow_ddb_hive.engines.local.progress import TableMeter
from airflow_ddb_hive.engines.local.table_settings import first_setting, number_setting
from airflow_ddb_hive.model.dynamodb import AccessPath, ReadRequest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.engines.local.tables import MappedTable

__all__ = ["reader"]


def reader(mapped: MappedTable, needed: Sequence[int], context: StatementContext) -> TableReader:
    """A reader of some columns of a table, named ``c<place>``, within the table's read budget."""
    description, properties = mapped.description, mapped.table.properties
    budget = table_budget(mapped, "read", context)
    meter = Meter(description.name, "read", budget=budget.units_per_second)
    context.meters.append(TableMeter(meter, description.item_count))
    request = ReadRequest(
        table_name=description.name,
        columns=tuple(mapped.columns[place] for place in needed),
        path=AccessPath(index_name=properties.get("ddb_hive.index.name") or None),
        total_segments=_segments(properties, context.settings),
    )
    return TableReader(
        mapped.client,
        request,
        tuple(f"c{place}" for place in needed),
        description=description,
        pacer=Pacer(budget),
        meter=meter,
        stop=context.cancellation.event,
    )


def _segments(properties: Mapping[str, str], settings: Mapping[str, str]) -> int | None:
    key = "dynamodb.scan.segments"
    text = first_setting(key, properties, settings)
    return None if text is None else max(1, min(1_000_000, int(number_setting(key, text))))
