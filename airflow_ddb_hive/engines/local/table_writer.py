"""A writer into a DynamoDB table, within the table's write budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.dynamodb import ItemWriter, Meter, Pacer
from airflow_ddb_hive.dynamodb.encode import LARGEST_ITEM_BYTES
from airflow_ddb_hive.engines.local.budgets import table_budget
from airflow_ddb_hive.engines.local.progress import TableMeter
from airflow_ddb_hive.engines.local.table_settings import first_setting, flag_setting, number_setting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.engines.local.tables import MappedTable

__all__ = ["writer"]


def writer(mapped: MappedTable, places: Sequence[int], context: StatementContext) -> ItemWriter:
    """A writer of rows into a table, within its write budget; ``places`` are the columns that the rows have."""
    description, properties = mapped.description, mapped.table.properties
    budget = table_budget(mapped, "write", context)
    meter = Meter(description.name, "write", budget=budget.units_per_second)
    context.meters.append(TableMeter(meter))
    return ItemWriter(
        mapped.client,
        description,
        tuple(mapped.columns[place] for place in places),
        pacer=Pacer(budget),
        meter=meter,
        stop=context.cancellation.event,
        delete=flag_setting("dynamodb.deletion.mode", properties, context.settings),
        max_item_bytes=_largest_item(properties, context.settings),
        null_serialization=flag_setting("dynamodb.null.serialization", properties, context.settings),
    )


def _largest_item(properties: Mapping[str, str], settings: Mapping[str, str]) -> int:
    """DynamoDB refuses what is larger than its own limit, whatever the setting says."""
    key = "dynamodb.max.item.size"
    text = first_setting(key, properties, settings)
    return LARGEST_ITEM_BYTES if text is None else min(LARGEST_ITEM_BYTES, int(number_setting(key, text)))
