"""The DynamoDB tables behind Hive tables: clients, descriptions and mappings."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.dynamodb import DynamoDB
from airflow_ddb_hive.engines.local.table_settings import first_setting, number_setting
from airflow_ddb_hive.errors import MappingError, NotFoundError
from airflow_ddb_hive.model.mapping import resolve_mapping

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_ddb_hive.model.access import AwsAccess
    from airflow_ddb_hive.model.dynamodb import AttributeColumn, TableDescription
    from airflow_ddb_hive.model.table import Table

__all__ = ["DynamoDBTables", "MappedTable"]


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
            region=first_setting("dynamodb.region", properties, settings)
            or settings.get("dynamodb.regionid")
            or self._access.region,
            dynamodb_endpoint_url=first_setting("dynamodb.endpoint", properties, settings)
            or self._access.dynamodb_endpoint_url,
        )
        with self._lock:
            if access not in self._clients:
                self._clients[access] = DynamoDB.connect(access)
        seconds = number_setting("ddb_hive.retry.duration", settings.get("ddb_hive.retry.duration", "600"))
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
