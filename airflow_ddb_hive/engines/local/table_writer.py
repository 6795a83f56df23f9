"""A writer into a DynamoDB table, within the table's write budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.dynamodb import ItemWriter
from airflow_ddb_hive.engines.local.budgets import open_budget
from airflow_ddb_hive.engines.local.progress import TableMeter
from airflow_ddb_hive.engines.local.table_settings import first_setting, flag_setting, number_setting
from airflow_ddb_hive.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.engines.local.tables import MappedTable

__all__ = ["writer"]


def writer(mapped: MappedTable, places: Sequence[int], context: StatementContext) -> ItemWriter:
    """A writer of rows into a table, within its write budget; ``places`` are the columns that the rows have."""
    description, properties = mapped.description, mapped.table.properties
    pacer, meter = open_budget(mapped, "write", context)
    context.meters.append(TableMeter(meter))
    context.tables.note_written(mapped)
    return ItemWriter(
        mapped.client,
        description,
        tuple(mapped.columns[place] for place in places),
        pacer=pacer,
        meter=meter,
        stop=context.cancellation.event,
        delete=flag_setting("dynamodb.deletion.mode", properties, context.settings),
        max_item_bytes=_limit("dynamodb.max.item.size", properties, context.settings),
        batch_items=_limit("dynamodb.max.batch.items", properties, context.settings),
        batch_bytes=_limit("dynamodb.max.batch.size", properties, context.settings),
        null_serialization=flag_setting("dynamodb.null.serialization", properties, context.settings),
    )


def _limit(key: str, properties: Mapping[str, str], settings: Mapping[str, str]) -> int | None:
    """A limit that the user sets; above DynamoDB's own it changes nothing.

    Raises:
        InputError: It is no whole number above 0.
    """
    text = first_setting(key, properties, settings)
    if text is None:
        return None
    number = number_setting(key, text)
    if number < 1 or number != int(number):
        raise InputError(f"{key}={text}: give a whole number above 0")
    return int(number)
