"""The AWS Glue Data Catalog as a catalog: the tables that Hive on EMR, Athena and Glue jobs share.

Glue keeps every table by itself, so there is no lock: each change is one request, or a few that only add.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.engines.local.glue_tables import (
    partition_from_glue,
    partition_to_glue,
    table_from_glue,
    table_to_glue,
)
from airflow_ddb_hive.errors import HiveSemanticError, InputError, NotFoundError
from airflow_ddb_hive.model.partition_path import partition_folder
from airflow_ddb_hive.model.table import Database
from airflow_ddb_hive.model.types import STRING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from airflow_ddb_hive.model.table import Partition, Table
    from airflow_ddb_hive.storage.glue import Glue

__all__ = ["GlueCatalog"]

_DEFAULT = "default"
_ALREADY_THERE = "AlreadyExistsException"
_MOST_CREATED = 100
_MOST_FETCHED = 1000
_MOST_DELETED = 25
_KEPT_FIELDS = ("Owner", "Retention", "LastAccessTime", "LastAnalyzedTime")
"""What a table in Glue has beside what we know of it, and keeps when it is changed."""


class GlueCatalog:
    """Databases, tables and partitions in Glue.

    Args:
        glue: The service.
        warehouse: Folder of managed tables whose database has no location; ``None`` if only databases have one.
    """

    def __init__(self, glue: Glue, warehouse: str | None = None) -> None:
        self._glue = glue
        self._warehouse = None if warehouse is None else warehouse.rstrip("/")

    def has_database(self, name: str) -> bool:
        """Whether the database exists; ``default`` does, for Hive makes it when it is not there."""
        return name == _DEFAULT or self._database(name) is not None

    def _database(self, name: str) -> Mapping[str, Any] | None:
        try:
            found: Mapping[str, Any] = self._glue.call("get_database", f"database {name}", Name=name)["Database"]
        except NotFoundError:
            return None
        return found

    def find_table(self, database: str, name: str) -> Table | None:
        """The table or view, or ``None``."""
        found = self._found(database, name)
        return None if found is None else self._placed(table_from_glue(found, database))

    def _found(self, database: str, name: str) -> Mapping[str, Any] | None:
        try:
            answer = self._glue.call("get_table", f"{database}.{name}", DatabaseName=database, Name=name)
        except NotFoundError:
            return None
        found: Mapping[str, Any] = answer["Table"]
        return found

    def database_names(self) -> list[str]:
        """All databases, sorted."""
        pages = self._glue.pages("get_databases", "DatabaseList", "databases")
        return sorted({_DEFAULT, *(found["Name"] for found in pages)})

    def table_names(self, database: str) -> list[str]:
        """A database's tables and views, sorted."""
        pages = self._glue.pages("get_tables", "TableList", f"database {database}", DatabaseName=database)
        try:
            return sorted(found["Name"] for found in pages)
        except NotFoundError:
            return []

    def table_folder(self, database: str, name: str) -> str:
        """Where a managed table's files are: below the database's location, or else below the warehouse.

        Raises:
            InputError: There is neither.
        """
        location = (self._database(database) or {}).get("LocationUri")
        if location:
            return f"{location.rstrip('/')}/{name}"
        if self._warehouse is None:
            message = f"database {database} has no location in Glue: give a warehouse, or the table a LOCATION"
            raise InputError(message, table=f"{database}.{name}")
        parent = self._warehouse if database == _DEFAULT else f"{self._warehouse}/{database}.db"
        return f"{parent}/{name}"

    def add_table(self, table: Table, *, if_not_exists: bool = False) -> bool:
        """Add a table or view; ``False`` if it was there and that is allowed.

        Raises:
            HiveSemanticError: A table of that name exists.
        """
        made = table_to_glue(self._placed(table))
        try:
            self._create(table, made)
        except InputError as error:
            if error.code != _ALREADY_THERE:
                raise
            if if_not_exists:
                return False
            message = f"Table already exists: {table.qualified_name}"
            raise HiveSemanticError(message, code=10035, table=table.qualified_name) from error
        return True

    def _create(self, table: Table, made: Mapping[str, Any]) -> None:
        given = {"DatabaseName": table.database, "TableInput": made}
        try:
            self._glue.call("create_table", table.qualified_name, **given)
        except NotFoundError:
            if table.database != _DEFAULT:
                raise
            self.add_database(_DEFAULT, if_not_exists=True)
            self._glue.call("create_table", table.qualified_name, **given)

    def remove_table(self, table: Table) -> None:
        """Forget a table; its files are the caller's to remove."""
        try:
            self._glue.call("delete_table", table.qualified_name, DatabaseName=table.database, Name=table.name)
        except NotFoundError:
            return

    def change_table(self, old: Table, new: Table) -> None:
        """Put one table's description in the place of another's, under another name perhaps; partitions stay.

        Glue cannot rename: a table under a new name is made, takes the partitions, and the old one goes.

        Raises:
            HiveSemanticError: The old one is gone, or another table has the new name.
        """
        found = self._found(old.database, old.name)
        if found is None:
            raise HiveSemanticError(f"Table not found {old.name}", code=10001, table=old.qualified_name)
        made = table_to_glue(self._placed(new)) | {key: found[key] for key in _KEPT_FIELDS if key in found}
        if new.qualified_name == old.qualified_name:
            self._glue.call("update_table", new.qualified_name, DatabaseName=new.database, TableInput=made)
            return
        try:
            self._create(new, made)
        except InputError as error:
            if error.code != _ALREADY_THERE:
                raise
            message = f"new table {new.qualified_name} already exists"
            raise HiveSemanticError(message, code=10035, table=new.qualified_name) from error
        self.add_partitions(new, self.partitions(old))
        self.remove_table(old)

    def partitions(self, table: Table, spec: Mapping[str, str] | None = None) -> tuple[Partition, ...]:
        """A table's partitions, sorted by their folders' names; ``spec`` gives values that some columns must have."""
        if not table.partition_columns:
            return ()
        given = {"DatabaseName": table.database, "TableName": table.name}
        expression = _expression(table, spec or {})
        if expression:
            given["Expression"] = expression
        pages = self._glue.pages("get_partitions", "Partitions", table.qualified_name, **given)
        found = [partition_from_glue(entry, table) for entry in pages]
        places = [(place, spec[c.name]) for place, c in enumerate(table.partition_columns) if spec and c.name in spec]
        fitting = [one for one in found if all(one.values[place] == value for place, value in places)]
        return tuple(sorted(fitting, key=lambda one: partition_folder(table.partition_columns, one.values)))

    def partition(self, table: Table, values: tuple[str, ...]) -> Partition | None:
        """The partition with these values, or ``None``."""
        try:
            answer = self._glue.call(
                "get_partition",
                f"{table.qualified_name}{list(values)}",
                DatabaseName=table.database,
                TableName=table.name,
                PartitionValues=list(values),
            )
        except NotFoundError:
            return None
        return partition_from_glue(answer["Partition"], table)

    def add_partitions(self, table: Table, partitions: Sequence[Partition], *, if_not_exists: bool = False) -> None:
        """Add partitions to a table.

        Raises:
            HiveSemanticError: One is there already, and that is not allowed; then none is added.
        """
        there = self._known(table, partitions)
        if there and not if_not_exists:
            raise _taken(table, min(there))
        fresh = [one for one in partitions if one.values not in there]
        for some in _chunks(fresh, _MOST_CREATED):
            made = [partition_to_glue(one, table) for one in some]
            answer = self._batch("batch_create_partition", table, PartitionInputList=made)
            for failed in answer.get("Errors") or ():
                detail = failed.get("ErrorDetail") or {}
                if detail.get("ErrorCode") == _ALREADY_THERE and if_not_exists:
                    continue
                if detail.get("ErrorCode") == _ALREADY_THERE:
                    raise _taken(table, tuple(failed["PartitionValues"]))
                raise _refused(table, failed)

    def _known(self, table: Table, partitions: Sequence[Partition]) -> set[tuple[str, ...]]:
        known: set[tuple[str, ...]] = set()
        for some in _chunks(list(partitions), _MOST_FETCHED):
            asked = [{"Values": list(one.values)} for one in some]
            while asked:
                answer = self._batch("batch_get_partition", table, PartitionsToGet=asked)
                known |= {tuple(found["Values"]) for found in answer.get("Partitions") or ()}
                asked = answer.get("UnprocessedKeys") or []
        return known

    def change_partition(self, table: Table, old: Partition, new: Partition) -> None:
        """Put one partition's description in the place of another's.

        Raises:
            HiveSemanticError: Another partition has the new values.
        """
        try:
            self._batch(
                "update_partition",
                table,
                PartitionValueList=list(old.values),
                PartitionInput=partition_to_glue(new, table),
            )
        except InputError as error:
            if error.code != _ALREADY_THERE:
                raise
            raise _taken(table, new.values) from error

    def remove_partitions(self, table: Table, partitions: Sequence[Partition]) -> None:
        """Forget partitions; their files are the caller's to remove."""
        for some in _chunks(list(partitions), _MOST_DELETED):
            asked = [{"Values": list(one.values)} for one in some]
            answer = self._batch("batch_delete_partition", table, PartitionsToDelete=asked)
            for failed in answer.get("Errors") or ():
                if (failed.get("ErrorDetail") or {}).get("ErrorCode") != "EntityNotFoundException":
                    raise _refused(table, failed)

    def _batch(self, action: str, table: Table, **given: Any) -> dict[str, Any]:
        return self._glue.call(action, table.qualified_name, DatabaseName=table.database, TableName=table.name, **given)

    def add_database(self, name: str, *, location: str | None = None, if_not_exists: bool = False) -> None:
        """Add a database.

        Raises:
            HiveSemanticError: It exists.
        """
        made = {"Name": name} | ({} if location is None else {"LocationUri": location})
        try:
            self._glue.call("create_database", f"database {name}", DatabaseInput=made)
        except InputError as error:
            if error.code != _ALREADY_THERE:
                raise
            if not if_not_exists:
                raise HiveSemanticError(f"Database {name} already exists", code=10242) from error

    def find_database(self, name: str) -> Database | None:
        """The database, or ``None``."""
        found = self._database(name)
        if found is None:
            return None
        return Database(
            name=name,
            location=found.get("LocationUri") or None,
            comment=found.get("Description") or None,
            properties=dict(found.get("Parameters") or {}),
        )

    def change_database(self, database: Database) -> None:
        """Put a database's description in the place of the one that is there."""
        optional = {"LocationUri": database.location, "Description": database.comment}
        made: dict[str, Any] = {key: value for key, value in optional.items() if value}
        made["Name"] = database.name
        made["Parameters"] = dict(database.properties)
        self._glue.call("update_database", f"database {database.name}", Name=database.name, DatabaseInput=made)

    def remove_database(self, name: str) -> None:
        """Forget a database and the tables in it."""
        try:
            self._glue.call("delete_database", f"database {name}", Name=name)
        except NotFoundError:
            return

    def _placed(self, table: Table) -> Table:
        """Managed tables lie below their database."""
        if table.location is not None or table.view_text is not None or table.storage.handler is not None:
            return table
        return replace(table, location=self.table_folder(table.database, table.name))


def _chunks(entries: Sequence[Partition], size: int) -> Iterator[Sequence[Partition]]:
    for start in range(0, len(entries), size):
        yield entries[start : start + size]


def _expression(table: Table, spec: Mapping[str, str]) -> str:
    """A filter for GetPartitions by columns of text: how Glue compares other types is left to ourselves."""
    names = {column.name for column in table.partition_columns if column.type == STRING}
    terms = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'" for name, value in spec.items() if name in names]
    return " AND ".join(terms)


def _taken(table: Table, values: tuple[str, ...]) -> HiveSemanticError:
    folder = partition_folder(table.partition_columns, values)
    return HiveSemanticError(f"Partition already exists: {table.qualified_name}({folder})", table=table.qualified_name)


def _refused(table: Table, failed: Mapping[str, Any]) -> InputError:
    detail = failed.get("ErrorDetail") or {}
    code = detail.get("ErrorCode")
    message = f"Glue refuses partition {failed.get('PartitionValues')}: {code}: {detail.get('ErrorMessage')}"
    return InputError(message, table=table.qualified_name, code=code)
