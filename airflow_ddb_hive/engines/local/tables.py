"""The DynamoDB tables behind Hive tables: clients, descriptions and mappings."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_ddb_hive.dynamodb import DynamoDB
from airflow_ddb_hive.engines.local.settings import retry_seconds
from airflow_ddb_hive.engines.local.table_access import half_pair_notice, table_access
from airflow_ddb_hive.errors import InputError, MappingError, NotFoundError
from airflow_ddb_hive.model.mapping import check_serde, resolve_mapping

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_ddb_hive.engines.local.setting_notices import SettingNotices
    from airflow_ddb_hive.model.access import AwsAccess
    from airflow_ddb_hive.model.dynamodb import AttributeColumn, TableDescription
    from airflow_ddb_hive.model.table import Table

__all__ = ["DynamoDBTables", "MappedTable"]

_NO_NAME_CODE = "ValidationException"


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedTable:
    """A Hive table, the DynamoDB table behind it, and how their columns correspond."""

    table: Table
    client: DynamoDB
    description: TableDescription
    columns: tuple[AttributeColumn, ...]


class DynamoDBTables:
    """One session's DynamoDB clients: one for each region, endpoint, role, proxy and pair of keys that is named."""

    def __init__(self, access: AwsAccess, notices: SettingNotices | None = None) -> None:
        self._access = access
        self._notices = notices
        self._clients: dict[AwsAccess, DynamoDB] = {}
        self._lock = threading.Lock()
        self._written: set[tuple[str, str]] = set()

    def note_written(self, mapped: MappedTable) -> None:
        """Remember that this session writes into a table."""
        self._written.add((mapped.client.endpoint_url, mapped.description.name))

    def has_written(self, mapped: MappedTable) -> bool:
        """Whether this session has written into a table, so that an eventually consistent read may miss rows of it."""
        return (mapped.client.endpoint_url, mapped.description.name) in self._written

    def client(self, properties: Mapping[str, str], settings: Mapping[str, str]) -> DynamoDB:
        """The client for a table with these properties; table properties win over the session's settings."""
        access = table_access(self._access, properties, settings)
        notice = half_pair_notice(settings)
        if notice is not None and self._notices is not None:
            self._notices.say(notice)
        with self._lock:
            if access not in self._clients:
                self._clients[access] = DynamoDB.connect(access)
        return self._clients[access].with_policy(retry_seconds=retry_seconds(settings))

    def open(
        self,
        table: Table,
        settings: Mapping[str, str],
        *,
        creating: bool = False,
        stop: threading.Event | None = None,
    ) -> MappedTable:
        """Look the DynamoDB table up and check the Hive table's mapping against it.

        Without ``dynamodb.table.name`` Hive looks for ``name`` when it makes the table and for ``db.name`` afterwards.

        Raises:
            InputError: A mapping, role or proxy is written wrongly.
            MappingError: The columns don't fit, or there is no such table, in the connector's words and order.
        """
        check_serde(table)
        name = table.properties.get("dynamodb.table.name") or (table.name if creating else table.qualified_name)
        client = self.client(table.properties, settings)
        try:
            description = client.describe(name, stop=stop)
        except (NotFoundError, InputError) as error:
            # DynamoDB does not look for a name that no table can have.
            if not isinstance(error, NotFoundError) and error.code != _NO_NAME_CODE:
                raise
            message = f"Could not lookup table {name} in DynamoDB. Give dynamodb.table.name, region and endpoint of one"
            raise MappingError(f"{message} that is there", table=name) from error
        columns = resolve_mapping(table, description)
        return MappedTable(table=table, client=client, description=description, columns=columns)

    def close(self) -> None:
        """Close the clients' connections."""
        for client in self._clients.values():
            client.close()
