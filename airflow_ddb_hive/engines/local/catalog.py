"""The catalog of a warehouse: Hive's folders of files, and one small JSON file under a lock.

Several sessions, in several processes, may share a warehouse: each change reads, changes and replaces the catalog
file while it holds the lock, and each look-up sees the file's newest state.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.engines.local.catalog_codec import (
    partition_from_json,
    partition_to_json,
    table_from_json,
    table_to_json,
)
from airflow_ddb_hive.errors import HiveSemanticError, InputError
from airflow_ddb_hive.model.partition_path import partition_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from airflow_ddb_hive.model.table import Partition, Table

__all__ = ["WarehouseCatalog"]

_FILE = ".ddb_hive_catalog.json"
_LOCK = ".ddb_hive_catalog.lock"
_VERSION = 1
_EMPTY: Mapping[str, Any] = {
    "version": _VERSION,
    "databases": {"default": {"location": None}},
    "tables": {},
    "partitions": {},
}


class WarehouseCatalog:
    """Databases and tables of one warehouse folder.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> catalog = WarehouseCatalog(Path(tempfile.mkdtemp()))
        >>> catalog.database_names()
        ['default']

    Raises:
        InputError: The folder cannot be made or read, or its catalog file is another version's.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"the warehouse folder {folder} cannot be made: {error.strerror}") from error
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
        parent = self.folder if database == "default" else self.folder / f"{database}.db"
        return str(parent / name)

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

    def remove_table(self, table: Table) -> None:
        """Forget a table; its files are the caller's to remove."""
        with self._change() as data:
            data["tables"].pop(table.qualified_name, None)
            data["partitions"].pop(table.qualified_name, None)

    def change_table(self, old: Table, new: Table) -> None:
        """Put one table's description in the place of another's, under another name perhaps; partitions stay.

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
                data["partitions"][new.qualified_name] = partitions

    def partitions(self, table: Table) -> tuple[Partition, ...]:
        """A table's partitions with their locations, sorted by their folders' names, as Hive lists them."""
        found = self._read()["partitions"].get(table.qualified_name, {})
        return tuple(self._partition(table, found[folder]) for folder in sorted(found))

    def add_partitions(self, table: Table, partitions: Iterable[Partition], *, if_not_exists: bool = False) -> None:
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

    def remove_partitions(self, table: Table, partitions: Iterable[Partition]) -> None:
        """Forget partitions; their files are the caller's to remove."""
        with self._change() as data:
            known = data["partitions"].get(table.qualified_name, {})
            for partition in partitions:
                known.pop(partition_folder(table.partition_columns, partition.values), None)

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
        path = self.folder / _FILE
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return json.loads(json.dumps(_EMPTY))
        except (OSError, ValueError) as error:
            raise InputError(f"the catalog file {path} cannot be read: {error}") from error
        if not isinstance(data, dict) or data.get("version") != _VERSION:
            raise InputError(f"the catalog file {path} is not of version {_VERSION}: another release made it")
        data.setdefault("partitions", {})
        return data

    @contextmanager
    def _change(self) -> Iterator[Any]:
        with (self.folder / _LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            data = self._read()
            yield data
            fresh = self.folder / f"{_FILE}.{os.getpid()}"
            fresh.write_text(json.dumps(data, indent=1, sort_keys=True), encoding="utf-8")
            fresh.replace(self.folder / _FILE)
