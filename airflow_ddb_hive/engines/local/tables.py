"""The DynamoDB tables behind Hive tables: clients, descriptions, mappings, budgets, readers and writers."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.dynamodb import DynamoDB, ItemWriter, Meter, Pacer, TableReader
from airflow_ddb_hive.dynamodb.encode import LARGEST_ITEM_BYTES
from airflow_ddb_hive.engines.local.progress import TableMeter
from airflow_ddb_hive.errors import InputError, MappingError, NotFoundError
from airflow_ddb_hive.model.budget import ON_DEMAND_UNITS, Budget
from airflow_ddb_hive.model.dynamodb import AttributeColumn, ReadRequest, TableDescription
from airflow_ddb_hive.model.mapping import resolve_mapping

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.model.access import AwsAccess
    from airflow_ddb_hive.model.table import Table

__all__ = ["DynamoDBTables", "MappedTable", "reader", "table_budget", "writer"]


_LEAST_PERCENT = 1e-9
"""Stands for a write percentage of 0 and less, which means the least rate: one unit a second."""

_ADVISED = (0.1, 1.5)
"""Shares of capacity that AWS's guide speaks of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedTable:
    """A Hive table, the DynamoDB table behind it, and how their columns correspond."""

    table: Table
    client: DynamoDB
    description: TableDescription
    columns: tuple[AttributeColumn, ...]


class DynamoDBTables:
    """One session's DynamoDB clients: one for each region and endpoint that its tables name."""

    def __init__(self, access: AwsAccess) -> None:
        self._access = access
        self._clients: dict[AwsAccess, DynamoDB] = {}
        self._lock = threading.Lock()

    def client(self, properties: Mapping[str, str], settings: Mapping[str, str]) -> DynamoDB:
        """The client for a table with these properties; table properties win over the session's settings."""
        access = replace(
            self._access,
            region=_first("dynamodb.region", properties, settings)
            or settings.get("dynamodb.regionid")
            or self._access.region,
            dynamodb_endpoint_url=_first("dynamodb.endpoint", properties, settings)
            or self._access.dynamodb_endpoint_url,
        )
        with self._lock:
            if access not in self._clients:
                self._clients[access] = DynamoDB.connect(access)
        seconds = _number("ddb_hive.retry.duration", settings.get("ddb_hive.retry.duration", "600"))
        return self._clients[access].with_policy(retry_seconds=seconds)

    def open(self, table: Table, settings: Mapping[str, str], *, creating: bool = False) -> MappedTable:
        """Look the DynamoDB table up and check the Hive table's mapping against it.

        Without ``dynamodb.table.name`` Hive looks for ``name`` when it makes the table and for ``db.name`` afterwards.

        Raises:
            MappingError: The columns don't fit, or there is no such table, in the connector's words.
        """
        name = table.properties.get("dynamodb.table.name") or (table.name if creating else table.qualified_name)
        client = self.client(table.properties, settings)
        try:
            description = client.describe(name)
        except NotFoundError as error:
            message = f"Could not lookup table {name} in DynamoDB. Give dynamodb.table.name, region and endpoint of one"
            raise MappingError(f"{message} that is there", table=name) from error
        if description.status in {"CREATING", "DELETING"}:
            raise MappingError(f"Table {name} is in state {description.status}", table=name)
        columns = resolve_mapping(table, description)
        return MappedTable(table=table, client=client, description=description, columns=columns)

    def close(self) -> None:
        """Close the clients' connections."""
        for client in self._clients.values():
            client.close()


def reader(mapped: MappedTable, needed: Sequence[int], context: StatementContext) -> TableReader:
    """A reader of some columns of a table, named ``c<place>``, within the table's read budget."""
    description, properties = mapped.description, mapped.table.properties
    budget = table_budget(mapped, "read", context)
    meter = Meter(description.name, "read", budget=budget.units_per_second)
    context.meters.append(TableMeter(meter, description.item_count))
    request = ReadRequest(
        table_name=description.name,
        columns=tuple(mapped.columns[place] for place in needed),
        index_name=properties.get("ddb_hive.index.name") or None,
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
        delete=_flag("dynamodb.deletion.mode", properties, context.settings),
        max_item_bytes=_largest_item(properties, context.settings),
        null_serialization=_flag("dynamodb.null.serialization", properties, context.settings),
    )


def table_budget(mapped: MappedTable, role: str, context: StatementContext) -> Budget:
    """The rate that a statement may read or write a table at.

    Raises:
        InputError: The percentage or throughput is no number, or out of range.
    """
    description, properties = mapped.description, mapped.table.properties
    percent_key, units_key = f"dynamodb.throughput.{role}.percent", f"dynamodb.throughput.{role}"
    percent = _number(percent_key, _first(percent_key, properties, context.settings) or "0.5")
    units_text = properties.get(units_key)
    known = description.read_capacity_units if role == "read" else description.write_capacity_units
    units = float(known or ON_DEMAND_UNITS) if units_text is None else _number(units_key, units_text)
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


def _segments(properties: Mapping[str, str], settings: Mapping[str, str]) -> int | None:
    key = "dynamodb.scan.segments"
    text = _first(key, properties, settings)
    return None if text is None else max(1, min(1_000_000, int(_number(key, text))))


def _first(key: str, properties: Mapping[str, str], settings: Mapping[str, str]) -> str | None:
    return properties.get(key) or settings.get(key) or None


def _largest_item(properties: Mapping[str, str], settings: Mapping[str, str]) -> int:
    """DynamoDB refuses what is larger than its own limit, whatever the setting says."""
    key = "dynamodb.max.item.size"
    text = _first(key, properties, settings)
    return LARGEST_ITEM_BYTES if text is None else min(LARGEST_ITEM_BYTES, int(_number(key, text)))


def _flag(key: str, properties: Mapping[str, str], settings: Mapping[str, str]) -> bool:
    return (_first(key, properties, settings) or "false").strip().lower() == "true"


def _number(key: str, text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise InputError(f'For input string: "{text}": {key} must be a number') from error
