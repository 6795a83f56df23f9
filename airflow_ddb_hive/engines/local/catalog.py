"""The catalog of a warehouse: Hive's folders of files, and one small document beside them.

Several sessions, in several processes, may share a warehouse: no change of one is lost to another's, and each look-up
sees the document's newest state.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.engines.local.catalog_codec import (
    partition_from_json,
    partition_to_json,
    table_from_json,
    table_to_json,
)
from airflow_ddb_hive.engines.local.catalog_file import CatalogFile, FolderFile, repeated
from airflow_ddb_hive.errors import HiveSemanticError
from airflow_ddb_hive.model.partition_path import partition_folder
from airflow_ddb_hive.model.table import Database

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    from airflow_ddb_hive.model.table import Partition, Table

__all__ = ["WarehouseCatalog"]


class WarehouseCatalog:
    """Databases and tables of one warehouse.

    Args:
        root: The folder of managed tables, a path or a URL.
        file: What keeps the catalog; without it, a file in that folder.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> catalog = WarehouseCatalog(Path(tempfile.mkdtemp()))
        >>> catalog.database_names()
        ['default']

    Raises:
        InputError: The folder cannot be made or read, or its catalog file is another version's.
    """

    def __init__(self, root: Path | str, file: CatalogFile | None = None) -> None:
        self.root = str(root).rstrip("/")
        self._file = file or FolderFile(Path(root))
        self._read()

    def has_database(self, name: str) -> bool:
        """Whether the database exists."""
        return name in self._read()["databases"]

    def find_table(self, database: str, name: str) -> Table | None:
        """The table or view, or ``None``."""
        data = self._read()["tables"].get(f"{database}.{name}")
        return None if data is None else self._placed(table_from_json(data))

    def database_names(self) -> list[str]:
        """All databases, sorted."""
        return sorted(self._read()["databases"])

    def table_names(self, database: str) -> list[str]:
        """A database's tables and views, sorted."""
        return sorted(data["name"] for data in self._read()["tables"].values() if data["database"] == database)

    def table_folder(self, database: str, name: str) -> str:
        """Where a managed table's files are, as Hive lays a warehouse out."""
        location = self._read()["databases"].get(database, {}).get("location")
        if location is not None:
            return f"{location.rstrip('/')}/{name}"
        parent = self.root if database == "default" else f"{self.root}/{database}.db"
        return f"{parent}/{name}"

    @repeated
    def add_table(self, table: Table, *, if_not_exists: bool = False) -> bool:
        """Add a table or view; ``False`` if it was there and that is allowed.

        Raises:
            HiveSemanticError: A table of that name exists.
        """
        with self._change() as data:
            if table.qualified_name in data["tables"]:
                if if_not_exists:
                    return False
                message = f"Table already exists: {table.qualified_name}"
                raise HiveSemanticError(message, code=10035, table=table.qualified_name)
            data["tables"][table.qualified_name] = table_to_json(table)
        return True

    @repeated
    def remove_table(self, table: Table) -> None:
        """Forget a table; its files are the caller's to remove."""
        with self._change() as data:
            data["tables"].pop(table.qualified_name, None)
            data["partitions"].pop(table.qualified_name, None)

    @repeated
    def change_table(self, old: Table, new: Table) -> None:
        """Put one table's description in the place of another's, under another name perhaps.

        Partitions keep the columns, storage and place that they had, as in Hive; under a new name they go along.

        Raises:
            HiveSemanticError: The old one is gone, or another table has the new name.
        """
        with self._change() as data:
            if old.qualified_name not in data["tables"]:
                raise HiveSemanticError(f"Table not found {old.name}", code=10001, table=old.qualified_name)
            if new.qualified_name != old.qualified_name and new.qualified_name in data["tables"]:
                message = f"new table {new.qualified_name} already exists"
                raise HiveSemanticError(message, code=10035, table=new.qualified_name)
            del data["tables"][old.qualified_name]
            data["tables"][new.qualified_name] = table_to_json(new)
            partitions = data["partitions"].pop(old.qualified_name, None)
            if partitions is not None:
                data["partitions"][new.qualified_name] = {
                    folder: _kept(one, folder, old, new) for folder, one in partitions.items()
                }

    def partitions(self, table: Table, spec: Mapping[str, str] | None = None) -> tuple[Partition, ...]:
        """A table's partitions with their locations, sorted by their folders' names, as Hive lists them.

        ``spec`` gives values that some of the partition columns must have.
        """
        found = self._read()["partitions"].get(table.qualified_name, {})
        places = [(place, spec[c.name]) for place, c in enumerate(table.partition_columns) if spec and c.name in spec]
        return tuple(
            self._partition(table, found[folder])
            for folder in sorted(found)
            if all(found[folder]["values"][place] == value for place, value in places)
        )

    def partition(self, table: Table, values: tuple[str, ...]) -> Partition | None:
        """The partition with these values, or ``None``."""
        folder = partition_folder(table.partition_columns, values)
        found = self._read()["partitions"].get(table.qualified_name, {}).get(folder)
        return None if found is None else self._partition(table, found)

    @repeated
    def add_partitions(self, table: Table, partitions: Sequence[Partition], *, if_not_exists: bool = False) -> None:
        """Add partitions to a table.

        Raises:
            HiveSemanticError: One is there already, and that is not allowed; then none is added.
        """
        with self._change() as data:
            known = data["partitions"].setdefault(table.qualified_name, {})
            for partition in partitions:
                folder = partition_folder(table.partition_columns, partition.values)
                if folder not in known:
                    known[folder] = partition_to_json(partition)
                elif not if_not_exists:
                    message = f"Partition already exists: {table.qualified_name}({folder})"
                    raise HiveSemanticError(message, table=table.qualified_name)

    @repeated
    def change_partition(self, table: Table, old: Partition, new: Partition) -> None:
        """Put one partition's description in the place of another's.

        Raises:
            HiveSemanticError: Another partition has the new values.
        """
        with self._change() as data:
            known = data["partitions"].setdefault(table.qualified_name, {})
            before, after = (partition_folder(table.partition_columns, one.values) for one in (old, new))
            if before != after and after in known:
                raise HiveSemanticError(f"Partition already exists: {table.qualified_name}({after})")
            known.pop(before, None)
            known[after] = partition_to_json(new)

    @repeated
    def remove_partitions(self, table: Table, partitions: Sequence[Partition]) -> None:
        """Forget partitions; their files are the caller's to remove."""
        with self._change() as data:
            known = data["partitions"].get(table.qualified_name, {})
            for partition in partitions:
                known.pop(partition_folder(table.partition_columns, partition.values), None)

    @repeated
    def add_database(self, name: str, *, location: str | None = None, if_not_exists: bool = False) -> None:
        """Add a database.

        Raises:
            HiveSemanticError: It exists.
        """
        with self._change() as data:
            if name not in data["databases"]:
                data["databases"][name] = {"location": location}
            elif not if_not_exists:
                raise HiveSemanticError(f"Database {name} already exists", code=10242)

    def find_database(self, name: str) -> Database | None:
        """The database, or ``None``."""
        data = self._read()["databases"].get(name)
        if data is None:
            return None
        return Database(
            name=name,
            location=data.get("location"),
            comment=data.get("comment"),
            properties=dict(data.get("properties") or {}),
        )

    @repeated
    def change_database(self, database: Database) -> None:
        """Put a database's description in the place of the one that is there."""
        with self._change() as data:
            data["databases"][database.name] = {
                "location": database.location,
                "comment": database.comment,
                "properties": dict(database.properties),
            }

    @repeated
    def remove_database(self, name: str) -> None:
        """Forget a database and the tables in it."""
        with self._change() as data:
            data["databases"].pop(name, None)
            data["tables"] = {key: table for key, table in data["tables"].items() if table["database"] != name}
            data["partitions"] = {key: value for key, value in data["partitions"].items() if key in data["tables"]}

    def _partition(self, table: Table, data: Mapping[str, Any]) -> Partition:
        partition = partition_from_json(data)
        if partition.location is not None or table.location is None:
            return partition
        folder = partition_folder(table.partition_columns, partition.values)
        return replace(partition, location=f"{table.location.rstrip('/')}/{folder}")

    def _placed(self, table: Table) -> Table:
        """Managed tables have no location of their own in the file, so that a warehouse can be moved."""
        if table.location is not None or table.view_text is not None or table.storage.handler is not None:
            return table
        return replace(table, location=self.table_folder(table.database, table.name))

    def _read(self) -> Any:
        return self._file.read()

    def _change(self) -> AbstractContextManager[Any]:
        return self._file.change()


def _kept(partition: Mapping[str, Any], folder: str, old: Table, new: Table) -> dict[str, Any]:
    """A partition's entry with what it took from its table so far."""
    kept = dict(partition)
    before = table_to_json(old)
    for part in ("columns", "storage"):
        if kept[part] is None and before[part] != table_to_json(new)[part]:
            kept[part] = before[part]
    moved = old.qualified_name == new.qualified_name and None not in (old.location, new.location)
    if moved and old.location != new.location and kept["location"] is None:
        kept["location"] = f"{(old.location or '').rstrip('/')}/{folder}"
    return kept
